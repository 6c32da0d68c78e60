/* report/variants_headline.c - a published head-to-head table, predicted. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "report/fmt.h"
#include "report/text_parts.h"
#include "report/variants.h"

#define ROW_COLS	26
#define VALUE_COLS	23
#define DELTA_COLS	16
#define PUBLISHED_COLS	10

/* "1,689 ± 16 (1,638)": predicted, and in brackets as published */
static void value_cell(const struct headline_result *h, size_t i, FILE *out)
{
	char pm[FMT], published[FMT], text[2 * FMT + 8];

	snprintf(text, sizeof(text), "%s", h->variant[i].value ? fmt_pm(pm, h->variant[i].value) : "–");
	if (isfinite(h->variant[i].reported)) {
		strcat(text, " (");
		strcat(text, fmt_num(published, h->variant[i].reported));
		strcat(text, ")");
	}
	fmt_right(out, text, VALUE_COLS);
}

/* Variant i's difference over the first, predicted and published. */
static void difference_cells(const struct headline_result *h, size_t i, FILE *out)
{
	char text[64], published[32] = "";

	variants_percent(&h->variant[i].difference_pct, text, sizeof(text));
	fmt_right(out, text, DELTA_COLS);
	if (isfinite(h->variant[i].reported_pct))
		snprintf(published, sizeof(published), "%+.1f%%", h->variant[i].reported_pct);
	fmt_right(out, published, PUBLISHED_COLS);
	fputc('\n', out);
}

/* Two variants stand side by side, more below each other. */
static void row(const struct headline_row *row, struct run_result *const *r, size_t n, FILE *out)
{
	struct headline_result h;
	char label[200], cut[200], note[600];

	headline_predict(row, r, n, &h);
	fmt_clean(label, sizeof(label), row->label);
	fputs("  ", out);
	if (n == 2) {
		fmt_left(out, fmt_short(cut, sizeof(cut), label, ROW_COLS - 2), ROW_COLS - 2);
		value_cell(&h, 0, out);
		value_cell(&h, 1, out);
		difference_cells(&h, 1, out);
	} else {
		fprintf(out, "%s\n", fmt_short(cut, sizeof(cut), label, TEXT_WIDTH - 2));
	}
	for (size_t i = 0; n > 2 && i < h.n; i++) {
		fputs("    ", out);
		fmt_left(out, variants_clean(r[i], label), ROW_COLS + VALUE_COLS - 4);
		value_cell(&h, i, out);
		if (i > 0)
			difference_cells(&h, i, out);
		else
			fputc('\n', out);
	}
	if (row->note && *row->note) {
		fputs("      ", out);
		fmt_wrap(out, fmt_clean(note, sizeof(note), row->note), 6, 6, TEXT_WIDTH);
	}
}

void variants_headline(struct run_result *const *r, size_t n, FILE *out)
{
	const struct sub_list *rows = &r[0]->scenario->headline;
	const struct headline_row *list = rows->item;
	char head[64];

	if (rows->n == 0)
		return;
	text_heading(out, "The published table",
		     "predicted ± 95% interval (as published); difference paired");
	fmt_left(out, "", n == 2 ? ROW_COLS : ROW_COLS + 2 * VALUE_COLS);
	for (size_t i = 0; n == 2 && i < n; i++)
		fmt_right(out, variants_head(r, n, i, head), VALUE_COLS);
	fmt_right(out, "difference", DELTA_COLS);
	fmt_right(out, "published", PUBLISHED_COLS);
	fputc('\n', out);
	for (size_t i = 0; i < rows->n; i++)
		row(&list[i], r, n, out);
}

/* report/variants_headline.c - a published head-to-head table, predicted. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "report/fmt.h"
#include "report/text_parts.h"
#include "report/variants.h"

#define ROW_COLS	22
#define VALUE_COLS	26

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

static void percent(const struct summary *d, FILE *out)
{
	char text[64];

	if (d->n == 0)
		snprintf(text, sizeof(text), "–");
	else if (d->n == 1)
		snprintf(text, sizeof(text), "%+.1f%%", d->mean);
	else
		snprintf(text, sizeof(text), "%+.1f%% ± %.1f", d->mean, (d->hi - d->lo) / 2);
	fmt_right(out, text, 15);
}

static void row(const struct headline_row *row, struct run_result *const *r, size_t n, FILE *out)
{
	struct headline_result h;
	char published[32] = "", label[200], note[600];

	headline_predict(row, r, n, &h);
	fputs("  ", out);
	fmt_left(out, fmt_clean(label, sizeof(label), row->label), ROW_COLS);
	for (size_t i = 0; i < n && i < HEADLINE_VARIANTS; i++)
		value_cell(&h, i, out);
	percent(&h.difference_pct, out);
	if (isfinite(h.reported_pct))
		snprintf(published, sizeof(published), "%+.1f%%", h.reported_pct);
	fmt_right(out, published, 11);
	fputc('\n', out);
	if (row->note && *row->note) {
		fputs("      ", out);
		fmt_wrap(out, fmt_clean(note, sizeof(note), row->note), 6, 6, TEXT_WIDTH);
	}
}

void variants_headline(struct run_result *const *r, size_t n, FILE *out)
{
	const struct sub_list *rows = &r[0]->scenario->headline;
	const struct headline_row *list = rows->item;
	char label[64], short_label[64];

	if (rows->n == 0)
		return;
	text_heading(out, "The published table", "predicted ± 95% interval (as published); difference paired");
	fmt_left(out, "", ROW_COLS + 2);
	for (size_t i = 0; i < n && i < HEADLINE_VARIANTS; i++) {
		fmt_clean(label, sizeof(label), variants_label(r[i]));
		fmt_right(out, fmt_short(short_label, sizeof(short_label), label, VALUE_COLS - 2), VALUE_COLS);
	}
	fmt_right(out, "difference", 15);
	fmt_right(out, "published", 11);
	fputc('\n', out);
	for (size_t i = 0; i < rows->n; i++)
		row(&list[i], r, n, out);
}

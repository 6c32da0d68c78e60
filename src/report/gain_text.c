/* report/gain_text.c - gains over the first name: sentences, and a table of all settings. */
#include "config.h"

#include "report/gain.h"

#include <math.h>
#include <stdlib.h>

#include "base/bug.h"
#include "report/sweep.h"
#include "report/text_parts.h"

#define ROWS_MAX	64		/* of the table; more are in sweep.csv */

static void paragraph(const char *text, FILE *out)
{
	if (!*text)
		return;
	fputs("  ", out);
	fmt_wrap(out, text, 2, 4, TEXT_WIDTH);
}

/* "+21.0", with "~" where chance does as much */
static void gain_cell(const struct gains *g, size_t point, FILE *f)
{
	const struct summary *d = &g->pct[point];
	char text[FMT] = "–";

	if (d->n > 0)
		snprintf(text, sizeof(text), "%+.1f%%%s", d->mean,
			 gain_better(g, point) || gain_worse(g, point) ? " " : "~");
	fmt_right(f, text, 12);
}

static size_t stride_of(const struct gains *g)
{
	size_t stride = 1;

	for (size_t a = g->axis + 1; a < g->sweep->grid.naxes; a++)
		stride *= g->sweep->grid.axis[a].n;
	return stride;
}

static void row(const struct gains *g, size_t point, FILE *f)
{
	const struct grid *grid = &g->sweep->grid;
	double pct = gain_mean(g, point, M_queued_over_128_pct);
	char text[FMT];

	fputs("  ", f);
	for (size_t a = 0; a < grid->naxes; a++)
		if (a != g->axis)
			fmt_right(f, fmt_short(text, sizeof(text), grid_value(grid, point, a), 12), 14);
	for (size_t k = 1; k < grid->axis[g->axis].n; k++)
		gain_cell(g, point + k * stride_of(g), f);
	snprintf(text, sizeof(text), "%.0f%%", pct);
	fmt_right(f, isfinite(pct) ? text : "–", 10);
	fputc('\n', f);
}

static void table(const struct gains *g, FILE *out)
{
	const struct grid *grid = &g->sweep->grid;
	char *text = NULL, name[FMT];
	size_t bytes, rows = grid->npoints / grid->axis[g->axis].n;
	FILE *f = open_memstream(&text, &bytes);

	BUG_ON(!f);
	fputs("\n  ", f);
	for (size_t a = 0; a < grid->naxes; a++)
		if (a != g->axis)
			fmt_right(f, fmt_short(name, sizeof(name), sweep_word(&grid->axis[a]), 13), 14);
	for (size_t k = 1; k < grid->axis[g->axis].n; k++)
		fmt_right(f, fmt_short(name, sizeof(name), grid->axis[g->axis].value[k], 11), 12);
	fmt_right(f, "queue>128", 10);
	fputc('\n', f);
	for (size_t i = 0; i < grid->npoints && rows <= ROWS_MAX; i++)
		if (gain_base(g, i) == i)
			row(g, i, f);
	BUG_ON(fclose(f) != 0);
	if (rows <= ROWS_MAX)
		text_print_trimmed(text, out);
	free(text);
	if (rows <= ROWS_MAX)
		fprintf(out,
			"  ~: within %g%%, or no more than chance would.  queue>128: share of the time "
			"under %.40s.\n",
			GAIN_NOISE, grid->axis[g->axis].value[0]);
	else
		fprintf(out, "  All %zu settings are in sweep.csv.\n", rows);
}

void report_gains_text(const struct gains *g, FILE *out)
{
	const struct grid_axis *a = &g->sweep->grid.axis[g->axis];
	char text[GAIN_WORDS], head[160], words[2 * FMT];

	snprintf(head, sizeof(head), "%.60s, %s, paired differences", sweep_word(a),
		 sweep_metric_words(words, g->metric));
	snprintf(text, sizeof(text), "Against %.40s", a->value[0]);
	text_heading(out, text, head);
	for (size_t k = 1; k < a->n; k++) {
		gain_name(g, k, text);
		paragraph(text, out);
	}
	gain_fallback(g, text);
	paragraph(text, out);
	for (size_t k = 1; k < a->n; k++) {
		gain_price(g, k, text);
		paragraph(text, out);
	}
	table(g, out);
}

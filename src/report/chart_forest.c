#include "config.h"

#include "report/chart_forest.h"

#include <math.h>

#include "report/axis.h"
#include "report/gp.h"

#define LABEL_PX	200.0
#define ROW_PX		24.0		/* from row to row, with one series */
#define SERIES_PX	7.0		/* more for each further one */
#define GROUP_PX	26.0		/* for a group's name */
#define BETWEEN_PX	4.0		/* before it, but for the first */
#define BELOW_AXIS	62.0

static double row_px(const struct forest *t)
{
	return ROW_PX + SERIES_PX * (double)(t->nseries - 1);
}

/* The row's middle, in rows from half a row above the first; a group's name takes room above it. */
static double place_of(const struct forest *t, size_t row)
{
	double y = (double)row + 1.0;

	for (size_t i = 0; i <= row; i++)
		y += *t->row[i].group ? (GROUP_PX + (i > 0 ? BETWEEN_PX : 0.0)) / row_px(t) : 0.0;
	return y;
}

static void reach(double v, double *lo, double *hi)
{
	if (isfinite(v)) {
		*lo = fmin(*lo, v);
		*hi = fmax(*hi, v);
	}
}

static void span(const struct forest *t, double *lo, double *hi)
{
	*lo = *hi = 0.0;
	for (size_t i = 0; i < t->nrows; i++) {
		for (size_t s = 0; s < t->nseries; s++) {
			const struct summary *p = &t->row[i].pct[s];

			reach(t->row[i].mark[s], lo, hi);
			reach(p->n > 0 ? p->lo : (double)NAN, lo, hi);
			reach(p->n > 0 ? p->hi : (double)NAN, lo, hi);
		}
	}
}

static void cells(const struct forest *t, FILE *f)
{
	fputs("$rows << EOD\n", f);
	for (size_t i = 0; i < t->nrows; i++) {
		for (size_t s = 0; s < t->nseries; s++) {
			const struct summary *p = &t->row[i].pct[s];
			double apart = t->nseries > 1 ? 0.7 / (double)t->nseries : 0.0;

			gp_cell(f, place_of(t, i) + apart * ((double)s - (double)(t->nseries - 1) / 2));
			gp_cell(f, p->n > 0 ? p->mean : (double)NAN);
			gp_cell(f, p->n > 0 ? p->lo : (double)NAN);
			gp_cell(f, p->n > 0 ? p->hi : (double)NAN);
			gp_cell(f, t->row[i].mark[s]);
			fprintf(f, " %d\n", t->row[i].color[s]);
		}
	}
	fputs("EOD\n", f);
}

static void row_words(const struct forest *t, FILE *f)
{
	const char *label[FOREST_ROWS], *group[FOREST_ROWS], *value[FOREST_ROWS];
	char fit[FOREST_ROWS][80];
	double at[FOREST_ROWS], group_at[FOREST_ROWS];

	for (size_t i = 0; i < t->nrows; i++) {
		page_fit(fit[i], sizeof(fit[i]), t->row[i].label, FONT_LABEL, LABEL_PX);
		label[i] = fit[i];
		group[i] = t->row[i].group;
		value[i] = t->row[i].value;
		at[i] = place_of(t, i);
		group_at[i] = at[i] - 0.5 - GROUP_PX / 2.0 / row_px(t);
	}
	fprintf(f, "row_n = %zu\n", t->nrows);
	gp_real(f, "row_hi", place_of(t, t->nrows - 1) + 0.5);
	gp_reals(f, "row_at", at, t->nrows);
	gp_strings(f, "row_label", label, t->nrows);
	gp_reals(f, "group_at", group_at, t->nrows);
	gp_strings(f, "row_group", group, t->nrows);
	gp_strings(f, "row_value", value, t->nrows);
}

static double widest_value(const struct forest *t)
{
	double most = t->value_head ? page_text_px(t->value_head, FONT_SMALL, false) : 0.0;

	for (size_t i = 0; i < t->nrows; i++)
		most = fmax(most, page_text_px(t->row[i].value, FONT_SMALL, false));
	return most;
}

static double widest_label(const struct forest *t)
{
	double most = 0.0;

	for (size_t i = 0; i < t->nrows; i++) {
		most = fmax(most, page_text_px(t->row[i].label, FONT_LABEL, false));
		most = fmax(most, page_text_px(t->row[i].group, FONT_LABEL, true));
	}
	return fmin(most, LABEL_PX);
}

void forest_write(struct forest *t, FILE *f, struct page *page)
{
	double left, right, lo, hi, rows, head = t->value_head ? 30.0 : 12.0;
	struct axis x;

	rows = row_px(t) * place_of(t, t->nrows - 1);
	page->height = 400.0;
	page_write(f, page);
	page->height = page->top + head + rows + BELOW_AXIS;
	gp_real(f, "H", page->height);
	left = PAGE_MARGIN + widest_label(t) + 14.0;
	right = PAGE_MARGIN + widest_value(t) + 16.0;
	span(t, &lo, &hi);
	axis_percent(&x, lo, hi, 6);
	axis_thin(&x, PAGE_W - left - right, FONT_SMALL);
	gp_real(f, "left", left);
	gp_real(f, "right", right);
	gp_real(f, "top", page->top + head);
	gp_real(f, "below", BELOW_AXIS);
	gp_real(f, "band", t->band);
	gp_string(f, "xlabel", t->xlabel);
	gp_string(f, "value_head", t->value_head ? t->value_head : "");
	axis_write(f, "x", &x);
	row_words(t, f);
	cells(t, f);
}

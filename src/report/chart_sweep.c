/* report/chart_sweep.c - a metric against the swept settings: lines, points or bars, in one panel or
 * several. */
#include "config.h"

#include "report/chart_sweep.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/gp.h"

#define BELOW_AXIS	62.0		/* px from the lower edge: ticks, axis label, footer */
#define GAP_X		24.0
#define ONE_PX		450.0		/* height of the page with one panel */
#define ROW_PX		250.0		/* of the only row of panels; of several: */
#define ROWS_PX		165.0
#define LABEL_PX	170.0		/* of a label at a line's end, at most */

static bool in_ms(const struct sweep_drawn *d)
{
	return strcmp(metric_info[d->c->m].unit, "ms") == 0;
}

/* ---- axes */

static void y_axis(struct sweep_drawn *d)
{
	double lo = INFINITY, hi = 0.0, least = INFINITY;

	for (size_t i = 0; i < d->c->s->grid.npoints; i++) {
		const struct summary *v = sweep_chart_value(d->c, i);

		if (!v)
			continue;
		lo = fmin(lo, d->c->differences ? v->lo : v->mean);
		hi = fmax(hi, fmax(v->mean, v->hi));
		least = fmin(least, fmax(v->lo, v->mean / 3.0));
	}
	if (d->c->differences)
		axis_percent(&d->y, fmin(lo, 0.0), fmax(hi, 0.0), 6);
	else if (in_ms(d) && lo > 0.0 && hi / lo >= 8.0)
		axis_log(&d->y, least, hi, AXIS_TIMES);
	else
		axis_linear(&d->y, hi, d->p.rows > 1 ? 3 : 5, in_ms(d) ? AXIS_TIMES : AXIS_NUMBERS);
}

/* A tick at every swept value; where labels would touch, the first ones go. */
static void x_axis(struct sweep_drawn *d)
{
	const struct axis_values { char *const *value; size_t n; } a =
		{ d->c->s->grid.axis[d->p.x].value, d->p.nx };
	double first = sweep_plan_x(d->c, &d->p, 0, 0), last = sweep_plan_x(d->c, &d->p, 0, a.n - 1);
	double free_from = d->p.columns > 1 ? d->width + GAP_X / 2.0 : (double)INFINITY;
	size_t stride = (a.n + AXIS_TICKS - 1) / AXIS_TICKS;

	if (!d->p.lines) {
		first = 1.0;
		last = (double)a.n;
	}
	d->x = (struct axis){ .lo = first - (last - first) * 0.03, .hi = last + (last - first) * 0.015,
			      .log = d->p.lines && first > 0.0 && last / first >= 20.0 };
	if (d->x.log)
		d->x.lo = first * pow(last / first, -0.03), d->x.hi = last * pow(last / first, 0.015);
	if (!d->p.lines) {
		d->x.lo = 0.4;
		d->x.hi = last + 0.6;
	}
	for (size_t i = a.n; i-- > 0;) {
		double v = d->p.lines ? strtod(a.value[i], NULL) : (double)i + 1.0,
			at = axis_place(&d->x, v) * d->width, half;
		char label[24];

		if ((a.n - 1 - i) % stride != 0)
			continue;
		page_fit(label, sizeof(label), a.value[i], FONT_SMALL, d->p.lines ?
			 200.0 : d->width / (double)a.n - 4.0);
		half = page_text_px(label, FONT_SMALL, false) / 2.0 + 4.0;
		if (at + half > free_from || (d->p.columns > 1 && at - half < -GAP_X / 2.0))
			label[0] = '\0';
		else
			free_from = at - half;
		d->x.at[d->x.n] = v;
		snprintf(d->x.text[d->x.n++], sizeof(d->x.text[0]), "%s", label);
	}
}

static const char *unit_of(const struct sweep *s, const char *path)
{
	for (size_t i = 0; i < s->base->ndump; i++)
		if (strcmp(s->base->dump[i].path, path) == 0)
			return s->base->dump[i].unit ? s->base->dump[i].unit : "";
	return "";
}

static void axis_labels(const struct sweep_drawn *d, FILE *f)
{
	const char *word = sweep_word(&d->c->s->grid.axis[d->p.x]),
		*unit = unit_of(d->c->s, d->c->s->grid.axis[d->p.x].path);
	char text[300], words[2 * FMT];

	snprintf(text, sizeof(text), "%.100s%s%.30s%s%s", word, *unit ? " (" : "", unit,
		 *unit ? ")" : "",
		 d->x.log ? ", log scale" : "");
	gp_string(f, "xlabel", text);
	sweep_metric_words(words, d->c->m);
	words[0] = (char)toupper((unsigned char)words[0]);
	if (d->c->differences)
		snprintf(words + strlen(words), sizeof(words) - strlen(words), " over %.30s",
			 d->c->s->grid.axis[d->c->gains->axis].value[0]);
	unit = in_ms(d) || d->c->differences ? "" : metric_info[d->c->m].unit;
	snprintf(text, sizeof(text), "%.90s%s%.30s%s%s", words, *unit ? " (" : "", unit,
		 *unit ? ")" : "",
		 d->y.log ? ", log scale" : "");
	gp_string(f, "ylabel", text);
}

/* ---- panels */

/* Between rows of panels: each has a heading, or only the first. */
static double gap_y(const struct sweep_drawn *d)
{
	return d->p.row == SWEEP_NONE ? 34.0 : 18.0;
}

/* "max_running_requests 8"; "" without such an axis, or where the heading of another panel says it. */
static void heading(const struct sweep_drawn *d, size_t axis, bool here, size_t panel, double px,
		    char out[120])
{
	const struct grid *g = &d->c->s->grid;
	char whole[300];

	out[0] = '\0';
	if (axis == SWEEP_NONE || !here)
		return;
	snprintf(whole, sizeof(whole), "%.120s %.120s", sweep_word(&g->axis[axis]),
		 grid_value(g, sweep_plan_point(d->c, &d->p, panel, 0, 0), axis));
	page_fit(out, 120, whole, FONT_SMALL, px);
}

static void panels(const struct sweep_drawn *d, FILE *f)
{
	double left[SWEEP_PANELS], top[SWEEP_PANELS], below[SWEEP_PANELS], first[SWEEP_PANELS];
	char head[SWEEP_PANELS][120], side[SWEEP_PANELS][120];
	const char *text[SWEEP_PANELS], *beside[SWEEP_PANELS];

	for (size_t i = 0; i < d->p.panels; i++) {
		size_t column = i % d->p.columns, row = i / d->p.columns;

		left[i] = d->left + (double)column * (d->width + GAP_X);
		top[i] = d->top + (double)row * (d->height + gap_y(d));
		below[i] = i + d->p.columns >= d->p.panels;
		first[i] = column == 0;
		heading(d, d->p.column, row == 0 || d->p.row == SWEEP_NONE, i, d->width * 0.9, head[i]);
		heading(d, d->p.row, column + 1 == d->p.columns, i, d->height * 0.9, side[i]);
		text[i] = head[i];
		beside[i] = side[i];
	}
	fprintf(f, "panel_n = %zu\n", d->p.panels);
	gp_reals(f, "panel_left", left, d->p.panels);
	gp_reals(f, "panel_top", top, d->p.panels);
	gp_reals(f, "panel_below", below, d->p.panels);
	gp_reals(f, "panel_first", first, d->p.panels);
	gp_strings(f, "panel_text", text, d->p.panels);
	gp_strings(f, "panel_side", beside, d->p.panels);
	gp_real(f, "panel_width", d->width);
	gp_real(f, "panel_height", d->height);
	gp_real(f, "right", d->right);
}

/* ---- words */

static void end_labels(const struct sweep_drawn *d, FILE *f)
{
	double place[SWEEP_SERIES] = { 0 }, color[SWEEP_SERIES] = { 0 };
	const char *text[SWEEP_SERIES] = { "" };
	size_t n = 0;

	for (size_t s = 0; s < d->p.series && d->p.panels == 1 && d->p.series > 1 && d->p.lines; s++) {
		for (size_t i = d->p.nx; i-- > 0;) {
			const struct summary *v = sweep_drawn_value(d, 0, s, i);

			if (!v)
				continue;
			place[n] = axis_place(&d->y, v->mean) * d->height;
			color[n] = (double)s + 1.0;
			text[n++] = d->label[s];
			break;
		}
	}
	axis_spread(place, n, FONT_LABEL * 1.35, 0.0, d->height);
	for (size_t i = 0; i < n; i++)
		place[i] /= d->height;
	fprintf(f, "end_n = %zu\n", n);
	n = n ? n : 1;
	gp_reals(f, "end_y", place, n);
	gp_reals(f, "end_color", color, n);
	gp_strings(f, "end_text", text, n);
}

static void series_labels(struct sweep_drawn *d)
{
	const struct grid *g = &d->c->s->grid;

	for (size_t s = 0; s < d->p.series; s++) {
		char whole[200] = "";

		if (d->p.color != SWEEP_NONE && g->axis[d->p.color].numeric)
			snprintf(whole, sizeof(whole), "%.80s %.80s", sweep_word(&g->axis[d->p.color]),
				 g->axis[d->p.color].value[s]);
		else if (d->p.color != SWEEP_NONE)
			snprintf(whole, sizeof(whole), "%.160s", g->axis[d->p.color].value[s]);
		page_fit(d->label[s], sizeof(d->label[s]), whole, FONT_LABEL, LABEL_PX);
	}
}

void sweep_chart_words(const struct sweep_chart *c, struct page *page)
{
	struct run_result run =
		{ .scenario = c->s->base, .replications = (size_t)c->s->base->run.replications };
	char walls[FINDING], system[FINDING], at[FINDING];
	size_t used;

	if (c->title)
		snprintf(page->title, FINDING, "%s", c->title);
	else
		sweep_finding(c->s, c->v, c->m, page->title);
	sweep_walls(c->s, true, walls);
	used = strlen(page->title);
	if (*walls && used + strlen(walls) < 160)
		snprintf(page->title + used, FINDING - used, "; %.160s", walls);
	finding_system(&run, system);
	sweep_at(c->s, c->v, at);
	snprintf(page->subtitle, FINDING, "%.200s; %.150s%s", system, at,
		 c->differences ? "; differences of the same requests" : "");
	page->npoints = c->s->grid.npoints;
}

static void legend(const struct sweep_drawn *d, struct page *page)
{
	bool some, none;

	for (size_t s = 0; s < d->p.series && d->p.series > 1 && (d->p.panels > 1 || !d->p.lines); s++)
		if (!d->c->differences || d->p.color != d->c->gains->axis || s > 0)
			page_legend(page, d->label[s], (int)s + 1, MARK_SQUARE);
	if (d->c->gains)
		page_legend(page, "grey: more than 128 requests wait most of the time", 0, MARK_NONE);
	sweep_drawn_fails(d, &some, &none);
	if (some)
		page_legend(page, "× cannot run", 0, MARK_NONE);
	if (none && d->p.panels > 1)
		page_legend(page, "grey: nothing runs", 0, MARK_NONE);
}

static double right_margin(const struct sweep_drawn *d)
{
	double most = 20.0;

	for (size_t s = 0; s < d->p.series && d->p.panels == 1 && d->p.series > 1 && d->p.lines; s++)
		most = fmax(most, 10.0 + page_text_px(d->label[s], FONT_LABEL, false));
	if (d->p.row != SWEEP_NONE)
		most = 26.0;		/* what the row is, written upwards */
	return most + PAGE_MARGIN;
}

static void measure(struct sweep_drawn *d, FILE *f, struct page *page)
{
	double columns = (double)d->p.columns, rows = (double)d->p.rows;

	page->height = ONE_PX;
	page_write(f, page);
	d->left = PAGE_MARGIN + axis_widest(&d->y, FONT_SMALL) + 10.0;
	d->right = right_margin(d);
	d->top = page->top + (d->p.panels > 1 ? 56.0 : 34.0);	/* axis label, and the panels'
								 * headings */
	d->width = (PAGE_W - d->left - d->right - (columns - 1.0) * GAP_X) / columns;
	d->height = d->p.panels == 1 ? ONE_PX - d->top - BELOW_AXIS : d->p.rows == 1 ? ROW_PX : ROWS_PX;
	page->height = d->top + rows * d->height + (rows - 1.0) * gap_y(d) + BELOW_AXIS;
	gp_real(f, "H", page->height);
	gp_real(f, "ylabel_y", page->top + 18.0);
	gp_real(f, "xlabel_y", page->height - BELOW_AXIS + 33.0);
}

bool sweep_chart_panels(const void *chart, FILE *f, struct page *page, char why[WHY])
{
	struct sweep_drawn d = { .c = chart };
	double color[SWEEP_SERIES];
	size_t best, worst;

	sweep_extremes(d.c->s, d.c->v, d.c->m, &best, &worst);
	if (best == SWEEP_NONE) {
		snprintf(why, WHY, "no point has %s", metric_info[d.c->m].name);
		return false;
	}
	if (!sweep_plan(d.c, &d.p, why))
		return false;
	series_labels(&d);
	y_axis(&d);
	d.look = d.p.lines ? 0 : d.p.series == 1 && d.p.panels == 1 && !d.y.log ? 2 : 1;
	sweep_chart_words(d.c, page);
	legend(&d, page);
	measure(&d, f, page);
	x_axis(&d);
	axis_labels(&d, f);
	axis_write(f, "x", &d.x);
	axis_write(f, "y", &d.y);
	panels(&d, f);
	for (size_t s = 0; s < d.p.series; s++)
		color[s] = (double)s + 1.0;
	gp_reals(f, "series_color", color, d.p.series);
	fprintf(f, "series_n = %zu\nband = %d\nlook = %d\npoint_size = %g\n", d.p.series,
		d.c->s->base->run.replications > 1,
		d.look, d.p.panels > 1 ? 0.4 : 0.55);
	sweep_drawn_data(&d, f);
	end_labels(&d, f);
	return true;
}

/* report/chart_cliff.c - walls and plateau: a column of panels a load; metrics, then how the KV pool is
 * used. */
#include "config.h"

#include "report/cliff.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "report/axis.h"
#include "report/gp.h"
#include "report/sweep.h"

#define ROWS		(CLIFF_METRICS + 1)
#define PANELS		(ROWS * CLIFF_LOADS)
#define SERIES		(CLIFF_LOADS * (CLIFF_METRICS + WHY_SERIES))
#define WHY_SERIES	3		/* lines of the last row */
#define ZONES		(PANELS * 6)
#define TICKS		(PANELS * AXIS_TICKS)
#define GAP_X		62.0		/* px between columns: ticks of the right one */
#define GAP_Y		30.0
#define PANEL_PX	118.0
#define BELOW		62.0		/* ticks, axis label, footer */
#define HEADS		46.0		/* above the first row */

enum ground { GROUND_WALL = 1, GROUND_RISK, GROUND_PLATEAU };	/* as plots/cliff.gp has them */

struct zones {
	size_t n;
	double panel[ZONES], from[ZONES], to[ZONES], color[ZONES], up[ZONES];
	const char *text[ZONES];
};

struct drawing {
	const struct cliffs *c;
	size_t rows, panels;		/* panel = row * loads + load */
	struct axis x, y[PANELS];
	double left, width;
	struct zones zones;
};

static const struct why_line { const char *name; bool waiting; enum metric m; } why_line[WHY_SERIES] = {
	{ "KV pool in use", false, M_kv_usage_mean },
	{ "prompt tokens found in the cache", false, M_cache_hit_rate },
	{ "of a request's time spent waiting", true, M_queued_mean },
};

/* ---- values */

static bool why_row(const struct drawing *d, size_t panel)
{
	return panel / d->c->nloads == d->c->nmetrics;
}

static struct summary why_value(const struct drawing *d, const struct cliff *l, size_t k, size_t place)
{
	const struct sweep_level *level = cliff_runs(d->c, l, place)
						  ? sweep_level(cliff_point(d->c, l, place), d->c->level)
						  : NULL;
	struct summary v = { .mean = NAN, .lo = NAN, .hi = NAN };
	double share = level ? level->share[CAUSE_QUEUE] : (double)NAN;

	if (level && why_line[k].waiting)
		v = (struct summary){ .mean = share, .lo = share, .hi = share };
	else if (level && level->metric[why_line[k].m].n > 0)
		v = level->metric[why_line[k].m];
	v.mean *= 100.0;
	v.lo *= 100.0;
	v.hi *= 100.0;
	return v;
}

static bool in_ms(const struct cliffs *c, size_t metric)
{
	return strcmp(metric_info[c->metric[metric]].unit, "ms") == 0;
}

/* ---- axes */

static void y_axis(struct drawing *d, size_t panel)
{
	size_t row = panel / d->c->nloads;
	const struct cliff *l = &d->c->load[panel % d->c->nloads];
	double lo = INFINITY, hi = 0.0;

	if (why_row(d, panel)) {
		d->y[panel] = (struct axis){ .lo = 0.0,
					     .hi = 100.0,
					     .n = 3,
					     .at = { 0.0, 50.0, 100.0 },
					     .text = { "0", "50%%", "100%%" } };
		return;
	}
	for (size_t i = 0; i < l->n; i++) {
		const struct summary *v =
			cliff_runs(d->c, l, i) ? cliff_value(d->c, l, i, d->c->metric[row]) : NULL;

		if (!v)
			continue;
		lo = fmin(lo, v->lo > 0.0 ? v->lo : v->mean);
		hi = fmax(hi, v->hi);
	}
	if (in_ms(d->c, row) && hi / lo >= 8.0)
		axis_log(&d->y[panel], lo, hi, AXIS_TIMES);
	else
		axis_linear(&d->y[panel], hi, 3, in_ms(d->c, row) ? AXIS_TIMES : AXIS_NUMBERS);
}

static void x_axis(struct drawing *d)
{
	const struct cliffs *c = d->c;
	double first = c->value[0], last = c->value[c->load[0].n - 1];

	axis_span(&d->x, first, last, d->c->nloads > 1 ? 8 : 12, AXIS_NUMBERS);
	d->x.lo = first - (last - first) * 0.04;	/* room for words before the first point */
	d->x.hi = last + (last - first) * 0.01;
}

static void write_y(const struct drawing *d, FILE *f)
{
	double lo[PANELS], hi[PANELS], log[PANELS], panel[TICKS], at[TICKS];
	const char *text[TICKS];
	size_t n = 0;

	for (size_t p = 0; p < d->panels; p++) {
		const struct axis *y = &d->y[p];
		size_t stride = y->log && y->n > 7 ? 2 : 1;

		lo[p] = y->lo;
		hi[p] = y->hi;
		log[p] = y->log;
		for (size_t i = 0; i < y->n; i += stride) {
			panel[n] = (double)p + 1.0;
			at[n] = y->at[i];
			text[n++] = y->text[i];
		}
	}
	gp_reals(f, "panel_y_lo", lo, d->panels);
	gp_reals(f, "panel_y_hi", hi, d->panels);
	gp_reals(f, "panel_y_log", log, d->panels);
	fprintf(f, "tick_n = %zu\n", n);
	gp_reals(f, "tick_panel", panel, n);
	gp_reals(f, "tick_at", at, n);
	gp_strings(f, "tick_text", text, n);
}

/* ---- zones */

static double px(const struct drawing *d, double from, double to)
{
	return (axis_place(&d->x, to) - axis_place(&d->x, from)) * d->width;
}

/* Words go up the zone, along it, or are left out. */
static void zone(struct drawing *d, size_t panel, double from, double to, enum ground color,
		 const char *text)
{
	struct zones *z = &d->zones;
	double wide = px(d, from, to), words = page_text_px(text, FONT_SMALL, false);
	bool up = words + 6.0 > wide;

	if (!(wide > 0.5))
		return;
	z->panel[z->n] = (double)panel + 1.0;
	z->from[z->n] = from;
	z->to[z->n] = to;
	z->color[z->n] = color;
	z->up[z->n] = up;
	z->text[z->n++] = wide < 11.0 || (up && words > PANEL_PX) ? "" : text;
}

static double between(const struct drawing *d, size_t a, size_t b, double at)
{
	return isfinite(at) ? at : (d->c->value[a] + d->c->value[b]) / 2.0;
}

static void zones_of(struct drawing *d, size_t panel)
{
	const struct cliffs *c = d->c;
	const struct cliff *l = &c->load[panel % c->nloads];
	const struct cliff_wall *left = &l->left, *right = &l->right;
	size_t row = panel / c->nloads;
	bool words = row == 0;
	double lo = d->x.lo, hi = d->x.hi;

	if (left->in == CLIFF_NONE)
		return;
	if (left->out != CLIFF_NONE) {
		double end = between(d, left->out, left->in, left->at);

		if (left->cause != CLIFF_WEIGHTS && isfinite(l->weights_at)) {
			zone(d, panel, lo, l->weights_at, GROUND_WALL,
			     words ? "weights do not fit" : "");
			zone(d, panel, l->weights_at, end, GROUND_WALL, words ? "prompts too long" : "");
		} else {
			zone(d, panel, lo, end, GROUND_WALL,
			     words ? left->cause == CLIFF_WEIGHTS ? "weights do not fit" : "cannot run"
				   : "");
		}
	}
	if (right->out != CLIFF_NONE)
		hi = between(d, right->in, right->out, right->at);
	if (row < c->nmetrics && l->plateau[row].best != CLIFF_NONE &&
	    l->plateau[row].to > l->plateau[row].from)
		zone(d, panel, c->value[l->plateau[row].from],
		     fmin(fmin(hi, c->value[l->plateau[row].to]), l->risk_at), GROUND_PLATEAU,
		     words ? "safe plateau" : "");
	if (isfinite(l->risk_at))
		zone(d, panel, l->risk_at, hi, GROUND_RISK, words ? "at risk" : "");
	if (right->out != CLIFF_NONE)
		zone(d, panel, hi, d->x.hi, GROUND_WALL, words ? "does not fit" : "");
}

static void write_zones(struct drawing *d, FILE *f)
{
	struct zones *z = &d->zones;

	for (size_t p = 0; p < d->panels; p++)
		zones_of(d, p);
	fprintf(f, "zone_n = %zu\n", z->n);
	gp_reals(f, "zone_panel", z->panel, z->n ? z->n : 1);
	gp_reals(f, "zone_from", z->from, z->n ? z->n : 1);
	gp_reals(f, "zone_to", z->to, z->n ? z->n : 1);
	gp_reals(f, "zone_color", z->color, z->n ? z->n : 1);
	gp_reals(f, "zone_up", z->up, z->n ? z->n : 1);
	if (z->n == 0)
		z->text[0] = "";
	gp_strings(f, "zone_text", z->text, z->n ? z->n : 1);
}

/* ---- lines */

static void cell(const struct summary *v, const struct axis *y, FILE *f)
{
	gp_cell(f, v->mean);
	gp_cell(f, y->log ? fmax(v->lo, y->lo) : v->lo);
	gp_cell(f, v->hi);
	fputc('\n', f);
}

static void write_lines(const struct drawing *d, FILE *f)
{
	const struct cliffs *c = d->c;
	static const struct summary none = { .mean = NAN, .lo = NAN, .hi = NAN };
	double panel[SERIES], color[SERIES];
	size_t n = 0;

	fputs("$data << EOD\n", f);
	for (size_t p = 0; p < d->panels; p++) {
		const struct cliff *l = &c->load[p % c->nloads];

		for (size_t k = 0; k < (why_row(d, p) ? WHY_SERIES : 1); k++) {
			for (size_t i = 0; i < l->n; i++) {
				struct summary v = why_row(d, p) ? why_value(d, l, k, i) : none;
				const struct summary *m =
					why_row(d, p) ? &v
					: cliff_runs(c, l, i)
						? cliff_value(c, l, i, c->metric[p / c->nloads])
						: NULL;

				gp_cell(f, c->value[i]);
				cell(m ? m : &none, &d->y[p], f);
			}
			fputs("\n\n", f);
			panel[n] = (double)p + 1.0;
			color[n++] = why_row(d, p) ? (double)k + 2.0 : 1.0;
		}
	}
	fprintf(f, "EOD\nseries_n = %zu\nband = %d\n", n, c->sweep->base->run.replications > 1);
	gp_reals(f, "series_panel", panel, n);
	gp_reals(f, "series_color", color, n);
}

/* A line at the value to launch: one for all loads. */
static void write_marks(const struct drawing *d, FILE *f)
{
	double panel[PANELS] = { 0 }, x[PANELS] = { 0 };
	const char *text[PANELS] = { "" };
	char words[80] = "";
	size_t n = 0;

	if (d->c->advice != CLIFF_NONE)
		snprintf(words, sizeof(words), "launch %.40s", cliff_setting(d->c, d->c->advice));
	for (size_t p = 0; p < d->panels && d->c->advice != CLIFF_NONE; p++) {
		panel[n] = (double)p + 1.0;
		x[n] = d->c->value[d->c->advice];
		text[n++] = p < d->c->nloads ? words : "";
	}
	fprintf(f, "mark_n = %zu\nend_n = 0\n", n);
	gp_reals(f, "mark_panel", panel, n ? n : 1);
	gp_reals(f, "mark_x", x, n ? n : 1);
	gp_strings(f, "mark_text", text, n ? n : 1);
}

/* ---- the page */

static void write_panels(struct drawing *d, double top, FILE *f)
{
	const struct cliffs *c = d->c;
	double left[PANELS], above[PANELS], below[PANELS];
	char head[PANELS][120], metric[PANELS][2 * FMT + 40], words[2 * FMT];
	const char *text[PANELS], *name[PANELS];

	for (size_t p = 0; p < d->panels; p++) {
		size_t load = p % c->nloads, row = p / c->nloads;

		left[p] = d->left + (double)load * (d->width + GAP_X);
		above[p] = top + (double)row * (PANEL_PX + GAP_Y);
		below[p] = row + 1 == d->rows;
		page_fit(head[p], sizeof(head[p]), row == 0 ? c->load[load].label : "", FONT_SMALL,
			 d->width * 0.9);
		if (why_row(d, p))
			snprintf(metric[p], sizeof(metric[p]), "How the pool is used");
		else
			snprintf(metric[p], sizeof(metric[p]), "%s%s%s%s%s",
				 sweep_metric_words(words, c->metric[row]), in_ms(c, row) ? "" : " (",
				 in_ms(c, row) ? "" : metric_info[c->metric[row]].unit,
				 in_ms(c, row) ? "" : ")", d->y[p].log ? ", log scale" : "");
		metric[p][0] = (char)toupper((unsigned char)metric[p][0]);
		text[p] = head[p];
		name[p] = metric[p];
	}
	fprintf(f, "panel_n = %zu\n", d->panels);
	gp_reals(f, "panel_left", left, d->panels);
	gp_reals(f, "panel_top", above, d->panels);
	gp_reals(f, "panel_x", below, d->panels);
	gp_strings(f, "panel_text", text, d->panels);
	gp_strings(f, "panel_metric", name, d->panels);
	gp_real(f, "panel_width", d->width);
	gp_real(f, "panel_height", PANEL_PX);
}

static void page_words(const struct drawing *d, struct page *page)
{
	const struct cliffs *c = d->c;
	const struct run_result run = { .scenario = c->sweep->base,
					.replications = (size_t)c->sweep->base->run.replications };
	char system[FINDING], seeds[FINDING];

	cliffs_answer(c, page->title);
	finding_system(&run, system);
	finding_seeds(&run, seeds);
	snprintf(page->subtitle, FINDING,
		 "%.160s; %.100s.  Plateau: all points within %g%% of the best, by differences of the "
		 "same requests",
		 system, seeds, CLIFF_TOLERANCE);
	for (size_t k = 0; k < WHY_SERIES; k++)
		page_legend(page, why_line[k].name, (int)k + 2, MARK_SQUARE);
	page->npoints = c->sweep->grid.npoints;
}

bool chart_cliffs(const void *cliffs, FILE *f, struct page *page, char why[WHY])
{
	struct drawing d = { .c = cliffs, .rows = ((const struct cliffs *)cliffs)->nmetrics + 1 };
	double widest = 0.0, top, n = (double)d.c->nloads;

	d.panels = d.rows * d.c->nloads;
	for (size_t i = 0; i < d.c->nloads; i++) {
		if (d.c->load[i].left.in == CLIFF_NONE) {
			snprintf(why, WHY, "nothing runs with %.100s", d.c->load[i].label);
			return false;
		}
	}
	for (size_t p = 0; p < d.panels; p++) {
		y_axis(&d, p);
		widest = fmax(widest, axis_widest(&d.y[p], FONT_SMALL));
	}
	page_words(&d, page);
	page->height = 600.0;
	page_write(f, page);
	d.left = PAGE_MARGIN + widest + 8.0;
	d.width = (PAGE_W - d.left - PAGE_MARGIN - (n - 1.0) * GAP_X) / n;
	top = page->top + HEADS;
	page->height = top + (double)d.rows * PANEL_PX + (double)(d.rows - 1) * GAP_Y + BELOW;
	gp_real(f, "H", page->height);
	gp_real(f, "xlabel_y", page->height - BELOW + 33.0);
	gp_string(f, "xlabel", sweep_word(&d.c->sweep->grid.axis[d.c->axis]));
	x_axis(&d);
	axis_write(f, "x", &d.x);
	write_panels(&d, top, f);
	write_y(&d, f);
	write_zones(&d, f);
	write_marks(&d, f);
	write_lines(&d, f);
	return true;
}

/* report/chart_sweep_data.c - the points of a sweep's chart, its best one, and where nothing runs. */
#include "config.h"

#include "report/chart_sweep.h"

#include <math.h>

#include "report/gp.h"

#define SHADES		64

const struct summary *sweep_chart_value(const struct sweep_chart *c, size_t point)
{
	if (!c->differences)
		return sweep_value(c->s, c->v, point, c->m);
	return c->gains->pct[point].n > 0 ? &c->gains->pct[point] : NULL;
}

const struct summary *sweep_drawn_value(const struct sweep_drawn *d, size_t panel, size_t series,
					size_t i)
{
	return sweep_chart_value(d->c, sweep_plan_point(d->c, &d->p, panel, series, i));
}

static bool runs_at(const struct sweep_drawn *d, size_t panel, size_t series, size_t i)
{
	const struct sweep_point *p = &d->c->s->point[sweep_plan_point(d->c, &d->p, panel, series, i)];

	return p->status == SWEEP_OK || p->status == SWEEP_HANGS;
}

static bool none_runs(const struct sweep_drawn *d, size_t panel, size_t i)
{
	for (size_t s = 0; s < d->p.series; s++)
		if (runs_at(d, panel, s, i))
			return false;
	return true;
}

/* What can be drawn of the lower end: on a log axis nothing below a third of the mean. */
static double low_end(const struct sweep_drawn *d, const struct summary *v)
{
	return d->y.log ? fmax(v->lo, v->mean / 3.0) : fmax(v->lo, d->y.lo);
}

static void cells(const struct sweep_drawn *d, FILE *f)
{
	char num[2 * FMT];

	fputs("$data << EOD\n", f);
	for (size_t k = 0; k < d->p.panels * d->p.series; k++) {
		for (size_t i = 0; i < d->p.nx; i++) {
			const struct summary *v = sweep_drawn_value(d, k / d->p.series, k % d->p.series,
								    i);

			gp_cell(f, sweep_plan_x(d->c, &d->p, k % d->p.series, i));
			gp_cell(f, v ? v->mean : (double)NAN);
			gp_cell(f, v ? low_end(d, v) : (double)NAN);
			gp_cell(f, v ? v->hi : (double)NAN);
			fprintf(f, " \"%s\"\n", v ? sweep_amount(num, d->c->m, v->mean) : "");
		}
		fputs("\n\n", f);
	}
	fputs("EOD\n$fail << EOD\n", f);
	for (size_t k = 0; k < d->p.panels; k++) {
		bool any = false;

		for (size_t i = 0; i < d->p.nx * d->p.series; i++) {
			size_t series = i % d->p.series, x = i / d->p.series;

			if (runs_at(d, k, series, x) || (d->p.lines && none_runs(d, k, x)))
				continue;
			gp_cell(f, sweep_plan_x(d->c, &d->p, series, x));
			fprintf(f, " %d\n", d->p.series > 1 ? (int)series + 1 : 0);
			any = true;
		}
		fputs(any ? "\n\n" : "NaN 0\n\n\n", f);
	}
	fputs("EOD\n", f);
	gp_real(f, "fail_y", d->y.log ? d->y.lo * pow(d->y.hi / d->y.lo, 0.025) : d->y.hi * 0.025);
}

/* The best of all, ringed; none if the worst is as good, or among variants, which may be different
 * loads. */
static void best_point(const struct sweep_drawn *d, FILE *f)
{
	size_t best, worst;
	bool any = false;

	sweep_extremes(d->c->s, d->c->v, d->c->m, &best, &worst);
	fputs("$best << EOD\n", f);
	if (sweep_slices(d->c->s) > 1)
		best = SWEEP_NONE;
	for (size_t k = 0; k < d->p.panels * d->p.series * d->p.nx && best != SWEEP_NONE &&
	     d->look != 2 && !d->c->gains; k++) {
		size_t i = k % d->p.nx, series = k / d->p.nx % d->p.series,
			panel = k / d->p.nx / d->p.series;

		if (sweep_plan_point(d->c, &d->p, panel, series, i) != best ||
		    sweep_alike(d->c->s, d->c->v, d->c->m, best, worst))
			continue;
		fprintf(f, "%zu", panel + 1);
		gp_cell(f, sweep_plan_x(d->c, &d->p, series, i));
		gp_cell(f, sweep_drawn_value(d, panel, series, i)->mean);
		fprintf(f, " %zu\n", series + 1);
		any = true;
	}
	fputs(any ? "EOD\n" : "0 NaN NaN 0\nEOD\n", f);
}

/* ---- where nothing runs */

/* Where between two places on the axis the border is drawn: in the middle as the eye sees it. */
static double middle(const struct sweep_drawn *d, size_t i, size_t k)
{
	double a = sweep_plan_x(d->c, &d->p, 0, i), b = sweep_plan_x(d->c, &d->p, 0, k);

	return d->x.log ? sqrt(a * b) : (a + b) / 2.0;
}

static const char *shade_words(const struct sweep_drawn *d, size_t panel, size_t from, size_t to)
{
	enum sweep_status first = d->c->s->point[sweep_plan_point(d->c, &d->p, panel, 0, from)].status;

	for (size_t i = from; i < to; i++)
		if (d->c->s->point[sweep_plan_point(d->c, &d->p, panel, 0, i)].status != first)
			return "cannot run";
	return first == SWEEP_DOES_NOT_FIT ? "memory does not suffice" : "the engine refuses the load";
}

/* Nothing runs there, or the queue is what the chart is about. */
static bool shaded(const struct sweep_drawn *d, size_t panel, size_t i)
{
	if (d->c->gains)
		return gain_queue_long(d->c->gains, sweep_plan_point(d->c, &d->p, panel, 0, i));
	return none_runs(d, panel, i);
}

static void shades(const struct sweep_drawn *d, FILE *f)
{
	double panel[SHADES] = { 0 }, from[SHADES] = { 0 }, to[SHADES] = { 0 }, at[SHADES] = { 0 };
	const char *text[SHADES] = { "" };
	double a, b;
	size_t n = 0, k;

	for (size_t p = 0; p < d->p.panels && d->p.lines; p++) {
		for (size_t i = 0; i < d->p.nx && n < SHADES; i = k + 1) {
			for (k = i; k < d->p.nx && shaded(d, p, k); k++)
				;
			if (k == i)
				continue;
			panel[n] = (double)p + 1.0;
			from[n] = i == 0 ? d->x.lo : middle(d, i - 1, i);
			to[n] = k == d->p.nx ? d->x.hi : middle(d, k - 1, k);
			a = axis_place(&d->x, from[n]);
			b = axis_place(&d->x, to[n]);
			at[n] = axis_value(&d->x, (a + b) / 2.0);
			text[n] = (b - a) * d->width < 14.0 ||
				  d->p.panels > 1 ? "" : shade_words(d, p, i, k);
			n++;
		}
	}
	fprintf(f, "shade_n = %zu\n", n);
	n = n ? n : 1;			/* gnuplot looks at [1] even if it draws none */
	gp_reals(f, "shade_panel", panel, n);
	gp_reals(f, "shade_from", from, n);
	gp_reals(f, "shade_to", to, n);
	gp_reals(f, "shade_at", at, n);
	gp_strings(f, "shade_text", text, n);
}

void sweep_drawn_fails(const struct sweep_drawn *d, bool *some, bool *none)
{
	*some = *none = false;
	for (size_t k = 0; k < d->p.panels * d->p.nx; k++) {
		bool all = d->p.lines && none_runs(d, k / d->p.nx, k % d->p.nx);

		*none = *none || all;
		for (size_t s = 0; s < d->p.series && !all; s++)
			*some = *some || !runs_at(d, k / d->p.nx, s, k % d->p.nx);
	}
}

void sweep_drawn_data(const struct sweep_drawn *d, FILE *f)
{
	cells(d, f);
	best_point(d, f);
	shades(d, f);
}

/* report/chart_sweep_effects.c - what each axis of a sweep does, all else the same: for grids that
 * panels cannot show. */
#include "config.h"

#include "report/chart_sweep.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/chart_forest.h"
#include "report/cliff.h"
#include "report/gain.h"

struct ends {				/* values of an axis with the least and the most effect */
	size_t least, most;
	bool any;
};

static struct ends ends_of(const struct sweep_chart *c, size_t a)
{
	struct ends out = { 0 };
	double lo = INFINITY, hi = -INFINITY;

	for (size_t i = 0; i < c->s->grid.axis[a].n; i++) {
		struct summary e = sweep_effect(c->s, c->v, c->m, a, i);

		if (e.n == 0)
			continue;
		out.any = true;
		if (e.mean < lo) {
			lo = e.mean;
			out.least = i;
		}
		if (e.mean > hi) {
			hi = e.mean;
			out.most = i;
		}
	}
	return out;
}

static void add_row(const struct sweep_chart *c, struct forest *t, size_t a, size_t i, bool first)
{
	const struct grid_axis *x = &c->s->grid.axis[a];
	struct summary e = sweep_effect(c->s, c->v, c->m, a, i);
	int better = metric_info[c->m].better;
	size_t n = t->nrows++;

	snprintf(t->row[n].label, sizeof(t->row[n].label), "%.79s", x->value[i]);
	if (first)
		snprintf(t->row[n].group, sizeof(t->row[n].group), "%.47s", sweep_word(x));
	snprintf(t->row[n].value, sizeof(t->row[n].value), "%+.1f%%", 100.0 * e.mean);
	t->row[n].pct[0] = (struct summary){ .mean = 100.0 * e.mean, .lo = 100.0 * e.lo,
					     .hi = 100.0 * e.hi, .n = e.n };
	t->row[n].mark[0] = (double)NAN;
	t->row[n].color[0] = better == 0 ? 1 : e.mean * better >= 0.0 ? 1 : 2;
}

bool sweep_chart_effects(const void *chart, FILE *f, struct page *page, char why[WHY])
{
	const struct sweep_chart *c = chart;
	size_t n = c->s->grid.naxes, *axis = xcalloc(n, sizeof(*axis));
	double *effect = xcalloc(n, sizeof(*effect));
	struct forest *t = xcalloc(1, sizeof(*t));
	bool drawn;

	t->nseries = 1;
	t->xlabel = "Deviation from the mean over the setting, all other settings the same";
	t->value_head = "mean";
	sweep_rank_axes(c->s, c->v, c->m, axis, effect);
	for (size_t k = 0; k < n; k++) {
		struct ends s = ends_of(c, axis[k]);

		if (!s.any || s.least == s.most || t->nrows + 2 > FOREST_ROWS)
			continue;
		add_row(c, t, axis[k], metric_info[c->m].better < 0 ? s.least : s.most, true);
		add_row(c, t, axis[k], metric_info[c->m].better < 0 ? s.most : s.least, false);
	}
	drawn = t->nrows > 0;
	if (drawn) {
		size_t used;

		sweep_chart_words(c, page);
		used = strlen(page->subtitle);
		snprintf(page->subtitle + used, FINDING - used,
			 ". Best and worst value of each setting: dot, mean over all others; bar, from "
			 "least to most");
		forest_write(t, f, page);
	} else {
		snprintf(why, WHY, "no setting changes %s", metric_info[c->m].name);
	}
	free(t);
	free(effect);
	free(axis);
	return drawn;
}

/* "sweep_ttft_ms_p95" */
static char *name_of(enum metric m)
{
	char *name = xasprintf("sweep_%s", metric_info[m].name);

	for (char *c = name; *c; c++)
		*c = *c == '.' ? '_' : *c;
	return name;
}

/* What names gain over the first, and who pays. */
static enum charts_status draw_gains(const struct sweep *s, const struct sweep_view *v,
				     const struct run_result *run, const char *dir, FILE *say)
{
	char title[FINDING], price[FINDING];
	struct gains g;
	struct sweep_chart gain = { s, v, v->metric[0], &g, true, title };
	struct sweep_chart cold = { s, v, M_cold_ttft_ms_p99, &g, false, price };
	struct chart_once once[2] = { { "sweep_gain", "sweep", sweep_chart_panels, &gain },
				      { "sweep_cold", "sweep", sweep_chart_panels, &cold } };
	enum charts_status status;

	if (!gains_find(&g, s, v->level, v->metric[0]))
		return CHARTS_DONE;
	gains_answer(&g, title);
	status = charts_draw(once, gains_price_answer(&g, price) ? 2 : 1, run, dir, say);
	gains_release(&g);
	return status;
}

enum charts_status report_sweep_charts(const struct sweep *s, const struct sweep_view *v,
				       const char *dir, FILE *say)
{
	/* what a page says of its run */
	const struct run_result run =
		{ .scenario = s->base, .replications = (size_t)s->base->run.replications };
	enum charts_status status = CHARTS_DONE;
	struct cliffs walls;

	if (cliffs_find(&walls, s, v->level, v->metric, v->nmetrics)) {
		status =
			charts_draw(&(struct chart_once){ "sweep_walls", "cliff", chart_cliffs, &walls },
				    1, &run, dir, say);
		cliffs_release(&walls);
	}
	if (status == CHARTS_DONE)
		status = draw_gains(s, v, &run, dir, say);
	for (size_t i = 0; i < v->nmetrics && status == CHARTS_DONE; i++) {
		struct sweep_chart c = { .s = s, .v = v, .m = v->metric[i] };
		char *name = name_of(c.m), why[WHY];
		struct sweep_plan p;
		bool panels = sweep_plan(&c, &p, why);
		struct chart_once once = { name, panels ? "sweep" : "forest",
					   panels ? sweep_chart_panels : sweep_chart_effects, &c };

		status = charts_draw(&once, 1, &run, dir, say);
		free(name);
	}
	return status;
}

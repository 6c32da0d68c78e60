/* run/gain.c - paired differences to the first name of an axis. */
#include "config.h"

#include "run/gain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define MOST_PCT	50.0		/* of the time */

static bool names(const struct grid_axis *a)
{
	return !a->numeric && !a->variant && a->n >= 2;
}

size_t gain_base(const struct gains *g, size_t point)
{
	const struct grid *grid = &g->sweep->grid;
	size_t stride = 1;

	for (size_t a = g->axis + 1; a < grid->naxes; a++)
		stride *= grid->axis[a].n;
	return point - grid_index(grid, point, g->axis) * stride;
}

bool gains_find(struct gains *g, const struct sweep *s, const char *level, enum metric m)
{
	bool numbers = false, any = false;

	*g = (struct gains){ .sweep = s, .level = level, .metric = m, .axis = s->grid.naxes };
	for (size_t a = s->grid.naxes; a-- > 0;) {
		numbers = numbers || (s->grid.axis[a].numeric && s->grid.axis[a].n > 2);
		if (names(&s->grid.axis[a]))
			g->axis = a;
	}
	if (g->axis == s->grid.naxes || !numbers)
		return false;
	g->pct = xcalloc(s->grid.npoints, sizeof(*g->pct));
	for (size_t i = 0; i < s->grid.npoints; i++) {
		if (grid_index(&s->grid, i, g->axis) > 0)
			g->pct[i] = sweep_paired_pct(&s->point[gain_base(g, i)], &s->point[i], level, m);
		any = any || g->pct[i].n > 0;
	}
	if (!any)
		gains_release(g);
	return any;
}

void gains_release(struct gains *g)
{
	free(g->pct);
	*g = (struct gains){ 0 };
}

/* The difference, so that more is better. */
static double good(const struct gains *g, double pct)
{
	return metric_info[g->metric].better < 0 ? -pct : pct;
}

static bool beyond_chance(const struct summary *d)
{
	return d->n > 0 && (d->lo > 0.0 || d->hi < 0.0);
}

bool gain_better(const struct gains *g, size_t point)
{
	return beyond_chance(&g->pct[point]) && good(g, g->pct[point].mean) > GAIN_NOISE;
}

bool gain_worse(const struct gains *g, size_t point)
{
	return beyond_chance(&g->pct[point]) && good(g, g->pct[point].mean) < -GAIN_NOISE;
}

struct gain_of gain_of(const struct gains *g, size_t name)
{
	struct gain_of o = { 0 };
	double most = -INFINITY, least = INFINITY;

	for (size_t i = 0; i < g->sweep->grid.npoints; i++) {
		double v = good(g, g->pct[i].mean);

		if (g->pct[i].n == 0 || grid_index(&g->sweep->grid, i, g->axis) != name)
			continue;
		o.n++;
		o.better += gain_better(g, i);
		o.worse += gain_worse(g, i);
		if (v > most) {
			most = v;
			o.best = i;
		}
		if (v < least) {
			least = v;
			o.worst = i;
		}
	}
	return o;
}

double gain_mean(const struct gains *g, size_t point, enum metric m)
{
	const struct sweep_level *l = sweep_level(&g->sweep->point[point], g->level);

	return l && l->metric[m].n > 0 ? l->metric[m].mean : (double)NAN;
}

bool gain_queue_long(const struct gains *g, size_t point)
{
	return gain_mean(g, gain_base(g, point), M_queued_over_128_pct) > MOST_PCT;
}

/* run/cliff.c - walls from what cannot run, plateaus from paired differences. */
#include "config.h"

#include "run/cliff.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const double unknown = (double)NAN;

const struct sweep_point *cliff_point(const struct cliffs *c, const struct cliff *l, size_t place)
{
	return &c->sweep->point[l->point[place]];
}

bool cliff_runs(const struct cliffs *c, const struct cliff *l, size_t place)
{
	return cliff_point(c, l, place)->status == SWEEP_OK;
}

const struct summary *cliff_value(const struct cliffs *c, const struct cliff *l, size_t place,
				  enum metric m)
{
	const struct sweep_level *level = sweep_level(cliff_point(c, l, place), c->level);

	return level && level->metric[m].n > 0 ? &level->metric[m] : NULL;
}

/* ---- which axis, which lines */

static bool rises(const struct grid_axis *a)
{
	for (size_t i = 1; a->numeric && i < a->n; i++)
		if (!(strtod(a->value[i], NULL) > strtod(a->value[i - 1], NULL)))
			return false;
	return a->numeric && a->n > 2;
}

static size_t stride_of(const struct grid *g, size_t axis)
{
	size_t stride = 1;

	for (size_t a = axis + 1; a < g->naxes; a++)
		stride *= g->axis[a].n;
	return stride;
}

/* Does the pool grow along the axis, with everything else as at `point`? */
static bool moves_pool(const struct sweep *s, size_t axis, size_t point)
{
	size_t stride = stride_of(&s->grid, axis), n = s->grid.axis[axis].n;
	uint64_t least = UINT64_MAX, most = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t kv = s->point[point + i * stride].kv_tokens;

		least = kv < least ? kv : least;
		most = kv > most ? kv : most;
	}
	return most > least;
}

static bool choose_axis(const struct sweep *s, size_t *axis)
{
	bool wall = false;

	for (size_t i = 0; i < s->grid.npoints; i++)
		wall = wall || s->point[i].status != SWEEP_OK || s->point[i].memory == MEMORY_AT_RISK;
	for (size_t a = 0; a < s->grid.naxes && wall; a++) {
		*axis = a;
		if (rises(&s->grid.axis[a]) && moves_pool(s, a, 0))
			return s->grid.npoints / s->grid.axis[a].n <= CLIFF_LOADS;
	}
	return false;
}

static char *label_of(const struct grid *g, size_t point, size_t axis)
{
	char *label = xstrdup("");

	for (size_t a = 0; a < g->naxes; a++) {
		const char *dot = strrchr(g->axis[a].path, '.');
		char *more;

		if (a == axis)
			continue;
		more = xasprintf("%s%s%s%s%s", label, *label ? ", " : "",
				 g->axis[a].numeric ? dot ? dot + 1 : g->axis[a].path : "",
				 g->axis[a].numeric ? " " : "", grid_value(g, point, a));
		free(label);
		label = more;
	}
	return label;
}

/* ---- walls */

/* Where between a and b, two places, something that is y there would be `level` if it were a straight
 * line; NaN: not between. */
static double crossing(const struct cliffs *c, size_t a, size_t b, double ya, double yb, double level)
{
	double share = (level - ya) / (yb - ya);

	return share >= -1e-9 && share <= 1.0 + 1e-9 ? c->value[a] + share * (c->value[b] - c->value[a])
					    : unknown;
}

static enum cliff_cause cause_of(const struct sweep_point *p)
{
	if (p->status == SWEEP_DOES_NOT_FIT)
		return p->kv_tokens == 0 ? CLIFF_WEIGHTS : CLIFF_OUTSIDE;
	return p->status == SWEEP_HANGS ? CLIFF_HANGS : CLIFF_REFUSED;
}

/* The pool grows in proportion to what weights leave: where would it begin? */
static double weights_wall(const struct cliffs *c, const struct cliff *l)
{
	size_t k = 0;
	double a, b, at;

	while (k < l->n && cliff_point(c, l, k)->kv_tokens == 0)
		k++;
	if (k == 0 || k + 1 >= l->n)
		return unknown;
	a = (double)cliff_point(c, l, k)->kv_tokens;
	b = (double)cliff_point(c, l, k + 1)->kv_tokens;
	at = c->value[k] - a * (c->value[k + 1] - c->value[k]) / (b - a);
	return at > c->value[k - 1] && at < c->value[k] ? at : unknown;
}

static void find_left(const struct cliffs *c, struct cliff *l, size_t first)
{
	l->weights_at = weights_wall(c, l);
	l->left = (struct cliff_wall){ .out = CLIFF_NONE, .in = first, .at = unknown };
	if (first == 0)
		return;
	l->left.out = first - 1;
	l->left.cause = cause_of(cliff_point(c, l, first - 1));
	if (l->left.cause == CLIFF_WEIGHTS)
		l->left.at = l->weights_at;
}

static void find_right(const struct cliffs *c, struct cliff *l, size_t last)
{
	const struct sweep_point *in = cliff_point(c, l, last), *out;

	l->right = (struct cliff_wall){ .out = CLIFF_NONE, .in = last, .at = unknown };
	if (last + 1 == l->n)
		return;
	out = cliff_point(c, l, last + 1);
	l->right.out = last + 1;
	l->right.cause = cause_of(out);
	l->right.needs = out->need_lo < in->need_lo ? last : last + 1;
	if (l->right.cause == CLIFF_OUTSIDE)
		l->right.at = crossing(c, last, last + 1, in->outside_gib, out->outside_gib,
				       fmax(in->need_lo, out->need_lo));
}

static void find_risk(const struct cliffs *c, struct cliff *l)
{
	const struct sweep_point *in, *out;

	l->safe = CLIFF_NONE;
	l->risk_at = unknown;
	for (size_t i = 0; i < l->n; i++)
		if (cliff_runs(c, l, i) && cliff_point(c, l, i)->memory == MEMORY_FITS)
			l->safe = i;
	if (l->safe == CLIFF_NONE || l->safe + 1 == l->n)
		return;
	in = cliff_point(c, l, l->safe);
	out = cliff_point(c, l, l->safe + 1);
	l->risk_at = crossing(c, l->safe, l->safe + 1, in->outside_gib, out->outside_gib,
			      fmax(in->need_hi, out->need_hi));
}

/* ---- plateaus */

static bool as_good(const struct summary *d)
{
	return d->n > 0 && d->lo >= -CLIFF_TOLERANCE && d->hi <= CLIFF_TOLERANCE;
}

static size_t best_of(const struct cliffs *c, const struct cliff *l, enum metric m)
{
	double sign = metric_info[m].better < 0 ? -1.0 : 1.0, most = -INFINITY;
	size_t best = CLIFF_NONE;

	for (size_t i = 0; i < l->n; i++) {
		const struct summary *x = cliff_runs(c, l, i) ? cliff_value(c, l, i, m) : NULL;

		if (x && sign * x->mean > most) {
			most = sign * x->mean;
			best = i;
		}
	}
	return best;
}

static void find_plateau(const struct cliffs *c, const struct cliff *l, enum metric m,
			 struct cliff_plateau *p)
{
	p->best = p->from = p->to = best_of(c, l, m);
	p->difference = xcalloc(l->n, sizeof(*p->difference));
	if (p->best == CLIFF_NONE)
		return;
	for (size_t i = 0; i < l->n; i++)
		if (cliff_runs(c, l, i))
			p->difference[i] = sweep_paired_pct(cliff_point(c, l, p->best),
							    cliff_point(c, l, i), c->level, m);
	while (p->from > 0 && as_good(&p->difference[p->from - 1]))
		p->from--;
	while (p->to + 1 < l->n && as_good(&p->difference[p->to + 1]))
		p->to++;
}

/* ---- */

static void find_load(struct cliffs *c, struct cliff *l, size_t first_point)
{
	size_t stride = stride_of(&c->sweep->grid, c->axis), first = CLIFF_NONE, last = CLIFF_NONE, to;

	l->label = label_of(&c->sweep->grid, first_point, c->axis);
	l->n = c->sweep->grid.axis[c->axis].n;
	l->point = xcalloc(l->n, sizeof(*l->point));
	for (size_t i = 0; i < l->n; i++)
		l->point[i] = first_point + i * stride;
	for (size_t i = 0; i < l->n; i++) {
		if (!cliff_runs(c, l, i))
			continue;
		first = first == CLIFF_NONE ? i : first;
		last = i;
	}
	for (size_t k = 0; k < c->nmetrics; k++)
		find_plateau(c, l, c->metric[k], &l->plateau[k]);
	find_risk(c, l);
	l->advice = l->safe;
	l->left = l->right = (struct cliff_wall){ .out = CLIFF_NONE, .in = CLIFF_NONE, .at = unknown };
	l->weights_at = unknown;
	if (first == CLIFF_NONE)
		return;
	find_left(c, l, first);
	find_right(c, l, last);
	to = l->plateau[0].to;
	if (l->safe != CLIFF_NONE && to != CLIFF_NONE && to < l->safe)
		l->advice = to;
}

bool cliffs_find(struct cliffs *c, const struct sweep *s, const char *level, const enum metric *metric,
		 size_t nmetrics)
{
	const struct grid_axis *a;

	*c = (struct cliffs){ .sweep = s,
			      .level = level,
			      .nmetrics = nmetrics < CLIFF_METRICS ? nmetrics : CLIFF_METRICS };
	if (!choose_axis(s, &c->axis))
		return false;
	memcpy(c->metric, metric, c->nmetrics * sizeof(*metric));
	a = &s->grid.axis[c->axis];
	c->value = xcalloc(a->n, sizeof(*c->value));
	for (size_t i = 0; i < a->n; i++)
		c->value[i] = strtod(a->value[i], NULL);
	c->advice = a->n;
	for (size_t p = 0; p < s->grid.npoints; p++) {
		struct cliff *l = &c->load[c->nloads];

		if (grid_index(&s->grid, p, c->axis) != 0)
			continue;
		find_load(c, l, p);
		c->nloads++;
		c->advice = l->advice == CLIFF_NONE || c->advice == CLIFF_NONE ? CLIFF_NONE :
			    l->advice < c->advice ? l->advice : c->advice;
	}
	return true;
}

void cliffs_release(struct cliffs *c)
{
	for (size_t i = 0; i < c->nloads; i++) {
		free(c->load[i].label);
		free(c->load[i].point);
		for (size_t k = 0; k < c->nmetrics; k++)
			free(c->load[i].plateau[k].difference);
	}
	free(c->value);
	*c = (struct cliffs){ 0 };
}

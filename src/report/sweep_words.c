/* report/sweep_words.c - metrics and axes in words; best, worst and effects. */
#include "config.h"

#include "report/sweep.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

const struct summary *sweep_value(const struct sweep *s, const struct sweep_view *v, size_t point,
				  enum metric m)
{
	const struct sweep_level *l = sweep_level(&s->point[point], v->level);

	return l && l->metric[m].n > 0 ? &l->metric[m] : NULL;
}

const char *sweep_word(const struct grid_axis *a)
{
	const char *dot = strrchr(a->path, '.');

	return dot ? dot + 1 : a->path;
}

bool sweep_rises(const struct grid_axis *a)
{
	for (size_t i = 1; a->numeric && i < a->n; i++)
		if (!(strtod(a->value[i], NULL) > strtod(a->value[i - 1], NULL)))
			return false;
	return a->numeric;
}

char *sweep_metric_words(char buf[2 * FMT], enum metric m)
{
	static const struct { const char *name, *words;
	} family[] = {
		{ "ttft_ms.", "time to first token" },
		{ "tpot_ms.", "time per output token" },
		{ "itl_ms.", "time between tokens" },
		{ "e2e_ms.", "time to the whole answer" },
		{ "client_ttft_ms.", "client TTFT" },
		{ "cold_ttft_ms.", "time to first token of cold requests" },
		{ "warm_ttft_ms.", "time to first token of warm requests" },
	};
	static const struct { const char *suffix, *words; } which[] = {
		{ "mean", "mean" }, { "p50", "median" }, { "p90", "P90" }, { "p95", "P95" },
			{ "p99", "P99" },
	};
	const char *name = metric_info[m].name;

	for (size_t i = 0; i < sizeof(family) / sizeof(family[0]); i++) {
		size_t n = strlen(family[i].name);

		for (size_t k = 0; k < 5 && strncmp(name, family[i].name, n) == 0; k++) {
			if (strcmp(name + n, which[k].suffix) == 0) {
				snprintf(buf, 2 * FMT, "%s %s", which[k].words, family[i].words);
				return buf;
			}
		}
	}
	snprintf(buf, 2 * FMT, "%s", name);
	for (char *c = buf; *c; c++)
		*c = *c == '_' ? ' ' : *c;
	if (strlen(buf) > 4 && strcmp(buf + strlen(buf) - 4, " pct") == 0)
		buf[strlen(buf) - 4] = '\0';
	return buf;
}

char *sweep_amount(char buf[2 * FMT], enum metric m, double v)
{
	const char *unit = metric_info[m].unit;
	char num[FMT];

	if (strcmp(unit, "ms") == 0)
		snprintf(buf, 2 * FMT, "%s", fmt_ms(num, v));
	else if (strcmp(unit, "%") == 0)
		snprintf(buf, 2 * FMT, "%s%%", fmt_num(num, v));
	else
		snprintf(buf, 2 * FMT, "%s%s%s", fmt_num(num, v), *unit ? " " : "", unit);
	return buf;
}

void sweep_extremes(const struct sweep *s, const struct sweep_view *v, enum metric m, size_t *best,
		    size_t *worst)
{
	double sign = metric_info[m].better < 0 ? -1.0 : 1.0, most = -INFINITY, least = INFINITY;

	*best = *worst = SWEEP_NONE;
	for (size_t i = 0; i < s->grid.npoints; i++) {
		const struct summary *x = sweep_value(s, v, i, m);

		if (!x)
			continue;
		if (sign * x->mean > most) {
			most = sign * x->mean;
			*best = i;
		}
		if (sign * x->mean < least) {
			least = sign * x->mean;
			*worst = i;
		}
	}
}

static bool chance(const struct sweep *s, const struct sweep_view *v, enum metric m, size_t a, size_t b)
{
	struct summary d = sweep_paired_pct(&s->point[a], &s->point[b], v->level, m);

	return d.n < 2 || (d.lo <= 0.0 && d.hi >= 0.0);
}

/* As a share of the larger of the two. */
static double apart(const struct sweep *s, const struct sweep_view *v, enum metric m, size_t a, size_t b)
{
	const struct summary *x = sweep_value(s, v, a, m), *y = sweep_value(s, v, b, m);
	double size;

	if (!x || !y)
		return (double)INFINITY;
	size = fmax(fabs(x->mean), fabs(y->mean));
	return size > 0.0 ? fabs(x->mean - y->mean) / size : 0.0;
}

bool sweep_alike(const struct sweep *s, const struct sweep_view *v, enum metric m, size_t a, size_t b)
{
	double share = apart(s, v, m, a, b);

	return share <= 0.01 || (share <= 0.02 && chance(s, v, m, a, b));
}

bool sweep_open(const struct sweep *s, const struct sweep_view *v, enum metric m, size_t a, size_t b)
{
	bool seeds = s->point[a].replications > 1 && s->point[b].replications > 1;

	return sweep_alike(s, v, m, a, b) || (seeds && chance(s, v, m, a, b));
}

/* ---- effects */

/* Points from one value of axis a to the next. */
static size_t stride_of(const struct grid *g, size_t a)
{
	size_t stride = 1;

	for (size_t k = a + 1; k < g->naxes; k++)
		stride *= g->axis[k].n;
	return stride;
}

/* Of the points that differ in axis a alone, of which `point` is one: the mean; NaN: fewer than two have
 * data. */
static double mean_along(const struct sweep *s, const struct sweep_view *v, enum metric m, size_t a,
			 size_t point)
{
	size_t stride = stride_of(&s->grid, a), first = point - grid_index(&s->grid, point, a) * stride,
		n = 0;
	double sum = 0.0;

	for (size_t i = 0; i < s->grid.axis[a].n; i++) {
		const struct summary *x = sweep_value(s, v, first + i * stride, m);

		sum += x ? x->mean : 0.0;
		n += x != NULL;
	}
	return n >= 2 && fabs(sum) > 0.0 ? sum / (double)n : (double)NAN;
}

struct summary sweep_effect(const struct sweep *s, const struct sweep_view *v, enum metric m, size_t a,
			    size_t i)
{
	struct summary out = { .lo = INFINITY, .hi = -INFINITY };

	for (size_t p = 0; p < s->grid.npoints; p++) {
		const struct summary *x = sweep_value(s, v, p, m);
		double middle, share;

		if (grid_index(&s->grid, p, a) != i || !x)
			continue;
		middle = mean_along(s, v, m, a, p);
		if (!isfinite(middle))
			continue;
		share = x->mean / middle - 1.0;
		out.mean += share;
		out.lo = fmin(out.lo, share);
		out.hi = fmax(out.hi, share);
		out.n++;
	}
	if (out.n > 0)
		out.mean /= (double)out.n;
	return out;
}

static double effect_of(const struct sweep *s, const struct sweep_view *v, enum metric m, size_t a)
{
	double least = INFINITY, most = -INFINITY;

	for (size_t i = 0; i < s->grid.axis[a].n; i++) {
		struct summary x = sweep_effect(s, v, m, a, i);

		if (x.n == 0)
			continue;
		least = fmin(least, x.mean);
		most = fmax(most, x.mean);
	}
	return most > least && least > -1.0 ? (1.0 + most) / (1.0 + least) : 1.0;
}

char *sweep_factor(char buf[FMT], double factor)
{
	return factor >= 1.995 ? fmt_times(buf, factor) : fmt_pct(buf, factor - 1.0);
}

void sweep_rank_axes(const struct sweep *s, const struct sweep_view *v, enum metric m, size_t *axis,
		     double *effect)
{
	size_t n = s->grid.naxes;

	for (size_t a = 0; a < n; a++) {
		double e = effect_of(s, v, m, a);
		size_t k = a;

		for (; k > 0 && effect[k - 1] < e; k--) {
			effect[k] = effect[k - 1];
			axis[k] = axis[k - 1];
		}
		effect[k] = e;
		axis[k] = a;
	}
}

/* run/tune_scale.c - how good candidates are, on the scales on which a search tests them. */
#include "config.h"

#include "run/tune_parts.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

struct summary tune_slo_summary(const struct tune_slo *s, const struct tune_candidate *c)
{
	double *x = xcalloc(c->n + 1, sizeof(*x)), sign = s->below ? 1.0 : -1.0;
	bool logs = s->limit > 0.0;
	struct summary out;
	size_t n = 0;

	for (size_t k = 0; k < c->n; k++)
		logs = logs && !(c->sample[k][s->metric] <= 0.0);
	for (size_t k = 0; k < c->n; k++) {
		double v = c->sample[k][s->metric];

		if (isfinite(v))
			x[n++] = logs ? sign * log(v / s->limit) : tune_excess(s, v);
	}
	out = summary_of(x, n);
	free(x);
	return out;
}

struct summary tune_slo_gap(const struct tune_slo *s, const struct tune_candidate *b,
			    const struct tune_candidate *c)
{
	size_t n = b->n < c->n ? b->n : c->n, have = 0;
	double *x = xcalloc(n + 1, sizeof(*x)), sign = s->below ? 1.0 : -1.0;
	bool logs = s->limit > 0.0;
	struct summary out;

	for (size_t k = 0; k < n; k++)
		logs = logs && !(b->sample[k][s->metric] <= 0.0) && !(c->sample[k][s->metric] <= 0.0);
	for (size_t k = 0; k < n; k++) {
		double v = c->sample[k][s->metric], w = b->sample[k][s->metric];

		if (isfinite(v) && isfinite(w))
			x[have++] = logs ? sign * log(v / w) : tune_excess(s, v) - tune_excess(s, w);
	}
	out = summary_of(x, have);
	free(x);
	return out;
}

struct summary tune_gain(const struct tune *t, const struct tune_candidate *b,
			 const struct tune_candidate *c)
{
	size_t n = b->n < c->n ? b->n : c->n, have = 0;
	enum metric m = t->goal.metric;
	double *x = xcalloc(n + 1, sizeof(*x)), sign = t->goal.maximise ? 1.0 : -1.0;
	struct summary out;
	bool logs = true;

	for (size_t k = 0; k < n; k++)
		logs = logs && !(b->sample[k][m] <= 0.0) && !(c->sample[k][m] <= 0.0);
	for (size_t k = 0; k < n; k++) {
		double v = c->sample[k][m], w = b->sample[k][m];

		if (isfinite(v) && isfinite(w))
			x[have++] = sign * (logs ? log(v / w) : v - w);
	}
	out = summary_of(x, have);
	free(x);
	return out;
}

bool tune_meets_one(const struct tune_slo *s, const struct tune_candidate *c)
{
	struct summary v = tune_metric(c, s->metric);

	return v.n > 0 && tune_excess(s, v.mean) <= 0.0;
}

bool tune_meets(const struct tune *t, const struct tune_candidate *c)
{
	for (size_t s = 0; s < t->nslos; s++)
		if (!tune_meets_one(&t->slo[s], c))
			return false;
	return true;
}

double tune_worst(const struct tune *t, const struct tune_candidate *c, size_t *slo)
{
	double worst = -HUGE_VAL;

	*slo = 0;
	for (size_t s = 0; s < t->nslos; s++) {
		struct summary v = tune_slo_summary(&t->slo[s], c);
		double excess = v.n > 0 ? v.mean : HUGE_VAL;

		if (excess > worst) {
			worst = excess;
			*slo = s;
		}
	}
	return worst;
}

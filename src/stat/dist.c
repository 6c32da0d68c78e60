/* stat/dist.c - draws, means and supports of the distributions. */
#include "config.h"

#include "stat/dist.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>

#include "base/bug.h"

const char *const dist_kind_name[] = {
	[DIST_CONSTANT] = "constant",
	[DIST_UNIFORM] = "uniform",
	[DIST_EXPONENTIAL] = "exponential",
	[DIST_LOGNORMAL] = "lognormal",
	[DIST_GAMMA] = "gamma",
	[DIST_WEIBULL] = "weibull",
	[DIST_EMPIRICAL] = "empirical",
	[DIST_CATEGORICAL] = "categorical",
	NULL
};

static double clamp(const struct dist *d, double x)
{
	return x < d->min ? d->min : x > d->max ? d->max : x;
}

/* First value whose cumulative weight exceeds u in [0, 1). */
static double pick_weighted(const struct dist *d, double u)
{
	size_t lo = 0, hi = d->n - 1;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (d->weight[mid] > u)
			hi = mid;
		else
			lo = mid + 1;
	}
	return d->value[lo];
}

static double draw(const struct dist *d, const gsl_rng *rng)
{
	switch (d->kind) {
	case DIST_CONSTANT:
		return d->a;
	case DIST_UNIFORM:
		return gsl_ran_flat(rng, d->a, d->b);
	case DIST_EXPONENTIAL:
		return gsl_ran_exponential(rng, d->a);
	case DIST_LOGNORMAL:
		return gsl_ran_lognormal(rng, d->a, d->b);
	case DIST_GAMMA:
		return gsl_ran_gamma(rng, d->a, d->b);
	case DIST_WEIBULL:
		return gsl_ran_weibull(rng, d->a, d->b);
	case DIST_EMPIRICAL:
		return d->value[gsl_rng_uniform_int(rng, d->n)];
	case DIST_CATEGORICAL:
		return pick_weighted(d, gsl_rng_uniform(rng));
	}
	BUG("no distribution %d", (int)d->kind);
}

double dist_draw(const struct dist *d, const gsl_rng *rng)
{
	return clamp(d, draw(d, rng));
}

int64_t dist_draw_int(const struct dist *d, const gsl_rng *rng)
{
	double x = dist_draw(d, rng);

	BUG_ON(!(fabs(x) < 0x1p62));
	return llround(x);
}

static double mean_of_values(const struct dist *d)
{
	double sum = 0.0, before = 0.0;

	for (size_t i = 0; i < d->n; i++) {
		if (d->kind == DIST_EMPIRICAL) {
			sum += d->value[i] / (double)d->n;
		} else {
			sum += d->value[i] * (d->weight[i] - before);
			before = d->weight[i];
		}
	}
	return sum;
}

double dist_mean(const struct dist *d)
{
	switch (d->kind) {
	case DIST_CONSTANT:
	case DIST_EXPONENTIAL:
		return d->a;
	case DIST_UNIFORM:
		return (d->a + d->b) / 2.0;
	case DIST_LOGNORMAL:
		return exp(d->a + d->b * d->b / 2.0);
	case DIST_GAMMA:
		return d->a * d->b;
	case DIST_WEIBULL:
		return d->a * gsl_sf_gamma(1.0 + 1.0 / d->b);
	case DIST_EMPIRICAL:
	case DIST_CATEGORICAL:
		return mean_of_values(d);
	}
	BUG("no distribution %d", (int)d->kind);
}

static double largest_value(const struct dist *d)
{
	double max = d->value[0];

	for (size_t i = 1; i < d->n; i++)
		max = fmax(max, d->value[i]);
	return max;
}

double dist_max(const struct dist *d)
{
	switch (d->kind) {
	case DIST_CONSTANT:
		return clamp(d, d->a);
	case DIST_UNIFORM:
		return clamp(d, d->b);
	case DIST_EXPONENTIAL:
	case DIST_LOGNORMAL:
	case DIST_GAMMA:
	case DIST_WEIBULL:
		return d->max;
	case DIST_EMPIRICAL:
	case DIST_CATEGORICAL:
		return clamp(d, largest_value(d));
	}
	BUG("no distribution %d", (int)d->kind);
}

/* stat/dist.h - a length or a time that varies: constant or drawn.
 *
 * constant(value) · uniform(min, max) · exponential(mean) · lognormal(mean, sd of the variable itself)
 * gamma(mean, cv) · weibull(mean, shape) · empirical(values, equally likely) · categorical(values, weights)
 * Draws come from GSL's gsl_ran_*; `min` and `max` clamp any of them (defaults 0 and infinity).
 */
#ifndef STAT_DIST_H
#define STAT_DIST_H

#include <gsl/gsl_rng.h>
#include <stddef.h>
#include <stdint.h>

enum dist_kind {
	DIST_CONSTANT, DIST_UNIFORM, DIST_EXPONENTIAL, DIST_LOGNORMAL, DIST_GAMMA, DIST_WEIBULL,
	DIST_EMPIRICAL, DIST_CATEGORICAL
};

extern const char *const dist_kind_name[];	/* NULL-terminated, in enum order */

struct dist {
	enum dist_kind kind;
	double a, b;			/* constant: value; uniform: min, max; lognormal: zeta, sigma of the log;
					 * gamma: shape, scale; weibull: scale, shape; exponential: mean */
	double min, max;		/* clamp */
	double *value, *weight;		/* empirical, categorical: n values; weight: cumulative, last = 1; owned by the maker */
	size_t n;
};

double dist_draw(const struct dist *d, const gsl_rng *rng);
int64_t dist_draw_int(const struct dist *d, const gsl_rng *rng);	/* rounded to nearest */
double dist_mean(const struct dist *d);		/* before clamping; uniform, empirical, categorical: exact */
double dist_max(const struct dist *d);		/* upper end of the support after clamping, INFINITY if none */

#endif

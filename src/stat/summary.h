/* stat/summary.h - a number over replications, with its interval.
 *
 * Student's t interval: mean +- t(0.975, n-1) * sd / sqrt(n), from
 * gsl_cdf_tdist_Pinv.  With n = 1 there is no interval: sd = 0, lo = hi = mean
 * and has_interval() is false.
 */
#ifndef STAT_SUMMARY_H
#define STAT_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>

struct summary {
	double mean, sd;		/* sd: sample standard deviation (n - 1) */
	double lo, hi;			/* 95% confidence interval of the mean */
	size_t n;			/* 0: no data, everything else meaningless */
};

/* x[0..n) are finite; n = 0 gives an empty summary. */
struct summary summary_of(const double *x, size_t n);
static inline bool summary_has_interval(const struct summary *s) { return s->n > 1; }

#endif

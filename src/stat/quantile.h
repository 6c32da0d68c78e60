/* stat/quantile.h - exact percentiles, as numpy's default ("linear").
 *
 * For sorted x[0..n), the p-quantile is at h = (n - 1) p, linear between the
 * neighbours (Hyndman and Fan 1996, type 7); gsl_stats_quantile_from_sorted_data
 * computes the same.
 *
 * struct samples keeps values with counts: equal neighbours share an entry, so
 * a thousand equal inter-token latencies cost one.
 */
#ifndef STAT_QUANTILE_H
#define STAT_QUANTILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sample_run {
	double value;
	uint64_t count;
};

struct samples {
	struct sample_run *run;		/* owned */
	size_t n, cap;
	uint64_t total;			/* sum of counts */
	bool sorted;
};

void samples_init(struct samples *s);
void samples_release(struct samples *s);
void samples_clear(struct samples *s);			/* keeps its memory */
void samples_add(struct samples *s, double value, uint64_t count);	/* finite, count >= 1 */
double samples_mean(const struct samples *s);		/* total >= 1 */
double samples_quantile(struct samples *s, double p);	/* 0 <= p <= 1, total >= 1; sorts when needed */

#endif

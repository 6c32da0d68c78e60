/* stat/quantile.h - percentiles: exact, as numpy's default ("linear"), or of a sketch when values are too many.
 *
 * For sorted x[0..n), the p-quantile is at h = (n - 1) p, linear between the
 * neighbours (Hyndman and Fan 1996, type 7); gsl_stats_quantile_from_sorted_data
 * computes the same.
 *
 * struct samples keeps values with counts: equal neighbours share an entry, so
 * a thousand equal inter-token latencies cost one.
 *
 * With a limit, memory is bounded: as soon as more than `limit` different values
 * are known, they go into a sketch (stat/sketch.h: quantiles within SKETCH_ALPHA,
 * 0.1%), and so does whatever comes later.  Values must then be times in ms, as
 * there.  The mean stays exact up to rounding.  Whether it happened is for the
 * caller to tell: samples_exact().
 */
#ifndef STAT_QUANTILE_H
#define STAT_QUANTILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stat/sketch.h"

struct sample_run {
	double value;
	uint64_t count;
};

struct samples {
	struct sample_run *run;		/* owned */
	size_t n, cap;
	uint64_t total;			/* sum of counts */
	bool sorted;
	size_t limit;			/* most different values kept; 0: any number */
	size_t check;			/* entries at which they are counted again */
	size_t plain;			/* with 1 .. plain entries another is just put behind them */
	bool sketched;			/* run is empty; what follows has everything */
	struct sketch sketch;
	double sum, lost;		/* of all values: Neumaier's sum and its correction */
};

void samples_init(struct samples *s);
void samples_limit(struct samples *s, size_t limit);	/* before the first value */
void samples_release(struct samples *s);
void samples_copy(struct samples *s, const struct samples *from);	/* s is empty */
void samples_clear(struct samples *s);			/* keeps its memory */
double samples_mean(const struct samples *s);		/* total >= 1 */
double samples_quantile(struct samples *s, double p);	/* 0 <= p <= 1, total >= 1; sorts when needed */

void samples_add_slowly(struct samples *s, double value, uint64_t count);

/* `value` is finite, count >= 1. */
static inline void samples_add(struct samples *s, double value, uint64_t count)
{
	struct sample_run *last;

	if (s->n - 1 >= s->plain || !(value - value <= 0.0) || count == 0) {
		samples_add_slowly(s, value, count);
		return;
	}
	s->total += count;
	last = &s->run[s->n - 1];
	if (value < last->value)
		s->sorted = false;
	else if (!(value > last->value)) {
		last->count += count;
		return;
	}
	last[1] = (struct sample_run){ value, count };
	s->n++;
}

static inline bool samples_exact(const struct samples *s) { return !s->sketched; }

#endif

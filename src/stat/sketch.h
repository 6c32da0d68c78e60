/* stat/sketch.h - percentiles of any number of times in fixed memory, with a bound on the error.
 *
 * A DDSketch (Masson, Rim, Lee: "DDSketch: a fast and fully-mergeable quantile
 * sketch with relative-error guarantees", PVLDB 12(12), 2019): counts in buckets
 * whose width is a share of their value.  Its quantile x' of the exact quantile x
 * (rank convention of stat/quantile.h, interpolation included) has
 *
 *	|x' - x| <= SKETCH_ALPHA x		for x >= SKETCH_LEAST ms; smaller values count as 0
 *
 * for every distribution and every p.  A tenth of a percent is well below the
 * spread of a percentile over replications, and costs 4 KiB for each factor of 2
 * between the smallest and the largest value.
 *
 * The buckets are the paper's with the logarithm interpolated linearly between
 * powers of two, i.e. the exponent and the first SKETCH_BITS bits of the mantissa
 * of a double: 1/ln 2 = 1.44 as many buckets as with the logarithm itself, but no
 * logarithm, and the same bucket on every machine.
 *
 * A bucket keeps a count and nothing else, so what was added can be taken out
 * again, and a merge equals the sketch of all values together, whatever the order.
 * Nothing is ever collapsed: any sim_time has its bucket, and all of them together
 * are SKETCH_BYTES_MAX.
 *
 * GSL's gsl_rstat_quantile (P2) follows one percentile in five numbers, but has no
 * bound on its error, nor can it be merged or take a value back; hence this.
 *
 * The mean is not in here: times are integers of ns, whose sum is exact elsewhere.
 */
#ifndef STAT_SKETCH_H
#define STAT_SKETCH_H

#include <stdint.h>

#define SKETCH_BITS	9
#define SKETCH_ALPHA	(1.0 / 1025)	/* 1 / (2^(SKETCH_BITS + 1) + 1) */
#define SKETCH_LEAST	0x1p-20		/* ms: 0.95 ns, below the clock's tick */
#define SKETCH_MOST	0x1p44		/* ms, exclusive: beyond INT64_MAX ns */
#define SKETCH_BYTES_MAX	(64 * 512 * sizeof(uint64_t))	/* 256 KiB: octaves, buckets */

struct sketch {
	uint64_t *count;		/* of the buckets [first, first + n); owned */
	uint32_t first, n;		/* whole powers of two, from the smallest to the largest value */
	uint64_t zero;			/* values below SKETCH_LEAST */
	uint64_t total;
};

void sketch_init(struct sketch *s);			/* all zero is the same */
void sketch_release(struct sketch *s);
void sketch_clear(struct sketch *s);			/* keeps its memory */
void sketch_add(struct sketch *s, double ms, uint64_t count);		/* 0 <= ms < SKETCH_MOST */
void sketch_remove(struct sketch *s, double ms, uint64_t count);	/* was added */
void sketch_merge(struct sketch *s, const struct sketch *other);	/* s becomes both */
double sketch_quantile(const struct sketch *s, double p);		/* 0 <= p <= 1, total >= 1; ms */

#endif

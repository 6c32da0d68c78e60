/* stat/sketch.c - buckets by exponent and first bits of the mantissa. */
#include "config.h"

#include "stat/sketch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/mem.h"

#define OCTAVE		(1u << SKETCH_BITS)	/* buckets of a power of two */
#define LEAST_EXPONENT	(-20)			/* of SKETCH_LEAST */
#define MANTISSA_BITS	52
#define EXPONENT_BIAS	1023

void sketch_init(struct sketch *s)
{
	*s = (struct sketch){ 0 };
}

void sketch_release(struct sketch *s)
{
	free(s->count);
	sketch_init(s);
}

void sketch_clear(struct sketch *s)
{
	if (s->n > 0)
		memset(s->count, 0, s->n * sizeof(*s->count));
	s->zero = 0;
	s->total = 0;
}

/* Sign 0, exponent and the first bits of the mantissa are one number that grows with the value. */
static uint32_t bucket_of(double ms)
{
	uint64_t bits;

	memcpy(&bits, &ms, sizeof(bits));
	return (uint32_t)(bits >> (MANTISSA_BITS - SKETCH_BITS))
		- ((uint32_t)(LEAST_EXPONENT + EXPONENT_BIAS) << SKETCH_BITS);
}

/* The value whose relative distance from both ends of the bucket [lo, hi) is the same (the paper's 2.2):
 * 2 lo hi / (lo + hi), off by (hi - lo) / (hi + lo) <= SKETCH_ALPHA. */
static double value_of(uint32_t bucket)
{
	double lo = OCTAVE + bucket % OCTAVE, hi = lo + 1.0;

	return ldexp(2.0 * lo * hi / (lo + hi), (int)(bucket / OCTAVE) + LEAST_EXPONENT - SKETCH_BITS);
}

/* Make the window reach over the octaves of buckets [lo, hi). */
static void widen(struct sketch *s, uint32_t lo, uint32_t hi)
{
	uint32_t first = lo / OCTAVE * OCTAVE, end = (hi + OCTAVE - 1) / OCTAVE * OCTAVE;
	uint64_t *count;

	if (s->n > 0) {
		first = first < s->first ? first : s->first;
		end = end > s->first + s->n ? end : s->first + s->n;
	}
	if (end - first == s->n)
		return;
	count = xcalloc(end - first, sizeof(*count));
	if (s->n > 0)
		memcpy(count + (s->first - first), s->count, s->n * sizeof(*count));
	free(s->count);
	s->count = count;
	s->first = first;
	s->n = end - first;
}

void sketch_add(struct sketch *s, double ms, uint64_t count)
{
	uint32_t bucket;

	BUG_ON(!(ms >= 0.0 && ms < SKETCH_MOST));
	s->total += count;
	if (ms < SKETCH_LEAST) {
		s->zero += count;
		return;
	}
	bucket = bucket_of(ms);
	if (bucket - s->first >= s->n)		/* below wraps around */
		widen(s, bucket, bucket + 1);
	s->count[bucket - s->first] += count;
}

void sketch_remove(struct sketch *s, double ms, uint64_t count)
{
	uint64_t *from;

	BUG_ON(!(ms >= 0.0 && ms < SKETCH_MOST));
	if (count == 0)
		return;
	if (ms < SKETCH_LEAST) {
		from = &s->zero;
	} else {
		uint32_t at = bucket_of(ms) - s->first;

		BUG_ON(at >= s->n);
		from = &s->count[at];
	}
	BUG_ON(*from < count);
	*from -= count;
	s->total -= count;
}

void sketch_merge(struct sketch *s, const struct sketch *other)
{
	s->zero += other->zero;
	s->total += other->total;
	if (other->n == 0)
		return;
	widen(s, other->first, other->first + other->n);
	for (uint32_t i = 0; i < other->n; i++)
		s->count[other->first + i - s->first] += other->count[i];
}

/* Linear between neighbours, as the exact one: both ends are off by at most alpha of their own, so is
 * any mean of theirs. */
double sketch_quantile(const struct sketch *s, double p)
{
	uint64_t rank, seen;
	double h, low;
	uint32_t i = 0;

	BUG_ON(s->total == 0 || !(p >= 0.0 && p <= 1.0));
	h = (double)(s->total - 1) * p;
	rank = (uint64_t)h;
	rank = rank < s->total ? rank : s->total - 1;	/* total above 2^53: a double may round up */
	seen = s->zero;
	while (seen <= rank)
		seen += s->count[i++];
	low = i > 0 ? value_of(s->first + i - 1) : 0.0;
	if (rank + 1 < seen || rank + 1 == s->total)
		return low;
	while (s->count[i] == 0)
		i++;
	return low + (value_of(s->first + i) - low) * (h - (double)rank);
}

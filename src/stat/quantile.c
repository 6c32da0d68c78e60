/* stat/quantile.c - values with counts, sorted when asked. */
#include "config.h"

#include "stat/quantile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/mem.h"

#define DIGIT_BITS	11
#define DIGITS		3
#define SIGN		(UINT64_C(1) << 63)
#define DIGIT_MASK	((1u << DIGIT_BITS) - 1)
#define RADIX_LEAST	2048		/* entries; below that qsort is as fast */

void samples_init(struct samples *s)
{
	*s = (struct samples){ .sorted = true };
}

void samples_limit(struct samples *s, size_t limit)
{
	BUG_ON(s->total > 0);
	s->limit = limit;
	s->check = limit + 1;
}

void samples_release(struct samples *s)
{
	free(s->run);
	sketch_release(&s->sketch);
	samples_init(s);
}

void samples_copy(struct samples *s, const struct samples *from)
{
	BUG_ON(s->total > 0);
	samples_release(s);
	*s = *from;
	s->run = xrealloc(NULL, s->cap ? s->cap : 1, sizeof(*s->run));
	if (s->n > 0)
		memcpy(s->run, from->run, s->n * sizeof(*s->run));
	sketch_init(&s->sketch);
	sketch_merge(&s->sketch, &from->sketch);
}

void samples_clear(struct samples *s)
{
	s->n = s->plain = 0;
	s->total = 0;
	s->sorted = true;
	s->sketched = false;
	s->check = s->limit + 1;
	sketch_clear(&s->sketch);
	s->sum = s->lost = 0.0;
}

/* Compensated (Neumaier 1974). */
static void sum_add(struct samples *s, double value, uint64_t count)
{
	double x = value * (double)count, t = s->sum + x;

	s->lost += fabs(s->sum) >= fabs(x) ? (s->sum - t) + x : (x - t) + s->sum;
	s->sum = t;
}

static void sketch_value(struct samples *s, double value, uint64_t count)
{
	sketch_add(&s->sketch, value, count);
	sum_add(s, value, count);
}

/* Behind `plain` entries there is no room, or it is time to count, or nothing is kept any more. */
static void find_plain(struct samples *s)
{
	s->plain = s->cap;
	if (s->limit > 0 && s->check - 1 < s->plain)
		s->plain = s->check - 1;
	s->plain = s->plain > 0 ? s->plain - 1 : 0;
}

static void count_different(struct samples *s);

void samples_add_slowly(struct samples *s, double value, uint64_t count)
{
	struct sample_run *last = s->n ? &s->run[s->n - 1] : NULL;

	BUG_ON(!isfinite(value) || count == 0);
	s->total += count;
	if (s->sketched) {
		sketch_value(s, value, count);
		return;
	}
	if (last && !(last->value < value) && !(last->value > value)) {
		last->count += count;
		return;
	}
	if (last && value < last->value)
		s->sorted = false;
	ARRAY_ROOM(s->run, s->n, s->cap);
	s->run[s->n++] = (struct sample_run){ value, count };
	if (s->limit > 0 && s->n == s->check)
		count_different(s);
	find_plain(s);
}

/* The sum is compensated, so that sorting in between does not change a digit. */
double samples_mean(const struct samples *s)
{
	struct samples sum = { .sum = s->sum, .lost = s->lost };

	BUG_ON(s->total == 0);
	for (size_t i = 0; i < s->n; i++)
		sum_add(&sum, s->run[i].value, s->run[i].count);
	return (sum.sum + sum.lost) / (double)s->total;
}

/* A double's bits: of those that are not negative the order is that of the doubles. */
static uint64_t bits_of(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

static int compare_runs(const void *pa, const void *pb)
{
	const struct sample_run *a = pa, *b = pb;

	return (a->value > b->value) - (a->value < b->value);
}

/* How many of the low bits are not the same everywhere; 64: some values are negative. */
static int bits_that_differ(const struct sample_run *run, size_t n)
{
	uint64_t first = bits_of(run[0].value), differ = first & SIGN;
	int bits = 0;

	for (size_t i = 1; i < n; i++)
		differ |= bits_of(run[i].value) ^ first;
	for (; differ > 0; differ >>= 1)
		bits++;
	return bits;
}

/* One pass of a radix sort: by one digit, stable. */
static void by_digit(const struct sample_run *from, struct sample_run *to, size_t n, const size_t *count,
		     int shift)
{
	struct sample_run *at[1 << DIGIT_BITS];

	for (size_t d = 0; d <= DIGIT_MASK; d++) {
		at[d] = to;
		to += count[d];
	}
	for (size_t i = 0; i < n; i++)
		*at[bits_of(from[i].value) >> shift & DIGIT_MASK]++ = from[i];
}

/* What is in order but for a few neighbours; false: it is not, and has been left as some other order. */
static bool insert_few(struct sample_run *run, size_t n)
{
	size_t moves = 0;

	for (size_t i = 1; i < n; i++) {
		struct sample_run r = run[i];
		size_t j = i;

		for (; j > 0 && run[j - 1].value > r.value; j--)
			run[j] = run[j - 1];
		run[j] = r;
		moves += i - j;
		if (moves > n)
			return false;
	}
	return true;
}

/* Long arrays are sorted by the first DIGITS digits that differ, O(n), and several times faster than
 * qsort's comparisons.  Times are whole ns below some seconds: such numbers differ in their first 33
 * bits, so hardly anything is out of order after that.  Equal values end up in one run, so the order
 * among them does not matter (of -0 and 0 neither: their counts add up). */
static void sort_runs(struct samples *s)
{
	size_t count[DIGITS][1 << DIGIT_BITS] = { { 0 } };
	struct sample_run *spare;
	int bits = s->n < RADIX_LEAST ? 64 : bits_that_differ(s->run, s->n), lowest;

	if (bits == 64) {
		qsort(s->run, s->n, sizeof(*s->run), compare_runs);
		return;
	}
	lowest = bits > DIGITS * DIGIT_BITS ? bits - DIGITS * DIGIT_BITS : 0;
	for (size_t i = 0; i < s->n; i++) {
		uint64_t digits = bits_of(s->run[i].value) >> lowest;

		for (int d = 0; d < DIGITS; d++)
			count[d][digits >> d * DIGIT_BITS & DIGIT_MASK]++;
	}
	spare = xrealloc(NULL, s->n, sizeof(*spare));
	for (int d = 0; d < DIGITS; d++) {
		struct sample_run *sorted = spare;

		by_digit(s->run, spare, s->n, count[d], lowest + d * DIGIT_BITS);
		spare = s->run;
		s->run = sorted;
		s->cap = s->n;
	}
	free(spare);
	if (!insert_few(s->run, s->n))
		qsort(s->run, s->n, sizeof(*s->run), compare_runs);
}

static void sort_and_merge(struct samples *s)
{
	size_t kept = 0;

	if (s->sorted)
		return;
	sort_runs(s);
	for (size_t i = 1; i < s->n; i++) {
		if (s->run[kept].value < s->run[i].value)
			s->run[++kept] = s->run[i];
		else
			s->run[kept].count += s->run[i].count;
	}
	s->n = kept + 1;
	s->sorted = true;
	find_plain(s);
}

/* Equal values are known only once sorted.  The next look is after as many entries as the limit, so sorting
 * costs O(log n) an entry. */
static void count_different(struct samples *s)
{
	sort_and_merge(s);
	s->check = s->n + s->limit;
	find_plain(s);
	if (s->n <= s->limit)
		return;
	for (size_t i = 0; i < s->n; i++)
		sketch_value(s, s->run[i].value, s->run[i].count);
	free(s->run);
	s->run = NULL;
	s->n = s->cap = s->plain = 0;
	s->sketched = true;
}

/* numpy's own form of the interpolation, so that the last digit agrees too. */
static double between(double a, double b, double t)
{
	return t < 0.5 ? a + (b - a) * t : b - (b - a) * (1.0 - t);
}

double samples_quantile(struct samples *s, double p)
{
	uint64_t rank, seen = 0;
	double h;
	size_t i = 0;

	BUG_ON(s->total == 0 || !(p >= 0.0 && p <= 1.0));
	if (s->limit > 0 && !s->sketched)
		count_different(s);
	if (s->sketched)
		return sketch_quantile(&s->sketch, p);
	sort_and_merge(s);
	h = (double)(s->total - 1) * p;
	rank = (uint64_t)h;
	while (seen + s->run[i].count <= rank)
		seen += s->run[i++].count;
	if (rank + 1 < seen + s->run[i].count || i + 1 == s->n)
		return s->run[i].value;
	return between(s->run[i].value, s->run[i + 1].value, h - (double)rank);
}

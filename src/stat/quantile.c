/* stat/quantile.c - values with counts, sorted when asked. */
#include "config.h"

#include "stat/quantile.h"

#include <math.h>
#include <stdlib.h>

#include "base/bug.h"
#include "base/mem.h"

void samples_init(struct samples *s)
{
	*s = (struct samples){ .sorted = true };
}

void samples_release(struct samples *s)
{
	free(s->run);
	samples_init(s);
}

void samples_clear(struct samples *s)
{
	s->n = 0;
	s->total = 0;
	s->sorted = true;
}

void samples_add(struct samples *s, double value, uint64_t count)
{
	struct sample_run *last = s->n ? &s->run[s->n - 1] : NULL;

	BUG_ON(!isfinite(value) || count == 0);
	s->total += count;
	if (last && !(last->value < value) && !(last->value > value)) {
		last->count += count;
		return;
	}
	if (last && value < last->value)
		s->sorted = false;
	ARRAY_ROOM(s->run, s->n, s->cap);
	s->run[s->n++] = (struct sample_run){ value, count };
}

/* Compensated (Neumaier 1974), so that sorting in between does not change a digit. */
double samples_mean(const struct samples *s)
{
	double sum = 0.0, lost = 0.0;

	BUG_ON(s->total == 0);
	for (size_t i = 0; i < s->n; i++) {
		double x = s->run[i].value * (double)s->run[i].count, t = sum + x;

		lost += fabs(sum) >= fabs(x) ? (sum - t) + x : (x - t) + sum;
		sum = t;
	}
	return (sum + lost) / (double)s->total;
}

static int compare_runs(const void *pa, const void *pb)
{
	const struct sample_run *a = pa, *b = pb;

	return (a->value > b->value) - (a->value < b->value);
}

/* Equal values end up in one run, so qsort's order among them does not matter. */
static void sort_and_merge(struct samples *s)
{
	size_t kept = 0;

	if (s->sorted)
		return;
	qsort(s->run, s->n, sizeof(*s->run), compare_runs);
	for (size_t i = 1; i < s->n; i++) {
		if (s->run[kept].value < s->run[i].value)
			s->run[++kept] = s->run[i];
		else
			s->run[kept].count += s->run[i].count;
	}
	s->n = kept + 1;
	s->sorted = true;
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
	sort_and_merge(s);
	h = (double)(s->total - 1) * p;
	rank = (uint64_t)h;
	while (seen + s->run[i].count <= rank)
		seen += s->run[i++].count;
	if (rank + 1 < seen + s->run[i].count || i + 1 == s->n)
		return s->run[i].value;
	return between(s->run[i].value, s->run[i + 1].value, h - (double)rank);
}

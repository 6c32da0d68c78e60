#include "config.h"

#include "run/paired.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct summary paired_difference(const double *a, const double *b, size_t n)
{
	double *d = xcalloc(n + 1, sizeof(*d));
	struct summary s;
	size_t have = 0;

	for (size_t k = 0; k < n; k++)
		if (isfinite(b[k] - a[k]))
			d[have++] = b[k] - a[k];
	s = summary_of(d, have);
	free(d);
	return s;
}

struct summary paired_difference_pct(const double *a, const double *b, size_t n)
{
	double *x = xcalloc(n + 1, sizeof(*x)), sum_a = 0.0, sum_b = 0.0, ratio, mean;
	struct summary s = { 0 };
	size_t have = 0;

	for (size_t k = 0; k < n; k++) {
		if (!isfinite(b[k] - a[k]))
			continue;
		sum_a += a[k];
		sum_b += b[k];
		have++;
	}
	ratio = sum_b / sum_a;
	mean = sum_a / (double)have;
	have = 0;
	for (size_t k = 0; k < n && isfinite(ratio); k++)
		if (isfinite(b[k] - a[k]))
			x[have++] = 100 * ((b[k] - ratio * a[k]) / mean + (ratio - 1));
	s = summary_of(x, have);
	free(x);
	return s;
}

const struct level_result *level_of_users(const struct run_result *r, int64_t users)
{
	for (size_t i = 0; i < r->nlevels; i++)
		if (r->level[i].info.users == users)
			return &r->level[i];
	return NULL;
}

const struct level_result *level_like(const struct run_result *r, const struct level_result *l)
{
	for (size_t i = 0; i < r->nlevels; i++)
		if (strcmp(r->level[i].info.label, l->info.label) == 0)
			return &r->level[i];
	return NULL;
}

double level_measured(const struct level_result *l, enum metric m)
{
	for (size_t i = 0; l && i < l->nmeasured; i++)
		if (l->measured[i].metric == m)
			return l->measured[i].value;
	return (double)NAN;
}

/* Per-replication values behind entry i; NULL: none. */
static const double *samples_of(const struct headline_result *h, struct run_result *const *r, size_t i)
{
	const struct level_result *l = level_of_users(r[i], h->variant[i].of->users);
	int m = metric_find(h->variant[i].of->metric);

	return l && m >= 0 ? l->sample[m] : NULL;
}

static void predict_one(struct headline_result *h, struct run_result *const *r, size_t i)
{
	const struct headline_value *of = h->row->values.item;
	const struct level_result *l;
	const double *a, *b;
	int m;

	h->variant[i].of = of += h->row->values.n == 1 ? 0 : i;
	l = level_of_users(r[i], of->users);
	m = metric_find(of->metric);
	h->variant[i].value = l && m >= 0 && l->metric[m].n > 0 ? &l->metric[m] : NULL;
	h->variant[i].measured = m >= 0 ? level_measured(l, (enum metric)m) : (double)NAN;
	h->variant[i].reported = i < h->row->reported.n ? h->row->reported.v[i] : (double)NAN;
	h->variant[i].reported_pct = (double)NAN;
	if (i == 0)
		return;
	h->variant[i].reported_pct =
		100 * (h->variant[i].reported - h->variant[0].reported) / h->variant[0].reported;
	a = samples_of(h, r, 0);
	b = samples_of(h, r, i);
	if (a && b)
		h->variant[i].difference_pct =
			paired_difference_pct(a, b, (size_t)r[0]->replications);
}

void headline_predict(const struct headline_row *row, struct run_result *const *r, size_t n,
		      struct headline_result *out)
{
	*out = (struct headline_result){ .row = row, .like_for_like = row->values.n == 1 };
	for (; out->n < n && out->n < HEADLINE_VARIANTS; out->n++)
		predict_one(out, r, out->n);
}

/* run/compare_pair.c - one configuration over another, level by level. */
#include "config.h"

#include "run/compare.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/mem.h"
#include "stat/holm.h"
#include "stat/stein.h"

bool compare_wants(const struct compare *c, const struct level_info *l)
{
	char users[24];

	snprintf(users, sizeof(users), "%ld", (long)l->users);
	return !c->level || strcmp(c->level, l->label) == 0 || strcmp(c->level, users) == 0;
}

/* The level of b that is called like level i of a; where each has only one, that one. */
static bool counterpart(const struct run *a, const struct run *b, size_t i, size_t *k)
{
	for (*k = 0; *k < run_levels(b); (*k)++)
		if (strcmp(run_level(a, i)->label, run_level(b, *k)->label) == 0)
			return true;
	*k = 0;
	return run_levels(a) == 1 && run_levels(b) == 1;
}

static void samples(const struct run *r, size_t level, enum metric m, size_t n, double *out)
{
	for (size_t k = 0; k < n; k++)
		out[k] = run_sample(r, level, m, k);
}

static struct summary cause_difference(const struct compare_pair *p, const struct run *a,
				       const struct run *b, const struct compare_level *l,
				       enum cause cause, double *x)
{
	size_t have = 0, have1 = 0;

	for (size_t k = 0; k < p->n; k++) {
		double d = run_sample_cause(b, l->ib, cause, k) - run_sample_cause(a, l->ia, cause, k);

		if (!isfinite(d))
			continue;
		x[have++] = d;
		have1 += k < p->first;
	}
	return stein_summary(x, have, have1);
}

static void make_level(struct compare_level *l, const struct compare_pair *p, const struct compare *c)
{
	const struct run *a = c->side[p->over].run, *b = c->side[p->of].run;
	double *x = xcalloc(2 * p->n + 1, sizeof(*x)), *y = x + p->n;
	const char *of_a = run_level(a, l->ia)->label, *of_b = run_level(b, l->ib)->label;

	if (strcmp(of_a, of_b) == 0)
		snprintf(l->label, sizeof(l->label), "%s", of_a);
	else
		snprintf(l->label, sizeof(l->label), "%.34s against %.34s", of_b, of_a);
	l->a = &c->side[p->over].result->level[l->ia];
	l->b = &c->side[p->of].result->level[l->ib];
	for (int m = 0; m < METRICS; m++) {
		samples(a, l->ia, (enum metric)m, p->n, x);
		samples(b, l->ib, (enum metric)m, p->n, y);
		compare_judge(&l->cell[m], x, y, p->n, p->first, c->precision_pct,
			      metric_info[m].better);
	}
	for (int k = 0; k < CAUSES; k++)
		l->cause_ms[k] = cause_difference(p, a, b, l, (enum cause)k, x);
	free(x);
}

void compare_pair_make(struct compare_pair *p, const struct compare *c)
{
	const struct run *a = c->side[p->over].run, *b = c->side[p->of].run;
	size_t na = run_replications(a), nb = run_replications(b);

	p->n = na < nb ? na : nb;
	p->first = c->first;
	p->identical = true;
	for (size_t k = 0; k < p->n; k++)
		p->identical = p->identical && run_digest(a, k) == run_digest(b, k);
	p->level = xcalloc(run_levels(a) + 1, sizeof(*p->level));
	for (size_t i = 0; i < run_levels(a); i++) {
		size_t k;

		if (!compare_wants(c, run_level(a, i)) || !counterpart(a, b, i, &k))
			continue;
		p->level[p->nlevels].ia = i;
		p->level[p->nlevels].ib = k;
		make_level(&p->level[p->nlevels++], p, c);
	}
}

size_t compare_pair_plan(const struct compare *c, size_t of)
{
	const struct run *a = c->side[c->base].run, *b = c->side[of].run;
	size_t n1 = c->first, n = n1, k;
	double *x = xcalloc(2 * n1, sizeof(*x)), *y = x + n1;

	for (size_t i = 0; i < run_levels(a); i++) {
		if (!compare_wants(c, run_level(a, i)) || !counterpart(a, b, i, &k))
			continue;
		for (size_t h = 0; h < c->nheadline; h++) {
			size_t need;

			samples(a, i, c->headline[h], n1, x);
			samples(b, k, c->headline[h], n1, y);
			need = compare_plan(x, y, n1, c->precision_pct, c->most);
			n = need > n ? need : n;
		}
	}
	free(x);
	return n;
}

/* The next headline cell over the baseline, in order; NULL: no more. */
static struct compare_cell *next_headline(struct compare *c, size_t *at)
{
	size_t i = (*at)++;

	for (size_t p = 0; p < c->npairs; p++) {
		size_t n = c->pair[p].runner_up ? 0 : c->pair[p].nlevels * c->nheadline;

		if (i < n)
			return &c->pair[p].level[i / c->nheadline].cell[c->headline[i % c->nheadline]];
		i -= n;
	}
	return NULL;
}

static bool has_interval(const struct compare_cell *x)
{
	return x->verdict != VERDICT_NO_DATA && x->verdict != VERDICT_IDENTICAL && x->difference.n > 1;
}

void compare_correct(struct compare *c)
{
	struct compare_cell *x;
	size_t n = 0, at = 0;
	double *p;
	bool *kept;

	while (next_headline(c, &at))
		n++;
	p = xcalloc(n + 1, sizeof(*p));
	kept = xcalloc(n + 1, sizeof(*kept));
	c->intervals = at = 0;
	while ((x = next_headline(c, &at)))
		if (has_interval(x))
			p[c->intervals++] = x->p;
	holm(p, c->intervals, 0.05, kept);
	n = at = 0;
	while ((x = next_headline(c, &at)))
		if (has_interval(x))
			x->holm = kept[n++];
	free(kept);
	free(p);
}

/* run/compare_judge.c - from paired samples to a verdict. */
#include "config.h"

#include "run/compare.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "stat/power.h"
#include "stat/stein.h"

const char *const verdict_name[] = {
	[VERDICT_NO_DATA] = "no data",
	[VERDICT_IDENTICAL] = "identical",
	[VERDICT_DIFFERENT] = "difference",
	[VERDICT_SAME] = "no difference",
	[VERDICT_OPEN] = "not resolved",
};

struct paired {				/* replications in which both have a value */
	double *a, *b, *d;		/* d = b - a */
	size_t n, n1;			/* all, and those of the first stage */
	bool equal;			/* b = a everywhere */
};

static void pair_up(struct paired *p, const double *a, const double *b, size_t n, size_t n1)
{
	*p = (struct paired){ .a = xcalloc(3 * n + 1, sizeof(double)), .equal = true };
	p->b = p->a + n;
	p->d = p->b + n;
	for (size_t k = 0; k < n; k++) {
		if (!isfinite(a[k]) || !isfinite(b[k]))
			continue;
		p->a[p->n] = a[k];
		p->b[p->n] = b[k];
		p->d[p->n] = b[k] - a[k];
		p->equal = p->equal && !(b[k] < a[k]) && !(b[k] > a[k]);
		p->n++;
		p->n1 += k < n1;
	}
}

/* In % of the baseline's mean.  Not the mean of each replication's own percentage: where that is
 * noise, it is above 0 although nothing differs, as the mean of b / a is above the ratio of the
 * means. */
static struct summary percent(const struct summary *d, double base)
{
	double f = 100 / fabs(base);

	return (struct summary){
		.mean = f * d->mean, .sd = f * d->sd, .lo = f * d->lo, .hi = f * d->hi, .n = d->n
	};
}

/* Half-width at which the verdict would not be open, if the mean stays where it is: the interval
 * then leaves out 0 or lies inside the band, whichever is easier. */
static double deciding_half(double mean, double band)
{
	return fmax(fabs(mean), band - fabs(mean));
}

static void one_real_run(struct compare_cell *c)
{
	double d = c->difference.mean;

	c->right_sign = power_right_sign(d, c->base.sd, c->value.sd);
	c->runs_80 = power_runs(d, c->base.sd, c->value.sd, 0.80, COMPARE_RUNS);
	c->runs_95 = power_runs(d, c->base.sd, c->value.sd, 0.95, COMPARE_RUNS);
}

/* `band`: what is as good as no difference, in the metric's unit. */
static void judge(struct compare_cell *c, double band, size_t n1, int better)
{
	const struct summary *s = &c->difference;
	double half = (s->hi - s->lo) / 2, deciding = deciding_half(s->mean, band);
	bool inside = -band <= s->lo && s->hi <= band;

	if (s->n < 2)
		c->verdict = VERDICT_OPEN;
	else if (s->lo > 0 || s->hi < 0)
		c->verdict = VERDICT_DIFFERENT;
	else
		c->verdict = inside ? VERDICT_SAME : VERDICT_OPEN;
	if (s->n >= 2 && half > 0)	/* half = t(0.975, n1 - 1) times the standard error */
		c->p = 2 * gsl_cdf_tdist_Q(fabs(s->mean) / half *
						   gsl_cdf_tdist_Pinv(0.975, (double)(n1 - 1)),
					   (double)(n1 - 1));
	else if (s->n >= 2)
		c->p = 0;		/* the same difference in every replication */
	if (c->verdict == VERDICT_OPEN && s->n >= 2 && deciding > 0) {
		size_t need = student_replications(s->sd, deciding, COMPARE_RUNS);

		c->more = need > s->n ? need - s->n : 1;
	}
	if (c->verdict == VERDICT_DIFFERENT) {
		c->smaller = inside;
		c->good = s->mean > 0 ? better : -better;
		one_real_run(c);
	}
}

void compare_judge(struct compare_cell *c, const double *a, const double *b, size_t n, size_t n1,
		   double precision_pct, int better)
{
	struct paired p;

	*c = (struct compare_cell){ .p = 1, .right_sign = (double)NAN };
	pair_up(&p, a, b, n, n1);
	c->base = summary_of(p.a, p.n);
	c->value = summary_of(p.b, p.n);
	c->difference = stein_summary(p.d, p.n, p.n1);
	if (p.n > 0 && fabs(c->base.mean) > 0)
		c->pct = percent(&c->difference, c->base.mean);
	if (p.n > 0 && p.equal)
		c->verdict = VERDICT_IDENTICAL;
	else if (p.n > 0)
		judge(c, precision_pct / 100 * fabs(c->base.mean), p.n1, better);
	free(p.a);
}

size_t compare_plan(const double *a, const double *b, size_t n1, double precision_pct, size_t most)
{
	struct paired p;
	double half;
	size_t n = n1;

	pair_up(&p, a, b, n1, n1);
	half = p.n > 0 ? precision_pct / 100 * fabs(summary_of(p.a, p.n).mean) : 0;
	if (p.n >= 2 && half > 0)
		n = stein_replications(summary_of(p.d, p.n).sd, p.n, half, most) + (n1 - p.n);
	free(p.a);
	return n < most ? n : most > n1 ? most : n1;
}

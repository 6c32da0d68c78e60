/* stat/moderated.c - Smyth's moderated t. */
#include "config.h"

#include "stat/moderated.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_psi.h>
#include <math.h>

#define DF_MOST		1000.0		/* of the prior: beyond this it is a normal distribution */

/* x > 0 with trigamma(x) = y > 0: Newton's method on 1/trigamma, which is nearly a line (Smyth 2004,
 * appendix). */
static double trigamma_inverse(double y)
{
	double x = 0.5 + 1.0 / y;

	for (int i = 0; i < 50; i++) {
		double tri = gsl_sf_psi_1(x), step = tri * (1.0 - tri / y) / gsl_sf_psi_n(2, x);

		x += step;
		if (fabs(step) < 1e-9 * x)
			break;
	}
	return x;
}

/* The log of a variance with d degrees of freedom, without its bias. */
static double log_variance(const struct summary *s)
{
	double d = (double)(s->n - 1);

	return 2.0 * log(s->sd) - gsl_sf_psi(d / 2.0) + log(d / 2.0);
}

static int says_something(const struct summary *s)
{
	return s->n > 1 && s->sd > 1e-12 * fabs(s->mean) && s->sd > 0.0;
}

struct moderated moderated_fit(const struct summary *s, size_t m)
{
	struct moderated p = { 0.0, 0.0 };
	double mean = 0.0, spread = 0.0, n = 0.0;

	for (size_t i = 0; i < m; i++) {
		if (says_something(&s[i])) {
			mean += log_variance(&s[i]);
			n++;
		}
	}
	if (n < 3.0)
		return p;
	mean /= n;
	for (size_t i = 0; i < m; i++) {
		if (says_something(&s[i])) {
			double e = log_variance(&s[i]) - mean;

			spread += e * e / (n - 1.0) - gsl_sf_psi_1((double)(s[i].n - 1) / 2.0) / n;
		}
	}
	p.df = spread > 0.0 ? fmin(2.0 * trigamma_inverse(spread), DF_MOST) : DF_MOST;
	p.var = exp(mean + gsl_sf_psi(p.df / 2.0) - log(p.df / 2.0));
	return p;
}

/* Standard error of the mean, and its degrees of freedom. */
static double standard_error(const struct moderated *p, const struct summary *s, double *df)
{
	double d = (double)(s->n - 1);

	*df = p->df + d;
	return sqrt((p->df * p->var + d * s->sd * s->sd) / *df / (double)s->n);
}

double moderated_p_above(const struct moderated *p, const struct summary *s, double at)
{
	double df, se;

	if (s->n < 2)
		return 0.5;
	se = standard_error(p, s, &df);
	if (!(se > 0.0))
		return s->mean > at ? 0.0 : s->mean < at ? 1.0 : 0.5;
	return gsl_cdf_tdist_Q((s->mean - at) / se, df);
}

double moderated_half(const struct moderated *p, const struct summary *s, double confidence)
{
	double df, se;

	if (s->n < 2)
		return HUGE_VAL;
	se = standard_error(p, s, &df);
	return se > 0.0 ? gsl_cdf_tdist_Qinv((1.0 - confidence) / 2.0, df) * se : 0.0;
}

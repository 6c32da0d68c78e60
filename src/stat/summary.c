/* stat/summary.c - Student's t interval of a mean. */
#include "config.h"

#include "stat/summary.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

struct summary summary_of(const double *x, size_t n)
{
	struct summary s = { .n = n };
	double half = 0.0;

	if (n == 0)
		return s;
	s.mean = gsl_stats_mean(x, 1, n);
	if (n > 1) {
		s.sd = gsl_stats_sd(x, 1, n);
		half = gsl_cdf_tdist_Pinv(0.975, (double)(n - 1)) * s.sd / sqrt((double)n);
	}
	s.lo = s.mean - half;
	s.hi = s.mean + half;
	return s;
}

/* stat/stein.c */
#include "config.h"

#include "stat/stein.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

struct summary stein_summary(const double *x, size_t n, size_t n1)
{
	struct summary s = summary_of(x, n);
	double half;

	if (n < 2 || n1 == n)
		return s;
	if (n1 < 2) {
		s.lo = s.hi = s.mean;
		s.n = 1;
		return s;
	}
	half = gsl_cdf_tdist_Pinv(0.975, (double)(n1 - 1)) * gsl_stats_sd(x, 1, n1) / sqrt((double)n);
	s.lo = s.mean - half;
	s.hi = s.mean + half;
	return s;
}

size_t stein_replications(double s1, size_t n1, double half, size_t most)
{
	double t = gsl_cdf_tdist_Pinv(0.975, (double)(n1 - 1)) * s1 / half,
	       n = ceil(t * t * (1 - 1e-12));

	if (!(n > (double)n1))
		return n1;
	return n < (double)most ? (size_t)n : most > n1 ? most : n1;
}

static bool enough(double sd, double half, size_t n)
{
	return gsl_cdf_tdist_Pinv(0.975, (double)(n - 1)) * sd <= half * sqrt((double)n);
}

size_t student_replications(double sd, double half, size_t most)
{
	size_t lo = 1, hi = 2;		/* lo is too few */

	while (hi < most && !enough(sd, half, hi)) {
		lo = hi;
		hi *= 2;
	}
	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (enough(sd, half, mid))
			hi = mid;
		else
			lo = mid;
	}
	return hi < most ? hi : most;
}

/* stat/power.c */
#include "config.h"

#include "stat/power.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdbool.h>

double power_right_sign(double difference, double sd_a, double sd_b)
{
	double spread = hypot(sd_a, sd_b);

	return spread > 0 ? gsl_cdf_ugaussian_P(fabs(difference) / spread) : 1.0;
}

static bool enough(double ratio, double power, size_t n)
{
	double df = 2.0 * (double)n - 2.0;
	double t = gsl_cdf_tdist_Pinv(0.975, df) + gsl_cdf_tdist_Pinv(power, df);

	return (double)n >= t * t * ratio * ratio;
}

size_t power_runs(double difference, double sd_a, double sd_b, double power, size_t most)
{
	double ratio = hypot(sd_a, sd_b) / fabs(difference);
	size_t lo = 1, hi = 2;		/* lo is too few */

	while (hi < most && !enough(ratio, power, hi)) {
		lo = hi;
		hi *= 2;
	}
	while (hi - lo > 1) {
		size_t mid = lo + (hi - lo) / 2;

		if (enough(ratio, power, mid))
			hi = mid;
		else
			lo = mid;
	}
	return hi < most ? hi : most;
}

#include "config.h"

#include "stat/saturation.h"

#include <math.h>

#define FAR	1e6			/* times the largest x */

double saturation_at(const struct saturation *s, double x)
{
	return s->most * x / (s->half + x);
}

/* For a given `half` the law is linear in `most`: its best value; returns the sum of squares left. */
static double best_most(const double *x, const double *y, size_t n, struct saturation *s)
{
	double gy = 0, gg = 0, rest = 0;

	for (size_t i = 0; i < n; i++) {
		double g = x[i] / (s->half + x[i]);

		gy += g * y[i];
		gg += g * g;
	}
	s->most = gy / gg;
	for (size_t i = 0; i < n; i++) {
		double d = y[i] - saturation_at(s, x[i]);

		rest += d * d;
	}
	return rest;
}

/* The best of a coarse grid over log(half), then golden section between its neighbours. */
bool saturation_fit(const double *x, const double *y, size_t n, struct saturation *out)
{
	const double golden = 0.6180339887498949, step = 0.25;
	double most_x = 0, least_x = INFINITY, least = INFINITY, lo, hi;

	for (size_t i = 0; i < n; i++) {
		most_x = fmax(most_x, x[i]);
		least_x = fmin(least_x, x[i]);
	}
	if (n < 2 || !(least_x > 0) || !(most_x > least_x))
		return false;
	lo = log(least_x / FAR);
	for (double at = lo; at < log(most_x * FAR); at += step) {
		struct saturation s = { .half = exp(at) };
		double rest = best_most(x, y, n, &s);

		if (rest < least) {
			least = rest;
			lo = at - step;
		}
	}
	hi = lo + 2 * step;
	for (int i = 0; i < 60; i++) {
		struct saturation a = { .half = exp(hi - golden * (hi - lo)) },
				  b = { .half = exp(lo + golden * (hi - lo)) };

		if (best_most(x, y, n, &a) <= best_most(x, y, n, &b))
			hi = log(b.half);
		else
			lo = log(a.half);
	}
	out->half = exp((lo + hi) / 2);
	best_most(x, y, n, out);
	return out->half < most_x * FAR / 2;
}

/* stat/saturation.h - growth at first in proportion, then ever less: y = most x / (half + x).
 *
 * Biochemists call it Michaelis and Menten's; `most` is what it never reaches, `half` the x at which it
 * has half of that.
 */
#ifndef STAT_SATURATION_H
#define STAT_SATURATION_H

#include <stdbool.h>
#include <stddef.h>

struct saturation {
	double most, half;
};

/* Least squares in y over n >= 2 points, x and y > 0.  false: fewer points, or nothing bends (the best
 * `half` lies beyond a million times the largest x). */
bool saturation_fit(const double *x, const double *y, size_t n, struct saturation *out);
double saturation_at(const struct saturation *s, double x);

#endif

/* stat/stein.h - how often to replicate, and an interval that stays honest after having asked.
 *
 * Replicating until an interval is narrow enough and then reporting that interval misses too often:
 * one stops early when the spread happens to look small (Chow and Robbins, Ann. Math. Statist. 36
 * (1965) 457, is right only in the limit).  Stein's two-stage procedure (Ann. Math. Statist. 16
 * (1945) 243) asks once: the spread s1 of a first stage of n1 decides the total n, and the interval
 * of the mean of all n is
 *
 *	mean +- t(0.975, n1 - 1) s1 / sqrt(n)
 *
 * For normal values its coverage is exactly 95% whatever n became, since n depends on s1 alone and
 * s1 is independent of every mean; this holds for many metrics at once, too, when n is the largest
 * that any of them asks for.  The price is t with n1 - 1 degrees of freedom: with n1 = 5 twice,
 * with 20 1.14 times the replications that a known spread would need.  tests/check_compare.c
 * measures both procedures.
 */
#ifndef STAT_STEIN_H
#define STAT_STEIN_H

#include <stddef.h>

#include "stat/summary.h"

/* x[0..n) are finite, the first n1 <= n of them the first stage.  mean and sd are of all n; lo and
 * hi as above.  With n1 < 2 there is no interval: lo = hi = mean, and n = 1 says so.  n = n1:
 * Student's interval. */
struct summary stein_summary(const double *x, size_t n, size_t n1);

/* Total number of replications for a half-width of at most `half` > 0, from a first stage of n1 >=
 * 2 with standard deviation s1; at least n1, at most `most`. */
size_t stein_replications(double s1, size_t n1, double half, size_t most);

/* The smallest n >= 2 for which t(0.975, n - 1) sd / sqrt(n) <= half: a plain run of n in one
 * stage, if the spread is sd; at most `most`. */
size_t student_replications(double sd, double half, size_t most);

#endif

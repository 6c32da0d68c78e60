/* stat/moderated.h - tests with few replications of many things: each sample's variance is drawn towards
 * what is usual among them.
 *
 * Variances of samples as small as three are so uncertain that Student's t with a correction for many
 * comparisons decides nothing.  The moderated t takes s0^2 with d0 degrees of freedom, estimated from
 * all samples, into each variance:
 *
 *	s~^2 = (d0 s0^2 + d s^2) / (d0 + d),	t~ = mean / (s~ / sqrt(n)) with d0 + d degrees of freedom
 *
 * Where the variances have little in common d0 is near 0, and it is Student's test. Source: G. K. Smyth,
 * Linear models and empirical Bayes methods for assessing differential expression in microarray
 * experiments, Stat. Appl. Genet. Mol. Biol. 3 (2004), article 3, sections 4 and 6.2.
 */
#ifndef STAT_MODERATED_H
#define STAT_MODERATED_H

#include <stddef.h>

#include "stat/summary.h"

struct moderated {
	double df, var;			/* d0 and s0^2; df = 0: nothing in common is known */
};

/* From the variances sd^2 of m samples; those of one number, or without any variance, say nothing. */
struct moderated moderated_fit(const struct summary *s, size_t m);
/* P(t~ above the observed one | true mean = at), one-sided: small if the true mean is above `at`.  0.5
 * without evidence either way: fewer than two numbers; 0 or 1 if there is no variance at all. */
double moderated_p_above(const struct moderated *p, const struct summary *s, double at);
/* Half of the interval of the mean with this confidence (0..1), two-sided; infinite for fewer than
 * two numbers. */
double moderated_half(const struct moderated *p, const struct summary *s, double confidence);

#endif

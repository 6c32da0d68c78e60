/* stat/holm.h - which of many findings survive that there are many.
 *
 * Holm, Scand. J. Statist. 6 (1979) 65: p values in rising order are held against alpha / m, alpha
 * / (m - 1), ...; the first that is too large ends it.  The probability of even one false finding
 * stays below alpha, however the tests depend on each other.
 */
#ifndef STAT_HOLM_H
#define STAT_HOLM_H

#include <stdbool.h>
#include <stddef.h>

/* p[i] in 0..1; kept[i]: finding i survives. */
void holm(const double *p, size_t n, double alpha, bool *kept);

#endif

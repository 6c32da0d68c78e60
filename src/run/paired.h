/* run/paired.h - differences between configurations that saw the same requests.
 *
 * Replication k of one configuration and replication k of another share all their
 * random numbers, so the difference is taken replication by replication and its
 * Student interval is that of the differences: far narrower than the intervals
 * of the two means suggest.
 */
#ifndef RUN_PAIRED_H
#define RUN_PAIRED_H

#include "run/result.h"

/* b - a; a[k], b[k] of replication k, NaN where one has no data (left out). */
struct summary paired_difference(const double *a, const double *b, size_t n);
/* The same in % of a: the ratio r of the means less 1, and the spread of (b[k] - r a[k]) / mean(a),
 * which is 0 where b is a times a number (W. G. Cochran, Sampling Techniques, 3rd ed. (1977),
 * sections 2.11 and 6.3).  Not the mean of each replication's own percentage, which is above 0 where nothing differs: for
 * 1, 2 against 2, 1 it is +25% both ways.  No data where the mean of a is 0. */
struct summary paired_difference_pct(const double *a, const double *b, size_t n);

/* The level of r with this user count; NULL: none. */
const struct level_result *level_of_users(const struct run_result *r, int64_t users);
/* The level of r that is called like l, a level of another result; NULL: none. */
const struct level_result *level_like(const struct run_result *r, const struct level_result *l);
double level_measured(const struct level_result *l, enum metric m);	/* NaN: none, or no level */

/* A row of a published table (scenario.headline), predicted for results in the order of their variants. */
#define HEADLINE_VARIANTS 8

struct headline_result {
	const struct headline_row *row;
	struct {
		const struct headline_value *of;	/* which number */
		const struct summary *value;		/* NULL: no such level, or no data */
		double measured;			/* of the variant's own measured file; NaN: none */
		double reported;			/* as published; NaN: not given */
		/* over the first; of the first itself none: n = 0, NaN */
		struct summary difference_pct;		/* paired; n = 0: no data */
		double reported_pct;			/* as published; NaN: not given */
	} variant[HEADLINE_VARIANTS];
	size_t n;			/* variants */
	bool like_for_like;		/* all variants give the same number */
};

void headline_predict(const struct headline_row *row, struct run_result *const *r, size_t n,
		      struct headline_result *out);

#endif

/* run/tune_parts.h - what the parts of the search share: candidates, rounds, the race. */
#ifndef RUN_TUNE_PARTS_H
#define RUN_TUNE_PARTS_H

#include "run/tune.h"

/* ---- tune_point.c: settings, numbers, jobs */

size_t tune_axis_size(const struct grid_axis *a);	/* values that a candidate may have */
/* The candidate with these values; a new one (not prepared) if there is none.  Pointers to candidates
 * end with this. */
size_t tune_candidate_at(struct tune *t, const size_t *at, size_t load, bool *is_new);
/* Load it once: false and messages in errors if its settings are not valid.  One that cannot run has
 * that fate then. */
bool tune_prepare(struct tune *t, size_t candidate, struct diag *errors);
/* The scenario of a point; NULL: messages in errors.  Free with scenario_free(). */
struct scenario *tune_scenario(const struct tune *t, int64_t point, struct diag *errors);
/* Candidate which[i] gets to[i] replications, all at once; those that hang have that fate then. 
 * False: stopped. */
bool tune_grow(struct tune *t, const size_t *which, const size_t *to, size_t n);

/* ---- tune_scale.c: the scales of tests */

/* log(v / limit) where v and the limit are above 0, else the plain excess; above 0 violates. */
struct summary tune_slo_summary(const struct tune_slo *s, const struct tune_candidate *c);
/* How much further from the objective c is than b, replication by replication, on the same scale. */
struct summary tune_slo_gap(const struct tune_slo *s, const struct tune_candidate *b,
			    const struct tune_candidate *c);
/* Gain of c over b in the goal, replication by replication, logs where both are above 0. */
struct summary tune_gain(const struct tune *t, const struct tune_candidate *b,
			 const struct tune_candidate *c);
/* An objective is met on average; all are.  Tests are of logs, whose mean is below that of the numbers
 * themselves: a skewed metric may surely meet on the one scale and not on the other.  Both are asked. */
bool tune_meets_one(const struct tune_slo *s, const struct tune_candidate *c);
bool tune_meets(const struct tune *t, const struct tune_candidate *c);

/* ---- tune_race.c */

void tune_race(struct tune *t);
/* Replications after each round: from TUNE_START to `most`; returns how many rounds. */
size_t tune_plan(size_t most, size_t plan[TUNE_ROUNDS]);

/* ---- tune_refine.c, tune_capacity.c */

/* Candidates half a step, a quarter, ... beside the leader; judge() after each batch says who leads now
 * (t->n: nobody); so does the result. */
size_t tune_refine(struct tune *t, size_t lead, size_t (*judge)(void *ctx), void *ctx);
size_t tune_refine_most(const struct tune *t, size_t *looks);	/* candidates it adds at most; looks at the data */
void tune_capacity(struct tune *t);
bool tune_capacity_load(struct tune *t, struct diag *errors);	/* what the load is, where to begin */

#endif

/* run/tune_parts.h - what the parts of the search share: candidates, rounds, the race. */
#ifndef RUN_TUNE_PARTS_H
#define RUN_TUNE_PARTS_H

#include "run/tune.h"

/* A further candidate with these values (copied), not loaded yet; the pointer lives until the next one is added. */
struct tune_candidate *tune_add(struct tune *t, const char *const *value);
/* Load it, begin its run; false: messages in errors.  One that cannot run has that fate then. */
bool tune_prepare(struct tune *t, struct tune_candidate *c, struct diag *errors);
/* It gets this fate and no more replications. */
void tune_drop(struct tune_candidate *c, enum tune_fate fate);

/* Grow candidate which[i] to to[i] replications, all at once, and take their numbers; those that hang are dropped. */
void tune_grow(struct tune *t, const size_t *which, const size_t *to, size_t n);

/* On the scale of tests: log(v / limit) where v and the limit are above 0, else the plain excess; above 0 violates. */
struct summary tune_slo_summary(const struct tune_slo *s, const struct tune_candidate *c);
/* Gain of c over b in the goal, replication by replication, logs where both are above 0. */
struct summary tune_gain(const struct tune *t, const struct tune_candidate *b, const struct tune_candidate *c);
/* All objectives are met on average. */
bool tune_meets(const struct tune *t, const struct tune_candidate *c);

#endif

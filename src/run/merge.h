/* run/merge.h - replications put together: intervals, checks, comparison, warnings. */
#ifndef RUN_MERGE_H
#define RUN_MERGE_H

#include "run/replicate.h"
#include "run/result.h"

/* Fill levels, digest, hang and timeline of `out` from *r[0..n), in order, n >= 1; `level` as in the jobs. */
void merge_replications(struct run_result *out, struct replication *const *r, size_t n,
			const struct level_info *level, size_t nlevels);
void merge_measured(struct run_result *out);	/* the scenario's measured values beside ours */
void merge_warn(struct run_result *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif

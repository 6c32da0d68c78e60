/* run/run.h - replications of a scenario, merged.
 *
 * Each replication is a pure function of (scenario, replication number): own
 * arena, clock, engine, workload, metrics.  Threads take replications from a
 * counter and share only the const scenario; results are merged in replication
 * order, so the number of threads never changes a digit.
 */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include <stdbool.h>
#include <stdio.h>

#include "run/result.h"

struct run_options {
	int64_t threads;		/* 0: all cores */
	FILE *engine_log;		/* the engine's own log lines of replication 0; NULL: none */
	void (*progress)(void *ctx, int64_t done, int64_t total);	/* called from any thread, serialised; may be NULL */
	void *progress_ctx;
};

/* As many replications as the scenario asks for.  Always returns a result; see result->hang and
 * result->memory.verdict.  Free with run_result_free(). */
struct run_result *run_scenario(const struct scenario *s, const struct run_options *o);

/* A run that grows: replications are added until the caller knows enough.  What n replications gave does not
 * depend on how they were added. */
struct run;

struct run *run_begin(const struct scenario *s);	/* s is not owned; free with run_end() */
struct run *run_begin_at(const struct scenario *s, size_t first);	/* its replications are numbered from `first` */
/* Until run i has n[i] replications (never fewer than it had); all runs share the threads.  A run whose memory does
 * not fit stays without any. */
void run_grow(struct run *const *r, const size_t *n, size_t nruns, const struct run_options *o);
size_t run_replications(const struct run *r);		/* done so far */
const struct scenario *run_scenario_of(const struct run *r);
const struct memory_report *run_memory(const struct run *r);	/* before the run */
/* Reported levels, and a metric of one of them in replication k: NaN without data. */
size_t run_levels(const struct run *r);
const struct level_info *run_level(const struct run *r, size_t level);
double run_sample(const struct run *r, size_t level, enum metric m, size_t k);
double run_sample_cause(const struct run *r, size_t level, enum cause c, size_t k);	/* ms a request; NaN without data */
uint64_t run_digest(const struct run *r, size_t k);	/* of replication k */
bool run_hangs(const struct run *r);			/* any replication did */
struct run_result *run_result_of(const struct run *r);	/* of all so far; free with run_result_free() */
void run_end(struct run *r);

#endif

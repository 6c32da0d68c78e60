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

/* Always returns a result; see result->hang and result->memory.verdict. Free with run_result_free(). */
struct run_result *run_scenario(const struct scenario *s, const struct run_options *o);

#endif

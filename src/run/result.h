/* run/result.h - what a run leaves behind; reports and charts read only this
 * (and the const scenario).  Owned by the caller of run_scenario(). */
#ifndef RUN_RESULT_H
#define RUN_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "engine/memory.h"
#include "run/coverage.h"
#include "run/metric.h"
#include "run/scenario.h"
#include "stat/summary.h"

#define CDF_POINTS 101			/* quantiles 0, 0.01, ..., 1 */

struct cdf {				/* quantile function over replications */
	struct summary q[CDF_POINTS];	/* ms; q[i].n == 0: no data */
};

/* A self-check over all replications of a level. `worst` is its largest deviation, in `unit`. */
struct check_result {
	const char *name;		/* "little", "tokens", "kv", "busy_idle", "attribution" */
	const char *text;		/* one line for the report, with the numbers */
	bool pass;
};
#define CHECKS_MAX 8

struct measured_result {
	enum metric metric;
	double value;			/* measured */
	double error_pct;		/* (simulated mean - measured) / measured * 100 */
	double z;			/* (measured - mean) / sd of a single run; NaN if replications < 2 */
};

struct level_result {
	struct level_info info;
	struct summary metric[METRICS];		/* n == 0: no data */
	double *sample[METRICS];		/* the same by replication, NaN: no data; for paired differences */
	struct summary cause_ms[CAUSES];	/* mean per request of client latency, by cause */
	struct summary ttft_cause_ms[CAUSES];	/* the same for time to first token */
	struct summary pass_share[PASS_KINDS];	/* share of GPU time, by kind of pass */
	struct summary part_share[PASS_PARTS];	/* share of GPU time, by part of the pass */
	struct summary wait_share[PASS_WAITS];	/* share of queueing, by what the first of the queue waited for */
	struct summary passes[PASS_KINDS];	/* number of passes */
	struct summary pass_ms[PASS_KINDS];	/* mean duration of a pass */
	struct summary step_bytes;		/* weights and KV read by the pass that makes a token: mean over decode rows */
	struct cdf ttft, e2e;
	struct coverage coverage;		/* of all replications */
	struct check_result check[CHECKS_MAX];
	size_t nchecks;
	struct measured_result *measured;
	size_t nmeasured;
};

/* State over time of replication 0, at most `n` points in time order; each holds until the next. */
struct timeline_point {
	double t_s;			/* seconds from the start of the run */
	double running, queued;		/* requests */
	double kv_used, kv_cached;	/* share of the pool: in use; cached but unlocked */
	double hit_rate;		/* of the prompt tokens admitted since the previous point; NaN: none admitted */
};

struct timeline {
	struct timeline_point *point;
	size_t n;
	struct { double begin_s, end_s; char label[40]; bool reported; } level[64];
	size_t nlevels;
};

struct run_result {
	struct arena arena;		/* what the pointers below point to, if run_scenario() made it */
	const struct scenario *scenario;	/* not owned */
	size_t replications;		/* done: as many as level.sample[] has of each metric */
	uint64_t digest;		/* of all replications, in order */
	uint64_t events;		/* popped, all replications */
	struct level_result *level;	/* reported levels, in order */
	size_t nlevels;
	struct memory_report memory;	/* with the largest pass of the run */
	struct coverage coverage;	/* of all replications and reported levels */
	struct timeline timeline;
	size_t hanging;			/* replications that did */
	bool hang;			/* a replication reached the engine's permanent hang */
	char hang_text[400];		/* why, in a sentence */
	char **warning;			/* things a user should know */
	size_t nwarnings;
	double mean_abs_error_pct;	/* over all measured values; NaN: none */
	size_t nmeasured;
};

void run_result_free(struct run_result *r);

#endif

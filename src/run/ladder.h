/* run/ladder.h - a prediction explained: one mechanism more switched off at each rung, on the same requests.
 *
 * Rung 0 is the scenario as it is; rung k is without the first k mechanisms, in the
 * order of engine/mechanisms.def.  All rungs draw the same random numbers, so
 * what a mechanism costs is the paired difference to the rung before, and the
 * differences add up to that between the ends.
 *
 * The closed form beside the last rung knows nothing of the simulation but how much
 * KV cache a decode pass reads:
 *	ms a token = (weights + KV cache read) / (tensor-parallel GPUs x data sheet's bandwidth)
 */
#ifndef RUN_LADDER_H
#define RUN_LADDER_H

#include <stdbool.h>
#include <stddef.h>

#include "run/result.h"

#define LADDER_RUNGS	(MECHANISMS + 1)
#define LADDER_METRICS	4

struct ladder {
	struct scenario *scenario[LADDER_RUNGS];	/* owned, like the results */
	struct run_result *rung[LADDER_RUNGS];
	enum mechanism off[LADDER_RUNGS];	/* by which it differs from the rung before; of rung 0 meaningless */
	size_t n;
	enum metric metric;			/* to be explained */
	size_t level;				/* of the results; only this one if one_level, else the one drawn */
	bool one_level;
};

/* The rungs' scenarios; false and all messages in errors if there is no such scenario. `variant` as in scenario.h. */
bool ladder_load(struct ladder *l, const char *path, const struct scenario_override *set, size_t nset,
		 size_t variant, struct diag *errors);
void ladder_release(struct ladder *l);

/* Over the replications that have data on every rung. */
struct ladder_numbers {
	struct summary value[LADDER_RUNGS], step[LADDER_RUNGS];	/* step[k]: rung k minus rung k - 1, paired */
	struct summary total;			/* last rung minus rung 0 */
	double sign;				/* x step = cost: +1 if less of the metric is worse, else -1 */
};

/* false: no data */
bool ladder_numbers(const struct ladder *l, size_t level, enum metric m, struct ladder_numbers *out);
/* The metrics to show, the one to be explained first; returns how many. */
size_t ladder_metrics(const struct ladder *l, enum metric m[LADDER_METRICS]);

struct ladder_limit {
	double weight_bytes, kv_bytes;		/* read by a decode pass, on all GPUs */
	double bytes_per_s;			/* of all GPUs, data sheet */
	double tpot_ms;
	bool all_off;				/* the last rung should meet it */
	double off_pct;				/* mean tpot of the last rung over it */
};

bool ladder_limit(const struct ladder *l, size_t level, struct ladder_limit *out);	/* false: no data */

#endif

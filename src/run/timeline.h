/* run/timeline.h - state over time, in a bounded number of equal steps.
 *
 * Each step holds time averages.  When the run outgrows the array, neighbours
 * are merged and the step doubles: what is kept depends on the run alone.
 */
#ifndef RUN_TIMELINE_H
#define RUN_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "core/probe.h"
#include "run/meter.h"
#include "run/result.h"

#define TIMELINE_STEPS		2000
#define TIMELINE_STEP_NS	NS_PER_MS	/* at first */

struct timeline_step {			/* integrals over the step */
	double running, queued, kv_used, kv_cached;	/* x ns */
	uint64_t prompt_tokens, hit_tokens;
};

struct timeline_recorder {
	struct timeline_step *step;	/* in the arena */
	sim_time width, t;		/* integrals are up to t */
	size_t cell;			/* the step that t lies in */
	sim_time cell_end;
	const struct meter *meter;	/* not owned */
	struct timeline_step now;	/* the state since t; tokens unused */
	struct probe probe;
};

/* Put the probe behind that of the metrics: the meter tells how many run and wait. */
void timeline_init(struct timeline_recorder *t, struct arena *arena, const struct meter *meter);
/* The points up to `end`; out->point is malloc'd. */
void timeline_finish(struct timeline_recorder *t, sim_time end, struct timeline *out);

#endif

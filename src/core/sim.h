/* core/sim.h - the clock of one replication.
 *
 * sim_at() schedules; sim_run() pops events in the order of core/evq.h, moves
 * the clock and calls the handlers until the queue is empty or someone called
 * sim_stop().  Each popped (time, class, id) enters the digest: two runs with
 * the same digest made the same history.
 * Scheduling in the past is a BUG.
 */
#ifndef CORE_SIM_H
#define CORE_SIM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/units.h"
#include "core/evq.h"

struct sim {
	sim_time now;
	struct evq queue;
	uint64_t digest;
	uint64_t events;		/* popped so far */
	bool stopped;
};

void sim_init(struct sim *s, uint64_t seed, uint32_t replication);	/* also sets bug_context */
void sim_release(struct sim *s);
void sim_at(struct sim *s, sim_time t, enum event_class c, event_fn *fn, void *self, void *object, uint64_t id);
void sim_run(struct sim *s);
void sim_stop(struct sim *s);

#endif

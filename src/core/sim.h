/* core/sim.h - the clock of one replication.
 *
 * sim_at() schedules; sim_run() pops events in the order of core/evq.h, moves
 * the clock and calls the handlers until the queue is empty or someone called
 * sim_stop().  Each popped (time, class, id) enters the digest: two runs with
 * the same digest made the same history.
 * Scheduling in the past is a BUG.
 *
 * Events that nobody else could precede need no queue.  A handler that is about
 * to schedule an event may ask sim_is_next(): would it be popped before everything
 * that is pending?  If so it calls sim_pass() instead of sim_at() and then does what the
 * event's handler would have done: clock, digest and count of events are as if it
 * had been scheduled and popped.  The caller must hold the only source of
 * events of that class, since equal (time, class) go by order of scheduling; and it
 * must ask anew after each call that may have scheduled something or stopped the
 * run.  A decode run is jumped that way: a loop in one handler.
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
	/* of the digest: halves of hashes, of classes and of the newest time and id, which often come again */
	uint64_t class_half[EV_CLASSES], now_half, id, id_half;
	bool stopped;
	bool step;			/* sim_is_next() never: every event goes through the queue */
};

void sim_init(struct sim *s, uint64_t seed, uint32_t replication);	/* also sets bug_context */
void sim_release(struct sim *s);
void sim_at(struct sim *s, sim_time t, enum event_class c, event_fn *fn, void *self, void *object, uint64_t id);
void sim_pass(struct sim *s, sim_time t, enum event_class c, uint64_t id);
void sim_run(struct sim *s);
void sim_stop(struct sim *s);

static inline bool sim_is_next(const struct sim *s, sim_time t, enum event_class c)
{
	return !s->stopped && !s->step && evq_is_before(&s->queue, t, c);
}

#endif

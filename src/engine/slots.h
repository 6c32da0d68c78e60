/* engine/slots.h - LMDeploy's pool of engine instances, in Python in front of either backend
 * (rules 4.2).
 *
 * There are exactly max_batch_size; a request holds one from submission to the end
 * of its answer, and those without one wait here, not in the engine.
 *
 *   polled   (0.6) a request that finds none looks again every poll_ms, each on its own
 *            clock: whoever looks first after an instance came back gets it.  Newcomers look at
 *            once.  The event loop runs each look up to jitter_ms late, so clocks drift.
 *   in order (0.11) first come, first served, at once.
 *
 * An instance comes back return_ms after the coroutine has seen the end of its
 * answer, for which it looks every see_ms on a clock of its own.
 */
#ifndef ENGINE_SLOTS_H
#define ENGINE_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/slab.h"
#include "core/rng.h"
#include "core/sim.h"

struct slot_waiter;

struct slots {
	bool in_order;
	double poll_ms, jitter_ms, see_ms, return_ms;
	uint64_t total, free;
	size_t waiting;			/* who would take an instance */
	void *engine;
	void (*taken)(void *engine, void *item);	/* item has an instance now */
	void (*back)(void *engine, void *item);		/* it came back; NULL: no matter */
	struct sim *sim;
	struct rng rng;			/* of its clocks; must not move */
	struct slab waiters;
	struct slot_waiter *first, *last;	/* in order */
};

/* The caller has filled the fields down to `back`, except `free`, and `rng`. */
void slots_init(struct slots *s, struct sim *sim, struct arena *arena);
/* NULL: taken(item) has been called; else the place at which it waits.  `id`: the request's, for the
 * digest. */
struct slot_waiter *slots_enter(struct slots *s, void *item, uint64_t id);
void slots_leave(struct slots *s, struct slot_waiter *w);	/* its client gave up */
void slots_return(struct slots *s, void *item, uint64_t id);	/* its answer is complete now */
static inline bool slots_balanced(const struct slots *s)
{
	return s->free == s->total && s->waiting == 0;
}

#endif

/* core/evq.h - pending events in a total order.
 *
 * Key: (time, class, sequence).  `sequence` grows with every push, so two
 * events of one class at one time leave in the order they came, and the order
 * of pops is a property of the key alone, never of the heap's shape.
 *
 * Classes of simultaneous events, smallest first:
 *   STEP_DONE  frees KV memory before anyone asks for it
 *   ABORT      a client that gave up must not be planned
 *   ARRIVAL    a request that arrives at t can join the batch formed at t
 *   WAKE       the engine plans once, after all of the above
 *   CLIENT     users act on what they have received by t
 *   SAMPLE     sees the settled state
 *   STOP       ends the run after everything else at t
 *
 * A 4-ary implicit heap; push and pop are O(log n), no allocation except when
 * the array doubles.
 */
#ifndef CORE_EVQ_H
#define CORE_EVQ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/units.h"

enum event_class {
	EV_STEP_DONE, EV_ABORT, EV_ARRIVAL, EV_WAKE, EV_CLIENT, EV_SAMPLE, EV_STOP,
	EV_CLASSES
};

/* `self` is the handler's object, `object` what the event is about (may be NULL). */
typedef void event_fn(void *self, void *object);

struct event {
	sim_time t;
	uint64_t key;			/* class << 56 | sequence */
	event_fn *fn;
	void *self, *object;
	uint64_t id;			/* what the event is about, for the digest: never a pointer */
};

struct evq {
	struct event *heap;		/* owned */
	size_t n, cap;
	uint64_t sequence;
};

void evq_init(struct evq *q);
void evq_release(struct evq *q);
void evq_push(struct evq *q, sim_time t, enum event_class c, event_fn *fn, void *self, void *object, uint64_t id);
bool evq_pop(struct evq *q, struct event *out);		/* false: empty */
/* Would (t, c) be popped before everything in the queue, were it pushed now?  Equal to the first: no. */
bool evq_is_before(const struct evq *q, sim_time t, enum event_class c);
static inline enum event_class event_class_of(const struct event *e) { return (enum event_class)(e->key >> 56); }

#endif

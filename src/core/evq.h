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
 * Most events of two classes are scheduled in the order in which they leave: requests pass
 * the front end one behind the other, and so do answers.  Such an event goes to the end of its
 * class's lane, a ring, O(1); whatever would leave before the last one there goes into a 4-ary
 * implicit heap, O(log n).  Lanes and heap are each in order, so the first of all is the first
 * of theirs: where an event waits changes nothing.  No allocation except when an array doubles.
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

struct evq_lane {			/* in order: event[k % cap] for k in [first, end) */
	struct event *event;		/* owned */
	size_t first, end, cap;		/* cap: power of two, or 0 */
};

#define EVQ_LANES 2			/* ARRIVAL, CLIENT */

struct evq {
	size_t n;			/* events in all */
	struct event *heap;		/* owned */
	size_t nheap, cap;
	struct evq_lane lane[EVQ_LANES];
	uint64_t sequence;
	sim_time first_t;		/* of the next event; SIM_TIME_MAX, UINT64_MAX: there is none */
	uint64_t first_key;
	struct evq_lane *first_lane;	/* where it is; NULL: in the heap */
};

void evq_init(struct evq *q);
void evq_release(struct evq *q);
void evq_push(struct evq *q, sim_time t, enum event_class c, event_fn *fn, void *self, void *object, uint64_t id);
bool evq_pop(struct evq *q, struct event *out);		/* false: empty */

#define EVQ_CLASS_SHIFT 56

static inline enum event_class event_class_of(const struct event *e)
{
	return (enum event_class)(e->key >> EVQ_CLASS_SHIFT);
}

/* Would (t, c) be popped before everything in the queue, were it pushed now?  Equal to the first: no. */
static inline bool evq_is_before(const struct evq *q, sim_time t, enum event_class c)
{
	return t < q->first_t || (t == q->first_t && c < q->first_key >> EVQ_CLASS_SHIFT);
}

#endif

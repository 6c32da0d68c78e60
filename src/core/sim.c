/* core/sim.c - pop, move the clock, call. */
#include "config.h"

#include "core/sim.h"

#include <inttypes.h>

#include "base/bug.h"
#include "base/hash.h"

void sim_init(struct sim *s, uint64_t seed, uint32_t replication)
{
	*s = (struct sim){ 0 };
	for (uint64_t c = 0; c < EV_CLASSES; c++)
		s->class_half[c] = hash_half(c);
	s->now_half = s->id_half = hash_half(0);
	evq_init(&s->queue);
	bug_context = (struct bug_context){ .seed = seed, .replication = replication };
}

void sim_release(struct sim *s)
{
	evq_release(&s->queue);
}

void sim_at(struct sim *s, sim_time t, enum event_class c, event_fn *fn, void *self, void *object, uint64_t id)
{
	if (t < s->now)
		BUG("event of class %d scheduled for %" PRId64 " ns, which is past", (int)c, t);
	evq_push(&s->queue, t, c, fn, self, object, id);
}

void sim_pass(struct sim *s, sim_time t, enum event_class c, uint64_t id)
{
	uint64_t h = s->digest;

	if (t < s->now)
		BUG("event of class %d passed at %" PRId64 " ns, which is past", (int)c, t);
	if (t != s->now)
		s->now_half = hash_half((uint64_t)t);
	if (id != s->id)
		s->id_half = hash_half(id);
	s->now = t;
	s->id = id;
	s->events++;
	h = hash_mix(h + s->now_half);		/* hash_join(h, t), and so on */
	h = hash_mix(h + s->class_half[c]);
	h = hash_mix(h + s->id_half);
	s->digest = h;
	bug_context.now = t;
	bug_context.digest = h;
}

void sim_run(struct sim *s)
{
	struct event e;

	while (!s->stopped && evq_pop(&s->queue, &e)) {
		sim_pass(s, e.t, event_class_of(&e), e.id);
		e.fn(e.self, e.object);
	}
}

void sim_stop(struct sim *s)
{
	s->stopped = true;
}

#include "config.h"

#include "engine/slots.h"

struct slot_waiter {
	struct slot_waiter *next;	/* in order */
	void *item;			/* NULL: it has left, and its place is not yet cleared */
	uint64_t id;
};

void slots_init(struct slots *s, struct sim *sim, struct arena *arena)
{
	s->free = s->total;
	s->sim = sim;
	slab_init(&s->waiters, arena, sizeof(struct slot_waiter));
}

static void take(struct slots *s, void *item)
{
	s->free--;
	s->taken(s->engine, item);
}

static void look(void *self, void *object);

static void look_later(struct slots *s, struct slot_waiter *w)
{
	double ms = s->poll_ms + gsl_rng_uniform(&s->rng.gsl) * s->jitter_ms;

	sim_at(s->sim, s->sim->now + sim_time_from_ms(ms), EV_ARRIVAL, look, s, w, w->id);
}

static void look(void *self, void *object)
{
	struct slots *s = self;
	struct slot_waiter *w = object;
	void *item = w->item;

	if (item && s->free == 0) {
		look_later(s, w);
		return;
	}
	slab_free(&s->waiters, w);
	if (!item)
		return;
	s->waiting--;
	take(s, item);
}

struct slot_waiter *slots_enter(struct slots *s, void *item, uint64_t id)
{
	struct slot_waiter *w;

	if (s->free > 0 && (!s->in_order || s->waiting == 0)) {
		take(s, item);
		return NULL;
	}
	w = slab_alloc(&s->waiters);
	w->item = item;
	w->id = id;
	s->waiting++;
	if (!s->in_order) {
		look_later(s, w);
		return w;
	}
	if (s->last)
		s->last->next = w;
	else
		s->first = w;
	s->last = w;
	return w;
}

void slots_leave(struct slots *s, struct slot_waiter *w)
{
	w->item = NULL;
	s->waiting--;
}

/* The first in line, if anybody is. */
static void *pop(struct slots *s)
{
	void *item = NULL;

	while (s->first && !item) {
		struct slot_waiter *w = s->first;

		item = w->item;
		s->first = w->next;
		if (!s->first)
			s->last = NULL;
		slab_free(&s->waiters, w);
	}
	return item;
}

static void come_back(void *self, void *object)
{
	struct slots *s = self;
	void *next;

	s->free++;
	if (s->back)
		s->back(s->engine, object);
	if (!s->in_order || !(next = pop(s)))
		return;
	s->waiting--;
	take(s, next);
}

void slots_return(struct slots *s, void *item, uint64_t id)
{
	double ms = s->see_ms * gsl_rng_uniform(&s->rng.gsl) + s->return_ms;

	sim_at(s->sim, s->sim->now + sim_time_from_ms(ms), EV_ARRIVAL, come_back, s, item, id);
}

/* The pool of engine instances in Python (specs 4.2).
 *
 * There are exactly max_batch_size; a request holds one from submission to the end
 * of its answer, and those without one wait here, not in the engine.
 *
 *   0.6.0   a request that finds none looks again every slot_poll_ms, each on its own clock:
 *           whoever looks first after an instance came back gets it.  Newcomers look at once.
 *           The event loop runs each look a little late (slot_jitter_ms), so clocks drift.
 *   0.11.0  first come, first served, at once.
 *
 * An instance comes back when the coroutine has seen the end of its answer; by then the
 * engine is in its next iteration, so its successor joins the one after that.
 */
#include "config.h"

#include "engine/turbomind.h"

static void take(struct tm *e, struct tm_seq *s)
{
	e->free_slots--;
	s->place = TM_INCOMING;
	tm_seqs_push(&e->incoming, s);
	tm_wake(e);
}

static void look(void *self, void *object);

static void look_later(struct tm *e, struct tm_seq *s)
{
	const struct tm_frontend *f = &e->params->frontend;
	double late = gsl_rng_uniform(&e->poll.gsl) * f->slot_jitter_ms;
	sim_time t = e->env.sim->now + sim_time_from_ms(f->slot_poll_ms + late);

	sim_at(e->env.sim, t, EV_ARRIVAL, look, e, s, s->request->id);
}

static void look(void *self, void *object)
{
	struct tm *e = self;
	struct tm_seq *s = object;

	if (!s->request) {
		tm_seq_free(e, s);
	} else if (e->free_slots > 0) {
		e->nwaiting--;
		take(e, s);
	} else {
		look_later(e, s);
	}
}

void tm_slots_enter(struct tm *e, struct tm_seq *s)
{
	if (e->free_slots > 0 && (!e->in_order || e->nwaiting == 0)) {
		take(e, s);
		return;
	}
	s->place = TM_AT_POOL;
	e->nwaiting++;
	if (e->in_order)
		tm_seqs_push(&e->waiting, s);
	else
		look_later(e, s);
}

static void come_back(void *self, void *object)
{
	struct tm *e = self;

	(void)object;
	e->free_slots++;
	if (!e->in_order || e->nwaiting == 0)
		return;
	e->nwaiting--;
	take(e, e->waiting.seq[e->head++]);
	if (e->nwaiting == 0)
		e->head = e->waiting.n = 0;
}

/* Move the queue to the front of its array, once half of it is empty. */
static void close_up(struct tm *e)
{
	if (e->head < 64 || 2 * e->head < e->waiting.n)
		return;
	for (size_t i = e->head; i < e->waiting.n; i++)
		e->waiting.seq[i - e->head] = e->waiting.seq[i];
	e->waiting.n -= e->head;
	e->head = 0;
}

void tm_slots_return(struct tm *e)
{
	const struct tm_frontend *f = &e->params->frontend;
	/* The coroutine looks for its tokens on its own clock. */
	double ms = f->stream_poll_ms * gsl_rng_uniform(&e->poll.gsl) + f->slot_return_ms;
	sim_time t = e->env.sim->now + sim_time_from_ms(ms);

	close_up(e);
	sim_at(e->env.sim, t, EV_ARRIVAL, come_back, e, NULL, e->iteration);
}

static bool remove_from(struct tm_seqs *l, size_t from, const struct tm_seq *s)
{
	for (size_t i = from; i < l->n; i++) {
		if (l->seq[i] != s)
			continue;
		for (l->n--; i < l->n; i++)
			l->seq[i] = l->seq[i + 1];
		return true;
	}
	return false;
}

bool tm_slots_leave(struct tm *e, struct tm_seq *s)
{
	bool poller = s->place == TM_AT_POOL && !e->in_order;

	if (s->place == TM_INSIDE)
		return false;
	if (s->place == TM_AT_POOL)
		e->nwaiting--;
	tm_end(e, s, NULL, REQUEST_TIMEOUT);
	s->request = NULL;
	if (poller)
		return true;		/* its next look frees it */
	if (s->place == TM_INCOMING) {
		remove_from(&e->incoming, 0, s);
		tm_slots_return(e);
	} else {
		remove_from(&e->waiting, e->head, s);
	}
	tm_seq_free(e, s);
	return true;
}

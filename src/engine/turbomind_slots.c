/* Requests and the pool of engine instances (engine/slots.h).
 *
 * An instance comes back when the coroutine has seen the end of its answer; by then the
 * engine is in its next iteration, so its successor joins the one after that.
 */
#include "config.h"

#include "engine/mechanism.h"
#include "engine/turbomind.h"

static void taken(void *self, void *item)
{
	struct tm *e = self;
	struct tm_seq *s = item;

	s->place = TM_INCOMING;
	s->waiter = NULL;
	tm_seqs_push(&e->incoming, s);
	tm_wake(e);
}

void tm_slots_init(struct tm *e)
{
	const struct lmdeploy_frontend *f = &e->params->frontend;
	struct slots *s = &e->slots;

	lmdeploy_slots(f, !e->v011 && !is_without(e->env.without, MECHANISM_API), e->params->max_batch_size, s);
	s->see_ms = f->poll_ms;
	s->engine = e;
	s->taken = taken;
	rng_init(&s->rng, e->env.seed, e->env.replication, "turbomind polls", 0);
	slots_init(s, e->env.sim, e->env.arena);
}

void tm_slots_enter(struct tm *e, struct tm_seq *s)
{
	s->waiter = slots_enter(&e->slots, s, s->request->id);
}

void tm_slots_return(struct tm *e)
{
	slots_return(&e->slots, NULL, e->iteration);
}

static void remove_from(struct tm_seqs *l, const struct tm_seq *s)
{
	size_t i = 0;

	while (l->seq[i] != s)
		i++;
	for (l->n--; i < l->n; i++)
		l->seq[i] = l->seq[i + 1];
}

bool tm_slots_leave(struct tm *e, struct tm_seq *s)
{
	if (s->place == TM_INSIDE)
		return false;
	if (s->place == TM_AT_POOL)
		slots_leave(&e->slots, s->waiter);
	tm_end(e, s, NULL, REQUEST_TIMEOUT);
	if (s->place == TM_INCOMING) {
		remove_from(&e->incoming, s);
		tm_slots_return(e);
	}
	tm_seq_free(e, s);
	return true;
}

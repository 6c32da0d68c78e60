/* Messages to the engine's loop: add a request, end a session (rules 2.1, 2.2, 4.2).
 *
 * 0.6 reads them between two steps.  0.11 reads them as they come while its window is open;
 * when it closes, one coroutine already waits for a message and still takes it.
 * Blocks of a complete answer go back only when the session ends.
 */
#include "config.h"

#include "base/mem.h"
#include "engine/lmdeploy_pytorch.h"

bool pt_unfinished(const struct pt *e)
{
	return e->waiting.n + e->running.n > 0;
}

static void end_session(struct pt *e, struct pt_seq *s)
{
	pt_give_up(e, s);
	pt_leave(&e->hanging, s);
	s->over = true;
	if (s->groups == 0)
		pt_seq_free(e, s);
}

static void read_one(struct pt *e, const struct pt_message *m)
{
	struct pt_seq *s = m->seq;

	if (!s)
		return;
	if (m->end) {
		if (s->place == PT_INSIDE)
			end_session(e, s);
		else
			pt_seq_free(e, s);	/* it never came in */
		return;
	}
	s->place = PT_INSIDE;
	s->status = PT_WAITING;
	s->arrive = ++e->stamps;
	pt_enter(e, &e->waiting, s);
}

void pt_read_inbox(struct pt *e)
{
	for (size_t i = 0; i < e->ninbox; i++)
		read_one(e, &e->inbox[i]);
	e->ninbox = 0;
}

void pt_withdraw(struct pt *e, const struct pt_seq *s)
{
	for (size_t i = 0; i < e->ninbox; i++)
		if (e->inbox[i].seq == s)
			e->inbox[i].seq = NULL;
}

/* When an idle loop of 0.6, which looks every idle_poll_ms, looks next. */
static sim_time next_look(const struct pt *e)
{
	sim_time every = sim_time_from_ms(e->params->host.idle_poll_ms), now = e->env.sim->now;
	sim_time since = now - e->idle_since;

	if (e->v011 || every == 0)
		return now;
	return e->idle_since + (since + every - 1) / every * every;
}

void pt_send(struct pt *e, struct pt_seq *s, bool end)
{
	ARRAY_ROOM(e->inbox, e->ninbox, e->capinbox);
	e->inbox[e->ninbox++] = (struct pt_message){ s, end };
	if (e->v011 && (!e->closed || e->taker)) {
		e->taker = !e->closed;
		pt_read_inbox(e);
	}
	if (e->asleep && (e->ninbox > 0 || pt_unfinished(e)))
		pt_wake(e, next_look(e));
}

/* What listeners have been told (core/probe.h): the rows that get their tokens in step.
 *
 * The scheduler knows the outputs of a forward at once, listeners hear of them when they are delivered, which
 * may be many forwards later (rules 2.2).  So each decode round has a roster, the rows that have
 * tokens to come, written when its first outputs are there and read when these are delivered: those of
 * an earlier round that are not in it leave the lockstep batch, the others join or stay.  A look at every row, but
 * once a round; a step is one call.
 */
#include "config.h"

#include <stdlib.h>

#include "base/bug.h"
#include "base/mem.h"
#include "engine/lmdeploy_pytorch.h"

void pt_told_release(struct pt *e)
{
	free(e->told.step.seq);
	free(e->told.roster);
}

static void join(struct pt *e, struct pt_seq *s)
{
	struct pt_told *t = &e->told;

	s->in_step = true;
	s->told_from = t->steps;
	s->at = t->step.n;
	pt_seqs_push(&t->step, s);
	PROBE_CALL(e->env.probe, join, s->request, e->env.sim->now);
}

void pt_told_leave(struct pt *e, struct pt_seq *s)
{
	struct pt_told *t = &e->told;
	struct pt_seq *last;

	if (!s->in_step)
		return;
	last = t->step.seq[--t->step.n];
	t->step.seq[s->at] = last;
	last->at = s->at;
	s->in_step = false;
	s->told += t->steps - s->told_from;
	PROBE_CALL(e->env.probe, leave, s->request, e->env.sim->now);
}

void pt_told_enroll(struct pt *e, struct pt_seq *s)
{
	struct pt_told *t = &e->told;

	ARRAY_ROOM(t->roster, t->nroster, t->caproster);
	t->roster[t->nroster++] = (struct pt_life){ s, s->life };
}

/* Its client may have left, and the struct be in use again. */
bool pt_is_alive(const struct pt_life *l)
{
	return l->seq->life == l->life && l->seq->request;
}

/* The rows of a round are in step from now on. */
static void call_roster(struct pt *e, uint64_t round, size_t begin, size_t end)
{
	struct pt_told *t = &e->told;

	t->round = round;
	for (size_t i = begin; i < end; i++)
		if (pt_is_alive(&t->roster[i]))
			t->roster[i].seq->enrolled = round;
	for (size_t i = t->step.n; i-- > 0;)
		if (t->step.seq[i]->enrolled != round)
			pt_told_leave(e, t->step.seq[i]);
	for (size_t i = begin; i < end; i++)
		if (pt_is_alive(&t->roster[i]) && !t->roster[i].seq->in_step)
			join(e, t->roster[i].seq);
}

void pt_told_step(struct pt *e, const struct pt_held *h, size_t roster_begin)
{
	struct pt_told *t = &e->told;

	if (t->round != h->round)
		call_roster(e, h->round, roster_begin, h->roster_end);
	t->steps++;
	if (t->step.n > 0)
		PROBE_CALL(e->env.probe, step, &h->record, (uint32_t)t->step.n, e->env.sim->now);
}

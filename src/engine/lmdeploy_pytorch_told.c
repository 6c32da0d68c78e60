/* What listeners have been told (core/probe.h): the rows that get their tokens in step.
 *
 * The scheduler knows the outputs of a forward at once, listeners hear of them when they are delivered, which
 * may be many forwards later (rules 2.2).  So who comes into step and who leaves it is an output, too: with
 * the first forward of a decode round those who are in it and were not in the round before, and the
 * other way round; with any forward those who have their last token.
 *
 *   enrolled   in step, as far as the scheduler is
 *   in_step    in step, as far as has been delivered
 */
#include "config.h"

#include "engine/lmdeploy_pytorch.h"

void pt_told_join(struct pt *e, struct pt_seq *s)
{
	s->in_step = true;
	s->told_from = e->told.steps;
	e->told.rows++;
	PROBE_CALL(e->env.probe, join, s->request, e->env.sim->now);
}

void pt_told_leave(struct pt *e, struct pt_seq *s)
{
	if (!s->in_step)
		return;
	s->in_step = false;
	s->told += e->told.steps - s->told_from;
	e->told.rows--;
	PROBE_CALL(e->env.probe, leave, s->request, e->env.sim->now);
}

void pt_told_step(struct pt *e, const struct pass_record *p)
{
	e->told.steps++;
	if (e->told.rows > 0)
		PROBE_CALL(e->env.probe, step, p, (uint32_t)e->told.rows, e->env.sim->now);
}

void pt_expel(struct pt *e, struct pt_seq *s)
{
	e->told.enrolled -= s->enrolled;
	s->enrolled = false;
}

/* A look at every row, but once a round. */
void pt_enroll(struct pt *e, const struct pt_group *g)
{
	struct pt_told *t = &e->told;
	size_t stay = 0;

	for (size_t i = 0; i < g->n; i++)
		stay += g->row[i].seq->enrolled && g->row[i].seq->round == g;
	for (size_t i = 0; stay < t->enrolled && i < e->running.n; i++) {
		struct pt_seq *s = e->running.seq[i];

		if (!s->enrolled || s->round == g)
			continue;
		pt_put_out(e, s, PT_LEAVE);
		pt_expel(e, s);
	}
	for (size_t i = 0; stay < g->unfinished && i < g->n; i++) {
		struct pt_seq *s = g->row[i].seq;

		if (s->enrolled || s->round != g || s->out == s->want)
			continue;
		pt_put_out(e, s, PT_JOIN);
		s->enrolled = true;
		t->enrolled++;
	}
}

/* A forward is over: tokens, ends, responses (rules 2.1, 2.2).
 *
 * 0.6 ends a request one forward after its last token ("one more step to cache the
 * last token"), 0.11 with it.  0.11 holds responses back while its window is
 * closed, so they come out in bursts; the scheduler knows them at once.
 */
#include "config.h"

#include "base/mem.h"
#include "engine/lmdeploy_pytorch.h"

void pt_end(struct pt *e, struct pt_seq *s, const struct pass_record *p, enum request_end end)
{
	struct request *q = s->request;

	q->t_finish = e->env.sim->now;
	q->end = end;
	q->output_done = s->told;
	q->engine = NULL;
	PROBE_CALL(e->env.probe, finish, q, p, end == REQUEST_OK, e->env.sim->now);
	s->request = NULL;
	e->env.finished(e->env.ctx, q);
}

void pt_stop(struct pt *e, struct pt_seq *s)
{
	pt_seqs_remove(s->status == PT_WAITING ? &e->waiting : &e->running, s);
	pt_seqs_push(&e->hanging, s);
	s->status = PT_STOPPED;
}

static void row_output(struct pt *e, struct pt_seq *s, bool prefill)
{
	struct pt_output o = { .seq = s, .life = s->life };

	s->kv = pt_known(s);
	if (prefill)
		s->served = true;
	if (s->out < s->want) {
		s->out++;
		if (!e->v011)
			s->arrive = ++e->stamps;
		o.token = true;
		o.finish = e->v011 && s->out == s->want;
	} else {
		o.finish = true;
	}
	if (o.finish)
		pt_stop(e, s);
	ARRAY_ROOM(e->output, e->noutput, e->capoutput);
	e->output[e->noutput++] = o;
}

void pt_outputs(struct pt *e, struct pt_group *g)
{
	bool whole = !g->prefill || g->done + 1 == g->passes;

	for (size_t i = 0; whole && i < g->n; i++)
		if (g->row[i].seq->status != PT_STOPPED)
			row_output(e, g->row[i].seq, g->prefill);
	g->done++;
	e->held[e->nheld++] = (struct pt_held){ e->pass.record, e->noutput };
	if (!e->closed || e->nheld == PT_HELD)
		pt_deliver(e);
}

static void deliver(struct pt *e, const struct pt_output *o, const struct pass_record *p)
{
	struct pt_seq *s = o->seq;
	struct request *q = s->request;

	if (s->life != o->life || !q)
		return;
	if (o->token) {
		s->told++;
		PROBE_CALL(e->env.probe, token, q, p, e->env.sim->now);
		if (q->t_first < 0) {
			q->t_first = e->env.sim->now;
			e->env.first_token(e->env.ctx, q);
		}
	}
	if (o->finish) {
		pt_end(e, s, p, REQUEST_OK);
		slots_return(&e->slots, s, s->id);
	}
}

void pt_deliver(struct pt *e)
{
	size_t at = 0;

	for (size_t i = 0; i < e->nheld; i++) {
		const struct pass_record *p = &e->held[i].record;

		while (at < e->held[i].end)
			deliver(e, &e->output[at++], p);
		PROBE_CALL(e->env.probe, done, p, e->env.sim->now);
	}
	e->nheld = e->noutput = 0;
}

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

/* Bring the counts of a row of a round up to date: the newest token has no KV yet. */
static void settle(const struct pt_group *g, struct pt_seq *s)
{
	uint64_t left = s->want - s->out;

	s->out += left < g->done ? left : g->done;
	if (g->done > 0)
		s->kv = pt_known(s) - 1;
	s->round = NULL;
}

static void leave_round(struct pt_seq *s)
{
	struct pt_group *g = s->round;

	if (!g)
		return;
	g->unfinished -= s->want - s->out > g->done;
	settle(g, s);
}

/* arrive_time of 0.6 is that of the newest token: those of a round's last forward, in its order. */
void pt_group_close(struct pt *e, struct pt_group *g)
{
	for (size_t i = 0; i < g->n; i++) {
		struct pt_seq *s = g->row[i].seq;

		if (s->round == g) {
			settle(g, s);
			s->arrive = e->v011 ? s->arrive : ++e->stamps;
		}
		if (--s->groups == 0 && s->over)
			pt_seq_free(e, s);
	}
	g->n = 0;
}

void pt_stop(struct pt *e, struct pt_seq *s)
{
	leave_round(s);
	pt_expel(e, s);
	e->nlocked -= s->status == PT_LOCKED;
	pt_leave(s->status == PT_WAITING ? &e->waiting : &e->running, s);
	pt_enter(e, &e->hanging, s);
	s->status = PT_STOPPED;
}

void pt_put_out(struct pt *e, struct pt_seq *s, enum pt_what what)
{
	ARRAY_ROOM(e->output, e->noutput, e->capoutput);
	e->output[e->noutput++] = (struct pt_output){ s, s->life, what };
}

static void finish(struct pt *e, struct pt_seq *s)
{
	pt_stop(e, s);
	pt_put_out(e, s, PT_FINISH);
}

static void prefill_output(struct pt *e, struct pt_seq *s)
{
	s->kv = pt_known(s);
	s->served = true;
	if (s->out == s->want) {
		finish(e, s);
		return;
	}
	s->out++;
	if (!e->v011)
		s->arrive = ++e->stamps;
	pt_put_out(e, s, PT_TOKEN);
	if (e->v011 && s->out == s->want)
		finish(e, s);
}

/* Who had its last token with forward `last` of the round ends: 0.11 with it, 0.6 with the one behind. */
static void end_rows(struct pt *e, struct pt_group *g, uint64_t last)
{
	for (size_t i = g->first_with[last]; i > 0; i = g->row[i - 1].same)
		if (g->row[i - 1].seq->round == g)
			finish(e, g->row[i - 1].seq);
}

/* Each row has a token; only those that end are looked at. */
static void round_outputs(struct pt *e, struct pt_group *g)
{
	uint64_t step = g->done;

	for (size_t i = g->first_with[step]; i > 0; i = g->row[i - 1].same) {
		struct pt_seq *s = g->row[i - 1].seq;

		if (s->round != g)
			continue;
		g->unfinished--;
		pt_expel(e, s);
		if (!e->v011)
			pt_put_out(e, s, PT_LAST);
	}
	end_rows(e, g, e->v011 ? step : step - 1);
}

static void prefill_outputs(struct pt *e, struct pt_group *g)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->row[i].seq->status != PT_STOPPED)
			prefill_output(e, g->row[i].seq);
}

void pt_outputs(struct pt *e, struct pt_group *g)
{
	struct pt_held *h = &e->held[e->nheld++];

	if (!g->prefill && g->done == 0)
		pt_enroll(e, g);
	h->before = e->noutput;
	g->done++;
	if (!g->prefill)
		round_outputs(e, g);
	else if (g->done == g->passes)
		prefill_outputs(e, g);
	h->record = e->pass.record;
	h->end = e->noutput;
	h->step = !g->prefill;
	if (!e->closed || e->nheld == PT_HELD)
		pt_deliver(e);
}

static void tell_token(struct pt *e, struct pt_seq *s, const struct pass_record *p)
{
	struct request *q = s->request;

	s->told++;
	PROBE_CALL(e->env.probe, token, q, p, e->env.sim->now);
	if (q->t_first >= 0)
		return;
	q->t_first = e->env.sim->now;
	e->env.first_token(e->env.ctx, q);
}

/* Its client may have left, and the struct be in use again. */
static bool is_alive(const struct pt_output *o)
{
	return o->seq->life == o->life && o->seq->request;
}

static void deliver(struct pt *e, const struct pt_output *o, const struct pass_record *p)
{
	struct pt_seq *s = o->seq;

	if (!is_alive(o))
		return;
	if (o->what == PT_JOIN) {
		pt_told_join(e, s);
		return;
	}
	pt_told_leave(e, s);
	if (o->what == PT_TOKEN)
		tell_token(e, s, p);
	if (o->what != PT_FINISH)
		return;
	pt_end(e, s, p, REQUEST_OK);
	slots_return(&e->slots, s, s->id);
}

void pt_deliver(struct pt *e)
{
	size_t at = 0;

	for (size_t i = 0; i < e->nheld; i++) {
		const struct pt_held *h = &e->held[i];

		while (at < h->before)
			deliver(e, &e->output[at++], &h->record);
		if (h->step)
			pt_told_step(e, &h->record);
		while (at < h->end)
			deliver(e, &e->output[at++], &h->record);
		PROBE_CALL(e->env.probe, done, &h->record, e->env.sim->now);
	}
	e->nheld = e->noutput = 0;
}

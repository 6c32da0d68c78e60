/* The result half of a turn: process_batch_result (rules 1, 3.1, 3.2, 20.3, 20.6). */
#include "config.h"

#include "base/bug.h"
#include "engine/sglang.h"

/* The request has ended: rows that still point at it stay valid until they are gone. */
static void bury(struct sg *e, struct sg_req *r)
{
	r->request = NULL;
	r->finish_turn = e->turn;
	r->next_dead = NULL;
	if (e->dead_last)
		e->dead_last->next_dead = r;
	else
		e->dead_first = r;
	e->dead_last = r;
}

/* A pass of turn t is last_batch in turn t + 1; from t + 2 on only the running batch can hold an ended row. */
static void free_dead(struct sg *e)
{
	struct sg_req *r;

	while ((r = e->dead_first) && r->finish_turn + 2 <= e->turn && !r->in_running) {
		e->dead_first = r->next_dead;
		if (!e->dead_first)
			e->dead_last = NULL;
		spanstore_put(&e->spans, r->span, r->nspan);
		slab_free(&e->reqs, r);
	}
}

/* The row of a request that ends now is in the pass after this one already: its slot was allocated in vain (3.2
 * item 3).  With pages only a slot that opened a new page is its own; the others go with the end of the request. */
static void note_wasted(struct sg *e, const struct sg_req *r)
{
	struct sg_pass *next = e->current;

	if (e->overlap && r->merged && next && next->ndecode > 0)
		next->wasted += (r->input_len + r->out - 1) % e->pool.page == 0;
}

void sg_finish_request(struct sg *e, struct sg_req *r, const struct sg_pass *p, enum request_end end)
{
	struct request *q = r->request;

	if (r->stepping)
		sg_step_leave(e, r);
	r->finished = true;
	e->running.finished += r->in_running;
	note_wasted(e, r);
	e->finishes++;
	q->t_finish = e->env.sim->now;
	q->end = end;
	q->output_done = end == REQUEST_REJECTED ? 0 : r->out;
	PROBE_CALL(e->env.probe, finish, q, p ? &p->record : NULL, end == REQUEST_OK, e->env.sim->now);
	bury(e, r);
	e->env.finished(e->env.ctx, q);
}

static void end(struct sg *e, struct sg_req *r, const struct sg_pass *p)
{
	bool whole = r->out >= r->output_len;

	sg_cache_finished(e, r);
	sg_finish_request(e, r, p, r->rejected ? REQUEST_REJECTED : whole ? REQUEST_OK : REQUEST_TIMEOUT);
}

/* The token of a prefill row, its first or, after a retraction, its next. */
static void prefill_token(struct sg *e, struct sg_req *r, const struct sg_pass *p)
{
	struct request *q = r->request;

	r->out++;
	if (!r->rejected) {
		PROBE_CALL(e->env.probe, token, q, &p->record, e->env.sim->now);
		if (q->t_first < 0) {
			q->t_first = e->env.sim->now;
			e->env.first_token(e->env.ctx, q);
		}
	}
	if (r->out >= r->output_len || r->rejected || r->abort) {
		end(e, r, p);
		return;
	}
	sg_cache_unfinished(e, r);
	if (r->merged)			/* overlap: its first decode pass is under way */
		sg_step_join(e, r);
}

static void process_prefill(struct sg *e, struct sg_pass *p)
{
	for (size_t i = 0; i < p->nprefill; i++) {
		struct sg_req *r = p->rows.row[i];

		if (r->retracted || r->finished)
			continue;	/* its token is dropped; a retracted one makes it again later */
		if (r->is_chunked > 0)
			r->is_chunked--;
		else
			prefill_token(e, r, p);
	}
}

/* The decode rows, those in step: rows that were retracted meanwhile have left it, and their token is dropped. */
static struct sg_rows *step(struct sg *e, struct sg_pass *p)
{
	if (e->running.stepping > 0)
		PROBE_CALL(e->env.probe, step, &p->record, (uint32_t)e->running.stepping, e->env.sim->now);
	return sg_step(e);
}

static void process(struct sg *e, struct sg_pass *p)
{
	struct sg_rows *due = p->ndecode > 0 ? step(e, p) : NULL;

	if (p->nprefill > 0)
		process_prefill(e, p);
	for (size_t i = 0; due && i < due->n; i++) {
		sg_step_leave(e, due->row[i]);
		end(e, due->row[i], p);
	}
	if (due)
		due->n = 0;
	if (p->wasted > 0)
		kv_pool_give(&e->pool, p->wasted);
	p->open = false;
	PROBE_CALL(e->env.probe, done, &p->record, e->env.sim->now);
}

bool sg_finish_turn(struct sg *e)
{
	struct sg_pass *due = e->overlap ? e->last : e->current;

	if (due)
		process(e, due);
	e->last = e->current;
	free_dead(e);
	if (due || e->current)
		return true;
	e->ratio = e->ratio_init;
	PROBE_CALL(e->env.probe, idle, e->env.sim->now);
	return false;
}

/* The two event loops in time (rules 3.1-3.3).
 *
 * One turn of the scheduler is one pair of events: WAKE plans at the time it
 * begins; STEP_DONE, at the time its host work is over, processes the result
 * that is due and lets the next turn begin.  They go through the queue of events only if something else
 * may come first (core/sim.h).
 *
 *   normal   plan, launch, wait for the pass, process it.
 *   overlap  plan pass i without the result of i - 1, launch it, then wait for
 *            i - 1 and process that: the GPU never waits for the host, unless the
 *            host is slower than the pass; everything is seen one pass late.
 *
 * t is the host's clock inside the turn, g when the GPU is free.  Preparing a
 * pass's attention metadata (flashinfer's plan) copies lengths to the host and so
 * waits for the pass before: the GPU idles for T_plan in front of every pass, in
 * both loops, and the launch begins only then.
 *   start(i) = max(t, g) + T_plan, launched(i) = start(i) + T_launch
 *   end(i) = max(start(i) + T_gpu, launched(i))
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "engine/sglang.h"

static sim_time later(sim_time a, sim_time b)
{
	return a > b ? a : b;
}

/* T_recv + T_sched: what deciding this turn's batch cost the host. */
static double plan_ms(const struct sg *e, const struct sg_pass *p)
{
	const struct sg_host *h = &e->params->host;
	double ms = h->recv_ms + (double)e->matched * h->match_us / 1e3 +
		    (double)e->evict_walked * h->evict_node_us / 1e3;

	if (!p)
		return ms;
	if (p->nprefill > 0)
		ms += h->sched_prefill_ms + (double)e->looked_at * h->sched_prefill_req_ms +
		      (double)p->shape.prefill_tokens * h->sched_prefill_token_us / 1e3;
	else
		ms += h->sched_decode_ms + (double)p->ndecode * h->sched_decode_row_ms;
	return ms;
}

/* T_post: handing out tokens, and the bookkeeping of requests that end. */
static double post_ms(struct sg *e, const struct sg_pass *p)
{
	const struct sg_host *h = &e->params->host;
	size_t ends = p->ndecode > 0 ? sg_step_due(e)->n : 0;

	for (size_t i = 0; i < p->nprefill; i++) {
		const struct sg_req *r = p->rows.row[i];

		ends += !r->finished && !r->retracted && r->out + 1 >= r->output_len && r->is_chunked == 0;
	}
	return h->post_ms + (double)(p->nprefill + p->ndecode) * h->post_row_ms + (double)ends * h->post_finish_ms;
}

static double mask_ms(const struct sg *e, const struct sg_pass *p)
{
	return (double)p->constrained * e->params->host.grammar_mask_ms;
}

/* The decode rows of a mixed pass as a pass of their own; without any: nothing. */
static void decode_cost(const struct sg *e, const struct sg_pass *p, struct pass_cost *c)
{
	struct pass_shape s = p->shape;

	s.prefill_rows = 0;
	s.prefill_tokens = s.prefill_context = 0;
	s.prefill_pairs = 0;
	s.sampled_rows = s.decode_rows;
	s.padded_rows = s.decode_rows > 0 ? sg_graph_size(e->params, s.decode_rows) : 0;
	cost_of(e->env.cost, &s, c);
}

static sim_time decode_alone(const struct sg *e, const struct sg_pass *p)
{
	struct pass_cost c;

	decode_cost(e, p, &c);
	return sim_time_from_ns(c.total_ns);
}

static void fill_record(const struct sg *e, struct sg_pass *p, const struct pass_cost *c, sim_time gpu)
{
	struct pass_record *rec = &p->record;

	memcpy(rec->part_ns, c->part_ns, sizeof(rec->part_ns));
	rec->part_ns[PART_LAUNCH] += (double)(rec->end - rec->start - gpu);
	rec->flops = c->flops;
	rec->bytes = c->bytes;
	rec->power_w = cost_power_w(e->env.cost, c);
	if (rec->kind == PASS_DECODE)
		rec->decode_alone = rec->end - rec->start;
	else if (rec->kind == PASS_MIXED)
		rec->decode_alone = decode_alone(e, p);
	if (rec->decode_alone > rec->end - rec->start)
		rec->decode_alone = rec->end - rec->start;
}

static void tell(const struct sg *e, const struct sg_pass *p)
{
	sim_time now = e->env.sim->now;

	PROBE_CALL(e->env.probe, launch, &p->record, now);
	for (size_t i = 0; i < p->nprefill; i++) {
		const struct sg_req *r = p->rows.row[i];
		uint32_t hit = i == 0 && p->continued ? 0 : (uint32_t)r->prefix;

		PROBE_CALL(e->env.probe, prefill, r->request, &p->record, hit, (uint32_t)r->extend,
			   r->fill == r->input_len + r->out, r->again);
	}
}

static sim_time gap_of(const struct sg *e, const struct sg_pass *p)
{
	const struct sg_host *h = &e->params->host;

	return sim_time_from_ms((p->nprefill > 0 ? h->plan_prefill_ms : h->plan_decode_ms) +
				(double)(p->nprefill + p->ndecode) * h->plan_row_ms);
}

static sim_time launch_of(const struct sg *e, const struct sg_pass *p)
{
	const struct sg_host *h = &e->params->host;

	return sim_time_from_ms(p->shape.padded_rows > 0 ? h->launch_graph_ms : h->launch_eager_ms);
}

static sim_time sched_of(const struct sg *e, const struct sg_pass *p)
{
	if (p && p->again && e->evict_walked == 0 && e->matched == 0)
		return e->step.sched;
	return sim_time_from_ms(plan_ms(e, p));
}

/* What a run of decode passes has in common: reckoned at its first. */
static void learn_step(struct sg *e, const struct sg_pass *p)
{
	const struct sg_host *h = &e->params->host;

	e->step.sched = sim_time_from_ms(h->recv_ms + (h->sched_decode_ms + (double)p->ndecode * h->sched_decode_row_ms));
	e->step.gap = gap_of(e, p);
	e->step.launch = launch_of(e, p);
	e->step.post = sim_time_from_ms(h->post_ms + (double)p->ndecode * h->post_row_ms);
	e->step.mask = sim_time_from_ms(mask_ms(e, p));
	cost_line_init(&e->step.cost, e->env.cost, &p->shape);
}

/* Is p a decode pass, so that e->step is about it? */
static bool is_step(const struct sg_pass *p)
{
	return p->record.kind == PASS_DECODE;
}

/* The host hands p over at t: sets its start, returns when its kernels are all launched. */
static sim_time launch(const struct sg *e, struct sg_pass *p, sim_time t)
{
	p->record.planned = e->env.sim->now;
	p->record.start = later(t, e->gpu_free) + (is_step(p) ? e->step.gap : gap_of(e, p));
	return p->record.start + (is_step(p) ? e->step.launch : launch_of(e, p));
}

static sim_time post_of(struct sg *e, const struct sg_pass *p)
{
	if (is_step(p) && !sg_step_ends(e))
		return p->post;		/* e->step may be about the next pass already */
	return sim_time_from_ms(post_ms(e, p));
}

static sim_time mask_of(const struct sg *e, const struct sg_pass *p)
{
	return is_step(p) ? e->step.mask : sim_time_from_ms(mask_ms(e, p));
}

/* Pass p on the GPU.  Constrained rows cannot be sampled before `masked`.  Free prefill work leaves no time on
 * the GPU at all: what the host needs to launch it is a gap then. */
static void run_on_gpu(struct sg *e, struct sg_pass *p, sim_time launched, sim_time masked)
{
	struct pass_record *rec = &p->record;
	struct pass_cost own;
	const struct pass_cost *c = &own;
	bool free = p->nprefill > 0 && sg_prefills_are_free(e);
	sim_time gpu;

	if (is_step(p) && !e->env.sim->step)
		c = cost_line_at(&e->step.cost, p->shape.decode_context);
	else if (free)
		decode_cost(e, p, &own);
	else
		cost_of(e->env.cost, &p->shape, &own);
	gpu = sim_time_from_ns(c->total_ns);
	rec->end = rec->start + gpu;
	if (!free) {
		rec->end = later(rec->end, launched);
		if (p->constrained > 0)
			rec->end = later(rec->end, masked + sim_time_from_ns(c->part_ns[PART_SAMPLING]));
	}
	e->gpu_free = later(rec->end, launched);
	fill_record(e, p, c, gpu);
	tell(e, p);
}

/* Both return when the turn's host work is over; t is when its plan is made. */
static sim_time normal_turn(struct sg *e, struct sg_pass *p, sim_time t)
{
	sim_time launched;

	if (!p)
		return t;
	launched = launch(e, p, t);
	run_on_gpu(e, p, launched, launched + mask_of(e, p));
	return later(launched, p->record.end) + post_of(e, p);
}

static sim_time overlap_turn(struct sg *e, struct sg_pass *p, sim_time t)
{
	struct sg_pass *pending = e->last;
	sim_time launched = p ? launch(e, p, t) : t, over = t;

	if (pending)
		over = later(launched, pending->record.end) + post_of(e, pending);
	else if (p && e->v056)
		over = launched;	/* no forward thread: this one launches */
	if (p) {
		over += mask_of(e, p);
		run_on_gpu(e, p, launched, over);
	}
	return over;
}

/* The request at the head can never be admitted again, or waits behind one (20.10). */
static void explain_stuck(struct sg *e)
{
	const struct sg_req *r = e->queue[e->head].item;
	uint64_t clip = (uint64_t)e->params->clip_max_new_tokens_estimation;
	uint64_t charged = r->max_new < clip ? r->max_new : clip;

	snprintf(e->why_hung, sizeof(e->why_hung), "permanent hang: request %lu %s (%lu prompt + %lu output + %lu reserved "
		 "tokens) and can never be admitted%s in a pool of %lu; SGLang keeps batch_is_full set with nothing running, "
		 "so it and %zu more serve no one any longer, and no error is raised", r->request->id,
		 r->again ? "was retracted" : "needs too much", r->input_len, r->out, charged, r->again ? " again" : "",
		 e->pool.capacity, e->nqueue - 1);
}

static void report_hang(struct sg *e)
{
	e->asleep = true;
	if (e->why_hung[0] == '\0')
		explain_stuck(e);
	PROBE_CALL(e->env.probe, hang, (uint32_t)e->nqueue, e->env.sim->now);
}

/* The result half of a turn.  When the next one begins; SIM_TIME_MAX: not before somebody wakes the loop. */
static sim_time end_turn(struct sg *e)
{
	bool busy = sg_finish_turn(e);

	if (!busy && sg_stuck(e)) {
		e->hung = true;
		report_hang(e);
	} else if (busy || e->nqueue > 0) {
		return e->env.sim->now;
	} else if (sg_grammar_waiting(e)) {
		return later(e->env.sim->now, sg_grammar_next(e));
	}
	e->asleep = true;
	return SIM_TIME_MAX;
}

/* The scheduling half of a turn.  When its host work is over; SIM_TIME_MAX: the server is dead. */
static sim_time begin_turn(struct sg *e)
{
	struct sg_pass *p;
	sim_time t = e->env.sim->now;

	e->wake_set = false;
	p = sg_plan(e);
	if (e->hung) {
		report_hang(e);
		return SIM_TIME_MAX;
	}
	if (p && is_step(p)) {
		if (!p->again)
			learn_step(e, p);
		p->post = e->step.post;
	}
	t += sched_of(e, p) + e->grammar_wait;
	return e->overlap ? overlap_turn(e, p, t) : normal_turn(e, p, t);
}

static void turn_begins(void *self, void *unused);
static void turn_ends(void *self, void *unused);

/* Turns follow each other in this loop as long as nothing else happens in between: arrivals, clients and whatever
 * ends a run of decode steps are in the queue of events. */
static void turns(struct sg *e, bool begun)
{
	struct sim *sim = e->env.sim;
	sim_time t;

	for (;; begun = false) {
		if (!begun) {
			t = begin_turn(e);
			if (t == SIM_TIME_MAX)
				return;
			if (!sim_is_next(sim, t, EV_STEP_DONE)) {
				sim_at(sim, t, EV_STEP_DONE, turn_ends, e, NULL, e->turn);
				return;
			}
			sim_pass(sim, t, EV_STEP_DONE, e->turn);
		}
		t = end_turn(e);
		if (t == SIM_TIME_MAX)
			return;
		if (!sim_is_next(sim, t, EV_WAKE)) {
			sg_wake(e, t);
			return;
		}
		sim_pass(sim, t, EV_WAKE, e->turn + 1);
	}
}

static void turn_begins(void *self, void *unused)
{
	(void)unused;
	turns(self, false);
}

static void turn_ends(void *self, void *unused)
{
	(void)unused;
	turns(self, true);
}

/* The next turn begins at t. While the loop runs or a turn is set this does nothing. */
void sg_wake(struct sg *e, sim_time t)
{
	if (e->wake_set || e->hung)
		return;
	e->asleep = false;
	e->wake_set = true;
	sim_at(e->env.sim, t, EV_WAKE, turn_begins, e, NULL, e->turn + 1);
}

/* The loop in time (rules 1.1, 1.7): synchronous, eager, no overlap.
 *
 *   t        take requests, Materialize, copies to the GPU      the GPU waits
 *   t + gap  mini-batch after mini-batch
 *   end      tokens to the host                                 the GPU waits
 *   then     tokens out, finished requests leave; the next iteration begins
 *
 * What arrives during an iteration waits for its end.  Each mini-batch is launched
 * when the one before ends: nobody outside needs more than one in flight.
 */
#include "config.h"

#include "engine/mechanism.h"
#include "engine/turbomind.h"

#define TOKEN_BYTES		4.0
#define LOGPROB_BYTES		(1024.0 * 8)	/* a row: 1024 values and indexes */
/* Clear, transpose and copy rows x session_len tokens: about 20 MiB at 128 x 8192. */
#define STATE_TRAFFIC		5.0
#define TRIE_WALKS_0_6_0	2.0	/* an iteration */

static double gap_ms(const struct tm *e)
{
	const struct tm_host *h = &e->params->host;
	bool off = is_without(e->env.without, MECHANISM_HOST_GAPS);
	double rows = (double)tm_rows(e), walks = e->v011 ? 1.0 : TRIE_WALKS_0_6_0;
	double ms = h->gap_ms + rows * h->row_us / 1e3;

	ms += walks * (double)tm_trie_nodes(e->trie) * h->trie_node_us / 1e3;
	if (e->changed && !off)
		ms += h->rebuild_ms + STATE_TRAFFIC * rows * (double)e->params->session * TOKEN_BYTES /
				      (e->env.gpu->bandwidth_gb_s * e->env.gpu->bandwidth_eff * 1e6);
	return ms;
}

/* 0.6.0 copies every row's whole token buffer and log-probabilities, 0.11.0 the new tokens. */
static double copy_out_ms(const struct tm *e)
{
	double row = e->v011 ? TOKEN_BYTES : (double)e->params->session * TOKEN_BYTES + LOGPROB_BYTES;

	return row * (double)tm_rows(e) / (e->params->host.d2h_gb_s * 1e6);
}

/* What the decode rows of a mixed pass would take as a pass of their own. */
static sim_time decode_alone(const struct tm *e, const struct tm_mini *m)
{
	struct pass_shape s = {
		.decode_rows = (uint32_t)m->nsteady, .decode_context = m->steady_context,
		.sampled_rows = (uint32_t)m->nsteady, .launch_ms = m->shape.launch_ms,
	};
	struct pass_cost c;

	tm_cost(e, &s, &c);
	return sim_time_from_ns(c.total_ns);
}

static void run_on_gpu(struct tm *e, struct tm_mini *m, sim_time planned, sim_time start)
{
	struct pass_record *rec = &m->record;
	struct pass_shape shape;
	struct pass_cost c;
	sim_time busy;

	if (e->again) {
		lmdeploy_step_cost(&e->step, &m->shape, &c);
	} else {
		shape = tm_computed(e, m);
		tm_cost(e, &shape, &c);
	}
	busy = sim_time_from_ns(c.total_ns);
	rec->seq = e->passes++;
	rec->planned = planned;
	rec->start = start;
	rec->end = start + busy;
	for (int i = 0; i < PASS_PARTS; i++)
		rec->part_ns[i] = c.part_ns[i];
	rec->flops = c.flops;
	rec->bytes = c.bytes;
	rec->power_w = cost_power_w(e->env.cost, &c);
	if (rec->kind == PASS_DECODE)
		rec->decode_alone = busy;
	else if (rec->kind == PASS_MIXED)
		rec->decode_alone = decode_alone(e, m);
	if (rec->decode_alone > busy)
		rec->decode_alone = busy;
}

static void tell(struct tm *e, const struct tm_mini *m)
{
	sim_time now = e->env.sim->now;

	PROBE_CALL(e->env.probe, launch, &m->record, now);
	for (size_t i = m->first; i < m->first + m->n; i++) {
		const struct tm_row *r = &e->row[i];
		uint32_t hit = r->seq->served ? 0 : (uint32_t)r->seq->hit;

		if (!r->prefill)
			continue;
		PROBE_CALL(e->env.probe, prefill, r->seq->request, &m->record, hit, (uint32_t)r->input,
			   !r->partial, r->seq->again);
	}
}

/* The current mini-batch goes to the GPU.  When its end is seen. */
static sim_time launch(struct tm *e, sim_time planned, sim_time start)
{
	struct tm_mini *m = &e->mini[e->current];
	sim_time t, launched = start + sim_time_from_ms(m->shape.launch_ms);

	run_on_gpu(e, m, planned, start);
	tell(e, m);
	t = m->record.end;
	if (tm_prefill_is_free(e) && t < launched)
		t = launched;
	return t + (e->current + 1 == e->nmini ? sim_time_from_ms(copy_out_ms(e)) : 0);
}

static void sleep_or_hang(struct tm *e)
{
	sim_time now = e->env.sim->now;

	e->asleep = true;
	if (e->hung)
		PROBE_CALL(e->env.probe, hang, (uint32_t)(e->seqs.n + e->incoming.n + e->slots.waiting), now);
	else
		PROBE_CALL(e->env.probe, idle, now);
}

/* An iteration begins.  When its first mini-batch is over; SIM_TIME_MAX: not before somebody wakes the loop. */
static sim_time begin(struct tm *e)
{
	sim_time now = e->env.sim->now, t;

	e->wake_set = false;
	if (!tm_plan(e)) {
		sleep_or_hang(e);
		return SIM_TIME_MAX;
	}
	e->current = 0;
	t = launch(e, now, now + sim_time_from_ms(gap_ms(e)));
	e->changed = false;
	return t;
}

static void pass_done(void *self, void *unused);
static void begin_turn(struct tm *e);

/* Iterations follow each other in this loop as long as nothing else happens in between (core/sim.h): arrivals
 * and clients are in the queue of events. */
static void iterate(struct tm *e, bool running)
{
	struct sim *sim = e->env.sim;

	for (;;) {
		sim_time t;

		if (!running) {
			t = begin(e);
			if (t == SIM_TIME_MAX)
				return;
		} else if (e->current + 1 < e->nmini) {
			e->current++;
			t = launch(e, e->mini[e->current - 1].record.planned, sim->now);
		} else {
			tm_finish(e);
			if (!sim_is_next(sim, sim->now, EV_WAKE)) {
				begin_turn(e);
				return;
			}
			sim_pass(sim, sim->now, EV_WAKE, e->iteration);
			running = false;
			continue;
		}
		running = true;
		if (!sim_is_next(sim, t, EV_STEP_DONE)) {
			sim_at(sim, t, EV_STEP_DONE, pass_done, e, NULL, e->passes);
			return;
		}
		sim_pass(sim, t, EV_STEP_DONE, e->passes);
	}
}

static void pass_done(void *self, void *unused)
{
	(void)unused;
	iterate(self, true);
}

static void turn(void *self, void *unused)
{
	(void)unused;
	iterate(self, false);
}

static void begin_turn(struct tm *e)
{
	if (e->wake_set || e->hung)
		return;
	e->asleep = false;
	e->wake_set = true;
	sim_at(e->env.sim, e->env.sim->now, EV_WAKE, turn, e, NULL, e->iteration);
}

/* A request is there: a loop that waits for one goes on, a running one looks by itself. */
void tm_wake(struct tm *e)
{
	if (e->asleep)
		begin_turn(e);
}

/* The loop of 0.6 in time (rules 2.1): one forward after the other, each synchronised.
 *
 *   turn       read messages, schedule, build inputs         the GPU waits: schedule_gap
 *   forward    then copy the tokens, decide, launch the next   the GPU waits: step_gap
 *
 * 0.6.0  a cycle is one prefill batch, if anybody waits, then one decode round.
 * 0.6.1  a turn is a prefill if one can be formed, else a decode round.
 *
 * A round ends when all its rows have stopped, after prefill_interval - 1 steps, or earlier
 * when somebody waits: after step i (from 0) if i >= prefill_interval * running / max_batch_size.
 * Messages are read once the next forward is launched, so that decision does
 * not see what came during the step it ends.
 */
#include "config.h"

#include "engine/lmdeploy_pytorch.h"

bool pt_round_is_cut(const struct pt *e, uint64_t step)
{
	const struct pt_params *p = e->params;
	double share = (double)e->running.n / (double)p->max_batch_size;

	return e->waiting.n > 0 && (double)step >= (double)p->prefill_interval * share;
}

static bool choose_prefill(struct pt *e)
{
	return e->waiting.n > 0 && pt_schedule_prefill(e, e->current);
}

static bool choose_decode(struct pt *e)
{
	return pt_unlocked(e) > 0 &&
	       pt_schedule_decode(e, e->current, (uint64_t)e->params->prefill_interval - 1);
}

static bool choose(struct pt *e)
{
	bool decode_due = e->after_prefill;

	e->current = &e->group[0];
	e->after_prefill = false;
	if (decode_due && choose_decode(e))
		return true;
	if (choose_prefill(e)) {
		e->after_prefill = e->params->version == PT_0_6_0;
		return true;
	}
	return choose_decode(e);
}

/* The first use of a graph captures it. */
static sim_time capture(struct pt *e)
{
	uint64_t *seen = &e->captured[e->pass.record.kind == PASS_PREFILL];
	uint64_t bit = e->pass.shape.padded_rows;

	if ((*seen & bit) == bit)
		return 0;
	*seen |= bit;
	return sim_time_from_ms(e->params->host.capture_ms);
}

/* Chunks of a prompt follow each other without a synchronisation. */
static sim_time gap_behind(const struct pt *e)
{
	const struct pt_group *g = e->current;
	bool last = !g->prefill || g->done + 1 == g->passes;

	return last ? sim_time_from_ms(e->params->host.step_gap_ms) : 0;
}

/* When its result is there. */
static sim_time launch(struct pt *e, sim_time start)
{
	const struct pt_host *h = &e->params->host;
	bool graph;
	double ms;

	pt_pass_plan(e, e->current);
	graph = e->pass.shape.padded_rows > 0;
	ms = graph ? h->launch_graph_ms : h->launch_eager_ms;
	start += capture(e);
	pt_pass_run(e, e->current, e->env.sim->now, start, start + sim_time_from_ms(ms));
	return e->host_done + gap_behind(e);
}

/* With the result that is there now, but not yet handed on. */
static bool is_over(const struct pt *e)
{
	const struct pt_group *g = e->current;

	if (g->done + 1 == g->passes)
		return true;
	return !g->prefill && (g->unfinished == 0 || pt_round_is_cut(e, g->done));
}

sim_time pt_steps_begin(struct pt *e)
{
	pt_read_inbox(e);
	if (pt_unfinished(e) && choose(e))
		return launch(e, e->env.sim->now + sim_time_from_ms(e->params->host.schedule_gap_ms));
	pt_sleep(e);
	return SIM_TIME_MAX;
}

sim_time pt_steps_go_on(struct pt *e)
{
	bool over = is_over(e);
	sim_time t;

	pt_outputs(e, e->current);
	if (over) {
		pt_group_close(e, e->current);
		return SIM_TIME_MAX;
	}
	t = launch(e, e->env.sim->now);
	pt_read_inbox(e);
	return t;
}

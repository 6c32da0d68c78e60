/* The loop of 0.11 in time (rules 2.2).
 *
 * A group (a prefill, or exactly prefill_interval decode forwards) runs without the host waiting
 * in between.  Its rows are locked until it is over.  Before the host waits for
 * the last output it looks for what could run next among those that are not
 * locked: a prefill, or a decode round of the others.  That goes to the GPU right
 * behind; otherwise everybody is scheduled together when the group is over, and the
 * GPU waits (schedule_gap).
 *
 * So a request gets token 1 with its prefill, and token 2 only after a round of those
 * who ran before; and two large groups take turns.
 *
 * The window for messages and responses closes with output passes/2 (from 0) of a group and
 * opens when the host has launched the next group, or is idle.
 */
#include "config.h"

#include "engine/lmdeploy_pytorch.h"

#define ENOUGH_WAITING	4
#define NOTHING_RUNS_MS	100	/* its sleep when nothing can be scheduled */

bool pt_do_prefill(const struct pt *e)
{
	if (e->waiting.n == 0)
		return false;
	return e->waiting.n >= ENOUGH_WAITING || 2 * pt_unlocked(e) < (size_t)e->params->max_batch_size;
}

void pt_window_open(struct pt *e)
{
	e->closed = false;
	e->taker = true;
	pt_read_inbox(e);
	pt_deliver(e);
}

/* Not if the group was over, or half over, before the host had launched it. */
static void open_at_last(void *self, void *object)
{
	struct pt *e = self;
	const struct pt_group *g = object;

	if (g == e->current && e->env.sim->now >= g->launched && g->done <= g->passes / 2)
		pt_window_open(e);
}

static sim_time later(sim_time a, sim_time b)
{
	return a > b ? a : b;
}

static sim_time launch_one(const struct pt *e, const struct pt_group *g)
{
	const struct pt_host *h = &e->params->host;
	bool graph = pt_graph_size(e, g->prefill, g->n) > 0;

	return sim_time_from_ms(graph ? h->launch_graph_ms : h->launch_eager_ms);
}

/* The host begins to launch g at t: one forward after the other, without waiting. */
static void send(const struct pt *e, struct pt_group *g, sim_time t)
{
	g->launch = launch_one(e, g);
	g->sent = t;
	g->launched = t + (sim_time)g->passes * g->launch;
}

static struct pt_group *spare_group(struct pt *e)
{
	return e->current == &e->group[0] ? &e->group[1] : &e->group[0];
}

static bool decode(struct pt *e, struct pt_group *g)
{
	return pt_unlocked(e) > 0 && pt_schedule_decode(e, g, (uint64_t)e->params->prefill_interval);
}

/* Nothing is in flight: a prefill if it is due and somebody can be admitted, else a round of all. */
static bool choose(struct pt *e, struct pt_group *g)
{
	return (pt_do_prefill(e) && pt_schedule_prefill(e, g)) || decode(e, g);
}

/* Before the last output of the current group. */
static void prefetch(struct pt *e)
{
	struct pt_group *g = spare_group(e);
	size_t threshold = e->current->prefill ? 0 : (size_t)e->params->max_batch_size / 4;
	sim_time t = e->env.sim->now + sim_time_from_ms(e->params->host.schedule_gap_ms);
	bool found;

	if (pt_do_prefill(e))
		found = pt_schedule_prefill(e, g);
	else
		found = pt_unlocked(e) > threshold && decode(e, g);
	if (!found)
		return;
	send(e, g, later(t, e->current->launched));
	e->next = g;
}

static void lock(struct pt *e, struct pt_group *g)
{
	for (size_t i = 0; i < g->n; i++) {
		if (g->row[i].seq->status != PT_RUNNING)
			continue;
		g->row[i].seq->status = PT_LOCKED;
		e->nlocked++;
	}
}

static void unlock(struct pt *e, struct pt_group *g)
{
	for (size_t i = 0; i < g->n; i++) {
		if (g->row[i].seq->status != PT_LOCKED)
			continue;
		g->row[i].seq->status = PT_RUNNING;
		e->nlocked--;
	}
}

/* When its result is there. */
static sim_time forward(struct pt *e)
{
	struct pt_group *g = e->current;
	sim_time now = e->env.sim->now, done;
	sim_time ready = g->sent + (sim_time)g->done * g->launch;

	pt_pass_plan(e, g);
	pt_pass_run(e, g, now, later(now, ready), ready + g->launch);
	done = e->host_done;
	if (g->prefill ? g->done == 0 : g->done + 1 == g->passes)
		prefetch(e);
	return done;
}

static sim_time begin(struct pt *e, struct pt_group *g)
{
	e->current = g;
	e->next = NULL;
	lock(e, g);
	if (g->launched > e->env.sim->now)
		sim_at(e->env.sim, g->launched, EV_STEP_DONE, open_at_last, e, g, e->passes);
	else
		pt_window_open(e);
	return forward(e);
}

sim_time pt_rounds_go_on(struct pt *e)
{
	struct pt_group *g = e->current;
	/* a prefill has one output, however many chunks */
	bool half = g->prefill ? g->done + 1 == g->passes : g->done == g->passes / 2;

	e->closed |= half;
	pt_outputs(e, g);
	if (g->done < g->passes)
		return forward(e);
	unlock(e, g);
	pt_group_close(e, g);
	return e->next ? begin(e, e->next) : SIM_TIME_MAX;
}

sim_time pt_rounds_begin(struct pt *e)
{
	struct pt_group *g = &e->group[0];
	sim_time now = e->env.sim->now;

	if (!pt_unfinished(e))
		pt_window_open(e);
	if (!pt_unfinished(e)) {
		pt_sleep(e);
	} else if (choose(e, g)) {
		send(e, g, now + sim_time_from_ms(e->params->host.schedule_gap_ms));
		return begin(e, g);
	} else {
		pt_window_open(e);
		pt_wake(e, now + NOTHING_RUNS_MS * NS_PER_MS);
	}
	return SIM_TIME_MAX;
}

/* The loop of either version in time: forwards follow each other as long as nothing else happens in between.
 *
 * What is particular to a version is in lmdeploy_pytorch_steps.c and _rounds.c.  Arrivals, clients
 * and, in 0.11, the moment at which a window opens are in the queue of events; the latter is of the
 * class of a forward's end, and comes first if both are at the same time (core/sim.h).
 */
#include "config.h"

#include "engine/lmdeploy_pytorch.h"

static void forwards(struct pt *e, bool running);

static void forward_done(void *self, void *unused)
{
	(void)unused;
	forwards(self, true);
}

static void turn(void *self, void *unused)
{
	(void)unused;
	forwards(self, false);
}

/* A batch is chosen.  When its first result is there; SIM_TIME_MAX: not before somebody wakes the loop. */
static sim_time begin(struct pt *e)
{
	e->wake_set = false;
	return e->v011 ? pt_rounds_begin(e) : pt_steps_begin(e);
}

/* A result is there.  When the next one is; SIM_TIME_MAX: a batch is to be chosen. */
static sim_time go_on(struct pt *e)
{
	return e->v011 ? pt_rounds_go_on(e) : pt_steps_go_on(e);
}

static void forwards(struct pt *e, bool running)
{
	struct sim *sim = e->env.sim;

	for (;;) {
		sim_time t = running ? go_on(e) : begin(e);

		if (t == SIM_TIME_MAX && !running)
			return;
		running = t != SIM_TIME_MAX;
		if (!running && !sim_is_next(sim, sim->now, EV_WAKE)) {
			pt_wake(e, sim->now);
			return;
		}
		if (running && !sim_is_next(sim, t, EV_STEP_DONE)) {
			sim_at(sim, t, EV_STEP_DONE, forward_done, e, NULL, e->passes);
			return;
		}
		sim_pass(sim, running ? t : sim->now, running ? EV_STEP_DONE : EV_WAKE, e->passes);
	}
}

void pt_wake(struct pt *e, sim_time t)
{
	if (e->wake_set)
		return;
	e->asleep = false;
	e->wake_set = true;
	sim_at(e->env.sim, t, EV_WAKE, turn, e, NULL, e->passes);
}

/* Nothing to do.  An idle loop of 0.6 looks again at times counted from here. */
void pt_sleep(struct pt *e)
{
	e->asleep = true;
	e->idle_since = e->env.sim->now;
	PROBE_CALL(e->env.probe, idle, e->env.sim->now);
}

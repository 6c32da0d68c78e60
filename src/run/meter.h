/* run/meter.h - integrals over time, readable at any moment.
 *
 * Gauges (requests running and queued, share of the KV pool in use) are step
 * functions of simulated time.  Passes are intervals, the newest of which may
 * lie in the future; their time up to a moment is cut exactly.  A time average
 * over [t0, t1] is the difference of two readings over t1 - t0.
 */
#ifndef RUN_METER_H
#define RUN_METER_H

#include <stdint.h>

#include "base/bug.h"
#include "base/units.h"
#include "policy/policy.h"
#include "run/ledger.h"

struct meter_reading {
	sim_time t;
	int64_t running_ns, queued_ns;	/* request ns */
	sim_time long_ns;		/* time with more than POLICY_LPM_LIMIT queued */
	int64_t waited_ns[PASS_WAITS];	/* queued_ns, by what the first waited for */
	sim_time busy, idle;		/* with and without a pass; each from its own bookkeeping */
	double kv_ns;			/* share of the pool x ns */
	double energy;			/* W ns */
};

struct meter {
	sim_time t;			/* the integrals are up to here */
	int64_t running, queued;	/* gauges */
	enum pass_wait waiting_for;	/* as the newest pass says */
	double kv;
	struct meter_reading sum;
	sim_time busy_launched;		/* of all passes launched, their future included */
	const struct ledger *ledger;	/* not owned */
};

void meter_init(struct meter *m, const struct ledger *ledger);
/* `t`: now or later, but before any pass that is not launched yet. */
void meter_read(const struct meter *m, sim_time t, struct meter_reading *out);

/* The time from the last advance to t goes into `sum`. */
static inline void meter_accumulate(const struct meter *m, sim_time t, struct meter_reading *sum)
{
	sim_time dt = t - m->t;

	BUG_ON(dt < 0);
	sum->running_ns += m->running * dt;
	sum->kv_ns += m->kv * (double)dt;
	if (m->queued == 0)
		return;
	sum->queued_ns += m->queued * dt;
	sum->long_ns += m->queued > POLICY_LPM_LIMIT ? dt : 0;
	sum->waited_ns[m->waiting_for] += m->queued * dt;
}

/* Call before a gauge changes. */
static inline void meter_advance(struct meter *m, sim_time now)
{
	meter_accumulate(m, now, &m->sum);
	m->t = now;
}

/* After the ledger knows p. */
static inline void meter_launch(struct meter *m, const struct pass_record *p)
{
	m->busy_launched += p->end - p->start;
	m->waiting_for = p->waiting_for;
}

#endif

/* run/meter.c - step functions and intervals, integrated. */
#include "config.h"

#include "run/meter.h"

#include "base/bug.h"

void meter_init(struct meter *m, const struct ledger *ledger)
{
	*m = (struct meter){ .ledger = ledger };
}

static void accumulate(const struct meter *m, sim_time t, struct meter_reading *out)
{
	sim_time dt = t - m->t;

	BUG_ON(dt < 0);
	*out = m->sum;
	out->running_ns += m->running * dt;
	out->queued_ns += m->queued * dt;
	out->long_ns += m->queued > POLICY_LPM_LIMIT ? dt : 0;
	out->waited_ns[m->waiting_for] += m->queued * dt;
	out->kv_ns += m->kv * (double)dt;
}

void meter_advance(struct meter *m, sim_time now)
{
	accumulate(m, now, &m->sum);
	m->t = now;
}

void meter_launch(struct meter *m, const struct pass_record *p)
{
	m->busy_launched += p->end - p->start;
	m->waiting_for = p->waiting_for;
}

/* Time after t of the passes launched.  Only the newest few can reach beyond t. */
static sim_time busy_after(const struct ledger *l, sim_time t)
{
	sim_time sum = 0;

	for (uint64_t k = l->launched; k-- > 0;) {
		const struct ledger_pass *p = ledger_find(l, k);

		if (p->end <= t)
			break;
		sum += p->end - (p->start > t ? p->start : t);
	}
	return sum;
}

void meter_read(const struct meter *m, sim_time t, struct meter_reading *out)
{
	accumulate(m, t, out);
	out->t = t;
	out->busy = m->busy_launched - busy_after(m->ledger, t);
	ledger_read(m->ledger, t, &out->idle, &out->energy);
}

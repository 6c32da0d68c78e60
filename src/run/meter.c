/* run/meter.c - step functions and intervals, integrated. */
#include "config.h"

#include "run/meter.h"

void meter_init(struct meter *m, const struct ledger *ledger)
{
	*m = (struct meter){ .ledger = ledger };
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
	*out = m->sum;
	meter_accumulate(m, t, out);
	out->t = t;
	out->busy = m->busy_launched - busy_after(m->ledger, t);
	ledger_read(m->ledger, t, &out->idle, &out->energy);
}

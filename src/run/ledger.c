/* run/ledger.c - sums at the boundaries of the newest passes. */
#include "config.h"

#include "run/ledger.h"

#include <inttypes.h>
#include <stddef.h>

#include "base/bug.h"

void ledger_init(struct ledger *l, double idle_w)
{
	*l = (struct ledger){ .idle_w = idle_w };
}

const struct ledger_pass *ledger_newest(const struct ledger *l)
{
	return l->launched ? &l->pass[(l->launched - 1) % LEDGER_KEEP] : NULL;
}

const struct ledger_pass *ledger_find(const struct ledger *l, uint64_t seq)
{
	const struct ledger_pass *p = &l->pass[seq % LEDGER_KEEP];

	if (seq >= l->launched || p->seq != seq)
		BUG("pass %" PRIu64 " is not among the last of %" PRIu64, seq, l->launched);
	return p;
}

const struct ledger_pass *ledger_launch(struct ledger *l, const struct pass_record *p)
{
	static const struct ledger_pass none;
	const struct ledger_pass *last = l->launched ? &l->pass[(l->launched - 1) % LEDGER_KEEP] : &none;
	sim_time idle = p->start - last->end, busy = p->end - p->start;
	sim_time decode = p->kind == PASS_PREFILL ? 0 : p->kind == PASS_DECODE ? busy : p->decode_alone;
	struct ledger_pass *out = &l->pass[p->seq % LEDGER_KEEP];

	if (p->seq != l->launched || idle < 0 || busy < 0)
		BUG("pass %" PRIu64 " overlaps the one before or comes out of order", p->seq);
	if (decode > busy)
		decode = busy;
	out->seq = p->seq;
	out->start = p->start;
	out->end = p->end;
	out->power_w = p->power_w;
	out->before = last->after;
	out->before.gap += idle;
	out->before.energy += (double)idle * l->idle_w;
	out->after = out->before;
	out->after.decode += decode;
	out->after.prefill += busy - decode;
	out->after.energy += (double)busy * p->power_w;
	l->launched++;
	return out;
}

void ledger_read(const struct ledger *l, sim_time t, sim_time *gap, double *energy)
{
	*gap = t;
	*energy = (double)t * l->idle_w;
	for (uint64_t k = l->launched; k-- > 0;) {
		const struct ledger_pass *p = &l->pass[k % LEDGER_KEEP];

		BUG_ON(p->seq != k);
		if (p->start > t && k > 0)
			continue;
		if (p->start > t)
			return;		/* before the first pass */
		*gap = p->before.gap;
		*energy = p->before.energy + (double)(t - p->start) * p->power_w;
		if (t > p->end) {
			*gap = p->after.gap + (t - p->end);
			*energy = p->after.energy + (double)(t - p->end) * l->idle_w;
		}
		return;
	}
}

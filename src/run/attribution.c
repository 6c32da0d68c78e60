/* run/attribution.c - a request's account, phase by phase. */
#include "config.h"

#include "run/attribution.h"

#include <inttypes.h>
#include <string.h>

#include "base/bug.h"

void account_open(struct account *a, sim_time t_send)
{
	*a = (struct account){ .phase = ACCOUNT_SENT, .since = t_send };
}

void account_arrive(struct account *a, sim_time now)
{
	BUG_ON(a->phase != ACCOUNT_SENT);
	a->cause[CAUSE_CLIENT] += now - a->since;
	a->phase = ACCOUNT_QUEUED;
	a->since = now;
}

static void serve_from(struct account *a, const struct ledger_sums *mark)
{
	a->phase = ACCOUNT_SERVED;
	a->mark = *mark;
	a->not_decode = a->not_prefill = 0;
}

/* Add what happened from the mark to `to`, except what is booked already. */
static void book(const struct account *a, const struct ledger_sums *to, sim_time cause[CAUSES])
{
	sim_time decode = to->decode - a->mark.decode - a->not_decode;
	sim_time stall = to->prefill - a->mark.prefill - a->not_prefill;

	BUG_ON(decode < 0 || stall < 0 || to->gap < a->mark.gap);
	cause[CAUSE_DECODE] += decode;
	cause[CAUSE_STALL] += stall;
	cause[CAUSE_HOST] += to->gap - a->mark.gap;
}

void account_prefill(struct account *a, const struct ledger *l, uint64_t seq, bool last)
{
	const struct ledger_pass *p = ledger_find(l, seq);
	sim_time foreign;

	a->own_seq = seq;
	switch (a->phase) {
	case ACCOUNT_RETRACTED:
		if (last) {
			a->cause[CAUSE_RECOMPUTE] += p->end - a->since;
			serve_from(a, &p->after);
		}
		return;
	case ACCOUNT_QUEUED:
		a->cause[CAUSE_QUEUE] += p->start - a->since;
		serve_from(a, &p->before);
		break;
	case ACCOUNT_SERVED:		/* a further chunk */
		break;
	case ACCOUNT_SENT:
	case ACCOUNT_ANSWERED:
	default:
		BUG("prefill of a request in phase %d", (int)a->phase);
	}
	foreign = p->before.decode - a->mark.decode - a->not_decode;
	a->cause[CAUSE_STALL] += foreign;
	a->cause[CAUSE_OWN_PREFILL] += p->end - p->start;
	a->not_decode += foreign + (p->after.decode - p->before.decode);
	a->not_prefill += p->after.prefill - p->before.prefill;
}

void account_token(struct account *a, const struct ledger *l, uint64_t seq, sim_time now)
{
	const struct ledger_pass *p;

	if (a->has_first)
		return;
	BUG_ON(a->phase != ACCOUNT_SERVED);
	p = ledger_find(l, seq);
	memcpy(a->first, a->cause, sizeof(a->first));
	book(a, &p->after, a->first);
	a->first[CAUSE_HOST] += now - p->end;
	a->t_first = now;
	a->has_first = true;
}

void account_retract(struct account *a, const struct ledger *l, uint64_t last_seq, sim_time now)
{
	const struct ledger_pass *p = ledger_find(l, last_seq);

	BUG_ON(a->phase != ACCOUNT_SERVED);
	book(a, &p->after, a->cause);
	if (now > p->end)
		a->cause[CAUSE_HOST] += now - p->end;
	a->phase = ACCOUNT_RETRACTED;
	a->since = now > p->end ? now : p->end;
}

/* Take out time booked ahead of the clock.  It lies in the passes in flight: last causes first. */
static void take_back(struct account *a, sim_time ahead)
{
	static const enum cause order[] = {
		CAUSE_DECODE, CAUSE_OWN_PREFILL, CAUSE_STALL, CAUSE_HOST, CAUSE_RECOMPUTE, CAUSE_QUEUE
	};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]) && ahead > 0; i++) {
		sim_time *c = &a->cause[order[i]];
		sim_time take = ahead < *c ? ahead : *c;

		*c -= take;
		ahead -= take;
	}
	BUG_ON(ahead > 0);
}

static void finish_served(struct account *a, const struct ledger *l, const struct pass_record *pass,
			  sim_time now)
{
	/* Without a pass of its own at the end: as if the newest had ended it. */
	bool own_end = pass && pass->seq >= a->own_seq;
	const struct ledger_pass *p = own_end ? ledger_find(l, pass->seq) : ledger_newest(l);

	book(a, &p->after, a->cause);
	if (now >= p->end)
		a->cause[CAUSE_HOST] += now - p->end;
	else
		take_back(a, p->end - now);
}

void account_finish(struct account *a, const struct ledger *l, const struct pass_record *pass,
		    sim_time now)
{
	switch (a->phase) {
	case ACCOUNT_QUEUED:
		a->cause[CAUSE_QUEUE] += now - a->since;
		break;
	case ACCOUNT_SERVED:
		finish_served(a, l, pass, now);
		break;
	case ACCOUNT_RETRACTED:
		if (now >= a->since)
			a->cause[CAUSE_RECOMPUTE] += now - a->since;
		else
			take_back(a, a->since - now);
		break;
	case ACCOUNT_SENT:
	case ACCOUNT_ANSWERED:
	default:
		BUG("end of a request in phase %d", (int)a->phase);
	}
	a->phase = ACCOUNT_ANSWERED;
	a->since = now;
}

static void check_sum(const sim_time cause[CAUSES], sim_time latency, const char *what)
{
	sim_time sum = 0;

	for (int c = 0; c < CAUSES; c++) {
		if (cause[c] < 0)
			BUG("%s: %s is %" PRId64 " ns", what, cause_name[c], cause[c]);
		sum += cause[c];
	}
	if (sum != latency)
		BUG("%s: causes add up to %" PRId64 " ns, not %" PRId64, what, sum, latency);
}

void account_close(struct account *a, sim_time t_send, sim_time t_first_client, sim_time t_done)
{
	BUG_ON(a->phase != ACCOUNT_SENT && a->phase != ACCOUNT_ANSWERED);
	a->cause[CAUSE_CLIENT] += t_done - a->since;
	check_sum(a->cause, t_done - t_send, "client latency");
	if (!a->has_first || t_first_client < 0)
		return;
	a->first[CAUSE_CLIENT] += t_first_client - a->t_first;
	check_sum(a->first, t_first_client - t_send, "time to first token");
}

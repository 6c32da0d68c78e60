/* run/attribution.h - a request's latency, split into causes without remainder.
 *
 * Each request has an account.  Time flows into it in four phases:
 *
 *   sent ----> arrived ----> first prefill pass starts ----> last token processed ----> client has it
 *      client        queue            (by pass, see below)                     client
 *
 * Between the start of its first prefill pass and the end of the pass that gave
 * its last token, the sums of the ledger are split: passes in which it is a
 * prefill row are its own prefill, other prefill time is stall, decode time is
 * decode, gaps are host.  Decode passes between two chunks of its prompt are not
 * its own: they are stall too.  From the end of a pass until the scheduler has
 * processed its result is host.
 *
 * A retraction opens a phase of its own, from the end of the newest pass then
 * launched (or now, if later) to the end of the pass that completes its second
 * prefill: all of it is recompute.
 *
 * The loop may launch pass k + 1 before the tokens of pass k are processed, so
 * an account can run ahead of the clock.  When a request ends early (the client
 * gave up), what lies beyond that time is taken out again.
 *
 * Everything is integer ns; account_close() checks that the causes add up.
 */
#ifndef RUN_ATTRIBUTION_H
#define RUN_ATTRIBUTION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/units.h"
#include "run/ledger.h"
#include "run/metric.h"

enum account_phase { ACCOUNT_SENT, ACCOUNT_QUEUED, ACCOUNT_SERVED, ACCOUNT_RETRACTED, ACCOUNT_ANSWERED };

struct account {
	enum account_phase phase;
	bool has_first;
	sim_time since;			/* SENT: t_send; QUEUED, RETRACTED, ANSWERED: its begin */
	struct ledger_sums mark;	/* SERVED: the sums when it began */
	sim_time not_decode, not_prefill;	/* SERVED: time since the mark that is booked already */
	uint64_t own_seq;		/* newest pass in which it is a prefill row */
	sim_time t_first;		/* the scheduler had the first token */
	sim_time cause[CAUSES];
	sim_time first[CAUSES];		/* the causes up to t_first, then up to t_first_client */
};

void account_open(struct account *a, sim_time t_send);
void account_arrive(struct account *a, sim_time now);
void account_prefill(struct account *a, const struct ledger *l, uint64_t seq, bool last);
void account_token(struct account *a, const struct ledger *l, uint64_t seq, sim_time now);
void account_retract(struct account *a, const struct ledger *l, uint64_t last_seq, sim_time now);
/* `pass`: the pass whose result ended it, NULL if none did. */
void account_finish(struct account *a, const struct ledger *l, const struct pass_record *pass,
		    sim_time now);
/* The client has been told; t_first_client < 0: it saw no token.  BUG if the causes do not add up. */
void account_close(struct account *a, sim_time t_send, sim_time t_first_client, sim_time t_done);

#endif

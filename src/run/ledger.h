/* run/ledger.h - what the GPU's time was spent on, summed up at the boundaries of passes.
 *
 * Time from 0 splits into decode, prefill and gaps between passes.  The sums are
 * kept at the start and the end of the last few passes, so the cost of asking
 * "what happened between these two passes" does not grow with the passes in
 * between: attribution is O(1) a request.
 *
 *   PREFILL pass   all of it is prefill
 *   DECODE pass    all of it is decode
 *   MIXED pass     what its decode rows alone would have taken is decode, the rest prefill
 *
 * decode + prefill + gap = t at every boundary, in integers.  Energy goes along.
 * Passes are launched in order of `seq`, do not overlap, and at most
 * LEDGER_KEEP - 1 of them are in flight.
 */
#ifndef RUN_LEDGER_H
#define RUN_LEDGER_H

#include <stdint.h>

#include "base/units.h"
#include "core/pass.h"

struct ledger_sums {
	sim_time decode, prefill, gap;
	double energy;			/* W ns, idle power in the gaps */
};

struct ledger_pass {
	uint64_t seq;
	sim_time start, end;
	double power_w;
	struct ledger_sums before, after;	/* at start, at end */
};

#define LEDGER_KEEP 16

struct ledger {
	struct ledger_pass pass[LEDGER_KEEP];	/* seq modulo LEDGER_KEEP */
	uint64_t launched;
	double idle_w;
};

void ledger_init(struct ledger *l, double idle_w);
const struct ledger_pass *ledger_launch(struct ledger *l, const struct pass_record *p);
const struct ledger_pass *ledger_find(const struct ledger *l, uint64_t seq);	/* one of the newest */
const struct ledger_pass *ledger_newest(const struct ledger *l);		/* NULL: none yet */
/* gap and energy up to time t, not older than the passes kept. */
void ledger_read(const struct ledger *l, sim_time t, sim_time *gap, double *energy);

#endif

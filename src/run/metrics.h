/* run/metrics.h - what one replication counts, level by level.
 *
 * Listens to the engine (struct probe) and is told by the server when a request
 * is sent and when its client has been told the end.  A request counts for its
 * own level, a pass for the level that is current when it is launched.
 *
 * The window of a level reaches from its first sending to its last complete
 * answer: integrals are read at both ends (run/meter.h).
 */
#ifndef RUN_METRICS_H
#define RUN_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/slab.h"
#include "core/probe.h"
#include "run/coverage.h"
#include "run/flight.h"
#include "run/itl.h"
#include "run/ledger.h"
#include "run/lockstep.h"
#include "run/meter.h"
#include "run/metric.h"
#include "run/slo.h"
#include "stat/quantile.h"

struct level_audit {			/* raw material of the self-checks */
	int64_t in_server;		/* gauge: arrived and not finished */
	sim_time since;			/* in_server_ns is up to here */
	int64_t in_server_ns;		/* integral of the gauge */
	int64_t sojourn_ns;		/* sum of t_finish - t_arrive */
	uint64_t sampled, delivered;	/* tokens the engine told of; sum of output_done */
	uint64_t asked, received, cut;	/* completed requests: output_len, output_done, lost to context */
	uint64_t ended;			/* requests whose client was told */
	int64_t latency_ns, explained_ns;	/* their client latency; the sum of its causes */
	uint64_t passes, kv_wrong;	/* passes; those that report more memory than there is */
};

struct level_tally {
	uint64_t sent, completed, failed;
	uint64_t cold, cold_failed;	/* marked so by the workload */
	uint64_t met;			/* of the completed: within the limits of metrics.slo */
	uint64_t input_tokens, output_tokens;	/* of completed requests */
	double tokens_per_s;		/* sum over requests of output tokens / latency */
	uint64_t retractions, evicted, prompt_tokens, hit_tokens;
	double kv_peak;
	uint64_t passes[PASS_KINDS];
	sim_time pass_ns[PASS_KINDS];
	double part_ns[PASS_PARTS];
	double step_rows, step_bytes;	/* decode rows of all passes; each with the bytes that its pass reads */
	sim_time cause[CAUSES], first_cause[CAUSES];	/* sums over completed requests */
	struct samples ttft, tpot, e2e;	/* ms */
	enum level_clients { CLIENTS_NONE, CLIENTS_STREAM, CLIENTS_WAIT, CLIENTS_BOTH } clients;
	struct samples client_ttft;	/* only if BOTH: else it is ttft or e2e */
	struct samples warm_ttft, cold_ttft;		/* of requests that are marked */
	struct itl itl;
	struct lockstep lockstep;
	bool begun, answered;
	sim_time told;			/* the last client was told */
	struct meter_reading first, last;	/* at the ends of the window */
	struct level_audit audit;
	struct coverage coverage;	/* of passes while it was current */
};

struct metrics {
	struct ledger ledger;
	struct meter meter;
	struct slab itl_nodes;
	struct level_tally *level;	/* in the arena; their arrays are owned */
	size_t nlevels;
	uint32_t current;
	uint64_t steps;			/* of the lockstep batch so far */
	struct level_tally **stepping;	/* levels with rows in it; room for nlevels, in the arena */
	size_t nstepping;
	uint64_t longest;		/* prompt tokens that a request may have; 0: no limit known */
	const struct slo *slo;		/* limits on single requests; NULL: none */
	bool any_sent;
	struct meter_reading run_begin;	/* at the first sending of the run */
	struct pass_record largest;	/* the pass that computed the most prefill tokens */
	struct probe probe;
};

/* At most `exact` different values of a metric and level are kept exactly, more in a sketch; 0: any number. */
void metrics_init(struct metrics *m, struct arena *arena, size_t nlevels, double idle_w, size_t exact);
void metrics_release(struct metrics *m);
void metrics_level(struct metrics *m, uint32_t level);		/* it is current from now on */
void metrics_sent(struct metrics *m, struct flight *f, sim_time now);
void metrics_told(struct metrics *m, struct flight *f, sim_time now);	/* end and times are set */

#endif

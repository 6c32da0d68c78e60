/* run/slo.h - the scenario's limits on single requests, and which metrics count by them.
 *
 * A group `slo` of the scenario sets limits, each optional, in ms as in run/metrics.def:
 *   ttft_ms          send to the first token at a streaming client
 *   tpot_ms          (last token - first token) / (output tokens - 1); 0 of an answer of one token
 *   e2e_ms           send to the whole answer
 *   client_ttft_ms   what the scenario's client would call TTFT
 * A request meets them if it was answered and none of its times is above its limit.  Then
 *   goodput            = requests that met them / duration: a second, over the window of request_throughput
 *   slo_attainment_pct = requests that met them / requests that ended; rejected and given up ones did not
 *
 * Goodput is that of DistServe (Zhong et al., OSDI 2024): the requests a second that meet the objectives of
 * both TTFT and TPOT.  The paper seeks the highest rate at which, say, 90% of the requests still do, a GPU;
 * that is a search: `servesim tune --goal 'max workload.rates' --slo 'slo_attainment_pct>90'`.
 * "At most", and 0 for a TPOT that is not there, are as in `vllm bench serve --goodput`.
 *
 * These limits count requests; they are no objectives of a search, which are on metrics (--slo of tune).
 * They change nothing in the simulation: its digest is the same with and without.
 */
#ifndef RUN_SLO_H
#define RUN_SLO_H

#include <stdbool.h>

#include "config/key.h"
#include "run/metric.h"

struct slo {				/* ms; NaN: no limit */
	double ttft_ms, tpot_ms, e2e_ms, client_ttft_ms;
};

extern const struct key_table slo_keys;

/* At least one limit is set. */
bool slo_any(const struct slo *s);
/* An answered request with these times meets every limit. */
bool slo_met(const struct slo *s, const struct slo *times);
/* The metric has data only where limits are set. */
bool slo_counts(enum metric m);
/* What to say where it is asked for and none is set; a sentence's second half, after "...: ". */
extern const char slo_missing[];

#endif

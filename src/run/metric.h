/* run/metric.h - the numbers of a level, by name (metrics.def). */
#ifndef RUN_METRIC_H
#define RUN_METRIC_H

enum metric {
#define METRIC(name, unit, better, help) M_##name,
#define FAMILY(name, unit, better, help) M_##name##_mean, M_##name##_p50, M_##name##_p90, M_##name##_p95, M_##name##_p99,
#include "run/metrics.def"
#undef METRIC
#undef FAMILY
	METRICS
};

struct metric_info {
	const char *name;		/* "output_throughput", "ttft_ms.p95" */
	const char *unit;
	int better;
	const char *help;
};

extern const struct metric_info metric_info[METRICS];
int metric_find(const char *name);	/* -1: none */

/* Causes a request's latency splits into, without remainder. */
enum cause {
	CAUSE_CLIENT,			/* client and API: HTTP, tokenizer, detokenizer */
	CAUSE_QUEUE,			/* waiting for admission and for its first prefill to start */
	CAUSE_OWN_PREFILL,		/* prefill passes it took part in */
	CAUSE_DECODE,			/* decode passes it took part in (of a mixed pass, what its decode rows alone would take) */
	CAUSE_STALL,			/* prefill work of others while it was running */
	CAUSE_HOST,			/* gaps between passes, and results waiting to be processed */
	CAUSE_RECOMPUTE,		/* from losing its memory to having it back */
	CAUSES
};

extern const char *const cause_name[CAUSES];	/* "client", "queue", "own_prefill", ... as in the JSON */
extern const char *const cause_label[CAUSES];	/* for people */

#endif

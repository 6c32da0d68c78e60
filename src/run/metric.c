/* run/metric.c - tables made from metrics.def, and the names of causes. */
#include "config.h"

#include "run/metric.h"

#include <string.h>

const struct metric_info metric_info[METRICS] = {
#define METRIC(name, unit, better, help) { #name, unit, better, help },
#define FAMILY(name, unit, better, help)					\
	{ #name ".mean", unit, better, help ": mean" },				\
	{ #name ".p50", unit, better, help ": median" },			\
	{ #name ".p90", unit, better, help ": 90th percentile" },		\
	{ #name ".p95", unit, better, help ": 95th percentile" },		\
	{ #name ".p99", unit, better, help ": 99th percentile" },
#include "run/metrics.def"
#undef METRIC
#undef FAMILY
};

int metric_find(const char *name)
{
	for (int i = 0; i < METRICS; i++)
		if (strcmp(metric_info[i].name, name) == 0)
			return i;
	return -1;
}

const char *const cause_name[CAUSES] = {
	[CAUSE_CLIENT] = "client",
	[CAUSE_QUEUE] = "queue",
	[CAUSE_OWN_PREFILL] = "own_prefill",
	[CAUSE_DECODE] = "decode",
	[CAUSE_STALL] = "stall",
	[CAUSE_HOST] = "host",
	[CAUSE_RECOMPUTE] = "recompute",
};

const char *const cause_label[CAUSES] = {
	[CAUSE_CLIENT] = "client and API",
	[CAUSE_QUEUE] = "waiting for admission",
	[CAUSE_OWN_PREFILL] = "own prefill",
	[CAUSE_DECODE] = "decode",
	[CAUSE_STALL] = "stalled by others' prefill",
	[CAUSE_HOST] = "host gaps",
	[CAUSE_RECOMPUTE] = "recompute after retraction",
};

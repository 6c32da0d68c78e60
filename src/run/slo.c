/* run/slo.c */
#include "config.h"

#include "run/slo.h"

#include <math.h>

#define LIMIT(field, help) \
	{ #field, KEY_REAL, "ms", 0.001, 1e9, KEY_AUTO_TEXT, help, offsetof(struct slo, field), NULL, NULL, \
	  SIZE_MAX }

static const struct key keys[] = {
	LIMIT(ttft_ms, "longest time to first token; left out: no limit"),
	LIMIT(tpot_ms, "longest time per output token after the first"),
	LIMIT(e2e_ms, "longest time to the whole answer"),
	LIMIT(client_ttft_ms, "longest time that the scenario's client would call TTFT"),
};

const struct key_table slo_keys = { keys, sizeof(keys) / sizeof(keys[0]), sizeof(struct slo) };

const char slo_missing[] = "it counts the requests that meet the limits of the scenario's group 'slo', and there "
			   "is none; for example --set slo.ttft_ms=2000";

bool slo_any(const struct slo *s)
{
	return !isnan(s->ttft_ms) || !isnan(s->tpot_ms) || !isnan(s->e2e_ms) || !isnan(s->client_ttft_ms);
}

/* Without a limit nothing is above it: no number is greater than NaN. */
bool slo_met(const struct slo *s, const struct slo *times)
{
	return !(isgreater(times->ttft_ms, s->ttft_ms) || isgreater(times->tpot_ms, s->tpot_ms) ||
		 isgreater(times->e2e_ms, s->e2e_ms) || isgreater(times->client_ttft_ms, s->client_ttft_ms));
}

bool slo_counts(enum metric m)
{
	return m == M_goodput || m == M_slo_attainment_pct;
}

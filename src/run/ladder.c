#include "config.h"

#include "run/ladder.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/mem.h"
#include "run/paired.h"

#define NAMES	256			/* bytes of all names with commas between */

static struct scenario *load_without(const char *path, const struct scenario_override *set, size_t nset,
				     size_t variant, const char *without, struct diag *errors)
{
	struct scenario_override *all = xcalloc(nset + 1, sizeof(*all));
	struct scenario *s;

	if (nset > 0)
		memcpy(all, set, nset * sizeof(*all));
	all[nset] = (struct scenario_override){ "without", without, "--without" };
	s = scenario_load_variant(path, all, nset + (*without != '\0'), variant, errors);
	free(all);
	return s;
}

bool ladder_load(struct ladder *l, const char *path, const struct scenario_override *set, size_t nset,
		 size_t variant, struct diag *errors)
{
	char without[NAMES] = "";
	unsigned before;

	*l = (struct ladder){ .n = 1, .metric = M_tpot_ms_mean };
	l->scenario[0] = load_without(path, set, nset, variant, "", errors);
	if (!l->scenario[0])
		return false;
	before = l->scenario[0]->without;
	for (size_t m = 0; m < MECHANISMS; m++) {
		size_t used = strlen(without);

		if (is_without(before, (enum mechanism)m))
			continue;
		snprintf(without + used, sizeof(without) - used, "%s%s", used ? "," : "", mechanism_info[m].name);
		l->off[l->n] = (enum mechanism)m;
		l->scenario[l->n] = load_without(path, set, nset, variant, without, errors);
		if (!l->scenario[l->n++])
			return false;	/* a file has changed meanwhile */
	}
	return true;
}

void ladder_release(struct ladder *l)
{
	for (size_t i = 0; i < l->n; i++) {
		run_result_free(l->rung[i]);
		scenario_free(l->scenario[i]);
	}
	*l = (struct ladder){ 0 };
}

static const double *sample(const struct ladder *l, size_t rung, size_t level, enum metric m)
{
	return l->rung[rung]->level[level].sample[m];
}

/* x[rung][0..return): of the replications that have data on every rung. */
static size_t common(const struct ladder *l, size_t level, enum metric m, size_t n, double *x[LADDER_RUNGS])
{
	size_t have = 0;

	for (size_t k = 0; k < n; k++) {
		bool all = true;

		for (size_t i = 0; i < l->n; i++)
			all = all && isfinite(sample(l, i, level, m)[k]);
		for (size_t i = 0; i < l->n && all; i++)
			x[i][have] = sample(l, i, level, m)[k];
		have += all;
	}
	return have;
}

bool ladder_numbers(const struct ladder *l, size_t level, enum metric m, struct ladder_numbers *out)
{
	size_t n = (size_t)l->scenario[0]->run.replications, have;
	double *x[LADDER_RUNGS];

	*out = (struct ladder_numbers){ .sign = metric_info[m].better > 0 ? 1 : -1 };
	for (size_t i = 0; i < l->n; i++) {
		BUG_ON(level >= l->rung[i]->nlevels);
		x[i] = xcalloc(n, sizeof(double));
	}
	have = common(l, level, m, n, x);
	for (size_t i = 0; i < l->n && have > 0; i++) {
		out->value[i] = summary_of(x[i], have);
		if (i > 0)
			out->step[i] = paired_difference(x[i - 1], x[i], have);
	}
	if (have > 0)
		out->total = paired_difference(x[0], x[l->n - 1], have);
	for (size_t i = 0; i < l->n; i++)
		free(x[i]);
	return have > 0;
}

size_t ladder_metrics(const struct ladder *l, enum metric m[LADDER_METRICS])
{
	static const enum metric usual[] = { M_tpot_ms_mean, M_e2e_ms_mean, M_output_throughput };
	size_t n = 0;

	m[n++] = l->metric;
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (usual[i] != l->metric)
			m[n++] = usual[i];
	return n;
}

bool ladder_limit(const struct ladder *l, size_t level, struct ladder_limit *out)
{
	const struct scenario *s = l->scenario[l->n - 1];
	const struct level_result *last = &l->rung[l->n - 1]->level[level];
	double bytes = last->step_bytes.mean, weights = cost_weight_bytes(s->cost);
	int64_t tp = s->engine->tensor_parallel(s->engine_params);

	if (last->step_bytes.n == 0 || last->metric[M_tpot_ms_mean].n == 0)
		return false;
	*out = (struct ladder_limit){
		.weight_bytes = weights, .kv_bytes = bytes - weights,
		.bytes_per_s = s->gpu.bandwidth_gb_s * 1e9 * (double)tp,
		.all_off = s->without == (1u << MECHANISMS) - 1,
	};
	out->tpot_ms = 1e3 * bytes / out->bytes_per_s;
	out->off_pct = 100 * (last->metric[M_tpot_ms_mean].mean / out->tpot_ms - 1);
	return true;
}

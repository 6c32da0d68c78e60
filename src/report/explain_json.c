/* report/explain_json.c - the ladder for programs: schema servesim.explain/1. */
#include "config.h"

#include "report/explain.h"

#include "base/mem.h"
#include "report/json_parts.h"

#include <stdlib.h>

#define LEVELS	4096

static json_t *metrics(const struct ladder_numbers n[], const enum metric m[], size_t count, size_t rung)
{
	json_t *all = json_object();

	for (size_t i = 0; i < count; i++) {
		json_t *o = json_object();

		json_put_summary(o, "value", &n[i].value[rung]);
		if (rung > 0)
			json_put_summary(o, "step", &n[i].step[rung]);
		if (rung > 0 && n[i].step[rung].n > 0)
			json_put_number(o, "share", explain_share(&n[i], rung));
		json_put(all, metric_info[m[i]].name, o);
	}
	return all;
}

static json_t *limit(const struct ladder_limit *m)
{
	json_t *o = json_object();

	json_put(o, "formula", json_string("tpot_ms = 1000 * (weight_bytes + kv_bytes) / bytes_per_s"));
	json_put_number(o, "weight_bytes", m->weight_bytes);
	json_put_number(o, "kv_bytes", m->kv_bytes);
	json_put_number(o, "bytes_per_s", m->bytes_per_s);
	json_put_number(o, "tpot_ms", m->tpot_ms);
	json_put_number(o, "last_rung_off_pct", m->off_pct);
	json_put(o, "all_off", json_boolean(m->all_off));
	return o;
}

static json_t *level(const struct ladder *l, size_t index)
{
	const struct level_result *r = &l->rung[0]->level[index];
	json_t *o = json_object(), *rungs = json_array(), *total = json_object();
	enum metric m[LADDER_METRICS];
	struct ladder_numbers n[LADDER_METRICS];
	struct ladder_limit closed;
	size_t count = ladder_metrics(l, m);

	json_put(o, "label", json_text(r->info.label));
	if (r->info.users > 0)
		json_put_count(o, "users", (uint64_t)r->info.users);
	for (size_t i = 0; i < count; i++) {
		(void)ladder_numbers(l, index, m[i], &n[i]);
		json_put_summary(total, metric_info[m[i]].name, &n[i].total);
	}
	for (size_t k = 0; k < l->n; k++) {
		json_t *rung = json_object();

		if (k > 0)
			json_put(rung, "off", json_string(mechanism_info[l->off[k]].name));
		json_put(rung, "metrics", metrics(n, m, count, k));
		json_array_append_new(rungs, rung);
	}
	json_put(o, "rungs", rungs);
	json_put(o, "total", total);
	if (ladder_limit(l, index, &closed))
		json_put(o, "bandwidth_limit", limit(&closed));
	return o;
}

static json_t *rungs(const struct ladder *l)
{
	json_t *all = json_array();

	for (size_t k = 0; k < l->n; k++) {
		json_t *o = json_object();

		json_put(o, "without", json_mechanisms(l->scenario[k]->without));
		if (k > 0)
			json_put(o, "label", json_string(mechanism_info[l->off[k]].label));
		if (k > 0)
			json_put(o, "help", json_string(mechanism_info[l->off[k]].help));
		json_put_hex(o, "digest", l->rung[k]->digest);
		json_array_append_new(all, o);
	}
	return all;
}

void report_explain_json(const struct ladder *l, FILE *out)
{
	const struct scenario *s = l->scenario[0];
	json_t *o = json_object(), *levels = json_array();
	size_t *index = xcalloc(LEVELS, sizeof(*index)), n = explain_levels(l, index, LEVELS);

	json_put(o, "schema", json_string("servesim.explain/1"));
	json_put(o, "version", json_string(PACKAGE_VERSION));
	json_put(o, "name", json_text(s->name));
	if (s->label)
		json_put(o, "variant", json_text(s->label));
	json_put(o, "engine", json_text(s->engine->name));
	json_put(o, "gpu", json_text(s->gpu.name));
	json_put(o, "model", json_text(s->model.name));
	json_put(o, "workload", json_text(s->workload->name));
	json_put_count(o, "seed", (uint64_t)s->run.seed);
	json_put_count(o, "replications", (uint64_t)s->run.replications);
	json_put_hex(o, "config_hash", s->config_hash);
	json_put(o, "metric", json_string(metric_info[l->metric].name));
	json_put(o, "held_fixed", json_string(explain_fixed));
	json_put(o, "rungs", rungs(l));
	for (size_t i = 0; i < n; i++)
		json_array_append_new(levels, level(l, index[i]));
	json_put(o, "levels", levels);
	free(index);
	json_write(o, out);
}

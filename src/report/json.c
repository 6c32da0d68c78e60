/* report/json.c - schema servesim.run/1.
 *
 * Keys keep the order in which they are written here, numbers are shortened to
 * 15 digits, and what has no data is absent: the same result gives the same
 * bytes.  Settings that do not belong to the result (run.threads, run.step) are left out.
 */
#include "config.h"

#include "report/json_parts.h"
#include "report/report.h"

#include "base/bug.h"
#include "report/finding.h"
#include "report/fmt.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static json_t *configuration(const struct scenario *s)
{
	json_t *all = json_object();

	for (size_t i = 0; i < s->ndump; i++) {
		const struct dump_entry *d = &s->dump[i];
		json_t *o;

		if (!scenario_setting_counts(d->path))
			continue;
		o = json_object();
		json_put(o, "value", json_setting(d->value));
		if (d->unit && *d->unit)
			json_put(o, "unit", json_text(d->unit));
		json_put(o, "origin", json_text(d->origin));
		json_put(all, d->path, o);
	}
	return all;
}

static json_t *metrics(const struct level_result *l)
{
	json_t *all = json_object();

	for (int m = 0; m < METRICS; m++)
		json_put_summary(all, metric_info[m].name, &l->metric[m]);
	return all;
}

static json_t *shares(const struct summary cause[CAUSES])
{
	json_t *all = json_object();

	if (finding_total(cause) <= 0.0)
		return all;
	for (int c = 0; c < CAUSES; c++)
		json_put_number(all, cause_name[c], finding_share(cause, (enum cause)c));
	return all;
}

static json_t *cause_times(const struct level_result *l)
{
	json_t *all = json_object();

	for (int c = 0; c < CAUSES; c++)
		json_put_summary(all, cause_name[c], &l->cause_ms[c]);
	return all;
}

static json_t *passes(const struct level_result *l)
{
	json_t *all = json_object(), *kind = json_object(), *part = json_object();

	for (int k = 0; k < PASS_KINDS; k++) {
		json_t *o = json_object();

		json_put_summary(o, "count", &l->passes[k]);
		json_put_summary(o, "mean_ms", &l->pass_ms[k]);
		json_put_summary(o, "gpu_share", &l->pass_share[k]);
		json_put(kind, pass_kind_name[k], o);
	}
	for (int p = 0; p < PASS_PARTS; p++)
		json_put_summary(part, pass_part_name[p], &l->part_share[p]);
	json_put(all, "kinds", kind);
	json_put(all, "parts", part);
	return all;
}

/* Share of queueing by what the first of the queue waited for. */
static json_t *waiting(const struct level_result *l)
{
	json_t *all = json_object();

	for (int w = 0; w < PASS_WAITS; w++)
		json_put_summary(all, pass_wait_name[w], &l->wait_share[w]);
	return all;
}

static json_t *memory(const struct memory_report *m)
{
	json_t *all = json_object(), *items = json_array();

	json_put(all, "verdict", json_string(memory_verdict_name[m->verdict]));
	json_put(all, "sentence", json_text(m->sentence));
	if (*m->warning)
		json_put(all, "warning", json_text(m->warning));
	json_put_count(all, "kv_tokens", m->kv_tokens);
	json_put_number(all, "total_gib", m->total_gib);
	json_put_number(all, "outside_gib", m->outside_gib);
	json_put_number(all, "need_lo_gib", m->need_lo);
	json_put_number(all, "need_hi_gib", m->need_hi);
	for (size_t i = 0; i < m->n; i++) {
		json_t *o = json_object();

		json_put(o, "item", json_text(m->item[i].label));
		json_put_number(o, "lo_gib", m->item[i].lo);
		json_put_number(o, "hi_gib", m->item[i].hi);
		json_put(o, "inside", json_boolean(m->item[i].inside));
		if (*m->item[i].note)
			json_put(o, "note", json_text(m->item[i].note));
		json_array_append_new(items, o);
	}
	json_put(all, "items", items);
	return all;
}

static json_t *measured(const struct level_result *l)
{
	json_t *all = json_object();

	for (size_t i = 0; i < l->nmeasured; i++) {
		json_t *o = json_object();

		json_put_number(o, "value", l->measured[i].value);
		json_put_number(o, "error_pct", l->measured[i].error_pct);
		json_put_number(o, "z", l->measured[i].z);
		json_put(all, metric_info[l->measured[i].metric].name, o);
	}
	return all;
}

static json_t *checks(const struct level_result *l)
{
	json_t *all = json_object();

	for (size_t i = 0; i < l->nchecks; i++)
		json_put(all, l->check[i].name, json_string(l->check[i].pass ? "pass" : "fail"));
	return all;
}

static json_t *level(const struct run_result *r, const struct level_result *l)
{
	json_t *o = json_object();

	json_put(o, "label", json_text(l->info.label));
	if (l->info.users > 0)
		json_put_count(o, "users", (uint64_t)l->info.users);
	if (l->info.rate > 0)
		json_put_number(o, "rate", l->info.rate);
	json_put(o, "metrics", metrics(l));
	json_put(o, "attribution", shares(l->cause_ms));
	json_put(o, "ttft_attribution", shares(l->ttft_cause_ms));
	json_put(o, "attribution_ms", cause_times(l));
	json_put(o, "waiting_for", waiting(l));
	json_put(o, "passes", passes(l));
	json_put(o, "memory", memory(&r->memory));
	json_put(o, "checks", checks(l));
	if (l->nmeasured > 0)
		json_put(o, "measured", measured(l));
	return o;
}

json_t *json_run(const struct run_result *r)
{
	const struct scenario *s = r->scenario;
	json_t *o = json_object(), *levels = json_array(), *warnings = json_array();

	json_put(o, "schema", json_string("servesim.run/1"));
	json_put(o, "version", json_string(PACKAGE_VERSION));
	json_put(o, "name", json_text(s->name));
	json_put(o, "engine", json_text(s->engine->name));
	json_put(o, "gpu", json_text(s->gpu.name));
	json_put(o, "model", json_text(s->model.name));
	json_put(o, "workload", json_text(s->workload->name));
	json_put_hex(o, "digest", r->digest);
	json_put_count(o, "events", r->events);
	json_put_count(o, "seed", (uint64_t)s->run.seed);
	json_put_count(o, "replications", (uint64_t)r->replications);
	json_put_hex(o, "config_hash", s->config_hash);
	if (s->without)
		json_put(o, "without", json_mechanisms(s->without));
	json_put(o, "scenario", configuration(s));
	if (r->nmeasured > 0)
		json_put_number(o, "mean_abs_error_pct", r->mean_abs_error_pct);
	json_put(o, "hang", json_boolean(r->hang));
	if (r->hang)
		json_put(o, "hang_text", json_text(r->hang_text));
	for (size_t i = 0; i < r->nwarnings; i++)
		json_array_append_new(warnings, json_text(r->warning[i]));
	json_put(o, "warnings", warnings);
	json_put(o, "memory", memory(&r->memory));
	for (size_t i = 0; i < r->nlevels; i++)
		json_array_append_new(levels, level(r, &r->level[i]));
	json_put(o, "levels", levels);
	return o;
}

void report_json(const struct run_result *r, FILE *out)
{
	json_write(json_run(r), out);
}

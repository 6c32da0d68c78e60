/* report/json.c - schema servesim.run/1.
 *
 * Keys keep the order in which they are written here, numbers are shortened to
 * 15 digits, and what has no data is absent: the same result gives the same
 * bytes.  Settings that do not belong to the result (run.threads) are left out.
 */
#include "config.h"

#include "report/report.h"

#include "base/bug.h"
#include "report/finding.h"
#include "report/fmt.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Takes `value`; NULL is a bug: strings are cleaned and numbers checked before. */
static void put(json_t *object, const char *key, json_t *value)
{
	BUG_ON(json_object_set_new(object, key, value) != 0);
}

static void put_number(json_t *object, const char *key, double v)
{
	if (isfinite(v))
		put(object, key, json_real(v));
}

static void put_count(json_t *object, const char *key, uint64_t v)
{
	put(object, key, json_integer((json_int_t)v));
}

static json_t *text(const char *s)
{
	char clean[2000];

	return json_string(fmt_clean(clean, sizeof(clean), s));
}

static void put_hex(json_t *object, const char *key, uint64_t v)
{
	char hex[20];

	snprintf(hex, sizeof(hex), "%016" PRIx64, v);
	put(object, key, json_string(hex));
}

static void put_summary(json_t *object, const char *key, const struct summary *s)
{
	json_t *o;

	if (s->n == 0 || !isfinite(s->mean))
		return;
	o = json_object();
	put_number(o, "mean", s->mean);
	if (summary_has_interval(s) && isfinite(s->sd) && isfinite(s->lo) && isfinite(s->hi)) {
		put_number(o, "sd", s->sd);
		put(o, "ci95", json_pack("[f, f]", s->lo, s->hi));
	}
	put_count(o, "n", s->n);
	put(object, key, o);
}

/* A setting as JSON: numbers and booleans as such, strings without their quotes, the rest as written. */
static json_t *setting(const char *value)
{
	size_t n = strlen(value);
	char *end, inner[2000];
	double v = strtod(value, &end);

	if (n > 0 && *end == '\0' && isfinite(v) && strspn(value, "+-0123456789.eE") == n) {
		if (strspn(value, "+-0123456789") == n && fabs(v) < 9e15)
			return json_integer((json_int_t)v);
		return json_real(v);
	}
	if (strcmp(value, "true") == 0 || strcmp(value, "false") == 0)
		return json_boolean(*value == 't');
	if (n >= 2 && n < sizeof(inner) && value[0] == '"' && value[n - 1] == '"' &&
	    !memchr(value + 1, '"', n - 2) &&
	    !strchr(value, '\\')) {
		memcpy(inner, value + 1, n - 2);
		inner[n - 2] = '\0';
		return text(inner);
	}
	return text(value);
}

static json_t *configuration(const struct scenario *s)
{
	json_t *all = json_object();

	for (size_t i = 0; i < s->ndump; i++) {
		const struct dump_entry *d = &s->dump[i];
		json_t *o;

		if (strcmp(d->path, "run.threads") == 0)
			continue;
		o = json_object();
		put(o, "value", setting(d->value));
		if (d->unit && *d->unit)
			put(o, "unit", text(d->unit));
		put(o, "origin", text(d->origin));
		put(all, d->path, o);
	}
	return all;
}

static json_t *metrics(const struct level_result *l)
{
	json_t *all = json_object();

	for (int m = 0; m < METRICS; m++)
		put_summary(all, metric_info[m].name, &l->metric[m]);
	return all;
}

static json_t *shares(const struct summary cause[CAUSES])
{
	json_t *all = json_object();

	if (finding_total(cause) <= 0.0)
		return all;
	for (int c = 0; c < CAUSES; c++)
		put_number(all, cause_name[c], finding_share(cause, (enum cause)c));
	return all;
}

static json_t *cause_times(const struct level_result *l)
{
	json_t *all = json_object();

	for (int c = 0; c < CAUSES; c++)
		put_summary(all, cause_name[c], &l->cause_ms[c]);
	return all;
}

static json_t *passes(const struct level_result *l)
{
	json_t *all = json_object(), *kind = json_object(), *part = json_object();

	for (int k = 0; k < PASS_KINDS; k++) {
		json_t *o = json_object();

		put_summary(o, "count", &l->passes[k]);
		put_summary(o, "mean_ms", &l->pass_ms[k]);
		put_summary(o, "gpu_share", &l->pass_share[k]);
		put(kind, pass_kind_name[k], o);
	}
	for (int p = 0; p < PASS_PARTS; p++)
		put_summary(part, pass_part_name[p], &l->part_share[p]);
	put(all, "kinds", kind);
	put(all, "parts", part);
	return all;
}

static json_t *memory(const struct memory_report *m)
{
	json_t *all = json_object(), *items = json_array();

	put(all, "verdict", json_string(memory_verdict_name[m->verdict]));
	put(all, "sentence", text(m->sentence));
	if (*m->warning)
		put(all, "warning", text(m->warning));
	put_count(all, "kv_tokens", m->kv_tokens);
	put_number(all, "total_gib", m->total_gib);
	put_number(all, "outside_gib", m->outside_gib);
	put_number(all, "need_lo_gib", m->need_lo);
	put_number(all, "need_hi_gib", m->need_hi);
	for (size_t i = 0; i < m->n; i++) {
		json_t *o = json_object();

		put(o, "item", text(m->item[i].label));
		put_number(o, "lo_gib", m->item[i].lo);
		put_number(o, "hi_gib", m->item[i].hi);
		put(o, "inside", json_boolean(m->item[i].inside));
		if (*m->item[i].note)
			put(o, "note", text(m->item[i].note));
		json_array_append_new(items, o);
	}
	put(all, "items", items);
	return all;
}

static json_t *measured(const struct level_result *l)
{
	json_t *all = json_object();

	for (size_t i = 0; i < l->nmeasured; i++) {
		json_t *o = json_object();

		put_number(o, "value", l->measured[i].value);
		put_number(o, "error_pct", l->measured[i].error_pct);
		put_number(o, "z", l->measured[i].z);
		put(all, metric_info[l->measured[i].metric].name, o);
	}
	return all;
}

static json_t *checks(const struct level_result *l)
{
	json_t *all = json_object();

	for (size_t i = 0; i < l->nchecks; i++)
		put(all, l->check[i].name, json_string(l->check[i].pass ? "pass" : "fail"));
	return all;
}

static json_t *level(const struct run_result *r, const struct level_result *l)
{
	json_t *o = json_object();

	put(o, "label", text(l->info.label));
	if (l->info.users > 0)
		put_count(o, "users", (uint64_t)l->info.users);
	put(o, "metrics", metrics(l));
	put(o, "attribution", shares(l->cause_ms));
	put(o, "ttft_attribution", shares(l->ttft_cause_ms));
	put(o, "attribution_ms", cause_times(l));
	put(o, "passes", passes(l));
	put(o, "memory", memory(&r->memory));
	put(o, "checks", checks(l));
	if (l->nmeasured > 0)
		put(o, "measured", measured(l));
	return o;
}

static json_t *whole(const struct run_result *r)
{
	const struct scenario *s = r->scenario;
	json_t *o = json_object(), *levels = json_array(), *warnings = json_array();

	put(o, "schema", json_string("servesim.run/1"));
	put(o, "version", json_string(PACKAGE_VERSION));
	put(o, "name", text(s->name));
	put(o, "engine", text(s->engine->name));
	put(o, "gpu", text(s->gpu.name));
	put(o, "model", text(s->model.name));
	put(o, "workload", text(s->workload->name));
	put_hex(o, "digest", r->digest);
	put_count(o, "events", r->events);
	put_count(o, "seed", (uint64_t)s->run.seed);
	put_count(o, "replications", (uint64_t)s->run.replications);
	put_hex(o, "config_hash", s->config_hash);
	put(o, "scenario", configuration(s));
	if (r->nmeasured > 0)
		put_number(o, "mean_abs_error_pct", r->mean_abs_error_pct);
	put(o, "hang", json_boolean(r->hang));
	if (r->hang)
		put(o, "hang_text", text(r->hang_text));
	for (size_t i = 0; i < r->nwarnings; i++)
		json_array_append_new(warnings, text(r->warning[i]));
	put(o, "warnings", warnings);
	put(o, "memory", memory(&r->memory));
	for (size_t i = 0; i < r->nlevels; i++)
		json_array_append_new(levels, level(r, &r->level[i]));
	put(o, "levels", levels);
	return o;
}

void report_json(const struct run_result *r, FILE *out)
{
	json_t *o = whole(r);

	json_dumpf(o, out, JSON_INDENT(1) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(15));
	fputc('\n', out);
	json_decref(o);
}

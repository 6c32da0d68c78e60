/* report/sweep_line.c - the record of a point, written and read. */
#include "config.h"

#include "report/sweep.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/finding.h"
#include "report/json_parts.h"

/* ---- writing */

static json_t *values(const struct sweep *s, size_t point)
{
	json_t *all = json_object();

	for (size_t a = 0; a < s->grid.naxes; a++)
		json_put(all, s->grid.axis[a].path, json_setting(grid_value(&s->grid, point, a)));
	return all;
}

static json_t *metrics(const struct level_result *l)
{
	json_t *all = json_object();

	for (int m = 0; m < METRICS; m++)
		json_put_summary(all, metric_info[m].name, &l->metric[m]);
	return all;
}

/* Of each replication, for paired differences; not where all have the same. */
static json_t *samples(const struct level_result *l, size_t n)
{
	json_t *all = json_object();

	for (int m = 0; m < METRICS; m++) {
		json_t *list;

		if (l->metric[m].n == 0 || (l->metric[m].n == n && l->metric[m].sd <= 0.0))
			continue;
		list = json_array();
		for (size_t k = 0; k < n; k++)
			json_array_append_new(list, isfinite(l->sample[m][k])
							    ? json_real(l->sample[m][k])
							    : json_null());
		json_put(all, metric_info[m].name, list);
	}
	return all;
}

static json_t *shares(const struct summary cause[CAUSES])
{
	json_t *all = json_object();

	for (int c = 0; c < CAUSES && finding_total(cause) > 0.0; c++)
		json_put_number(all, cause_name[c], finding_share(cause, (enum cause)c));
	return all;
}

static json_t *levels(const struct run_result *r)
{
	json_t *all = json_array();

	for (size_t i = 0; i < r->nlevels; i++) {
		const struct level_result *l = &r->level[i];
		json_t *o = json_object();

		json_put(o, "label", json_text(l->info.label));
		json_put_count(o, "users", (uint64_t)l->info.users);
		json_put(o, "metrics", metrics(l));
		json_put(o, "attribution", shares(l->cause_ms));
		json_put(o, "samples", samples(l, r->replications));
		json_array_append_new(all, o);
	}
	return all;
}

static json_t *memory(const struct memory_report *m)
{
	json_t *o = json_object(), *items = json_array();

	json_put(o, "verdict", json_string(memory_verdict_name[m->verdict]));
	json_put_count(o, "kv_tokens", m->kv_tokens);
	json_put_number(o, "total_gib", m->total_gib);
	json_put_number(o, "outside_gib", m->outside_gib);
	json_put_number(o, "need_lo_gib", m->need_lo);
	json_put_number(o, "need_hi_gib", m->need_hi);
	for (size_t i = 0; i < m->n; i++) {
		json_t *item = json_object();

		json_put(item, "label", json_text(m->item[i].label));
		json_put_number(item, "lo_gib", m->item[i].lo);
		json_put_number(item, "hi_gib", m->item[i].hi);
		json_put(item, "inside", json_boolean(m->item[i].inside));
		json_array_append_new(items, item);
	}
	json_put(o, "items", items);
	return o;
}

static void put_line(json_t *o, FILE *out)
{
	json_dumpf(o, out, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(15));
	fputc('\n', out);
	json_decref(o);
}

void report_sweep_line(const struct sweep *s, size_t point, const struct sweep_run *r, FILE *out)
{
	bool ran = r->status == SWEEP_OK || r->status == SWEEP_HANGS;
	json_t *o = json_object();

	json_put_hex(o, "sweep", s->fingerprint);
	json_put_count(o, "point", point);
	json_put(o, "values", values(s, point));
	json_put_hex(o, "config_hash", r->scenario->config_hash);
	json_put(o, "status", json_string(sweep_status_name[r->status]));
	if (r->why)
		json_put(o, "why", json_text(r->why));
	if (ran)
		json_put_hex(o, "digest", r->result->digest);
	json_put_count(o, "replications", ran ? r->result->replications : 0);
	json_put(o, "memory", memory(&r->result->memory));
	json_put(o, "levels", ran ? levels(r->result) : json_array());
	put_line(o, out);
}

/* ---- reading */

static bool read_hex(const json_t *o, const char *key, uint64_t *v)
{
	const char *text = json_string_value(json_object_get(o, key));
	char *end;

	if (!text || strlen(text) != 16)
		return false;
	*v = strtoull(text, &end, 16);
	return *end == '\0';
}

static bool read_count(const json_t *o, const char *key, uint64_t *v)
{
	const json_t *n = json_object_get(o, key);

	*v = (uint64_t)json_integer_value(n);
	return json_is_integer(n) && json_integer_value(n) >= 0;
}

static int read_word(const json_t *o, const char *key, const char *const *word, int n)
{
	const char *text = json_string_value(json_object_get(o, key));

	for (int i = 0; text && i < n; i++)
		if (strcmp(text, word[i]) == 0)
			return i;
	return -1;
}

static struct summary read_summary(const json_t *o)
{
	const json_t *ci = json_object_get(o, "ci95");
	struct summary s = { .mean = json_number_value(json_object_get(o, "mean")),
			     .sd = json_number_value(json_object_get(o, "sd")),
			     .n = (size_t)json_integer_value(json_object_get(o, "n")) };

	s.lo = ci ? json_number_value(json_array_get(ci, 0)) : s.mean;
	s.hi = ci ? json_number_value(json_array_get(ci, 1)) : s.mean;
	return s;
}

/* Replications of a metric; NULL: they are not there. */
static double *read_samples(const json_t *list, size_t n)
{
	double *x;

	if (!json_is_array(list) || json_array_size(list) != n)
		return NULL;
	x = xcalloc(n + 1, sizeof(*x));
	for (size_t k = 0; k < n; k++) {
		const json_t *v = json_array_get(list, k);

		x[k] = json_is_number(v) ? json_number_value(v) : (double)NAN;
	}
	return x;
}

static void read_level(const json_t *o, size_t replications, struct sweep_level *l)
{
	const json_t *metric = json_object_get(o, "metrics"), *share = json_object_get(o, "attribution");
	const json_t *sample = json_object_get(o, "samples");
	const char *label = json_string_value(json_object_get(o, "label"));

	snprintf(l->info.label, sizeof(l->info.label), "%s", label ? label : "");
	l->info.users = json_integer_value(json_object_get(o, "users"));
	l->info.reported = true;
	for (int m = 0; m < METRICS; m++) {
		const json_t *v = json_object_get(metric, metric_info[m].name);

		if (v)
			l->metric[m] = read_summary(v);
		l->sample[m] =
			v ? read_samples(json_object_get(sample, metric_info[m].name), replications)
			  : NULL;
	}
	for (int c = 0; c < CAUSES; c++) {
		const json_t *v = json_object_get(share, cause_name[c]);

		l->share[c] = v ? json_number_value(v) : (double)NAN;
	}
}

static double read_gib(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return json_is_number(v) ? json_number_value(v) : (double)NAN;
}

static void read_memory(const json_t *o, struct sweep_point *p)
{
	const json_t *items = json_object_get(o, "items");

	p->total_gib = read_gib(o, "total_gib");
	p->outside_gib = read_gib(o, "outside_gib");
	p->need_lo = read_gib(o, "need_lo_gib");
	p->need_hi = read_gib(o, "need_hi_gib");
	for (size_t i = 0; i < json_array_size(items) && i < MEMORY_ITEMS; i++) {
		const json_t *from = json_array_get(items, i);
		struct sweep_item *item = &p->item[p->nitems++];
		const char *label = json_string_value(json_object_get(from, "label"));

		snprintf(item->label, sizeof(item->label), "%s", label ? label : "");
		item->lo = read_gib(from, "lo_gib");
		item->hi = read_gib(from, "hi_gib");
		item->inside = json_is_true(json_object_get(from, "inside"));
	}
}

/* The point's fields from its record; false: something is missing. */
static bool read_point(const json_t *o, struct sweep_point *p)
{
	const json_t *mem = json_object_get(o, "memory"), *lev = json_object_get(o, "levels");
	int status = read_word(o, "status", sweep_status_name, SWEEP_CANNOT_RUN + 1);
	int verdict = read_word(mem, "verdict", memory_verdict_name, MEMORY_DOES_NOT_FIT + 1);
	const char *why = json_string_value(json_object_get(o, "why"));
	uint64_t n;

	if (status < 0 || verdict < 0 || !json_is_array(lev) || !read_count(o, "replications", &n) ||
	    (n > 0 && !read_hex(o, "digest", &p->digest)) ||
		    !read_count(mem, "kv_tokens", &p->kv_tokens))
		return false;
	p->status = (enum sweep_status)status;
	p->memory = (enum memory_verdict)verdict;
	p->replications = (size_t)n;
	p->why = why ? xstrdup(why) : NULL;
	p->nlevels = json_array_size(lev);
	p->level = xcalloc(p->nlevels + 1, sizeof(*p->level));
	for (size_t i = 0; i < p->nlevels; i++)
		read_level(json_array_get(lev, i), p->replications, &p->level[i]);
	read_memory(mem, p);
	p->there = true;
	return true;
}

bool sweep_line_read(struct sweep *s, const char *line, size_t bytes, size_t *point)
{
	json_t *o = json_loadb(line, bytes, JSON_REJECT_DUPLICATES, NULL);
	uint64_t sweep, n, config;
	bool good = o && read_hex(o, "sweep", &sweep) && sweep == s->fingerprint &&
		read_count(o, "point", &n) &&
		    n < s->grid.npoints && read_hex(o, "config_hash", &config) &&
			    config == s->point[n].config_hash &&
		    !s->point[n].there && read_point(o, &s->point[n]);

	if (good)
		*point = (size_t)n;
	json_decref(o);
	return good;
}

/* ---- the first line */

static json_t *axes(const struct sweep *s)
{
	json_t *all = json_object();

	for (size_t a = 0; a < s->grid.naxes; a++) {
		json_t *list = json_array();

		for (size_t i = 0; i < s->grid.axis[a].n; i++)
			json_array_append_new(list, json_setting(s->grid.axis[a].value[i]));
		json_put(all, s->grid.axis[a].path, list);
	}
	return all;
}

void report_sweep_head(const struct sweep *s, FILE *out)
{
	json_t *o = json_object();

	json_put(o, "schema", json_string("servesim.sweep.part/1"));
	json_put(o, "version", json_string(PACKAGE_VERSION));
	json_put_hex(o, "sweep", s->fingerprint);
	json_put(o, "scenario", json_text(s->base->path));
	json_put_count(o, "points", s->grid.npoints);
	json_put(o, "axes", axes(s));
	put_line(o, out);
}

char *sweep_head_differs(const struct sweep *s, const char *line, size_t bytes)
{
	json_t *o = json_loadb(line, bytes, 0, NULL), *ours;
	const char *schema = json_string_value(json_object_get(o, "schema"));
	const char *version = json_string_value(json_object_get(o, "version"));
	uint64_t sweep;
	char *why = NULL;

	if (!schema || strcmp(schema, "servesim.sweep.part/1") != 0 || !version ||
	    !read_hex(o, "sweep", &sweep)) {
		json_decref(o);
		return xstrdup("it is not the beginning of a sweep");
	}
	ours = axes(s);
	if (sweep != s->fingerprint) {
		if (!json_equal(json_object_get(o, "axes"), ours))
			why = xstrdup("it has other axes or values");
		else if (strcmp(version, PACKAGE_VERSION) != 0)
			why = xasprintf("servesim %s began it, and this is %s", version,
					PACKAGE_VERSION);
		else
			why = xstrdup("the scenario, its files or its settings have changed since");
	}
	json_decref(ours);
	json_decref(o);
	return why;
}

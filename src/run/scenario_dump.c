/* run/scenario_dump.c - the effective configuration as entries, as text, as a hash. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/hash.h"
#include "config/cfgprint.h"
#include "run/dump_writer.h"
#include "run/scenario_load.h"

static void dump_root(struct key_dump *d, const struct loader *l, size_t first, size_t n)
{
	const config_setting_t *root = cfgfile_root(&l->file);
	struct key_table part = { scenario_keys.key + first, n, scenario_keys.struct_size };
	struct key_group g = { .setting = root, .at = root, .label = "" };

	key_dump_table(d, &part, &l->file, &g, l->s);
}

/* Where there is no group `slo`, nothing says so: the configuration of a scenario without, and its hash, are
 * what they were before there were limits.  Of a group, the limits that are set. */
static void dump_slo(struct key_dump *d, const struct loader *l)
{
	const config_setting_t *s = config_setting_get_member(cfgfile_root(&l->file), "slo");
	struct key_group g = { .setting = s, .at = s, .label = "slo" };

	if (s && !l->s->has_slo)
		key_dump_add(d, "slo", "\"" KEY_OPTIONAL_TEXT "\"", "", cfg_origin(&l->file, s, d->arena));
	for (size_t i = 0; l->s->has_slo && i < slo_keys.n; i++) {
		const struct key *k = &slo_keys.key[i];
		struct key_table one = { k, 1, slo_keys.struct_size };
		double limit;

		memcpy(&limit, (const char *)&l->s->slo + k->offset, sizeof(limit));
		if (!key_real_is_auto(limit))
			key_dump_table(d, &one, &l->file, &g, &l->s->slo);
	}
}

static void dump_plugin(struct key_dump *d, const struct loader *l, const char *label, const char *type,
			const struct key_table *t, const config_setting_t *s, const void *params)
{
	struct key_group g = { .setting = s, .at = s, .label = label };
	const config_setting_t *at = config_setting_get_member(s, "type");

	key_dump_add(d, key_label(d->arena, label, "type", -1), cfgprint_string(d->arena, type), "",
		     cfg_origin(&l->file, at, d->arena));
	at = config_setting_get_member(s, "preset");	/* only an engine's group may have one */
	if (at)
		key_dump_add(d, key_label(d->arena, label, "preset", -1), cfgprint_string(d->arena, l->s->preset_name), "",
			     cfg_origin(&l->file, at, d->arena));
	key_dump_table(d, t, &l->file, &g, params);
}

static void dump_file(struct key_dump *d, const char *label, const struct key_table *t,
		      const struct cfgfile *f, const void *in)
{
	struct key_group g = { .setting = cfgfile_root(f), .at = cfgfile_root(f), .label = label };

	key_dump_table(d, t, f, &g, in);
}

bool scenario_setting_counts(const char *path)
{
	return strcmp(path, "run.threads") != 0 && strcmp(path, "run.step") != 0 &&
	       strcmp(path, "model.hf_name") != 0 && strcmp(path, "slo") != 0;	/* slo = "none" */
}

static uint64_t hash_of(const struct scenario *s)
{
	uint64_t h = 0;

	for (size_t i = 0; i < s->ndump; i++) {
		if (!scenario_setting_counts(s->dump[i].path))
			continue;
		h = hash_join(h, hash_string(s->dump[i].path));
		h = hash_join(h, hash_string(s->dump[i].value));
	}
	return h;
}

void scenario_dump_build(struct loader *l)
{
	struct scenario *s = l->s;
	struct key_dump d = { .arena = &s->arena };

	dump_root(&d, l, 0, scenario_head_keys);
	dump_plugin(&d, l, "engine", s->engine->name, s->engine->keys, l->engine, s->engine_params);
	dump_plugin(&d, l, "workload", s->workload->name, s->workload->keys, l->workload,
		    s->workload_params);
	dump_root(&d, l, scenario_head_keys, scenario_keys.n - scenario_head_keys - 1);
	dump_slo(&d, l);
	dump_file(&d, "gpu", &gpu_keys, &l->gpu, &s->gpu);
	dump_file(&d, "model", &model_keys, &l->model, &s->model);
	for (size_t i = 0; i < d.n; i++)		/* origins may point into the loader */
		d.entry[i].origin = arena_strdup(&s->arena, d.entry[i].origin);
	s->dump = d.entry;
	s->ndump = d.n;
	s->config_hash = hash_of(s);
}

static bool is_data_file(const struct dump_entry *e)
{
	return strncmp(e->path, "gpu.", 4) == 0 || strncmp(e->path, "model.", 6) == 0;
}

static bool in_group(const struct dump_entry *e, const char *group)
{
	size_t n = strlen(group);

	return strncmp(e->path, group, n) == 0 && (e->path[n] == '.' || e->path[n] == '[');
}

static const struct dump_entry *entry_of(const struct scenario *s, const char *path)
{
	for (size_t i = 0; i < s->ndump; i++)
		if (strcmp(s->dump[i].path, path) == 0)
			return &s->dump[i];
	return NULL;
}

/* Is e, of another variant, not in s, or not with this value? */
static bool differs(const struct scenario *s, const struct dump_entry *e)
{
	const struct dump_entry *there = entry_of(s, e->path);

	return !there || strcmp(there->value, e->value) != 0;
}

static bool group_differs(const struct scenario *s, const struct scenario *v, const char *group)
{
	size_t n = 0, m = 0;

	for (size_t i = 0; i < v->ndump; i++) {
		if (!in_group(&v->dump[i], group))
			continue;
		n++;
		if (differs(s, &v->dump[i]))
			return true;
	}
	for (size_t i = 0; i < s->ndump; i++)
		m += in_group(&s->dump[i], group);
	return n != m;
}

/* What variant v changes of the first, s: whole groups, so that nothing of s is left in them. */
static void dump_changes(const struct scenario *s, const struct scenario *v, FILE *out)
{
	static const char *const groups[] = { "engine", "workload", "run", "slo" };
	struct dump_writer w = { .out = out, .base = 2 };

	for (size_t i = 0; i < v->ndump; i++) {
		const struct dump_entry *e = &v->dump[i];
		bool grouped = strpbrk(e->path, ".[") != NULL, changed = !grouped && differs(s, e);

		for (size_t g = 0; grouped && g < sizeof(groups) / sizeof(groups[0]); g++)
			changed = changed || (in_group(e, groups[g]) && group_differs(s, v, groups[g]));
		if (changed && !is_data_file(e))
			dump_write(&w, e);
	}
	if (s->has_slo && !v->has_slo && !entry_of(v, "slo"))	/* else it would have the first one's */
		dump_write(&w, &(struct dump_entry){ "slo", "\"" KEY_OPTIONAL_TEXT "\"", "", "left out" });
	dump_close(&w);
}

static void dump_variants(struct scenario *const *s, size_t n, FILE *out)
{
	fputs("variants = (\n", out);
	for (size_t i = 0; i < n; i++) {
		fprintf(out, "\t{ label = \"%s\"; set = {\n", s[i]->label);
		if (i > 0)
			dump_changes(s[0], s[i], out);
		fprintf(out, "\t}; }%s\n", i + 1 < n ? "," : "");
	}
	fputs(");\n", out);
}

void scenario_dump(struct scenario *const *all, size_t n, FILE *out)
{
	const struct scenario *s = all[0];
	struct dump_writer w = { .out = out };

	fprintf(out, "// %s @ %016" PRIx64 ": the effective configuration, each value with its origin\n",
		s->path, s->config_hash);
	for (size_t i = 0; i < s->ndump; i++)
		if (!is_data_file(&s->dump[i]))
			dump_write(&w, &s->dump[i]);
	dump_close(&w);
	if (n > 1)
		dump_variants(all, n, out);
	if (s->vary)
		fprintf(out, "vary = %s;\n", s->vary);
	fputs("\n// GPU and model have their own files;"
	      " --set gpu.KEY=VALUE and --set model.KEY=VALUE change them\n", out);
	for (size_t i = 0; i < s->ndump; i++) {
		const struct dump_entry *e = &s->dump[i];

		if (!is_data_file(e))
			continue;
		fprintf(out, "// %s = %s", e->path, e->value);
		dump_write_comment(out, 6 + strlen(e->path) + strlen(e->value), e);
	}
}

/* run/scenario_dump.c - the effective configuration as entries, as text, as a hash. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/hash.h"
#include "config/cfgprint.h"
#include "run/scenario_load.h"

#define COMMENT_COLUMN	52
#define DEPTH_MAX	16		/* CFGSCAN_DEPTH */

static void dump_root(struct key_dump *d, const struct loader *l, size_t first, size_t n)
{
	const config_setting_t *root = cfgfile_root(&l->file);
	struct key_table part = { scenario_keys.key + first, n, scenario_keys.struct_size };
	struct key_group g = { .setting = root, .at = root, .label = "" };

	key_dump_table(d, &part, &l->file, &g, l->s);
}

static void dump_plugin(struct key_dump *d, const struct loader *l, const char *label, const char *type,
			const struct key_table *t, const config_setting_t *s, const void *params)
{
	struct key_group g = { .setting = s, .at = s, .label = label };
	const config_setting_t *at = config_setting_get_member(s, "type");

	key_dump_add(d, key_label(d->arena, label, "type", -1), cfgprint_string(d->arena, type), "",
		     cfg_origin(&l->file, at, d->arena));
	key_dump_table(d, t, &l->file, &g, params);
}

static void dump_file(struct key_dump *d, const char *label, const struct key_table *t,
		      const struct cfgfile *f, const void *in)
{
	struct key_group g = { .setting = cfgfile_root(f), .at = cfgfile_root(f), .label = label };

	key_dump_table(d, t, f, &g, in);
}

static uint64_t hash_of(const struct scenario *s)
{
	uint64_t h = 0;

	for (size_t i = 0; i < s->ndump; i++) {
		if (strcmp(s->dump[i].path, "run.threads") == 0)
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
	dump_root(&d, l, scenario_head_keys, scenario_keys.n - scenario_head_keys);
	dump_file(&d, "gpu", &gpu_keys, &l->gpu, &s->gpu);
	dump_file(&d, "model", &model_keys, &l->model, &s->model);
	for (size_t i = 0; i < d.n; i++)		/* origins may point into the loader */
		d.entry[i].origin = arena_strdup(&s->arena, d.entry[i].origin);
	s->dump = d.entry;
	s->ndump = d.n;
	s->config_hash = hash_of(s);
}

/* One name of a path: "prompts[2]" is { "prompts", 7, 2 }. */
struct part {
	const char *name;
	size_t length;
	int index;			/* -1: not an element of a list */
};

struct path {
	struct part part[DEPTH_MAX];
	size_t n;
};

static struct path split(const char *text)
{
	struct path p = { 0 };

	while (*text && p.n < DEPTH_MAX) {
		size_t whole = strcspn(text, "."), length = strcspn(text, ".[");

		p.part[p.n++] = (struct part){ text, length, length < whole ? atoi(text + length + 1) : -1 };
		text += whole + (text[whole] == '.');
	}
	return p;
}

static bool same_name(const struct part *a, const struct part *b)
{
	return a->length == b->length && memcmp(a->name, b->name, a->length) == 0;
}

static void indent(FILE *out, size_t depth)
{
	for (size_t i = 0; i < depth; i++)
		fputc('\t', out);
}

/* The open groups of the text being written. */
struct nest {
	FILE *out;
	struct part open[DEPTH_MAX];
	size_t n;
};

/* Close open[depth]; `next`: the part that comes at its depth, NULL: none. */
static void close_group(struct nest *w, size_t depth, const struct part *next)
{
	const struct part *p = &w->open[depth];
	bool goes_on = p->index >= 0 && next && same_name(p, next);

	indent(w->out, depth);
	fputs(p->index < 0 ? "};\n" : goes_on ? "}, {\n" : "});\n", w->out);
	if (goes_on)
		w->open[w->n++] = *next;
}

static void open_group(struct nest *w, const struct part *p)
{
	indent(w->out, w->n);
	fprintf(w->out, "%.*s = %s{\n", (int)p->length, p->name, p->index < 0 ? "" : "(");
	w->open[w->n++] = *p;
}

/* Close and open groups until the first n parts of the path are the open ones. */
static void move_to(struct nest *w, const struct path *p, size_t n)
{
	size_t common = 0, open = w->n;

	BUG_ON(n > p->n);
	while (common < open && common < n && same_name(&w->open[common], &p->part[common]) &&
	       w->open[common].index == p->part[common].index)
		common++;
	for (size_t depth = open; depth > common; depth--) {
		w->n = depth - 1;
		close_group(w, depth - 1, depth - 1 == common && common < n ? &p->part[common] : NULL);
	}
	while (w->n < n)
		open_group(w, &p->part[w->n]);
}

static void write_comment(FILE *out, size_t column, const struct dump_entry *e)
{
	fprintf(out, "%*s// %s%s%s\n", (int)(column < COMMENT_COLUMN ? COMMENT_COLUMN - column : 1), "",
		e->unit, *e->unit ? ", " : "", e->origin);
}

static void write_entry(struct nest *w, const struct dump_entry *e)
{
	struct path p = split(e->path);
	const struct part *last;
	size_t depth;

	BUG_ON(p.n == 0);
	depth = p.n - 1;
	last = &p.part[depth];
	move_to(w, &p, depth);
	indent(w->out, depth);
	fprintf(w->out, "%.*s = %s;", (int)last->length, last->name, e->value);
	write_comment(w->out, 8 * depth + last->length + strlen(e->value) + 4, e);
}

static bool is_data_file(const struct dump_entry *e)
{
	return strncmp(e->path, "gpu.", 4) == 0 || strncmp(e->path, "model.", 6) == 0;
}

void scenario_dump(const struct scenario *s, FILE *out)
{
	struct nest w = { .out = out };
	const struct path top = { 0 };

	fprintf(out, "// %s @ %016" PRIx64 ": the effective configuration, each value with its origin\n",
		s->path, s->config_hash);
	for (size_t i = 0; i < s->ndump; i++)
		if (!is_data_file(&s->dump[i]))
			write_entry(&w, &s->dump[i]);
	move_to(&w, &top, 0);
	fputs("\n// GPU and model have their own files;"
	      " --set gpu.KEY=VALUE and --set model.KEY=VALUE change them\n", out);
	for (size_t i = 0; i < s->ndump; i++) {
		const struct dump_entry *e = &s->dump[i];

		if (!is_data_file(e))
			continue;
		fprintf(out, "// %s = %s", e->path, e->value);
		write_comment(out, 6 + strlen(e->path) + strlen(e->value), e);
	}
}

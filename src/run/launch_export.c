/* run/launch_export.c - which keys of the engine a command has to say.
 *
 * A default may depend on other keys (the memory fraction on the chunk), so a key is left out by trial:
 * the engine's group is read again without it, and nothing else may change.
 */
#include "config.h"

#include "run/launch_export.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/keydump.h"
#include "config/keyread.h"

struct export {
	const struct scenario *s;
	const struct launch_table *t;
	const char *version;
	const struct dump_entry **entry;	/* keys of the engine's group that may be in the command */
	bool *said, *must;
	size_t n;
};

/* "mem_fraction_static" of "engine.mem_fraction_static"; NULL: not a key of the engine itself. */
static const char *engine_key(const char *path)
{
	if (strncmp(path, "engine.", 7) != 0 || strchr(path + 7, '.'))
		return NULL;
	return path + 7;
}

static const char *value_of(const struct scenario *s, const char *path)
{
	for (size_t i = 0; i < s->ndump; i++)
		if (strcmp(s->dump[i].path, path) == 0)
			return s->dump[i].value;
	return NULL;
}

static bool is_listed(const char *path, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], path) == 0)
			return true;
	return false;
}

static bool is_written(const struct dump_entry *e)
{
	return strcmp(e->origin, "default") != 0 && strcmp(e->origin, "auto") != 0;
}

static void collect(struct export *x, const char *const *path, size_t n)
{
	const struct scenario *s = x->s;

	x->entry = xcalloc(s->ndump, sizeof(*x->entry));
	x->said = xcalloc(s->ndump, sizeof(*x->said));
	x->must = xcalloc(s->ndump, sizeof(*x->must));
	for (size_t i = 0; i < s->ndump; i++) {
		const struct dump_entry *e = &s->dump[i];
		const char *key = engine_key(e->path);
		bool must = is_listed(e->path, path, n);

		if (!key || strcmp(key, "type") == 0 || strcmp(key, "preset") == 0 || strcmp(key, "version") == 0 ||
		    (!must && !is_written(e)))
			continue;
		x->entry[x->n] = e;
		x->said[x->n] = true;
		x->must[x->n++] = must;
	}
}

/* The engine's group with what is said, in scenario notation; malloc'd. */
static char *group_text(const struct export *x)
{
	char *text = xasprintf("version = \"%s\";", x->version);

	for (size_t i = 0; i < x->n; i++) {
		char *more;

		if (!x->said[i])
			continue;
		more = xasprintf("%s %s = %s;", text, engine_key(x->entry[i]->path), x->entry[i]->value);
		free(text);
		text = more;
	}
	return text;
}

/* Are the engine's own keys as in the scenario? */
static bool is_same(const struct export *x, const struct key_dump *d)
{
	for (size_t i = 0; i < d->n; i++) {
		const char *value = engine_key(d->entry[i].path) ? value_of(x->s, d->entry[i].path) : NULL;

		if (value && strcmp(value, d->entry[i].value) != 0)
			return false;
	}
	return true;
}

/* Does the engine make the same of what is said as of the scenario? */
static bool suffices(const struct export *x)
{
	const struct scenario *s = x->s;
	char *text = group_text(x);
	struct arena arena;
	struct diag errors, warnings;
	struct cfgfile f;
	bool same = false;

	arena_init(&arena, ARENA_CHUNK);
	diag_init(&errors);
	diag_init(&warnings);
	if (cfgfile_parse(&f, NULL, text, strlen(text), &errors) == 0) {
		struct key_group g = { .setting = cfgfile_root(&f), .at = cfgfile_root(&f), .label = "engine" };
		struct key_reader r = { &f, &arena, &errors };
		struct key_dump d = { .arena = &arena };
		void *params = arena_alloc(&arena, s->engine->keys->struct_size);

		key_read(&r, s->engine->keys, &g, params);
		if (errors.n == 0)
			s->engine->resolve(params, &s->gpu, &s->model, NULL, 0, &errors, &warnings);
		key_dump_table(&d, s->engine->keys, &f, &g, params);
		same = errors.n == 0 && is_same(x, &d);
		free(d.entry);
	}
	cfgfile_release(&f);
	diag_release(&errors);
	diag_release(&warnings);
	arena_release(&arena);
	free(text);
	return same;
}

/* What is no flag stays said, so that the trials see it. */
static void leave_out_defaults(struct export *x)
{
	for (size_t i = 0; i < x->n; i++) {
		if (x->must[i])
			continue;
		x->said[i] = false;
		x->said[i] = !suffices(x);
	}
}

static void note_not_flag(const struct export *x, const struct dump_entry *e, bool must,
			  struct diag *notes)
{
	const struct launch_not_flag *n = x->t->not_flag;

	while (n->key && strcmp(n->key, engine_key(e->path)) != 0)
		n++;
	if (n->key && (n->server || must))
		diag_add(notes, NULL, 0, "%s = %s %s: the command does not say it", e->path, e->value, n->why);
}

static void note_offer(const struct export *x, const struct dump_entry *e, struct diag *notes)
{
	const struct launch_flag *f = launch_flag_of_key(x->t, engine_key(e->path), x->version);
	const char *p = f ? f->harmless : NULL, *name;
	size_t n, length = strlen(e->value);

	if (!p)
		return;
	while ((n = launch_name(&p, &name)) > 0)
		if (length == n + 2 && strncmp(e->value + 1, name, n) == 0)	/* quoted */
			return;
	diag_add(notes, NULL, 0, "%s = %s: %s %s: %s", e->path, e->value, x->t->product, x->version, f->text);
}

static void note_times(const struct export *x, const char *const *path, size_t n, struct diag *notes)
{
	for (size_t i = 0; i < n; i++)
		if (strncmp(path[i], "engine.", 7) == 0 && !engine_key(path[i]) && value_of(x->s, path[i]))
			diag_add(notes, NULL, 0, "%s is no flag of %s: the command does not say it", path[i],
				 x->t->product);
}

static void write(const struct export *x, struct launch_command *c, struct diag *notes)
{
	const struct scenario *s = x->s;

	if (!*s->model.hf_name)
		diag_add(notes, NULL, 0, "models/%s.cfg has no hf_name: put the path of the weights in place of '%s'",
			 s->model_name, s->model_name);
	launch_command_begin(c, x->t, x->version, *s->model.hf_name ? s->model.hf_name : s->model_name);
	for (size_t i = 0; i < x->n; i++) {
		const struct dump_entry *e = x->entry[i];

		if (!x->said[i])
			continue;
		if (launch_command_key(c, x->t, engine_key(e->path), e->value))
			note_offer(x, e, notes);
		else
			note_not_flag(x, e, x->must[i], notes);
	}
}

void launch_of_scenario(struct launch_command *c, const struct scenario *s, const char *const *path,
			size_t n, struct diag *notes)
{
	struct export x = { .s = s, .t = launch_table_of(s->engine->name) };
	const char *version = value_of(s, "engine.version");	/* quoted */
	char *plain = xasprintf("%.*s", (int)strlen(version) - 2, version + 1);

	x.version = plain;
	collect(&x, path, n);
	leave_out_defaults(&x);
	write(&x, c, notes);
	note_times(&x, path, n, notes);
	free(x.entry);
	free(x.said);
	free(x.must);
	free(plain);
}

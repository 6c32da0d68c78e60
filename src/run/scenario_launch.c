/* run/scenario_launch.c - --launch: the command that starts the real server, laid over the scenario's
 * engine. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/bug.h"
#include "base/mem.h"
#include "config/datafile.h"
#include "engine/launch.h"
#include "run/scenario_load.h"

#define TEXT_MAX	(1 << 20)	/* larger is no command */

bool scenario_is_launch(const struct cfg_option *o)
{
	return strcmp(o->option, "--launch") == 0;
}

static const struct cfg_option *find_option(const struct loader *l, const char *path)
{
	const struct cfg_option *found = NULL;

	for (size_t i = 0; i < l->noptions; i++)
		if (strcmp(l->option[i].path, path) == 0)
			found = &l->option[i];
	return found;
}

/* All of a file, malloc'd; NULL with the reason in errors. */
static char *read_file(const char *path, struct diag *errors)
{
	FILE *in = fopen(path, "r");
	char *text = xcalloc(TEXT_MAX + 1, 1);
	size_t n = in ? fread(text, 1, TEXT_MAX, in) : 0;
	bool ok = in && !ferror(in);

	if (!ok)
		diag_add(errors, path, 0, "cannot read: %s", strerror(errno));
	else if (n == TEXT_MAX || memchr(text, '\0', n))
		diag_add(errors, path, 0, "not a text of at most %d bytes", TEXT_MAX - 1);
	if (in)
		fclose(in);
	if (ok && n < TEXT_MAX && !memchr(text, '\0', n))
		return text;
	free(text);
	return NULL;
}

/* The option's value is a file, or the command itself. */
static bool open_launch(struct loader *l, struct launch *launch, const char *value)
{
	struct stat st;
	bool is_file = stat(value, &st) == 0 && S_ISREG(st.st_mode), ok;
	char *text;

	*launch = (struct launch){ 0 };
	if (!is_file && !strpbrk(value, " \t\n")) {
		diag_add(l->errors, NULL, 0, "--launch %s: neither a file nor a command", value);
		return false;
	}
	text = is_file ? read_file(value, l->errors) : xstrdup(value);
	if (!text)
		return false;
	ok = launch_open(launch, text, is_file ? value : NULL, l->errors);
	free(text);
	return ok;
}

static const struct key *version_key(const struct engine *e)
{
	for (size_t i = 0; i < e->keys->n; i++)
		if (strcmp(e->keys->key[i].name, "version") == 0)
			return &e->keys->key[i];
	BUG("engine %s has no version", e->name);
}

static bool is_simulated(const struct engine *e, const char *version)
{
	const char *const *v = version_key(e)->choices;

	while (*v && strcmp(*v, version) != 0)
		v++;
	return *v != NULL;
}

static const char *member_string(const config_setting_t *group, const char *name)
{
	const char *text = NULL;

	if (group && config_setting_is_group(group))
		(void)config_setting_lookup_string(group, name, &text);
	return text;
}

/* The version of the scenario's engine, if it is the same program. */
static const char *scenario_version(const config_setting_t *engine, const struct launch_table *t)
{
	const char *type = member_string(engine, "type"), *version = member_string(engine, "version");
	const struct launch_table *own = type ? launch_table_of(type) : NULL;

	if (!own || !version || strcmp(own->product, t->product) != 0)
		return NULL;
	return is_simulated(engine_find(t->engine), version) ? version : NULL;
}

static char *without_quotes(struct arena *a, const char *value)
{
	size_t n = strlen(value);

	return n >= 2 && value[0] == '"' && value[n - 1] == '"' ? arena_printf(a, "%.*s", (int)n - 2, value + 1)
								: arena_strdup(a, value);
}

/* Of --set, of the container image, of the scenario, or the engine's usual one. */
static const char *choose_version(struct loader *l, const struct launch *launch,
				  const config_setting_t *engine)
{
	const struct cfg_option *set = find_option(l, "engine.version");
	const struct engine *e = engine_find(launch->table->engine);
	const char *own = scenario_version(engine, launch->table);
	const char *other = own ? own : version_key(e)->dflt;

	if (set)
		return without_quotes(&l->s->arena, set->value);
	if (launch->version && is_simulated(e, launch->version))
		return arena_strdup(&l->s->arena, launch->version);
	if (launch->version)
		diag_add(&l->s->warnings, launch->file, 0, "%sversion %s of the image is not simulated: the rules are "
			 "those of %s %s", launch->file ? "" : "--launch: ", launch->image_version,
			 launch->table->product, other);
	return arena_strdup(&l->s->arena, other);
}

static bool set(struct loader *l, const char *path, const char *value, const char *said)
{
	struct arena *a = &l->s->arena;
	struct cfg_option *o = arena_alloc(a, sizeof(*o));

	*o = (struct cfg_option){ .option = "--launch", .said = arena_strdup(a, said),
				  .path = arena_strdup(a, path), .value = arena_strdup(a, value) };
	return cfgfile_set(&l->file, o, l->errors);
}

static bool says(const struct launch *launch, const char *key)
{
	for (size_t i = 0; i < launch->n; i++)
		if (strcmp(launch->setting[i].key, key) == 0)
			return true;
	return false;
}

/* A key whose flag is not in the command has the engine's default, whatever the scenario says. */
static void drop_others(struct loader *l, const struct launch *launch, const char *version,
			config_setting_t *engine)
{
	char *dropped = NULL;

	for (size_t i = 0; i < launch_flags(launch->table); i++) {
		const struct launch_flag *f = launch_flag_at(launch->table, i);
		char *more;

		if (!f->key || !launch_flag_is_of(f, version) || says(launch, f->key) ||
		    !config_setting_get_member(engine, f->key))
			continue;
		config_setting_remove(engine, f->key);
		more = dropped ? xasprintf("%s, %s", dropped, f->key) : xstrdup(f->key);
		free(dropped);
		dropped = more;
	}
	if (dropped)
		diag_add(&l->s->warnings, NULL, 0, "--launch: the engine's defaults, not the scenario's values, as "
			 "the command does not say: %s", dropped);
	free(dropped);
}

static void apply_engine(struct loader *l, const struct launch *launch, const char *version)
{
	config_setting_t *root = config_root_setting(&l->file.config);
	config_setting_t *engine = config_setting_get_member(root, "engine");
	const char *type = member_string(engine, "type"), *own;

	if (type && strcmp(type, launch->table->engine) == 0) {
		drop_others(l, launch, version, engine);
	} else {
		if (type)
			diag_add(&l->s->warnings, NULL, 0, "--launch: the command starts %s: nothing of the scenario's "
				 "engine, %s, is used", launch->table->engine, type);
		config_setting_remove(root, "engine");
	}
	(void)set(l, "engine.type", launch->table->engine, "--launch");
	own = member_string(config_setting_get_member(root, "engine"), "version");
	if (!own || strcmp(own, version) != 0)
		(void)set(l, "engine.version", version, "--launch");
	for (size_t i = 0; i < launch->n; i++) {
		char *path = xasprintf("engine.%s", launch->setting[i].key);

		(void)set(l, path, launch->setting[i].value, launch->setting[i].said);
		free(path);
	}
}

static const char *last_part(const char *path, size_t *n)
{
	const char *end = path + strlen(path), *start;

	while (end > path && end[-1] == '/')
		end--;
	for (start = end; start > path && start[-1] != '/'; start--)
		;
	*n = (size_t)(end - start);
	return start;
}

static bool same_last_part(const char *a, const char *b)
{
	size_t n, m;
	const char *x = last_part(a, &n), *y = last_part(b, &m);

	return n == m && n > 0 && strncasecmp(x, y, n) == 0;
}

/* Is `given` this model: its file, its name on the hub, a folder of that name, or the hub's cache of
 * it? */
static bool is_model(const char *given, const char *file, const char *hub)
{
	const char *slash = strchr(hub, '/');
	char *cache;
	bool found;

	if (same_last_part(given, file) || (*hub && same_last_part(given, hub)))
		return true;
	if (!slash)
		return false;
	cache = xasprintf("models--%.*s--%s", (int)(slash - hub), hub, slash + 1);
	found = strstr(given, cache) != NULL;
	free(cache);
	return found;
}

/* hf_name of models/NAME.cfg, malloc'd; "" if it has none. */
static char *hub_name(const struct loader *l, const char *name)
{
	char *path = datafile_find(l->s->path, "models", name, ".cfg"), *hub = NULL;
	struct cfgfile f;
	struct diag ignored;

	diag_init(&ignored);
	if (path && cfgfile_read(&f, path, &ignored) == 0) {
		const char *text = member_string(cfgfile_root(&f), "hf_name");

		hub = xstrdup(text ? text : "");
	}
	if (path)
		cfgfile_release(&f);
	diag_release(&ignored);
	free(path);
	return hub ? hub : xstrdup("");
}

static void apply_model(struct loader *l, const struct launch *launch)
{
	size_t n, found = SIZE_MAX;
	char **name, *all = xstrdup("");

	if (!launch->model || find_option(l, "model")) {
		free(all);
		return;
	}
	name = datafile_list(l->s->path, "models", ".cfg", &n);
	for (size_t i = 0; i < n; i++) {
		char *hub = hub_name(l, name[i]);
		char *more = xasprintf("%s%s%s", all, i ? ", " : "", *hub ? hub : name[i]);

		if (found == SIZE_MAX && is_model(launch->model, name[i], hub))
			found = i;
		free(all);
		free(hub);
		all = more;
	}
	if (found < n)
		(void)set(l, "model", name[found], "--launch");
	else
		diag_add(l->errors, launch->file, 0, "%s%s: there is no model '%s' in models/; there are: %s; "
			 "--set model=NAME takes one of them for it", launch->file ? "" : "--launch: ",
			 launch->model_said, launch->model, n ? all : "none");
	free(all);
	datafile_list_free(name, n);
}

void scenario_apply_launch(struct loader *l)
{
	const struct cfg_option *o = find_option(l, "launch");
	const config_setting_t *engine = config_setting_get_member(cfgfile_root(&l->file), "engine");
	size_t given = 0, before = l->errors->n;
	struct launch launch;

	for (size_t i = 0; i < l->noptions; i++)
		given += scenario_is_launch(&l->option[i]);
	if (given == 0)
		return;
	if (given > 1) {
		diag_add(l->errors, NULL, 0, "--launch: given %zu times; expected one command", given);
		return;
	}
	if (open_launch(l, &launch, o->value)) {
		const char *version = choose_version(l, &launch, engine);

		launch_read(&launch, version, l->errors, &l->s->warnings);
		if (l->errors->n == before) {
			apply_engine(l, &launch, version);
			apply_model(l, &launch);
		}
	}
	launch_release(&launch);
}

/* run/scenario.c - from text to a scenario that can only be run. */
#include "config.h"

#include "run/scenario.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/datafile.h"
#include "config/keyread.h"
#include "config/suggest.h"
#include "run/measured.h"
#include "run/scenario_load.h"

static struct key_reader reader(struct loader *l, const struct cfgfile *f)
{
	return (struct key_reader){ f, &l->s->arena, l->errors };
}

static bool has_prefix(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

static void make_options(struct loader *l, const struct scenario_override *set, size_t nset)
{
	struct arena *a = &l->s->arena;

	l->option = arena_alloc(a, nset * sizeof(*l->option));
	l->noptions = nset;
	for (size_t i = 0; i < nset; i++) {
		struct cfg_option *o = &l->option[i];

		o->option = set[i].option ? set[i].option : "--set";
		o->path = arena_strdup(a, set[i].path);
		o->value = arena_strdup(a, set[i].value);
		if (set[i].option && strcmp(set[i].option, "--vary") != 0)	/* the option's name says which setting */
			o->said = arena_printf(a, "%s %s", o->option, o->value);
		else
			o->said = arena_printf(a, "%s %s=%s", o->option, o->path, o->value);
	}
}

static bool is_for_data_file(const struct cfg_option *o)
{
	return has_prefix(o->path, "gpu.") || has_prefix(o->path, "model.");
}

/* Options for the scenario itself: those for its list of variants, or the others. */
static void apply_options(struct loader *l, bool variants)
{
	for (size_t i = 0; i < l->noptions; i++)
		if (!is_for_data_file(&l->option[i]) && !scenario_is_without(&l->option[i]) &&
		    !scenario_is_launch(&l->option[i]) &&
		    has_prefix(l->option[i].path, "variants") == variants)
			(void)cfgfile_set(&l->file, &l->option[i], l->errors);
}

/* Options that begin with `prefix`, for the file they name. */
static void apply_data_options(struct loader *l, struct cfgfile *f, const char *prefix)
{
	for (size_t i = 0; i < l->noptions; i++) {
		struct cfg_option *o = &l->option[i];

		if (!has_prefix(o->path, prefix))
			continue;
		o->path += strlen(prefix);
		(void)cfgfile_set(f, o, l->errors);
		o->path -= strlen(prefix);
	}
}

/* Say that there is no such plug-in: the nearest, or all of them. */
static void no_such_plugin(struct loader *l, const char *group, const config_setting_t *type,
			   const char *const *types, size_t n)
{
	const char *word = config_setting_get_string(type), *near = suggest(word, types, n);
	char *all = key_choices("", types, n);

	if (near)
		cfg_error(&l->file, type, l->errors, "there is no %s \"%s\"; did you mean \"%s\"?", group, word,
			  near);
	else
		cfg_error(&l->file, type, l->errors, "there is no %s \"%s\"; there are: %s", group, word, all);
	free(all);
}

/* Index of the group's "type" among the plug-ins; -1: reported. */
static int plugin_type(struct loader *l, const char *name, const config_setting_t *group,
		       const char *const *types)
{
	const config_setting_t *type = config_setting_get_member(group, "type");
	size_t n = 0;

	while (types[n])
		n++;
	if (!type) {
		cfg_error(&l->file, group, l->errors, "missing key 'type' in %s; 'servesim list %ss' says which there"
			  " are", name, name);
		return -1;
	}
	if (config_setting_type(type) != CONFIG_TYPE_STRING) {
		cfg_error(&l->file, type, l->errors, "'type' must be a string, not %s", cfg_type_name(type));
		return -1;
	}
	for (size_t i = 0; i < n; i++)
		if (strcmp(types[i], config_setting_get_string(type)) == 0)
			return (int)i;
	no_such_plugin(l, name, type, types, n);
	return -1;
}

/* Group `name` of the scenario and the index of its "type" among the plug-ins; -1: reported. */
static int plugin(struct loader *l, const char *name, const char *const *types,
		  const config_setting_t **group)
{
	const config_setting_t *root = cfgfile_root(&l->file);
	const config_setting_t *s = config_setting_get_member(root, name);

	if (!s) {
		cfg_error(&l->file, root, l->errors, "missing key '%s'", name);
		return -1;
	}
	if (!config_setting_is_group(s)) {
		cfg_error(&l->file, s, l->errors, "'%s' must be a group { type = ...; }, not %s", name,
			  cfg_type_name(s));
		return -1;
	}
	*group = s;
	return plugin_type(l, name, s, types);
}

static void *read_params(struct loader *l, const struct key_table *t, const char *label,
			 const config_setting_t *s)
{
	static const char *const also[] = { "type", NULL }, *const engine_also[] = { "type", "preset", NULL };
	struct key_group g = { .setting = s, .at = s, .label = label, .also = s == l->engine ? engine_also : also };
	struct key_reader r = reader(l, &l->file);
	void *params = arena_alloc(&l->s->arena, t->struct_size);

	key_read(&r, t, &g, params);
	return params;
}

static void read_engine(struct loader *l)
{
	const char *name[64] = { NULL };
	int i;

	for (i = 0; i < 63 && engines[i]; i++)
		name[i] = engines[i]->name;
	i = plugin(l, "engine", name, &l->engine);
	if (i < 0)
		return;
	l->s->engine = engines[i];
	l->s->engine_params = read_params(l, engines[i]->keys, "engine", l->engine);
}

static void read_workload(struct loader *l)
{
	const char *name[64] = { NULL };
	int i;

	for (i = 0; i < 63 && workloads[i]; i++)
		name[i] = workloads[i]->name;
	i = plugin(l, "workload", name, &l->workload);
	if (i < 0)
		return;
	l->s->workload = workloads[i];
	l->s->workload_params = read_params(l, workloads[i]->keys, "workload", l->workload);
}

/* "scenarios/v5-sglang.cfg" -> "v5-sglang" */
static const char *base_name(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	size_t n = strlen(base);

	if (n > 4 && strcmp(base + n - 4, ".cfg") == 0)
		n -= 4;
	return arena_printf(a, "%.*s", (int)n, base);
}

static void read_head(struct loader *l)
{
	static const char *const also[] = { "engine", "workload", NULL };
	const config_setting_t *root = cfgfile_root(&l->file);
	struct key_group g = { .setting = root, .at = root, .label = "", .also = also };
	struct key_reader r = reader(l, &l->file);

	key_read(&r, &scenario_keys, &g, l->s);
	if (!l->s->name)
		l->s->name = base_name(&l->s->arena, l->s->path);
	if (l->s->measured_path && !*l->s->measured_path)
		l->s->measured_path = NULL;
}

/* Report that there is no such file, and which there are. */
static void no_such_file(struct loader *l, const char *key, const char *folder, const char *name)
{
	const config_setting_t *at = config_setting_get_member(cfgfile_root(&l->file), key);
	size_t n;
	char **known = datafile_list(l->s->path, folder, ".cfg", &n);
	const char *near = suggest(name, (const char *const *)known, n);
	char *all = key_choices("", (const char *const *)known, n);

	if (near)
		cfg_error(&l->file, at, l->errors, "'%s': there is no %s/%s.cfg; did you mean \"%s\"?",
			  key, folder, name, near);
	else
		cfg_error(&l->file, at, l->errors, "'%s': there is no %s/%s.cfg; there are: %s", key,
			  folder, name, n ? all : "none");
	free(all);
	datafile_list_free(known, n);
}

/* hw/NAME.cfg or models/NAME.cfg into out. */
static void read_data_file(struct loader *l, const char *key, const char *folder, const char *name,
			   const struct key_table *t, struct cfgfile *f, bool *have, char **path, void *out)
{
	struct key_reader r = reader(l, f);
	struct key_group g = { .label = "" };
	char prefix[16];

	if (!name)
		return;
	*path = datafile_find(l->s->path, folder, name, ".cfg");
	if (!*path) {
		no_such_file(l, key, folder, name);
		return;
	}
	*have = true;
	if (cfgfile_read(f, *path, l->errors) != 0)
		return;
	snprintf(prefix, sizeof(prefix), "%s.", key);
	apply_data_options(l, f, prefix);
	g.setting = g.at = cfgfile_root(f);
	key_read(&r, t, &g, out);
}

/* What no single key can express. */
static void check_together(struct loader *l)
{
	struct scenario *s = l->s;

	s->engine->resolve(s->engine_params, &s->gpu, &s->model, cfg_file_of(&l->file, l->engine),
			   cfg_line_of(l->engine), l->errors, &s->warnings);
	s->workload->check(s->workload_params, cfg_file_of(&l->file, l->workload),
			   cfg_line_of(l->workload), l->errors);
}

static void read_measured(struct loader *l)
{
	struct scenario *s = l->s;
	const config_setting_t *at = config_setting_get_member(cfgfile_root(&l->file), "measured");
	char *path;

	if (!s->measured_engine)
		s->measured_engine = s->engine->name;
	if (!s->measured_path)
		return;
	path = datafile_find(s->path, NULL, s->measured_path, "");
	if (path)
		measured_read(path, s->measured_engine, &s->arena, l->errors, &s->measured,
			      &s->nmeasured);
	else
		cfg_error(&l->file, at, l->errors,
			  "'measured': there is no file '%s', beside the scenario or in the data"
			  " folders", s->measured_path);
	free(path);
}

static void make_cost(struct loader *l)
{
	struct scenario *s = l->s;
	const char *slash = strrchr(l->gpu_path, '/'), *table = NULL;
	const config_setting_t *at = config_setting_get_member(cfgfile_root(&l->gpu), "linear_table");
	char *error = NULL;

	if (s->gpu.linear_table[0])
		table = arena_printf(&s->arena, "%.*s%s", slash ? (int)(slash + 1 - l->gpu_path) : 0,
				     l->gpu_path, s->gpu.linear_table);
	s->table_path = table;
	s->cost = cost_new(is_without(s->without, MECHANISM_KERNELS) ? "ideal" :
			   s->engine->cost_kind(s->engine_params), &s->gpu, &s->model,
			   s->engine->tensor_parallel(s->engine_params), table, &error);
	if (!s->cost)
		cfg_error(&l->gpu, at, l->errors, "%s", error);
}

/* Memory before the run, and whether the longest request is one the engine takes. */
static void judge(struct scenario *s)
{
	uint64_t longest = s->workload->longest_prompt(s->workload_params), most;

	s->engine->memory(s->engine_params, &s->gpu, &s->model, s->cost, NULL, &s->memory);
	if (s->memory.verdict == MEMORY_DOES_NOT_FIT)
		return;
	most = s->engine->longest_request(s->engine_params, s->memory.kv_tokens);
	if (longest > most)
		s->cannot_run = arena_printf(&s->arena, "the workload can send a prompt of %" PRIu64 " tokens,"
					     " but the engine takes at most %" PRIu64, longest, most);
}

static void load(struct loader *l, const char *path)
{
	struct scenario *s = l->s;
	size_t before = l->errors->n;

	if (cfgfile_read(&l->file, path, l->errors) != 0)
		return;
	apply_options(l, true);
	scenario_apply_variant(l);
	scenario_apply_launch(l);
	apply_options(l, false);
	scenario_take_vary(l);
	scenario_apply_without(l);
	read_head(l);
	scenario_read_without(l);
	scenario_check_headline(l);
	scenario_check_slo(l);
	scenario_apply_preset(l);
	read_engine(l);
	read_workload(l);
	read_data_file(l, "gpu", "hw", s->gpu_name, &gpu_keys, &l->gpu, &l->have_gpu, &l->gpu_path,
		       &s->gpu);
	read_data_file(l, "model", "models", s->model_name, &model_keys, &l->model, &l->have_model,
		       &l->model_path, &s->model);
	if (s->engine)
		read_measured(l);
	if (l->errors->n > before)
		return;
	check_together(l);
	if (l->errors->n > before)
		return;
	make_cost(l);
	if (!s->cost)
		return;
	judge(s);
	scenario_dump_build(l);
}

static void loader_release(struct loader *l)
{
	cfgfile_release(&l->file);
	if (l->have_gpu)
		cfgfile_release(&l->gpu);
	if (l->have_model)
		cfgfile_release(&l->model);
	free(l->gpu_path);
	free(l->model_path);
}

struct scenario *scenario_load(const char *path, const struct scenario_override *set, size_t nset,
			       struct diag *errors)
{
	return scenario_load_variant(path, set, nset, 0, errors);
}

struct scenario *scenario_load_variant(const char *path, const struct scenario_override *set, size_t nset,
				       size_t variant, struct diag *errors)
{
	struct scenario *s = xcalloc(1, sizeof(*s));
	struct loader l = { .s = s, .errors = errors, .variant = variant };
	size_t before = errors->n;

	arena_init(&s->arena, ARENA_CHUNK);
	diag_init(&s->warnings);
	s->path = arena_strdup(&s->arena, path);
	make_options(&l, set, nset);
	load(&l, s->path);
	loader_release(&l);
	if (errors->n == before)
		return s;
	scenario_free(s);
	return NULL;
}

void scenario_free(struct scenario *s)
{
	if (!s)
		return;
	if (s->cost)
		cost_free(s->cost);
	diag_release(&s->warnings);
	free(s->dump);
	arena_release(&s->arena);
	free(s);
}

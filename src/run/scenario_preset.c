/* run/scenario_preset.c - the engine's preset: its settings under those of the scenario. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "config/datafile.h"
#include "config/suggest.h"
#include "run/preset.h"
#include "run/scenario_load.h"

static void no_such_preset(struct loader *l, const config_setting_t *at, const char *name)
{
	size_t n;
	char **known = datafile_list(l->s->path, "presets", ".cfg", &n);
	char *all = key_choices(name, (const char *const *)known, n);

	cfg_error(&l->file, at, l->errors, "'preset': there is no presets/%s.cfg; there are: %s", name, n ? all : "none");
	free(all);
	datafile_list_free(known, n);
}

/* The preset's own account of itself, and its engine group under the scenario's. */
static void lay_under(struct loader *l, const struct cfgfile *f, config_setting_t *engine)
{
	static const char *const also[] = { "engine", NULL };
	struct scenario *s = l->s;
	const config_setting_t *root = cfgfile_root(f), *set = config_setting_get_member(root, "engine");
	struct key_group g = { .setting = root, .at = root, .label = "", .also = also };
	struct key_reader r = { f, &s->arena, l->errors };
	struct preset *p = arena_alloc(&s->arena, sizeof(*p));
	const char *type = NULL;
	size_t before = l->errors->n;

	key_read(&r, &preset_keys, &g, p);
	if (!set || !config_setting_is_group(set))
		cfg_error(f, set ? set : root, l->errors, "a preset needs a group 'engine' with the settings");
	if (l->errors->n > before)
		return;
	if (config_setting_lookup_string(engine, "type", &type) && strcmp(type, p->type) != 0) {
		cfg_error(&l->file, config_setting_get_member(engine, "preset"), l->errors,
			  "preset \"%s\" is for engine \"%s\", not \"%s\"", s->preset_name, p->type, type);
		return;
	}
	l->preset_laid = (struct cfg_option){
		.option = arena_printf(&s->arena, "preset %s", s->preset_name), .path = "engine", .value = "",
		.said = arena_printf(&s->arena, "preset %s", s->preset_name),
	};
	cfgfile_underlay(engine, set, &l->preset_laid);
	s->preset = p;
}

void scenario_apply_preset(struct loader *l)
{
	config_setting_t *engine = config_setting_get_member(config_root_setting(&l->file.config), "engine");
	const config_setting_t *at = engine && config_setting_is_group(engine) ?
		config_setting_get_member(engine, "preset") : NULL;
	struct cfgfile f;
	char *path;

	if (!at)
		return;
	if (config_setting_type(at) != CONFIG_TYPE_STRING || !*config_setting_get_string(at)) {
		cfg_error(&l->file, at, l->errors, "'preset' must be the name of a file in presets/");
		return;
	}
	l->s->preset_name = arena_strdup(&l->s->arena, config_setting_get_string(at));
	path = datafile_find(l->s->path, "presets", l->s->preset_name, ".cfg");
	if (!path) {
		no_such_preset(l, at, l->s->preset_name);
		return;
	}
	if (cfgfile_read(&f, path, l->errors) == 0)
		lay_under(l, &f, engine);
	cfgfile_release(&f);
	free(path);
}

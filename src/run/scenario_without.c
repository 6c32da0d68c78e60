/* run/scenario_without.c - mechanisms that a scenario switches off: the key `without` and the options --without. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/cfgprint.h"
#include "config/keyread.h"
#include "run/scenario_load.h"

bool scenario_is_without(const struct cfg_option *o)
{
	return strcmp(o->option, "--without") == 0;
}

/* The option adds to what the file and --set switch off. */
static void add_without(struct loader *l, struct cfg_option *o)
{
	const config_setting_t *before = config_setting_get_member(cfgfile_root(&l->file), "without");
	const char *text = before ? config_setting_get_string(before) : NULL;

	if (before && !text)
		return;			/* of the wrong type: reported later */
	if (text && *text)
		o->value = arena_printf(&l->s->arena, "%s,%s", text, o->value);
	o->value = cfgprint_string(&l->s->arena, o->value);
	(void)cfgfile_set(&l->file, o, l->errors);
}

void scenario_apply_without(struct loader *l)
{
	for (size_t i = 0; i < l->noptions; i++)
		if (scenario_is_without(&l->option[i]))
			add_without(l, &l->option[i]);
}

void scenario_read_without(struct loader *l)
{
	const config_setting_t *at = config_setting_get_member(cfgfile_root(&l->file), "without");
	const char *bad = NULL;
	char *word, *all;

	if (!l->s->without_names || mechanism_set(l->s->without_names, &l->s->without, &bad))
		return;
	word = xasprintf("%.*s", (int)strcspn(bad, ", "), bad);
	all = key_choices(word, mechanism_names, MECHANISMS);
	cfg_error(&l->file, at, l->errors, "'without': \"%s\" is not one of %s", word, all);
	free(all);
	free(word);
}

/* run/scenario_variant.c - the variants of a scenario: several configurations in one file. */
#include "config.h"

#include <string.h>

#include "config/cfgprint.h"
#include "config/keyread.h"
#include "run/metric.h"
#include "run/scenario_load.h"

#define LABEL_MAX 40			/* columns of a report */

/* "label" and "set" of variant v, or a message and false. */
static bool check_variant(struct loader *l, const config_setting_t *v)
{
	const config_setting_t *label, *set;

	if (!config_setting_is_group(v)) {
		cfg_error(&l->file, v, l->errors, "a variant must be a group { label = \"...\"; set = { ... }; }, not %s",
			  cfg_type_name(v));
		return false;
	}
	label = config_setting_get_member(v, "label");
	set = config_setting_get_member(v, "set");
	for (int i = 0; i < config_setting_length(v); i++) {
		const config_setting_t *m = config_setting_get_elem(v, (unsigned int)i);

		if (m != label && m != set)
			cfg_error(&l->file, m, l->errors, "unknown key '%s' in a variant; known keys: label, set",
				  config_setting_name(m));
	}
	if (!label || config_setting_type(label) != CONFIG_TYPE_STRING || !*config_setting_get_string(label) ||
	    strlen(config_setting_get_string(label)) > LABEL_MAX) {
		cfg_error(&l->file, label ? label : v, l->errors, "a variant needs a 'label' of 1 to %d characters", LABEL_MAX);
		return false;
	}
	if (set && !config_setting_is_group(set)) {
		cfg_error(&l->file, set, l->errors, "'set' must be a group { engine = { ... }; }, not %s", cfg_type_name(set));
		return false;
	}
	return true;
}

/* Two variants of one label could not be told apart. */
static void check_labels(struct loader *l, const config_setting_t *list)
{
	for (int i = 0; i < config_setting_length(list); i++) {
		const config_setting_t *a = config_setting_get_elem(list, (unsigned int)i);
		const char *label = NULL, *other = NULL;

		(void)config_setting_lookup_string(a, "label", &label);
		for (int k = 0; label && k < i; k++) {
			const config_setting_t *b = config_setting_get_elem(list, (unsigned int)k);

			if (config_setting_is_group(b) && config_setting_lookup_string(b, "label", &other) &&
			    strcmp(label, other) == 0)
				cfg_error(&l->file, a, l->errors, "there are two variants with the label \"%s\"", label);
		}
	}
}

static void lay(struct loader *l, const config_setting_t *v)
{
	struct scenario *s = l->s;
	const config_setting_t *set = config_setting_get_member(v, "set");
	const char *label = NULL;

	(void)config_setting_lookup_string(v, "label", &label);
	s->label = arena_strdup(&s->arena, label);
	l->laid = (struct cfg_option){
		.option = arena_printf(&s->arena, "%s:%d", s->path, cfg_line_of(set ? set : v)), .path = "variants", .value = "",
		.said = arena_printf(&s->arena, "%s:%d: variant \"%s\"", s->path, cfg_line_of(set ? set : v), s->label),
	};
	if (set)
		cfgfile_overlay(&l->file, set, &l->laid);
}

void scenario_apply_variant(struct loader *l)
{
	config_setting_t *root = config_root_setting(&l->file.config);
	const config_setting_t *list = config_setting_get_member(root, "variants");
	bool good = true;

	l->s->nvariants = 1;
	if (!list)
		return;
	if (!config_setting_is_list(list) || config_setting_length(list) == 0) {
		cfg_error(&l->file, list, l->errors, "'variants' must be a list ( { label = \"...\"; set = { ... }; }, ... )");
		good = false;
	}
	for (int i = 0; good && i < config_setting_length(list); i++)
		good = check_variant(l, config_setting_get_elem(list, (unsigned int)i));
	if (good) {
		check_labels(l, list);
		l->s->nvariants = (size_t)config_setting_length(list);
		if (l->variant < l->s->nvariants)
			lay(l, config_setting_get_elem(list, (unsigned int)l->variant));
	}
	config_setting_remove(root, "variants");
}

void scenario_take_vary(struct loader *l)
{
	config_setting_t *root = config_root_setting(&l->file.config);
	const config_setting_t *vary = config_setting_get_member(root, "vary");

	if (!vary)
		return;
	l->s->vary = cfgprint_setting(&l->s->arena, vary);
	config_setting_remove(root, "vary");
}

/* Metric names of the published table, and one value or one a variant. */
void scenario_check_headline(struct loader *l)
{
	const config_setting_t *list = config_setting_get_member(cfgfile_root(&l->file), "headline");
	const struct headline_row *row = l->s->headline.item;

	for (size_t i = 0; list && i < l->s->headline.n; i++) {
		const config_setting_t *at = config_setting_get_elem(list, (unsigned int)i);
		const struct headline_value *v = row[i].values.item;

		if (row[i].values.n != 1 && row[i].values.n != l->s->nvariants)
			cfg_error(&l->file, at, l->errors, "'values' of a headline row must have 1 element or one for each of the %zu "
				  "variants, not %zu", l->s->nvariants, row[i].values.n);
		if (row[i].reported.n != 0 && row[i].reported.n != l->s->nvariants)
			cfg_error(&l->file, at, l->errors, "'reported' of a headline row must have one number for each of the %zu variants, "
				  "or none, not %zu", l->s->nvariants, row[i].reported.n);
		for (size_t k = 0; k < row[i].values.n; k++)
			if (v[k].metric && metric_find(v[k].metric) < 0)
				cfg_error(&l->file, at, l->errors, "there is no metric \"%s\"", v[k].metric);
	}
}

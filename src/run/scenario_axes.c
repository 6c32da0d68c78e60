/* run/scenario_axes.c - the lists `variants` and `vary` of a scenario file, read without the rest. */
#include "config.h"

#include "run/scenario_axes.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/cfgfile.h"

static void read_labels(struct scenario_axes *a, const config_setting_t *list)
{
	size_t n = config_setting_is_list(list) ? (size_t)config_setting_length(list) : 0;

	a->label = xcalloc(n + 1, sizeof(*a->label));
	for (size_t i = 0; i < n; i++) {
		const config_setting_t *v = config_setting_get_elem(list, (unsigned int)i);
		const char *label = NULL;

		if (config_setting_is_group(v))
			(void)config_setting_lookup_string(v, "label", &label);
		a->label[a->nlabels++] = xstrdup(label ? label : "");
	}
}

/* A string, or a list of strings. */
static void read_vary(struct scenario_axes *a, const struct cfgfile *f, const config_setting_t *vary,
		      struct diag *errors)
{
	bool one = config_setting_type(vary) == CONFIG_TYPE_STRING;
	bool many = config_setting_is_aggregate(vary) && !config_setting_is_group(vary);
	size_t n = one ? 1 : many ? (size_t)config_setting_length(vary) : 0;

	if (!one && !many)
		cfg_error(f, vary, errors,
			  "'vary' must be a list of axes [\"PATH=A,B\", \"PATH=LO:HI:STEP\"], not %s",
			  cfg_type_name(vary));
	a->axis = xcalloc(n + 1, sizeof(*a->axis));
	for (size_t i = 0; i < n; i++) {
		const config_setting_t *at = one ? vary : config_setting_get_elem(vary, (unsigned int)i);
		const char *text = config_setting_get_string(at), *file = cfg_file_of(f, at);

		if (!text) {
			cfg_error(f, at, errors, "an axis of 'vary' must be a string, not %s",
				  cfg_type_name(at));
			continue;
		}
		a->axis[a->naxes].text = xstrdup(text);
		a->axis[a->naxes].file = file ? xstrdup(file) : NULL;
		a->axis[a->naxes++].line = cfg_line_of(at);
	}
}

/* Settings of the command line that change one of the two lists. */
static bool is_ours(const char *path)
{
	return strncmp(path, "variants", 8) == 0 || strcmp(path, "vary") == 0 ||
		strncmp(path, "vary[", 5) == 0;
}

void scenario_axes_read(struct scenario_axes *a, const char *path, const struct scenario_override *set,
			size_t nset,
			struct diag *errors)
{
	struct cfg_option *option = xcalloc(nset + 1, sizeof(*option));
	struct cfgfile f;
	const config_setting_t *at;

	*a = (struct scenario_axes){ 0 };
	if (cfgfile_read(&f, path, errors) == 0) {
		for (size_t i = 0; i < nset; i++) {
			option[i] = (struct cfg_option){ .option = "--set", .said = "--set vary",
							 .path = set[i].path,
							 .value = set[i].value };
			if (is_ours(set[i].path))
				(void)cfgfile_set(&f, &option[i], errors);
		}
		at = config_setting_get_member(cfgfile_root(&f), "variants");
		if (at)
			read_labels(a, at);
		at = config_setting_get_member(cfgfile_root(&f), "vary");
		if (at)
			read_vary(a, &f, at, errors);
	}
	cfgfile_release(&f);
	free(option);
}

void scenario_axes_release(struct scenario_axes *a)
{
	for (size_t i = 0; i < a->nlabels; i++)
		free(a->label[i]);
	for (size_t i = 0; i < a->naxes; i++) {
		free(a->axis[i].text);
		free(a->axis[i].file);
	}
	free(a->label);
	free(a->axis);
	*a = (struct scenario_axes){ 0 };
}

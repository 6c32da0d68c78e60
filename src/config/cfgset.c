/* config/cfgset.c - a setting of the command line laid over the tree of a file. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/mem.h"
#include "config/cfgfile.h"
#include "config/cfgtoken.h"

struct step {				/* one name or [index] of a path */
	char name[80];			/* "" for an index */
	int index;
};

/* The next step of *path, which moves behind it; false if it is malformed. */
static bool next_step(const char **path, bool first, struct step *out)
{
	const char *p = *path;
	size_t n;

	if (*p == '[') {
		char *end;
		long v = strtol(p + 1, &end, 10);

		if (first || p[1] < '0' || p[1] > '9' || *end != ']' || v > 100000)
			return false;
		*out = (struct step){ .index = (int)v };
		*path = end + 1;
		return true;
	}
	p += !first && *p == '.';
	n = strcspn(p, ".[");
	if (n == 0 || n >= sizeof(out->name) || (!first && p == *path))
		return false;
	memcpy(out->name, p, n);
	out->name[n] = '\0';
	*path = p + n;
	return true;
}

static void mark(config_setting_t *s, const struct cfg_option *o)
{
	union { const void *in; void *out; } hook = { .in = o };	/* libconfig wants it non-const */

	config_setting_set_hook(s, hook.out);
	if (config_setting_is_aggregate(s))
		for (int i = 0; i < config_setting_length(s); i++)
			mark(config_setting_get_elem(s, (unsigned int)i), o);
}

/* The value of `from` becomes that of the fresh setting `to`. false: an array of another type. */
static bool copy_value(config_setting_t *to, const config_setting_t *from)
{
	switch (config_setting_type(from)) {
	case CONFIG_TYPE_INT:
		return config_setting_set_int(to, config_setting_get_int(from));
	case CONFIG_TYPE_INT64:
		return config_setting_set_int64(to, config_setting_get_int64(from));
	case CONFIG_TYPE_FLOAT:
		return config_setting_set_float(to, config_setting_get_float(from));
	case CONFIG_TYPE_BOOL:
		return config_setting_set_bool(to, config_setting_get_bool(from));
	case CONFIG_TYPE_STRING:
		return config_setting_set_string(to, config_setting_get_string(from));
	default:
		break;
	}
	for (int i = 0; i < config_setting_length(from); i++) {
		const config_setting_t *e = config_setting_get_elem(from, (unsigned int)i);
		config_setting_t *added = config_setting_add(to, config_setting_name(e),
							     config_setting_type(e));

		if (!added || !copy_value(added, e))
			return false;
	}
	return true;
}

/* Element i of a list or array gives its place to a copy of `value`; NULL: not of the array's type. */
static config_setting_t *replace_element(config_setting_t *list, int i, const config_setting_t *value)
{
	unsigned int last = (unsigned int)config_setting_length(list);
	config_setting_t **element, *added;

	if (config_setting_is_array(list) && config_setting_type(value) != config_setting_type(
			config_setting_get_elem(list, 0)))
		return NULL;
	added = config_setting_add(list, NULL, config_setting_type(value));
	if (!added || !copy_value(added, value))
		return NULL;
	element = list->value.list->elements;		/* no libconfig call replaces an element in place */
	element[last] = element[i];
	element[i] = added;
	config_setting_remove_elem(list, last);
	return added;
}

static config_setting_t *replace_member(config_setting_t *group, const char *name,
					const config_setting_t *value)
{
	config_setting_t *added;

	config_setting_remove(group, name);
	added = config_setting_add(group, name, config_setting_type(value));
	if (added && !copy_value(added, value))
		BUG("a copy of an array is not an array");
	return added;
}

static bool refuse(struct diag *errors, const struct cfg_option *o, const char *text)
{
	diag_add(errors, NULL, 0, "%s: %s", o->said, text);
	return false;
}

/* From `at` one step down; a missing group on the way is made. NULL: there is no way, error[] says why. */
static config_setting_t *descend(config_setting_t *at, const struct step *s, const struct cfg_option *o,
				 char *error, size_t size)
{
	config_setting_t *next;

	if (s->name[0] == '\0') {
		if (!config_setting_is_list(at) && !config_setting_is_array(at))
			snprintf(error, size, "there is no list to take [%d] from", s->index);
		else
			snprintf(error, size, "there is no [%d]: the list has %d elements", s->index,
				 config_setting_length(at));
		return config_setting_is_list(at) || config_setting_is_array(at)
			? config_setting_get_elem(at, (unsigned int)s->index) : NULL;
	}
	if (!config_setting_is_group(at)) {
		snprintf(error, size, "there is no group to look for '%s' in", s->name);
		return NULL;
	}
	next = config_setting_get_member(at, s->name);
	if (next)
		return next;
	snprintf(error, size, "'%s' is not a name", s->name);
	next = config_setting_add(at, s->name, CONFIG_TYPE_GROUP);
	if (next)
		mark(next, o);
	return next;
}

/* Put `value` at the last step below `parent`. */
static bool put(config_setting_t *parent, const struct step *s, const config_setting_t *value,
		const struct cfg_option *o, struct diag *errors)
{
	config_setting_t *placed;
	char error[160];

	if (s->name[0] == '\0') {
		if (!descend(parent, s, o, error, sizeof(error)))
			return refuse(errors, o, error);
		placed = replace_element(parent, s->index, value);
		if (!placed)
			return refuse(errors, o,
				      "not of the same type as the other elements of the array");
	} else {
		if (!config_setting_is_group(parent)) {
			snprintf(error, sizeof(error), "there is no group to put '%s' into", s->name);
			return refuse(errors, o, error);
		}
		placed = replace_member(parent, s->name, value);
		if (!placed) {
			snprintf(error, sizeof(error), "'%s' is not a name", s->name);
			return refuse(errors, o, error);
		}
	}
	mark(placed, o);
	return true;
}

static bool is_notation(const char *v)
{
	size_t n = strlen(v);

	return strchr("{([\"", v[0]) || number_kind(v, n) != TOKEN_BAD || strcasecmp(v, "true") == 0 ||
	       strcasecmp(v, "false") == 0;
}

/* Parse o->value: what is not a number, bool, list, group or string is a bare word. */
static bool parse_value(struct cfgfile *f, const struct cfg_option *o, struct diag *errors)
{
	char error[300];
	config_setting_t *word;

	if (o->value[0] != '\0' && is_notation(o->value)) {
		if (cfgfile_value(f, o->value, error, sizeof(error)) == 0)
			return true;
		return refuse(errors, o, error);
	}
	*f = (struct cfgfile){ 0 };
	config_init(&f->config);
	word = config_setting_add(config_root_setting(&f->config), "v", CONFIG_TYPE_STRING);
	config_setting_set_string(word, o->value);
	return true;
}

bool cfgfile_set(struct cfgfile *f, const struct cfg_option *o, struct diag *errors)
{
	config_setting_t *at = config_root_setting(&f->config);
	const char *p = o->path;
	struct cfgfile value;
	struct step s;
	char error[160];
	bool ok;

	if (!next_step(&p, true, &s))
		return refuse(errors, o, "not of the form PATH=VALUE");
	while (*p) {
		at = descend(at, &s, o, error, sizeof(error));
		if (!at)
			return refuse(errors, o, error);
		if (!next_step(&p, false, &s))
			return refuse(errors, o,
				      "the path is malformed; for example workload.prompts[2].tokens");
	}
	ok = parse_value(&value, o, errors) &&
	     put(at, &s, config_setting_get_elem(cfgfile_root(&value), 0), o, errors);
	cfgfile_release(&value);
	return ok;
}

/* Does group `from` bring another plug-in than group `to` has? */
static bool other_type(const config_setting_t *to, const config_setting_t *from)
{
	const config_setting_t *a = config_setting_get_member(to, "type"), *b = config_setting_get_member(from, "type");

	if (!b)
		return false;
	return !a || config_setting_type(a) != CONFIG_TYPE_STRING || config_setting_type(b) != CONFIG_TYPE_STRING ||
	       strcmp(config_setting_get_string(a), config_setting_get_string(b)) != 0;
}

static void overlay(config_setting_t *to, const config_setting_t *from, const struct cfg_option *o)
{
	for (int i = 0; i < config_setting_length(from); i++) {
		const config_setting_t *e = config_setting_get_elem(from, (unsigned int)i);
		config_setting_t *there = config_setting_get_member(to, config_setting_name(e));

		if (there && config_setting_is_group(there) && config_setting_is_group(e) && !other_type(there, e))
			overlay(there, e, o);
		else
			mark(replace_member(to, config_setting_name(e), e), o);
	}
}

void cfgfile_underlay(config_setting_t *to, const config_setting_t *from, const struct cfg_option *o)
{
	for (int i = 0; i < config_setting_length(from); i++) {
		const config_setting_t *e = config_setting_get_elem(from, (unsigned int)i);
		config_setting_t *there = config_setting_get_member(to, config_setting_name(e));

		if (!there)
			mark(replace_member(to, config_setting_name(e), e), o);
		else if (config_setting_is_group(there) && config_setting_is_group(e))
			cfgfile_underlay(there, e, o);
	}
}

void cfgfile_overlay(struct cfgfile *f, const config_setting_t *set, const struct cfg_option *o)
{
	overlay(config_root_setting(&f->config), set, o);
}

/* config/keydump.c - struct fields back into the scenario's notation. */
#include "config.h"

#include "config/keydump.h"

#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/mem.h"
#include "config/cfgprint.h"

static const void *field(const void *in, size_t offset)
{
	return (const char *)in + offset;
}

void key_dump_add(struct key_dump *d, const char *path, const char *value, const char *unit,
		  const char *origin)
{
	ARRAY_ROOM(d->entry, d->n, d->cap);
	d->entry[d->n++] = (struct dump_entry){ path, value, unit ? unit : "", origin };
}

static const char *print_ints(struct arena *a, const struct int_list *l)
{
	const char *text = "[";

	for (size_t i = 0; i < l->n; i++)
		text = arena_printf(a, "%s%s%s", text, i ? ", " : "", cfgprint_int(a, l->v[i]));
	return arena_printf(a, "%s]", text);
}

/* A default's text, in the form a user's value has after reading. */
static const char *print_text(struct arena *a, const struct key *k)
{
	struct cfgfile v;
	char error[300];
	const char *text;

	if (cfgfile_value(&v, k->dflt, error, sizeof(error)) != 0)
		BUG("default of '%s': %s", k->name, error);
	text = cfgprint_setting(a, config_setting_get_elem(cfgfile_root(&v), 0));
	cfgfile_release(&v);
	return text;
}

static const char *print_int(struct arena *a, int64_t v)
{
	return key_int_is_auto(v) ? "\"auto\"" : cfgprint_int(a, v);
}

static const char *print_real(struct arena *a, double v)
{
	return key_real_is_auto(v) ? "\"auto\"" : cfgprint_real(a, v);
}

static const char *print_str(struct arena *a, const struct key *k, const char *s)
{
	return s ? cfgprint_string(a, s) : key_is_auto(k) ? "\"auto\"" : "\"\"";
}

static const char *print_enum(struct arena *a, const struct key *k, int i)
{
	return i == KEY_AUTO_ENUM ? "\"auto\"" : cfgprint_string(a, k->choices[i]);
}

static const char *print_value(struct arena *a, const struct key *k, const config_setting_t *s,
			       const void *in)
{
	switch (k->type) {
	case KEY_INT:
		return print_int(a, *(const int64_t *)in);
	case KEY_REAL:
		return print_real(a, *(const double *)in);
	case KEY_BOOL:
		return *(const bool *)in ? "true" : "false";
	case KEY_STR:
		return print_str(a, k, *(const char *const *)in);
	case KEY_ENUM:
		return print_enum(a, k, *(const int *)in);
	case KEY_INTS:
		return print_ints(a, in);
	case KEY_DIST:
	case KEY_REALS:
		return s ? cfgprint_setting(a, s) : print_text(a, k);
	case KEY_SUB:
	case KEY_LIST:
		break;
	}
	BUG("'%s' is a group", k->name);
}

/* The option if any part of the setting was given with one, else where the setting starts. */
static const char *origin(const struct key_dump *d, const struct cfgfile *f, const config_setting_t *s)
{
	if (config_setting_is_aggregate(s) && !config_setting_get_hook(s))
		for (int i = 0; i < config_setting_length(s); i++)
			if (config_setting_get_hook(config_setting_get_elem(s, (unsigned int)i)))
				return cfg_origin(f, config_setting_get_elem(s, (unsigned int)i),
						  d->arena);
	return cfg_origin(f, s, d->arena);
}

static void dump_scalar(struct key_dump *d, const struct key *k, const struct cfgfile *f,
			const char *path, const config_setting_t *s, const void *in)
{
	bool word = s && key_is_auto(k) && config_setting_type(s) == CONFIG_TYPE_STRING &&
		    strcmp(config_setting_get_string(s), KEY_AUTO_TEXT) == 0;
	const char *from = word || (!s && key_is_auto(k)) ? "auto" : s ? origin(d, f, s) : "default";

	key_dump_add(d, path, print_value(d->arena, k, s, in), k->unit, from);
}

static void dump_sub(struct key_dump *d, const struct key *k, const struct cfgfile *f, const char *path,
		     const config_setting_t *s, const void *in)
{
	struct key_group g = { .setting = s, .at = s, .label = path };
	bool optional = k->dflt && strcmp(k->dflt, KEY_OPTIONAL_TEXT) == 0;

	if (optional && (!s || !config_setting_is_group(s)))
		key_dump_add(d, path, "\"none\"", "", s ? origin(d, f, s) : "default");
	else
		key_dump_table(d, k->sub, f, &g, field(in, k->offset));
}

static void dump_list(struct key_dump *d, const struct key *k, const struct cfgfile *f,
		      const struct key_group *g, const config_setting_t *s, const struct sub_list *list)
{
	if (list->n == 0)
		key_dump_add(d, key_label(d->arena, g->label, k->name, -1), "()", "",
			     s ? origin(d, f, s) : "default");
	for (size_t i = 0; i < list->n; i++) {
		const config_setting_t *e = config_setting_get_elem(s, (unsigned int)i);
		struct key_group inner = { .setting = e, .at = e,
					   .label = key_label(d->arena, g->label, k->name, (int)i) };

		key_dump_table(d, k->sub, f, &inner, field(list->item, i * k->sub->struct_size));
	}
}

void key_dump_table(struct key_dump *d, const struct key_table *t, const struct cfgfile *f,
		    const struct key_group *g, const void *in)
{
	for (size_t i = 0; i < t->n; i++) {
		const struct key *k = &t->key[i];
		const config_setting_t *s = key_member(g, k->name);
		const char *path = key_label(d->arena, g->label, k->name, -1);

		if (k->type == KEY_SUB)
			dump_sub(d, k, f, path, s, in);
		else if (k->type == KEY_LIST)
			dump_list(d, k, f, g, s, field(in, k->offset));
		else
			dump_scalar(d, k, f, path, s, field(in, k->offset));
	}
}

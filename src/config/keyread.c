/* config/keyread.c - groups: which keys there are, which are missing, which nobody knows. */
#include "config.h"

#include "config/keyread.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/mem.h"
#include "config/keyvalue.h"
#include "config/suggest.h"

static void *field(void *out, size_t offset)
{
	return (char *)out + offset;
}

bool key_is_auto(const struct key *k)
{
	bool choice = false;

	if (!k->dflt || strcmp(k->dflt, KEY_AUTO_TEXT) != 0)
		return false;
	for (size_t i = 0; k->type == KEY_ENUM && k->choices[i]; i++)
		choice |= strcmp(k->choices[i], KEY_AUTO_TEXT) == 0;
	return !choice;
}

const config_setting_t *key_member(const struct key_group *g, const char *name)
{
	return g->setting ? config_setting_get_member(g->setting, name) : NULL;
}

const char *key_label(struct arena *a, const char *label, const char *name, int index)
{
	const char *dot = label[0] ? "." : "";

	return index < 0 ? arena_printf(a, "%s%s%s", label, dot, name)
			 : arena_printf(a, "%s%s%s[%d]", label, dot, name, index);
}

/* "a, b, c". Malloc'd. */
static char *join(const char *const *name, size_t n)
{
	char *text = xstrdup("");

	for (size_t i = 0; i < n; i++) {
		char *longer = xasprintf("%s%s%s", text, i ? ", " : "", name[i]);

		free(text);
		text = longer;
	}
	return text;
}

char *key_hint(const char *word, const char *const *name, size_t n)
{
	const char *near = suggest(word, name, n);
	char *all, *text;

	if (near)
		return xasprintf("; did you mean '%s'?", near);
	all = join(name, n);
	text = xasprintf("; known keys: %s", all);
	free(all);
	return text;
}

char *key_choices(const char *word, const char *const *name, size_t n)
{
	const char *near = suggest(word, name, n);
	char *all = join(name, n), *text;

	if (!near)
		return all;
	text = xasprintf("%s; did you mean \"%s\"?", all, near);
	free(all);
	return text;
}

/* The names of the table and of g->also in an array of the caller's (free it). */
static const char **names(const struct key_table *t, const struct key_group *g, size_t *n)
{
	const char **name;
	size_t also = 0;

	while (g->also && g->also[also])
		also++;
	name = xcalloc(also + t->n + 1, sizeof(*name));
	for (size_t i = 0; i < also; i++)
		name[i] = g->also[i];
	for (size_t i = 0; i < t->n; i++)
		name[also + i] = t->key[i].name;
	*n = also + t->n;
	return name;
}

static void report_unknown(const struct key_reader *r, const struct key_table *t,
			   const struct key_group *g)
{
	size_t n;
	const char **name = names(t, g, &n);

	for (int i = 0; i < config_setting_length(g->setting); i++) {
		const config_setting_t *s = config_setting_get_elem(g->setting, (unsigned int)i);
		const char *word = config_setting_name(s);
		bool known = false;
		char *hint;

		for (size_t k = 0; k < n && !known; k++)
			known = strcmp(name[k], word) == 0;
		if (known)
			continue;
		hint = key_hint(word, name, n);
		cfg_error(r->file, s, r->errors, "unknown key '%s'%s", word, hint);
		free(hint);
	}
	free(name);
}

static void set_auto(const struct key *k, void *out)
{
	switch (k->type) {
	case KEY_INT:
		*(int64_t *)out = KEY_AUTO_INT;
		return;
	case KEY_REAL:
		*(double *)out = (double)NAN;
		return;
	case KEY_ENUM:
		*(int *)out = KEY_AUTO_ENUM;
		return;
	case KEY_STR:
		*(const char **)out = NULL;
		return;
	case KEY_BOOL:
	case KEY_DIST:
	case KEY_INTS:
	case KEY_REALS:
	case KEY_SUB:
	case KEY_LIST:
		break;
	}
	BUG("'%s' cannot be auto", k->name);
}

/* A default is text that goes the way of the user's text; only a mistake of ours can be wrong in it. */
static void set_default(const struct key_reader *r, const struct key *k, void *out)
{
	struct diag errors;
	struct cfgfile value;
	struct key_reader inner = { &value, r->arena, &errors };
	char text[300];
	const char *quoted = NULL;

	if (key_is_auto(k)) {
		set_auto(k, out);
		return;
	}
	diag_init(&errors);
	if (k->type == KEY_STR || k->type == KEY_ENUM)
		quoted = arena_printf(r->arena, "\"%s\"", k->dflt);
	if (cfgfile_value(&value, quoted ? quoted : k->dflt, text, sizeof(text)) != 0)
		BUG("default of '%s': %s", k->name, text);
	if (!key_value(&inner, k, config_setting_get_elem(cfgfile_root(&value), 0), out))
		BUG("default of '%s': %s", k->name, errors.message[0].text);
	cfgfile_release(&value);
	diag_release(&errors);
}

static bool is_word(const config_setting_t *s, const char *word)
{
	return config_setting_type(s) == CONFIG_TYPE_STRING &&
	       strcmp(config_setting_get_string(s), word) == 0;
}

static void read_sub(const struct key_reader *r, const struct key *k, const struct key_group *g,
		     const config_setting_t *s, void *out)
{
	struct key_group inner = { .setting = s, .at = s ? s : g->at,
				   .label = key_label(r->arena, g->label, k->name, -1) };
	bool optional = k->dflt && strcmp(k->dflt, KEY_OPTIONAL_TEXT) == 0;

	if (optional && (!s || is_word(s, KEY_OPTIONAL_TEXT)))
		return;
	if (s && !config_setting_is_group(s)) {
		cfg_error(r->file, s, r->errors, "'%s' must be a group { ... }, not %s", k->name,
			  cfg_type_name(s));
		return;
	}
	if (optional && k->offset_present != SIZE_MAX)
		*(bool *)field(out, k->offset_present) = true;
	key_read(r, k->sub, &inner, field(out, k->offset));
}

static void read_list(const struct key_reader *r, const struct key *k, const struct key_group *g,
		      const config_setting_t *s, struct sub_list *out)
{
	int n = s ? config_setting_length(s) : 0;

	*out = (struct sub_list){ 0 };
	if (!s)
		return;
	if (!config_setting_is_list(s)) {
		cfg_error(r->file, s, r->errors, "'%s' must be a list ( { ... }, ... ), not %s", k->name,
			  cfg_type_name(s));
		return;
	}
	if (n == 0 && !k->dflt)
		cfg_error(r->file, s, r->errors, "'%s' is empty", k->name);
	out->item = arena_alloc(r->arena, (size_t)n * k->sub->struct_size);
	out->n = (size_t)n;
	for (int i = 0; i < n; i++) {
		const config_setting_t *e = config_setting_get_elem(s, (unsigned int)i);
		struct key_group inner = { .setting = e, .at = e,
					   .label = key_label(r->arena, g->label, k->name, i) };

		if (config_setting_is_group(e))
			key_read(r, k->sub, &inner, field(out->item, (size_t)i * k->sub->struct_size));
		else
			cfg_error(r->file, e, r->errors, "'%s[%d]' must be a group { ... }, not %s",
				  k->name, i, cfg_type_name(e));
	}
}

static void read_key(const struct key_reader *r, const struct key *k, const struct key_group *g,
		     void *out)
{
	const config_setting_t *s = key_member(g, k->name);

	BUG_ON(!(k->lo <= k->hi));
	if (!s && !k->dflt) {
		cfg_error(r->file, g->at, r->errors, "missing key '%s'%s%s", k->name,
			  g->label[0] ? " in " : "", g->label);
		return;
	}
	if (k->type == KEY_SUB)
		read_sub(r, k, g, s, out);
	else if (k->type == KEY_LIST)
		read_list(r, k, g, s, field(out, k->offset));
	else if (!s)
		set_default(r, k, field(out, k->offset));
	else if (key_is_auto(k) && is_word(s, KEY_AUTO_TEXT))
		set_auto(k, field(out, k->offset));
	else
		(void)key_value(r, k, s, field(out, k->offset));
}

void key_read(const struct key_reader *r, const struct key_table *t, const struct key_group *g,
	      void *out)
{
	if (g->setting)
		report_unknown(r, t, g);
	for (size_t i = 0; i < t->n; i++)
		read_key(r, &t->key[i], g, out);
}

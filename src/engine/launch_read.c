/* engine/launch_read.c - flags and environment of a command into settings, as argparse would take them
 * apart. */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/mem.h"
#include "config/suggest.h"
#include "engine/launch_parts.h"

#define NAMES_MAX	600

struct reading {
	struct launch *l;
	const char *version;
	struct diag *errors, *warnings;
	size_t at;			/* the word that is read */
	int line;			/* of the flag */
};

static const char *word(const struct reading *r)
{
	return r->at < r->l->words.n ? r->l->words.word[r->at].text : NULL;
}

/* argparse: what begins with a dash is a flag unless it is a negative number. */
static bool is_flag(const char *w)
{
	if (w[0] != '-' || !w[1])
		return false;
	return !isdigit((unsigned char)w[1]) && !(w[1] == '.' && isdigit((unsigned char)w[2]));
}

static bool is_value(const char *w)
{
	return w && !is_flag(w);
}

/* Is it one of the words of `list`? */
static bool is_among(const char *list, const char *w)
{
	const char *name;
	size_t n, length = strlen(w);

	while (list && (n = launch_name(&list, &name)) > 0)
		if (n == length && strncmp(name, w, n) == 0)
			return true;
	return false;
}

static const struct key *key_of(const struct launch_table *t, const char *name)
{
	const struct engine *e = engine_find(t->engine);

	for (size_t i = 0; i < e->keys->n; i++)
		if (strcmp(e->keys->key[i].name, name) == 0)
			return &e->keys->key[i];
	BUG("%s has no key %s", t->engine, name);
}

/* The value in scenario notation, malloc'd; NULL: not of the key's type. */
static char *to_notation(const struct key *k, const char *value)
{
	char *end;

	errno = 0;
	if (k->type == KEY_INT) {
		long long v = strtoll(value, &end, 10);

		return end != value && !*end && !errno ? xasprintf("%lld", v) : NULL;
	}
	if (k->type == KEY_REAL) {
		double v = strtod(value, &end);

		return end != value && !*end && isfinite(v) ? xasprintf("%.17g", v) : NULL;
	}
	return xstrdup(value);
}

static void add(struct launch *l, const char *key, char *value, char *said)
{
	for (size_t i = 0; i < l->n; i++) {
		struct launch_setting *s = &l->setting[i];

		if (strcmp(s->key, key) != 0)
			continue;
		free(s->value);		/* of repeated flags the last counts */
		free(s->said);
		s->value = value;
		s->said = said;
		return;
	}
	ARRAY_ROOM(l->setting, l->n, l->cap);
	l->setting[l->n++] = (struct launch_setting){ key, value, said };
}

static void set_key(struct reading *r, const struct launch_flag *f, const char *name, const char *value)
{
	const struct key *k = key_of(r->l->table, f->key);
	char *v = to_notation(k, value);

	if (!v) {
		launch_say(r->l, r->errors, r->line, "%s: '%s' is not %s", name, value,
			   k->type == KEY_INT ? "an integer" : "a number");
		return;
	}
	if (f->text && !is_among(f->harmless, value))
		launch_say(r->l, r->warnings, r->line, "%s %s: %s %s: %s", name, value, r->l->table->product,
			   r->version, f->text);
	add(r->l, f->key, v, f->kind == LAUNCH_ENV ? xasprintf("--launch %s=%s", name, value)
						   : xasprintf("--launch %s %s", name, value));
}

static void set_model(struct launch *l, const char *said, const char *value)
{
	free(l->model);
	free(l->model_said);
	l->model = xstrdup(value);
	l->model_said = xstrdup(said);
}

/* value NULL: none given. */
static void apply(struct reading *r, const struct launch_flag *f, const char *name, const char *value)
{
	switch (f->kind) {
	case LAUNCH_KEY:
	case LAUNCH_ENV:
		set_key(r, f, name, value);
		break;
	case LAUNCH_SWITCH:
		add(r->l, f->key, xstrdup("true"), xasprintf("--launch %s", name));
		break;
	case LAUNCH_MODEL:
		set_model(r->l, name, value);
		break;
	case LAUNCH_BACKEND:
	case LAUNCH_SILENT:
		break;
	case LAUNCH_WARN:
	case LAUNCH_REFUSE:
		if (value && is_among(f->harmless, value))
			break;
		launch_say(r->l, f->kind == LAUNCH_WARN ? r->warnings : r->errors, r->line, "%s%s%s: %s", name,
			   value ? " " : "", value ? value : "", f->text);
		break;
	}
}

/* Flags, or variables, of this version, as array of malloc'd strings. */
static size_t all_names(const struct reading *r, bool variables, char *name[NAMES_MAX])
{
	size_t k = 0, n;

	for (size_t i = 0; i < launch_flags(r->l->table); i++) {
		const struct launch_flag *f = launch_flag_at(r->l->table, i);
		const char *p = f->names, *s;

		while (launch_flag_is_of(f, r->version) && (n = launch_name(&p, &s)) > 0)
			if ((s[0] == '-') != variables && k < NAMES_MAX)
				name[k++] = xasprintf("%.*s", (int)n, s);
	}
	return k;
}

/* "; did you mean X?", or nothing; malloc'd. */
static char *hint(const struct reading *r, const char *w, bool variables)
{
	char *name[NAMES_MAX], *text;
	size_t n = all_names(r, variables, name);
	const char *near;

	for (size_t i = 0; i < n && !variables; i++)	/* dashes are no letters */
		memmove(name[i], name[i] + 2, strlen(name[i] + 2) + 1);
	near = suggest(w + strspn(w, "-"), (const char *const *)name, n);
	text = near ? xasprintf("; did you mean %s%s?", variables ? "" : "--", near) : xstrdup("");
	for (size_t i = 0; i < n; i++)
		free(name[i]);
	return text;
}

static void ambiguous(struct reading *r, const char *beginning)
{
	char *name[NAMES_MAX], *all = xstrdup("");
	size_t n = all_names(r, false, name), k = 0;

	for (size_t i = 0; i < n; i++) {
		if (strncmp(name[i], beginning, strlen(beginning)) == 0) {
			char *more = xasprintf("%s%s%s", all, k++ ? ", " : "", name[i]);

			free(all);
			all = more;
		}
		free(name[i]);
	}
	launch_say(r->l, r->errors, r->line, "%s: which of %s?", beginning, all);
	free(all);
}

static void unknown(struct reading *r, const char *name, size_t begins)
{
	const struct launch_table *t = r->l->table;
	const struct launch_flag *other;
	size_t n;
	char *near;

	if (begins > 1) {
		ambiguous(r, name);
		return;
	}
	other = launch_flag_named(t, name, NULL, &n);
	if (other) {
		launch_say(r->l, r->errors, r->line, "%s: not a flag of %s %s, but of %s; --set engine.version=%s "
			   "if that is the server", name, t->product, r->version,
			   other->since ? other->since : other->until, other->since ? other->since : other->until);
		return;
	}
	near = hint(r, name, false);
	launch_say(r->l, r->errors, r->line, "%s: not a flag of %s %s%s", name, t->product, r->version, near);
	free(near);
}

static void skip_values(struct reading *r)
{
	while (is_value(word(r)))
		r->at++;
}

/* The flag at r->at; inline_value: behind its "=", or NULL. */
static void take(struct reading *r, const struct launch_flag *f, const char *name,
		 const char *inline_value)
{
	const char *value = inline_value;

	r->at++;
	if (f->takes == '0' && inline_value) {
		launch_say(r->l, r->errors, r->line, "%s takes no value", name);
		return;
	}
	if (f->takes != '0' && !value && is_value(word(r)))
		value = r->l->words.word[r->at++].text;
	if (f->takes == '1' && !value) {
		launch_say(r->l, r->errors, r->line, "%s needs a value", name);
		return;
	}
	if (f->takes == '*')
		skip_values(r);
	apply(r, f, name, value);
}

static void read_flag(struct reading *r)
{
	const char *w = word(r), *equals = strchr(w, '=');
	char *name = xasprintf("%.*s", (int)(equals ? (size_t)(equals - w) : strlen(w)), w);
	size_t begins;
	const struct launch_flag *f = launch_flag_named(r->l->table, name, r->version, &begins);

	if (f) {
		take(r, f, name, equals ? equals + 1 : NULL);
	} else {
		unknown(r, name, begins);
		r->at++;
		skip_values(r);		/* probably its own */
	}
	free(name);
}

static void read_operand(struct reading *r)
{
	struct launch *l = r->l;

	if (l->table->model_flag || l->model)
		launch_say(l, r->errors, r->line, "'%s' is neither a flag nor the value of one", word(r));
	else
		set_model(l, "model", word(r));
	r->at++;
}

/* Variables that somebody may think are simulated. */
static bool is_of_engine(const char *w)
{
	static const char *const begin[] = { "SGLANG_", "SGL_", "LMDEPLOY_", "TM_" };

	for (size_t i = 0; i < sizeof(begin) / sizeof(begin[0]); i++)
		if (strncmp(w, begin[i], strlen(begin[i])) == 0)
			return true;
	return false;
}

static void read_variable(struct reading *r, const char *w)
{
	char *name = xasprintf("%.*s", (int)strcspn(w, "="), w);
	size_t n;
	const struct launch_flag *f = launch_flag_named(r->l->table, name, r->version, &n);

	if (f) {
		apply(r, f, name, strchr(w, '=') + 1);
	} else if (is_of_engine(name)) {
		char *near = hint(r, name, true);

		launch_say(r->l, r->warnings, r->line, "%s: this variable is not known here, and so not simulated%s",
			   name, near);
		free(near);
	}
	free(name);
}

/* Assignments that reach the server: exported before, or in its own command, docker run -e too. */
static void read_environment(struct reading *r)
{
	const struct shell_words *w = &r->l->words;
	bool exported = false, begin = true;

	for (size_t i = 0; i < r->l->args; i++) {
		const char *text = w->word[i].text;

		if (!text) {
			begin = true;
			continue;
		}
		if (begin)
			exported = i == r->l->first || strcmp(text, "export") == 0;
		begin = false;
		if (exported && strncmp(text, "--env=", 6) == 0)
			text += 6;
		r->line = w->word[i].line;
		if (exported && shell_assignment(text))
			read_variable(r, text);
		else if (shell_assignment(text) && is_of_engine(text))
			launch_say(r->l, r->warnings, r->line, "%.*s is not exported: the server does not see it",
				   (int)shell_assignment(text), text);
	}
}

void launch_read(struct launch *l, const char *version, struct diag *errors, struct diag *warnings)
{
	struct reading r = { .l = l, .version = version, .errors = errors, .warnings = warnings };

	read_environment(&r);
	r.at = l->args;
	while (word(&r)) {
		r.line = l->words.word[r.at].line;
		if (is_flag(word(&r)))
			read_flag(&r);
		else
			read_operand(&r);
	}
}

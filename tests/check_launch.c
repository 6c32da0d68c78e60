/* Flags and keys, commands and words: both ways, for every engine, version and key; scenarios are in
 * check_launch_export. */
#include "config.h"

#include "harness.h"

#include <gsl/gsl_rng.h>
#include <math.h>

#include "base/bug.h"
#include "base/mem.h"
#include "engine/launch.h"

#define ROUNDS	200

static gsl_rng *rng_of_test(void)
{
	gsl_rng *r = gsl_rng_alloc(gsl_rng_mt19937);

	gsl_rng_set(r, (unsigned long)harness_seed());
	return r;
}

/* --- words --- */

static char *joined(const struct shell_words *w)
{
	char *all = xstrdup("");

	for (size_t i = 0; i < w->n; i++) {
		char *more = xasprintf("%s%s", all, w->word[i].text ? w->word[i].text : "$");

		free(all);
		all = xasprintf("%s|", more);
		free(more);
	}
	return all;
}

static void splits(const char *text, const char *expected)
{
	struct shell_words w;
	int line;
	bool ok = shell_split(&w, text, &line);
	char *all = joined(&w);

	ck_assert_msg(ok, "%s", text);
	ck_assert_str_eq(all, expected);
	free(all);
	shell_release(&w);
}

START_TEST(words)
{
	splits("a  b\tc", "a|b|c|$|");
	splits("a 'b c' \"d 'e'\" f\\ g ''", "a|b c|d 'e'|f g||$|");
	splits("a'b'\"c\"d", "abcd|$|");
	splits("\"a\\\"b\\$c\\n\"", "a\"b$c\\n|$|");
	splits("a \\\n  b \\\r\n c\nd", "a|b|c|$|d|$|");
	splits("# no\na # no\nb#c", "a|$|b#c|$|");
	splits("a;b && c | d & e", "a|$|b|$|c|$|d|$|e|$|");
	splits("a > log 2>&1 b >>x", "a|b|$|");
	splits("a 2> x 3", "a|3|$|");
	splits("a &> x", "a|$|");
	splits("V='b c'; a $V \"$V\" ${V}d", "V=b c|$|a|b|c|b c|b|cd|$|");
	splits("a $V ${V:-x y} ${W}", "a|$V|x|y|${W}|$|");
	splits("a \"$@\" $* b", "a|b|$|");
	splits("V=1 V=2\na $V", "V=1|V=2|$|a|2|$|");
	splits("", "");
	splits("\n\n ; ", "");
}
END_TEST

START_TEST(open_quote)
{
	struct shell_words w;
	int line;

	ck_assert(!shell_split(&w, "a\nb 'c\nd", &line));
	ck_assert_int_eq(line, 2);
	shell_release(&w);
	ck_assert(!shell_split(&w, "\"", &line));
	shell_release(&w);
}
END_TEST

START_TEST(quoting)
{
	gsl_rng *r = rng_of_test();

	for (int i = 0; i < 20000; i++) {
		static const char special[] = " '\"\\$`!#&|;<>(){}[]*?~\n\t=-ab0";
		char word[24];
		size_t n = gsl_rng_uniform_int(r, sizeof(word)), k;
		struct shell_words w;
		char *quoted, *text;
		int line;

		for (k = 0; k < n; k++)
			word[k] = special[gsl_rng_uniform_int(r, sizeof(special) - 1)];
		word[k] = '\0';
		quoted = shell_quote(word);
		text = xasprintf("x %s %s", quoted, quoted);
		ck_assert(shell_split(&w, text, &line));
		ck_assert_msg(w.n == 4 && strcmp(w.word[1].text, word) == 0 && strcmp(w.word[2].text, word) == 0,
			      "%s", text);
		shell_release(&w);
		free(quoted);
		free(text);
	}
	gsl_rng_free(r);
}
END_TEST

/* --- tables --- */

static const char *const *versions_of(const struct engine *e)
{
	for (size_t i = 0; i < e->keys->n; i++)
		if (strcmp(e->keys->key[i].name, "version") == 0)
			return e->keys->key[i].choices;
	BUG("engine %s has no version", e->name);
}

static bool is_not_flag(const struct launch_table *t, const char *key)
{
	for (size_t i = 0; t->not_flag[i].key; i++)
		if (strcmp(t->not_flag[i].key, key) == 0)
			return true;
	return false;
}

/* A new key of an engine needs a line in its table of flags, or the reason why it is none. */
START_TEST(complete)
{
	for (size_t e = 0; engines[e]; e++) {
		const struct launch_table *t = launch_table_of(engines[e]->name);
		const char *const *version = versions_of(engines[e]);

		ck_assert_msg(t != NULL, "engine %s has no table of flags", engines[e]->name);
		for (size_t i = 0; i < engines[e]->keys->n; i++) {
			const char *key = engines[e]->keys->key[i].name;

			for (size_t v = 0; version[v]; v++)
				ck_assert_msg(launch_flag_of_key(t, key, version[v]) || is_not_flag(t, key),
					      "engine.%s of %s %s: no flag, and not said why (src/engine/launch_*.c)",
					      key, t->engine, version[v]);
		}
	}
}
END_TEST

static bool is_key_of(const struct engine *e, const struct launch_flag *f)
{
	for (size_t i = 0; i < e->keys->n; i++)
		if (strcmp(e->keys->key[i].name, f->key) == 0)
			return f->kind == LAUNCH_SWITCH ? e->keys->key[i].type == KEY_BOOL :
				e->keys->key[i].type == KEY_INT || e->keys->key[i].type == KEY_REAL ||
				e->keys->key[i].type == KEY_ENUM;
	return false;
}

/* Each line: a key that exists, of a type that fits; names that nobody else has in the same version. */
START_TEST(lines)
{
	for (size_t k = 0; launch_tables[k]; k++) {
		const struct launch_table *t = launch_tables[k];
		const struct engine *e = engine_find(t->engine);

		for (size_t i = 0; i < launch_flags(t); i++) {
			const struct launch_flag *f = launch_flag_at(t, i);
			const char *p = f->names, *s;
			size_t n, begins;

			if (f->kind == LAUNCH_KEY || f->kind == LAUNCH_SWITCH || f->kind == LAUNCH_ENV)
				ck_assert_msg(is_key_of(e, f), "%s: key %s", f->names, f->key);
			ck_assert_msg((f->kind != LAUNCH_WARN && f->kind != LAUNCH_REFUSE) || f->text, "%s", f->names);
			ck_assert_msg(strchr("01?*", f->takes) != NULL, "%s", f->names);
			while ((n = launch_name(&p, &s)) > 0) {
				char *name = xasprintf("%.*s", (int)n, s);

				for (size_t v = 0; versions_of(e)[v]; v++)
					if (launch_flag_is_of(f, versions_of(e)[v]))
						ck_assert_msg(launch_flag_named(t, name, versions_of(e)[v],
										&begins) == f, "%s is twice", name);
				free(name);
			}
		}
	}
}
END_TEST

/* --- commands --- */

static char *random_value(gsl_rng *r, const struct key *k)
{
	double span = fmin(k->hi, 1e9) - k->lo;

	if (k->type == KEY_BOOL)
		return xstrdup("true");
	if (k->type == KEY_INT)
		return xasprintf("%.0f", floor(k->lo + gsl_rng_uniform(r) * (gsl_rng_uniform(r) < 0.5 ?
									     fmin(span, 20) : span)));
	if (k->type == KEY_ENUM) {
		unsigned long n = 0;

		while (k->choices[n])
			n++;
		return xasprintf("\"%s\"", k->choices[gsl_rng_uniform_int(r, n)]);
	}
	ck_assert_int_eq(k->type, KEY_REAL);
	return xasprintf("%.17g", k->lo + gsl_rng_uniform(r) * span);
}

static bool same_value(const char *notation, const char *read)
{
	if (notation[0] == '"')
		return strlen(read) == strlen(notation) - 2 && strncmp(notation + 1, read, strlen(read)) == 0;
	return strcmp(notation, read) == 0 || (strtod(notation, NULL) == strtod(read, NULL) && read[0] != 't');
}

/* What was written is read, and nothing else. */
static void comes_back(const struct launch_table *t, const char *version, const struct launch_command *c,
		       char **value, const struct engine *e)
{
	struct diag errors, warnings;
	struct launch l;
	size_t said = 0;
	char *text = launch_command_text(c, c->narg % 2 == 0);

	diag_init(&errors);
	diag_init(&warnings);
	ck_assert_msg(launch_open(&l, text, NULL, &errors), "%s", text);
	ck_assert_ptr_eq(l.table, t);
	launch_read(&l, version, &errors, &warnings);
	ck_assert_msg(errors.n == 0, "%s: %s", text, errors.n ? errors.message[0].text : "");
	ck_assert_str_eq(l.model, "a b/model's");
	for (size_t i = 0; i < e->keys->n; i++) {
		const char *got = NULL;

		for (size_t s = 0; s < l.n; s++)
			if (strcmp(l.setting[s].key, e->keys->key[i].name) == 0)
				got = l.setting[s].value;
		said += got != NULL;
		ck_assert_msg(!got == !value[i], "%s: %s", text, e->keys->key[i].name);
		ck_assert_msg(!got || same_value(value[i], got), "%s: %s = %s", text, e->keys->key[i].name, got);
	}
	ck_assert_uint_eq(said, l.n);
	launch_release(&l);
	diag_release(&errors);
	diag_release(&warnings);
	free(text);
}

/* The key of index `only`, or, if SIZE_MAX, each with probability 1/2. */
static void round_trip(gsl_rng *r, const struct launch_table *t, const char *version, size_t only)
{
	const struct engine *e = engine_find(t->engine);
	char **value = xcalloc(e->keys->n, sizeof(*value));
	struct launch_command c;

	launch_command_begin(&c, t, version, "a b/model's");
	for (size_t i = 0; i < e->keys->n; i++) {
		const struct key *k = &e->keys->key[i];

		if (!launch_flag_of_key(t, k->name, version) ||
		    (only == SIZE_MAX ? gsl_rng_uniform(r) < 0.5 : i != only))
			continue;
		value[i] = random_value(r, k);
		ck_assert(launch_command_key(&c, t, k->name, value[i]));
	}
	comes_back(t, version, &c, value, e);
	launch_command_release(&c);
	for (size_t i = 0; i < e->keys->n; i++)
		free(value[i]);
	free(value);
}

START_TEST(both_ways)
{
	gsl_rng *r = rng_of_test();

	for (size_t k = 0; launch_tables[k]; k++) {
		const struct launch_table *t = launch_tables[k];
		const struct engine *e = engine_find(t->engine);
		const char *const *version = versions_of(e);

		for (size_t v = 0; version[v]; v++) {
			for (size_t i = 0; i < e->keys->n; i++)
				for (int n = 0; n < 20; n++)
					round_trip(r, t, version[v], i);
			for (int n = 0; n < ROUNDS; n++)
				round_trip(r, t, version[v], SIZE_MAX);
		}
	}
	gsl_rng_free(r);
}
END_TEST

/* Text that is not a command does no harm. */
START_TEST(noise)
{
	gsl_rng *r = rng_of_test();

	for (int i = 0; i < 20000; i++) {
		static const char *const piece[] = { "python3 -m sglang.launch_server", "lmdeploy serve api_server",
						     " ", "--",
						     "tp", "-size", "=", "'", "\"", "\\", "$", "{", "}", "\n", ";", "#", ">",
						     "-1", "export ", "SGLANG_X=", "A=1", "--backend", "pytorch", "image/sglang:v0" };
		char *text = xstrdup("");
		struct diag errors, warnings;
		struct launch l;

		for (unsigned long n = gsl_rng_uniform_int(r, 20); n > 0; n--) {
			char *more = xasprintf("%s%s", text, piece[gsl_rng_uniform_int(r, sizeof(piece) / sizeof(piece[0]))]);

			free(text);
			text = more;
		}
		diag_init(&errors);
		diag_init(&warnings);
		if (launch_open(&l, text, i % 2 ? "file" : NULL, &errors))
			launch_read(&l, versions_of(engine_find(l.table->engine))[0], &errors, &warnings);
		else
			ck_assert_uint_gt(errors.n, 0);
		launch_release(&l);
		diag_release(&errors);
		diag_release(&warnings);
		free(text);
	}
	gsl_rng_free(r);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("launch");
	TCase *t = tcase_create("launch");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, words);
	tcase_add_test(t, open_quote);
	tcase_add_test(t, quoting);
	tcase_add_test(t, complete);
	tcase_add_test(t, lines);
	tcase_add_test(t, both_ways);
	tcase_add_test(t, noise);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return harness_run(suite());
}

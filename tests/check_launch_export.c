/* Scenarios and launch commands: what a scenario exports, imported over another scenario, is that
 * engine again. */
#include "config.h"

#include "harness.h"

#include <gsl/gsl_rng.h>
#include <math.h>
#include <unistd.h>

#include "base/bug.h"
#include "base/mem.h"
#include "run/launch_export.h"

#define TRIES		400		/* draws until one is valid */
#define VALUES		8		/* valid ones a key */
#define COMBINATIONS	40		/* a version */
#define SETS		40

static char path[] = "launch_export_XXXXXX";

/* `engine` is the rest of the engine's group. */
static void write_scenario(const char *type, const char *version, const char *engine)
{
	FILE *out = fopen(path, "w");

	ck_assert_ptr_nonnull(out);
	fprintf(out, "gpu = \"a40\"; model = \"llama-3-8b\";\n"
		"engine = { type = \"%s\"; version = \"%s\"; %s };\n"
		"workload = { type = \"closed_loop\"; users = 1; requests_per_user = 1; max_tokens = 1;\n"
		"prompts = ({ spans = \"a:1\"; output = 1; }); };\n", type, version, engine);
	fclose(out);
}

static void make_path(void)
{
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	close(fd);
}

static void remove_path(void)
{
	unlink(path);
	memset(path + strlen(path) - 6, 'X', 6);
}

static const char *value_of(const struct scenario *s, const char *key)
{
	for (size_t i = 0; i < s->ndump; i++)
		if (strcmp(s->dump[i].path, key) == 0)
			return s->dump[i].value;
	return NULL;
}

static struct scenario *load(const struct scenario_override *set, size_t n)
{
	struct diag errors;
	struct scenario *s;

	diag_init(&errors);
	s = scenario_load(path, set, n, &errors);
	diag_release(&errors);
	return s;
}

static char *export(const struct scenario *s, const char *const *must, size_t n)
{
	struct launch_command c;
	struct diag notes;
	char *text;

	diag_init(&notes);
	launch_of_scenario(&c, s, must, n, &notes);
	text = launch_command_text(&c, c.narg % 2 == 0);
	launch_command_release(&c);
	diag_release(&notes);
	return text;
}

/* import(text) over the scenario file has the engine of s. */
static void imports(const struct scenario *s, const char *text)
{
	struct scenario_override launch = { "launch", text, "--launch" };
	struct diag errors;
	struct scenario *again;

	diag_init(&errors);
	again = scenario_load(path, &launch, 1, &errors);
	ck_assert_msg(again != NULL, "%s: %s", text, errors.n ? errors.message[0].text : "");
	for (size_t i = 0; i < s->ndump; i++) {
		const struct dump_entry *e = &s->dump[i];
		const char *value = strncmp(e->path, "engine.", 7) == 0 ? value_of(again, e->path) : e->value;

		ck_assert_msg(value && strcmp(value, e->value) == 0, "%s\n%s = %s became %s", text, e->path, e->value,
			      value ? value : "nothing");
	}
	scenario_free(again);
	diag_release(&errors);
}

static char *random_value(gsl_rng *r, const struct key *k)
{
	double hi = fmin(k->hi, 16384), u = gsl_rng_uniform(r);

	if (k->type == KEY_BOOL)
		return xstrdup(u < 0.5 ? "true" : "false");
	if (k->type == KEY_ENUM) {
		unsigned long n = 0;

		while (k->choices[n])
			n++;
		return xstrdup(k->choices[gsl_rng_uniform_int(r, n)]);
	}
	if (k->type == KEY_REAL)
		return xasprintf("%.17g", k->lo + u * (fmin(hi, 1) - k->lo));
	if (u < 0.5)			/* what must divide, or be even */
		return xasprintf("%ld", 1L << gsl_rng_uniform_int(r, 14));
	return xasprintf("%.0f", floor(k->lo + gsl_rng_uniform(r) * (hi - k->lo)));
}

static const char *const *versions_of(const struct engine *e)
{
	for (size_t i = 0; i < e->keys->n; i++)
		if (strcmp(e->keys->key[i].name, "version") == 0)
			return e->keys->key[i].choices;
	BUG("engine %s has no version", e->name);
}

struct draw {
	struct scenario_override set[SETS];
	size_t n;
};

static void draw_clear(struct draw *d)
{
	for (size_t i = 0; i < d->n; i++) {
		union { const char *in; char *out; } a = { d->set[i].path }, b = { d->set[i].value };

		free(a.out);
		free(b.out);
	}
	d->n = 0;
}

/* The key of index `only`, or, if SIZE_MAX, each with probability 1/4, so that most combinations are
 * valid. */
static void draw_make(struct draw *d, gsl_rng *r, const struct engine *e, const char *version,
		      size_t only)
{
	for (size_t i = 0; i < e->keys->n; i++) {
		const struct key *k = &e->keys->key[i];

		if (!launch_flag_of_key(launch_table_of(e->name), k->name, version) || d->n == SETS ||
		    (only == SIZE_MAX ? gsl_rng_uniform(r) > 0.25 : i != only))
			continue;
		d->set[d->n++] = (struct scenario_override){ .path = xasprintf("engine.%s", k->name),
							     .value = random_value(r, k) };
	}
}

/* A valid scenario with such keys, exported and imported over itself and over a scenario that sets
 * others. */
static bool round_trip(gsl_rng *r, const struct engine *e, const char *version, size_t only)
{
	static const char *const other[] = {
		"mem_fraction_static = 0.8; schedule_policy = \"lpm\"; enable_mixed_chunk = true; page_size = 2;",
		"cache_max_entry_count = 0.5; max_batch_size = 7; enable_prefix_caching = true;",
	};
	bool sglang = strcmp(e->name, "sglang") == 0;
	struct draw d = { .n = 0 };
	struct scenario *s;
	char *text;

	write_scenario(e->name, version, "");
	draw_make(&d, r, e, version, only);
	s = load(d.set, d.n);
	if (s) {
		text = export(s, NULL, 0);
		imports(s, text);
		write_scenario(e->name, version, other[!sglang]);
		imports(s, text);
		free(text);
	}
	draw_clear(&d);
	scenario_free(s);
	return s != NULL;
}

START_TEST(every_flag)
{
	const struct engine *e = engines[_i];
	gsl_rng *r = gsl_rng_alloc(gsl_rng_mt19937);

	gsl_rng_set(r, (unsigned long)harness_seed());
	for (size_t v = 0; versions_of(e)[v]; v++) {
		const char *version = versions_of(e)[v];

		for (size_t i = 0; i < e->keys->n; i++) {
			int done = 0;

			if (!launch_flag_of_key(launch_table_of(e->name), e->keys->key[i].name, version))
				continue;
			for (int n = 0; n < TRIES && done < VALUES; n++)
				done += round_trip(r, e, version, i);
			ck_assert_msg(done > 0, "no valid value of %s", e->keys->key[i].name);
		}
	}
	gsl_rng_free(r);
}
END_TEST

START_TEST(combinations)
{
	const struct engine *e = engines[_i];
	gsl_rng *r = gsl_rng_alloc(gsl_rng_mt19937);

	gsl_rng_set(r, (unsigned long)harness_seed());
	for (size_t v = 0; versions_of(e)[v]; v++) {
		int done = 0;

		for (int n = 0; n < 10 * COMBINATIONS && done < COMBINATIONS; n++)
			done += round_trip(r, e, versions_of(e)[v], SIZE_MAX);
		ck_assert_int_eq(done, COMBINATIONS);
	}
	gsl_rng_free(r);
}
END_TEST

static void exports(const char *type, const char *version, const char *engine, const char *must,
		    const char *expected)
{
	struct scenario *s;
	char *text;

	write_scenario(type, version, engine);
	s = load(NULL, 0);
	ck_assert_ptr_nonnull(s);
	text = export(s, &must, must != NULL);
	ck_assert_str_eq(text, expected);
	free(text);
	scenario_free(s);
}

#define SGLANG		"python3 -m sglang.launch_server"
#define MODEL		"meta-llama/Meta-Llama-3-8B-Instruct"
#define SERVE		SGLANG " \\\n\t--model-path " MODEL
#define LMDEPLOY	"lmdeploy serve api_server " MODEL

/* Flags that differ from the default, no others, but for those that are asked for. */
START_TEST(defaults)
{
	exports("sglang", "0.4.9", "", NULL, SERVE);
	exports("sglang", "0.4.9", "chunked_prefill_size = 8192; page_size = 1; cuda_graph_max_bs = 160;", NULL,
		SERVE);
	exports("sglang", "0.5.6", "chunked_prefill_size = 8192; mem_fraction_static = 0.851;", NULL,
		SERVE " \\\n\t--mem-fraction-static 0.851 \\\n\t--chunked-prefill-size 8192");
	exports("sglang", "0.4.9", "context_length = 8192;", "engine.context_length",
		SERVE " \\\n\t--context-length 8192");
	exports("sglang", "0.4.9", "disable_radix_cache = false;", "engine.page_size",
		SERVE " \\\n\t--page-size 1");
	exports("sglang", "0.4.9", "init_new_token_ratio = 0.5; schedule_policy = \"dfs-weight\";", NULL,
		"SGLANG_INIT_NEW_TOKEN_RATIO=0.5 " SERVE " \\\n\t--schedule-policy dfs-weight");
	exports("sglang", "0.4.9", "host = { plan_row_ms = 1.0; };", NULL, SERVE);
	exports("turbomind", "0.6.0", "max_batch_size = 128; tp = 1;", NULL, LMDEPLOY);
	exports("turbomind", "0.11.0", "tp = 2; quant_policy = 8;", NULL,
		LMDEPLOY " --quant-policy 8 --tp 2");
	exports("lmdeploy_pytorch", "0.11.0", "eager_mode = true;", NULL,
		LMDEPLOY " \\\n\t--backend pytorch \\\n\t--eager-mode");
}
END_TEST

static void notes(const char *type, const char *version, const char *engine, const char *must,
		  const char *expected)
{
	struct scenario *s;
	struct launch_command c;
	struct diag d;

	write_scenario(type, version, engine);
	s = load(NULL, 0);
	ck_assert_ptr_nonnull(s);
	diag_init(&d);
	launch_of_scenario(&c, s, &must, must != NULL, &d);
	ck_assert_uint_eq(d.n, 1);
	ck_assert_str_eq(d.message[0].text, expected);
	launch_command_release(&c);
	diag_release(&d);
	scenario_free(s);
}

START_TEST(cannot_say)
{
	notes("lmdeploy_pytorch", "0.6.0", "prefill_interval = 8;", NULL,
	      "engine.prefill_interval = 8 is no flag of api_server: the command does not say it");
	notes("lmdeploy_pytorch", "0.6.0", "eager_mode = true;", NULL,
	      "engine.eager_mode = true is no flag of api_server before 0.11.0: the command does not say it");
	notes("sglang", "0.4.9", "schedule_policy = \"lof\";", NULL,
	      "engine.schedule_policy = \"lof\": SGLang 0.4.9: the scheduler has it, the command line does not "
	      "offer it: the server would not start");
	notes("sglang", "0.4.9", "", "engine.host.plan_row_ms",
	      "engine.host.plan_row_ms is no flag of SGLang: the command does not say it");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("launch_export");
	TCase *t = tcase_create("launch_export");
	int n = 0;

	while (engines[n])
		n++;

	tcase_set_timeout(t, 120);
	tcase_add_checked_fixture(t, make_path, remove_path);
	tcase_add_test(t, defaults);
	tcase_add_test(t, cannot_say);
	tcase_add_loop_test(t, every_flag, 0, n);
	tcase_add_loop_test(t, combinations, 0, n);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return harness_run(suite());
}

/* check_scenario.c - from files and options to a scenario: where files are found, measured values, the hash. */
#include "config.h"

#include "run/scenario.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "config/datafile.h"
#include "run/measured.h"

#include "harness.h"

static char dir[64];			/* a folder of this test alone */
static struct diag errors;
static struct arena arena;

static const char *in_dir(const char *name)
{
	return arena_printf(&arena, "%s/%s", dir, name);
}

static void write_text(const char *name, const char *text)
{
	FILE *f = fopen(in_dir(name), "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	ck_assert_int_eq(fclose(f), 0);
}

static void setup(void)
{
	arena_init(&arena, ARENA_CHUNK);
	diag_init(&errors);
	snprintf(dir, sizeof(dir), "check_scenario.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(mkdir(in_dir("scenarios"), 0777), 0);
	ck_assert_int_eq(mkdir(in_dir("hw"), 0777), 0);
}

static void teardown(void)
{
	const char *const names[] = { "scenarios/s.cfg", "scenarios/m.csv", "hw/one.cfg", "hw/two.cfg",
				      "hw", "scenarios" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		ck_assert(remove(in_dir(names[i])) == 0 || errno == ENOENT);
	ck_assert_int_eq(rmdir(dir), 0);
	diag_release(&errors);
	arena_release(&arena);
}

static void assert_found(const char *beside, const char *folder, const char *name, const char *suffix,
			 const char *expected)
{
	char *path = datafile_find(beside, folder, name, suffix);

	if (expected)
		ck_assert_str_eq(path, expected);
	else
		ck_assert_ptr_null(path);
	free(path);
}

START_TEST(finds_files)
{
	const char *beside = in_dir("scenarios/s.cfg");
	size_t n;
	char **names;

	write_text("hw/one.cfg", "");
	write_text("hw/two.cfg", "");
	write_text("scenarios/m.csv", "");
	assert_found(beside, "hw", "one", ".cfg", in_dir("hw/one.cfg"));	/* the parent's, without ".." */
	assert_found(in_dir("s.cfg"), "hw", "one", ".cfg", in_dir("hw/one.cfg"));
	assert_found(in_dir("./s.cfg"), "hw", "one", ".cfg", in_dir("./hw/one.cfg"));
	assert_found(in_dir("scenarios/./s.cfg"), "hw", "one", ".cfg",
		     in_dir("scenarios/../hw/one.cfg"));
	assert_found(beside, NULL, "m.csv", "", in_dir("scenarios/m.csv"));
	assert_found(in_dir("s.cfg"), NULL, "m.csv", "", in_dir("scenarios/m.csv"));
	assert_found(beside, "hw", "three", ".cfg", NULL);
	names = datafile_list(beside, "hw", ".cfg", &n);
	ck_assert_uint_ge(n, 2);
	for (size_t i = 1; i < n; i++)
		ck_assert_int_lt(strcmp(names[i - 1], names[i]), 0);
	datafile_list_free(names, n);
}
END_TEST

static struct measured_value *measure(const char *text, const char *engine, size_t *n)
{
	struct measured_value *v;

	write_text("scenarios/m.csv", text);
	measured_read(in_dir("scenarios/m.csv"), engine, &arena, &errors, &v, n);
	return v;
}

START_TEST(reads_measured_values)
{
	size_t n;
	struct measured_value *v = measure("# comment\n\nengine, users ,throughput_tok_s,latency_p95_ms,mfu_pct,ttft_ms.p99\r\n"
					   "a,10,1.5,2e3,4,5\nsglang,10,7,8,9,10\na,50,11,12,13,14", "a", &n);

	ck_assert_uint_eq(errors.n, 0);
	ck_assert_uint_eq(n, 8);
	ck_assert_str_eq(v[0].metric, "output_throughput");
	ck_assert_double_eq(v[0].value, 1.5);
	ck_assert_int_eq(v[0].users, 10);
	ck_assert(v[0].headline);
	ck_assert_str_eq(v[1].metric, "e2e_ms.p95");
	ck_assert_double_eq(v[1].value, 2000.0);
	ck_assert(!v[2].headline);
	ck_assert_str_eq(v[3].metric, "ttft_ms.p99");
	ck_assert_int_eq(v[7].users, 50);
	v = measure("users,output_throughput\n1,2\n", "any", &n);
	ck_assert_uint_eq(errors.n, 0);
	ck_assert_uint_eq(n, 1);
}
END_TEST

START_TEST(measured_values_of_the_v5_experiment)
{
	size_t n, headline = 0;
	struct measured_value *v;
	char *path = datafile_find(NULL, NULL, "v5.csv", "");

	ck_assert_ptr_nonnull(path);
	measured_read(path, "sglang", &arena, &errors, &v, &n);
	ck_assert_uint_eq(errors.n, 0);
	ck_assert_uint_eq(n, 21);
	for (size_t i = 0; i < n; i++)
		headline += v[i].headline;
	ck_assert_uint_eq(headline, 15);	/* throughput, per request, mean, P95, P99 at three user counts */
	free(path);
}
END_TEST

static const char valid[] =
	"gpu = \"a40\"; model = \"llama-3-8b\";\n"
	"engine = { type = \"sglang\"; context_length = 4096; };\n"
	"workload = { type = \"closed_loop\"; users = 2; requests_per_user = 1; max_tokens = 8;\n"
	" prompts = ({ spans = \"a:5\"; output = 4; }); };\n";

static struct scenario *load(const struct scenario_override *set, size_t n)
{
	write_text("scenarios/s.cfg", valid);
	return scenario_load(in_dir("scenarios/s.cfg"), set, n, &errors);
}

static const struct dump_entry *entry(const struct scenario *s, const char *path)
{
	for (size_t i = 0; i < s->ndump; i++)
		if (strcmp(s->dump[i].path, path) == 0)
			return &s->dump[i];
	ck_abort_msg("no entry %s", path);
	return NULL;
}

START_TEST(loads)
{
	struct scenario *s = load(NULL, 0);

	ck_assert_uint_eq(errors.n, 0);
	ck_assert_ptr_nonnull(s);
	ck_assert_str_eq(s->name, "s");
	ck_assert_str_eq(s->gpu_name, "a40");
	ck_assert_str_eq(s->gpu.name, "NVIDIA A40");
	ck_assert_str_eq(s->engine->name, "sglang");
	ck_assert_str_eq(s->workload->name, "closed_loop");
	ck_assert_int_eq(s->run.seed, 1);
	ck_assert_int_eq(s->run.replications, 20);
	ck_assert_ptr_nonnull(s->cost);
	ck_assert_ptr_null(s->measured_path);
	ck_assert_str_eq(s->measured_engine, "sglang");
	ck_assert_ptr_null(s->cannot_run);
	ck_assert_int_eq(s->memory.verdict, MEMORY_FITS);
	ck_assert_str_eq(entry(s, "engine.context_length")->origin, in_dir("scenarios/s.cfg:2"));
	ck_assert_str_eq(entry(s, "engine.mem_fraction_static")->origin, "auto");
	ck_assert_str_eq(entry(s, "engine.page_size")->origin, "default");
	ck_assert_str_eq(entry(s, "workload.prompts[0].output")->value, "4");
	scenario_free(s);
}
END_TEST

static uint64_t hash_with(const char *path, const char *value)
{
	struct scenario_override o = { .path = path, .value = value };
	struct scenario *s = load(&o, path != NULL);
	uint64_t h;

	ck_assert_ptr_nonnull(s);
	h = s->config_hash;
	scenario_free(s);
	return h;
}

START_TEST(hash_is_of_what_matters)
{
	uint64_t h = hash_with(NULL, NULL);

	ck_assert_uint_eq(hash_with("run.threads", "2"), h);
	ck_assert_uint_eq(hash_with("engine.context_length", "4096"), h);
	ck_assert_uint_eq(hash_with("engine.schedule_policy", "fcfs"), h);	/* its default */
	ck_assert_uint_ne(hash_with("engine.schedule_policy", "lpm"), h);
	ck_assert_uint_ne(hash_with("run.seed", "2"), h);
	ck_assert_uint_ne(hash_with("gpu.bandwidth_gb_s", "700"), h);
	ck_assert_uint_ne(hash_with("workload.prompts[0].output", "5"), h);
}
END_TEST

START_TEST(says_what_cannot_run)
{
	struct scenario_override o[] = { { .path = "engine.context_length", .value = "10" },
					 { .path = "engine.mem_fraction_static", .value = "0.99" } };
	struct scenario *s = load(&o[0], 1);

	ck_assert_ptr_nonnull(s);
	ck_assert_ptr_nonnull(s->cannot_run);
	scenario_free(s);
	s = load(&o[1], 1);
	ck_assert_ptr_nonnull(s);
	ck_assert_int_eq(s->memory.verdict, MEMORY_DOES_NOT_FIT);
	scenario_free(s);
}
END_TEST

START_TEST(all_errors_at_once)
{
	struct scenario_override o[] = {
		{ .path = "gpu.sms", .value = "many" },
		{ .path = "run.seed", .value = "-1", .option = "--seed" },
		{ .path = "model.nothing", .value = "1" },
		{ .path = "measured", .value = "none.csv" },
	};

	ck_assert_ptr_null(load(o, 4));
	ck_assert_uint_eq(errors.n, 4);
	ck_assert_str_eq(errors.message[0].text,
			 "--seed -1: 'seed' = -1 is outside [0, 9007199254740991]");
	ck_assert_str_eq(errors.message[1].text,
			 "--set gpu.sms=many: 'sms' must be an integer, not a string");
	ck_assert_ptr_nonnull(strstr(errors.message[2].text,
				     "--set model.nothing=1: unknown key 'nothing'"));
	ck_assert_ptr_nonnull(strstr(errors.message[3].text, "there is no file 'none.csv'"));
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("scenario");
	TCase *t = tcase_create("all");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, finds_files);
	tcase_add_test(t, reads_measured_values);
	tcase_add_test(t, measured_values_of_the_v5_experiment);
	tcase_add_test(t, loads);
	tcase_add_test(t, hash_is_of_what_matters);
	tcase_add_test(t, says_what_cannot_run);
	tcase_add_test(t, all_errors_at_once);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return harness_run(suite());
}

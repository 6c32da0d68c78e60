/* check_variants.c - several configurations in one scenario: what is changed, paired, told. */
#include "config.h"

#include "run/paired.h"

#include <jansson.h>
#include <math.h>
#include <unistd.h>

#include "harness.h"
#include "report/fmt.h"
#include "report/report.h"
#include "run/run.h"
#include "sample_result.h"
#include "stat/saturation.h"

/* A scenario whose variants are `variants`; both engines' settings have something to lose. */
static const char *const before =
	"gpu = \"a40\";\nmodel = \"llama-3-8b\";\n"
	"engine = { type = \"sglang\"; mem_fraction_static = 0.8; schedule_policy = \"lpm\";\n"
	"	host = { recv_ms = 0.5; }; };\n"
	"workload = { type = \"closed_loop\"; users = [2, 4]; requests_per_user = 2; max_tokens = 8;\n"
	"	think_s = { dist = \"uniform\"; min = 0.1; max = 0.3; };\n"
	"	prompts = ({ spans = \"a:5\"; output = 4; }, { spans = \"a:2 b:9\"; output = 8; }); };\n"
	"run = { replications = 3; };\nvariants = (\n";
static char path[64];

static void write_scenario(const char *variants)
{
	FILE *f;

	snprintf(path, sizeof(path), "check_variants.%ld.cfg", (long)getpid());
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fprintf(f, "%s%s\n);\n", before, variants);
	ck_assert_int_eq(fclose(f), 0);
}

static struct scenario *load(size_t variant, const struct scenario_override *set, size_t nset)
{
	struct diag errors;
	struct scenario *s;

	diag_init(&errors);
	s = scenario_load_variant(path, set, nset, variant, &errors);
	diag_print(&errors, stdout);
	ck_assert_ptr_nonnull(s);
	diag_release(&errors);
	return s;
}

static void teardown(void)
{
	if (*path)
		ck_assert_int_eq(unlink(path), 0);
	*path = '\0';
}

static const char *value(const struct scenario *s, const char *key)
{
	for (size_t i = 0; i < s->ndump; i++)
		if (strcmp(s->dump[i].path, key) == 0)
			return s->dump[i].value;
	return "";
}

#define assert_value(s, key, expected) ck_assert_str_eq(value(s, key), expected)

/* ---- what `set` changes ---- */

START_TEST(groups_are_merged_member_by_member)
{
	struct scenario *s;

	write_scenario("{ label = \"plain\"; }, { label = \"changed\"; set = {"
		       " engine = { mem_fraction_static = 0.7;"
		       " host = { match_us = 3.0; }; }; workload = { users = 3; }; }; }");
	s = load(1, NULL, 0);
	ck_assert_str_eq(s->label, "changed");
	ck_assert_uint_eq(s->nvariants, 2);
	assert_value(s, "engine.mem_fraction_static", "0.7");
	assert_value(s, "engine.schedule_policy", "\"lpm\"");		/* kept */
	assert_value(s, "engine.host.recv_ms", "0.5");			/* kept, two groups down */
	assert_value(s, "engine.host.match_us", "3.0");
	assert_value(s, "workload.requests_per_user", "2");
	scenario_free(s);
	s = load(0, NULL, 0);
	ck_assert_str_eq(s->label, "plain");
	assert_value(s, "engine.mem_fraction_static", "0.8");
	scenario_free(s);
}
END_TEST

START_TEST(another_type_replaces_the_group)
{
	struct scenario *s;

	write_scenario("{ label = \"a\"; }, { label = \"b\"; set = {"
		       " engine = { type = \"turbomind\"; max_batch_size = 16; }; }; }");
	s = load(1, NULL, 0);		/* mem_fraction_static and host.recv_ms would be unknown to it */
	ck_assert_str_eq(s->engine->name, "turbomind");
	assert_value(s, "engine.max_batch_size", "16");
	assert_value(s, "engine.mem_fraction_static", "");
	scenario_free(s);
}
END_TEST

START_TEST(a_list_is_replaced)
{
	struct scenario *s;

	write_scenario("{ label = \"a\"; set = {"
		       " workload = { prompts = ({ spans = \"c:7\"; output = 2; }); }; }; }, { label = \"b\"; }");
	s = load(0, NULL, 0);
	assert_value(s, "workload.prompts[0].output", "2");
	assert_value(s, "workload.prompts[1].output", "");
	scenario_free(s);
}
END_TEST

START_TEST(options_come_last_and_for_all)
{
	const struct scenario_override set[] = {
		{ "workload.max_tokens", "5", NULL },
		{ "variants[1].set.engine.schedule_policy", "\"fcfs\"", NULL },
		{ "engine.mem_fraction_static", "0.6", NULL },
	};
	struct scenario *s;

	write_scenario("{ label = \"a\"; }, { label = \"b\"; set = {"
		       " engine = { mem_fraction_static = 0.7; }; }; }");
	for (size_t v = 0; v < 2; v++) {
		s = load(v, set, 3);
		assert_value(s, "workload.max_tokens", "5");
		assert_value(s, "engine.mem_fraction_static", "0.6");
		assert_value(s, "engine.schedule_policy", v == 0 ? "\"lpm\"" : "\"fcfs\"");
		scenario_free(s);
	}
}
END_TEST

/* ---- paired differences ---- */

static struct run_result *run(struct scenario *s, int64_t threads)
{
	struct run_options o = { .threads = threads };

	return run_scenario(s, &o);
}

START_TEST(a_variant_differs_from_itself_by_nothing)
{
	struct scenario *s[2];
	struct run_result *r[2];

	write_scenario("{ label = \"one\"; }, { label = \"two\"; }");
	for (size_t v = 0; v < 2; v++) {
		s[v] = load(v, NULL, 0);
		r[v] = run(s[v], 1);
	}
	ck_assert_uint_eq(r[0]->digest, r[1]->digest);
	ck_assert_uint_eq(r[0]->nlevels, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct level_result *a = &r[0]->level[i], *b = level_like(r[1], a);

		for (int m = 0; m < METRICS; m++) {
			struct summary d = paired_difference(a->sample[m], b->sample[m], 3);

			ck_assert_uint_eq(d.n, a->metric[m].n);
			ck_assert(d.n == 0 || (d.mean == 0 && d.lo == 0 && d.hi == 0 && d.sd == 0));
		}
	}
	for (size_t v = 0; v < 2; v++) {
		run_result_free(r[v]);
		scenario_free(s[v]);
	}
}
END_TEST

START_TEST(requests_are_the_same_for_all)
{
	struct scenario *s[2];
	struct run_result *r[2];

	write_scenario("{ label = \"one\"; }, { label = \"two\"; set = {"
		       " engine = { type = \"turbomind\"; }; }; }");
	for (size_t v = 0; v < 2; v++) {
		s[v] = load(v, NULL, 0);
		r[v] = run(s[v], 1);
	}
	for (size_t i = 0; i < 2; i++) {	/* tokens asked for, replication by replication */
		const struct level_result *a = &r[0]->level[i], *b = &r[1]->level[i];

		for (size_t k = 0; k < 3; k++) {
			double ta = a->sample[M_output_throughput][k] * a->sample[M_duration_s][k];
			double tb = b->sample[M_output_throughput][k] * b->sample[M_duration_s][k];

			ck_assert_double_eq_tol(ta, tb, 1e-6 * ta);
		}
	}
	for (size_t v = 0; v < 2; v++) {
		run_result_free(r[v]);
		scenario_free(s[v]);
	}
}
END_TEST

START_TEST(replications_without_data_are_left_out)
{
	const double a[] = { 10, 20, (double)NAN, 40, 0 }, b[] = { 11, 22, 33, (double)NAN, 5 };
	struct summary d = paired_difference(a, b, 5), p = paired_difference_pct(a, b, 5);

	ck_assert_uint_eq(d.n, 3);
	ck_assert_double_eq_tol(d.mean, (1.0 + 2.0 + 5.0) / 3, 1e-12);
	ck_assert_uint_eq(p.n, 3);
	ck_assert_double_eq_tol(p.mean, 100 * (38.0 / 30 - 1), 1e-12);
	p = paired_difference_pct(a + 4, b + 4, 1);
	ck_assert_uint_eq(p.n, 0);		/* nothing is in % of 0 */
}
END_TEST

/* The mean of each replication's own percentage would say +25% in both directions. */
START_TEST(percentages_are_of_means)
{
	const double a[] = { 1, 2 }, b[] = { 2, 1 }, c[] = { 1.5, 3 };
	struct summary there = paired_difference_pct(a, b, 2), back = paired_difference_pct(b, a, 2),
		       times = paired_difference_pct(a, c, 2);

	ck_assert_double_eq_tol(there.mean, 0, 1e-12);
	ck_assert_double_eq_tol(back.mean, 0, 1e-12);
	ck_assert_double_eq_tol(times.mean, 50, 1e-12);
	ck_assert_double_eq_tol(times.hi - times.lo, 0, 1e-9);
}
END_TEST

START_TEST(a_published_table_is_predicted)
{
	struct sample *a = sample_variant("a", 1.0, true), *b = sample_variant("b", 1.2, true);
	struct run_result *const r[] = { &a->result, &b->result };
	const struct headline_row *rows = a->scenario.headline.item;
	struct headline_result h;

	headline_predict(&rows[0], r, 2, &h);
	ck_assert(h.like_for_like && h.n == 2);
	ck_assert_uint_eq(h.variant[0].difference_pct.n, 0);
	ck_assert_double_eq_tol(h.variant[1].difference_pct.mean, 20, 1e-9);
	ck_assert_double_eq_tol(h.variant[1].difference_pct.hi, 20, 1e-9);	/* paired: exact */
	ck_assert_double_eq_tol(h.variant[1].reported_pct, 23.55, 0.01);
	ck_assert_double_eq_tol(h.variant[0].measured, 1637.6, 1e-9);
	headline_predict(&rows[1], r, 2, &h);
	ck_assert(!h.like_for_like);
	ck_assert_str_eq(h.variant[1].of->metric, "per_request_throughput");
	sample_free(a);
	sample_free(b);
}
END_TEST

/* ---- what is told ---- */

__attribute__((noinline))
static char *told(struct run_result *const *r, size_t n,
		  void (*report)(struct run_result *const *, size_t, FILE *))
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	report(r, n, f);
	fclose(f);
	return text;
}

static char *json_at(size_t threads)
{
	struct scenario *s[2];
	struct run_result *r[2];
	char *text;

	for (size_t v = 0; v < 2; v++) {
		s[v] = load(v, NULL, 0);
		r[v] = run(s[v], (int64_t)threads);
	}
	text = told(r, 2, report_variants_json);
	for (size_t v = 0; v < 2; v++) {
		run_result_free(r[v]);
		scenario_free(s[v]);
	}
	return text;
}

START_TEST(json_is_whole_and_the_same_at_any_number_of_threads)
{
	char *one, *two;
	json_t *o, *levels;

	write_scenario("{ label = \"one\"; }, { label = \"two\"; set = {"
		       " engine = { type = \"turbomind\"; }; }; }");
	one = json_at(1);
	two = json_at(2);
	ck_assert_str_eq(one, two);
	o = json_loads(one, JSON_REJECT_DUPLICATES, NULL);
	ck_assert_ptr_nonnull(o);
	ck_assert_str_eq(json_string_value(json_object_get(o, "schema")), "servesim.variants/1");
	ck_assert_uint_eq(json_array_size(json_object_get(o, "variants")), 2);
	levels = json_object_get(json_array_get(json_object_get(o, "differences"), 0), "levels");
	ck_assert_uint_eq(json_array_size(levels), 2);
	json_decref(o);
	free(one);
	free(two);
}
END_TEST

static size_t longest_line(const char *text)
{
	size_t most = 0;

	for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
		size_t bytes = strcspn(line, "\n"), cols = fmt_cols(line) - fmt_cols(line + bytes);

		most = cols > most ? cols : most;
		ck_assert(bytes == 0 || line[bytes - 1] != ' ');
	}
	return most;
}

/* n variants with short labels, and with the longest. */
START_TEST(the_report_fits_the_page)
{
	static const char *const lengthy[] = {
		"SGLang 0.4.9 at a memory fraction of 0.90",
		"LMDeploy 0.6.0 at a cache fraction, of 0.92",
		"a label of forty characters, all of them",
		"another label of forty characters, longer",
		"and a fifth one of forty characters, yes",
		"sixth",
		"seventh",
	};
	static const char *const brief[] = { "one", "two", "three", "four", "five", "six", "seven" };
	size_t n = (size_t)_i / 2 + 2;
	struct sample *s[7];
	struct run_result *r[7];
	char *text;

	for (size_t v = 0; v < n; v++) {
		s[v] = sample_variant(_i % 2 ? lengthy[v] : brief[v], 1 + 0.1 * (double)v, n == 2);
		r[v] = &s[v]->result;
	}
	text = told(r, n, report_variants_text);
	ck_assert_uint_le(longest_line(text), 100);
	ck_assert_ptr_null(strstr(text, "nan"));
	for (size_t v = 0; v < n; v++) {	/* every label whole, somewhere */
		char clean[64];

		ck_assert_ptr_nonnull(
			strstr(text, fmt_clean(clean, sizeof(clean), r[v]->scenario->label)));
	}
	free(text);
	for (size_t v = 0; v < n; v++)
		sample_free(s[v]);
}
END_TEST

/* ---- the curve ---- */

START_TEST(the_curve_of_the_v5_report)
{
	const double users[] = { 10, 50, 100 }, tput[] = { 224.6, 894.6, 1637.6 };
	struct saturation s;

	ck_assert(saturation_fit(users, tput, 3, &s));
	ck_assert_double_eq_tol(s.most, 8351, 1);	/* as it reports */
	ck_assert_double_eq_tol(19 * s.half, 7808, 2);	/* the users at which it has 95% of that */
}
END_TEST

START_TEST(a_curve_is_found_again)
{
	const struct saturation is = { 120, 3.5 };
	const double x[] = { 0.5, 2, 9, 40 };
	double y[4], straight[4];
	struct saturation s;

	for (size_t i = 0; i < 4; i++) {
		y[i] = saturation_at(&is, x[i]);
		straight[i] = 7 * x[i];
	}
	ck_assert(saturation_fit(x, y, 4, &s));
	ck_assert_double_eq_tol(s.most, 120, 1e-3);
	ck_assert_double_eq_tol(s.half, 3.5, 1e-4);
	ck_assert(!saturation_fit(x, straight, 4, &s));
	ck_assert(!saturation_fit(x, y, 1, &s));
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("variants");
	TCase *t = tcase_create("set");

	tcase_add_checked_fixture(t, NULL, teardown);
	tcase_add_test(t, groups_are_merged_member_by_member);
	tcase_add_test(t, another_type_replaces_the_group);
	tcase_add_test(t, a_list_is_replaced);
	tcase_add_test(t, options_come_last_and_for_all);
	suite_add_tcase(s, t);
	t = tcase_create("paired");
	tcase_add_checked_fixture(t, NULL, teardown);
	tcase_add_test(t, a_variant_differs_from_itself_by_nothing);
	tcase_add_test(t, requests_are_the_same_for_all);
	tcase_add_test(t, replications_without_data_are_left_out);
	tcase_add_test(t, percentages_are_of_means);
	tcase_add_test(t, a_published_table_is_predicted);
	suite_add_tcase(s, t);
	t = tcase_create("told");
	tcase_add_checked_fixture(t, NULL, teardown);
	tcase_add_test(t, json_is_whole_and_the_same_at_any_number_of_threads);
	tcase_add_loop_test(t, the_report_fits_the_page, 0, 12);
	suite_add_tcase(s, t);
	t = tcase_create("curve");
	tcase_add_test(t, the_curve_of_the_v5_report);
	tcase_add_test(t, a_curve_is_found_again);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return harness_run(suite());
}

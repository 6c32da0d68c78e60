/* check_run.c - whole runs of an engine and clients that are easy to reason about. */
#include "config.h"

#include "run/run.h"

#include <math.h>

#include "fixture.h"
#include "run_asserts.h"

/* Two requests: the second waits for the first. */
START_TEST(two_requests)
{
	static const struct script_line line[] = { { 0, 10, 3, false }, { 5, 20, 1, true } };
	struct script_params w = { LINES(line), .nlevels = 1 };
	struct plain_params e = { .prefill_ms = 30, .decode_ms = 20, .frontend = {
		.in_latency_ms = 1, .in_service_ms = 1,
		.out_latency_ms = 2, .out_service_ms = 3, .out_chunk_us = 500 } };
	struct scenario s;
	struct run_result *r;

	fixture_init(&s, &plain_engine, &e, &script_workload, &w, 3);
	r = fixture_run(&s, 1);
	all_pass(r);
	/* 0 + 2 arrives; 32 first, 52, 72 last, 77 client.  5 + 2 = 7 arrives, 72 starts, 102 first = last:
	 * chunk to 102.5, answer to 105.5, client 107.5 */
	IS(0, duration_s, 0.1075);
	IS(0, completed, 2);
	IS(0, e2e_ms_mean, (77 + 102.5) / 2);
	IS(0, ttft_ms_mean, (37 + (102.5 + 2 - 5)) / 2);
	IS(0, output_throughput, 4 / 0.1075);
	IS(0, gpu_busy_pct, 100 * 100 / 107.5);
	IS(0, queued_mean, 65 / 107.5);
	ck_assert_double_eq_tol(r->level[0].cause_ms[CAUSE_QUEUE].mean, 65 / 2.0, 1e-9);
	ck_assert_double_eq_tol(r->level[0].cause_ms[CAUSE_DECODE].mean, 40 / 2.0, 1e-9);
	ck_assert_double_eq_tol(r->level[0].cause_ms[CAUSE_OWN_PREFILL].mean, 30, 1e-9);
	ck_assert_uint_eq(r->level[0].metric[M_completed].n, 3);
	ck_assert_uint_eq(r->nwarnings, 0);
	run_result_free(r);
	fixture_release(&s);
}
END_TEST

START_TEST(rejected)
{
	static const struct script_line line[] = { { 0, 10, 2, false }, { 1, 11, 2, false } };
	struct script_params w = { LINES(line), .nlevels = 1 };
	struct plain_params e = { .prefill_ms = 20, .decode_ms = 7, .reject_over = 10 };
	struct scenario s;
	struct run_result *r;

	fixture_init(&s, &plain_engine, &e, &script_workload, &w, 1);
	r = fixture_run(&s, 1);
	all_pass(r);
	IS(0, completed, 1);
	IS(0, failed, 1);
	IS(0, input_throughput, 10 / 0.027);
	run_result_free(r);
	fixture_release(&s);
}
END_TEST

START_TEST(hangs)
{
	static const struct script_line line[] = { { 0, 10, 2, false }, { 100, 11, 2, false } };
	struct script_params w = { LINES(line), .nlevels = 2 };
	struct plain_params e = { .prefill_ms = 20, .decode_ms = 7, .hang_at = 2, .explains = true };
	struct scenario s;
	struct run_result *r;

	fixture_init(&s, &plain_engine, &e, &script_workload, &w, 2);
	r = fixture_run(&s, 1);
	ck_assert(r->hang);
	ck_assert_str_eq(r->hang_text, "request 1 does not fit");
	ck_assert_uint_eq(r->nlevels, 2);
	IS(0, completed, 1);
	ck_assert_uint_eq(r->level[1].metric[M_completed].n, 0);	/* never begun */
	all_pass(r);
	ck_assert(warns(r, "2 of 2 replications"));
	run_result_free(r);

	e.explains = false;
	r = fixture_run(&s, 1);
	ck_assert_ptr_nonnull(strstr(r->hang_text, "1 request waiting"));
	run_result_free(r);
	fixture_release(&s);
}
END_TEST

START_TEST(faults_are_found)
{
	static const struct script_line line[] = { { 0, 10, 3, false } };
	struct script_params w = { LINES(line), .nlevels = 1 };
	struct plain_params e = { .prefill_ms = 20, .decode_ms = 7, .leaks = true, .short_answers = true };
	struct scenario s;
	struct run_result *r;

	fixture_init(&s, &plain_engine, &e, &script_workload, &w, 1);
	r = fixture_run(&s, 1);
	ck_assert(!check_named(r, "kv")->pass);
	ck_assert(!check_named(r, "tokens")->pass);
	ck_assert(check_named(r, "little")->pass);
	ck_assert(check_named(r, "busy_idle")->pass);
	ck_assert(check_named(r, "attribution")->pass);
	ck_assert_str_eq(check_named(r, "tokens")->text, "2 tokens made, 2 delivered; completed requests "
			 "were to get 3, got 2, lost 0 to the context limit");
	run_result_free(r);
	fixture_release(&s);
}
END_TEST

START_TEST(memory_is_judged)
{
	static const struct script_line line[] = {
		{ 0, 10, 2, false }, { 0, 40, 2, false }, { 0, 30, 2, false },
	};
	struct script_params w = { LINES(line), .nlevels = 1 };
	struct plain_params e = { .prefill_ms = 20, .decode_ms = 7, .verdict = MEMORY_AT_RISK };
	struct scenario s;
	struct run_result *r;

	fixture_init(&s, &plain_engine, &e, &script_workload, &w, 1);
	r = fixture_run(&s, 1);
	ck_assert(warns(r, "memory: largest pass: 40 tokens, 1 rows"));
	ck_assert_uint_eq(r->nlevels, 1);
	run_result_free(r);

	e.verdict = MEMORY_DOES_NOT_FIT;	/* nothing can run */
	r = fixture_run(&s, 1);
	ck_assert_uint_eq(r->nlevels, 0);
	ck_assert_int_eq(r->memory.verdict, MEMORY_DOES_NOT_FIT);
	run_result_free(r);
	fixture_release(&s);
}
END_TEST

START_TEST(measured_values)
{
	static const struct script_line line[] = { { 0, 10, 2, false } };
	struct measured_value m[] = {
		{ .users = 1, .metric = "completed", .value = 2, .headline = true },
		{ .users = 2, .metric = "e2e_ms.mean", .value = 20, .headline = true },
		{ .users = 2, .metric = "e2e_ms.p99", .value = 1000 },
		{ .users = 9, .metric = "completed", .value = 1, .headline = true },
	};
	struct script_params w = { LINES(line), .nlevels = 2 };
	struct plain_params e = { .prefill_ms = 20, .decode_ms = 5 };
	struct scenario s;
	struct run_result *r;

	fixture_init(&s, &plain_engine, &e, &script_workload, &w, 2);
	s.measured = m;
	s.nmeasured = 4;
	r = fixture_run(&s, 1);
	ck_assert_uint_eq(r->level[0].nmeasured, 1);
	ck_assert_double_eq(r->level[0].measured[0].error_pct, -50);
	ck_assert(isnan(r->level[0].measured[0].z));		/* no spread here */
	ck_assert_uint_eq(r->level[1].nmeasured, 2);
	ck_assert_int_eq(r->level[1].measured[0].metric, M_e2e_ms_mean);
	ck_assert_double_eq(r->level[1].measured[0].error_pct, 25);
	ck_assert_uint_eq(r->nmeasured, 2);
	ck_assert_double_eq(r->mean_abs_error_pct, 37.5);
	ck_assert(warns(r, "1 of 4 measured values"));
	run_result_free(r);
	fixture_release(&s);
}
END_TEST

START_TEST(engine_log)
{
	static const struct script_line line[] = { { 61000, 10, 2, false } };
	struct script_params w = { LINES(line), .nlevels = 1 };
	struct plain_params e = { .prefill_ms = 20, .decode_ms = 5 };
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	const struct run_options o = { .threads = 1, .engine_log = f };
	struct scenario s;

	fixture_init(&s, &plain_engine, &e, &script_workload, &w, 2);
	run_result_free(run_scenario(&s, &o));
	fclose(f);
	ck_assert_str_eq(text, "[2025-01-01 00:00:00] ready\n"
			       "[2025-01-01 00:01:01] prefill 0 at 61000000000\n"
			       "[2025-01-01 00:01:01] decode 1 at 61025000000\n");
	free(text);
	fixture_release(&s);
}
END_TEST

START_TEST(timeline)
{
	static const struct script_line line[] = { { 1000, 10, 3000, false }, { 1000, 20, 10, false } };
	struct script_params w = { LINES(line), .nlevels = 2, .gap_ms = 500, .warmup = true };
	struct plain_params e = { .prefill_ms = 20, .decode_ms = 1 };
	struct scenario s;
	struct run_result *r;
	double running = 0, end;

	fixture_init(&s, &plain_engine, &e, &script_workload, &w, 2);
	r = fixture_run(&s, 1);
	ck_assert_uint_eq(r->nlevels, 1);
	ck_assert_uint_eq(r->timeline.nlevels, 2);
	ck_assert(!r->timeline.level[0].reported && r->timeline.level[1].reported);
	ck_assert_str_eq(r->timeline.level[1].label, "level 1");
	end = 2 * (1 + 2.999 + 0.040 + 0.009) + 0.5;
	ck_assert_double_eq_tol(r->timeline.level[1].end_s, end, 1e-9);
	/* power since the first sending: both levels and 1.5 s of pause, 200 W busy and 100 W idle */
	IS(0, power_w, 200);
	IS(0, tokens_per_watt, 3010 / 3.048 / ((2 * 3.048 * 200 + 1.5 * 100) / (2 * 3.048 + 1.5)));
	ck_assert_uint_gt(r->timeline.n, 1000);
	ck_assert_uint_le(r->timeline.n, 2000);
	ck_assert_double_eq_tol(r->timeline.point[1].t_s, 0.008, 1e-12);	/* 8.6 s: doubled thrice */
	for (size_t i = 0; i < r->timeline.n; i++)
		running += r->timeline.point[i].running * (i + 1 < r->timeline.n ? 0.008
							: end - r->timeline.point[i].t_s);
	ck_assert_double_eq_tol(running, 2 * (2.999 + 0.040 + 0.009), 1e-9);
	ck_assert(isnan(r->timeline.point[0].hit_rate));
	ck_assert_double_eq(r->timeline.point[125].hit_rate, 0);
	ck_assert_double_eq_tol(r->timeline.point[130].kv_used, 0.010, 1e-12);
	ck_assert_double_eq_tol(r->timeline.point[130].queued, 1, 1e-12);
	run_result_free(r);
	fixture_release(&s);
}
END_TEST

static void same_summary(const struct summary *a, const struct summary *b)
{
	ck_assert_uint_eq(a->n, b->n);
	ck_assert(a->n == 0 || memcmp(a, b, sizeof(*a)) == 0);
}

/* Added one by one, together with those of another run, or all at once: the same numbers. */
START_TEST(runs_grow)
{
	struct poisson_params w = { .rate = 20, .warmup = 10, .n = 50, .output_mean = 3 };
	struct plain_params e = { .prefill_ms = 20, .decode_ms = 7 };
	const struct run_options o = { .threads = 2 };
	struct scenario s;
	struct run *r[2];
	struct run_result *all, *grown;

	fixture_init(&s, &plain_engine, &e, &poisson_workload, &w, 5);
	all = fixture_run(&s, 1);
	r[0] = run_begin(&s);
	r[1] = run_begin(&s);
	ck_assert_uint_eq(run_replications(r[0]), 0);
	run_grow(r, (const size_t[]){ 2, 3 }, 2, &o);
	run_grow(r, (const size_t[]){ 5, 1 }, 2, &o);
	ck_assert_uint_eq(run_replications(r[0]), 5);
	ck_assert_uint_eq(run_replications(r[1]), 3);
	grown = run_result_of(r[0]);
	ck_assert_uint_eq(grown->replications, 5);
	ck_assert_uint_eq(all->digest, grown->digest);
	ck_assert_uint_eq(run_levels(r[0]), all->nlevels);
	ck_assert_str_eq(run_level(r[0], 0)->label, all->level[0].info.label);
	for (int i = 0; i < METRICS; i++) {
		same_summary(&all->level[0].metric[i], &grown->level[0].metric[i]);
		for (size_t k = 0; k < 5 && all->level[0].metric[i].n == 5; k++)
			ck_assert_double_eq(run_sample(r[0], 0, (enum metric)i, k), all->level[0].sample[i][k]);
	}
	run_result_free(grown);
	run_result_free(all);
	run_end(r[0]);
	run_end(r[1]);
	fixture_release(&s);
}
END_TEST

START_TEST(threads_change_nothing)
{
	struct poisson_params w = { .rate = 20, .warmup = 10, .n = 200, .output_mean = 3 };
	struct plain_params e = { .prefill_ms = 20, .decode_ms = 7 };
	struct scenario s;
	struct run_result *one, *two, *many;

	fixture_init(&s, &plain_engine, &e, &poisson_workload, &w, 9);
	one = fixture_run(&s, 1);
	two = fixture_run(&s, 2);
	many = fixture_run(&s, 50);
	all_pass(one);
	ck_assert_uint_eq(one->digest, two->digest);
	ck_assert_uint_eq(one->digest, many->digest);
	ck_assert_uint_eq(one->events, many->events);
	for (int i = 0; i < METRICS; i++) {
		same_summary(&one->level[0].metric[i], &two->level[0].metric[i]);
		same_summary(&one->level[0].metric[i], &many->level[0].metric[i]);
	}
	for (int i = 0; i < CDF_POINTS; i++)
		same_summary(&one->level[0].ttft.q[i], &many->level[0].ttft.q[i]);
	ck_assert(one->level[0].metric[M_ttft_ms_mean].sd > 0);		/* replications differ */
	run_result_free(one);
	run_result_free(two);
	run_result_free(many);
	fixture_release(&s);
}
END_TEST

static void count(void *ctx, int64_t done, int64_t total)
{
	int64_t *calls = ctx;

	ck_assert_int_eq(done, ++*calls);
	ck_assert_int_eq(total, 5);
}

START_TEST(progress)
{
	static const struct script_line line[] = { { 0, 10, 2, false } };
	struct script_params w = { LINES(line), .nlevels = 1 };
	struct plain_params e = { .prefill_ms = 20, .decode_ms = 5 };
	int64_t calls = 0;
	const struct run_options o = { .threads = 2, .progress = count, .progress_ctx = &calls };
	struct scenario s;

	fixture_init(&s, &plain_engine, &e, &script_workload, &w, 5);
	run_result_free(run_scenario(&s, &o));
	ck_assert_int_eq(calls, 5);
	fixture_release(&s);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("run");
	TCase *tc = tcase_create("run");

	tcase_add_test(tc, two_requests);
	tcase_add_test(tc, rejected);
	tcase_add_test(tc, hangs);
	tcase_add_test(tc, faults_are_found);
	tcase_add_test(tc, memory_is_judged);
	tcase_add_test(tc, measured_values);
	tcase_add_test(tc, engine_log);
	tcase_add_test(tc, timeline);
	tcase_add_test(tc, runs_grow);
	tcase_add_test(tc, threads_change_nothing);
	tcase_add_test(tc, progress);
	tcase_set_timeout(tc, 60);
	suite_add_tcase(s, tc);
	return harness_run(s);
}

/* check_clients.c - clients at both ends of the server: who gives up, how streams load the way back. */
#include "config.h"

#include "fixture.h"
#include "run_asserts.h"

/* The decode chunks of streaming rows load the way back: a slow detokenizer delays the answer. */
START_TEST(chunks_delay_the_answer)
{
	static const struct script_line line[] = { { 0, 10, 4, true } };
	struct script_params w = { LINES(line), .nlevels = 1 };
	struct plain_params e = { .prefill_ms = 10, .decode_ms = 1,
				  .frontend = { .out_service_ms = 3, .out_chunk_us = 5000 } };
	struct scenario s;
	struct run_result *r;

	fixture_init(&s, &plain_engine, &e, &script_workload, &w, 1);
	r = fixture_run(&s, 1);
	/* first chunk 10 to 15, chunks of 11 and 12 to 20 and 25, answer of 13 to 28 */
	IS(0, ttft_ms_mean, 15);
	IS(0, e2e_ms_mean, 28);
	IS(0, itl_ms_mean, 1);
	IS(0, tpot_ms_mean, 13 / 3.0);
	run_result_free(r);
	fixture_release(&s);
}
END_TEST

/* A chunk every other token: of the second and third token only the third goes on its own. */
START_TEST(wider_chunks_delay_it_less)
{
	static const struct script_line line[] = { { 0, 10, 4, true } };
	static const struct { int64_t tokens; double e2e_ms; } wide[] = { { 1, 28 }, { 2, 23 }, { 3, 18 }, { 9, 18 } };
	struct script_params w = { LINES(line), .nlevels = 1 };
	struct plain_params e = { .prefill_ms = 10, .decode_ms = 1,
				  .frontend = { .out_service_ms = 3, .out_chunk_us = 5000 } };
	struct scenario s;
	struct run_result *r;

	e.frontend.chunk_tokens = wide[_i].tokens;
	fixture_init(&s, &plain_engine, &e, &script_workload, &w, 1);
	r = fixture_run(&s, 1);
	IS(0, ttft_ms_mean, 15);
	IS(0, e2e_ms_mean, wide[_i].e2e_ms);
	run_result_free(r);
	fixture_release(&s);
}
END_TEST

/* 30 ms of patience, after which request 1 is on the GPU and request 2 waits in the engine. */
START_TEST(clients_give_up)
{
	static const struct script_line line[] = {
		{ 0, 10, 1, false }, { 1, 10, 1, false }, { 2, 10, 9, false },
	};
	struct script_params w = { LINES(line), .nlevels = 2, .gap_ms = 5, .timeout_s = 0.030 };
	struct plain_params e = { .prefill_ms = 20, .decode_ms = 7 };
	struct scenario s;
	struct run_result *r;

	fixture_init(&s, &plain_engine, &e, &script_workload, &w, 1);
	r = fixture_run(&s, 1);
	all_pass(r);
	IS(0, completed, 1);
	IS(0, failed, 2);
	IS(0, e2e_ms_mean, 20);
	/* request 1 runs from 20 and is given up at 31; the pass ends at 40.  Request 2 waits, until 32. */
	ck_assert_double_eq_tol(r->timeline.level[0].end_s, 0.040, 1e-12);
	ck_assert_double_eq_tol(r->timeline.level[1].begin_s, 0.045, 1e-12);
	ck_assert(warns(r, "level 0: 2 of 3 requests failed"));
	run_result_free(r);
	fixture_release(&s);
}
END_TEST

START_TEST(clients_give_up_on_the_way)
{
	static const struct script_line line[] = { { 0, 10, 1, false }, { 1, 10, 1, false } };
	struct script_params w = { LINES(line), .nlevels = 3, .timeout_s = 0.030 };
	struct plain_params back = { .prefill_ms = 5, .frontend = { .out_service_ms = 20 } };
	struct plain_params in = { .prefill_ms = 5, .frontend = { .in_service_ms = 20 } };
	struct scenario s;
	struct run_result *r;

	fixture_init(&s, &plain_engine, &back, &script_workload, &w, 2);
	r = fixture_run(&s, 2);		/* 1: made at 10, way back free at 25, would be there at 45 */
	all_pass(r);
	IS(0, completed, 1);
	IS(0, failed, 1);
	IS(0, duration_s, 0.025);
	ck_assert_double_eq_tol(r->timeline.level[0].end_s, 0.031, 1e-12);
	run_result_free(r);
	fixture_release(&s);

	fixture_init(&s, &plain_engine, &in, &script_workload, &w, 2);
	r = fixture_run(&s, 2);		/* 1: would arrive at 40 */
	all_pass(r);
	IS(0, completed, 1);
	IS(0, failed, 1);
	ck_assert_double_eq_tol(r->timeline.level[0].end_s, 0.031, 1e-12);
	run_result_free(r);
	fixture_release(&s);
}
END_TEST

/* Nobody gives up although the deadlines of all are checked on the way. */
START_TEST(patience)
{
	static const struct script_line line[] = {
		{ 0, 10, 1, false }, { 10, 10, 1, false }, { 40, 10, 1, true }, { 200, 10, 1, false },
	};
	struct script_params w = { LINES(line), .nlevels = 1, .timeout_s = 0.050 };
	struct plain_params e = { .prefill_ms = 20 };
	struct scenario s;
	struct run_result *r;

	fixture_init(&s, &plain_engine, &e, &script_workload, &w, 1);
	r = fixture_run(&s, 1);
	all_pass(r);
	IS(0, completed, 4);
	IS(0, failed, 0);
	IS(0, e2e_ms_mean, (20 + 30 + 20 + 20) / 4.0);
	run_result_free(r);
	fixture_release(&s);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("clients");
	TCase *tc = tcase_create("clients");

	tcase_add_test(tc, chunks_delay_the_answer);
	tcase_add_loop_test(tc, wider_chunks_delay_it_less, 0, 4);
	tcase_add_test(tc, clients_give_up);
	tcase_add_test(tc, clients_give_up_on_the_way);
	tcase_add_test(tc, patience);
	suite_add_tcase(s, tc);
	return harness_run(s);
}

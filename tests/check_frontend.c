/* check_frontend.c - the way in and back, by hand. */
#include "config.h"

#include "run/frontend.h"

#include "harness.h"

#define MS NS_PER_MS

static struct frontend make(void)
{
	const struct frontend_params p = {
		.in_latency_ms = 1, .in_service_ms = 2, .in_token_us = 10,
		.out_latency_ms = 3, .out_service_ms = 4, .out_chunk_us = 500,
	};
	struct frontend f;

	frontend_init(&f, &p);
	return f;
}

START_TEST(a_request_alone)
{
	struct frontend f = make();

	ck_assert_int_eq(frontend_in(&f, 0, 100), (1 + 2 + 1) * MS);
	ck_assert_int_eq(frontend_answer(&f, 50 * MS), (50 + 4 + 3) * MS);
}
END_TEST

START_TEST(a_burst_queues)
{
	struct frontend f = make();

	ck_assert_int_eq(frontend_in(&f, 0, 0), 3 * MS);
	ck_assert_int_eq(frontend_in(&f, 0, 0), 5 * MS);
	ck_assert_int_eq(frontend_in(&f, 1 * MS, 300), 10 * MS);	/* turn from 5, takes 2 + 3 */
	ck_assert_int_eq(frontend_in(&f, 20 * MS, 0), 23 * MS);		/* the queue is empty again */
}
END_TEST

START_TEST(answers_queue)
{
	struct frontend f = make();

	ck_assert_int_eq(frontend_answer(&f, 10 * MS), 17 * MS);
	ck_assert_int_eq(frontend_answer(&f, 11 * MS), 21 * MS);	/* latency takes no turn */
	ck_assert_int_eq(frontend_answer(&f, 18 * MS), 25 * MS);
}
END_TEST

START_TEST(chunks_load_the_way_back)
{
	struct frontend f = make();

	ck_assert_int_eq(frontend_first_chunk(&f, 0), MS / 2 + 3 * MS);
	frontend_chunks(&f, 0, 19);					/* busy until 10 ms now */
	frontend_chunks(&f, 5 * MS, 0);
	ck_assert_int_eq(frontend_first_chunk(&f, 6 * MS), 13 * MS + MS / 2);
	ck_assert_int_eq(frontend_answer(&f, 7 * MS), 17 * MS + MS / 2);
}
END_TEST

/* What a streaming client would have seen costs nobody a turn. */
START_TEST(alone_takes_no_turn)
{
	struct frontend f = make();

	ck_assert_int_eq(frontend_first_alone(&f, 10 * MS), 17 * MS);
	ck_assert_int_eq(frontend_first_alone(&f, 10 * MS), 17 * MS);
	ck_assert_int_eq(frontend_answer(&f, 10 * MS), 17 * MS);
}
END_TEST

/* The seen first token never comes after the whole answer, streaming or not. */
START_TEST(first_before_whole)
{
	struct frontend f = make();

	for (sim_time t = 0; t < 40 * MS; t += 3 * MS) {
		sim_time alone = frontend_first_alone(&f, t), chunk = frontend_first_chunk(&f, t);
		sim_time whole = frontend_answer(&f, t);

		ck_assert_int_le(alone, whole);
		ck_assert_int_le(chunk, whole);
	}
}
END_TEST

START_TEST(nothing_costs_nothing)
{
	const struct frontend_params none = { 0 };
	struct frontend f;

	frontend_init(&f, &none);
	ck_assert_int_eq(frontend_in(&f, 7, 1000), 7);
	ck_assert_int_eq(frontend_first_chunk(&f, 8), 8);
	ck_assert_int_eq(frontend_answer(&f, 8), 8);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("frontend");
	TCase *tc = tcase_create("frontend");

	tcase_add_test(tc, a_request_alone);
	tcase_add_test(tc, a_burst_queues);
	tcase_add_test(tc, answers_queue);
	tcase_add_test(tc, chunks_load_the_way_back);
	tcase_add_test(tc, alone_takes_no_turn);
	tcase_add_test(tc, first_before_whole);
	tcase_add_test(tc, nothing_costs_nothing);
	suite_add_tcase(s, tc);
	return harness_run(s);
}

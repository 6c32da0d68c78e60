/* check_itl.c - gaps between tokens, shared by pass and revocable. */
#include "config.h"

#include "run/itl.h"

#include "harness.h"

#define MS NS_PER_MS

START_TEST(gaps_share_runs)
{
	struct itl i = { .n = 0 };
	struct itl_trace a = { NULL }, b = { NULL };
	struct arena arena;
	struct samples s;
	struct slab nodes;

	arena_init(&arena, ARENA_CHUNK);
	slab_init(&nodes, &arena, sizeof(struct itl_node));
	samples_init(&s);
	for (sim_time t = 1; t <= 100; t++) {
		itl_add(&i, &a, &nodes, 10 * MS, t);
		itl_add(&i, &b, &nodes, t % 2 ? 10 * MS : 20 * MS, t);
	}
	ck_assert_uint_eq(i.n, 150);
	itl_samples(&i, &s);
	ck_assert_uint_eq(s.total, 200);
	ck_assert_double_eq(samples_mean(&s), 12.5);
	itl_revoke(&i, &b);
	itl_forget(&a, &nodes);
	itl_forget(&b, &nodes);
	ck_assert_uint_eq(nodes.live, 0);
	samples_clear(&s);
	itl_samples(&i, &s);
	ck_assert_uint_eq(s.total, 100);
	ck_assert_double_eq(samples_mean(&s), 10);
	samples_release(&s);
	itl_release(&i);
	arena_release(&arena);
}
END_TEST

/* Three gaps at one moment make three runs, whatever the order of the rows. */
START_TEST(rows_in_any_order)
{
	static const sim_time gap[] = { 1, 2, 3, 2, 1, 3, 3 };
	struct itl i = { .n = 0 };
	struct itl_trace t[7] = { { NULL } };
	struct arena arena;
	struct slab nodes;

	arena_init(&arena, ARENA_CHUNK);
	slab_init(&nodes, &arena, sizeof(struct itl_node));
	for (size_t k = 0; k < 7; k++)
		itl_add(&i, &t[k], &nodes, gap[k] * MS, 5);
	ck_assert_uint_eq(i.n, 3);
	itl_add(&i, &t[0], &nodes, 1 * MS, 6);		/* a new moment: a new run, even for an old gap */
	ck_assert_uint_eq(i.n, 4);
	for (size_t k = 0; k < 7; k++)
		itl_revoke(&i, &t[k]);
	for (size_t k = 0; k < i.n; k++)
		ck_assert_uint_eq(i.run[k].count, 0);
	itl_release(&i);
	arena_release(&arena);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("itl");
	TCase *tc = tcase_create("itl");

	tcase_add_test(tc, gaps_share_runs);
	tcase_add_test(tc, rows_in_any_order);
	suite_add_tcase(s, tc);
	return harness_run(s);
}

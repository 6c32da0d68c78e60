/* check_itl.c - gaps between tokens, shared by pass, revocable, and folded when nobody can take them back. */
#include "config.h"

#include "core/rng.h"
#include "run/lockstep.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "harness.h"

#define MS NS_PER_MS

struct bench {
	struct arena arena;
	struct slab nodes;
	struct itl itl;
};

static void setup(struct bench *b)
{
	arena_init(&b->arena, ARENA_CHUNK);
	slab_init(&b->nodes, &b->arena, sizeof(struct itl_node));
	itl_init(&b->itl, 0);
}

static void teardown(struct bench *b)
{
	ck_assert_uint_eq(b->nodes.live, 0);
	itl_release(&b->itl);
	arena_release(&b->arena);
}

START_TEST(gaps_share_runs)
{
	struct itl_trace a = { .n = 0 }, c = { .n = 0 };
	struct bench b;

	setup(&b);
	for (sim_time t = 1; t <= 100; t++) {
		itl_add(&b.itl, &a, &b.nodes, 10 * MS, t);
		itl_add(&b.itl, &c, &b.nodes, t % 2 ? 10 * MS : 20 * MS, t);
	}
	ck_assert_uint_eq(b.itl.list[ITL_SINGLE].n, 150);
	itl_revoke(&b.itl, &c);
	itl_forget(&b.itl, &a, &b.nodes);
	itl_forget(&b.itl, &c, &b.nodes);
	itl_fold_all(&b.itl);
	ck_assert_uint_eq(b.itl.folded.total, 100);
	ck_assert_double_eq(itl_mean_ms(&b.itl), 10);
	ck_assert_double_eq(samples_mean(&b.itl.folded), 10);
	teardown(&b);
}
END_TEST

/* Three gaps at one moment make three runs, whatever the order of the rows. */
START_TEST(rows_in_any_order)
{
	static const sim_time gap[] = { 1, 2, 3, 2, 1, 3, 3 };
	struct itl_trace t[7] = { { .n = 0 } };
	struct bench b;

	setup(&b);
	for (size_t k = 0; k < 7; k++)
		itl_add(&b.itl, &t[k], &b.nodes, gap[k] * MS, 5);
	ck_assert_uint_eq(b.itl.list[ITL_SINGLE].n, 3);
	itl_add(&b.itl, &t[0], &b.nodes, 1 * MS, 6);	/* a new moment: a new run, even for an old gap */
	ck_assert_uint_eq(b.itl.list[ITL_SINGLE].n, 4);
	for (size_t k = 0; k < 7; k++) {
		itl_revoke(&b.itl, &t[k]);
		itl_forget(&b.itl, &t[k], &b.nodes);
	}
	itl_fold_all(&b.itl);
	ck_assert_uint_eq(b.itl.folded.total, 0);
	teardown(&b);
}
END_TEST

/* A million steps with short requests need a ring of their length only. */
START_TEST(old_steps_are_folded)
{
	struct lockstep l;
	struct flight f;
	struct bench b;

	setup(&b);
	lockstep_init(&l, &b.itl, &b.nodes);
	for (uint64_t k = 0; k < 1000000; k++) {
		if (k % 100 == 0) {
			if (k > 0) {
				lockstep_leave(&l, &f, k);
				ck_assert_uint_eq(f.tokens, 101);
				itl_forget(&b.itl, &f.itl, &b.nodes);
			}
			f = (struct flight){ .tokens = 1, .t_token = (sim_time)k * MS };
			lockstep_join(&l, &f, k);
		}
		lockstep_step(&l, (sim_time)(k + 1) * MS);
	}
	ck_assert_uint_eq(b.itl.list[ITL_GROUP].cap, 1024);
	ck_assert_uint_eq(b.itl.folded.n, 1);
	lockstep_leave(&l, &f, 1000000);
	itl_forget(&b.itl, &f.itl, &b.nodes);
	itl_fold_all(&b.itl);
	ck_assert_uint_eq(b.itl.folded.total, 1000000);
	ck_assert_double_eq(itl_mean_ms(&b.itl), 1);
	teardown(&b);
}
END_TEST

/* ---- random rows, told in step, against the same rows told one by one */

#define ROWS	40
#define MOMENTS	3000

struct row {
	bool here, joined;
	struct flight step, alone;
};

struct both {
	struct bench step, alone;
	struct lockstep l;
	struct row row[ROWS];
	uint64_t steps;
	struct rng rng;
};

static void alone_token(struct both *x, struct row *r, sim_time now)
{
	if (r->alone.tokens++ > 0)
		itl_add(&x->alone.itl, &r->alone.itl, &x->alone.nodes, now - r->alone.t_token, now);
	r->alone.t_token = now;
}

static void single_token(struct both *x, struct row *r, sim_time now)
{
	alone_token(x, r, now);
	if (r->step.tokens++ > 0)
		itl_add(&x->step.itl, &r->step.itl, &x->step.nodes, now - r->step.t_token, now);
	r->step.t_token = now;
}

static void end(struct both *x, struct row *r)
{
	if (r->joined)
		lockstep_leave(&x->l, &r->step, x->steps);
	ck_assert_uint_eq(r->step.tokens, r->alone.tokens);
	ck_assert_int_eq(r->step.t_token, r->alone.t_token);
	if (rng_u64(&x->rng) % 3 == 0) {
		itl_revoke(&x->step.itl, &r->step.itl);
		itl_revoke(&x->alone.itl, &r->alone.itl);
	}
	itl_forget(&x->step.itl, &r->step.itl, &x->step.nodes);
	itl_forget(&x->alone.itl, &r->alone.itl, &x->alone.nodes);
	*r = (struct row){ .here = false };
}

static void moment(struct both *x, sim_time now)
{
	struct row *r = &x->row[rng_u64(&x->rng) % ROWS];

	switch (rng_u64(&x->rng) % 8) {
	case 0:
		if (r->here)
			end(x, r);
		else
			r->here = true;
		break;
	case 1:
		if (r->here && r->step.tokens > 0 && !r->joined) {
			lockstep_join(&x->l, &r->step, x->steps);
			r->joined = true;
		}
		break;
	case 2:
		if (r->joined) {
			lockstep_leave(&x->l, &r->step, x->steps);
			r->joined = false;
		}
		break;
	case 3:
		if (r->here && !r->joined)
			single_token(x, r, now);
		break;
	default:
		if (lockstep_rows(&x->l) == 0)
			return;
		lockstep_step(&x->l, now);
		x->steps++;
		for (size_t i = 0; i < ROWS; i++)
			if (x->row[i].joined)
				alone_token(x, &x->row[i], now);
	}
}

START_TEST(in_step_or_one_by_one)
{
	struct both *x = xcalloc(1, sizeof(*x));
	sim_time now = 0;

	rng_init(&x->rng, harness_seed(), (uint32_t)_i, "itl", 0);
	setup(&x->step);
	setup(&x->alone);
	lockstep_init(&x->l, &x->step.itl, &x->step.nodes);
	for (int k = 0; k < MOMENTS; k++)
		moment(x, now += (sim_time)(rng_u64(&x->rng) % 4) * MS);
	for (size_t i = 0; i < ROWS; i++)
		if (x->row[i].here)
			end(x, &x->row[i]);
	itl_fold_all(&x->step.itl);
	itl_fold_all(&x->alone.itl);
	ck_assert_uint_eq(x->step.itl.folded.total, x->alone.itl.folded.total);
	ck_assert_int_eq(x->step.itl.sum_s, x->alone.itl.sum_s);
	ck_assert_int_eq(x->step.itl.sum_ns, x->alone.itl.sum_ns);
	for (int p = 0; p <= 100; p++)
		ck_assert_double_eq(samples_quantile(&x->step.itl.folded, p / 100.0),
				    samples_quantile(&x->alone.itl.folded, p / 100.0));
	teardown(&x->step);
	teardown(&x->alone);
	free(x);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("itl");
	TCase *tc = tcase_create("itl");

	tcase_add_test(tc, gaps_share_runs);
	tcase_add_test(tc, rows_in_any_order);
	tcase_add_test(tc, old_steps_are_folded);
	tcase_add_loop_test(tc, in_step_or_one_by_one, 0, 20);
	suite_add_tcase(s, tc);
	return harness_run(s);
}

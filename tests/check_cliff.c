/* check_cliff.c - walls, plateaus and gains of sweeps whose truth is known. */
#include "config.h"

#include "run/cliff.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "run/gain.h"

#define N	8
#define REPS	5
#define M	M_output_throughput

static char memory_path[] = "engine.mem_fraction_static", policy_path[] = "engine.schedule_policy",
	    share_path[] = "workload.shared_share";
static char number[N][4] = { "0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9" };
static char *value[N] = { number[0], number[1], number[2], number[3], number[4], number[5], number[6],
			  number[7] };
static char fcfs[] = "fcfs", lpm[] = "lpm", *name[] = { fcfs, lpm };

/* A card of 10 GiB, weights of 2.5: the pool begins at 0.25; outside it takes 2 to 2.8 GiB: walls at 0.8
 * and 0.72. */
static void memory(struct sweep_point *p, double f)
{
	p->there = true;
	p->total_gib = 10.0;
	p->outside_gib = 10.0 * (1.0 - f);
	p->need_lo = 2.0;
	p->need_hi = 2.8;
	p->kv_tokens = f > 0.25 ? (uint64_t)llround((10.0 * f - 2.5) * 8192.0) : 0;
	p->memory = p->kv_tokens == 0 || p->outside_gib < 1.999 ? MEMORY_DOES_NOT_FIT :
		    p->outside_gib < p->need_hi ? MEMORY_AT_RISK : MEMORY_FITS;
	p->status = p->memory == MEMORY_DOES_NOT_FIT ? SWEEP_DOES_NOT_FIT : SWEEP_OK;
}

/* Replications vary by 20% among them, and all points alike: paired differences are those of the means,
 * but for `noise`. */
static void runs(struct sweep_point *p, double mean, double noise)
{
	static const double seed[REPS] = { 0.8, 0.9, 1.0, 1.1, 1.2 }, odd[REPS] = { 1, -1, 1, -1, 0 };
	struct sweep_level *l = calloc(1, sizeof(*l));

	p->replications = REPS;
	p->level = l;
	p->nlevels = 1;
	l->sample[M] = calloc(REPS, sizeof(double));
	for (int k = 0; k < REPS; k++)
		l->sample[M][k] = mean * seed[k] * (1.0 + noise * odd[k]);
	l->metric[M] = summary_of(l->sample[M], REPS);
}

static void release(struct sweep *s)
{
	for (size_t i = 0; i < s->grid.npoints; i++) {
		if (s->point[i].level)
			free(s->point[i].level->sample[M]);
		free(s->point[i].level);
	}
	free(s->point);
}

/* throughput[i] at value i, with so much of its own noise */
static struct sweep sweep_of(struct grid_axis *axis, const double throughput[N], double noise)
{
	struct sweep s = { 0 };

	*axis = (struct grid_axis){
		.path = memory_path, .value = value, .n = N, .numeric = true
	};
	s.grid = (struct grid){ .axis = axis, .naxes = 1, .npoints = N };
	s.point = calloc(N, sizeof(*s.point));
	for (size_t i = 0; i < N; i++) {
		memory(&s.point[i], strtod(value[i], NULL));
		if (s.point[i].status == SWEEP_OK)
			runs(&s.point[i], throughput[i], i % 2 ? noise : 0.0);
	}
	return s;
}

START_TEST(walls_are_where_memory_says)
{
	static const double flat[N] = { 0, 50, 99.5, 100, 100, 100, 100, 0 };
	enum metric m = M;
	struct grid_axis axis;
	struct sweep s = sweep_of(&axis, flat, 0.0);
	struct cliffs c;

	ck_assert(cliffs_find(&c, &s, NULL, &m, 1));
	ck_assert_uint_eq(c.nloads, 1);
	ck_assert_int_eq(c.load[0].left.cause, CLIFF_WEIGHTS);
	ck_assert_uint_eq(c.load[0].left.in, 1);
	ck_assert_double_eq_tol(c.load[0].left.at, 0.25, 1e-4);
	ck_assert_int_eq(c.load[0].right.cause, CLIFF_OUTSIDE);
	ck_assert_uint_eq(c.load[0].right.in, 6);
	ck_assert_double_eq_tol(c.load[0].right.at, 0.8, 1e-9);
	ck_assert_double_eq_tol(c.load[0].risk_at, 0.72, 1e-9);
	ck_assert_uint_eq(c.load[0].safe, 5);
	/* half a percent less is as good, a half is not; what is at risk is not advised */
	ck_assert_uint_eq(c.load[0].plateau[0].from, 2);
	ck_assert_uint_eq(c.load[0].plateau[0].to, 6);
	ck_assert_uint_eq(c.advice, 5);
	ck_assert_double_eq_tol(c.load[0].plateau[0].difference[1].mean, -50, 1e-9);
	cliffs_release(&c);
	release(&s);
}
END_TEST

/* Replications differ by 20%, but the same requests do not: only noise of its own keeps a point off the
 * plateau. */
START_TEST(plateaus_are_of_paired_differences)
{
	static const double rising[N] = { 0, 40, 60, 80, 90, 98, 100, 0 },
			    flat[N] = { 0, 100, 100, 100, 100, 100, 100, 0 };
	enum metric m = M;
	struct grid_axis axis;
	struct sweep s = sweep_of(&axis, rising, 0.0);
	struct cliffs c;

	ck_assert(cliffs_find(&c, &s, NULL, &m, 1));
	ck_assert_uint_eq(c.load[0].plateau[0].from, 6);
	ck_assert_uint_eq(c.load[0].plateau[0].to, 6);
	ck_assert_uint_eq(c.advice, 5);			/* the best is at risk */
	cliffs_release(&c);
	release(&s);
	s = sweep_of(&axis, flat, 0.03);
	ck_assert(cliffs_find(&c, &s, NULL, &m, 1));
	ck_assert_uint_eq(c.load[0].plateau[0].from,
			  c.load[0].plateau[0].to); /* it cannot be said that they are as good */
	cliffs_release(&c);
	release(&s);
}
END_TEST

START_TEST(no_walls_no_cliff)
{
	static const double flat[N] = { 0, 1, 1, 1, 1, 1, 1, 0 };
	enum metric m = M;
	struct grid_axis axis;
	struct sweep s = sweep_of(&axis, flat, 0.0);
	struct cliffs c;

	s.grid.axis[0].n = s.grid.npoints = 5; /* 0.3 to 0.7, of which the last is not at risk */
	s.point++;
	s.grid.axis[0].value++;
	ck_assert(!cliffs_find(&c, &s, NULL, &m, 1));
	s.point--;
	s.grid.npoints = N;
	release(&s);
}
END_TEST

/* 2 names x 3 numbers: lpm has +10%, +0.5%, -10%. */
START_TEST(gains_are_paired)
{
	static const double more[] = { 1.1, 1.005, 0.9 };
	struct grid_axis axis[2] = {
		{ .path = policy_path, .value = name, .n = 2 },
		{ .path = share_path, .value = value, .n = 3, .numeric = true },
	};
	struct sweep s = { .grid = { axis, 2, 6 } };
	struct gain_of o;
	struct gains g;

	s.point = calloc(6, sizeof(*s.point));
	for (size_t i = 0; i < 6; i++)
		runs(&s.point[i], 100.0 * (i < 3 ? 1.0 : more[i - 3]), 0.0);
	ck_assert(gains_find(&g, &s, NULL, M));
	for (size_t i = 3; i < 6; i++) {
		ck_assert_uint_eq(gain_base(&g, i), i - 3);
		ck_assert_double_eq_tol(g.pct[i].mean, 100.0 * (more[i - 3] - 1.0), 1e-9);
		ck_assert_double_eq_tol(g.pct[i].hi - g.pct[i].lo, 0, 1e-9);
	}
	ck_assert(gain_better(&g, 3) && !gain_better(&g, 4) && !gain_worse(&g, 4) && gain_worse(&g, 5));
	o = gain_of(&g, 1);
	ck_assert_uint_eq(o.n, 3);
	ck_assert_uint_eq(o.better, 1);
	ck_assert_uint_eq(o.worse, 1);
	ck_assert_uint_eq(o.best, 3);
	ck_assert_uint_eq(o.worst, 5);
	gains_release(&g);
	axis[0].variant = true;			/* loads of their own: nothing to compare */
	ck_assert(!gains_find(&g, &s, NULL, M));
	release(&s);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("cliff");
	TCase *tc = tcase_create("cliff");

	tcase_add_test(tc, walls_are_where_memory_says);
	tcase_add_test(tc, plateaus_are_of_paired_differences);
	tcase_add_test(tc, no_walls_no_cliff);
	tcase_add_test(tc, gains_are_paired);
	suite_add_tcase(suite, tc);
	return harness_run(suite);
}

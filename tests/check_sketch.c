/* check_sketch.c - the stated error against exact percentiles; merge, removal and memory. */
#include "config.h"

#include "stat/sketch.h"

#include <float.h>
#include <gsl/gsl_randist.h>
#include <math.h>

#include "core/rng.h"
#include "harness.h"
#include "stat/quantile.h"

#define ROUND	(4 * DBL_EPSILON)	/* of the comparison itself */

static struct sketch s, t;

static void setup(void)
{
	sketch_init(&s);
	sketch_init(&t);
}

static void teardown(void)
{
	sketch_release(&s);
	sketch_release(&t);
}

/*
 * Distributions of a time in ms: narrow, wide, heavy, with ties, with zeros, on the edges of buckets
 */

enum { UNIFORM, EXPONENTIAL, LOGNORMAL, PARETO, CONSTANT, TWO_MODES, ZEROS, POWERS, TINY, DISTRIBUTIONS };

static double draw(int distribution, gsl_rng *g)
{
	switch (distribution) {
	case UNIFORM: return gsl_ran_flat(g, 20, 60);
	case EXPONENTIAL: return gsl_ran_exponential(g, 1000);
	case LOGNORMAL: return gsl_ran_lognormal(g, 3, 2.5);
	case PARETO: return fmin(gsl_ran_pareto(g, 0.5, 0.1), SKETCH_MOST / 2);
	case CONSTANT: return 29.517342;
	case TWO_MODES: return gsl_rng_uniform(g) < 0.95 ? gsl_ran_gaussian(g, 0.01) + 25 : 1e5;
	case ZEROS: return gsl_rng_uniform(g) < 0.4 ? 0.0 : gsl_ran_exponential(g, 1);
	case POWERS: return ldexp(1.0, (int)gsl_rng_uniform_int(g, 64) - 20);
	default: return gsl_ran_exponential(g, 1e-5);
	}
}

/* Values below SKETCH_LEAST are 0 to both. */
static double seen_as(double ms)
{
	return ms < SKETCH_LEAST ? 0.0 : ms;
}

static void assert_close(struct samples *exact)
{
	for (int k = 0; k <= 1000; k++) {
		double p = k / 1000.0, x = samples_quantile(exact, p), got = sketch_quantile(&s, p);

		if (!(fabs(got - x) <= (SKETCH_ALPHA + ROUND) * x))
			ck_abort_msg("p %.3f: sketch %.17g, exact %.17g, off by %.3g of it", p, got, x,
				     fabs(got - x) / x);
	}
}

static void compare_with_exact(int distribution, size_t n, uint64_t seed, uint64_t round)
{
	struct samples exact;
	struct rng rng;

	rng_init(&rng, seed, (uint32_t)distribution, "check_sketch", round);
	samples_init(&exact);
	sketch_clear(&s);
	for (size_t i = 0; i < n; i++) {
		double ms = seen_as(draw(distribution, &rng.gsl));
		uint64_t count = 1 + (distribution % 2 ? gsl_rng_uniform_int(&rng.gsl, 9) : 0);

		sketch_add(&s, ms, count);
		samples_add(&exact, ms, count);
	}
	ck_assert_uint_eq(s.total, exact.total);
	assert_close(&exact);
	samples_release(&exact);
}

START_TEST(error_is_within_alpha)
{
	static const size_t size[] = { 1, 2, 3, 10, 101, 5000 };
	uint64_t seed = harness_seed();

	for (int d = 0; d < DISTRIBUTIONS; d++)
		for (size_t i = 0; i < sizeof(size) / sizeof(size[0]); i++)
			for (uint64_t round = 0; round < 5; round++)
				compare_with_exact(d, size[i], seed, 10 * i + round);
}
END_TEST

/* The bound cannot be much smaller: the largest value of a bucket at a power of two reaches it. */
START_TEST(bound_is_tight)
{
	double worst = 0;

	for (double x = 1.0; x < 2.0; x += 1e-5) {
		double got;

		sketch_clear(&s);
		sketch_add(&s, x, 1);
		got = sketch_quantile(&s, 0.5);
		worst = fmax(worst, fabs(got - x) / x);
	}
	ck_assert_double_le(worst, SKETCH_ALPHA + ROUND);
	ck_assert_double_gt(worst, 0.95 * SKETCH_ALPHA);
}
END_TEST

static void assert_same(const struct sketch *a, const struct sketch *b)
{
	ck_assert_uint_eq(a->total, b->total);
	ck_assert_uint_eq(a->zero, b->zero);
	if (a->total == 0)
		return;
	for (int k = 0; k <= 200; k++)
		ck_assert_double_eq(sketch_quantile(a, k / 200.0), sketch_quantile(b, k / 200.0));
}

START_TEST(merge_equals_joint)
{
	uint64_t seed = harness_seed();

	for (uint64_t round = 0; round < 40; round++) {
		struct sketch part[3] = { { 0 } }, joint = { 0 };
		struct rng rng;

		rng_init(&rng, seed, 0, "check_sketch merge", round);
		for (size_t i = 0; i < 600; i++) {
			double ms = draw((int)gsl_rng_uniform_int(&rng.gsl, DISTRIBUTIONS), &rng.gsl);

			sketch_add(&part[gsl_rng_uniform_int(&rng.gsl, 3)], ms, 1 + i % 3);
			sketch_add(&joint, ms, 1 + i % 3);
		}
		for (int i = 0; i < 3; i++)
			sketch_merge(&s, &part[(i + (int)round) % 3]);
		assert_same(&s, &joint);
		sketch_release(&joint);
		sketch_release(&s);
		for (int i = 0; i < 3; i++)
			sketch_release(&part[i]);
	}
}
END_TEST

START_TEST(removing_undoes_adding)
{
	static double out[1000];
	struct rng rng;

	rng_init(&rng, harness_seed(), 0, "check_sketch remove", 0);
	for (size_t i = 0; i < 1000; i++) {
		double ms = draw((int)(i % DISTRIBUTIONS), &rng.gsl);

		out[i] = draw((int)gsl_rng_uniform_int(&rng.gsl, DISTRIBUTIONS), &rng.gsl);
		sketch_add(&s, ms, 2);
		sketch_add(&s, out[i], 3);
		sketch_add(&t, ms, 2);
	}
	for (size_t i = 1000; i-- > 0;)
		sketch_remove(&s, out[i], 3);
	assert_same(&s, &t);
	sketch_merge(&s, &t);
	for (uint32_t i = 0; i < t.n; i++)	/* whoever looks at buckets sees both */
		ck_assert_uint_eq(s.count[t.first - s.first + i], 2 * t.count[i]);
}
END_TEST

START_TEST(memory_is_bounded)
{
	for (int e = -20; e < 44; e++)
		sketch_add(&s, ldexp(1.999, e), 1000000000000);
	ck_assert_uint_eq(s.n * sizeof(*s.count), SKETCH_BYTES_MAX);
	sketch_add(&s, 1e-300, 1);
	sketch_add(&s, 0.0, 1);
	sketch_add(&s, (double)INT64_MAX / 1e6, 1);
	ck_assert_uint_eq(s.n * sizeof(*s.count), SKETCH_BYTES_MAX);
	for (int i = 0; i < 100; i++)
		sketch_add(&t, 10.0 + i / 100.0, 1);
	ck_assert_uint_eq(t.n, 1u << SKETCH_BITS);
}
END_TEST

START_TEST(clear_forgets)
{
	sketch_add(&s, 5.0, 3);
	sketch_add(&s, 0.0, 3);
	sketch_clear(&s);
	ck_assert_uint_eq(s.total, 0);
	sketch_add(&s, 1000.0, 0);
	ck_assert_uint_eq(s.total, 0);
	sketch_add(&s, 2.0, 1);
	ck_assert_double_eq_tol(sketch_quantile(&s, 0.0), 2.0, 2.01 * SKETCH_ALPHA);
}
END_TEST

/* p = 0.5 of {0, 10} is between a zero and a value; of {1, 1000}, between far buckets. */
START_TEST(interpolates_between_neighbours)
{
	sketch_add(&s, 0.0, 1);
	sketch_add(&s, 10.0, 1);
	ck_assert_double_eq_tol(sketch_quantile(&s, 0.5), 5.0, 5.0 * SKETCH_ALPHA);
	ck_assert_double_eq(sketch_quantile(&s, 0.0), 0.0);
	sketch_clear(&s);
	sketch_add(&s, 1.0, 1);
	sketch_add(&s, 1000.0, 1);
	ck_assert_double_eq_tol(sketch_quantile(&s, 0.25), 250.75, 250.75 * SKETCH_ALPHA);
}
END_TEST

START_TEST(refuses_negative)
{
	sketch_add(&s, -1e-9, 1);
}
END_TEST

START_TEST(refuses_nan)
{
	sketch_add(&s, (double)NAN, 1);
}
END_TEST

START_TEST(refuses_removing_what_is_not_there)
{
	sketch_add(&s, 5.0, 1);
	sketch_remove(&s, 5.0, 2);
}
END_TEST

START_TEST(refuses_removing_from_nothing)
{
	sketch_remove(&s, 5.0, 1);
}
END_TEST

START_TEST(refuses_quantile_of_nothing)
{
	sketch_add(&s, 5.0, 1);
	sketch_remove(&s, 5.0, 1);
	sketch_quantile(&s, 0.5);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("sketch");
	TCase *tc = tcase_create("sketch");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, error_is_within_alpha);
	tcase_add_test(tc, bound_is_tight);
	tcase_add_test(tc, merge_equals_joint);
	tcase_add_test(tc, removing_undoes_adding);
	tcase_add_test(tc, memory_is_bounded);
	tcase_add_test(tc, clear_forgets);
	tcase_add_test(tc, interpolates_between_neighbours);
	harness_add_bug_test(tc, refuses_negative);
	harness_add_bug_test(tc, refuses_nan);
	harness_add_bug_test(tc, refuses_removing_what_is_not_there);
	harness_add_bug_test(tc, refuses_removing_from_nothing);
	harness_add_bug_test(tc, refuses_quantile_of_nothing);
	suite_add_tcase(suite, tc);
	return harness_run(suite);
}

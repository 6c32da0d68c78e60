/* check_quantile.c - percentiles equal numpy's, weighted equals expanded. */
#include "config.h"

#include "stat/quantile.h"

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

#include "core/rng.h"
#include "harness.h"

static struct samples s;

static void setup(void)
{
	samples_init(&s);
}

static void teardown(void)
{
	samples_release(&s);
}

static void add_all(const double *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		samples_add(&s, x[i], 1);
}

/* Expected: python3 -c 'import numpy as np; print(np.percentile([10.5, ...], q))' with numpy 2.4.6. */
START_TEST(equals_numpy)
{
	static const double x[] = { 10.5, 3.25, 7.0, 7.0, 1.125, 99.9, 42.0, 3.25, 8.75, 0.1 };
	static const double expected[][2] = {
		{ 0.00, 0.1 }, { 0.25, 3.25 }, { 0.50, 7.0 }, { 0.90, 47.78999999999998 },
		{ 0.95, 73.84499999999994 }, { 0.99, 94.68900000000001 }, { 1.00, 99.9 },
	};

	add_all(x, sizeof(x) / sizeof(x[0]));
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		ck_assert_double_eq(samples_quantile(&s, expected[i][0]), expected[i][1]);
}
END_TEST

/* np.percentile([2]*3 + [5] + [7]*6, [10, 25, 40, 50, 99]), numpy 2.4.6 */
START_TEST(weighted_equals_numpy)
{
	samples_add(&s, 7.0, 6);
	samples_add(&s, 2.0, 3);
	samples_add(&s, 5.0, 1);
	ck_assert_uint_eq(s.total, 10);
	ck_assert_double_eq(samples_quantile(&s, 0.10), 2.0);
	ck_assert_double_eq(samples_quantile(&s, 0.25), 2.75);
	ck_assert_double_eq(samples_quantile(&s, 0.40), 6.2);
	ck_assert_double_eq(samples_quantile(&s, 0.50), 7.0);
	ck_assert_double_eq(samples_quantile(&s, 0.99), 7.0);
	ck_assert_double_eq(samples_mean(&s), 5.3);
}
END_TEST

START_TEST(one_value)
{
	samples_add(&s, 3.5, 1);
	ck_assert_double_eq(samples_quantile(&s, 0.0), 3.5);
	ck_assert_double_eq(samples_quantile(&s, 0.99), 3.5);
	ck_assert_double_eq(samples_quantile(&s, 1.0), 3.5);
	ck_assert_double_eq(samples_mean(&s), 3.5);
}
END_TEST

/* Random counts and values with ties against the expanded, sorted array and GSL's own quantile
 * (which interpolates in another form: a few ulp). */
START_TEST(weighted_equals_expanded)
{
	static double expanded[20000];
	struct rng rng;
	uint64_t seed = harness_seed();

	for (uint64_t round = 0; round < 50; round++) {
		size_t n = 0;

		rng_init(&rng, seed, 0, "check_quantile", round);
		samples_clear(&s);
		for (int i = 0; i < 300; i++) {
			double value = (double)gsl_rng_uniform_int(&rng.gsl, 100) / 8.0 - 3.0;
			uint64_t count = 1 + gsl_rng_uniform_int(&rng.gsl, 30);

			samples_add(&s, value, count);
			while (count-- > 0)
				expanded[n++] = value;
		}
		ck_assert_uint_eq(s.total, n);
		ck_assert_double_eq_tol(samples_mean(&s), gsl_stats_mean(expanded, 1, n), 1e-12);
		gsl_sort(expanded, 1, n);
		for (int k = 0; k <= 1000; k++) {
			double p = k / 1000.0;

			ck_assert_double_eq_tol(samples_quantile(&s, p),
				gsl_stats_quantile_from_sorted_data(expanded, 1, n, p), 1e-12);
		}
	}
}
END_TEST

START_TEST(equal_neighbours_share)
{
	for (int i = 0; i < 1000; i++)
		samples_add(&s, 29.5, 1);
	ck_assert_uint_eq(s.n, 1);
	ck_assert_uint_eq(s.total, 1000);
	samples_add(&s, 30.5, 2);
	samples_add(&s, 29.5, 1);
	ck_assert_uint_eq(s.n, 3);
	samples_quantile(&s, 0.5);
	ck_assert_uint_eq(s.n, 2);		/* merged by the sort */
	ck_assert_uint_eq(s.total, 1003);
}
END_TEST

START_TEST(adding_after_a_quantile)
{
	samples_add(&s, 5.0, 1);
	samples_add(&s, 1.0, 1);
	ck_assert_double_eq(samples_quantile(&s, 0.5), 3.0);
	samples_add(&s, 0.0, 1);
	ck_assert_double_eq(samples_quantile(&s, 0.5), 1.0);
	ck_assert_double_eq(samples_quantile(&s, 0.0), 0.0);
}
END_TEST

START_TEST(clear_forgets)
{
	samples_add(&s, 5.0, 3);
	samples_add(&s, 1.0, 3);
	samples_clear(&s);
	ck_assert_uint_eq(s.total, 0);
	samples_add(&s, 2.0, 1);
	ck_assert_double_eq(samples_quantile(&s, 1.0), 2.0);
	ck_assert_double_eq(samples_mean(&s), 2.0);
}
END_TEST

/* 0.1 and its friends, in two orders and with large cancelling values: the same digits. */
START_TEST(mean_is_independent_of_order)
{
	static const double x[] = { 1e16, 0.1, -1e16, 0.2, 0.3, 3.3, 1e15, -1e15, 0.7 };
	size_t n = sizeof(x) / sizeof(x[0]);
	double mean;

	add_all(x, n);
	mean = samples_mean(&s);
	ck_assert_double_eq_tol(mean, 4.6 / 9.0, 1e-15);
	samples_quantile(&s, 0.5);
	ck_assert_double_eq(samples_mean(&s), mean);
}
END_TEST

START_TEST(refuses_nan)
{
	samples_add(&s, (double)NAN, 1);
}
END_TEST

START_TEST(refuses_no_count)
{
	samples_add(&s, 1.0, 0);
}
END_TEST

START_TEST(refuses_quantile_of_nothing)
{
	samples_quantile(&s, 0.5);
}
END_TEST

START_TEST(refuses_percent)
{
	samples_add(&s, 1.0, 1);
	samples_quantile(&s, 95.0);
}
END_TEST

/* Long arrays are sorted by digits: any doubles, tiny and negative ones too, against GSL's sort. */
START_TEST(many_values)
{
	const size_t n = 20000;
	double *x = calloc(n, sizeof(*x));
	struct rng rng;

	rng_init(&rng, harness_seed(), 0, "many", 0);
	for (size_t i = 0; i < n; i++) {
		x[i] = (gsl_rng_uniform(&rng.gsl) - 0.3) * pow(10, (double)(i % 60) - 30);
		samples_add(&s, x[i], 1);
	}
	gsl_sort(x, 1, n);
	for (int p = 0; p <= 1000; p++) {
		double want = gsl_stats_quantile_from_sorted_data(x, 1, n, p / 1000.0);

		ck_assert_double_eq_tol(samples_quantile(&s, p / 1000.0), want, 1e-12 * fabs(want));
	}
	free(x);
}
END_TEST

/* One value far away: the others are the same in all digits that are sorted by, and in no order. */
START_TEST(close_values)
{
	const size_t n = 5000;

	samples_add(&s, 1e300, 1);
	for (size_t i = 0; i < n; i++)
		samples_add(&s, 1.0 + (double)(i * 1237 % n) * 0x1p-52, 1);
	for (size_t i = 0; i < n; i += 7)
		ck_assert_double_eq(samples_quantile(&s, (double)i / (double)n), 1.0 + (double)i * 0x1p-52);
	ck_assert_double_eq(samples_quantile(&s, 1.0), 1e300);
}
END_TEST

/* A copy goes its own way, and from now on as the original would have. */
START_TEST(copy)
{
	struct samples both;

	samples_limit(&s, 100);
	for (int n = 1; n <= 300; n++) {
		samples_add(&s, n * 37 % 301, 2);
		if (n != 50 && n != 250)		/* exact; a sketch */
			continue;
		samples_init(&both);
		samples_copy(&both, &s);
		ck_assert_uint_eq(both.total, s.total);
		ck_assert_double_eq(samples_mean(&both), samples_mean(&s));
		ck_assert_double_eq(samples_quantile(&both, 0.5), samples_quantile(&s, 0.5));
		samples_add(&both, 1e6, 1);
		ck_assert_double_lt(samples_quantile(&s, 1.0), 302);
		ck_assert_double_gt(samples_quantile(&both, 1.0), 9e5);
		ck_assert_int_eq(samples_exact(&both), samples_exact(&s));
		samples_release(&both);
	}
	ck_assert(!samples_exact(&s));
}
END_TEST

/* At the limit exact, one different value more: a sketch, with its bound; repeats do not count. */
START_TEST(limit)
{
	const size_t n = 3000;
	double *x = calloc(n + 1, sizeof(*x)), mean = 0;
	struct rng rng;

	rng_init(&rng, harness_seed(), 0, "limit", 0);
	samples_limit(&s, n);
	for (size_t i = 0; i <= n; i++)
		x[i] = exp(5 * gsl_rng_uniform(&rng.gsl));
	for (size_t k = 0; k < 5 * n; k++)
		samples_add(&s, x[k % n], 1);
	samples_quantile(&s, 0.5);
	ck_assert(samples_exact(&s));
	ck_assert_uint_eq(s.total, 5 * n);
	samples_add(&s, x[n], 5);
	samples_quantile(&s, 0.5);
	ck_assert(!samples_exact(&s));
	ck_assert_uint_eq(s.total, 5 * n + 5);
	for (size_t i = 0; i <= n; i++)
		mean += x[i] / (double)(n + 1);
	ck_assert_double_eq_tol(samples_mean(&s), mean, 1e-9);
	gsl_sort(x, 1, n + 1);
	for (int p = 0; p <= 100; p++) {
		double exact = x[(size_t)p * n / 100];

		ck_assert_double_eq_tol(samples_quantile(&s, p / 100.0), exact, 1.01 * SKETCH_ALPHA * exact);
	}
	samples_clear(&s);
	samples_add(&s, 7.0, 1);
	ck_assert(samples_exact(&s));
	ck_assert_double_eq(samples_mean(&s), 7.0);
	free(x);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("quantile");
	TCase *tc = tcase_create("quantile");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, equals_numpy);
	tcase_add_test(tc, weighted_equals_numpy);
	tcase_add_test(tc, one_value);
	tcase_add_test(tc, weighted_equals_expanded);
	tcase_add_test(tc, equal_neighbours_share);
	tcase_add_test(tc, adding_after_a_quantile);
	tcase_add_test(tc, clear_forgets);
	tcase_add_test(tc, many_values);
	tcase_add_test(tc, close_values);
	tcase_add_test(tc, copy);
	tcase_add_test(tc, limit);
	tcase_add_test(tc, mean_is_independent_of_order);
	harness_add_bug_test(tc, refuses_nan);
	harness_add_bug_test(tc, refuses_no_count);
	harness_add_bug_test(tc, refuses_quantile_of_nothing);
	harness_add_bug_test(tc, refuses_percent);
	suite_add_tcase(suite, tc);
	return harness_run(suite);
}

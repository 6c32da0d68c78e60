/* check_dist.c - each distribution has the mean and the spread its formula says. */
#include "config.h"

#include "stat/dist.h"

#include <math.h>

#include "core/rng.h"
#include "harness.h"

#define DRAWS	400000

static double values[] = { 1.0, 2.0, 4.0, 9.0 };
static double cumulative[] = { 0.1, 0.4, 0.9, 1.0 };

#define UNCLAMPED	.min = -INFINITY, .max = INFINITY

/* Mean and standard deviation by the textbook formula, worked out here as plain arithmetic. */
static const struct {
	struct dist dist;
	double mean, sd, max;
} cases[] = {
	{ { DIST_CONSTANT, .a = 128.0, UNCLAMPED }, 128.0, 0.0, 128.0 },
	/* (a + b) / 2, (b - a) / sqrt(12) */
	{ { DIST_UNIFORM, .a = 0.5, .b = 2.0, UNCLAMPED }, 1.25, 0.4330127018922193, 2.0 },
	/* mean = sd */
	{ { DIST_EXPONENTIAL, .a = 3.0, UNCLAMPED }, 3.0, 3.0, INFINITY },
	/* exp(z + s^2/2) with z = 1, s = 0.5: exp(1.125); sd = mean * sqrt(exp(0.25) - 1) */
	{ { DIST_LOGNORMAL, .a = 1.0, .b = 0.5, UNCLAMPED }, 3.080216848918031, 1.641572189, INFINITY },
	/* k * theta, sqrt(k) * theta with k = 4, theta = 2.5 */
	{ { DIST_GAMMA, .a = 4.0, .b = 2.5, UNCLAMPED }, 10.0, 5.0, INFINITY },
	/* lambda = 2, k = 2 (Rayleigh): sqrt(pi), sqrt(4 - pi) */
	{ { DIST_WEIBULL, .a = 2.0, .b = 2.0, UNCLAMPED }, 1.7724538509055159, 0.9265013646, INFINITY },
	/* (1 + 2 + 4 + 9) / 4 = 4; sqrt((9 + 4 + 0 + 25) / 4) */
	{ { DIST_EMPIRICAL, UNCLAMPED, .value = values, .n = 4 }, 4.0, 3.0822070014844885, 9.0 },
	/* 0.1 + 0.6 + 2.0 + 0.9 = 3.6; 0.1 * 6.76 + 0.3 * 2.56 + 0.5 * 0.16 + 0.1 * 29.16 = 4.44 */
	{ { DIST_CATEGORICAL, UNCLAMPED, .value = values, .weight = cumulative, .n = 4 },
	  3.6, 2.1071307505705477, 9.0 },
};
#define CASES	(sizeof(cases) / sizeof(cases[0]))

/* Mean within 4.5 standard errors.  The sd's own standard error depends on the fourth moment; for the
 * heaviest tail here (lognormal, kurtosis 8.9) it is sd * sqrt(7.9 / 4 / DRAWS) = 0.22%: 1% is 4.5 of it. */
START_TEST(moments)
{
	const struct dist *d = &cases[_i].dist;
	double sum = 0.0, square = 0.0, mean, sd;
	struct rng rng;

	rng_init(&rng, harness_seed(), 0, "check_dist", (uint64_t)_i);
	for (int i = 0; i < DRAWS; i++) {
		double x = dist_draw(d, &rng.gsl) - cases[_i].mean;

		sum += x;
		square += x * x;
	}
	mean = sum / DRAWS;
	sd = sqrt(square / DRAWS - mean * mean);
	ck_assert_double_le(fabs(mean), 4.5 * cases[_i].sd / sqrt(DRAWS));
	ck_assert_double_le(fabs(sd - cases[_i].sd), 0.01 * cases[_i].sd);
	ck_assert_double_eq_tol(dist_mean(d), cases[_i].mean, 1e-12 * cases[_i].mean);
	if (isinf(cases[_i].max))
		ck_assert_double_infinite(dist_max(d));
	else
		ck_assert_double_eq(dist_max(d), cases[_i].max);
}
END_TEST

START_TEST(names_are_those_of_scenarios)
{
	static const char *const expected[] = {
		"constant", "uniform", "exponential", "lognormal", "gamma", "weibull", "empirical", "categorical"
	};

	for (size_t i = 0; i < 8; i++)
		ck_assert_str_eq(dist_kind_name[i], expected[i]);
	ck_assert_ptr_null(dist_kind_name[8]);
}
END_TEST

/* Each value as often as its share, within 4.5 standard errors; nothing else ever. */
START_TEST(categorical_frequencies)
{
	static const double share[] = { 0.1, 0.3, 0.5, 0.1 };
	int count[4] = { 0 };
	struct rng rng;

	rng_init(&rng, harness_seed(), 0, "check_dist", 100);
	for (int i = 0; i < DRAWS; i++) {
		double x = dist_draw(&cases[7].dist, &rng.gsl);
		int k = 0;

		while (x < values[k] || x > values[k])
			ck_assert_int_lt(++k, 4);
		count[k]++;
	}
	for (int k = 0; k < 4; k++)
		ck_assert_double_le(fabs(count[k] - share[k] * DRAWS),
				    4.5 * sqrt(share[k] * (1.0 - share[k]) * DRAWS));
}
END_TEST

START_TEST(clamps)
{
	struct dist d = { DIST_EXPONENTIAL, .a = 100.0, .min = 50.0, .max = 120.0 };
	int at_min = 0, at_max = 0;
	struct rng rng;

	rng_init(&rng, harness_seed(), 0, "check_dist", 101);
	for (int i = 0; i < 10000; i++) {
		double x = dist_draw(&d, &rng.gsl);

		ck_assert_double_ge(x, 50.0);
		ck_assert_double_le(x, 120.0);
		at_min += x <= 50.0;
		at_max += x >= 120.0;
	}
	/* 1 - exp(-0.5) = 0.393 and exp(-1.2) = 0.301 of 10,000; standard error below 50 */
	ck_assert_int_lt(abs(at_min - 3935), 225);
	ck_assert_int_lt(abs(at_max - 3012), 225);
	ck_assert_double_eq(dist_max(&d), 120.0);
	ck_assert_double_eq(dist_mean(&d), 100.0);	/* of the distribution, not of what clamping leaves */
}
END_TEST

START_TEST(upper_end_respects_both_clamps)
{
	struct dist low = { DIST_UNIFORM, .a = 1.0, .b = 2.0, .min = 5.0, .max = 8.0 };
	struct dist high = { DIST_EMPIRICAL, .value = values, .n = 4, .min = 0.0, .max = 3.0 };

	ck_assert_double_eq(dist_max(&low), 5.0);
	ck_assert_double_eq(dist_max(&high), 3.0);
}
END_TEST

START_TEST(integers_are_rounded)
{
	struct dist d = { DIST_CONSTANT, .a = 2.5, .min = 0.0, .max = INFINITY };
	struct rng rng;

	rng_init(&rng, 1, 0, "check_dist", 102);
	ck_assert_int_eq(dist_draw_int(&d, &rng.gsl), 3);
	d.a = 2.49;
	ck_assert_int_eq(dist_draw_int(&d, &rng.gsl), 2);
	d.a = 128.0;
	ck_assert_int_eq(dist_draw_int(&d, &rng.gsl), 128);
}
END_TEST

/* Replacing a number by a distribution elsewhere must not shift this stream. */
START_TEST(a_constant_draws_nothing)
{
	struct rng a, b;

	rng_init(&a, 1, 0, "check_dist", 103);
	rng_init(&b, 1, 0, "check_dist", 103);
	dist_draw(&cases[0].dist, &a.gsl);
	ck_assert_uint_eq(rng_u64(&a), rng_u64(&b));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("dist");
	TCase *tc = tcase_create("dist");

	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, moments, 0, CASES);
	tcase_add_test(tc, names_are_those_of_scenarios);
	tcase_add_test(tc, categorical_frequencies);
	tcase_add_test(tc, clamps);
	tcase_add_test(tc, upper_end_respects_both_clamps);
	tcase_add_test(tc, integers_are_rounded);
	tcase_add_test(tc, a_constant_draws_nothing);
	suite_add_tcase(s, tc);
	return harness_run(s);
}

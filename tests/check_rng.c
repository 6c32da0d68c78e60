/* check_rng.c - the generator is xoshiro256**, the streams are independent. */
#include "config.h"

#include "core/rng.h"

#include <math.h>

#include "harness.h"

/* Reference: first outputs from the state 1, 2, 3, 4, recomputed in Python from
 * https://prng.di.unimi.it/xoshiro256starstar.c; ports of the generator test with the same ten. */
static const uint64_t from_1234[10] = {
	UINT64_C(11520), UINT64_C(0), UINT64_C(1509978240), UINT64_C(1215971899390074240),
	UINT64_C(1216172134540287360), UINT64_C(607988272756665600), UINT64_C(16172922978634559625),
	UINT64_C(8476171486693032832), UINT64_C(10595114339597558777), UINT64_C(2904607092377533576),
};

static void start_at_1234(struct rng *r)
{
	rng_init(r, 0, 0, "", 0);
	for (uint64_t i = 0; i < 4; i++)
		r->s[i] = i + 1;
}

START_TEST(known_answers)
{
	struct rng r;

	start_at_1234(&r);
	for (int i = 0; i < 10; i++)
		ck_assert_uint_eq(rng_u64(&r), from_1234[i]);
}
END_TEST

START_TEST(integers_are_the_upper_bits)
{
	struct rng r;

	start_at_1234(&r);
	for (int i = 0; i < 10; i++)
		ck_assert_uint_eq(gsl_rng_get(&r.gsl), from_1234[i] >> 32);
	ck_assert_uint_eq(gsl_rng_max(&r.gsl), 0xffffffff);
	ck_assert_uint_eq(gsl_rng_min(&r.gsl), 0);
}
END_TEST

START_TEST(doubles_are_the_upper_53_bits)
{
	struct rng r;

	start_at_1234(&r);
	for (int i = 0; i < 10; i++)
		ck_assert_double_eq(gsl_rng_uniform(&r.gsl), ldexp((double)(from_1234[i] >> 11), -53));
	r.s[1] = UINT64_C(0x4fc71c71c71c71c7);		/* solves output = 2^64 - 1 */
	ck_assert_double_eq(gsl_rng_uniform(&r.gsl), 1.0 - 0x1p-53);
}
END_TEST

/* Seeding through GSL: splitmix64 from 42, then xoshiro256**; from a Python transcript of both. */
START_TEST(seeds_through_gsl)
{
	gsl_rng *r = gsl_rng_alloc(rng_xoshiro256);

	gsl_rng_set(r, 42);
	ck_assert_uint_eq(gsl_rng_get(r), UINT64_C(1546998764402558742) >> 32);
	ck_assert_uint_eq(gsl_rng_get(r), UINT64_C(6990951692964543102) >> 32);
	ck_assert_uint_eq(gsl_rng_get(r), UINT64_C(12544586762248559009) >> 32);
	ck_assert_str_eq(gsl_rng_name(r), "xoshiro256**");
	gsl_rng_free(r);
}
END_TEST

/* Pins the derivation: a change here changes every result of every scenario.
 * From a Python transcript of rng_init(). */
START_TEST(stream_derivation_is_fixed)
{
	struct rng r;

	rng_init(&r, 1, 0, "arrivals", 0);
	ck_assert_uint_eq(rng_u64(&r), UINT64_C(9519332643153139376));
	ck_assert_uint_eq(rng_u64(&r), UINT64_C(524634786775945369));
	ck_assert_uint_eq(rng_u64(&r), UINT64_C(14705269088891809327));
	ck_assert_uint_eq(rng_u64(&r), UINT64_C(1252267277507966177));
}
END_TEST

/* Streams that a careless mixer confuses: neighbours, swapped arguments, GSL's seed traps. */
static const struct name { uint64_t seed; uint32_t replication; const char *purpose; uint64_t index; } names[] = {
	{ 1, 0, "arrivals", 0 }, { 1, 0, "arrivals", 1 }, { 1, 1, "arrivals", 0 }, { 2, 0, "arrivals", 0 },
	{ 0, 1, "arrivals", 1 }, { 1, 0, "arrival", 0 }, { 1, 0, "think", 0 }, { 1, 2, "think", 0 },
	{ 2, 1, "think", 0 }, { 0, 0, "think", 0 }, { 4357, 0, "think", 0 }, { (UINT64_C(1) << 32) + 1, 0, "think", 0 },
	{ 1, 0, "think", UINT64_C(1) << 32 }, { 1, 0, "", 0 }, { 0, 0, "", 0 }, { 0, 0, "", 1 },
};
#define NAMES	(sizeof(names) / sizeof(names[0]))

static void init_named(struct rng *r, size_t i)
{
	rng_init(r, names[i].seed, names[i].replication, names[i].purpose, names[i].index);
}

START_TEST(same_name_same_numbers)
{
	for (size_t i = 0; i < NAMES; i++) {
		struct rng a, b;

		init_named(&a, i);
		init_named(&b, i);
		for (int k = 0; k < 100; k++)
			ck_assert_uint_eq(rng_u64(&a), rng_u64(&b));
	}
}
END_TEST

/* Correlation of uniforms u, v over n draws: standard error 1/sqrt(n) when independent. */
static double correlation(struct rng *a, struct rng *b, int n)
{
	double sum = 0.0;

	for (int i = 0; i < n; i++)
		sum += (gsl_rng_uniform(&a->gsl) - 0.5) * (gsl_rng_uniform(&b->gsl) - 0.5);
	return sum * 12.0 / n;
}

/* Pairs: 120; five standard errors leave a chance of 7e-5 for a sound mixer, and the seed is fixed. */
START_TEST(other_name_other_numbers)
{
	for (size_t i = 0; i < NAMES; i++)
		for (size_t k = i + 1; k < NAMES; k++) {
			struct rng a, b;

			init_named(&a, i);
			init_named(&b, k);
			ck_assert_uint_ne(rng_u64(&a), rng_u64(&b));
			ck_assert_double_lt(fabs(correlation(&a, &b, 10000)), 5.0 / sqrt(10000.0));
		}
}
END_TEST

/* The first draw of 100,000 consecutive indices is itself uniform: per-request draws use just that. */
START_TEST(first_draws_over_indices_are_uniform)
{
	int bin[100] = { 0 };
	double chi2 = 0.0;

	for (uint64_t i = 0; i < 100000; i++) {
		struct rng r;

		rng_init(&r, 1, 0, "output_length", i);
		bin[(int)(gsl_rng_uniform(&r.gsl) * 100.0)]++;
	}
	for (int i = 0; i < 100; i++)
		chi2 += (bin[i] - 1000.0) * (bin[i] - 1000.0) / 1000.0;
	ck_assert_double_gt(chi2, 50.0);	/* 99 degrees of freedom: 99 +- 14; too even is wrong too */
	ck_assert_double_lt(chi2, 160.0);
}
END_TEST

START_TEST(state_is_in_place)
{
	struct rng r;

	rng_init(&r, 1, 0, "x", 0);
	ck_assert_ptr_eq(r.gsl.state, r.s);
	ck_assert_ptr_eq(r.gsl.type, rng_xoshiro256);
}
END_TEST

START_TEST(a_copy_is_a_bug)
{
	struct rng r, copy;

	rng_init(&r, 1, 0, "x", 0);
	copy = r;
	rng_u64(&copy);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("rng");
	TCase *tc = tcase_create("rng");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, known_answers);
	tcase_add_test(tc, integers_are_the_upper_bits);
	tcase_add_test(tc, doubles_are_the_upper_53_bits);
	tcase_add_test(tc, seeds_through_gsl);
	tcase_add_test(tc, stream_derivation_is_fixed);
	tcase_add_test(tc, same_name_same_numbers);
	tcase_add_test(tc, other_name_other_numbers);
	tcase_add_test(tc, first_draws_over_indices_are_uniform);
	tcase_add_test(tc, state_is_in_place);
	harness_add_bug_test(tc, a_copy_is_a_bug);
	suite_add_tcase(s, tc);
	return harness_run(s);
}

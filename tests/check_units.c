/* check_units.c - durations become integers. */
#include "config.h"

#include "base/units.h"

#include <math.h>

#include "harness.h"

START_TEST(rounds_to_nearest)
{
	ck_assert_int_eq(sim_time_from_ns(0.0), 0);
	ck_assert_int_eq(sim_time_from_ns(1.4), 1);
	ck_assert_int_eq(sim_time_from_ns(1.5), 2);
	ck_assert_int_eq(sim_time_from_ns(2.5), 3);
	ck_assert_int_eq(sim_time_from_ns(0x1p61), (sim_time)1 << 61);
}
END_TEST

START_TEST(converts_units)
{
	ck_assert_int_eq(sim_time_from_ms(1.5), 1500000);
	ck_assert_int_eq(sim_time_from_s(2.0), 2 * (sim_time)NS_PER_S);
	ck_assert_double_eq(ms_of(2500000), 2.5);
	ck_assert_double_eq(s_of(1500000000), 1.5);
}
END_TEST

static volatile sim_time sink;

START_TEST(refuses_negative)
{
	sink = sim_time_from_ns(-1.0);
}
END_TEST

START_TEST(refuses_nan)
{
	sink = sim_time_from_ns((double)NAN);
}
END_TEST

START_TEST(refuses_too_long)
{
	sink = sim_time_from_ns(0x1p62);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("units");
	TCase *tc = tcase_create("units");

	tcase_add_test(tc, rounds_to_nearest);
	tcase_add_test(tc, converts_units);
	harness_add_bug_test(tc, refuses_negative);
	harness_add_bug_test(tc, refuses_nan);
	harness_add_bug_test(tc, refuses_too_long);
	suite_add_tcase(s, tc);
	return harness_run(s);
}

/* check_summary.c - means with Student's intervals, and GSL's errors. */
#include "config.h"

#include "stat/summary.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>

#include "harness.h"
#include "stat/gsl_guard.h"

START_TEST(nothing)
{
	struct summary s = summary_of(NULL, 0);

	ck_assert_uint_eq(s.n, 0);
	ck_assert(!summary_has_interval(&s));
}
END_TEST

START_TEST(one_value_has_no_interval)
{
	const double x[] = { 4.5 };
	struct summary s = summary_of(x, 1);

	ck_assert_uint_eq(s.n, 1);
	ck_assert_double_eq(s.mean, 4.5);
	ck_assert_double_eq(s.sd, 0.0);
	ck_assert_double_eq(s.lo, 4.5);
	ck_assert_double_eq(s.hi, 4.5);
	ck_assert(!summary_has_interval(&s));
}
END_TEST

/* Intervals: scipy 1.17.1, stats.t.interval(0.95, n-1, loc=mean, scale=sd/sqrt(n)).
 * By hand for the first: sd = sqrt(10/4), t(0.975, 4) = 2.776, 3 +- 2.776 * 1.5811 / 2.2361 = 3 +- 1.963. */
static const struct {
	double x[5];
	size_t n;
	double mean, sd, lo, hi;
} cases[] = {
	{ { 1, 2, 3, 4, 5 }, 5, 3.0, 1.5811388300841898, 1.0367568385224428, 4.963243161477557 },
	{ { 2.5, 3.5 }, 2, 3.0, 0.7071067811865476, -3.353102368087347, 9.353102368087347 },
	{ { 12.1, 11.4, 13.9, 12.7 }, 4, 12.525, 1.0594810050208545, 10.839129295026554, 14.210870704973443 },
	{ { 7, 7, 7 }, 3, 7.0, 0.0, 7.0, 7.0 },
};

START_TEST(student_interval)
{
	struct summary s = summary_of(cases[_i].x, cases[_i].n);

	ck_assert_uint_eq(s.n, cases[_i].n);
	ck_assert(summary_has_interval(&s));
	ck_assert_double_eq_tol(s.mean, cases[_i].mean, 1e-14 * 13);
	ck_assert_double_eq_tol(s.sd, cases[_i].sd, 1e-13);
	ck_assert_double_eq_tol(s.lo, cases[_i].lo, 1e-10);	/* GSL's inverse t is good to about 1e-12 */
	ck_assert_double_eq_tol(s.hi, cases[_i].hi, 1e-10);
}
END_TEST

START_TEST(gsl_errors_are_bugs)
{
	gsl_guard_install();
	gsl_error("argument lies outside supported range", "x.c", 1, GSL_EDOM);
}
END_TEST

/* The guard must be what aborts, not GSL's own handler, which is NULL: only it names the simulation's state. */
START_TEST(guard_replaces_the_handler)
{
	gsl_error_handler_t *guard;

	gsl_set_error_handler(NULL);
	gsl_guard_install();
	guard = gsl_set_error_handler(NULL);
	ck_assert(guard != NULL);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("summary");
	TCase *tc = tcase_create("summary");

	tcase_add_test(tc, nothing);
	tcase_add_test(tc, one_value_has_no_interval);
	tcase_add_loop_test(tc, student_interval, 0, sizeof(cases) / sizeof(cases[0]));
	harness_add_bug_test(tc, gsl_errors_are_bugs);
	tcase_add_test(tc, guard_replaces_the_handler);
	suite_add_tcase(s, tc);
	return harness_run(s);
}

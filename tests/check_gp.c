/* check_gp.c - scripts for gnuplot: nothing a user writes becomes a command; axes and places. */
#include "config.h"

#include "report/gp.h"

#include "harness.h"
#include "report/axis.h"
#include "report/page.h"

#include <math.h>

/* What fn writes, malloc'd. */
#define WRITTEN(...) __extension__ ({						\
	char *text_ = NULL;							\
	size_t size_;								\
	FILE *f = open_memstream(&text_, &size_);				\
	__VA_ARGS__;								\
	fclose(f);								\
	text_;									\
})

static void expect(char *got, const char *want)
{
	ck_assert_str_eq(got, want);
	free(got);
}

static const struct {
	const char *in, *out;
} quoted[] = {
	{ "", "''" },
	{ "plain", "'plain'" },
	{ "it's", "'it''s'" },
	{ "''", "\"''\".''" },
	{ "'more' or less", "\"'\".'more'' or less'" },	/* gnuplot reads '''x' as '' and 'x' */
	{ "less'", "'less'''" },
	{ "a\nsystem('rm x')", "'a system(''rm x'')'" },
	{ "a\r!touch x", "'a !touch x'" },
	{ "`touch x`", "'`touch x`'" },			/* single quotes run no backticks */
	{ "say \"no\"", "'say \"no\"'" },
	{ "back\\slash\\n", "'back\\slash\\n'" },	/* and know no escapes */
	{ "tab\tbell\adel\x7f", "'tab bell del '" },
	{ "x_{y}^2 @ & ~", "'x_{y}^2 @ & ~'" },		/* markup is off: noenhanced */
	{ "±×–", "'±×–'" },
};

START_TEST(quotes)
{
	expect(WRITTEN(gp_quote(f, quoted[_i].in)), quoted[_i].out);
}
END_TEST

START_TEST(a_hostile_title_stays_one_line)
{
	char *text = WRITTEN(gp_string(f, "title", "x'\nset output '|sh'\nplot '< sh'\n"));

	ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1);
	expect(text, "title = 'x'' set output ''|sh'' plot ''< sh'' '\n");
}
END_TEST

START_TEST(numbers)
{
	const double v[] = { 1.5, -2, (double)NAN, (double)INFINITY, 1e-300 };
	const char *const s[] = { "a", "b'c" };

	expect(WRITTEN(gp_real(f, "x", 3)), "x = 3.0\n");	/* 3 would divide as an integer */
	expect(WRITTEN(gp_real(f, "x", 0.25)), "x = 0.25\n");
	expect(WRITTEN(gp_real(f, "x", (double)NAN)), "x = NaN\n");
	expect(WRITTEN(gp_reals(f, "v", v, 5)), "array v[5] = [ 1.5, -2, NaN, NaN, 1e-300]\n");
	expect(WRITTEN(gp_reals(f, "v", v, 0)), "");
	expect(WRITTEN(gp_strings(f, "s", s, 2)), "array s[2] = ['a', 'b''c']\n");
	expect(WRITTEN(gp_strings(f, "s", s, 0)), "");
}
END_TEST

START_TEST(paths)
{
	char out[40];

	ck_assert(gp_path(out, sizeof(out), "out/x.svg"));
	ck_assert_str_eq(out, "./out/x.svg");
	ck_assert(gp_path(out, sizeof(out), "/var/x.svg"));
	ck_assert_str_eq(out, "/var/x.svg");
	ck_assert(gp_path(out, sizeof(out), "|sh"));	/* a file of that name, not a pipe */
	ck_assert_str_eq(out, "./|sh");
	ck_assert(gp_path(out, sizeof(out), "< sh"));
	ck_assert_str_eq(out, "./< sh");
	ck_assert(!gp_path(out, sizeof(out), "a\nb"));
	ck_assert(!gp_path(out, sizeof(out), "a name that is longer than the room there is for it"));
}
END_TEST

START_TEST(missing_program)
{
	char why[200];

	ck_assert_int_eq(gp_run("/nonexistent/gnuplot", "x", 1, why, sizeof(why)), GP_MISSING);
	ck_assert_ptr_nonnull(strstr(why, "/nonexistent/gnuplot"));
	ck_assert_ptr_null(strchr(why, '\n'));
}
END_TEST

START_TEST(failing_program)
{
	char why[200];

	ck_assert_int_eq(gp_run("false", "x", 1, why, sizeof(why)), GP_FAILED);
	ck_assert_str_ne(why, "");
}
END_TEST

/* It ends before it has read what does not fit into a pipe: no SIGPIPE, and its exit status counts. */
START_TEST(program_that_does_not_read)
{
	size_t bytes = 4 << 20;
	char why[200], *script = calloc(bytes, 1);

	ck_assert_int_eq(gp_run("true", script, bytes, why, sizeof(why)), GP_DONE);
	free(script);
}
END_TEST

static const struct {
	double lo, hi;		/* data */
	double from, to;	/* axis */
	size_t ticks;
} logs[] = {
	{ 3755, 7100, 3000, 8000, 5 },			/* 3 4 5 6 8 s */
	{ 100, 100, 100, 150, 2 },
	{ 80, 171, 80, 200, 4 },
	{ 51, 7250, 50, 10000, 8 },			/* 1-2-5 */
	{ 0.021, 9.9e6, 0.01, 1e7, 10 },		/* decades */
	{ 1e-12, 1e12, 1e-12, 1e12, 9 },		/* every third */
};

START_TEST(log_axis)
{
	struct axis a;

	axis_log(&a, logs[_i].lo, logs[_i].hi, AXIS_TIMES);
	ck_assert_double_eq_tol(a.lo / logs[_i].from, 1.0, 1e-9);
	ck_assert_double_eq_tol(a.hi / logs[_i].to, 1.0, 1e-9);
	ck_assert_uint_eq(a.n, logs[_i].ticks);
	ck_assert_double_eq_tol(axis_value(&a, axis_place(&a, logs[_i].hi)) / logs[_i].hi, 1.0, 1e-9);
}
END_TEST

START_TEST(linear_axis)
{
	struct axis a;

	axis_linear(&a, 1689.0, 5, AXIS_NUMBERS);
	ck_assert_double_eq(a.hi, 2000.0);
	ck_assert_uint_eq(a.n, 5);
	ck_assert_str_eq(a.text[4], "2,000");
	axis_linear(&a, 0.0, 2, AXIS_NUMBERS);		/* nothing happened: still an axis */
	ck_assert_double_gt(a.hi, 0.0);
	axis_linear(&a, 6802.0, 4, AXIS_TIMES);
	ck_assert_str_eq(a.text[0], "0");
	ck_assert_str_eq(a.text[1], "2 s");
	axis_linear(&a, 171.0, 4, AXIS_TIMES);
	ck_assert_str_eq(a.text[1], "50 ms");
}
END_TEST

START_TEST(spread)
{
	double far[] = { 10, 50, 90 }, close[] = { 50, 49, 51 }, top[] = { 99, 98, 100 };

	axis_spread(far, 3, 15, 0, 100);
	ck_assert_double_eq(far[0], 10);
	ck_assert_double_eq(far[2], 90);
	axis_spread(close, 3, 15, 0, 100);		/* around their mean, order kept */
	ck_assert_double_eq_tol(close[1], 35, 1e-9);
	ck_assert_double_eq_tol(close[0], 50, 1e-9);
	ck_assert_double_eq_tol(close[2], 65, 1e-9);
	axis_spread(top, 3, 15, 0, 100);		/* not beyond the edge */
	ck_assert_double_eq_tol(top[2], 100, 1e-9);
	ck_assert_double_eq_tol(top[0], 85, 1e-9);
	ck_assert_double_eq_tol(top[1], 70, 1e-9);
}
END_TEST

START_TEST(tick_labels_do_not_touch)
{
	struct axis a;

	axis_log(&a, 91, 99000, AXIS_TIMES);
	axis_thin(&a, 280, FONT_SMALL);
	for (size_t i = 0; i < a.n; i++) {
		bool decade = strcmp(a.text[i], "10 ms") == 0 || strcmp(a.text[i], "100 ms") == 0 || 
			strcmp(a.text[i], "1 s") == 0 || strcmp(a.text[i], "10 s") == 0 ||
				strcmp(a.text[i], "100 s") == 0;

		ck_assert(decade || a.text[i][0] == '\0');
	}
}
END_TEST

START_TEST(texts_are_cut_to_fit)
{
	char out[100];

	page_fit(out, sizeof(out), "short", 10, 100);
	ck_assert_str_eq(out, "short");
	page_fit(out, sizeof(out), "a label that has no room at all", 10, 60);
	ck_assert_double_le(page_text_px(out, 10, false), 60.0);
	ck_assert_str_eq(out + strlen(out) - 3, "…");
	page_fit(out, sizeof(out), "äöüäöüäöüäöüäöüäöü", 10, 60);	/* never inside a character */
	ck_assert_double_le(page_text_px(out, 10, false), 60.0);
	ck_assert_uint_eq((strlen(out) - 3) % 2, 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("gp");
	TCase *t = tcase_create("script");

	tcase_add_loop_test(t, quotes, 0, sizeof(quoted) / sizeof(quoted[0]));
	tcase_add_test(t, a_hostile_title_stays_one_line);
	tcase_add_test(t, numbers);
	tcase_add_test(t, paths);
	suite_add_tcase(s, t);
	t = tcase_create("run");
	tcase_add_test(t, missing_program);
	tcase_add_test(t, failing_program);
	tcase_add_test(t, program_that_does_not_read);
	suite_add_tcase(s, t);
	t = tcase_create("axis");
	tcase_add_loop_test(t, log_axis, 0, sizeof(logs) / sizeof(logs[0]));
	tcase_add_test(t, linear_axis);
	tcase_add_test(t, spread);
	tcase_add_test(t, tick_labels_do_not_touch);
	tcase_add_test(t, texts_are_cut_to_fit);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return harness_run(suite());
}

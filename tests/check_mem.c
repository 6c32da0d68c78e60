/* check_mem.c - allocation that does not fail, and the message when it must. */
#include "config.h"

#include "base/mem.h"

#include "harness.h"

START_TEST(zeroes)
{
	unsigned char *p = xcalloc(100, 3);

	for (int i = 0; i < 300; i++)
		ck_assert_uint_eq(p[i], 0);
	free(p);
}
END_TEST

START_TEST(nothing_is_something)
{
	void *p = xcalloc(0, 8), *q = xrealloc(NULL, 8, 0);

	ck_assert_ptr_nonnull(p);
	ck_assert_ptr_nonnull(q);
	free(p);
	free(q);
}
END_TEST

START_TEST(copies_and_formats)
{
	char *a = xstrdup("a40"), *b = xasprintf("%s at %d%%", a, 90);

	ck_assert_str_eq(b, "a40 at 90%");
	free(a);
	free(b);
}
END_TEST

START_TEST(array_grows)
{
	int *p = NULL;
	size_t n = 0, cap = 0;

	while (n < 1000) {
		ARRAY_ROOM(p, n, cap);
		ck_assert_uint_lt(n, cap);
		p[n] = (int)n;
		n++;
	}
	for (size_t i = 0; i < n; i++)
		ck_assert_int_eq(p[i], (int)i);
	free(p);
}
END_TEST

/* Times 4 it wraps to 4, which malloc would gladly give.  volatile: or the compiler warns. */
static volatile size_t huge = (size_t)-1 / 2 + 2;

START_TEST(overflow_is_out_of_memory)
{
	free(xcalloc(huge, 4));
}
END_TEST

START_TEST(overflow_in_realloc)
{
	free(xrealloc(NULL, huge, 4));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("mem");
	TCase *tc = tcase_create("mem");

	tcase_add_test(tc, zeroes);
	tcase_add_test(tc, nothing_is_something);
	tcase_add_test(tc, copies_and_formats);
	tcase_add_test(tc, array_grows);
	harness_add_exit_test(tc, overflow_is_out_of_memory, 1);
	harness_add_exit_test(tc, overflow_in_realloc, 1);
	suite_add_tcase(s, tc);
	return harness_run(s);
}

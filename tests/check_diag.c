/* check_diag.c - messages come out in the order a person fixes them. */
#include "config.h"

#include "base/diag.h"

#include "harness.h"

/* What diag_print() prints; the caller frees it. */
static char *printed(struct diag *d)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	ck_assert_ptr_nonnull(f);
	diag_print(d, f);
	fclose(f);
	return text;
}

static void assert_prints(struct diag *d, const char *expected)
{
	char *text = printed(d);

	ck_assert_str_eq(text, expected);
	free(text);
}

START_TEST(empty_prints_nothing)
{
	struct diag d;

	diag_init(&d);
	assert_prints(&d, "");
	diag_release(&d);
}
END_TEST

START_TEST(three_forms)
{
	struct diag d;

	diag_init(&d);
	diag_add(&d, "a.cfg", 4, "unknown key '%s'", "users_");
	diag_add(&d, "a.cfg", 0, "cannot be read");
	diag_add(&d, NULL, 0, "%d arguments, not 1", 3);
	assert_prints(&d, "a.cfg: cannot be read\n"
			  "a.cfg:4: unknown key 'users_'\n"
			  "servesim: 3 arguments, not 1\n");
	diag_release(&d);
}
END_TEST

/* Files in order of first appearance (not by name), then lines as numbers, then as they came. */
START_TEST(sorts)
{
	struct diag d;

	diag_init(&d);
	diag_add(&d, "z.cfg", 10, "third");
	diag_add(&d, "a.cfg", 2, "fifth");
	diag_add(&d, NULL, 0, "sixth");
	diag_add(&d, "z.cfg", 9, "first");
	diag_add(&d, "a.cfg", 1, "fourth");
	diag_add(&d, NULL, 0, "seventh");
	diag_add(&d, "z.cfg", 9, "second");
	assert_prints(&d, "z.cfg:9: first\nz.cfg:9: second\nz.cfg:10: third\n"
			  "a.cfg:1: fourth\na.cfg:2: fifth\n"
			  "servesim: sixth\nservesim: seventh\n");
	diag_release(&d);
}
END_TEST

START_TEST(sorting_again_keeps_the_order_of_files)
{
	struct diag d;

	diag_init(&d);
	diag_add(&d, "z.cfg", 5, "b");
	diag_add(&d, "a.cfg", 1, "c");
	diag_sort(&d);
	diag_add(&d, "z.cfg", 1, "a");
	assert_prints(&d, "z.cfg:1: a\nz.cfg:5: b\na.cfg:1: c\n");
	diag_release(&d);
}
END_TEST

/* A thousand messages of one line keep their order: qsort alone would not promise it. */
START_TEST(sort_is_stable)
{
	struct diag d;

	diag_init(&d);
	for (int i = 0; i < 1000; i++)
		diag_add(&d, "a.cfg", i % 3, "%d", i);
	diag_sort(&d);
	for (size_t i = 1; i < d.n; i++) {
		ck_assert_int_ge(d.message[i].line, d.message[i - 1].line);
		if (d.message[i].line == d.message[i - 1].line)
			ck_assert_int_gt(atoi(d.message[i].text), atoi(d.message[i - 1].text));
	}
	diag_release(&d);
}
END_TEST

/* The names are copied: a reader may free its own. */
START_TEST(owns_its_strings)
{
	char file[] = "a.cfg", text[] = "wrong";
	struct diag d;

	diag_init(&d);
	diag_add(&d, file, 1, "%s", text);
	memset(file, 'x', 3);
	memset(text, 'x', 3);
	assert_prints(&d, "a.cfg:1: wrong\n");
	diag_release(&d);
	ck_assert_uint_eq(d.n, 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("diag");
	TCase *tc = tcase_create("diag");

	tcase_add_test(tc, empty_prints_nothing);
	tcase_add_test(tc, three_forms);
	tcase_add_test(tc, sorts);
	tcase_add_test(tc, sorting_again_keeps_the_order_of_files);
	tcase_add_test(tc, sort_is_stable);
	tcase_add_test(tc, owns_its_strings);
	suite_add_tcase(s, tc);
	return harness_run(s);
}

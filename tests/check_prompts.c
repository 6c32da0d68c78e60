/* check_prompts.c - prompts written as spans. */
#include "config.h"

#include "work/prompts.h"

#include "harness.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))

START_TEST(words_become_spans)
{
	const char *text = "  head:5\tq-1.b_C:3+1000000000\n head:0+5 ", *word;
	struct span s[3];
	int length;

	for (size_t i = 0; i < N(s); i++)
		ck_assert_int_eq(span_read(&text, &word, &length, &s[i]), SPAN_OK);
	ck_assert_int_eq(span_read(&text, &word, &length, &(struct span){ 0 }), SPAN_END);
	ck_assert_uint_eq(s[0].offset, 0);
	ck_assert_uint_eq(s[0].length, 5);
	ck_assert_uint_eq(s[1].offset, 3);
	ck_assert_uint_eq(s[1].length, 1000000000);
	ck_assert_uint_ne(s[0].stream, s[1].stream);
	ck_assert_mem_eq(&s[0], &s[2], sizeof(s[0]));
}
END_TEST

static const struct {
	const char *spans, *error;
} bad[] = {
	{ "", "prompts[0]: 'spans' is empty; expected at least one span" },
	{ " \t", "prompts[0]: 'spans' is empty; expected at least one span" },
	{ "a:1 head", "prompts[0]: 'head' is not a span; expected NAME:LENGTH or NAME:OFFSET+LENGTH" },
	{ ":5", "prompts[0]: ':5' is not a span; expected NAME:LENGTH or NAME:OFFSET+LENGTH" },
	{ "a:", "prompts[0]: 'a:' is not a span; expected NAME:LENGTH or NAME:OFFSET+LENGTH" },
	{ "a:x", "prompts[0]: 'a:x' is not a span; expected NAME:LENGTH or NAME:OFFSET+LENGTH" },
	{ "a:-1", "prompts[0]: 'a:-1' is not a span; expected NAME:LENGTH or NAME:OFFSET+LENGTH" },
	{ "a:5,b:5", "prompts[0]: 'a:5,b:5' is not a span; expected NAME:LENGTH or NAME:OFFSET+LENGTH" },
	{ "a:3+", "prompts[0]: 'a:3+' is not a span; expected NAME:LENGTH or NAME:OFFSET+LENGTH" },
	{ "a:3+4+5", "prompts[0]: 'a:3+4+5' is not a span; expected NAME:LENGTH or NAME:OFFSET+LENGTH" },
	{ "\xc3\xa4:5", "prompts[0]: '\xc3\xa4:5' is not a span; "
	  "expected NAME:LENGTH or NAME:OFFSET+LENGTH" },
	{ "a:0", "prompts[0]: 'a:0' is out of range; expected a length of 1 to 1000000000 tokens" },
	{ "a:7+0", "prompts[0]: 'a:7+0' is out of range; expected a length of 1 to 1000000000 tokens" },
	{ "a:1000000001", "prompts[0]: 'a:1000000001' is out of range; "
	  "expected a length of 1 to 1000000000 tokens" },
	{ "a:99999999999999999999999999", "prompts[0]: 'a:99999999999999999999999999' is out of range; "
	  "expected a length of 1 to 1000000000 tokens" },
};

START_TEST(bad_spans_are_named)
{
	struct prompt_params p = { .weight = 1, .spans = bad[_i].spans };
	struct diag d;

	diag_init(&d);
	prompts_check(&(struct sub_list){ &p, 1 }, "x.cfg", 7, &d);
	ck_assert_uint_eq(d.n, 1);
	ck_assert_str_eq(d.message[0].file, "x.cfg");
	ck_assert_int_eq(d.message[0].line, 7);
	ck_assert_str_eq(d.message[0].text, bad[_i].error);
	diag_release(&d);
}
END_TEST

START_TEST(every_mistake_is_told)
{
	struct prompt_params p[] = { { .spans = "a:1" }, { .spans = "b b:0 c" }, { .spans = "" } };
	const char *expected[] = {
		"prompts[1]: 'b' is not a span; expected NAME:LENGTH or NAME:OFFSET+LENGTH",
		"prompts[1]: 'b:0' is out of range; expected a length of 1 to 1000000000 tokens",
		"prompts[1]: 'c' is not a span; expected NAME:LENGTH or NAME:OFFSET+LENGTH",
		"prompts[2]: 'spans' is empty; expected at least one span",
		"no prompt has a weight; expected at least one above 0",
	};
	struct diag d;

	diag_init(&d);
	prompts_check(&(struct sub_list){ p, N(p) }, "x.cfg", 7, &d);
	ck_assert_uint_eq(d.n, N(expected));
	for (size_t i = 0; i < d.n; i++)
		ck_assert_str_eq(d.message[i].text, expected[i]);
	diag_release(&d);
}
END_TEST

START_TEST(longest_prompt)
{
	struct prompt_params p[] = { { .spans = "a:3 b:4" }, { .spans = "a:5+9 c:1" }, { .spans = "d:2" } };

	ck_assert_uint_eq(prompts_longest(&(struct sub_list){ p, N(p) }), 10);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("prompts");
	TCase *t = tcase_create("spans");

	tcase_add_test(t, words_become_spans);
	tcase_add_loop_test(t, bad_spans_are_named, 0, N(bad));
	tcase_add_test(t, every_mistake_is_told);
	tcase_add_test(t, longest_prompt);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return harness_run(suite());
}

/* check_cost_table.c - measured tables: what is read from them and which are refused. */
#include "config.h"

#include "cost/linear.h"

#include <unistd.h>

#include "base/mem.h"
#include "harness.h"

#define HEAD	"# made up\nop,k,n,tokens,ms,source\n\n"
#define O	"o,10,20,1,1.0,x\no,10,20,2,1.0,x\no,10,20,4,1.5,x\n"
#define LINE(op)	op ",1,1,1,1\n" op ",1,1,2,2\n" op ",1,1,3,3\n"
#define REST	LINE("qkv") LINE("gate_up") LINE("down") LINE("lm_head")

static char path[] = "check_cost_table-XXXXXX";	/* in the build folder */
static char error[256];

static void setup(void)
{
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	close(fd);
}

static void teardown(void)
{
	unlink(path);
}

static struct linear_table *read_bytes(const char *text, size_t n)
{
	FILE *out = fopen(path, "w");

	ck_assert_ptr_nonnull(out);
	ck_assert_uint_eq(fwrite(text, 1, n, out), n);
	ck_assert_int_eq(fclose(out), 0);
	*error = '\0';
	return linear_table_read(path, error, sizeof(error));
}

static struct linear_table *must(const char *text)
{
	struct linear_table *t = read_bytes(text, strlen(text));

	ck_assert_msg(t != NULL, "%s", error);
	return t;
}

static double op_ms(const struct linear_table *t, enum linear_op op, double in, double out,
		    double tokens)
{
	return 1e-6 * linear_table_op_ns(t, op, &(struct linear_shape){ .in = in, .out = out }, tokens);
}

START_TEST(knots_are_met)
{
	struct linear_table *t = must(HEAD "o,10,20,1,1.0,x\no,10,20,3,1.25,x\no,10,20,8,1.125,x\n"
				      "o,10,20,16,4.5,x\n" REST);

	ck_assert_double_eq_tol(op_ms(t, OP_O, 10, 20, 1), 1.0, 1e-12);
	ck_assert_double_eq_tol(op_ms(t, OP_O, 10, 20, 3), 1.25, 1e-12);
	ck_assert_double_eq_tol(op_ms(t, OP_O, 10, 20, 8), 1.125, 1e-12);
	ck_assert_double_eq_tol(op_ms(t, OP_O, 10, 20, 16), 4.5, 1e-12);
	ck_assert_double_eq_tol(op_ms(t, OP_O, 20, 30, 8), 3.375, 1e-12);	/* 3 times the weights */
	ck_assert_double_eq_tol(op_ms(t, OP_O, 10, 20, 0.5), 1.0, 1e-12);	/* reads all weights */
	ck_assert_double_eq(linear_table_last(t), 3.0);
	linear_table_free(t);
}
END_TEST

START_TEST(no_overshoot_between_knots)
{
	struct linear_table *t = must(HEAD "o,1,1,1,1\no,1,1,2,1\no,1,1,3,5\no,1,1,9,5\n" REST);
	double last = 1.0;

	for (int i = 0; i <= 800; i++) {
		double y = op_ms(t, OP_O, 1, 1, 1.0 + i / 100.0);

		ck_assert_double_ge(y, last - 1e-12);
		ck_assert_double_le(y, 5.0 + 1e-12);
		last = y;
	}
	linear_table_free(t);
}
END_TEST

START_TEST(straight_above_the_last)
{
	/* upper half of the range: from 4 tokens (2 ms) to 8 (5 ms) */
	struct linear_table *t = must(HEAD "o,1,1,1,1\no,1,1,4,2\no,1,1,7,4.9\no,1,1,8,5\n" REST);

	ck_assert_double_eq_tol(op_ms(t, OP_O, 1, 1, 9), 5.75, 1e-12);
	ck_assert_double_eq_tol(op_ms(t, OP_O, 1, 1, 8192), 5.0 + 8184 * 0.75, 1e-8);
	linear_table_free(t);
	t = must(HEAD "o,1,1,1,3\no,1,1,2,2\no,1,1,3,1\n" REST);	/* never down */
	ck_assert_double_eq_tol(op_ms(t, OP_O, 1, 1, 100), 1.0, 1e-12);
	linear_table_free(t);
}
END_TEST

static const struct {
	const char *text, *message;
} bad[] = {
	{ "", "1: file ends with 0 rows for qkv; expected at least 3" },
	{ "tokens,ms\n", "1: columns 'tokens,ms': expected op,k,n,tokens,ms" },
	{ HEAD O, "6: file ends with 0 rows for qkv; expected at least 3" },
	{ HEAD "qkv,1,1,1,1\nqkv,1,1,2,2\n", "5: file ends with 2 rows for qkv; expected at least 3" },
	{ HEAD "mlp,1,1,1,1\n", "4: op 'mlp': expected qkv, o, gate_up, down or lm_head" },
	{ HEAD O "o,10,20,4,2,x\n", "7: o: 4 tokens after 4; they must rise" },
	{ HEAD O "o,10,20,3,2,x\n", "7: o: 3 tokens after 4; they must rise" },
	{ HEAD O "o,10,21,8,2,x\n", "7: o is 10 x 21 here and 10 x 20 above: one shape an op" },
	{ HEAD "o,10,20,1,-1\n", "4: ms '-1': expected a number from above 0 to 1e+09" },
	{ HEAD "o,10,20,1,0\n", "4: ms '0': expected a number from above 0 to 1e+09" },
	{ HEAD "o,10,20,1,nan\n", "4: ms 'nan': expected a number from above 0 to 1e+09" },
	{ HEAD "o,10,20,1,inf\n", "4: ms 'inf': expected a number from above 0 to 1e+09" },
	{ HEAD "o,10,20,1,fast\n", "4: ms 'fast': expected a number from above 0 to 1e+09" },
	{ HEAD "o,10,20,1,\n", "4: ms '': expected a number from above 0 to 1e+09" },
	{ HEAD "o,10,20,1\n", "4: no value for ms; expected op,k,n,tokens,ms" },
	{ HEAD "o,10,20,1.5,1\n", "4: tokens '1.5': expected a whole number from above 0 to 1e+09" },
	{ HEAD "o,0,20,1,1\n", "4: k '0': expected a whole number from above 0 to 1e+09" },
	{ HEAD "o,10,2e30,1,1\n", "4: n '2e30': expected a whole number from above 0 to 1e+09" },
};

START_TEST(bad_tables_are_refused)
{
	char *expected = xasprintf("%s:%s", path, bad[_i].message);

	ck_assert_ptr_null(read_bytes(bad[_i].text, strlen(bad[_i].text)));
	ck_assert_str_eq(error, expected);
	free(expected);
}
END_TEST

START_TEST(noise_is_refused)
{
	size_t n = 1 << 20;
	char *text = xcalloc(n, 1);

	for (size_t i = 0; i < n; i++)
		text[i] = (char)((i * 2654435761u) >> 13);
	ck_assert_ptr_null(read_bytes(text, n));
	ck_assert_ptr_nonnull(strstr(error, ": columns '"));
	for (const char *c = error; *c; c++)
		ck_assert(*c >= ' ' && *c <= '~');
	free(text);
}
END_TEST

START_TEST(file_must_be_there)
{
	ck_assert_ptr_null(linear_table_read("no/such.csv", error, sizeof(error)));
	ck_assert_str_eq(error, "no/such.csv: No such file or directory");
	linear_table_free(NULL);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("cost_table");
	TCase *t = tcase_create("cost_table");

	suite_add_tcase(s, t);
	tcase_add_unchecked_fixture(t, setup, teardown);
	tcase_add_test(t, knots_are_met);
	tcase_add_test(t, no_overshoot_between_knots);
	tcase_add_test(t, straight_above_the_last);
	tcase_add_loop_test(t, bad_tables_are_refused, 0, (int)(sizeof(bad) / sizeof(bad[0])));
	tcase_add_test(t, noise_is_refused);
	tcase_add_test(t, file_must_be_there);
	return s;
}

int main(void)
{
	return harness_run(suite());
}

/* Axes as text, and the grid they span. */
#include "config.h"

#include "harness.h"

#include <math.h>

#include "run/vary.h"

/* The values of one axis, joined with "|"; or the message. */
static const char *values(const char *text)
{
	static char out[2000];
	struct diag errors;
	struct grid g;
	size_t n = 0;

	diag_init(&errors);
	out[0] = '\0';
	if (!grid_parse(&g, &text, 1, &errors)) {
		ck_assert_uint_eq(errors.n, 1);
		snprintf(out, sizeof(out), "%s", errors.message[0].text);
	}
	for (size_t i = 0; i < g.npoints && g.naxes; i++)
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%s", i ? "|" : "", grid_value(&g, i, 0));
	grid_release(&g);
	diag_release(&errors);
	return out;
}

START_TEST(lists_and_ranges)
{
	static const struct { const char *text, *values; } given[] = {
		{ "a=fcfs,lpm", "fcfs|lpm" },
		{ "a= x , y ", "x|y" },
		{ "w.users=[1,2],[3]", "[1,2]|[3]" },
		{ "t={ dist = \"constant\"; value = 1; },3", "{ dist = \"constant\"; value = 1; }|3" },
		{ "a=\"x,y\",z", "\"x,y\"|z" },
		{ "m=0.5:0.9:0.1", "0.5|0.6|0.7|0.8|0.9" },
		{ "m=0.5..0.9", "0.5|0.6|0.7|0.8|0.9" },
		{ "n=16..128", "16|44|72|100|128" },
		{ "m=0.80:0.95:0.05", "0.8|0.85|0.9|0.95" },
		{ "m=1:10:4", "1|5|9" },
		{ "m=3:3:1", "3" },
		{ "m=100:300:100", "100|200|300" },
		{ "m=1000000:3000000:1000000", "1000000|2000000|3000000" },
		{ "m=-1:1:1", "-1|0|1" },
		{ "m=log:1:64:7", "1|2|4|8|16|32|64" },
		{ "m=log:1:100:3", "1|10|100" },
		{ "m=log:1:100:5", "1|3|10|32|100" },	/* 31.6 is no number of requests */
		{ "m=log:1.0:100:5", "1|3.16|10|31.6|100" },
		{ "m=log:1:2:3", "1|1.414|2" },		/* not 1, 1, 2 */
		{ "m=log:0.001:0.1:3", "0.001|0.01|0.1" },
		{ "host:port=a:b:c", "a:b:c" },
	};

	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++)
		ck_assert_str_eq(values(given[i].text), given[i].values);
}
END_TEST

START_TEST(mistakes)
{
	static const struct { const char *text, *message; } given[] = {
		{ "a", "--vary a: not of the form PATH=A,B,C or PATH=LO:HI:STEP or PATH=log:LO:HI:N or PATH=LO..HI" },
		{ "=1,2", "--vary =1,2: not of the form PATH=A,B,C or PATH=LO:HI:STEP or PATH=log:LO:HI:N or PATH=LO..HI" },
		{ "a=", "--vary a=: a value is missing" },
		{ "a=1,,2", "--vary a=1,,2: a value is missing" },
		{ "a=1,2,", "--vary a=1,2,: a value is missing" },
		{ "a=1,1.0", "--vary a=1,1.0: a value comes twice" },
		{ "a=1:2:0", "--vary a=1:2:0: the step must be above 0" },
		{ "a=2:1:1", "--vary a=2:1:1: a range goes upwards: LO:HI:STEP with LO <= HI" },
		{ "a=1:1e9:1", "--vary a=1:1e9:1: more than 10000 values" },
		{ "a=log:0:1:3", "--vary a=log:0:1:3: a logarithmic range goes upwards from above 0: log:LO:HI:N with 0 < LO < HI" },
		{ "a=log:1:8:2.5", "--vary a=log:1:8:2.5: log:LO:HI:N needs a whole number of values N, 2 to 10000" },
		{ "run.replications=5,10", "--vary run.replications=5,10: this says how a run is carried out: it makes no "
					   "other configuration" },
		{ "a=log:1:8", "--vary a=log:1:8: expected log:LO:HI:N" },
	};

	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++)
		ck_assert_str_eq(values(given[i].text), given[i].message);
}
END_TEST

START_TEST(grids)
{
	static const char *const text[] = { "x.a=1,2", "x.b=p,q,r" }, *const twice[] = { "a=1", "a=2" };
	struct scenario_override set = { "run.seed", "3", "--seed" }, *o;
	struct diag errors;
	struct grid g;
	char *label;
	size_t n;

	diag_init(&errors);
	ck_assert(grid_parse(&g, text, 2, &errors));
	ck_assert_uint_eq(g.npoints, 6);
	ck_assert(g.axis[0].numeric && !g.axis[1].numeric);
	ck_assert_str_eq(grid_value(&g, 4, 0), "2");
	ck_assert_str_eq(grid_value(&g, 4, 1), "q");
	label = grid_label(&g, 4, true);
	ck_assert_str_eq(label, "a=2, b=q");
	free(label);
	label = grid_label(&g, 4, false);
	ck_assert_str_eq(label, "2, q");
	free(label);
	o = grid_overrides(&g, 4, &set, 1, &n);
	ck_assert_uint_eq(n, 3);
	ck_assert_str_eq(o[0].option, "--seed");
	ck_assert_str_eq(o[2].path, "x.b");
	ck_assert_str_eq(o[2].value, "q");
	free(o);
	grid_release(&g);
	ck_assert(grid_parse(&g, NULL, 0, &errors));
	ck_assert_uint_eq(g.npoints, 1);
	grid_release(&g);
	ck_assert(!grid_parse(&g, twice, 2, &errors));
	ck_assert_str_eq(errors.message[0].text, "--vary a=2: this path is varied already");
	diag_release(&errors);
}
END_TEST

/* Writes the file that `load` reads. */
static void scenario_file(const char *head)
{
	FILE *f = fopen("check_vary.cfg", "w");

	ck_assert_ptr_nonnull(f);
	fprintf(f, "%s\ngpu = \"a40\"; model = \"llama-3-8b\";\n"
		"engine = { type = \"sglang\"; version = \"0.4.9\"; mem_fraction_static = 0.9; };\n"
		"workload = { type = \"closed_loop\"; users = [1]; requests_per_user = 1; max_tokens = 8;\n"
		"prompts = ( { spans = \"p:20\"; output = 8; } ); };\n", head);
	ck_assert_int_eq(fclose(f), 0);
}

START_TEST(of_a_scenario)
{
	static const char *const other[] = { "engine.chunked_prefill_size=1024,2048" };
	struct diag errors;
	struct scenario *s;
	struct grid g;

	diag_init(&errors);
	scenario_file("variants = ({ label = \"a\"; }, { label = \"b\"; set = { engine = { schedule_policy = \"lpm\"; }; }; });\n"
		      "vary = [\"engine.mem_fraction_static=0.7:0.9:0.1\"];");
	ck_assert(grid_load(&g, "check_vary.cfg", NULL, 0, NULL, 0, &errors));
	ck_assert_uint_eq(g.naxes, 2);
	ck_assert_uint_eq(g.npoints, 6);
	ck_assert_str_eq(g.axis[0].path, "variant");
	s = grid_scenario(&g, 4, "check_vary.cfg", NULL, 0, &errors);
	ck_assert_ptr_nonnull(s);
	ck_assert_str_eq(s->label, "b");
	scenario_free(s);
	grid_release(&g);
	ck_assert(grid_load(&g, "check_vary.cfg", NULL, 0, other, 1, &errors));	/* in place of its own */
	ck_assert_uint_eq(g.npoints, 4);
	ck_assert_str_eq(g.axis[1].path, "engine.chunked_prefill_size");
	grid_release(&g);
	ck_assert_uint_eq(errors.n, 0);

	scenario_file("vary = [\"x=1,1\", \"y\"];");
	ck_assert(!grid_load(&g, "check_vary.cfg", NULL, 0, NULL, 0, &errors));
	ck_assert_uint_eq(errors.n, 2);
	ck_assert_str_eq(errors.message[0].text, "vary: x=1,1: a value comes twice");
	ck_assert_str_eq(errors.message[0].file, "check_vary.cfg");
	ck_assert_int_eq(errors.message[0].line, 1);
	diag_release(&errors);
	remove("check_vary.cfg");
}
END_TEST

int main(void)
{
	Suite *s = suite_create("vary");
	TCase *tc = tcase_create("vary");

	tcase_add_test(tc, lists_and_ranges);
	tcase_add_test(tc, mistakes);
	tcase_add_test(tc, grids);
	tcase_add_test(tc, of_a_scenario);
	suite_add_tcase(s, tc);
	return harness_run(s);
}

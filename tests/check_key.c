/* check_key.c - groups of settings by table: every type, every mistake, distributions, and back into text. */
#include "config.h"

#include "config/keyread.h"

#include <math.h>

#include "config/keydump.h"
#include "stat/dist.h"

#include "harness.h"

struct inner {
	int64_t depth;
	const char *label;
};

struct outer {
	int64_t count, automatic;
	double share, automatic_real, open_end;
	bool flag;
	const char *text, *automatic_text;
	int choice, own_auto;
	struct dist pause;
	struct int_list levels;
	struct real_list weights;
	struct inner given, maybe;
	bool has_maybe;
	struct sub_list items;
};

static const struct key inner_key[] = {
	{ .name = "depth", .type = KEY_INT, .unit = "m", .lo = 0, .hi = 9, .dflt = "4",
	  .offset = offsetof(struct inner, depth) },
	{ .name = "label", .type = KEY_STR, .dflt = NULL, .offset = offsetof(struct inner, label) },
};
static const struct key_table inner_table = { inner_key, 2, sizeof(struct inner) };

static const char *const colours[] = { "red", "green", NULL };
static const char *const modes[] = { "auto", "manual", NULL };

#define AT(field) .offset = offsetof(struct outer, field)

static const struct key outer_key[] = {
	{ .name = "count", .type = KEY_INT, .unit = "tokens", .lo = 1, .hi = 1e15, .dflt = "8",
	  AT(count) },
	{ .name = "automatic", .type = KEY_INT, .lo = 1, .hi = 10, .dflt = KEY_AUTO_TEXT,
	  AT(automatic) },
	{ .name = "share", .type = KEY_REAL, .unit = "", .lo = 0.05, .hi = 0.99, .dflt = "0.5",
	  AT(share) },
	{ .name = "automatic_real", .type = KEY_REAL, .lo = 0, .hi = 1, .dflt = KEY_AUTO_TEXT,
	  AT(automatic_real) },
	{ .name = "open_end", .type = KEY_REAL, .unit = "ms", .lo = 0, .hi = HUGE_VAL, .dflt = "0.0",
	  AT(open_end) },
	{ .name = "flag", .type = KEY_BOOL, .dflt = "true", AT(flag) },
	{ .name = "text", .type = KEY_STR, .dflt = "plain word", AT(text) },
	{ .name = "automatic_text", .type = KEY_STR, .dflt = KEY_AUTO_TEXT, AT(automatic_text) },
	{ .name = "choice", .type = KEY_ENUM, .dflt = "green", .choices = colours, AT(choice) },
	{ .name = "own_auto", .type = KEY_ENUM, .dflt = "auto", .choices = modes, AT(own_auto) },
	{ .name = "pause", .type = KEY_DIST, .unit = "s", .lo = 0, .hi = 100,
	  .dflt = "{ dist = \"uniform\"; min = 1; max = 3; }", AT(pause) },
	{ .name = "levels", .type = KEY_INTS, .lo = 1, .hi = 100, .dflt = "[10, 50]", AT(levels) },
	{ .name = "weights", .type = KEY_REALS, .lo = 0, .hi = 1, .dflt = "[]", AT(weights) },
	{ .name = "given", .type = KEY_SUB, .dflt = NULL, .sub = &inner_table, AT(given),
	  .offset_present = SIZE_MAX },
	{ .name = "maybe", .type = KEY_SUB, .dflt = KEY_OPTIONAL_TEXT, .sub = &inner_table, AT(maybe),
	  .offset_present = offsetof(struct outer, has_maybe) },
	{ .name = "items", .type = KEY_LIST, .dflt = "", .sub = &inner_table, AT(items) },
};
static const struct key_table outer_table = {
	outer_key, sizeof(outer_key) / sizeof(outer_key[0]), sizeof(struct outer)
};

static struct diag errors;
static struct cfgfile file;
static struct arena arena;
static struct outer out;

static void setup(void)
{
	diag_init(&errors);
	arena_init(&arena, ARENA_CHUNK);
}

static void teardown(void)
{
	diag_release(&errors);
	arena_release(&arena);
}

static struct key_group whole(void)
{
	return (struct key_group){ .setting = cfgfile_root(&file), .at = cfgfile_root(&file),
				   .label = "" };
}

static void read_text(const char *text)
{
	struct key_reader r = { &file, &arena, &errors };
	struct key_group g;

	memset(&out, 0, sizeof(out));
	ck_assert_int_eq(cfgfile_parse(&file, "k.cfg", text, strlen(text), &errors), 0);
	g = whole();
	key_read(&r, &outer_table, &g, &out);
	diag_sort(&errors);
}

/* Reads the text, which has one mistake; `given` is there. */
static void assert_error(const char *text, const char *message)
{
	read_text(arena_printf(&arena, "given = { label = \"l\"; };\n%s", text));
	ck_assert_msg(errors.n == 1, "%s: %zu errors", text, errors.n);
	ck_assert_str_eq(errors.message[0].text, message);
	ck_assert_int_eq(errors.message[0].line, 2);
	cfgfile_release(&file);
	diag_release(&errors);
}

START_TEST(defaults)
{
	read_text("given = { label = \"l\"; };");
	ck_assert_uint_eq(errors.n, 0);
	ck_assert_int_eq(out.count, 8);
	ck_assert(key_int_is_auto(out.automatic));
	ck_assert_double_eq(out.share, 0.5);
	ck_assert(key_real_is_auto(out.automatic_real));
	ck_assert(out.flag);
	ck_assert_str_eq(out.text, "plain word");
	ck_assert_ptr_null(out.automatic_text);
	ck_assert_int_eq(out.choice, 1);
	ck_assert_int_eq(out.own_auto, 0);
	ck_assert_int_eq(out.pause.kind, DIST_UNIFORM);
	ck_assert_double_eq(out.pause.b, 3.0);
	ck_assert_uint_eq(out.levels.n, 2);
	ck_assert_int_eq(out.levels.v[1], 50);
	ck_assert_uint_eq(out.weights.n, 0);
	ck_assert_int_eq(out.given.depth, 4);
	ck_assert(!out.has_maybe);
	ck_assert_uint_eq(out.items.n, 0);
	cfgfile_release(&file);
}
END_TEST

START_TEST(values)
{
	const struct inner *item;

	read_text("count = 48000000000; automatic = \"auto\"; share = 0.9; open_end = 3; flag = false; text = \"\";"
		  "choice = \"red\"; own_auto = \"manual\"; pause = 2; levels = (1, 2, 3); weights = [0.5, 1.0];"
		  "given = { depth = 0; label = \"a\"; }; maybe = { label = \"b\"; };"
		  "items = ({ label = \"x\"; }, { label = \"y\"; depth = 9; });");
	ck_assert_uint_eq(errors.n, 0);
	ck_assert_int_eq(out.count, 48000000000);
	ck_assert(key_int_is_auto(out.automatic));
	ck_assert_double_eq(out.open_end, 3.0);		/* an integer where a real is expected */
	ck_assert(!out.flag);
	ck_assert_int_eq(out.choice, 0);
	ck_assert_int_eq(out.pause.kind, DIST_CONSTANT);
	ck_assert_double_eq(out.pause.a, 2.0);
	ck_assert_uint_eq(out.levels.n, 3);
	ck_assert_double_eq(out.weights.v[0], 0.5);
	ck_assert(out.has_maybe);
	ck_assert_str_eq(out.maybe.label, "b");
	ck_assert_uint_eq(out.items.n, 2);
	item = out.items.item;
	ck_assert_str_eq(item[1].label, "y");
	ck_assert_int_eq(item[0].depth, 4);
	ck_assert_int_eq(item[1].depth, 9);
	cfgfile_release(&file);
}
END_TEST

START_TEST(mistakes)
{
	assert_error("cuont = 1;", "unknown key 'cuont'; did you mean 'count'?");
	assert_error("zzz = 1;", "unknown key 'zzz'; known keys: count, automatic, share, automatic_real, open_end, flag,"
		     " text, automatic_text, choice, own_auto, pause, levels, weights, given, maybe, items");
	assert_error("count = 1.0;", "'count' must be an integer, not a real");
	assert_error("count = \"1\";", "'count' must be an integer, not a string");
	assert_error("count = 0;", "'count' = 0 is outside [1, 1e+15] tokens");
	assert_error("automatic = \"autom\";",
		     "'automatic' must be an integer or \"auto\", not a string");
	assert_error("share = \"0.9\";", "'share' must be a number, not a string");
	assert_error("share = 1.2;", "'share' = 1.2 is outside [0.05, 0.99]");
	assert_error("open_end = -1;", "'open_end' = -1 is below 0 ms");
	assert_error("flag = 0;", "'flag' must be true or false, not an integer");
	assert_error("text = { };", "'text' must be a string, not a group");
	assert_error("text = \"\\xff\";", "'text' is not text (UTF-8)");
	assert_error("choice = \"gren\";",
		     "'choice' = \"gren\" is not one of red, green; did you mean \"green\"?");
	assert_error("choice = \"blue\";", "'choice' = \"blue\" is not one of red, green");
	assert_error("choice = 1;", "'choice' must be a string, not an integer");
	assert_error("levels = [];", "'levels' is empty");
	assert_error("levels = 1.5;", "'levels' must be an integer or a list of integers, not a real");
	assert_error("levels = (1, 2.5);", "'levels' must be an integer, not a real");
	assert_error("levels = [1, 101];", "'levels' = 101 is outside [1, 100]");
	assert_error("weights = \"x\";",
		     "'weights' must be a number or a list of numbers, not a string");
	assert_error("maybe = 1;", "'maybe' must be a group { ... }, not an integer");
	assert_error("maybe = { };", "missing key 'label' in maybe");
	assert_error("maybe = { label = \"x\"; depht = 1; };",
		     "unknown key 'depht'; did you mean 'depth'?");
	assert_error("items = [1];", "'items' must be a list ( { ... }, ... ), not an array");
	assert_error("items = (1);", "'items[0]' must be a group { ... }, not an integer");
	assert_error("items = ({ label = \"x\"; }, { });", "missing key 'label' in items[1]");
}
END_TEST

START_TEST(all_mistakes_at_once_in_order_of_lines)
{
	read_text("share = 2.0;\ncount = true;\nitems = (\n{ },\n{ label = 1; });\nx = 1;\n");
	ck_assert_uint_eq(errors.n, 6);
	ck_assert_str_eq(errors.message[0].text, "missing key 'given'");
	ck_assert_str_eq(errors.message[1].text, "'share' = 2 is outside [0.05, 0.99]");
	ck_assert_str_eq(errors.message[2].text, "'count' must be an integer, not a bool");
	ck_assert_str_eq(errors.message[3].text, "missing key 'label' in items[0]");
	ck_assert_int_eq(errors.message[3].line, 4);
	ck_assert_str_eq(errors.message[4].text, "'label' must be a string, not an integer");
	ck_assert_int_eq(errors.message[5].line, 6);
	cfgfile_release(&file);
}
END_TEST

static const struct dist *pause_of(const char *text)
{
	diag_release(&errors);
	read_text(arena_printf(&arena, "given = { label = \"l\"; }; pause = %s;", text));
	ck_assert_msg(errors.n == 0, "%s: %s", text, errors.n ? errors.message[0].text : "");
	cfgfile_release(&file);
	return &out.pause;
}

/* The tolerance is that of a few roundings of double arithmetic. */
#define ASSERT_MEAN(text, mean)	ck_assert_double_eq_tol(dist_mean(pause_of(text)), mean, 1e-12 * (mean))

START_TEST(distributions_have_their_moments)
{
	const struct dist *d;

	ASSERT_MEAN("{ dist = \"constant\"; value = 3; }", 3.0);
	ASSERT_MEAN("{ dist = \"uniform\"; min = 0.5; max = 2.0; }", 1.25);
	ASSERT_MEAN("{ dist = \"exponential\"; mean = 7; }", 7.0);
	ASSERT_MEAN("{ dist = \"lognormal\"; mean = 20; sd = 30.0; }", 20.0);
	ASSERT_MEAN("{ dist = \"gamma\"; mean = 20; cv = 0.5; }", 20.0);
	ASSERT_MEAN("{ dist = \"weibull\"; mean = 20; shape = 0.7; }", 20.0);
	ASSERT_MEAN("{ dist = \"empirical\"; values = [1, 2, 6]; }", 3.0);
	ASSERT_MEAN("{ dist = \"categorical\"; values = (1, 2.0, 9); weights = [2, 6, 0]; }", 1.75);
	d = pause_of("{ dist = \"lognormal\"; mean = 20; sd = 30.0; min = 1; max = 90; }");
	/* variance of a lognormal: (exp(sigma^2) - 1) mean^2 */
	ck_assert_double_eq_tol((exp(d->b * d->b) - 1.0) * 400.0, 900.0, 1e-9);
	ck_assert_double_eq(d->min, 1.0);
	ck_assert_double_eq(d->max, 90.0);
	d = pause_of("{ dist = \"gamma\"; mean = 20; cv = 0.5; }");
	ck_assert_double_eq_tol(d->a * d->b * d->b, 100.0, 1e-9);	/* variance of a gamma: shape scale^2 */
	ck_assert(isinf(d->max));
	d = pause_of("{ dist = \"categorical\"; values = [1, 2, 9]; weights = [0.1, 0.2, 0.0]; }");
	ck_assert_double_eq(d->weight[1], 1.0);		/* 9 is never drawn, whatever the sum rounds to */
	ck_assert_double_eq(d->weight[2], 1.0);
}
END_TEST

START_TEST(distributions_refused)
{
	assert_error("pause = \"x\";",
		     "'pause' must be a number or a distribution { dist = ...; }, not a string");
	assert_error("pause = -1;", "'pause' = -1 is outside [0, 100] s");
	assert_error("pause = { mean = 1; };",
		     "'pause': a distribution needs dist = \"...\" (constant, uniform,"
		     " exponential, ...)");
	assert_error("pause = { dist = \"gama\"; };",
		     "'dist' = \"gama\" is not one of constant, uniform, exponential,"
		     " lognormal, gamma, weibull, empirical, categorical; did you mean \"gamma\"?");
	assert_error("pause = { dist = \"gamma\"; mean = 1; };", "missing key 'cv' in pause");
	assert_error("pause = { dist = \"uniform\"; min = 3; max = 2; };",
		     "'pause': min is larger than max");
	assert_error("pause = { dist = \"exponential\"; mean = 101; };",
		     "'pause': has mean 101 s, but the most is 100");
	assert_error("pause = { dist = \"constant\"; value = 101; };",
		     "'pause' = 101 is outside [0, 100] s");
	assert_error("pause = { dist = \"empirical\"; values = []; };", "'values' is empty");
	assert_error("pause = { dist = \"categorical\"; values = [1, 2]; weights = [1]; };",
		     "'pause': 2 values, but 1 weights");
	assert_error("pause = { dist = \"categorical\"; values = [1]; weights = [0]; };",
		     "'pause': all weights are zero");
}
END_TEST

START_TEST(least_value_of_a_distribution)
{
	struct key k = { .name = "n", .type = KEY_DIST, .unit = "tokens", .lo = 1, .hi = 100,
			 .dflt = NULL };
	struct key_table t = { &k, 1, sizeof(struct dist) };
	struct key_reader r = { &file, &arena, &errors };
	struct key_group g;
	struct dist d;

	ck_assert_int_eq(cfgfile_parse(&file, "k.cfg", "n = { dist = \"exponential\"; mean = 4; };", 39,
				       &errors), 0);
	g = whole();
	key_read(&r, &t, &g, &d);
	ck_assert_uint_eq(errors.n, 1);
	ck_assert_str_eq(errors.message[0].text,
			 "'n': can become 0 tokens, but the least is 1; give min");
	cfgfile_release(&file);
}
END_TEST

static const struct dump_entry *entry(const struct key_dump *d, const char *path)
{
	for (size_t i = 0; i < d->n; i++)
		if (strcmp(d->entry[i].path, path) == 0)
			return &d->entry[i];
	ck_abort_msg("no entry %s", path);
	return NULL;
}

static void assert_entry(const struct key_dump *d, const char *path, const char *value,
			 const char *origin)
{
	ck_assert_str_eq(entry(d, path)->value, value);
	ck_assert_str_eq(entry(d, path)->origin, origin);
}

START_TEST(dump)
{
	static const struct cfg_option option = { "--set", "--set pause.max=5", "pause.max", "5" };
	struct key_dump d = { .arena = &arena };
	struct key_reader r = { &file, &arena, &errors };
	struct key_group g;
	const char *text = "given = {\nlabel = \"a \\\"b\\\"\"; };\npause = { dist = \"uniform\"; min = 1; max = 3.5; };\n"
			   "items = ({ label = \"x\"; });\ncount = 7;\nautomatic_real = \"auto\";\n";

	memset(&out, 0, sizeof(out));
	ck_assert_int_eq(cfgfile_parse(&file, "k.cfg", text, strlen(text), &errors), 0);
	ck_assert(cfgfile_set(&file, &option, &errors));
	g = whole();
	key_read(&r, &outer_table, &g, &out);
	ck_assert_uint_eq(errors.n, 0);
	out.automatic = 5;		/* resolved */
	key_dump_table(&d, &outer_table, &file, &g, &out);
	assert_entry(&d, "count", "7", "k.cfg:5");
	assert_entry(&d, "automatic", "5", "auto");
	assert_entry(&d, "automatic_real", "\"auto\"", "auto");
	assert_entry(&d, "share", "0.5", "default");
	assert_entry(&d, "text", "\"plain word\"", "default");
	assert_entry(&d, "choice", "\"green\"", "default");
	assert_entry(&d, "pause", "{ dist = \"uniform\"; min = 1; max = 5; }", "--set");
	assert_entry(&d, "levels", "[10, 50]", "default");
	assert_entry(&d, "weights", "[]", "default");
	assert_entry(&d, "given.label", "\"a \\\"b\\\"\"", "k.cfg:2");
	assert_entry(&d, "given.depth", "4", "default");
	assert_entry(&d, "maybe", "\"none\"", "default");
	assert_entry(&d, "items[0].label", "\"x\"", "k.cfg:4");
	ck_assert_str_eq(entry(&d, "count")->unit, "tokens");
	free(d.entry);
	cfgfile_release(&file);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("key");
	TCase *t = tcase_create("all");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, defaults);
	tcase_add_test(t, values);
	tcase_add_test(t, mistakes);
	tcase_add_test(t, all_mistakes_at_once_in_order_of_lines);
	tcase_add_test(t, distributions_have_their_moments);
	tcase_add_test(t, distributions_refused);
	tcase_add_test(t, least_value_of_a_distribution);
	tcase_add_test(t, dump);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return harness_run(suite());
}

/* check_cfgfile.c - text to tree: what is refused, what libconfig would have misread, and options laid over. */
#include "config.h"

#include "config/cfgfile.h"

#include "base/hash.h"
#include "base/mem.h"
#include "config/cfgprint.h"
#include "config/suggest.h"
#include "config/utf8.h"

#include "harness.h"

static struct diag errors;
static struct cfgfile file;
static struct arena arena;

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

/* The first setting of the text, which must be well formed. */
static const config_setting_t *first(const char *text)
{
	ck_assert_int_eq(cfgfile_parse(&file, "t.cfg", text, strlen(text), &errors), 0);
	return config_setting_get_elem(cfgfile_root(&file), 0);
}

static void assert_refused(const char *text, int line, const char *message)
{
	ck_assert_int_eq(cfgfile_parse(&file, "t.cfg", text, strlen(text), &errors), -1);
	ck_assert_uint_eq(errors.n, 1);
	ck_assert_int_eq(errors.message[0].line, line);
	ck_assert_str_eq(errors.message[0].text, message);
	cfgfile_release(&file);
	diag_release(&errors);
}

START_TEST(integers_past_32_bits_stay_whole)
{
	static const struct { const char *text; long long value; } cases[] = {
		{ "a = 48000000000;", 48000000000 },
		{ "a = -3000000000;", -3000000000 },
		{ "a = 2147483647;", 2147483647 },
		{ "a = 2147483648", 2147483648 },
		{ "a = 0xffffffff;", 4294967295 },
		{ "a = 0x7fffffffffffffff;", 9223372036854775807 },
		{ "a = 5000000000L;", 5000000000 },
		{ "a = 7LL;", 7 },
		{ "a = +12 # comment 99999999999\n", 12 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_msg(config_setting_get_int64(first(cases[i].text)) == cases[i].value, "%s",
			      cases[i].text);
		cfgfile_release(&file);
	}
}
END_TEST

START_TEST(refuses)
{
	assert_refused("a = 1;\nb = 9223372036854775808;", 2,
		       "integer 9223372036854775808 does not fit 64 bits");
	assert_refused("a = 0x8000000000000000;", 1, "integer 0x8000000000000000 does not fit 64 bits");
	assert_refused("a = 0x;", 1, "this is not a number: '0x'");
	assert_refused("a = 1e;", 1, "this is not a number: '1e'");
	assert_refused("a = -;", 1, "this is not a number: '-'");
	assert_refused("a = 1;\n\nA = { a = 1; b = 2;\n a = 3; };", 4,
		       "'a' is given a second time; first in line 3");
	assert_refused("a = \"x\" b \"y\";", 1, "expected '=' behind 'b', not '\"y\"'");
	assert_refused("a = (1 2);", 1, "expected ',' or ')', not '2'");
	assert_refused("a = 1, \"x\";", 1, "expected a key, not '\"x\"'");
	assert_refused("a = 1 \"x\";", 1, "expected ';' or the next key, not '\"x\"'");
	assert_refused("a = \"x\\\";\n", 1, "a string has no closing quote in its line: '\"x\\\";'");
}
END_TEST

START_TEST(accepts)
{
	static const char *const texts[] = {
		"", "\xef\xbb\xbf ", "\xef\xbb\xbf\na = 1;", "a : 1, b = 2 c = 3", "a = (); b = []; c = {};", "a = \"x\" \"y\" // z\n \"z\";",
		"a = ({ b = (1, \"2\", [3.0, 4.0], true); }, FALSE);", "/* { ( [ */ a = .5; b = 1.; c = 1e5; d = -1.5E-3;",
		"a-b_c* = \"\\\\\\\"\\n\\x41\"; # {\n", "a = { b = 1; } c = 2", "\f\r\n\ta\n=\n1\n;\n", "a = { b = 1; };",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		int status = cfgfile_parse(&file, "t.cfg", texts[i], strlen(texts[i]), &errors);

		ck_assert_msg(status == 0, "%s: %s", texts[i], errors.n ? errors.message[0].text : "");
		cfgfile_release(&file);
	}
}
END_TEST

/* Where our grammar accepts a text, libconfig must, too: else users would read "syntax error". */
START_TEST(agrees_with_libconfig)
{
	static const char sample[] =
		"name = \"a \\\" b\" \"c\"; // x\nengine = { type = \"e\"; x = 0.90; y = -12; z : 0x1F, };\n"
		"w = ( { a = [1, 2, 3]; b = 1e3; }, { a = []; }, true, \"s\" ); /* c */ l = 50L\n# end\n";
	static const char letters[] = "=:;,{}()[]\"ab10.-+eLx#/*\\\n \t@";
	uint64_t random = harness_seed();
	char text[sizeof(sample)];
	size_t accepted = 0;

	for (int i = 0; i < 60000; i++) {
		memcpy(text, sample, sizeof(text));
		for (uint64_t k = 0; k < 1 + random % 3; k++) {
			random = hash_mix(random + 1);
			text[random % (sizeof(text) - 1)] = letters[(random >> 32) % (sizeof(letters) - 1)];
		}
		if (cfgfile_parse(&file, "t.cfg", text, sizeof(text) - 1, &errors) == 0)
			accepted++;
		else
			ck_assert_msg(!strstr(errors.message[errors.n - 1].text, "syntax error"), "%s",
				      text);
		cfgfile_release(&file);
	}
	ck_assert_uint_gt(accepted, 1000);
}
END_TEST

static bool set(const char *path, const char *value)
{
	static struct cfg_option options[64];
	static int n;
	struct cfg_option *o = &options[n++ % 64];

	*o = (struct cfg_option){ "--set", arena_printf(&arena, "--set %s=%s", path, value), arena_strdup(&arena, path),
				  arena_strdup(&arena, value) };
	return cfgfile_set(&file, o, &errors);
}

static void assert_tree(const char *expected)
{
	ck_assert_str_eq(cfgprint_setting(&arena, cfgfile_root(&file)), expected);
}

START_TEST(options_replace_and_add)
{
	first("a = { b = 1; c = (1, { d = 2; }, [3, 4]); }; s = \"x\";");
	ck_assert(set("a.b", "2.5"));
	ck_assert(set("a.c[1].d", "true"));
	ck_assert(set("a.c[2][0]", "7"));
	ck_assert(set("a.c[0]", "{ e = (1, \"f\"); g = { }; }"));
	ck_assert(set("s", "fcfs"));
	ck_assert(set("new.deep.key", "48000000000"));
	ck_assert(set("t", "0.4.9"));
	ck_assert(set("u", "\"5\""));
	ck_assert(set("v", ""));
	assert_tree("{ a = { c = ({ e = (1, \"f\"); g = { }; }, { d = true; }, [7, 4]); b = 2.5; };"
		    " s = \"fcfs\"; new = { deep = { key = 48000000000L; }; }; t = \"0.4.9\"; u = \"5\"; v = \"\"; }");
	ck_assert_uint_eq(errors.n, 0);
	cfgfile_release(&file);
}
END_TEST

START_TEST(options_refused)
{
	static const struct { const char *path, *value, *message; } cases[] = {
		{ "s.x", "1", "--set s.x=1: there is no group to put 'x' into" },
		{ "s.x.y", "1", "--set s.x.y=1: there is no group to look for 'x' in" },
		{ "s[0]", "1", "--set s[0]=1: there is no list to take [0] from" },
		{ "l[2]", "1", "--set l[2]=1: there is no [2]: the list has 2 elements" },
		{ "l[-1]", "1",
		  "--set l[-1]=1: the path is malformed; for example workload.prompts[2].tokens" },
		{ "l[0", "1", "--set l[0=1: the path is malformed; for example workload.prompts[2].tokens" },
		{ "a..b", "1", "--set a..b=1: the path is malformed; for example workload.prompts[2].tokens" },
		{ "[0]", "1", "--set [0]=1: not of the form PATH=VALUE" },
		{ "r[0]", "1.5",
		  "--set r[0]=1.5: not of the same type as the other elements of the array" },
		{ "1x", "1", "--set 1x=1: '1x' is not a name" },
		{ "a b.c", "1", "--set a b.c=1: 'a b' is not a name" },
		{ "s", "[1, 2", "--set s=[1, 2: expected ',' or ']', not ';'" },
		{ "s", "{ a = 1; }; t = 2", "--set s={ a = 1; }; t = 2: more than one value" },
		{ "s", "\"a\"\n@include \"/etc/passwd\"",
		  "--set s=\"a\"\n@include \"/etc/passwd\": @include is not supported: a configuration is one file" },
	};

	first("a = { }; s = \"x\"; l = (1, 2); r = [1, 2];");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert(!set(cases[i].path, cases[i].value));
		ck_assert_uint_eq(errors.n, i + 1);
		ck_assert_str_eq(errors.message[i].text, cases[i].message);
		ck_assert_ptr_null(errors.message[i].file);
	}
	assert_tree("{ a = { }; s = \"x\"; l = (1, 2); r = [1, 2]; }");
	cfgfile_release(&file);
}
END_TEST

START_TEST(says_where_settings_came_from)
{
	const config_setting_t *root;

	first("a = {\n b = 1;\n c = 2; };\n");
	root = cfgfile_root(&file);
	ck_assert(set("a.c", "3"));
	cfg_error(&file, config_setting_lookup(config_setting_get_member(root, "a"), "c"), &errors,
		  "no %d", 3);
	cfg_error(&file, config_setting_lookup(config_setting_get_member(root, "a"), "b"), &errors,
		  "no");
	cfg_error(&file, root, &errors, "no");
	ck_assert_str_eq(errors.message[0].text, "--set a.c=3: no 3");
	ck_assert_ptr_null(errors.message[0].file);
	ck_assert_str_eq(errors.message[1].file, "t.cfg");
	ck_assert_int_eq(errors.message[1].line, 2);
	ck_assert_int_eq(errors.message[2].line, 0);
	ck_assert_str_eq(cfg_origin(&file, config_setting_get_member(root, "a"), &arena), "t.cfg:1");
	ck_assert_str_eq(cfg_origin(&file, root, &arena), "t.cfg");
	cfgfile_release(&file);
}
END_TEST

START_TEST(numbers_read_back)
{
	static const double values[] = { 0.1, 1.0 / 3.0, 1e300, 5e-324, 48e9, 2.0, -0.0, 0.90,
					 123456789.0 };
	char buf[32];

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		const char *text = arena_printf(&arena, "a = %s;", cfgprint_real(&arena, values[i]));

		ck_assert_double_eq(config_setting_get_float(first(text)), values[i]);
		cfgfile_release(&file);
	}
	ck_assert_str_eq(cfgprint_short(buf, 0.1), "0.1");
	ck_assert_str_eq(cfgprint_short(buf, 86400), "86400");
	ck_assert_str_eq(cfgprint_string(&arena, "a\"b\\c\nd"), "\"a\\\"b\\\\c\\nd\"");
}
END_TEST

START_TEST(suggestions)
{
	static const char *const names[] = { "mem_fraction_static", "page_size", "tp_size", "lpm",
					     "lof" };

	ck_assert_str_eq(suggest("page_szie", names, 5), "page_size");
	ck_assert_str_eq(suggest("PAGE_SIZE", names, 5), "page_size");
	ck_assert_str_eq(suggest("mem_fraction", names, 5), "mem_fraction_static");
	ck_assert_str_eq(suggest("lmp", names, 5), "lpm");
	ck_assert_ptr_null(suggest("users", names, 5));
	ck_assert_ptr_null(suggest("", names, 5));
	ck_assert_ptr_null(suggest("x", names, 5));
}
END_TEST

START_TEST(utf8)
{
	static const struct { const char *text; size_t good; } cases[] = {
		{ "plain\t\n", 7 }, { "caf\xc3\xa9", 5 }, { "\xe2\x82\xac", 3 }, { "\xf0\x9f\x98\x80", 4 },
		{ "a\x80", 1 }, { "\xc0\x80", 0 }, { "\xe0\x80\x80", 0 }, { "\xed\xa0\x80", 0 },
		{ "\xf4\x90\x80\x80", 0 }, { "ab\xe2\x82", 2 }, { "a\x1b", 1 }, { "a\x7f", 1 }, { "\xff", 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_uint_eq(utf8_check(cases[i].text, strlen(cases[i].text)), cases[i].good);
	ck_assert_uint_eq(utf8_check("a\0b", 3), 1);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("cfgfile");
	TCase *t = tcase_create("all");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, integers_past_32_bits_stay_whole);
	tcase_add_test(t, refuses);
	tcase_add_test(t, accepts);
	tcase_add_test(t, agrees_with_libconfig);
	tcase_add_test(t, options_replace_and_add);
	tcase_add_test(t, options_refused);
	tcase_add_test(t, says_where_settings_came_from);
	tcase_add_test(t, numbers_read_back);
	tcase_add_test(t, suggestions);
	tcase_add_test(t, utf8);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return harness_run(suite());
}

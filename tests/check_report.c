/* check_report.c - reports of results made by hand: the text and the JSON byte by byte, what every JSON must hold.
 *
 * Golden files: tests/report/NAME; UPDATE_GOLDEN=1 tests/check_report writes them anew, then read the diff.
 * The program's version stands in them as VERSION.
 */
#include "config.h"

#include "report/report.h"

#include <ctype.h>
#include <jansson.h>
#include <math.h>

#include "harness.h"
#include "report/finding.h"
#include "report/fmt.h"
#include "sample_result.h"

typedef void reporter(const struct run_result *r, FILE *out);

static const char *const kinds[] = { "v5", "single", "extreme", "long", "refused" };
#define KINDS	((int)(sizeof(kinds) / sizeof(kinds[0])))

/* Not inlined: gcc 12 takes what the stream stores for a dangling pointer. */
__attribute__((noinline))
static char *report_of(const struct run_result *r, reporter *report)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	report(r, f);
	fclose(f);
	return text;
}

static char *report_kind(const char *kind, reporter *report)
{
	struct sample *s = sample_new(kind);
	char *text = report_of(&s->result, report);

	sample_free(s);
	return text;
}

/* The first PACKAGE_VERSION after `before` becomes VERSION; malloc'd, text is freed. */
static char *without_version(char *text, const char *before)
{
	char *at = strstr(text, before), *out;
	size_t head, bytes = strlen(text) + 20;

	if (!at)
		return text;
	head = (size_t)(at - text) + strlen(before);
	ck_assert_int_eq(strncmp(text + head, PACKAGE_VERSION, strlen(PACKAGE_VERSION)), 0);
	out = malloc(bytes);
	snprintf(out, bytes, "%.*sVERSION%s", (int)head, text, text + head + strlen(PACKAGE_VERSION));
	free(text);
	return out;
}

static FILE *golden(const char *name, const char *mode)
{
	const char *srcdir = getenv("srcdir");
	char path[1000];
	FILE *f;

	snprintf(path, sizeof(path), "%s/tests/report/%s", srcdir ? srcdir : ".", name);
	f = fopen(path, mode);
	ck_assert_msg(f, "%s", path);
	return f;
}

static void compare(const char *name, const char *got)
{
	char *want = calloc(1, 1 << 20);
	FILE *f;

	if (getenv("UPDATE_GOLDEN")) {
		f = golden(name, "w");
		fputs(got, f);
		fclose(f);
	}
	f = golden(name, "r");
	want[fread(want, 1, (1 << 20) - 1, f)] = '\0';
	fclose(f);
	ck_assert_str_eq(got, want);
	free(want);
}

static const struct {
	const char *kind, *name, *before;
	reporter *report;
} goldens[] = {
	{ "v5", "v5.txt", "servesim ", report_text },
	{ "single", "single.txt", "servesim ", report_text },
	{ "extreme", "extreme.txt", "servesim ", report_text },
	{ "refused", "refused.txt", "servesim ", report_text },
	{ "single", "single.json", "\"version\": \"", report_json },
	{ "single", "single.csv", "no version in it", report_csv },
};

START_TEST(golden_reports)
{
	char *text = without_version(report_kind(goldens[_i].kind, goldens[_i].report),
				     goldens[_i].before);

	compare(goldens[_i].name, text);
	free(text);
}
END_TEST

/* Columns of the longest line; no line may end in a blank or hold a control character. */
static size_t longest_line(const char *text)
{
	size_t most = 0;

	for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
		size_t bytes = strcspn(line, "\n"), cols = fmt_cols(line) - fmt_cols(line + bytes);

		most = cols > most ? cols : most;
		ck_assert(bytes == 0 || line[bytes - 1] != ' ');
		for (size_t i = 0; i < bytes; i++)
			ck_assert(!iscntrl((unsigned char)line[i]));
	}
	return most;
}

START_TEST(text_is_tidy)
{
	char *text = report_kind(kinds[_i], report_text);
	bool hostile = strcmp(kinds[_i], "long") == 0;	/* names of 30 columns and more */

	ck_assert_uint_le(longest_line(text), hostile ? 130 : 100);
	ck_assert_ptr_null(strstr(text, "nan"));
	ck_assert_ptr_null(strstr(text, "inf "));
	free(text);
}
END_TEST

static json_t *parsed(const char *text)
{
	json_error_t error;
	json_t *o = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	ck_assert_msg(o, "line %d: %s", error.line, error.text);
	return o;
}

static void check_interval(const json_t *summary)
{
	const json_t *ci = json_object_get(summary, "ci95");
	double mean = json_number_value(json_object_get(summary, "mean"));

	ck_assert(json_is_real(json_object_get(summary, "mean")));
	ck_assert(json_is_integer(json_object_get(summary, "n")));
	ck_assert(!ci == (json_integer_value(json_object_get(summary, "n")) == 1));
	ck_assert(!ci == !json_object_get(summary, "sd"));
	if (ci) {
		ck_assert_double_le(json_number_value(json_array_get(ci, 0)), mean);
		ck_assert_double_ge(json_number_value(json_array_get(ci, 1)), mean);
	}
}

static void check_level(const json_t *level)
{
	static const char *const keys[] = { "label", "metrics", "attribution", "memory", "checks",
					   "passes" };
	const char *name;
	json_t *value;
	double sum = 0.0;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		ck_assert_msg(json_object_get(level, keys[i]), "%s", keys[i]);
	json_object_foreach(json_object_get(level, "metrics"), name, value) {
		ck_assert_int_ge(metric_find(name), 0);
		check_interval(value);
	}
	json_object_foreach(json_object_get(level, "attribution"), name, value)
		sum += json_number_value(value);
	ck_assert_double_eq_tol(sum, 1.0, 1e-9);
}

START_TEST(json_holds_what_it_promises)
{
	char *text = report_kind(kinds[_i], report_json), *again = report_kind(kinds[_i], report_json);
	json_t *o = parsed(text), *settings = json_object_get(o, "scenario"), *level;
	size_t i;

	ck_assert_str_eq(text, again);
	ck_assert_str_eq(json_string_value(json_object_get(o, "schema")), "servesim.run/1");
	ck_assert_str_eq(json_string_value(json_object_get(o, "digest")), "0123456789abcdef");
	ck_assert(json_object_get(settings, "run.seed"));
	ck_assert(!json_object_get(settings, "run.threads"));	/* not part of the result */
	ck_assert_ptr_null(strstr(text, "threads"));
	json_array_foreach(json_object_get(o, "levels"), i, level)
		check_level(level);
	json_decref(o);
	free(text);
	free(again);
}
END_TEST

START_TEST(json_without_numbers_that_are_none)
{
	struct sample *s = sample_new("v5");
	struct level_result *l = &s->result.level[0];
	char *text;
	json_t *o, *metrics;

	l->metric[M_mfu_pct].mean = (double)NAN;
	l->metric[M_power_w].sd = (double)INFINITY;
	l->metric[M_retractions].n = 0;
	l->measured[0].z = (double)NAN;
	s->result.mean_abs_error_pct = (double)NAN;
	text = report_of(&s->result, report_json);
	o = parsed(text);
	metrics = json_object_get(json_array_get(json_object_get(o, "levels"), 0), "metrics");
	ck_assert(!json_object_get(metrics, "mfu_pct"));
	ck_assert(!json_object_get(metrics, "retractions"));
	ck_assert(json_object_get(json_object_get(metrics, "power_w"), "mean"));
	ck_assert(!json_object_get(json_object_get(metrics, "power_w"), "sd"));
	ck_assert(!json_object_get(o, "mean_abs_error_pct"));
	json_decref(o);
	free(text);
	sample_free(s);
}
END_TEST

START_TEST(csv_has_eleven_columns)
{
	char *text = report_kind(kinds[_i], report_csv);

	ck_assert_int_eq(strncmp(text, "level,metric,unit,mean,sd,lo,hi,n,measured,error_pct,z\n", 54),
			 0);
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
		size_t commas = 0;

		for (const char *p = line; *p && *p != '\n'; p++)
			commas += *p == ',';
		ck_assert_uint_eq(commas, 10);
	}
	free(text);
}
END_TEST

START_TEST(csv_quotes_labels)
{
	struct sample *s = sample_new("single");
	char *text;

	snprintf(s->result.level[0].info.label, sizeof(s->result.level[0].info.label), "a \"b\", c\nd");
	text = report_of(&s->result, report_csv);
	ck_assert_ptr_nonnull(strstr(text,
				     "\n\"a \"\"b\"\", c d\",output_throughput,tok/s,412.7,,,,1,,,\n"));
	free(text);
	sample_free(s);
}
END_TEST

static const struct {
	double v;
	const char *num, *ms;
} numbers[] = {
	{ 0, "0", "0 ms" }, { 0.0211, "0.021", "0.02 ms" }, { 0.5, "0.50", "0.50 ms" },
		{ 3.756, "3.76", "3.76 ms" },
	{ 31.14, "31.1", "31.1 ms" }, { 224.61, "224.6", "225 ms" }, { 999.4, "999.4", "999 ms" },
	{ 999.6, "1,000", "1.00 s" }, { 1638.2, "1,638", "1.64 s" },
		{ 1234567.8, "1,234,568", "20.6 min" },
	{ -4.2, "-4.20", "-4.20 ms" }, { -1e-13, "0", "0.00 ms" },
};

START_TEST(numbers_for_people)
{
	char buf[FMT];

	ck_assert_str_eq(fmt_num(buf, numbers[_i].v), numbers[_i].num);
	if (numbers[_i].v >= 0.0)
		ck_assert_str_eq(fmt_ms(buf, numbers[_i].v), numbers[_i].ms);
}
END_TEST

START_TEST(intervals_for_people)
{
	struct summary s = { .mean = 1638.2, .sd = 20, .lo = 1628.8, .hi = 1647.6, .n = 20 };
	char buf[FMT];

	ck_assert_str_eq(fmt_pm(buf, &s), "1,638 ± 9");
	s.lo = 1637.9;
	s.hi = 1638.5;
	ck_assert_str_eq(fmt_pm(buf, &s), "1,638.2 ± 0.3");	/* a digit more shows it */
	s.lo = s.hi = s.mean;
	ck_assert_str_eq(fmt_pm(buf, &s), "1,638");
	s.n = 0;
	ck_assert_str_eq(fmt_pm(buf, &s), "–");
}
END_TEST

static const struct {
	const char *in, *out;
	size_t size;
} dirty[] = {
	{ "plain", "plain", 100 }, { "a\nb\tc", "a b c", 100 }, { "\x1b[31mred", "?[31mred", 100 },
	{ "\xff\xfe", "??", 100 }, { "±", "±", 100 }, { "a±b", "a", 3 }, { "a±b", "a±", 4 },
		{ "", "", 1 },
};

START_TEST(texts_are_cleaned)
{
	char out[100];

	fmt_clean(out, dirty[_i].size, dirty[_i].in);
	for (char *p = out; *p; p++)
		*p = *p == ' ' && dirty[_i].out[p - out] == '?' ? '?' : *p;	/* either will do */
	ck_assert_str_eq(out, dirty[_i].out);
}
END_TEST

/* The finding names what dominates. */
static const struct {
	double share[CAUSES];
	double peak;
	const char *words;
} findings[] = {
	{ { 0, .6, .1, .2, .1, 0, 0 }, 0.99, "Memory for the KV cache is the limit" },
	{ { 0, .6, .1, .2, .1, 0, 0 }, 0.30, "Admission is the limit, not memory" },
	{ { 0, 0, .1, .3, .6, 0, 0 }, 0.30,
	 "Prefill is the limit: while a prefill pass of others runs" },
	{ { 0, 0, .7, .2, .1, 0, 0 }, 0.30, "Prefill is the limit: prompts take longer" },
	{ { 0, 0, 0, .9, .05, .05, 0 }, 0.30, "The speed of decode passes is the limit" },
	{ { 0, 0, 0, .7, .3, 0, 0 }, 0.30, "make every token take 43% longer" },
	{ { 0, 0, 0, .4, .0, .6, 0 }, 0.30, "The host is the limit" },
	{ { 0, 0, 0, .4, .0, 0, .6 }, 0.99, "Memory is over-committed" },
	{ { .6, 0, 0, .4, .0, 0, 0 }, 0.30, "The GPU is not the limit" },
};

START_TEST(finding_names_the_cause)
{
	struct sample *s = sample_new("single");
	struct level_result *l = &s->result.level[0];
	char text[FINDING];

	s->result.timeline.n = 0;
	l->metric[M_kv_usage_peak].mean = findings[_i].peak;
	for (int c = 0; c < CAUSES; c++)
		l->cause_ms[c].mean = 5000.0 * findings[_i].share[c];
	finding_limit(&s->result, text);
	ck_assert_msg(strstr(text, findings[_i].words), "%s", text);
	sample_free(s);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("report");
	TCase *t = tcase_create("reports");

	tcase_add_loop_test(t, golden_reports, 0, sizeof(goldens) / sizeof(goldens[0]));
	tcase_add_loop_test(t, text_is_tidy, 0, KINDS);
	tcase_add_loop_test(t, json_holds_what_it_promises, 0, KINDS);
	tcase_add_test(t, json_without_numbers_that_are_none);
	tcase_add_loop_test(t, csv_has_eleven_columns, 0, KINDS);
	tcase_add_test(t, csv_quotes_labels);
	suite_add_tcase(s, t);
	t = tcase_create("words");
	tcase_add_loop_test(t, numbers_for_people, 0, sizeof(numbers) / sizeof(numbers[0]));
	tcase_add_test(t, intervals_for_people);
	tcase_add_loop_test(t, texts_are_cleaned, 0, sizeof(dirty) / sizeof(dirty[0]));
	tcase_add_loop_test(t, finding_names_the_cause, 0, sizeof(findings) / sizeof(findings[0]));
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return harness_run(suite());
}

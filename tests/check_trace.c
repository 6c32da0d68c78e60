/* check_trace.c - recorded requests: what a file says is what is sent, and what is wrong with one is told. */
#include "config.h"

#include "work/workload.h"

#include <math.h>
#include <unistd.h>

#include "fake_server.h"
#include "harness.h"
#include "work/tracefile.h"
#include "work/tracerow.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))

static char path[] = "check_trace.XXXXXX";

static void setup(void)
{
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	close(fd);
}

static void teardown(void)
{
	unlink(path);
	memcpy(path + strlen(path) - 6, "XXXXXX", 6);
}

static void write_text(const char *text)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	ck_assert_int_eq(fclose(f), 0);
}

/*
 * The file
 */

static const struct {
	const char *text, *error;	/* behind path and line; NULL: one row */
} line[] = {
	{ CSV_HEADER "\n0,1,1\n", NULL },
	{ CSV_HEADER ",prefix,prefix_tokens\r\n12.125,5,1,a b,5\r\n", NULL },
	{ AZURE_HEADER "\n2024-02-29 23:59:59.9999999+00:00,1,1\n", NULL },
	{ "\n \n{\"timestamp\": 27.5, \"input_length\": 3, \"output_length\": 0, \"hash_ids\": []}\n", NULL },
	{ "", ": no row" },
	{ "hello\n", ":1: neither a JSON object nor one of the headers " AZURE_HEADER " and " CSV_HEADER
	  "; what kind of trace is this?" },
	{ CSV_HEADER ",\n0,1,1\n", ":1: expected the header " CSV_HEADER " or " CSV_HEADER ",prefix,prefix_tokens" },
	{ CSV_HEADER "\n0,1\n", ":2: 2 fields; expected 3" },
	{ CSV_HEADER "\n0,1,2,3,4,5,6\n", ":2: 7 fields; expected 3" },
	{ CSV_HEADER "\n0,0,2\n", ":2: input_tokens '0' is not a number of tokens; expected an integer in "
	  "[1, 1000000000]" },
	{ CSV_HEADER "\n0,1,-2\n", ":2: output_tokens '-2' is not a number of tokens; expected an integer in "
	  "[0, 1000000000]" },
	{ CSV_HEADER "\n0,1,1000000001\n", ":2: output_tokens '1000000001' is not a number of tokens; expected an "
	  "integer in [0, 1000000000]" },
	{ CSV_HEADER "\n0,1, 2\n", ":2: output_tokens ' 2' is not a number of tokens; expected an integer in "
	  "[0, 1000000000]" },
	{ CSV_HEADER "\n1e3,1,2\n", ":2: arrival_s '1e3' is not a time; expected seconds in [0, 1000000000] such as "
	  "12.5" },
	{ CSV_HEADER "\nnan,1,2\n", ":2: arrival_s 'nan' is not a time; expected seconds in [0, 1000000000] such as "
	  "12.5" },
	{ CSV_HEADER "\n5,1,2\n4.5,1,2\n", ":3: comes 0.5 s before the row above; expected rows in the order of time" },
	{ CSV_HEADER ",prefix,prefix_tokens\n0,5,1,a,6\n", ":2: prefix_tokens 6 are more than the 5 of the prompt" },
	{ AZURE_HEADER "\n2023-02-29 00:00:00,1,1\n", ":2: TIMESTAMP '2023-02-29 00:00:00' is not a time; expected one "
	  "like 2023-11-16 18:15:46.6805900" },
	{ AZURE_HEADER "\n2023-11-16 24:00:00,1,1\n", ":2: TIMESTAMP '2023-11-16 24:00:00' is not a time; expected one "
	  "like 2023-11-16 18:15:46.6805900" },
	{ AZURE_HEADER "\n2023-11-16 18:15:46.+02:00,1,1\n", ":2: TIMESTAMP '2023-11-16 18:15:46.+02:00' is not a time; "
	  "expected one like 2023-11-16 18:15:46.6805900" },
	{ "{}\n", ":1: missing 'timestamp'" },
	{ "{\"timestamp\": 0, \"input_length\": 1e10, \"output_length\": 0, \"hash_ids\": []}\n",
	  ":1: 'input_length' = 1e+10 is outside [1, 1e+09]" },
	{ "{\"timestamp\": 0, \"input_length\": 600, \"output_length\": 0, \"hash_ids\": [1.5, 2]}\n",
	  ":1: hash_ids[0] must be an integer >= 0" },
	{ "{\"timestamp\": 0\n", ":1: not JSON: '}' expected near end of file; expected one object a line" },
	{ "{}[]\n", ":1: not JSON: end of file expected near '['; expected one object a line" },
};

START_TEST(rows_and_complaints)
{
	struct trace_file f;
	struct trace_row row;
	struct diag d;
	size_t rows = 0;
	char text[400];

	diag_init(&d);
	write_text(line[_i].text);
	trace_open(&f, path, TRACE_AUTO, &d);
	while (trace_next(&f, &row)) {
		ck_assert_uint_eq(span_total(row.prompt, row.nprompt), row.input);
		ck_assert_uint_ge(row.output, 1);
		rows++;
	}
	trace_close(&f);
	if (!line[_i].error) {
		ck_assert_uint_eq(d.n, 0);
		ck_assert_uint_eq(rows, 1);
	} else if (d.n > 0) {
		snprintf(text, sizeof(text), ":%d: %s", d.message[0].line, d.message[0].text);
		ck_assert_str_eq(text, line[_i].error);
		ck_assert_str_eq(d.message[0].file, path);
	} else {
		ck_assert_uint_eq(rows, 0);
		ck_assert_str_eq(line[_i].error, ": no row");
	}
	diag_release(&d);
}
END_TEST

START_TEST(complaints_end)
{
	struct trace_file f;
	struct trace_row row;
	struct diag d;
	FILE *out = fopen(path, "w");

	diag_init(&d);
	fputs(CSV_HEADER "\n", out);
	for (int i = 0; i < 1000; i++)
		fputs("x\n", out);
	fclose(out);
	trace_open(&f, path, TRACE_CSV, &d);
	ck_assert(!trace_next(&f, &row));
	ck_assert_uint_eq(d.n, 20);
	trace_close(&f);
	diag_release(&d);
}
END_TEST

START_TEST(times)
{
	struct trace_file f;
	struct trace_row row;
	struct diag d;

	diag_init(&d);
	write_text(AZURE_HEADER "\n1970-01-02 00:00:01,1,1\n2000-03-01 00:00:00.5,1,1\n2023-11-16 18:15:46.6805900,374,44\n");
	trace_open(&f, path, TRACE_AUTO, &d);
	ck_assert(trace_next(&f, &row));
	ck_assert_int_eq(row.t, INT64_C(86401000000000));
	ck_assert(trace_next(&f, &row));
	ck_assert_int_eq(row.t, INT64_C(951868800500000000));		/* date -ud 2000-03-01 +%s */
	ck_assert(trace_next(&f, &row));
	ck_assert_int_eq(row.t, INT64_C(1700158546680590000));
	ck_assert_uint_eq(row.input, 374);
	ck_assert_uint_eq(row.output, 44);
	ck_assert(!trace_next(&f, &row));
	trace_close(&f);
	diag_release(&d);
}
END_TEST

/*
 * The workload
 */

static const struct workload *trace(void)
{
	const struct workload *w = workload_find("trace");

	ck_assert_ptr_nonnull(w);
	return w;
}

static void *trace_params(void)
{
	void *params = params_new(trace());

	*(const char **)param_at(trace()->keys, params, "file", KEY_STR) = path;
	set_real(trace(), params, "rate_scale", 1);
	set_int(trace(), params, "repeat", 1);
	return params;
}

static void check(void *params, const char *expected)
{
	struct diag d;

	diag_init(&d);
	trace()->check(params, "x.cfg", 3, &d);
	if (expected) {
		ck_assert_uint_eq(d.n, 1);
		ck_assert_str_eq(d.message[0].text, expected);
	}
	ck_assert_uint_eq(d.n, expected ? 1 : 0);
	diag_release(&d);
}

static void run(struct fake *f, void *params)
{
	check(params, NULL);
	f->latency = NS_PER_S;
	f->keep_prompts = true;
	fake_run(f, trace(), params, 1, 0);
}

/* Four requests in 3 s: two share 512 tokens, one of them ends within its second block. */
static const char four[] =
	"{\"timestamp\": 1000, \"input_length\": 700, \"output_length\": 10, \"hash_ids\": [7, 8]}\n"
	"{\"timestamp\": 1000, \"input_length\": 512, \"output_length\": 0, \"hash_ids\": [9]}\n"
	"{\"timestamp\": 2500, \"input_length\": 1024, \"output_length\": 30, \"hash_ids\": [7, 8]}\n"
	"{\"timestamp\": 4000, \"input_length\": 600, \"output_length\": 40, \"hash_ids\": [5]}\n";

START_TEST(requests_are_the_rows)
{
	static const double t[] = { 0, 0, 1.5, 3 };
	static const uint64_t input[] = { 700, 512, 1024, 600 }, output[] = { 10, 1, 30, 40 };
	void *params = trace_params();
	struct fake f = { 0 };
	struct level_info info;

	write_text(four);
	run(&f, params);
	ck_assert_uint_eq(f.n, 4);
	for (size_t i = 0; i < 4; i++) {
		ck_assert_double_eq(s_of(f.sent[i].r.t_send), t[i]);
		ck_assert_uint_eq(f.sent[i].r.input_len, input[i]);
		ck_assert_uint_eq(f.sent[i].r.output_len, output[i]);
		ck_assert_uint_eq(f.sent[i].r.max_new_tokens, output[i]);
	}
	ck_assert_uint_eq(f.sent[0].prompt[0].stream, f.sent[2].prompt[0].stream);
	ck_assert_uint_eq(f.sent[0].prompt[1].stream, f.sent[2].prompt[1].stream);
	ck_assert_uint_eq(f.sent[0].prompt[1].length, 188);
	ck_assert_uint_eq(f.sent[3].prompt[1].length, 88);		/* its own: no id stands for them */
	ck_assert_uint_eq(trace()->longest_prompt(params), 1024);
	ck_assert(trace()->level(params, 0, &info));
	ck_assert_str_eq(info.label, "1 req/s");
	fake_release(&f);
	free(params);
}
END_TEST

/* Round k begins k * 4 s after the first: three gaps in 3 s make a mean gap of 1 s. */
START_TEST(rounds)
{
	void *params = trace_params();
	struct fake f = { 0 };

	write_text(four);
	set_int(trace(), params, "repeat", 3);
	set_int(trace(), params, "max_requests", 10);
	set_real(trace(), params, "rate_scale", 2);
	run(&f, params);
	ck_assert_uint_eq(f.n, 10);
	for (size_t i = 0; i < f.n; i++) {
		const struct sent *s = &f.sent[i], *first = &f.sent[i % 4];

		ck_assert_double_eq(s_of(s->r.t_send), s_of(first->r.t_send) + 2.0 * (double)(i / 4));
		ck_assert_uint_eq(s->r.input_len, first->r.input_len);
		ck_assert_uint_eq(s->r.index, i);
		for (size_t j = 0; j < i / 4 * 4; j++)		/* earlier rounds: nothing in common */
			ck_assert_uint_ne(s->prompt[0].stream, f.sent[j].prompt[0].stream);
	}
	ck_assert_uint_eq(f.sent[4].prompt[0].stream, f.sent[6].prompt[0].stream);
	fake_release(&f);
	free(params);
}
END_TEST

START_TEST(window_and_caps)
{
	void *params = trace_params();
	struct fake f = { 0 };

	write_text(four);
	set_real(trace(), params, "start_s", 1);
	set_real(trace(), params, "stop_s", 3);
	set_int(trace(), params, "cut_prompt_tokens", 600);
	set_int(trace(), params, "max_tokens", 20);
	run(&f, params);
	ck_assert_uint_eq(f.n, 1);
	ck_assert_int_eq(f.sent[0].r.t_send, 0);
	ck_assert_uint_eq(f.sent[0].r.input_len, 600);
	ck_assert_uint_eq(f.sent[0].r.output_len, 20);
	ck_assert_uint_eq(f.sent[0].r.max_new_tokens, 20);
	ck_assert_uint_eq(trace()->longest_prompt(params), 600);
	fake_release(&f);
	free(params);
}
END_TEST

START_TEST(prefixes_are_shared)
{
	void *params = trace_params();
	struct fake f = { 0 };

	write_text(CSV_HEADER ",prefix,prefix_tokens\n0,100,1,bot,60\n1,80,1,bot,50\n2,70,1,cat,50\n3,70,1,,50\n");
	run(&f, params);
	ck_assert_uint_eq(f.sent[0].prompt[0].stream, f.sent[1].prompt[0].stream);
	ck_assert_uint_eq(f.sent[0].prompt[0].length, 60);
	ck_assert_uint_eq(f.sent[1].prompt[0].length, 50);
	ck_assert_uint_ne(f.sent[0].prompt[0].stream, f.sent[2].prompt[0].stream);
	ck_assert_uint_ne(f.sent[0].prompt[1].stream, f.sent[1].prompt[1].stream);
	ck_assert_uint_eq(f.sent[3].r.nprompt, 1);
	fake_release(&f);
	free(params);
}
END_TEST

/* What a request took is used again once it is answered: one is out at a time here. */
START_TEST(memory_is_used_again)
{
	void *params = trace_params();
	struct fake f = { .latency = NS_PER_MS };
	FILE *out = fopen(path, "w");
	struct sent *log;

	fputs(CSV_HEADER "\n", out);
	for (int i = 0; i < 1000; i++)
		fprintf(out, "%d,%d,5\n", i, 10 + i);
	fclose(out);
	set_int(trace(), params, "repeat", 4);
	check(params, NULL);
	fake_run(&f, trace(), params, 1, 0);
	ck_assert_uint_eq(f.n, 4000);
	log = f.sent;
	ck_assert_ptr_eq(log[10].r.prompt, log[3990].r.prompt);	/* the room is used again */
	fake_release(&f);
	free(params);
}
END_TEST

START_TEST(contradictions_are_refused)
{
	void *params = trace_params();
	char text[300];

	write_text(CSV_HEADER "\n5,1,1\n5,2,2\n");
	check(params, NULL);
	set_int(trace(), params, "repeat", 2);
	snprintf(text, sizeof(text), "'repeat' needs requests at different times; those of '%s' all come at once", path);
	check(params, text);
	set_int(trace(), params, "repeat", 1);
	set_real(trace(), params, "start_s", 7);
	snprintf(text, sizeof(text), "no request of '%s' comes between 'start_s' = 7 and 'stop_s' = 0; it has 2 in 0 s", path);
	check(params, text);
	set_real(trace(), params, "stop_s", 7);
	check(params, "'stop_s' = 7 is not behind 'start_s' = 7");
	set_real(trace(), params, "stop_s", 0);
	write_text(CSV_HEADER "\n");
	check(params, "no request in the trace");
	write_text(CSV_HEADER "\n0,1,1\n500000000,2,2\n");
	set_real(trace(), params, "start_s", 0);
	set_int(trace(), params, "repeat", 3);
	check(params, "the replay takes 3e+09 s; expected at most 1e+09");
	*(const char **)param_at(trace()->keys, params, "file", KEY_STR) = "there-is-no.csv";
	check(params, "'file': there is no file 'there-is-no.csv', beside the scenario or in the data folders");
	free(params);
}
END_TEST

/* Somebody shortens the file between the two looks: the run ends with exit 1, not with other results. */
START_TEST(a_changed_file_ends_the_run)
{
	void *params = trace_params();
	struct fake f = { .latency = NS_PER_MS };

	write_text(CSV_HEADER "\n5,1,1\n6,2,2\n");
	check(params, NULL);
	write_text(CSV_HEADER "\n5,1,1\n6,2\n");
	fake_run(&f, trace(), params, 1, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("trace");
	TCase *tc = tcase_create("trace");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, rows_and_complaints, 0, (int)N(line));
	tcase_add_test(tc, complaints_end);
	tcase_add_test(tc, times);
	tcase_add_test(tc, requests_are_the_rows);
	tcase_add_test(tc, rounds);
	tcase_add_test(tc, window_and_caps);
	tcase_add_test(tc, prefixes_are_shared);
	tcase_add_test(tc, memory_is_used_again);
	tcase_add_test(tc, contradictions_are_refused);
	harness_add_exit_test(tc, a_changed_file_ends_the_run, 1);
	suite_add_tcase(suite, tc);
	return harness_run(suite);
}

/* check_enginelog.c - lines of every version, broken ones, and a round trip through the simulator. */
#include "config.h"

#include "run/enginelog.h"

#include <math.h>
#include <unistd.h>

#include "base/mem.h"
#include "core/rng.h"
#include "engine/sglang.h"
#include "run/run.h"

#include "harness.h"

#define P "#new-seq: 3, #new-token: 40, #cached-token: 20, "
#define D "#running-req: 7, #token: 900, "
#define THROUGHPUT "gen throughput (token/s): 123.45, "
#define AT "[2025-07-01 12:00:01] "

static const struct {
	const char *text;
	enum logline_kind kind;
} lines[] = {
	/* 0.3.6 to 0.4.3 */
	{ AT "Prefill batch. " P "cache hit rate: 33.33%, token usage: 0.10, #running-req: 4, #queue-req: 1", LOGLINE_PREFILL },
	{ AT "Decode batch. " D "token usage: 0.10, " THROUGHPUT "#queue-req: 1", LOGLINE_DECODE },
	/* 0.4.4 to 0.4.8 */
	{ AT "Prefill batch. " P "token usage: 0.10, #running-req: 4, #queue-req: 1, ", LOGLINE_PREFILL },
	{ AT "Decode batch. " D "token usage: 0.10, " THROUGHPUT "largest-len: 33, #queue-req: 1, ", LOGLINE_DECODE },
	/* 0.4.9 and its posts */
	{ AT "Prefill batch. " P "#token: 800, token usage: 0.10, #running-req: 4, #queue-req: 1", LOGLINE_PREFILL },
	{ AT "Decode batch. " D "token usage: 0.10, cuda graph: True, " THROUGHPUT "#queue-req: 1", LOGLINE_DECODE },
	{ AT "Decode batch. " D "token usage: 0.10, cuda graph: True, " THROUGHPUT
	  "#queue-req: 1, timestamp: 2025-07-01T12:00:01.250000", LOGLINE_DECODE },
	{ "[2025-07-01 12:00:01 DP3 TP0] Decode batch. " D "token usage: 0.10, accept len: 2.10, cuda graph: False, " THROUGHPUT
	  "#queue-req: 1, ", LOGLINE_DECODE },
	/* 0.5.4 to 0.5.6 */
	{ AT "Prefill batch [17], " P "token usage: 0.10, #running-req: 4, #queue-req: 1, ", LOGLINE_PREFILL },
	{ AT "Decode batch [18], " D "token usage: 0.10, cuda graph: True, " THROUGHPUT "#queue-req: 1, ", LOGLINE_DECODE },
	{ AT "Prefill batch, #queue-req: 1, #running-req: 4, token usage: 0.10, " P, LOGLINE_PREFILL },
	{ AT "max_total_num_tokens=2000, chunked_prefill_size=-1, max_prefill_tokens=16384, max_running_requests=48, "
	  "context_len=8192, available_gpu_mem=2.31 GB", LOGLINE_START },
	{ AT "KV cache pool is full. Retract requests. #retracted_reqs: 1", LOGLINE_RETRACT },
	/* foreign and broken */
	{ "INFO:     127.0.0.1:5000 - \"POST /generate HTTP/1.1\" 200 OK", LOGLINE_FOREIGN },
	{ "", LOGLINE_FOREIGN },
	{ "\xff\xfe\x80", LOGLINE_FOREIGN },
	{ AT "Decode batch. #running-req: 7, #tok", LOGLINE_MALFORMED },
	{ AT "Decode batch. " D "token usage: 0.10, gen throughput (token/s): 12" AT "x #queue-req: 1", LOGLINE_MALFORMED },
	{ AT "Decode batch. #running-req: -7, #token: nan, " THROUGHPUT "#queue-req: 1", LOGLINE_MALFORMED },
	{ AT "Decode batch. #running-req: 1e300, #token: 1, " THROUGHPUT "#queue-req: 1", LOGLINE_MALFORMED },
	{ AT "Prefill batch. " P "Decode batch. " D THROUGHPUT "#queue-req: 1", LOGLINE_MALFORMED },
	{ AT "max_total_num_tokens=", LOGLINE_MALFORMED },
};
#define LINES (sizeof(lines) / sizeof(lines[0]))

START_TEST(test_line)
{
	struct logline o;

	ck_assert_int_eq(enginelog_parse(lines[_i].text, &o), lines[_i].kind);
	if (o.kind == LOGLINE_PREFILL) {
		ck_assert(o.new_seqs == 3 && o.new_tokens == 40 && o.cached == 20 && o.rows == 4 && o.queued == 1);
	} else if (o.kind == LOGLINE_DECODE) {
		ck_assert(o.rows == 7 && o.tokens == 900 && o.throughput == 123.45 && o.usage == 0.10);
		ck_assert(fmod(o.time_s, 60) == (strstr(lines[_i].text, "timestamp") ? 1.25 : 1));
	} else if (o.kind == LOGLINE_START) {
		ck_assert(o.kv_tokens == 2000 && isnan(o.chunk) && o.max_running == 48 && o.time_s == 1751371201);
		ck_assert(o.max_prefill == 16384 && o.context == 8192 && o.free_gib == 2.31);
	}
	if (o.kind > LOGLINE_MALFORMED)
		ck_assert_uint_eq(o.rank, strstr(lines[_i].text, "DP3") ? 3 : 0);
}
END_TEST

static void read_text(struct enginelog *l, const char *text, size_t n)
{
	FILE *in = fmemopen((void *)(uintptr_t)text, n, "r");

	enginelog_init(l);
	ck_assert_ptr_nonnull(in);
	enginelog_read(l, in);
	fclose(in);
}

#define START AT "max_total_num_tokens=2000, x\r\n"
#define DECODE AT "Decode batch. " D THROUGHPUT "#queue-req: 1\r\n"

/* No window reaches over a restart; the cut last line is not believed. */
START_TEST(test_restart)
{
	const char *text = START DECODE "foreign\n" DECODE START DECODE DECODE AT "Decode batch. " D THROUGHPUT "#queue-req: 1";
	struct enginelog l;
	struct log_fit f;

	read_text(&l, text, strlen(text));
	ck_assert_uint_eq(l.segments, 2);
	ck_assert_uint_eq(l.count[LOGLINE_DECODE], 4);
	ck_assert_uint_eq(l.count[LOGLINE_MALFORMED], 1);
	enginelog_fit(&l, 40, &f);
	ck_assert_uint_eq(f.nclean, 2);
	ck_assert(isnan(f.step[STEP_BASE].value));	/* two windows are no fit */
	ck_assert(f.kv_tokens.value == 2000);
	enginelog_fit_release(&f);
	enginelog_release(&l);
}
END_TEST

static char *simulate(const struct scenario_override *set, size_t nset, size_t *n, struct scenario **s)
{
	const char *data = getenv("SERVESIM_DATA");
	char *path = xasprintf("%s/scenarios/v5-sglang.cfg", data ? data : ".."), *text = NULL;
	struct run_options o = { .threads = 1 };
	struct diag errors;

	diag_init(&errors);
	*s = scenario_load(path, set, nset, &errors);
	diag_print(&errors, stderr);
	diag_release(&errors);
	ck_assert_ptr_nonnull(*s);
	o.engine_log = open_memstream(&text, n);
	run_result_free(run_scenario(*s, &o));
	fclose(o.engine_log);
	free(path);
	return text;
}

/* What was put in comes out of the log alone, about: the bounds are outside what twenty seeds gave.
 * check_logcalibrate takes out the bias and asks whether intervals cover. */
START_TEST(test_round_trip)
{
	static const struct scenario_override set[] = {
		{ "run.replications", "1", NULL }, { "workload.users", "[4,12,30,60,100]", NULL },
		{ "workload.requests_per_user", "40", NULL }, { "workload.max_tokens", "512", NULL },
		{ "engine.host.plan_decode_ms", "2.5", NULL }, { "engine.host.plan_row_ms", "0.02", NULL },
		{ "engine.host.plan_prefill_ms", "9.0", NULL },
	};
	struct scenario *s;
	struct enginelog l;
	struct log_host h;
	struct log_fit f;
	size_t n;
	char *text = simulate(set, sizeof(set) / sizeof(set[0]), &n, &s);

	read_text(&l, text, n);
	enginelog_fit(&l, 40, &f);
	enginelog_host(&l, &f, s, &h);
	ck_assert_uint_eq(l.count[LOGLINE_FOREIGN] + l.count[LOGLINE_MALFORMED], 0);
	printf("%g %g %g\n", h.plan_decode.value, h.plan_row.value, h.plan_prefill.value);
	ck_assert_double_eq_tol(h.plan_decode.value, 2.5, 0.02);
	ck_assert_double_eq_tol(h.plan_row.value, 0.02, 0.005);
	ck_assert_double_eq_tol(h.plan_prefill.value, 9.0, 0.5);
	ck_assert(h.plan_prefill.hi - h.plan_prefill.lo < 1.5);
	ck_assert(h.judged > 0 && h.mean_error_pct < 0.2);
	enginelog_fit_release(&f);
	enginelog_release(&l);
	scenario_free(s);
	free(text);
}
END_TEST

/* Two ranks that write into one file, line by line in turn: two logs. */
START_TEST(test_ranks)
{
	static const struct scenario_override set[] = { { "run.replications", "1", NULL } };
	struct enginelog one, both;
	struct log_fit f, g;
	struct scenario *s;
	size_t n, size;
	char *text = simulate(set, 1, &n, &s), *merged;
	FILE *out = open_memstream(&merged, &size);

	for (const char *p = text, *end; (end = strchr(p, '\n')); p = end + 1)
		for (int rank = 0; rank < 2; rank++)
			fprintf(out, "%.20s DP%d TP0%.*s", p, rank, (int)(end + 1 - p - 20), p + 20);
	ck_assert_int_eq(fclose(out), 0);
	read_text(&one, text, n);
	read_text(&both, merged, size);
	ck_assert_uint_eq(both.ranks, 2);
	ck_assert_uint_eq(both.segments, 1);
	enginelog_fit(&one, 40, &f);
	enginelog_fit(&both, 40, &g);
	ck_assert_uint_eq(g.nwindow, 2 * f.nwindow);
	for (size_t i = 0; i < f.nwindow; i++) {
		ck_assert(g.window[i].ms == f.window[i].ms && g.window[f.nwindow + i].ms == f.window[i].ms);
		ck_assert(g.window[i].prefills == f.window[i].prefills && g.window[f.nwindow + i].joined == f.window[i].joined);
	}
	enginelog_fit_release(&f);
	enginelog_fit_release(&g);
	enginelog_release(&one);
	enginelog_release(&both);
	scenario_free(s);
	free(text);
	free(merged);
}
END_TEST

#define BATCH(r, tok) AT "Decode batch. #running-req: " #r ", #token: " #tok ", " THROUGHPUT "#queue-req: 1\n"
#define PREFILL(r, tok) AT "Prefill batch. #new-seq: 1, #new-token: 40, #cached-token: 20, #token: " #tok \
	", token usage: 0.10, #running-req: " #r ", #queue-req: 0\n"

/* A line of a prefill pass that ran behind the decode pass of the next line changes places with it. */
START_TEST(test_order)
{
	static const struct {
		const char *text;
		bool moved;
	} cases[] = {
		{ BATCH(7, 900) PREFILL(7, 1180) BATCH(7, 1220), true },	/* its tokens, nobody else's */
		{ BATCH(7, 900) PREFILL(7, 1180) BATCH(7, 1235), true },	/* and a found prefix */
		{ BATCH(7, 900) PREFILL(7, 1180) BATCH(7, 1500), false },	/* passes ran between; one ended */
		{ BATCH(7, 900) PREFILL(7, 1180) BATCH(8, 1220), false },	/* its row is there already */
		{ BATCH(7, 900) PREFILL(7, 1180) BATCH(7, 1000) PREFILL(8, 1100), true },	/* some end; the next sees it */
		{ BATCH(7, 900) PREFILL(7, 1180) BATCH(7, 1000) PREFILL(7, 1100), false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct enginelog l;

		read_text(&l, cases[i].text, strlen(cases[i].text));
		ck_assert_msg((l.line[1].kind == LOGLINE_DECODE) == cases[i].moved, "case %zu", i);
		enginelog_release(&l);
	}
}
END_TEST

/* A damaged prefill line hides a pass: the time of its window is nobody's. */
START_TEST(test_hole)
{
	const char *text = BATCH(7, 900) BATCH(7, 1180) AT "Prefill batch. #new-seq: 1, #new-tok\n" BATCH(7, 1460) BATCH(7, 1740);
	struct enginelog l;
	struct log_fit f;

	read_text(&l, text, strlen(text));
	enginelog_fit(&l, 40, &f);
	ck_assert_uint_eq(f.nclean, 2);
	ck_assert_uint_eq(f.unusable, 2);	/* and the one before the first line */
	ck_assert(!f.window[1].joined);
	enginelog_fit_release(&f);
	enginelog_release(&l);
}
END_TEST

/* Where nobody came, context is known to the token, though nearly all end in the last pass, whose line counts
 * their rows and no longer their memory. */
START_TEST(test_steady)
{
	static const struct {
		const char *text;
		double context;
	} cases[] = {
		{ BATCH(7, 700) BATCH(7, 980), 120 },
		{ BATCH(7, 700) BATCH(7, 140), 120 },
		{ BATCH(7, 700) BATCH(6, 70), 120 },		/* and one before */
		{ BATCH(7, 700) BATCH(7, 1260), 140 },		/* two tokens a pass: drafts */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct enginelog l;
		struct log_fit f;

		read_text(&l, cases[i].text, strlen(cases[i].text));
		enginelog_fit(&l, 40, &f);
		ck_assert_uint_eq(f.nwindow, 1);
		ck_assert_msg(f.window[0].context == cases[i].context, "case %zu: %g", i,
			      f.window[0].context);
		enginelog_fit_release(&f);
		enginelog_release(&l);
	}
}
END_TEST

/* Random damage and truncation: read, fitted, no crash. */
START_TEST(test_damage)
{
	static const struct scenario_override set[] = { { "run.replications", "1", NULL } };
	struct scenario *s;
	struct rng r;
	size_t n;
	char *text = simulate(set, 1, &n, &s), *copy = xcalloc(n, 1);

	rng_init(&r, harness_seed(), 0, "damage", 0);
	for (int k = 0; k < 100; k++) {
		size_t m = 1 + (size_t)(rng_u64(&r) % (n - 1));
		struct enginelog l;
		struct log_host h;
		struct log_fit f;

		memcpy(copy, text, m);
		for (int i = 0; i < k * 10; i++)
			copy[(size_t)(rng_u64(&r) % m)] = (char)(rng_u64(&r) % 256);
		read_text(&l, copy, m);
		enginelog_fit(&l, 40, &f);
		enginelog_host(&l, &f, s, &h);
		enginelog_fit_release(&f);
		enginelog_release(&l);
	}
	scenario_free(s);
	free(copy);
	free(text);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("enginelog");
	TCase *c = tcase_create("enginelog");

	tcase_set_timeout(c, 120);
	tcase_add_loop_test(c, test_line, 0, (int)LINES);
	tcase_add_test(c, test_restart);
	tcase_add_test(c, test_round_trip);
	tcase_add_test(c, test_ranks);
	tcase_add_test(c, test_order);
	tcase_add_test(c, test_hole);
	tcase_add_test(c, test_steady);
	tcase_add_test(c, test_damage);
	suite_add_tcase(s, c);
	return s;
}

int main(void)
{
	return harness_run(suite());
}

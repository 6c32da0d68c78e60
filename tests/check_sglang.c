/* The SGLang engine: its defaults, its loops in time, its invariants under random load, and what ends it. */
#include "config.h"

#include <stdarg.h>

#include "harness.h"

#include "base/mem.h"
#include "config/cfgfile.h"
#include "config/keyread.h"
#include "core/rng.h"
#include "cost_fixture.h"
#include "engine/sglang.h"

#define MS ((sim_time)NS_PER_MS)

/* No host time at all, so that passes of the fixed cost follow each other exactly. */
#define NO_HOST	"host = { recv_ms = 0; sched_decode_ms = 0; sched_decode_row_ms = 0; sched_prefill_ms = 0; " \
		"sched_prefill_req_ms = 0; sched_prefill_token_us = 0; match_us = 0; evict_node_us = 0; plan_decode_ms = 0; " \
		"plan_prefill_ms = 0; plan_row_ms = 0; launch_graph_ms = 0; launch_eager_ms = 0; post_ms = 0; post_row_ms = 0; " \
		"post_finish_ms = 0; grammar_mask_ms = 2; grammar_compile_ms = 50; };"

/* One server with a fixed cost of 10 ms a pass, and what it said. */
struct world {
	struct arena arena;
	struct sim sim;
	struct sg_params params;
	struct cost_model *cost;
	struct probe probe;
	struct sg *engine;
	struct request *request;
	struct span *span;
	size_t n;
	size_t finished, hangs, passes, tokens;
	sim_time last_end;
	char text[4096];		/* "P0-10 D10-20 ...": passes in launch order */
};

static struct sg_params params_of(struct arena *arena, const char *text)
{
	struct sg_params p;
	struct cfgfile f;
	struct diag errors, warnings;
	struct key_reader r = { .file = &f, .arena = arena, .errors = &errors };

	diag_init(&errors);
	diag_init(&warnings);
	ck_assert_int_eq(cfgfile_parse(&f, "test.cfg", text, strlen(text), &errors), 0);
	key_read(&r, &sg_keys, &(struct key_group){ .setting = cfgfile_root(&f), .label = "engine" }, &p);
	if (errors.n == 0)
		sg_resolve(&p, &a40, &llama, "test.cfg", 1, &errors, &warnings);
	if (errors.n > 0)
		diag_print(&errors, stderr);
	ck_assert_uint_eq(errors.n, 0);
	cfgfile_release(&f);
	diag_release(&errors);
	diag_release(&warnings);
	return p;
}

static void on_launch(void *self, const struct pass_record *p, sim_time now)
{
	struct world *w = self;
	size_t used = strlen(w->text);
	static const char letter[PASS_KINDS] = { 'P', 'D', 'M' };

	ck_assert_int_ge(p->start, w->last_end);	/* passes do not overlap */
	ck_assert_int_ge(p->end, p->start);
	ck_assert_int_ge(p->start, now);
	ck_assert_uint_le(pass_kv_used(p), p->kv_capacity);
	w->last_end = p->end;
	w->passes++;
	if (used < sizeof(w->text) - 64)
		snprintf(w->text + used, sizeof(w->text) - used, "%s%c%ld-%ld", used ? " " : "", letter[p->kind],
			 p->start / MS, p->end / MS);
}

static void on_token(void *self, const struct request *r, const struct pass_record *p, sim_time now)
{
	struct world *w = self;

	ck_assert_int_ge(now, p->end);
	ck_assert_int_ge(now, r->t_arrive);
	w->tokens++;
}

static void on_hang(void *self, uint32_t queued, sim_time now)
{
	struct world *w = self;

	(void)now;
	ck_assert_uint_gt(queued, 0);
	w->hangs++;
	sim_stop(&w->sim);
}

static const struct probe_ops ops = { .launch = on_launch, .token = on_token, .hang = on_hang };

static void on_first(void *ctx, struct request *r)
{
	(void)ctx;
	ck_assert_int_ge(r->t_first, r->t_arrive);
}

static void on_finished(void *ctx, struct request *r)
{
	struct world *w = ctx;

	w->finished++;
	r->engine = NULL;
	ck_assert_int_eq(r->t_finish, w->sim.now);
}

static void open_world(struct world *w, const char *flags)
{
	memset(w, 0, sizeof(*w));
	arena_init(&w->arena, ARENA_CHUNK);
	w->params = params_of(&w->arena, flags);
	w->cost = cost_new_fixed(10e6, &a40, &llama);
	sim_init(&w->sim, 1, 0);
	w->probe = (struct probe){ .ops = &ops, .self = w };
	w->engine = engine_sglang.create(&w->params, &(struct engine_env){
		.sim = &w->sim, .arena = &w->arena, .probe = &w->probe, .cost = w->cost, .gpu = &a40, .model = &llama,
		.seed = 1, .first_token = on_first, .finished = on_finished, .ctx = w,
	});
	w->request = xcalloc(512, sizeof(*w->request));
	w->span = xcalloc(2 * 512, sizeof(*w->span));
}

static void close_world(struct world *w)
{
	engine_sglang.release(w->engine);
	sim_release(&w->sim);
	cost_free(w->cost);
	free(w->request);
	free(w->span);
	arena_release(&w->arena);
}

static void arrive(void *self, void *object)
{
	struct world *w = self;
	struct request *r = object;

	r->t_arrive = w->sim.now;
	engine_sglang.arrive(w->engine, r);
}

/* A request of `shared` tokens everybody has and `own` of its own. */
static struct request *ask(struct world *w, sim_time t, uint64_t shared, uint64_t own, uint64_t max_new, uint64_t output)
{
	struct request *r = &w->request[w->n];
	struct span *s = &w->span[2 * w->n];

	*r = (struct request){
		.id = w->n, .index = w->n, .prompt = s, .input_len = shared + own, .max_new_tokens = max_new,
		.output_len = output, .output_stream = 1000000 + w->n, .t_first = -1, .grammar = -1,
	};
	if (shared > 0)
		s[r->nprompt++] = (struct span){ 7, 0, shared };
	if (own > 0)
		s[r->nprompt++] = (struct span){ 1000 + w->n, 0, own };
	w->n++;
	sim_at(&w->sim, t, EV_ARRIVAL, arrive, w, r, r->id);
	return r;
}

/* ---- defaults ---- */

static struct sg_params resolved(const char *text)
{
	struct arena a;
	struct sg_params p;

	arena_init(&a, ARENA_CHUNK);
	p = params_of(&a, text);
	arena_release(&a);
	return p;
}

/* specs 11, worked table: Llama-3-8B on an A40 */
START_TEST(capacity_from_mem_fraction)
{
	static const struct { const char *flags; uint64_t tokens; } row[] = {
		{ "mem_fraction_static = 0.778;", 157075 }, { "mem_fraction_static = 0.88;", 193757 },
		{ "mem_fraction_static = 0.90;", 200949 }, { "mem_fraction_static = 0.95;", 218931 },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct sg_params p = resolved(row[i].flags);

		ck_assert_uint_eq(sg_max_total_tokens(&p, &a40, &llama), row[i].tokens);
	}
}
END_TEST

/* specs 11 (default f), 12 and 18 */
START_TEST(defaults_by_gpu_and_version)
{
	struct sg_params old = resolved(""), new = resolved("version = \"0.5.6\";");

	ck_assert_double_eq_tol(old.mem_fraction_static, 0.778, 1e-9);
	ck_assert_double_eq_tol(new.mem_fraction_static, 0.851, 1e-9);
	ck_assert_int_eq(old.chunked_prefill_size, 8192);
	ck_assert_int_eq(new.chunked_prefill_size, 4096);
	ck_assert_int_eq(old.cuda_graph_max_bs, 160);
	ck_assert_int_eq(new.cuda_graph_max_bs, 32);
	ck_assert_int_eq(old.context_length, 8192);
	ck_assert_int_eq(old.max_running_requests, 4096);
}
END_TEST

START_TEST(graph_sizes)
{
	static const struct { uint64_t rows; uint32_t old, new; } row[] = {
		{ 1, 1, 1 }, { 3, 4, 4 }, { 5, 8, 8 }, { 9, 16, 12 }, { 13, 16, 16 }, { 17, 24, 24 }, { 32, 32, 32 },
		{ 33, 40, 0 }, { 160, 160, 0 }, { 161, 0, 0 },
	};
	struct sg_params old = resolved(""), new = resolved("version = \"0.5.6\";");
	struct sg_params none = resolved("disable_cuda_graph = true;");

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		ck_assert_uint_eq(sg_graph_size(&old, row[i].rows), row[i].old);
		ck_assert_uint_eq(sg_graph_size(&new, row[i].rows), row[i].new);
		ck_assert_uint_eq(sg_graph_size(&none, row[i].rows), 0);
	}
}
END_TEST

/* specs 11, "When is f too high?": 0.90 runs, 0.95 is too much for a full chunk */
START_TEST(memory_verdicts)
{
	struct pass_shape chunk = prefill_shape(8192, 0), tiny = prefill_shape(40, 0);
	struct cost_model *c = cost_fixture_model("roofline", &a40, 1, NULL);
	struct sg_params p90 = resolved("mem_fraction_static = 0.90;"), p95 = resolved("mem_fraction_static = 0.95;");
	struct sg_params p99 = resolved("mem_fraction_static = 0.99;"), p30 = resolved("mem_fraction_static = 0.30;");
	struct memory_report m;

	sg_memory(&p90, &a40, &llama, c, &chunk, &m);
	ck_assert_int_eq(m.verdict, MEMORY_FITS);
	ck_assert_str_eq(m.warning, "");
	sg_memory(&p95, &a40, &llama, c, &chunk, &m);
	ck_assert_int_eq(m.verdict, MEMORY_DOES_NOT_FIT);
	sg_memory(&p95, &a40, &llama, c, &tiny, &m);
	ck_assert_int_eq(m.verdict, MEMORY_AT_RISK);
	ck_assert(strstr(m.warning, "8192 tokens, which the flags allow, would run out of memory"));
	sg_memory(&p99, &a40, &llama, c, NULL, &m);
	ck_assert_int_eq(m.verdict, MEMORY_DOES_NOT_FIT);
	sg_memory(&p30, &a40, &llama, c, NULL, &m);
	ck_assert_int_eq(m.verdict, MEMORY_DOES_NOT_FIT);
	ck_assert_uint_eq(m.kv_tokens, 0);
	ck_assert(strstr(m.sentence, "leaves nothing for the KV cache"));
	cost_free(c);
}
END_TEST

/* ---- the loops in time: hand trace h1, one request with three tokens ---- */

START_TEST(normal_loop_in_time)
{
	struct world w;
	struct request *r;

	open_world(&w, "disable_overlap_schedule = true; " NO_HOST);
	r = ask(&w, 5 * MS, 0, 100, 3, 3);
	sim_run(&w.sim);
	ck_assert_str_eq(w.text, "P5-15 D15-25 D25-35");
	ck_assert_int_eq(r->t_first, 15 * MS);
	ck_assert_int_eq(r->t_finish, 35 * MS);
	ck_assert(engine_sglang.balanced(w.engine));
	close_world(&w);
}
END_TEST

START_TEST(overlap_loop_in_time)
{
	struct world w;
	struct request *r;

	open_world(&w, NO_HOST);
	r = ask(&w, 5 * MS, 0, 100, 3, 3);
	sim_run(&w.sim);
	ck_assert_str_eq(w.text, "P5-15 D15-25 D25-35 D35-45");	/* the last row is wasted */
	ck_assert_int_eq(r->t_first, 15 * MS);
	ck_assert_int_eq(r->t_finish, 35 * MS);
	ck_assert(engine_sglang.balanced(w.engine));
	close_world(&w);
}
END_TEST

/* specs 3.2 item 2: seen when the pass on the GPU ends, and the pass after that is already planned */
START_TEST(overlap_sees_arrivals_one_pass_late)
{
	struct world normal, overlap;

	open_world(&normal, "disable_overlap_schedule = true; " NO_HOST);
	ask(&normal, 0, 0, 100, 50, 50);
	ask(&normal, 22 * MS, 0, 10, 50, 2);
	sim_run(&normal.sim);
	ck_assert(strstr(normal.text, "P0-10 D10-20 D20-30 P30-40 D40-50"));
	open_world(&overlap, NO_HOST);
	ask(&overlap, 0, 0, 100, 50, 50);
	ask(&overlap, 22 * MS, 0, 10, 50, 2);
	sim_run(&overlap.sim);
	ck_assert(strstr(overlap.text, "P0-10 D10-20 D20-30 D30-40 P40-50 D50-60"));
	close_world(&normal);
	close_world(&overlap);
}
END_TEST

/* T_plan sits in front of every pass; an eager pass is not over before it is launched. */
START_TEST(host_times)
{
	struct world w;

	open_world(&w, "disable_overlap_schedule = true; " "host = { recv_ms = 1; sched_decode_ms = 0; sched_decode_row_ms = 0; "
		   "sched_prefill_ms = 2; sched_prefill_req_ms = 0; sched_prefill_token_us = 0; plan_decode_ms = 3; "
		   "plan_prefill_ms = 4; plan_row_ms = 0; launch_graph_ms = 0; launch_eager_ms = 20; post_ms = 1; "
		   "post_row_ms = 0; post_finish_ms = 0; };");
	ask(&w, 0, 0, 100, 2, 2);
	sim_run(&w.sim);
	/* 1 + 2, plan 4, launching takes 20 although the GPU needs 10; result 1; 1, plan 3, 10 */
	ck_assert_str_eq(w.text, "P7-27 D32-42");
	close_world(&w);
}
END_TEST

/* ---- what ends requests ---- */

START_TEST(too_long_prompts_are_rejected)
{
	struct world w;
	struct request *bad, *good, *least;

	open_world(&w, "context_length = 1000; " NO_HOST);
	bad = ask(&w, 0, 0, 994, 10, 10);	/* input_len >= max_req_input_len = 999 - 5 */
	least = ask(&w, 0, 0, 993, 50, 50);	/* max_new is cut to what the context leaves */
	good = ask(&w, 0, 0, 10, 4, 4);
	sim_run(&w.sim);
	ck_assert_uint_eq(w.finished, 3);
	ck_assert_int_eq(bad->end, REQUEST_REJECTED);
	ck_assert_uint_eq(bad->output_done, 0);
	ck_assert_int_eq(least->end, REQUEST_OK);
	ck_assert_uint_eq(least->output_done, 5);
	ck_assert_int_eq(good->end, REQUEST_OK);
	ck_assert(engine_sglang.balanced(w.engine));
	close_world(&w);
}
END_TEST

static void cancel(void *self, void *object)
{
	struct world *w = self;

	engine_sglang.cancel(w->engine, object);
}

START_TEST(cancelled_requests_end)
{
	struct world w;
	struct request *running, *waiting, *other;

	open_world(&w, "max_running_requests = 1; " NO_HOST);
	running = ask(&w, 0, 0, 10, 100, 100);
	waiting = ask(&w, 1 * MS, 0, 10, 100, 100);
	other = ask(&w, 2 * MS, 0, 10, 3, 3);
	sim_at(&w.sim, 35 * MS, EV_ABORT, cancel, &w, running, 0);
	sim_at(&w.sim, 5 * MS, EV_ABORT, cancel, &w, waiting, 1);
	sim_run(&w.sim);
	ck_assert_uint_eq(w.finished, 3);
	ck_assert_int_eq(running->end, REQUEST_TIMEOUT);
	ck_assert_int_eq(running->t_finish, 40 * MS);	/* with the next result */
	ck_assert_int_eq(waiting->t_finish, 5 * MS);
	ck_assert_int_eq(other->end, REQUEST_OK);
	ck_assert(engine_sglang.balanced(w.engine));
	close_world(&w);
}
END_TEST

/* specs 20.10, in a run: |in| + |out| + max_new reaches the pool after a retraction */
START_TEST(permanent_hang_is_told)
{
	struct world w;
	const char *why;

	open_world(&w, "max_total_tokens = 260; schedule_conservativeness = 0.1; " NO_HOST);
	for (int i = 0; i < 4; i++)
		ask(&w, 0, 0, 20, 180, 180);
	sim_run(&w.sim);
	ck_assert_uint_eq(w.hangs, 1);
	why = engine_sglang.explain_hang(w.engine);
	ck_assert_msg(strstr(why, "permanent hang: request") && strstr(why, "was retracted"), "%s", why);
	close_world(&w);
}
END_TEST

/* 0.5.6 charges what is left to produce, and gets out of it (18 item 4). */
START_TEST(no_hang_in_0_5_6)
{
	struct world w;

	open_world(&w, "version = \"0.5.6\"; max_total_tokens = 260; schedule_conservativeness = 0.1; " NO_HOST);
	for (int i = 0; i < 4; i++)
		ask(&w, 0, 0, 20, 180, 180);
	sim_run(&w.sim);
	ck_assert_uint_eq(w.hangs, 0);
	ck_assert_uint_eq(w.finished, 4);
	ck_assert(engine_sglang.balanced(w.engine));
	close_world(&w);
}
END_TEST

/* ---- constrained output ---- */

START_TEST(grammar_compiles_once_and_masks_every_step)
{
	struct world w;
	struct request *first, *second;

	open_world(&w, "disable_overlap_schedule = true; " NO_HOST);
	first = ask(&w, 0, 0, 10, 3, 3);
	second = ask(&w, 100 * MS, 0, 10, 2, 2);
	first->grammar = second->grammar = 5;
	sim_run(&w.sim);
	ck_assert_uint_eq(w.finished, 2);
	/* compiled at 50; then a pass of 10 each: its mask (2 ms) is filled while the pass runs */
	ck_assert_str_eq(w.text, "P50-60 D60-70 D70-80 P100-110 D110-120");
	close_world(&w);
}
END_TEST

START_TEST(grammar_delays_sampling_in_overlap)
{
	struct world plain, masked;

	open_world(&plain, NO_HOST);
	ask(&plain, 0, 0, 10, 20, 20);
	sim_run(&plain.sim);
	open_world(&masked, NO_HOST);
	ask(&masked, 0, 0, 10, 20, 20)->grammar = 1;
	sim_run(&masked.sim);
	ck_assert_uint_eq(masked.finished, 1);
	/* 50 ms to compile; every mask waits for the result before, which is there only when the pass is nearly over */
	ck_assert_int_gt(masked.last_end - 50 * MS, plain.last_end - 1);
	ck_assert_int_le(masked.last_end - 50 * MS, plain.last_end + 21 * 2 * MS);
	close_world(&plain);
	close_world(&masked);
}
END_TEST

/* ---- log lines (specs 14) ---- */

START_TEST(log_lines)
{
	struct world w;
	char line[512];
	struct pass_record p = {
		.kind = PASS_PREFILL, .prefill_rows = 2, .new_tokens = 2, .cached_tokens = 33, .running = 7, .queued = 1,
		.kv_used_before = 2009, .kv_capacity = 200949,
	};

	open_world(&w, "decode_log_interval = 2; mem_fraction_static = 0.90; " NO_HOST);
	ck_assert_uint_gt(sg_log_line(w.engine, &p, 0, line, sizeof(line)), 0);
	ck_assert_str_eq(line, "Prefill batch. #new-seq: 2, #new-token: 2, #cached-token: 33, #token: 2009, "
			 "token usage: 0.01, #running-req: 7, #queue-req: 1");
	p.kind = PASS_DECODE;
	p.decode_rows = 9;
	p.padded_rows = 16;
	ck_assert_uint_eq(sg_log_line(w.engine, &p, 100 * MS, line, sizeof(line)), 0);
	ck_assert_uint_gt(sg_log_line(w.engine, &p, 200 * MS, line, sizeof(line)), 0);
	ck_assert_str_eq(line, "Decode batch. #running-req: 9, #token: 0, token usage: 0.00, cuda graph: True, "
			 "gen throughput (token/s): 90.00, #queue-req: 0");
	ck_assert_uint_gt(sg_log_start(w.engine, line, sizeof(line)), 0);
	ck_assert(strncmp(line, "max_total_num_tokens=200949, chunked_prefill_size=8192, max_prefill_tokens=16384, "
			  "max_running_requests=4096, context_len=8192, available_gpu_mem=", 60) == 0);
	close_world(&w);
}
END_TEST

/* ---- invariants under random load ---- */

static const char *const regimes[] = {
	"", "disable_overlap_schedule = true;", "page_size = 16; chunked_prefill_size = 256;",
	"page_size = 16; disable_overlap_schedule = true; chunked_prefill_size = 128;",
	"disable_radix_cache = true;", "enable_mixed_chunk = true; chunked_prefill_size = 128;",
	"schedule_policy = \"lpm\";", "schedule_policy = \"dfs-weight\";", "schedule_policy = \"lof\"; max_running_requests = 5;",
	"schedule_policy = \"random\";", "version = \"0.5.6\"; page_size = 8; chunked_prefill_size = 64;",
	"version = \"0.5.6\"; disable_overlap_schedule = true;", "chunked_prefill_size = -1; max_prefill_tokens = 300;",
};

static void random_load(const char *regime, uint64_t seed)
{
	struct world w;
	struct rng rng;
	char flags[2048];
	uint64_t asked = 0;
	sim_time t = 0;

	snprintf(flags, sizeof(flags), "max_total_tokens = 1600; %s %s", regime, NO_HOST);
	open_world(&w, flags);
	rng_init(&rng, seed, 0, "random_load", 0);
	for (int i = 0; i < 200; i++) {
		uint64_t max_new = 1 + gsl_rng_uniform_int(&rng.gsl, 60);
		uint64_t output = 1 + gsl_rng_uniform_int(&rng.gsl, max_new);
		uint64_t shared = gsl_rng_uniform_int(&rng.gsl, 3) * 50;

		t += (sim_time)gsl_rng_uniform_int(&rng.gsl, 60) * MS;
		ask(&w, t, shared, 1 + gsl_rng_uniform_int(&rng.gsl, 300), max_new, output)->ignore_eos = output == max_new;
		asked += output;
	}
	sim_run(&w.sim);
	ck_assert_msg(w.hangs == 0 && w.finished == w.n, "%s, seed %lu: %zu of %zu ended, %zu hangs: %s", regime,
		      (unsigned long)seed, w.finished, w.n, w.hangs, engine_sglang.explain_hang(w.engine));
	ck_assert_uint_eq(w.tokens, asked);	/* retracted requests, too, end with exactly their tokens */
	for (size_t i = 0; i < w.n; i++)
		ck_assert_uint_eq(w.request[i].output_done, w.request[i].output_len);
	ck_assert(engine_sglang.balanced(w.engine));
	close_world(&w);
}

START_TEST(random_loads_lose_nothing)
{
	uint64_t seed = harness_seed();

	for (uint64_t i = 0; i < 10; i++)
		random_load(regimes[_i], seed + i);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("sglang");
	TCase *t = tcase_create("sglang");

	tcase_set_timeout(t, 120);
	tcase_add_unchecked_fixture(t, cost_fixture_setup, cost_fixture_teardown);
	tcase_add_test(t, capacity_from_mem_fraction);
	tcase_add_test(t, defaults_by_gpu_and_version);
	tcase_add_test(t, graph_sizes);
	tcase_add_test(t, memory_verdicts);
	tcase_add_test(t, normal_loop_in_time);
	tcase_add_test(t, overlap_loop_in_time);
	tcase_add_test(t, overlap_sees_arrivals_one_pass_late);
	tcase_add_test(t, host_times);
	tcase_add_test(t, too_long_prompts_are_rejected);
	tcase_add_test(t, cancelled_requests_end);
	tcase_add_test(t, permanent_hang_is_told);
	tcase_add_test(t, no_hang_in_0_5_6);
	tcase_add_test(t, grammar_compiles_once_and_masks_every_step);
	tcase_add_test(t, grammar_delays_sampling_in_overlap);
	tcase_add_test(t, log_lines);
	tcase_add_loop_test(t, random_loads_lose_nothing, 0, (int)(sizeof(regimes) / sizeof(regimes[0])));
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return harness_run(suite());
}

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
	sim_time last_end, retract_at;
	size_t victims;			/* of the first retraction */
	uint64_t computed;		/* prefill tokens of the first pass */
	uint64_t context;		/* KV tokens that the newest decode rows read */
	double ratio;			/* new_token_ratio of the pass after the first retraction */
	sim_time decode_alone;		/* of the newest mixed pass */
	bool logging;
	char log[4096];			/* the engine's own lines */
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

static void write_log(struct world *w, const struct pass_record *p, sim_time now)
{
	size_t used = strlen(w->log);
	char line[512];

	if (w->logging && sg_log_line(w->engine, p, now, line, sizeof(line)) > 0)
		snprintf(w->log + used, sizeof(w->log) - used, "%s\n", line);
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
	if (w->passes++ == 0)
		w->computed = p->computed_tokens;
	if (p->kind != PASS_PREFILL)
		w->context = p->context_tokens;
	if (p->kind == PASS_MIXED)
		w->decode_alone = p->decode_alone;
	if (p->kind != PASS_DECODE)
		write_log(w, p, now);
	if (w->victims > 0 && w->retract_at == now)
		w->ratio = p->new_token_ratio;
	if (used < sizeof(w->text) - 64)
		snprintf(w->text + used, sizeof(w->text) - used, "%s%c%ld-%ld", used ? " " : "", letter[p->kind],
			 p->start / MS, p->end / MS);
}

static void on_done(void *self, const struct pass_record *p, sim_time now)
{
	if (p->kind == PASS_DECODE)
		write_log(self, p, now);
}

static void on_token(void *self, const struct request *r, const struct pass_record *p, sim_time now)
{
	struct world *w = self;

	ck_assert_int_ge(now, p->end);
	ck_assert_int_ge(now, r->t_arrive);
	w->tokens++;
}

static void on_step(void *self, const struct pass_record *p, uint32_t rows, sim_time now)
{
	struct world *w = self;

	ck_assert_int_ge(now, p->end);
	w->tokens += rows;
}

static void on_retract(void *self, const struct request *r, const struct pass_record *last, sim_time now)
{
	struct world *w = self;

	(void)r, (void)last;
	if (w->victims == 0)
		w->retract_at = now;
	w->victims += w->retract_at == now;
}

static void on_hang(void *self, uint32_t queued, sim_time now)
{
	struct world *w = self;

	(void)now;
	ck_assert_uint_gt(queued, 0);
	w->hangs++;
	sim_stop(&w->sim);
}

static const struct probe_ops ops = { .launch = on_launch, .token = on_token, .step = on_step, .retract = on_retract,
				       .done = on_done, .hang = on_hang };

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

/* rules 11, worked table: Llama-3-8B on an A40 */
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

/* rules 11 (default f), 12 and 18 */
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

START_TEST(stream_interval_reaches_the_way_back)
{
	struct sg_params p = resolved("stream_interval = 8; frontend = { out_chunk_us = 7.0; };");
	struct frontend_params way;

	engine_sglang.frontend(&p, &way);
	ck_assert_int_eq(way.chunk_tokens, 8);
	ck_assert_double_eq(way.out_chunk_us, 7.0);
}
END_TEST

START_TEST(graph_sizes)
{
	static const struct { uint64_t rows; uint32_t old, new; } row[] = {
		{ 1, 1, 1 }, { 3, 4, 4 }, { 5, 8, 8 }, { 9, 16, 12 }, { 13, 16, 16 }, { 17, 24, 24 }, { 32, 32, 32 },
		{ 33, 40, 0 }, { 160, 160, 0 }, { 161, 0, 0 },
	};
	struct sg_params old = resolved(""), new = resolved("version = \"0.5.6\";");
	struct sg_params none = resolved("disable_cuda_graph = true;"), ten = resolved("cuda_graph_max_bs = 10;");
	struct sg_params few = resolved("max_running_requests = 20;");

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		ck_assert_uint_eq(sg_graph_size(&old, row[i].rows), row[i].old);
		ck_assert_uint_eq(sg_graph_size(&new, row[i].rows), row[i].new);
		ck_assert_uint_eq(sg_graph_size(&none, row[i].rows), 0);
	}
	ck_assert_uint_eq(sg_graph_size(&ten, 8), 8);
	ck_assert_uint_eq(sg_graph_size(&ten, 9), 0);	/* the list is cut to 1, 2, 4, 8 */
	ck_assert_uint_eq(sg_graph_size(&few, 16), 16);
	ck_assert_uint_eq(sg_graph_size(&few, 17), 0);	/* and to the request slots */
}
END_TEST

/* rules 11, "When is f too high?": 0.90 runs, 0.95 is too much for a full chunk */
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
	ck_assert_uint_eq(w.context, 102);		/* prompt, first token, and its own */
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

/* rules 3.2 item 2: seen when the pass on the GPU ends, and the pass after that is already planned */
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

/* The overlap loop launches a pass before it processes the one before; only then, and after its own work per end of a
 * request, does the host go on.  0.4.9 launches on another thread, which the host need not wait for when nothing is due. */
START_TEST(host_times_in_overlap)
{
	static const struct { const char *version, *passes; sim_time first, finish; } want[] = {
		/* 1; plan 4, launched at 25; at once 1 more, plan 3, launched at 30, result 1; 1, 3, 2, result 1 + 5 */
		{ "version = \"0.4.9\"; ", "P5-25 D28-38 D41-51", 31, 49 },
		{ "version = \"0.5.6\"; ", "P5-25 D29-39 D42-52", 32, 50 },	/* goes on at 25 */
	};
	struct world w;
	struct request *r;
	char text[400];

	snprintf(text, sizeof(text), "%s%s", want[_i].version, "host = { recv_ms = 1; sched_decode_ms = 0; sched_decode_row_ms = 0; "
		 "sched_prefill_ms = 0; sched_prefill_req_ms = 0; sched_prefill_token_us = 0; plan_decode_ms = 3; plan_prefill_ms = 4; "
		 "plan_row_ms = 0; launch_graph_ms = 2; launch_eager_ms = 20; post_ms = 1; post_row_ms = 0; post_finish_ms = 5; match_us = 0; };");
	open_world(&w, text);
	r = ask(&w, 0, 0, 100, 2, 2);
	sim_run(&w.sim);
	ck_assert_str_eq(w.text, want[_i].passes);
	ck_assert_int_eq(r->t_first, want[_i].first * MS);
	ck_assert_int_eq(r->t_finish, want[_i].finish * MS);
	close_world(&w);
}
END_TEST

/* An eviction walks the tree as it is before: here the one node that the first request left. */
START_TEST(eviction_takes_host_time)
{
	struct world w;

	open_world(&w, "max_total_tokens = 300; disable_overlap_schedule = true; host = { recv_ms = 0; sched_decode_ms = 0; "
		   "sched_decode_row_ms = 0; sched_prefill_ms = 0; sched_prefill_req_ms = 0; sched_prefill_token_us = 0; match_us = 0; "
		   "evict_node_us = 1000; plan_decode_ms = 0; plan_prefill_ms = 0; plan_row_ms = 0; launch_graph_ms = 0; "
		   "launch_eager_ms = 0; post_ms = 0; post_row_ms = 0; post_finish_ms = 0; };");
	ask(&w, 0, 0, 100, 1, 1);
	ask(&w, 50 * MS, 0, 250, 1, 1);
	sim_run(&w.sim);
	ck_assert_str_eq(w.text, "P0-10 P51-61");
	close_world(&w);
}
END_TEST

/* The decode rows of a mixed pass would have taken a pass of their own: 10 ms, as every pass here. */
START_TEST(mixed_pass_knows_its_decode_share)
{
	struct world w;

	open_world(&w, "enable_mixed_chunk = true; " NO_HOST);
	ask(&w, 0, 0, 100, 20, 20);
	ask(&w, 35 * MS, 0, 100, 2, 2);
	sim_run(&w.sim);
	ck_assert(strstr(w.text, " M50-60 "));
	ck_assert_int_eq(w.decode_alone, 10 * MS);
	ck_assert_uint_eq(w.context, 120);		/* prompt, 19 decoded tokens, and the wasted row's */
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

/* rules 20.10, in a run: |in| + |out| + max_new reaches the pool after a retraction */
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

/* ---- what 0.5.6 does otherwise (rules 18; item 4 is above) ---- */

/* Item 6: a partial prefill takes whole pages, 0.4.9 what is left of the chunk less a page and one more. */
START_TEST(partial_length_by_version)
{
	static const struct { const char *flags; uint64_t computed; } want[] = {
		{ "version = \"0.4.9\"; chunked_prefill_size = 8192; page_size = 16; " NO_HOST, 1001 + 7169 },
		{ "version = \"0.5.6\"; chunked_prefill_size = 8192; page_size = 16; " NO_HOST, 1001 + 7184 },
	};
	struct world w;

	open_world(&w, want[_i].flags);
	ask(&w, 0, 0, 1001, 10, 10);
	ask(&w, 0, 0, 8000, 10, 10);
	sim_run(&w.sim);
	ck_assert_uint_eq(w.finished, 2);
	ck_assert_uint_eq(w.computed, want[_i].computed);
	close_world(&w);
}
END_TEST

/* Item 5: a continued chunk looks at memory. */
START_TEST(continued_chunk_by_version)
{
	static const struct { const char *flags; uint64_t extend; bool partial; } want[] = {
		{ "version = \"0.4.9\"; chunked_prefill_size = 2048; ", 1000, false },
		{ "version = \"0.5.6\"; chunked_prefill_size = 2048; ", 300, true },
	};
	struct world w;
	struct sg_req r = { .extend = 1000, .max_new = 10 };
	struct sg_adder *a;

	open_world(&w, want[_i].flags);
	a = &w.engine->adder;
	a->can_run = &w.engine->slot[0].rows;
	a->ratio = w.engine->ratio;
	w.engine->pool.free = 300;
	sg_adder_begin(a, 0);
	ck_assert_ptr_eq(sg_add_chunked(a, &r), want[_i].partial ? &r : NULL);
	ck_assert_uint_eq(r.extend, want[_i].extend);
	close_world(&w);
}
END_TEST

/* Item 3: ten rows of 20 tokens fill the pool.  0.4.9 retracts until 20 more steps fit, so five of ten; 0.5.6 until one
 * does.  The ratio follows from what the survivors have: at this moment out is 15 or less, and max_new 60 each. */
START_TEST(retraction_by_version)
{
	static const struct { const char *flags; size_t victims, one_more; } want[] = {
		{ "version = \"0.4.9\"; max_total_tokens = 200; schedule_conservativeness = 0.02; " NO_HOST, 5, 0 },
		{ "version = \"0.5.6\"; max_total_tokens = 200; schedule_conservativeness = 0.02; " NO_HOST, 1, 1 },
	};
	struct world w;
	double rows = (double)(10 - want[_i].victims), below = 60 * rows + (double)want[_i].one_more, out;

	open_world(&w, want[_i].flags);
	for (int i = 0; i < 10; i++)
		ask(&w, i * 10 * MS, 0, 5, 60, 60);
	sim_run(&w.sim);
	ck_assert_uint_eq(w.victims, want[_i].victims);
	out = w.ratio * below - 20 * rows;		/* a whole number, if the denominator is this one */
	ck_assert_double_eq_tol(out, (double)(int)(out + 0.5), 1e-9);
	ck_assert_double_gt(out, 0);
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

/* Sampling of a pass waits for the masks of its constrained rows, which the host fills one by one when it has the result
 * before: 2 ms a row are hidden behind a pass of 10, up to the fifth row. */
START_TEST(grammar_delays_sampling_in_overlap)
{
	static const struct { size_t rows; const char *passes; } want[] = {
		{ 1, "P50-60 D60-70 D70-80 D80-90" },
		{ 5, "P50-60 D60-70 D70-80 D80-90" },
		{ 6, "P50-62 D62-74 D74-86 D86-98" },
	};
	struct world w;

	open_world(&w, NO_HOST);
	for (size_t i = 0; i < want[_i].rows; i++)
		ask(&w, 0, 0, 10, 3, 3)->grammar = 1;
	sim_run(&w.sim);
	ck_assert_uint_eq(w.finished, want[_i].rows);
	ck_assert_str_eq(w.text, want[_i].passes);
	close_world(&w);
}
END_TEST

/* ---- log lines (rules 14) ---- */

/* When each number is read: a prefill line has the locked prefixes, not the batch's own tokens and not what is only
 * cached; a decode line is written when the result is processed, with the slots of the pass after it taken already. */
START_TEST(log_of_two_requests)
{
	struct world w;

	open_world(&w, "decode_log_interval = 1; max_total_tokens = 1000; " NO_HOST);
	w.logging = true;
	ask(&w, 0, 50, 50, 3, 3);
	ask(&w, 100 * MS, 50, 20, 1, 1);
	sim_run(&w.sim);
	ck_assert_str_eq(w.log,
		"Prefill batch. #new-seq: 1, #new-token: 100, #cached-token: 0, #token: 0, token usage: 0.00, "
			"#running-req: 0, #queue-req: 0\n"
		"Decode batch. #running-req: 1, #token: 102, token usage: 0.10, cuda graph: True, "
			"gen throughput (token/s): 50.00, #queue-req: 0\n"
		"Decode batch. #running-req: 1, #token: 1, token usage: 0.00, cuda graph: True, "	/* the wasted row */
			"gen throughput (token/s): 100.00, #queue-req: 0\n"
		"Decode batch. #running-req: 1, #token: 0, token usage: 0.00, cuda graph: True, "
			"gen throughput (token/s): 100.00, #queue-req: 0\n"
		"Prefill batch. #new-seq: 1, #new-token: 20, #cached-token: 50, #token: 50, token usage: 0.05, "
			"#running-req: 0, #queue-req: 0\n"
		"Decode batch. #running-req: 1, #token: 0, token usage: 0.00, cuda graph: True, "
			"gen throughput (token/s): 12.50, #queue-req: 0\n");
	close_world(&w);
}
END_TEST

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
	tcase_add_test(t, stream_interval_reaches_the_way_back);
	tcase_add_test(t, graph_sizes);
	tcase_add_test(t, memory_verdicts);
	tcase_add_test(t, normal_loop_in_time);
	tcase_add_test(t, overlap_loop_in_time);
	tcase_add_test(t, overlap_sees_arrivals_one_pass_late);
	tcase_add_test(t, host_times);
	tcase_add_loop_test(t, host_times_in_overlap, 0, 2);
	tcase_add_test(t, eviction_takes_host_time);
	tcase_add_test(t, mixed_pass_knows_its_decode_share);
	tcase_add_test(t, too_long_prompts_are_rejected);
	tcase_add_test(t, cancelled_requests_end);
	tcase_add_test(t, permanent_hang_is_told);
	tcase_add_test(t, no_hang_in_0_5_6);
	tcase_add_test(t, grammar_compiles_once_and_masks_every_step);
	tcase_add_loop_test(t, partial_length_by_version, 0, 2);
	tcase_add_loop_test(t, continued_chunk_by_version, 0, 2);
	tcase_add_loop_test(t, retraction_by_version, 0, 2);
	tcase_add_loop_test(t, grammar_delays_sampling_in_overlap, 0, 3);
	tcase_add_test(t, log_of_two_requests);
	tcase_add_test(t, log_lines);
	tcase_add_loop_test(t, random_loads_lose_nothing, 0, (int)(sizeof(regimes) / sizeof(regimes[0])));
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return harness_run(suite());
}

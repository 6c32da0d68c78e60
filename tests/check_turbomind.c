/* The TurboMind engine: capacity, defaults, its schedules by hand, its invariants under random load. */
#include "config.h"

#include "lmdeploy_world.h"

#include "cost_fixture.h"
#include "harness.h"

#define NEW		"version = \"0.11.0\"; "
#define SMALL(blocks)	NEW "cache_max_entry_count = " #blocks "; " TM_NO_HOST

static const char *const versions[] = { "", NEW };

static struct tm_params resolved(const char *text, const struct gpu *gpu, size_t *warned)
{
	struct arena arena;
	struct tm_params p;

	arena_init(&arena, ARENA_CHUNK);
	world_params(&engine_turbomind, &arena, text, gpu, &p, warned);
	arena_release(&arena);
	return p;
}

/* ---- memory and defaults (rules 3, 4.1, 1.3) */

static uint64_t pool(const char *text)
{
	struct gpu gpu = a40;
	struct model m = llama;
	struct tm_params p;
	size_t warned;

	/* what rules 3 assumes: CUDA total less context; weights of 8.030e9 values */
	gpu.free_gib = 44.56 - 0.5;
	m.weights_gib = 8.030e9 * 2 / BYTES_PER_GIB;
	p = resolved(text, &gpu, &warned);
	return tm_block_count(&p, &gpu, &m) * (uint64_t)p.cache_block_seq_len;
}

START_TEST(capacity_from_the_share_of_free_memory)
{
	ck_assert_uint_eq(pool("cache_max_entry_count = 0.8;"), 190720);
	ck_assert_uint_eq(pool("cache_max_entry_count = 0.92;"), 219328);
	ck_assert_uint_eq(pool("quant_policy = 8;"), 369856);
	ck_assert_uint_eq(pool("quant_policy = 8; cache_max_entry_count = 0.92;"), 425344);
	ck_assert_uint_eq(pool("quant_policy = 4;"), 718016);
	ck_assert_uint_eq(pool("quant_policy = 4; cache_max_entry_count = 0.92;"), 825728);
	ck_assert_uint_eq(pool(NEW "cache_max_entry_count = 100;"), 6400);
}
END_TEST

START_TEST(memory_verdicts)
{
	size_t warned;
	struct tm_params p92 = resolved("cache_max_entry_count = 0.92;", &a40, &warned);
	struct tm_params p99 = resolved("cache_max_entry_count = 0.99;", &a40, &warned);
	struct memory_report m;

	tm_memory(&p92, &a40, &llama, NULL, NULL, &m);
	ck_assert_int_ne(m.verdict, MEMORY_DOES_NOT_FIT);
	ck_assert_double_eq_tol(m.outside_gib, 0.08 * (43.9 - 14.98), 0.01);
	tm_memory(&p99, &a40, &llama, NULL, NULL, &m);
	ck_assert_int_eq(m.verdict, MEMORY_DOES_NOT_FIT);
	ck_assert(strstr(m.sentence, "would run out of memory"));
}
END_TEST

START_TEST(batch_size_by_gpu_and_version)
{
	static const struct { const char *gpu; int64_t batch[2]; } want[] = {
		{ "NVIDIA A40", { 128, 128 } }, { "NVIDIA L20Y", { 128, 1024 } },
		{ "NVIDIA A100-SXM4-80GB", { 256, 384 } }, { "NVIDIA A800", { 256, 384 } },
		{ "NVIDIA H100 80GB HBM3", { 512, 1024 } }, { "NVIDIA H200", { 128, 1024 } },
	};
	static const char *const text[] = { "", NEW };
	struct gpu gpu = a40;
	size_t warned;

	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		gpu.name = want[i].gpu;
		for (int v = 0; v < 2; v++)
			ck_assert_int_eq(resolved(text[v], &gpu, &warned).max_batch_size,
					 want[i].batch[v]);
	}
}
END_TEST

START_TEST(budget_flags)
{
	struct model long_context = llama;
	size_t warned;
	struct tm_params p = resolved("", &a40, &warned);

	ck_assert_int_eq(p.tokens_per_iter, 8192);
	ck_assert_int_eq(p.prefill_iters, 1);
	ck_assert_int_eq(p.max_forward, 8320);
	p = resolved("num_tokens_per_iter = 256; max_prefill_iters = 1024;", &a40, &warned);
	ck_assert_uint_eq(warned, 1);		/* 0.6.0 does not pass them on */
	ck_assert_int_eq(p.tokens_per_iter, 8192);
	ck_assert_int_eq(p.prefill_iters, 1);
	p = resolved(NEW "num_tokens_per_iter = 256; max_prefill_iters = 1024;", &a40, &warned);
	ck_assert_uint_eq(warned, 0);
	ck_assert_int_eq(p.tokens_per_iter, 256);
	ck_assert_int_eq(p.prefill_iters, 1024);
	resolved(NEW "num_tokens_per_iter = 256;", &a40, &warned);
	ck_assert_uint_eq(warned, 1);		/* does not cut prompts alone */
	p = resolved(NEW "max_prefill_token_num = 2048; max_prefill_iters = 9;", &a40, &warned);
	ck_assert_uint_eq(warned, 1);
	ck_assert_int_eq(p.prefill_iters, 4);
	llama.max_context = 131072;
	p = resolved("session_len = 131072;", &a40, &warned);
	ck_assert_int_eq(p.prefill_iters, 16);
	llama = long_context;
}
END_TEST

/* ---- schedules: test vectors of rules 1.4 */

static void begins(const struct world *w, const char *passes)
{
	ck_assert_msg(strstr(w->tokens_text, passes) == w->tokens_text, "%.200s", w->tokens_text);
}

/* `rows` decode when `prompts` prompts of `length` tokens come together. */
static void vector(struct world *w, const char *flags, int rows, int prompts, uint64_t length)
{
	world_open(w, &turbomind, flags);
	for (int i = 0; i < rows; i++)
		world_ask(w, 0, 0, 1, 100, 100);
	for (int i = 0; i < prompts; i++)
		world_ask(w, 5 * MS, 0, length, 100, 100);
	world_run(w);
}

START_TEST(v1_two_passes_an_iteration)
{
	struct world w;

	vector(&w, TM_NO_HOST, 100, 3, 5000);
	begins(&w, "Q100/K0 Q5100/K5000 Q3220/K3220 Q1881/K5000 Q5000/K5000 Q103/K0");
	/* first tokens of what an iteration completes come together, at its end */
	ck_assert_int_eq(w.request[100].t_first / MS, 30);
	ck_assert_int_eq(w.request[101].t_first / MS, 50);
	ck_assert_int_eq(w.request[102].t_first / MS, 50);
	ck_assert_uint_eq(w.seen[101].prefills, 2);
	world_close(&w);
}
END_TEST

/* 8250 tokens are wanted: more than 8192, but decode rows do not count against the prompts. */
START_TEST(decode_rows_come_on_top)
{
	struct world w;

	vector(&w, TM_NO_HOST, 100, 2, 4075);
	begins(&w, "Q100/K0 Q8250/K8150 Q102/K0");
	world_close(&w);
}
END_TEST

START_TEST(v2_partial_prompt_costs_a_pass)
{
	struct world w;

	vector(&w, TM_NO_HOST, 10, 20, 800);
	begins(&w, "Q10/K0 Q8010/K8000 Q310/K310 Q7710/K8000 Q30/K0");
	ck_assert_int_eq(w.request[19].t_first / MS, 30);
	ck_assert_int_eq(w.request[20].t_first / MS, 40);
	world_close(&w);
}
END_TEST

START_TEST(v3_long_session_widens_the_window)
{
	struct model long_context = llama;
	struct world w;

	llama.max_context = 131072;
	vector(&w, TM_NO_HOST, 100, 3, 5000);
	begins(&w, "Q100/K0 Q8192/K8092 Q7009/K10000 Q103/K0");
	llama = long_context;
	world_close(&w);
}
END_TEST

/* 0.11.0 with both flags: decode rows first, the rest of the budget is prompt. */
START_TEST(split_fuse_cuts_prompts)
{
	struct world w;

	vector(&w, NEW "num_tokens_per_iter = 256; max_prefill_iters = 64; " TM_NO_HOST, 10, 1, 1000);
	begins(&w, "Q10/K0 Q256/K246 Q256/K492 Q256/K738 Q256/K984 Q26/K1000 Q11/K0");
	world_close(&w);
}
END_TEST

/* ---- the life of a request */

START_TEST(one_token_too_many)
{
	struct world w;
	struct request *full, *stopped;

	world_open(&w, &turbomind, TM_NO_HOST);
	full = world_ask(&w, 0, 0, 100, 3, 3);
	stopped = world_ask(&w, 100 * MS, 0, 100, 3, 2);
	world_run(&w);
	ck_assert_str_eq(w.text, "P0-10 D10-20 D20-30 D30-40 P100-110 D110-120");
	ck_assert_int_eq(full->t_first / MS, 10);
	ck_assert_int_eq(full->t_finish / MS, 40);
	ck_assert_uint_eq(full->output_done, 3);
	ck_assert_uint_eq(stopped->output_done, 2);
	world_close(&w);
}
END_TEST

START_TEST(arrivals_join_at_the_next_iteration)
{
	struct world w;

	world_open(&w, &turbomind, TM_NO_HOST);
	world_ask(&w, 0, 0, 100, 4, 4);
	world_ask(&w, 12 * MS, 0, 100, 4, 1);
	world_run(&w);
	ck_assert_str_eq(w.text, "P0-10 D10-20 M20-30 D30-40 D40-50");
	world_close(&w);
}
END_TEST

START_TEST(host_times_leave_the_gpu_idle)
{
	struct world w;

	world_open(&w, &turbomind, NEW "host = { gap_ms = 2; row_us = 1000; rebuild_ms = 0; d2h_gb_s = 1000; };");
	world_ask(&w, 0, 0, 100, 2, 2);
	world_run(&w);
	ck_assert_str_eq(w.text, "P3-13 D16-26 D29-39");
	world_close(&w);
	/* 0.6.0 copies 8192 x 4 + 8192 bytes a row to the host: at 0.1 GB/s 0.4096 ms */
	world_open(&w, &turbomind, "host = { gap_ms = 0; row_us = 0; rebuild_ms = 0; d2h_gb_s = 0.1; }; ");
	world_ask(&w, 0, 0, 100, 1, 1);
	world_run(&w);
	ck_assert_int_eq((w.request[0].t_first - 10 * MS) / 100000, 4);
	world_close(&w);
}
END_TEST

START_TEST(session_length_ends_and_rejects)
{
	struct world w;
	struct request *cut, *bad, *least;

	world_open(&w, &turbomind, "session_len = 1000; " TM_NO_HOST);
	cut = world_ask(&w, 0, 0, 990, 50, 50);		/* to session_len - 1 */
	bad = world_ask(&w, 0, 0, 999, 50, 50);
	least = world_ask(&w, 0, 0, 998, 50, 50);
	world_run(&w);
	ck_assert_uint_eq(cut->output_done, 9);
	ck_assert_int_eq(cut->end, REQUEST_OK);
	ck_assert_int_eq(bad->end, REQUEST_REJECTED);
	ck_assert_uint_eq(least->output_done, 1);
	ck_assert_uint_eq(engine_turbomind.longest_request(&w.tm_params, 100000), 998);
	world_close(&w);
}
END_TEST

/* ---- memory: by hand, in pools of 4 blocks of 64 */

/* Both have two blocks; at 128 tokens each wants a third.  The younger one is there first and waits,
 * keeping its blocks; when the older one wants its third, the younger loses both, of which the tail is
 * overwritten. */
START_TEST(youngest_is_preempted_and_resumes_with_the_rest)
{
	struct world w;
	struct request *old, *young;

	world_open(&w, &turbomind, SMALL(4));
	old = world_ask(&w, 0, 0, 100, 40, 40);
	young = world_ask(&w, 0, 0, 120, 40, 40);
	world_run(&w);
	ck_assert_uint_eq(w.seen[0].retractions, 0);
	ck_assert_uint_eq(w.seen[1].retractions, 1);
	ck_assert_int_eq(old->t_finish / MS, 410);
	/* 120 + 8 tokens: the first block survived, the other 64 are computed again */
	ck_assert_uint_eq(w.seen[1].hit, 64);
	ck_assert_uint_eq(w.seen[1].extend, 64);
	ck_assert_int_eq(young->t_finish / MS, 410 + 330);	/* 8 were made before: 33 passes more */
	ck_assert_uint_eq(young->output_done, 40);
	world_close(&w);
}
END_TEST

/* 10 blocks.  The second (8) waits; the third and fourth (3 each) run beside the first (4).  When that
 * ends, the second takes 4 free blocks and 4 more: all of the youngest's, then the third's last. */
START_TEST(youngest_loses_most)
{
	struct world w;

	world_open(&w, &turbomind, SMALL(10));
	world_ask(&w, 0, 0, 250, 5, 5);
	world_ask(&w, 0, 0, 500, 5, 5);
	world_ask(&w, 0, 0, 150, 30, 30);
	world_ask(&w, 0, 0, 150, 30, 30);
	world_run(&w);
	ck_assert_int_eq(w.seen[1].start / MS, 60);
	ck_assert_uint_eq(w.seen[2].retractions, 1);
	ck_assert_uint_eq(w.seen[3].retractions, 1);
	ck_assert_uint_eq(w.seen[2].hit, 128);		/* of 150 + 6 */
	ck_assert_uint_eq(w.seen[2].extend, 28);
	ck_assert_uint_eq(w.seen[3].hit, 0);
	ck_assert_uint_eq(w.seen[3].extend, 156);
	world_close(&w);
}
END_TEST

START_TEST(no_head_of_line_blocking)
{
	struct world w;

	world_open(&w, &turbomind, SMALL(4));
	world_ask(&w, 0, 0, 100, 20, 20);
	world_ask(&w, 0, 0, 200, 20, 20);	/* four blocks */
	world_ask(&w, 0, 0, 10, 5, 5);
	world_run(&w);
	ck_assert_int_eq(w.seen[0].start, 0);
	ck_assert_int_eq(w.seen[2].start, 0);	/* the third does not wait for the second */
	ck_assert_int_eq(w.seen[1].start / MS, 210);
	world_close(&w);
}
END_TEST

/* ---- prefix caching (1.5) */

START_TEST(whole_blocks_are_shared)
{
	struct world w;
	char flags[512];

	snprintf(flags, sizeof(flags), "%s enable_prefix_caching = true; " TM_NO_HOST, versions[_i]);
	world_open(&w, &turbomind, flags);
	ck_assert_uint_eq(w.warnings, _i == 0);
	world_ask(&w, 0, 640, 0, 2, 2);
	world_ask(&w, 100 * MS, 640, 0, 2, 2);		/* a token is computed: 9 of 10 blocks */
	world_ask(&w, 200 * MS, 100, 500, 2, 2);	/* 100 tokens in common: one block */
	world_ask(&w, 300 * MS, 641, 0, 2, 2);		/* 10 blocks */
	world_run(&w);
	ck_assert_uint_eq(w.seen[0].hit, 0);
	ck_assert_uint_eq(w.seen[1].hit, 576);
	ck_assert_uint_eq(w.seen[1].extend, 64);
	ck_assert_uint_eq(w.seen[2].hit, 64);
	ck_assert_uint_eq(w.seen[3].hit, 640);
	ck_assert_uint_eq(w.seen[3].extend, 1);
	world_close(&w);
}
END_TEST

/* 0.11.0 keeps answers, too: the next turn of a conversation finds them. */
START_TEST(answers_are_cached_in_0_11_0)
{
	struct world w;
	struct request *r;
	char flags[512];

	snprintf(flags, sizeof(flags), "%s enable_prefix_caching = true; " TM_NO_HOST, versions[_i]);
	world_open(&w, &turbomind, flags);
	world_ask(&w, 0, 0, 100, 100, 100);	/* 200 tokens with KV at its end: 3 whole blocks */
	r = world_ask(&w, 2000 * MS, 0, 250, 2, 2);
	w.span[2] = (struct span){ 1000, 0, 100 };
	w.span[3] = (struct span){ 1000000, 0, 150 };
	r->nprompt = 2;
	world_run(&w);
	ck_assert_uint_eq(w.seen[1].hit, _i == 0 ? 64 : 192);
	world_close(&w);
}
END_TEST

/* Blocks of an evicted prefix are gone with all behind them. */
START_TEST(evicted_prefixes_are_forgotten)
{
	struct world w;

	world_open(&w, &turbomind, "enable_prefix_caching = true; " SMALL(6));
	world_ask(&w, 0, 260, 0, 2, 2);			/* 5 blocks, 4 of them in the trie */
	world_ask(&w, 100 * MS, 0, 200, 2, 2);		/* 4 blocks: one free, three of the first's */
	world_ask(&w, 200 * MS, 260, 0, 2, 2);
	world_run(&w);
	ck_assert_uint_eq(w.seen[2].hit, 128);
	world_close(&w);
}
END_TEST

/* ---- what a pass costs (1.4) */

static struct tm cost_engine(const struct tm_params *p, const struct cost_model *c)
{
	return (struct tm){
		.params = p, .env = { .cost = c, .gpu = &a40, .model = &llama },
		.step.kv_scale = tm_kv_bytes_per_token(p, &llama) / model_kv_bytes_per_token(&llama, 1),
		.step.pair_flops = 4.0 * (double)(llama.heads * llama.head_dim * llama.layers),
	};
}

static double attention_ms(const struct tm *e, const struct pass_shape *s)
{
	struct pass_cost mine, plain;

	tm_cost(e, s, &mine);
	cost_of(e->env.cost, s, &plain);
	ck_assert_double_eq_tol(mine.flops / plain.flops, 1, 1e-9);
	return mine.part_ns[PART_ATTENTION] / 1e6 - a40.attention_floor_us * (double)llama.layers / 1e3;
}

START_TEST(attention_reads_what_is_stored)
{
	struct cost_model *c = cost_fixture_model("roofline", &a40, 1, NULL);
	size_t warned;
	struct tm_params p0 = resolved("", &a40, &warned), p8 = resolved("quant_policy = 8;", &a40, &warned);
	struct tm e0 = cost_engine(&p0, c), e8 = cost_engine(&p8, c);
	struct pass_shape decode = decode_shape(100, 1000), prefill = prefill_shape(2000, 0), mixed = prefill;
	double token_ms = 131072 / (a40.bandwidth_gb_s * a40.kv_eff * 1e6);

	decode.padded_rows = 0;
	mixed.decode_rows = 100;
	mixed.decode_context = 100000;
	ck_assert_double_eq_tol(attention_ms(&e0, &decode), 100000 * token_ms, 1e-3);
	ck_assert_double_eq_tol(attention_ms(&e8, &decode), 100000 * token_ms * 67584 / 131072, 1e-3);
	/* both kernels run at once: the longer one counts, with the flattening of 2000 tokens */
	ck_assert_double_lt(attention_ms(&e0, &prefill), 100000 * token_ms);
	ck_assert_double_eq_tol(attention_ms(&e0, &mixed), 100000 * token_ms, 1e-3);
	mixed.decode_context = 1000;
	ck_assert_double_eq_tol(attention_ms(&e0, &mixed), attention_ms(&e0, &prefill), 1e-3);
	cost_free(c);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("turbomind");
	TCase *t = tcase_create("turbomind");

	tcase_add_unchecked_fixture(t, cost_fixture_setup, cost_fixture_teardown);
	tcase_add_test(t, capacity_from_the_share_of_free_memory);
	tcase_add_test(t, memory_verdicts);
	tcase_add_test(t, batch_size_by_gpu_and_version);
	tcase_add_test(t, budget_flags);
	tcase_add_test(t, v1_two_passes_an_iteration);
	tcase_add_test(t, decode_rows_come_on_top);
	tcase_add_test(t, v2_partial_prompt_costs_a_pass);
	tcase_add_test(t, v3_long_session_widens_the_window);
	tcase_add_test(t, split_fuse_cuts_prompts);
	tcase_add_test(t, one_token_too_many);
	tcase_add_test(t, arrivals_join_at_the_next_iteration);
	tcase_add_test(t, host_times_leave_the_gpu_idle);
	tcase_add_test(t, session_length_ends_and_rejects);
	tcase_add_test(t, youngest_is_preempted_and_resumes_with_the_rest);
	tcase_add_test(t, youngest_loses_most);
	tcase_add_test(t, no_head_of_line_blocking);
	tcase_add_loop_test(t, whole_blocks_are_shared, 0, 2);
	tcase_add_loop_test(t, answers_are_cached_in_0_11_0, 0, 2);
	tcase_add_test(t, evicted_prefixes_are_forgotten);
	tcase_add_test(t, attention_reads_what_is_stored);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return harness_run(suite());
}

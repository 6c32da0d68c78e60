/* LMDeploy's PyTorch engine: capacity, defaults, its scheduler's own unit cases, schedules by hand. */
#include "config.h"

#include "lmdeploy_world.h"

#include "cost_fixture.h"
#include "harness.h"

#define V060	"version = \"0.6.0\"; "
#define V061	"version = \"0.6.1\"; "
#define V011	"version = \"0.11.0\"; "
#define RULES	"cache_block_seq_len = 16; "	/* blocks of the real unit tests */

static struct pt_params resolved(const char *text, const struct gpu *gpu, size_t *warned)
{
	struct arena arena;
	struct pt_params p;

	arena_init(&arena, ARENA_CHUNK);
	world_params(&engine_lmdeploy_pytorch, &arena, text, gpu, &p, warned);
	arena_release(&arena);
	return p;
}

/* ---- memory and defaults (rules 3, 4.1) */

static uint64_t pool(const char *text)
{
	struct gpu gpu = a40;
	struct model m = llama;
	struct pt_params p;
	size_t warned;

	/* what rules 3 assumes: CUDA total less context; weights of 8.030e9 values */
	gpu.free_gib = 44.56 - 0.5;
	m.weights_gib = 8.030e9 * 2 / BYTES_PER_GIB;
	p = resolved(text, &gpu, &warned);
	return pt_block_count(&p, &gpu, &m) * (uint64_t)p.cache_block_seq_len;
}

START_TEST(capacity_beside_the_runtime_estimate)
{
	ck_assert_uint_eq(pool(V060), 145792);
	ck_assert_uint_eq(pool(V061 "cache_max_entry_count = 0.92;"), 167680);
	ck_assert_uint_eq(pool(V011), 177472);
	ck_assert_uint_eq(pool(V011 "cache_max_entry_count = 0.92;"), 204096);
	/* int8: 67584 bytes a token instead of 131072 */
	ck_assert_uint_eq(pool(V011 "quant_policy = 8;"), 344192);
}
END_TEST

START_TEST(prefill_tokens_are_halved_until_16_blocks_fit)
{
	size_t warned;
	struct pt_params p = resolved(V060 "max_prefill_token_num = 65536;", &a40, &warned);

	/* 65536 x 128256 x 7 bytes are 54.8 GiB, 32768 are 27.4 of 28.9 free */
	ck_assert_uint_eq(warned, 1);
	ck_assert_int_eq(p.prefill_tokens, 32768);
	p = resolved(V060, &a40, &warned);
	ck_assert_uint_eq(warned, 0);
	ck_assert_int_eq(p.prefill_tokens, 8192);
}
END_TEST

START_TEST(session_leaves_a_block_of_the_pool)
{
	size_t warned;
	/* block_bytes = 8 MiB, (28.92 - 6.85) GiB x 0.02 are 56 blocks */
	struct pt_params p = resolved(V060 "cache_max_entry_count = 0.02;", &a40, &warned);

	ck_assert_uint_eq(warned, 1);
	ck_assert_int_eq(p.session, 55 * 64);
	ck_assert_uint_eq(engine_lmdeploy_pytorch.longest_request(&p, 100000), 55 * 64 - 1);
}
END_TEST

START_TEST(memory_verdicts)
{
	struct pass_shape full = { .prefill_rows = 1, .prefill_tokens = 8192, .sampled_rows = 1 };
	struct cost_model *c = cost_new_fixed(10e6, &a40, &llama);
	size_t warned;
	struct pt_params p = resolved(V060, &a40, &warned);
	struct pt_params most = resolved(V011 "cache_max_entry_count = 0.999;", &a40, &warned);
	struct memory_report m;

	pt_memory(&p, &a40, &llama, c, &full, &m);
	ck_assert_int_eq(m.verdict, MEMORY_FITS);
	pt_memory(&most, &a40, &llama, c, &full, &m);
	ck_assert_int_eq(m.verdict, MEMORY_AT_RISK);
	ck_assert(strstr(m.sentence, "cache_max_entry_count = 0.999"));
	cost_free(c);
}
END_TEST

START_TEST(defaults_by_version_and_gpu)
{
	struct gpu gpu = a40;
	size_t warned;
	struct pt_params p = resolved(V060, &a40, &warned);

	ck_assert_int_eq(p.max_batch_size, 128);
	ck_assert_int_eq(p.session_len, 8192);
	ck_assert_double_eq(p.host.schedule_gap_ms, 2);
	p = resolved(V011, &a40, &warned);
	ck_assert_double_eq(p.host.schedule_gap_ms, 7.5);
	ck_assert_double_eq(p.frontend.poll_ms, 1);
	gpu.name = "NVIDIA A100-SXM4-80GB";
	ck_assert_int_eq(resolved(V060, &gpu, &warned).max_batch_size, 256);
	ck_assert_int_eq(resolved(V011, &gpu, &warned).max_batch_size, 384);
}
END_TEST

/* ---- the real scheduler's unit cases (rules 8): 4 blocks of 16 */

static const char *const versions[] = { V060, V061, V011 };

static void open_rules(struct world *w, const char *version)
{
	char flags[1024];

	snprintf(flags, sizeof(flags), "%s" RULES PT_NO_HOST, version);
	world_open(w, &lmdeploy_pytorch, flags);
	world_pool(w, 4);
	w->pt_params.session = 8192;
}

START_TEST(schedule_base)
{
	struct world w;
	struct pt_seq *s;

	open_rules(&w, versions[_i]);
	s = world_put(&w, 0, 32);
	ck_assert_int_eq(s->status, PT_WAITING);
	ck_assert(pt_schedule_prefill(w.pt, &w.pt->group[0]));
	ck_assert_int_eq(s->status, PT_RUNNING);
	ck_assert_uint_eq(s->nblock, 2);
	ck_assert_uint_eq(w.pt->free, 2);
	world_close(&w);
}
END_TEST

START_TEST(update)
{
	struct world w;
	struct pt_seq *s[3];

	open_rules(&w, versions[_i]);
	for (uint64_t i = 0; i < 3; i++)
		s[i] = world_put(&w, 0, 16 * (i + 1));
	ck_assert(pt_schedule_prefill(w.pt, &w.pt->group[0]));
	ck_assert_int_eq(s[0]->status, PT_RUNNING);
	ck_assert_int_eq(s[1]->status, PT_RUNNING);
	ck_assert_int_eq(s[2]->status, PT_WAITING);
	pt_group_close(w.pt, &w.pt->group[0]);
	pt_stop(w.pt, s[0]);		/* hanging: it keeps its block */
	ck_assert_uint_eq(w.pt->free, 1);
	pt_send(w.pt, s[0], true);
	pt_read_inbox(w.pt);
	ck_assert_uint_eq(w.pt->free, 2);	/* exactly its own */
	pt_stop(w.pt, s[1]);
	pt_send(w.pt, s[1], true);
	pt_read_inbox(w.pt);
	ck_assert_uint_eq(w.pt->free, 4);
	world_close(&w);
}
END_TEST

/* A hanging sequence gives way; then each running one needs a block more: 0.6 lets the older wait, 0.11
 * the younger. */
START_TEST(evict)
{
	struct world w;
	struct pt_seq *one, *two, *three;
	bool v011 = _i == 2;

	open_rules(&w, versions[_i]);
	one = world_put(&w, 0, 16);
	two = world_put(&w, 0, 32);
	three = world_put(&w, 0, 48);
	ck_assert(pt_schedule_prefill(w.pt, &w.pt->group[0]));
	ck_assert_uint_eq(w.pt->free, 1);
	pt_stop(w.pt, two);
	ck_assert(pt_schedule_prefill(w.pt, &w.pt->group[0]));
	ck_assert_int_eq(three->status, PT_RUNNING);
	ck_assert_uint_eq(two->nblock, 0);
	ck_assert_uint_eq(w.pt->free, 0);
	ck_assert(pt_schedule_decode(w.pt, &w.pt->group[0], 16));
	ck_assert_int_eq(one->status, v011 ? PT_RUNNING : PT_WAITING);
	ck_assert_int_eq(three->status, v011 ? PT_WAITING : PT_RUNNING);
	ck_assert_uint_eq(w.pt->free, v011 ? 2 : 0);
	world_close(&w);
}
END_TEST

/* ---- block trie: the real one's unit cases, blocks of 16 */

static struct pt_seq *in_trie(struct world *w, uint64_t shared, uint64_t own)
{
	struct pt_seq *s = world_put(w, shared, own);

	pt_trie_match(w->pt, s);
	pt_take(w->pt, s, 0);
	pt_trie_insert(w->pt, s);
	return s;
}

START_TEST(trie_counts_references)
{
	struct world w;
	struct pt_seq *one, *two, *three;
	struct pt_node *third;

	world_open(&w, &lmdeploy_pytorch, V060 RULES "enable_prefix_caching = true; " PT_NO_HOST);
	one = in_trie(&w, 0, 40);
	ck_assert_uint_eq(one->nblock, 3);
	ck_assert_uint_eq(one->nshared, 2);		/* [2, 2, 1] with the trie's own reference */
	ck_assert_uint_eq(pt_trie_leaves(w.pt->trie), 1);
	one->out += 16;
	pt_take(w.pt, one, 0);
	pt_trie_insert(w.pt, one);
	ck_assert_uint_eq(one->nshared, 3);		/* [2, 2, 2, 1] */
	ck_assert_uint_eq(pt_trie_leaves(w.pt->trie), 1);
	third = one->node;
	w.span[2] = (struct span){ 1000, 0, 16 };	/* shares one block with the first */
	two = world_put(&w, 0, 40);
	two->request->nprompt = 2;
	w.span[2] = (struct span){ 1000, 0, 16 };
	w.span[3] = (struct span){ 2000, 0, 24 };
	pt_trie_match(w.pt, two);
	ck_assert_uint_eq(two->nblock, 1);
	pt_take(w.pt, two, 0);
	pt_trie_insert(w.pt, two);
	ck_assert_uint_eq(pt_trie_holders(pt_trie_parent(two->node)), 2);	/* 3 */
	ck_assert_uint_eq(pt_trie_leaves(w.pt->trie), 2);
	three = world_put(&w, 0, 40);
	three->request->nprompt = 2;
	w.span[4] = (struct span){ 1000, 0, 32 };
	w.span[5] = (struct span){ 3000, 0, 8 };
	pt_trie_match(w.pt, three);
	ck_assert_uint_eq(three->nblock, 2);
	ck_assert_ptr_eq(three->node, pt_trie_parent(third));
	ck_assert_uint_eq(pt_trie_holders(three->node), 2);			/* [4, 3] */
	ck_assert_uint_eq(pt_trie_holders(pt_trie_parent(three->node)), 3);
	world_close(&w);
}
END_TEST

START_TEST(trie_evicts_leaves)
{
	struct world w;
	struct pt_seq *s;

	world_open(&w, &lmdeploy_pytorch, V060 RULES "enable_prefix_caching = true; " PT_NO_HOST);
	world_pool(&w, 16);
	w.pt_params.session = 8192;
	s = in_trie(&w, 0, 15 * 16 + 8);
	ck_assert_uint_eq(w.pt->free, 0);
	pt_give_up(w.pt, s);
	ck_assert_uint_eq(w.pt->free, 1);
	pt_trie_evict(w.pt, 4);
	ck_assert_uint_eq(w.pt->free, 5);
	ck_assert_uint_eq(pt_trie_nodes(w.pt->trie), 11);
	world_close(&w);
}
END_TEST

/* At least a token is computed; a prompt can be shared once its first decode round was scheduled. */
START_TEST(prompts_are_shared_after_their_first_round)
{
	struct world w;
	char flags[1024];

	snprintf(flags, sizeof(flags), "%s enable_prefix_caching = true; " PT_NO_HOST, versions[_i]);
	world_open(&w, &lmdeploy_pytorch, flags);
	world_ask(&w, 0, 640, 0, 40, 40);
	world_ask(&w, 0, 640, 0, 40, 40);		/* in the same prefill: nothing to share yet */
	world_ask(&w, 2000 * MS, 640, 0, 2, 2);		/* 9 of 10 blocks */
	world_ask(&w, 3000 * MS, 100, 500, 2, 2);	/* 100 tokens in common: one block */
	world_run(&w);
	ck_assert_uint_eq(w.seen[0].hit, 0);
	ck_assert_uint_eq(w.seen[1].hit, 0);
	ck_assert_uint_eq(w.seen[2].hit, 576);
	ck_assert_uint_eq(w.seen[2].extend, 64);
	ck_assert_uint_eq(w.seen[3].hit, 64);
	world_close(&w);
}
END_TEST

/* ---- length of a round (2.1) */

static uint64_t steps_of_a_round(struct world *w, size_t running)
{
	uint64_t i = 0;

	w->pt->running.n = running;
	w->pt->waiting.n = 1;
	while (i < 14 && !pt_round_is_cut(w->pt, i))
		i++;
	w->pt->running.n = w->pt->waiting.n = 0;
	return i + 1;
}

START_TEST(waiting_requests_cut_rounds_by_occupancy)
{
	struct world w;

	world_open(&w, &lmdeploy_pytorch, V060 PT_NO_HOST);
	ck_assert_uint_eq(steps_of_a_round(&w, 32), 5);
	ck_assert_uint_eq(steps_of_a_round(&w, 64), 9);
	ck_assert_uint_eq(steps_of_a_round(&w, 111), 15);
	ck_assert_uint_eq(steps_of_a_round(&w, 112), 15);
	ck_assert_uint_eq(steps_of_a_round(&w, 128), 15);
	ck_assert_uint_eq(steps_of_a_round(&w, 1), 2);
	world_close(&w);
}
END_TEST

START_TEST(when_to_prefill_in_0_11)
{
	struct world w;

	world_open(&w, &lmdeploy_pytorch, V011 "max_batch_size = 5; " PT_NO_HOST);
	ck_assert(!pt_do_prefill(w.pt));
	for (int i = 0; i < 3; i++)
		world_put(&w, 0, 10);
	ck_assert(pt_do_prefill(w.pt));		/* nobody runs */
	ck_assert(pt_schedule_prefill(w.pt, &w.pt->group[0]));
	world_put(&w, 0, 10);
	ck_assert(!pt_do_prefill(w.pt));		/* 3 of 5 run, one waits */
	w.pt->nlocked = 1;
	ck_assert(pt_do_prefill(w.pt));		/* 2 are unlocked */
	w.pt->nlocked = 0;
	w.pt->waiting.n = 4;
	ck_assert(pt_do_prefill(w.pt));		/* four wait */
	w.pt->waiting.n = 1;
	world_close(&w);
}
END_TEST

/* ---- CUDA graphs */

START_TEST(graph_sizes)
{
	struct world w;

	world_open(&w, &lmdeploy_pytorch, V060 PT_NO_HOST);
	ck_assert_uint_eq(pt_graph_size(w.pt, false, 1), 1);
	ck_assert_uint_eq(pt_graph_size(w.pt, false, 100), 128);
	ck_assert_uint_eq(pt_graph_size(w.pt, true, 17), 32);
	ck_assert_uint_eq(pt_graph_size(w.pt, true, 512), 512);
	ck_assert_uint_eq(pt_graph_size(w.pt, true, 513), 0);
	world_close(&w);
	world_open(&w, &lmdeploy_pytorch, V011 "max_batch_size = 1000; " PT_NO_HOST);
	ck_assert_uint_eq(pt_graph_size(w.pt, true, 17), 0);
	ck_assert_uint_eq(pt_graph_size(w.pt, false, 3), 4);
	ck_assert_uint_eq(pt_graph_size(w.pt, false, 256), 256);
	ck_assert_uint_eq(pt_graph_size(w.pt, false, 257), 512);
	ck_assert_uint_eq(pt_graph_size(w.pt, false, 600), 768);
	ck_assert_uint_eq(pt_graph_size(w.pt, false, 800), 1000);
	world_close(&w);
	world_open(&w, &lmdeploy_pytorch, V060 "eager_mode = true; " PT_NO_HOST);
	ck_assert_uint_eq(pt_graph_size(w.pt, false, 1), 0);
	world_close(&w);
}
END_TEST

/* lm_head on all tokens of a prompt: 2 x 4096 x 128256 FLOP a token more, about 6.5% (rules 2.1). */
START_TEST(lm_head_on_all_tokens_in_0_6)
{
	double ns[2];

	for (int i = 0; i < 2; i++) {
		struct world w;

		world_open(&w, &lmdeploy_pytorch, i ? V011 PT_NO_HOST : V060 PT_NO_HOST);
		cost_free(w.cost);
		w.pt->env.cost = w.pt->step.cost = w.cost = cost_fixture_model("roofline", &a40, 1, NULL);
		world_ask(&w, 0, 0, 4000, 1, 1);
		world_run(&w);
		ns[i] = w.first_linear_ns;
		world_close(&w);
	}
	ck_assert_double_gt(ns[0] / ns[1], 1.055);
	ck_assert_double_lt(ns[0] / ns[1], 1.08);
}
END_TEST

/* ---- schedules by hand */

#define STARTS(w, s)	ck_assert_msg(strncmp((w).text, s, strlen(s)) == 0, "%.300s", (w).text)

/* 0.6: one forward more caches the last token. */
START_TEST(one_request)
{
	struct world w;
	struct request *r;

	world_open(&w, &lmdeploy_pytorch, V060 PT_NO_HOST);
	r = world_ask(&w, 0, 0, 100, 3, 3);
	world_run(&w);
	ck_assert_str_eq(w.text, "P1:0-10 D1:10-20 D1:20-30 D1:30-40");
	ck_assert_int_eq(r->t_first, 10 * MS);
	ck_assert_int_eq(w.seen[0].second, 20 * MS);
	ck_assert_int_eq(r->t_finish, 40 * MS);
	world_close(&w);
	world_open(&w, &lmdeploy_pytorch, V011 PT_NO_HOST);
	r = world_ask(&w, 0, 0, 100, 3, 3);
	world_run(&w);
	/* a round is sixteen forwards, whoever needs them */
	STARTS(w, "P1:0-10 D1:10-20 D1:20-30");
	ck_assert_ptr_nonnull(strstr(w.text, "D1:160-170"));
	ck_assert_int_eq(w.last_end, 170 * MS);
	ck_assert_int_eq(r->t_first, 10 * MS);
	ck_assert_int_eq(r->t_finish, 30 * MS);
	world_close(&w);
}
END_TEST

/* It comes during step 2 (from 0) and is read when step 3 runs, which is then the round's last. */
START_TEST(arrival_cuts_a_round_of_0_6)
{
	struct world w;

	world_open(&w, &lmdeploy_pytorch, V060 PT_NO_HOST);
	world_ask(&w, 0, 0, 100, 40, 40);
	world_ask(&w, 35 * MS, 0, 100, 2, 2);
	world_run(&w);
	STARTS(w, "P1:0-10 D1:10-20 D1:20-30 D1:30-40 D1:40-50 P1:50-60 D2:60-70 D2:70-80");
	ck_assert_int_eq(w.seen[1].second, 70 * MS);
	world_close(&w);
}
END_TEST

/* 15 steps, then a turn; nobody leaves the frozen batch before. */
START_TEST(rounds_of_0_6)
{
	struct world w;
	struct request *r;

	world_open(&w, &lmdeploy_pytorch, V060 "host = { idle_poll_ms = 0; schedule_gap_ms = 5; step_gap_ms = 0; "
		   "launch_eager_ms = 0; launch_graph_ms = 0; capture_ms = 0; };");
	world_ask(&w, 0, 0, 100, 40, 40);
	r = world_ask(&w, 0, 0, 100, 4, 4);
	world_run(&w);
	STARTS(w, "P2:5-15 D2:20-30");
	ck_assert_ptr_nonnull(strstr(w.text, "D2:160-170 D1:175-185"));
	ck_assert_int_eq(r->t_finish, 60 * MS);
	world_close(&w);
}
END_TEST

/* Three prompts, one fits in a prefill: 0.6.0 decodes in between, 0.6.1 drains the queue first. */
START_TEST(queue_of_prompts)
{
	struct world w;

	world_open(&w, &lmdeploy_pytorch, V060 PT_NO_HOST);
	for (int i = 0; i < 3; i++)
		world_ask(&w, 0, 0, 5000, 40, 40);
	world_run(&w);
	STARTS(w, "P1:0-10 D1:10-20 D1:20-30 P1:30-40 D2:40-50 D2:50-60 P1:60-70 D3:70-80 D3:80-90 "
	       "D3:90-100");
	world_close(&w);
	world_open(&w, &lmdeploy_pytorch, V061 PT_NO_HOST);
	for (int i = 0; i < 3; i++)
		world_ask(&w, 0, 0, 5000, 40, 40);
	world_run(&w);
	STARTS(w, "P1:0-10 P1:10-20 P1:20-30 D3:30-40");
	world_close(&w);
}
END_TEST

/* A long prompt runs alone, its chunks back to back. */
START_TEST(long_prompts_are_cut)
{
	struct world w;
	char flags[1024];

	snprintf(flags, sizeof(flags), "%s max_prefill_token_num = 1000; " PT_NO_HOST, versions[_i]);
	world_open(&w, &lmdeploy_pytorch, flags);
	world_ask(&w, 0, 0, 2500, 40, 40);
	world_ask(&w, 0, 0, 10, 40, 40);
	world_run(&w);
	STARTS(w, "P1:0-10 P1:10-20 P1:20-30");
	ck_assert_uint_eq(w.seen[0].prefills, 3);
	ck_assert_uint_eq(w.seen[0].extend, 500);
	ck_assert_int_eq(w.request[0].t_first, 30 * MS);
	world_close(&w);
}
END_TEST

/* 0.11: the newcomer's prefill goes right behind the last step of the round; then it waits for a whole
 * round of the other before its second token.  After that they run together. */
START_TEST(newcomer_waits_for_a_locked_group)
{
	struct world w;

	world_open(&w, &lmdeploy_pytorch, V011 PT_NO_HOST);
	world_ask(&w, 0, 0, 100, 60, 60);
	world_ask(&w, 55 * MS, 0, 100, 60, 60);
	world_run(&w);
	ck_assert_ptr_nonnull(strstr(w.text, "D1:160-170 P1:170-180 D1:180-190"));
	ck_assert_ptr_nonnull(strstr(w.text, "D1:330-340 D2:340-350"));
	ck_assert_int_eq(w.request[1].t_first, 180 * MS);
	ck_assert_int_eq(w.seen[1].second, 350 * MS);
	world_close(&w);
}
END_TEST

/* Two groups of more than a quarter of the batch take turns and never merge. */
START_TEST(large_groups_take_turns)
{
	struct world w;

	world_open(&w, &lmdeploy_pytorch, V011 "max_batch_size = 4; " PT_NO_HOST);
	for (int i = 0; i < 4; i++)
		world_ask(&w, i < 2 ? 0 : 55 * MS, 0, 100, 60, 60);
	world_run(&w);
	ck_assert_ptr_nonnull(strstr(w.text, "D2:160-170 P2:170-180 D2:180-190"));
	ck_assert_ptr_nonnull(strstr(w.text, "D2:490-500 D2:500-510"));
	ck_assert_ptr_null(strstr(w.text, "D4:"));
	ck_assert_int_eq(w.seen[2].second, 350 * MS);	/* its first round is 340 to 500 */
	world_close(&w);
}
END_TEST

/* The gap in front of a group that was not prefetched; none in front of one that was. */
START_TEST(bubble_when_groups_merge)
{
	struct world w;

	world_open(&w, &lmdeploy_pytorch, V011 "host = { schedule_gap_ms = 6; launch_eager_ms = 0; "
		   "launch_graph_ms = 0; };");
	world_ask(&w, 0, 0, 100, 60, 60);
	world_ask(&w, 55 * MS, 0, 100, 60, 60);
	world_run(&w);
	STARTS(w, "P1:6-16 D1:22-32");
	ck_assert_ptr_nonnull(strstr(w.text, "D1:172-182 P1:182-192 D1:192-202"));
	ck_assert_ptr_nonnull(strstr(w.text, "D1:342-352 D2:358-368"));
	world_close(&w);
}
END_TEST

/* Of two that come while the window is closed (from 100 ms on) the first is still taken, the second when
 * the next group has been launched; and tokens wait for that, too. */
START_TEST(window_for_messages)
{
	struct world w;

	world_open(&w, &lmdeploy_pytorch, V011 "host = { schedule_gap_ms = 0; launch_eager_ms = 4; "
		   "launch_graph_ms = 0; };");
	world_ask(&w, 0, 0, 100, 9, 9);		/* its tokens: 10, 20, ..., the last at 90 */
	world_ask(&w, 0, 0, 100, 11, 11);	/* its last at 110: held back */
	world_ask(&w, 120 * MS, 0, 100, 60, 60);
	world_ask(&w, 125 * MS, 0, 100, 60, 60);
	world_run(&w);
	STARTS(w, "P2:0-10 D2:10-20");
	ck_assert_ptr_nonnull(strstr(w.text, "D2:160-170 P1:170-180 P1:180-190 D1:190-200"));
	ck_assert_int_eq(w.request[0].t_finish, 90 * MS);
	ck_assert_int_eq(w.request[1].t_finish, 170 * MS);
	world_close(&w);
}
END_TEST

START_TEST(idle_loop_of_0_6_polls)
{
	struct world w;

	world_open(&w, &lmdeploy_pytorch, V060 "host = { idle_poll_ms = 10; schedule_gap_ms = 0; step_gap_ms = 0; "
		   "launch_eager_ms = 0; launch_graph_ms = 0; capture_ms = 60; };");
	world_ask(&w, 3 * MS, 0, 100, 1, 1);
	world_run(&w);
	STARTS(w, "P1:70-80 D1:140-150");	/* each graph is captured first */
	world_close(&w);
}
END_TEST

static void add_schedules(TCase *t)
{
	tcase_add_test(t, one_request);
	tcase_add_test(t, arrival_cuts_a_round_of_0_6);
	tcase_add_test(t, rounds_of_0_6);
	tcase_add_test(t, queue_of_prompts);
	tcase_add_loop_test(t, long_prompts_are_cut, 0, 3);
	tcase_add_test(t, newcomer_waits_for_a_locked_group);
	tcase_add_test(t, large_groups_take_turns);
	tcase_add_test(t, bubble_when_groups_merge);
	tcase_add_test(t, window_for_messages);
	tcase_add_test(t, idle_loop_of_0_6_polls);
}

static Suite *suite(void)
{
	Suite *s = suite_create("lmdeploy_pytorch");
	TCase *t = tcase_create("lmdeploy_pytorch");

	tcase_add_unchecked_fixture(t, cost_fixture_setup, cost_fixture_teardown);
	tcase_add_test(t, capacity_beside_the_runtime_estimate);
	tcase_add_test(t, prefill_tokens_are_halved_until_16_blocks_fit);
	tcase_add_test(t, session_leaves_a_block_of_the_pool);
	tcase_add_test(t, memory_verdicts);
	tcase_add_test(t, defaults_by_version_and_gpu);
	tcase_add_loop_test(t, schedule_base, 0, 3);
	tcase_add_loop_test(t, update, 0, 3);
	tcase_add_loop_test(t, evict, 0, 3);
	tcase_add_test(t, trie_counts_references);
	tcase_add_test(t, trie_evicts_leaves);
	tcase_add_loop_test(t, prompts_are_shared_after_their_first_round, 0, 3);
	tcase_add_test(t, waiting_requests_cut_rounds_by_occupancy);
	tcase_add_test(t, when_to_prefill_in_0_11);
	tcase_add_test(t, graph_sizes);
	tcase_add_test(t, lm_head_on_all_tokens_in_0_6);
	add_schedules(t);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return harness_run(suite());
}

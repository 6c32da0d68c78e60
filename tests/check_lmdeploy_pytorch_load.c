/* LMDeploy's PyTorch engine: instances, clients who leave, its words, invariants under random load. */
#include "config.h"

#include "lmdeploy_world.h"

#include "core/rng.h"
#include "cost_fixture.h"
#include "harness.h"

#define V060	"version = \"0.6.0\"; "
#define V061	"version = \"0.6.1\"; "
#define V011	"version = \"0.11.0\"; "

/* ---- the pool of engine instances (rules 4.2) */

START_TEST(slots_first_come_first_served)
{
	struct world w;

	world_open(&w, &lmdeploy_pytorch, V011 "max_batch_size = 1; prefill_interval = 2; " PT_NO_HOST);
	w.fifo = true;
	for (int i = 0; i < 3; i++)
		world_ask(&w, i * MS, 0, 10, 3, 3);
	world_run(&w);
	/* over at 30, back at 31 */
	ck_assert_str_eq(w.text, "P1:0-10 D1:10-20 D1:20-30 P1:31-41 D1:41-51 D1:51-61 P1:62-72 "
			 "D1:72-82 D1:82-92");
	ck_assert_uint_eq(w.most_rows, 1);
	world_close(&w);
}
END_TEST

/* The instance is back at 41 ms.  The second looks at 5, 105; the third at 20, 120, 220: a newcomer
 * finds it before both. */
START_TEST(slots_polled_in_0_6)
{
	struct world w;

	world_open(&w, &lmdeploy_pytorch, V060 "max_batch_size = 1; " PT_NO_HOST);
	world_ask(&w, 0, 0, 10, 3, 3);
	world_ask(&w, 5 * MS, 0, 10, 1, 1);
	world_ask(&w, 20 * MS, 0, 10, 1, 1);
	world_ask(&w, 50 * MS, 0, 10, 1, 1);
	world_run(&w);
	ck_assert_str_eq(w.text, "P1:0-10 D1:10-20 D1:20-30 D1:30-40 P1:50-60 D1:60-70 P1:105-115 "
			 "D1:115-125 P1:220-230 D1:230-240");
	world_close(&w);
}
END_TEST

/* ---- clients who leave */

static const char *const version_flags[] = { V060, V061, V011 };

START_TEST(cancelled_requests_end)
{
	struct world w;
	struct request *running, *waiting, *other;
	char flags[1024];

	snprintf(flags, sizeof(flags), "%s max_batch_size = 1; " PT_NO_HOST, version_flags[_i]);
	world_open(&w, &lmdeploy_pytorch, flags);
	running = world_ask(&w, 0, 0, 10, 100, 100);
	waiting = world_ask(&w, 1 * MS, 0, 10, 100, 100);
	other = world_ask(&w, 2 * MS, 0, 10, 3, 3);
	world_cancel(&w, 35 * MS, running);
	world_cancel(&w, 5 * MS, waiting);
	world_run(&w);
	ck_assert_int_eq(running->end, REQUEST_TIMEOUT);
	ck_assert_int_eq(running->t_finish, 35 * MS);
	ck_assert_int_eq(waiting->end, REQUEST_TIMEOUT);
	ck_assert_int_eq(waiting->t_finish, 5 * MS);
	ck_assert_int_eq(other->end, REQUEST_OK);
	world_close(&w);
}
END_TEST

START_TEST(session_length_ends_and_rejects)
{
	struct world w;
	struct request *cut, *bad;

	world_open(&w, &lmdeploy_pytorch, "session_len = 1000; " PT_NO_HOST);
	cut = world_ask(&w, 0, 0, 990, 50, 50);
	bad = world_ask(&w, 0, 0, 1000, 50, 50);
	world_run(&w);
	ck_assert_uint_eq(cut->output_done, 10);
	ck_assert_int_eq(cut->end, REQUEST_OK);
	ck_assert_int_eq(bad->end, REQUEST_REJECTED);
	ck_assert_uint_eq(engine_lmdeploy_pytorch.longest_request(&w.pt_params, 100000), 999);
	world_close(&w);
}
END_TEST

/* ---- the engine's words */

START_TEST(log_lines)
{
	struct pass_record prefill = { .kind = PASS_PREFILL, .prefill_rows = 2, .new_tokens = 34 };
	struct pass_record decode = { .kind = PASS_DECODE, .decode_rows = 7 };
	struct world w;
	char line[300];

	world_open(&w, &lmdeploy_pytorch, V060 PT_NO_HOST);
	w.pt->current = &w.pt->group[0];
	ck_assert_uint_gt(pt_log_line(w.pt, &prefill, 0, line, sizeof(line)), 0);
	ck_assert_str_eq(line, "<ForwardTask>: batch_size=2 num_tokens=34");
	w.pt->current->done = 1;		/* the round goes on */
	ck_assert_uint_eq(pt_log_line(w.pt, &decode, 0, line, sizeof(line)), 0);
	ck_assert_uint_gt(pt_log_start(w.pt, line, sizeof(line)), 0);
	ck_assert_ptr_nonnull(strstr(line, "block_size=64, num_gpu_blocks=22"));
	world_close(&w);
	world_open(&w, &lmdeploy_pytorch, V011 PT_NO_HOST);
	w.pt->current = &w.pt->group[0];
	ck_assert_uint_gt(pt_log_line(w.pt, &decode, 0, line, sizeof(line)), 0);
	ck_assert_str_eq(line, "<ForwardTask> rank[0]: batch_size=7 num_tokens=7 is_decoding=True");
	world_close(&w);
}
END_TEST

/* ---- invariants under random load; the world checks blocks, slots, tokens, order and causes */

static const struct regime {
	const char *flags;
	uint64_t pool;			/* blocks; 0: plenty.  Else memory is short */
	bool host;			/* with the default host times */
} regimes[] = {
	{ V060, 0, false },
	{ V060 "max_batch_size = 6; ", 0, true },
	{ V061 "max_prefill_token_num = 256; ", 0, false },
	{ V061 "enable_prefix_caching = true; cache_block_seq_len = 16; ", 0, true },
	{ V011, 0, false },
	{ V011 "max_batch_size = 6; ", 0, true },
	{ V011 "max_batch_size = 16; max_prefill_token_num = 256; ", 0, true },
	{ V011 "enable_prefix_caching = true; cache_block_seq_len = 16; ", 0, true },
	{ V060, 14, false },
	{ V060 "cache_block_seq_len = 16; max_batch_size = 30; ", 50, true },
	{ V061, 14, true },
	{ V061 "cache_block_seq_len = 16; enable_prefix_caching = true; ", 50, true },
	{ V011, 14, false },
	{ V011 "cache_block_seq_len = 16; max_batch_size = 8; ", 50, true },
	{ V011 "cache_block_seq_len = 16; max_batch_size = 30; ", 50, true },
	{ V011 "cache_block_seq_len = 16; enable_prefix_caching = true; ", 50, true },
	{ V011 "max_prefill_token_num = 100; ", 14, true },
};

/* 200 requests, every tenth client leaves. */
static uint64_t fill(struct world *w, struct rng *rng, bool leave)
{
	uint64_t asked = 0;
	sim_time t = 0;

	for (int i = 0; i < 200; i++) {
		uint64_t max_new = 1 + gsl_rng_uniform_int(&rng->gsl, 60);
		bool full = gsl_rng_uniform_int(&rng->gsl, 2);
		uint64_t output = full ? max_new : 1 + gsl_rng_uniform_int(&rng->gsl, max_new);
		uint64_t shared = gsl_rng_uniform_int(&rng->gsl, 3) * 50;
		struct request *r;

		t += (sim_time)gsl_rng_uniform_int(&rng->gsl, 60) * MS;
		r = world_ask(w, t, shared, 1 + gsl_rng_uniform_int(&rng->gsl, 230), max_new, output);
		asked += output;
		if (leave && i % 10 == 0)
			world_cancel(w, t + MS + (sim_time)gsl_rng_uniform_int(&rng->gsl, 1000) * MS, r);
	}
	return asked;
}

static size_t random_load(const struct regime *g, uint64_t seed, bool leave)
{
	struct world w;
	struct rng rng;
	char flags[1024];
	uint64_t asked;
	size_t retractions;

	snprintf(flags, sizeof(flags), "%s%s", g->flags, g->host ? "" : PT_NO_HOST);
	world_open(&w, &lmdeploy_pytorch, flags);
	if (g->pool > 0)
		world_pool(&w, g->pool);
	rng_init(&rng, seed, 0, "random_load", 0);
	asked = fill(&w, &rng, leave);
	/* polled instances go to whoever looks first */
	w.fifo = g->pool == 0 && !leave && (w.pt->v011 || w.pt_params.max_batch_size == 128);
	world_run(&w);
	for (size_t i = 0; i < w.n && !leave; i++) {
		ck_assert_int_eq(w.request[i].end, REQUEST_OK);
		ck_assert_uint_eq(w.request[i].output_done, w.request[i].output_len);
	}
	if (!leave)
		ck_assert_uint_eq(w.tokens, asked);	/* preempted ones, too, end with theirs */
	retractions = w.retractions;
	world_close(&w);
	return retractions;
}

START_TEST(random_loads_lose_nothing)
{
	const struct regime *g = &regimes[_i];
	uint64_t seed = harness_seed();
	size_t retractions = 0;

	for (uint64_t i = 0; i < 10; i++) {
		retractions += random_load(g, seed + i, false);
		random_load(g, seed + 100 + i, true);
	}
	ck_assert_int_eq(retractions > 0, g->pool > 0);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("lmdeploy_pytorch_load");
	TCase *t = tcase_create("lmdeploy_pytorch_load");

	tcase_set_timeout(t, 120);
	tcase_add_unchecked_fixture(t, cost_fixture_setup, cost_fixture_teardown);
	tcase_add_test(t, slots_first_come_first_served);
	tcase_add_test(t, slots_polled_in_0_6);
	tcase_add_loop_test(t, cancelled_requests_end, 0, 3);
	tcase_add_test(t, session_length_ends_and_rejects);
	tcase_add_test(t, log_lines);
	tcase_add_loop_test(t, random_loads_lose_nothing, 0,
			    (int)(sizeof(regimes) / sizeof(regimes[0])));
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return harness_run(suite());
}

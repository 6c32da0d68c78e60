/* TurboMind under load: the pool of instances, clients who leave, invariants under random load. */
#include "config.h"

#include "lmdeploy_world.h"

#include "core/rng.h"
#include "cost_fixture.h"
#include "harness.h"
#include "run/run.h"
#include "run/scenario.h"
#include "run_asserts.h"

#define NEW "version = \"0.11.0\"; "

/* ---- the pool of engine instances (rules 4.2) */

START_TEST(slots_first_come_first_served)
{
	struct world w;

	world_open(&w, &turbomind, NEW "max_batch_size = 1; " TM_NO_HOST);
	w.fifo = true;
	for (int i = 0; i < 3; i++)
		world_ask(&w, i * MS, 0, 10, 3, 3);
	world_run(&w);
	/* four passes each, then 1 ms until the instance is back */
	ck_assert_str_eq(w.text, "P0-10 D10-20 D20-30 D30-40 P41-51 D51-61 D61-71 D71-81 "
			 "P82-92 D92-102 D102-112 D112-122");
	ck_assert_uint_eq(w.most_rows, 1);
	world_close(&w);
}
END_TEST

/* The instance is back at 41 ms.  The second looks at 20, 120, ...; the third at 5, 105: it is first. */
START_TEST(slots_polled_in_0_6_0)
{
	struct world w;

	world_open(&w, &turbomind, "max_batch_size = 1; " TM_NO_HOST);
	world_ask(&w, 0, 0, 10, 3, 3);
	world_ask(&w, 5 * MS, 0, 10, 1, 1);
	world_ask(&w, 20 * MS, 0, 10, 1, 1);
	world_ask(&w, 50 * MS, 0, 10, 1, 1);	/* a newcomer finds it before both */
	world_run(&w);
	ck_assert_str_eq(w.text, "P0-10 D10-20 D20-30 D30-40 P50-60 D60-70 P105-115 D115-125 "
			 "P220-230 D230-240");
	world_close(&w);
}
END_TEST

/* An instance that a running engine frees is taken again one iteration late. */
START_TEST(successor_joins_two_iterations_later)
{
	struct world w;

	world_open(&w, &turbomind, NEW "max_batch_size = 2; " TM_NO_HOST);
	world_ask(&w, 0, 0, 10, 10, 10);
	world_ask(&w, 0, 0, 10, 2, 2);		/* ends at 30 */
	world_ask(&w, 0, 0, 10, 2, 2);
	world_run(&w);
	ck_assert(strstr(w.text, "P0-10 D10-20 D20-30 D30-40 M40-50"));
	world_close(&w);
}
END_TEST

/* ---- clients who leave */

static const char *const version_flags[] = { "", NEW };

START_TEST(cancelled_requests_end)
{
	struct world w;
	struct request *running, *waiting, *other;
	char flags[512];

	snprintf(flags, sizeof(flags), "%s max_batch_size = 1; " TM_NO_HOST, version_flags[_i]);
	world_open(&w, &turbomind, flags);
	running = world_ask(&w, 0, 0, 10, 100, 100);
	waiting = world_ask(&w, 1 * MS, 0, 10, 100, 100);
	other = world_ask(&w, 2 * MS, 0, 10, 3, 3);
	world_cancel(&w, 35 * MS, running);
	world_cancel(&w, 5 * MS, waiting);
	world_run(&w);
	ck_assert_int_eq(running->end, REQUEST_TIMEOUT);
	ck_assert_int_eq(running->t_finish / MS, 40);	/* with the iteration */
	ck_assert_int_eq(waiting->end, REQUEST_TIMEOUT);
	ck_assert_int_eq(waiting->t_finish, 5 * MS);
	ck_assert_int_eq(other->end, REQUEST_OK);
	world_close(&w);
}
END_TEST

/* ---- the engine's words */

START_TEST(log_lines)
{
	const struct pass_record mixed = { .kind = PASS_MIXED }, decode = { .kind = PASS_DECODE };
	struct world w;
	char line[200];

	world_open(&w, &turbomind, TM_NO_HOST);
	for (int i = 0; i < 4; i++)
		world_ask(&w, 0, 0, 100, 2, 2);
	world_run(&w);
	w.tm->mini[0] = (struct tm_mini){
		.n = 13, .ndecode = 10, .max_q = 800, .max_k = 800,
		.shape = { .prefill_rows = 3, .prefill_tokens = 2400, .decode_rows = 10 },
	};
	w.tm->current = 0;
	ck_assert_uint_gt(tm_log_line(w.tm, &mixed, 0, line, sizeof(line)), 0);
	ck_assert_str_eq(line, "[TM][INFO] [Forward] [0, 13), dc_bsz = 10, pf_bsz = 3, n_tok = 2410, "
			 "max_q = 800, max_k = 800");
	ck_assert_uint_eq(tm_log_line(w.tm, &decode, 0, line, sizeof(line)), 0);
	world_close(&w);
}
END_TEST

/* ---- invariants under random load; the world checks slots, memory, tokens and order in every pass */

static const struct regime {
	const char *flags;
	bool tight;			/* memory is short */
} regimes[] = {
	{ NEW, false },
	{ NEW "max_batch_size = 5; ", false },
	{ NEW "max_batch_size = 16; max_prefill_token_num = 256; session_len = 400; ", false },
	{ NEW "num_tokens_per_iter = 64; max_prefill_iters = 8; ", false },
	{ "max_batch_size = 6; ", false },
	{ "enable_prefix_caching = true; ", false },
	{ NEW "enable_prefix_caching = true; cache_block_seq_len = 16; ", false },
	{ NEW "cache_max_entry_count = 14; ", true },
	{ NEW "cache_max_entry_count = 60; cache_block_seq_len = 16; max_batch_size = 30; ", true },
	{ NEW "cache_max_entry_count = 14; max_prefill_token_num = 100; ", true },
	{ NEW "cache_max_entry_count = 14; enable_prefix_caching = true; ", true },
	{ NEW "cache_max_entry_count = 60; cache_block_seq_len = 16; enable_prefix_caching = true; "
	  "num_tokens_per_iter = 48; max_prefill_iters = 4; ", true },
};

/* 200 requests, every tenth client leaves. */
static uint64_t fill(struct world *w, struct rng *rng, bool leave)
{
	uint64_t asked = 0;
	sim_time t = 0;

	for (int i = 0; i < 200; i++) {
		uint64_t max_new = 1 + gsl_rng_uniform_int(&rng->gsl, 60);
		uint64_t stop = 1 + gsl_rng_uniform_int(&rng->gsl, max_new);
		uint64_t output = gsl_rng_uniform_int(&rng->gsl, 2) ? max_new : stop;
		uint64_t shared = gsl_rng_uniform_int(&rng->gsl, 3) * 50;
		sim_time stay = (1 + (sim_time)gsl_rng_uniform_int(&rng->gsl, 1000)) * MS;
		struct request *r;

		t += (sim_time)gsl_rng_uniform_int(&rng->gsl, 60) * MS;
		r = world_ask(w, t, shared, 1 + gsl_rng_uniform_int(&rng->gsl, 230), max_new, output);
		asked += output;
		if (leave && i % 10 == 0)
			world_cancel(w, t + stay, r);
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

	snprintf(flags, sizeof(flags), "%s" TM_NO_HOST, g->flags);
	world_open(&w, &turbomind, flags);
	rng_init(&rng, seed, 0, "random_load", 0);
	asked = fill(&w, &rng, leave);
	w.fifo = !g->tight && !leave && w.tm_params.version == TM_0_11_0;
	world_run(&w);
	for (size_t i = 0; i < w.n && !leave; i++) {
		ck_assert_int_eq(w.request[i].end, REQUEST_OK);
		ck_assert_uint_eq(w.request[i].output_done, w.request[i].output_len);
	}
	if (!leave)
		ck_assert_uint_eq(w.tokens, asked);	/* preempted ones, too, got exactly theirs */
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
	ck_assert_int_eq(retractions > 0, g->tight);
}
END_TEST

/* ---- whole runs: every request's causes add up, or the run ends with a bug */

static struct run_result *run_file(struct scenario **s, const char *name, const char *flag, const char *value)
{
	const struct scenario_override set = { .path = flag, .value = value };
	const char *data = getenv("SERVESIM_DATA");
	struct diag errors;
	struct run_result *r;
	char path[512];

	diag_init(&errors);
	snprintf(path, sizeof(path), "%s/%s", data ? data : ".", name);
	*s = scenario_load(path, &set, 1, &errors);
	diag_print(&errors, stdout);
	ck_assert_ptr_nonnull(*s);
	diag_release(&errors);
	r = run_scenario(*s, &(struct run_options){ .threads = 1 });
	all_pass(r);
	return r;
}

static const char *const caching[] = { "false", "true" };

START_TEST(causes_add_up_under_pressure)
{
	struct scenario *s;
	struct run_result *r = run_file(&s, "tests/data/turbomind-tight.cfg", "engine.enable_prefix_caching",
					caching[_i]);

	ck_assert_double_gt(mean(r, 0, M_retractions), 10);
	run_result_free(r);
	scenario_free(s);
}
END_TEST

/* doc/calibration.md */
START_TEST(v5_is_met)
{
	struct scenario *s;
	struct run_result *r = run_file(&s, "scenarios/v5-lmdeploy.cfg", "run.replications", "20");

	ck_assert_uint_eq(r->nmeasured, 15);
	ck_assert_double_lt(r->mean_abs_error_pct, 4.0);
	run_result_free(r);
	scenario_free(s);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("turbomind_load");
	TCase *t = tcase_create("turbomind_load");

	tcase_set_timeout(t, 120);
	tcase_add_unchecked_fixture(t, cost_fixture_setup, cost_fixture_teardown);
	tcase_add_test(t, slots_first_come_first_served);
	tcase_add_test(t, slots_polled_in_0_6_0);
	tcase_add_test(t, successor_joins_two_iterations_later);
	tcase_add_loop_test(t, cancelled_requests_end, 0, 2);
	tcase_add_test(t, log_lines);
	tcase_add_loop_test(t, causes_add_up_under_pressure, 0, 2);
	tcase_add_test(t, v5_is_met);
	tcase_add_loop_test(t, random_loads_lose_nothing, 0,
			    (int)(sizeof(regimes) / sizeof(regimes[0])));
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return harness_run(suite());
}

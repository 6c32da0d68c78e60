/* check_mechanisms.c - each mechanism that is switched off does what its help says, and nothing else. */
#include "config.h"

#include "run/run.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"

#include "harness.h"

static struct diag errors;

/* Two replications of a scenario of the tree; `set`: path, value, path, value, ..., NULL. */
static struct scenario *load(const char *name, const char *const *set, const char *without)
{
	struct scenario_override o[16] = { { "run.replications", "2", NULL } };
	const char *data = getenv("SERVESIM_DATA");
	char *path = xasprintf("%s/scenarios/%s.cfg", data ? data : "..", name);
	struct scenario *s;
	size_t n = 1;

	for (; set && *set; set += 2)
		o[n++] = (struct scenario_override){ set[0], set[1], NULL };
	o[n++] = (struct scenario_override){ "without", without, "--without" };
	diag_init(&errors);
	s = scenario_load(path, o, n, &errors);
	diag_print(&errors, stderr);
	ck_assert_ptr_nonnull(s);
	diag_release(&errors);
	free(path);
	return s;
}

struct outcome {			/* of the last level */
	double metric[METRICS], cause_ms[CAUSES];
	double prefill_ms, decode_ms;	/* mean pass */
	uint64_t digest;
};

static struct outcome outcome(const char *name, const char *const *set, const char *without)
{
	const struct run_options options = { .threads = 1 };
	struct scenario *s = load(name, set, without);
	struct run_result *r = run_scenario(s, &options);
	const struct level_result *l = &r->level[r->nlevels - 1];
	struct outcome o = { .digest = r->digest };

	ck_assert(!r->hang);
	for (size_t i = 0; i < r->nlevels; i++)
		for (size_t k = 0; k < r->level[i].nchecks; k++)
			ck_assert_msg(r->level[i].check[k].pass, "%s: %s", without, r->level[i].check[k].text);
	for (int m = 0; m < METRICS; m++)
		o.metric[m] = l->metric[m].n > 0 ? l->metric[m].mean : (double)NAN;
	for (int c = 0; c < CAUSES; c++)
		o.cause_ms[c] = l->cause_ms[c].mean;
	o.prefill_ms = l->pass_ms[PASS_PREFILL].mean;
	o.decode_ms = l->pass_ms[PASS_DECODE].mean;
	run_result_free(r);
	scenario_free(s);
	return o;
}

static const char *const five_users[] = { "workload.users", "5", "workload.warmup.idle_s", "0.5", NULL };
/* A pool that is too small by far, so that memory is what decides. */
static const char *const little_memory[] = {
	"workload.users", "[40]", "workload.sessions_per_user", "1", "engine.max_total_tokens", "20000", NULL
};

static struct outcome small(const char *without)
{
	return outcome("v5-sglang", five_users, without);
}

static struct outcome tight(const char *without)
{
	return outcome("multiturn", little_memory, without);
}

START_TEST(nothing_off_changes_nothing)
{
	ck_assert_uint_eq(small("").digest, small(",").digest);
}
END_TEST

START_TEST(without_api_the_client_waits_for_the_engine_only)
{
	struct outcome with = small(""), o = small("api");

	ck_assert(with.cause_ms[CAUSE_CLIENT] > 1);
	ck_assert(o.cause_ms[CAUSE_CLIENT] == 0);
	ck_assert(fabs(o.decode_ms - with.decode_ms) < 0.1);
}
END_TEST

START_TEST(without_bookkeeping_the_host_has_less_to_do)
{
	struct outcome with = tight("kv_limit"), o = tight("kv_limit,cache_bookkeeping");

	ck_assert(o.cause_ms[CAUSE_HOST] < with.cause_ms[CAUSE_HOST]);
	ck_assert(fabs(o.metric[M_cache_hit_rate] - with.metric[M_cache_hit_rate]) < 0.02);
}
END_TEST

START_TEST(without_misses_prompts_cost_one_token)
{
	struct outcome with = tight("kv_limit"), o = tight("kv_limit,cache_misses");

	ck_assert(o.prefill_ms < with.prefill_ms * 0.75);
	ck_assert(fabs(o.metric[M_cache_hit_rate] - with.metric[M_cache_hit_rate]) < 0.05);
	ck_assert(fabs(o.metric[M_kv_usage_mean] - with.metric[M_kv_usage_mean]) <= with.metric[M_kv_usage_mean]);
}
END_TEST

/* The benchmark's prompts are in the cache after the warm-up, but for the last token. */
START_TEST(without_misses_a_full_cache_is_as_before)
{
	static const char *const hot[] = { "workload.users", "5", "workload.warmup.requests_per_user", "40", NULL };

	ck_assert_double_eq_tol(outcome("v5-sglang", hot, "").metric[M_e2e_ms_mean],
				outcome("v5-sglang", hot, "cache_misses").metric[M_e2e_ms_mean], 0.5);
}
END_TEST

START_TEST(without_the_limit_memory_never_matters)
{
	struct outcome with = tight(""), o = tight("kv_limit");

	ck_assert(with.metric[M_evicted_tokens] > 0);
	ck_assert(with.metric[M_kv_usage_peak] > 0.9);
	ck_assert(o.metric[M_evicted_tokens] == 0);
	ck_assert(o.metric[M_retractions] == 0);
	ck_assert(o.metric[M_kv_usage_peak] < 1e-6);
	ck_assert(o.cause_ms[CAUSE_QUEUE] < with.cause_ms[CAUSE_QUEUE]);
}
END_TEST

START_TEST(without_stalls_prefill_takes_no_gpu_time)
{
	struct outcome o = small("prefill_stalls");

	ck_assert(o.cause_ms[CAUSE_STALL] == 0);
	ck_assert(o.cause_ms[CAUSE_OWN_PREFILL] == 0);
	ck_assert(o.prefill_ms == 0);
	ck_assert(o.cause_ms[CAUSE_HOST] > 0);
}
END_TEST

START_TEST(without_stalls_a_mixed_pass_is_a_decode_pass)
{
	static const char *const mixed[] = { "engine.enable_mixed_chunk", "true", "workload.users", "[40]",
					     "workload.sessions_per_user", "1", NULL };
	struct outcome o = outcome("multiturn", mixed, "prefill_stalls");

	ck_assert(outcome("multiturn", mixed, "").cause_ms[CAUSE_STALL] > 0);
	ck_assert(o.cause_ms[CAUSE_STALL] == 0);
}
END_TEST

START_TEST(without_gaps_the_host_takes_no_time)
{
	struct outcome with = small(""), o = small("host_gaps");

	ck_assert(with.cause_ms[CAUSE_HOST] > 50);
	ck_assert(o.cause_ms[CAUSE_HOST] < 1e-3);
}
END_TEST

START_TEST(ideal_kernels_read_and_do_nothing_else)
{
	struct scenario *s = load("v5-sglang", NULL, "kernels");
	const struct pass_shape shape = { .decode_rows = 10, .decode_context = 1000, .sampled_rows = 10,
					  .padded_rows = 16, .launch_ms = 50 };
	double weights = cost_weight_bytes(s->cost), kv = 1000 * model_kv_bytes_per_token(&s->model, 1);
	struct pass_cost c;

	cost_of(s->cost, &shape, &c);
	ck_assert_double_eq_tol(c.bytes, weights + kv, 1);
	ck_assert_double_eq_tol(c.total_ns, (weights + kv) / s->gpu.bandwidth_gb_s, 1);
	ck_assert_double_eq_tol(weights / 1e9, 15.01, 0.01);	/* (32 x 218103808 + 128256 x 4096) x 2 bytes */
	cost_of(s->cost, &(struct pass_shape){ 0 }, &c);
	ck_assert(c.total_ns == 0);
	scenario_free(s);
}
END_TEST

/* (name in any order, the file's key and the option together) */
START_TEST(sets_add_up)
{
	static const char *const set[] = { "without", "\"api\"", NULL };
	struct scenario *s = load("v5-sglang", set, "kernels, api");

	ck_assert_uint_eq(s->without, 1u << MECHANISM_API | 1u << MECHANISM_KERNELS);
	scenario_free(s);
}
END_TEST

/* What holds for every engine, by its scenario; 0.11.0 of the PyTorch backend hands out tokens in bursts by rule, so
 * host gaps do not vanish there. */
START_TEST(every_engine_can_do_without)
{
	static const char *const name[] = { "v5-sglang", "v5-lmdeploy", "v5-lmdeploy-pytorch" };
	static const char *const many[] = { "workload.users", "40", NULL };
	struct outcome all = outcome(name[_i], many, "");
	struct outcome api = outcome(name[_i], many, "api");
	struct outcome stalls = outcome(name[_i], many, "prefill_stalls");
	struct outcome gaps = outcome(name[_i], many, "host_gaps");
	struct outcome kernels = outcome(name[_i], many, "kernels");
	struct outcome limit = outcome(name[_i], many, "kv_limit");

	ck_assert_double_gt(all.cause_ms[CAUSE_CLIENT], 1.0);
	ck_assert_double_eq_tol(api.cause_ms[CAUSE_CLIENT], 0.0, 1e-9);
	ck_assert_double_gt(all.cause_ms[CAUSE_STALL], 1.0);
	ck_assert_double_eq_tol(stalls.cause_ms[CAUSE_STALL], 0.0, 1e-9);
	ck_assert_double_gt(all.cause_ms[CAUSE_HOST], 20.0);
	ck_assert_double_lt(gaps.cause_ms[CAUSE_HOST], 0.2 * all.cause_ms[CAUSE_HOST]);
	ck_assert_double_lt(kernels.decode_ms, 0.85 * all.decode_ms);
	ck_assert_double_eq_tol(limit.metric[M_retractions] + limit.metric[M_evicted_tokens], 0.0, 1e-9);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("mechanisms");
	TCase *t = tcase_create("mechanisms");

	tcase_set_timeout(t, 120);
	tcase_add_test(t, nothing_off_changes_nothing);
	tcase_add_test(t, without_api_the_client_waits_for_the_engine_only);
	tcase_add_test(t, without_bookkeeping_the_host_has_less_to_do);
	tcase_add_test(t, without_misses_prompts_cost_one_token);
	tcase_add_test(t, without_misses_a_full_cache_is_as_before);
	tcase_add_test(t, without_the_limit_memory_never_matters);
	tcase_add_test(t, without_stalls_prefill_takes_no_gpu_time);
	tcase_add_test(t, without_stalls_a_mixed_pass_is_a_decode_pass);
	tcase_add_test(t, without_gaps_the_host_takes_no_time);
	tcase_add_test(t, ideal_kernels_read_and_do_nothing_else);
	tcase_add_test(t, sets_add_up);
	tcase_add_loop_test(t, every_engine_can_do_without, 0, 3);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return harness_run(suite());
}

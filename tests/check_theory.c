/* check_theory.c - queueing theory, met by the real engine.
 *
 * One request at a time, no cache, no host times, every pass 10 ms: a queue with
 * one server and Poisson arrivals.  The mean wait is (Pollaczek 1930, Khinchine 1932)
 *
 *   W = lambda E[S^2] / (2 (1 - rho))
 *
 *   one token a request      S = 10 ms: M/D/1, W = rho S / (2 (1 - rho))
 *   geometric(1/m) tokens    E[S^2] = (2 m^2 - m) (10 ms)^2; for large m M/M/1, W = rho E[S] / (1 - rho)
 *
 * The first requests of a replication are not counted.  Seeds are fixed, so the
 * tests say the same every time; the theory must lie in the 95% interval.
 */
#include "config.h"

#include <math.h>

#include "engine/sglang.h"
#include "fixture.h"
#include "run_asserts.h"

#define PASS_S		0.010		/* fixture.h */
#define REPLICATIONS	12

static struct sg_params server(void)
{
	return (struct sg_params){
		.version = SG_0_4_9, .mem_fraction_static = 0.9, .context_length = 8192,
		.max_total_tokens = 100000, .max_running_requests = 1, .chunked_prefill_size = 8192,
		.max_prefill_tokens = 16384, .page_size = 1, .cuda_graph_max_bs = 8, .max_graph = 8,
		.tp_size = 1, .stream_interval = 1, .decode_log_interval = 40, .schedule_conservativeness = 1,
		.disable_radix_cache = true, .disable_overlap_schedule = true,
		.clip_max_new_tokens_estimation = 4096, .init_new_token_ratio = 0.7,
		.min_new_token_ratio_factor = 0.14, .new_token_ratio_decay_steps = 600,
	};
}

struct load { double rho, output_mean; uint64_t n; };

/* What comes out at this load, with the checks of every run: Little's law is one. */
static struct run_result *run_at(const struct load *load)
{
	struct poisson_params w = { .rate = load->rho / (load->output_mean * PASS_S), .warmup = load->n / 5,
				    .n = load->n, .output_mean = load->output_mean };
	struct sg_params e = server();
	struct scenario s;
	struct run_result *r;

	fixture_init(&s, engine_find("sglang"), &e, &poisson_workload, &w, REPLICATIONS);
	r = fixture_run(&s, 0);
	ck_assert(!r->hang);
	all_pass(r);
	fixture_release(&s);
	return r;
}

static void wait_is(const struct load *load, double theory_ms)
{
	struct run_result *r = run_at(load);
	const struct level_result *l = &r->level[0];
	const struct summary *wait = &l->cause_ms[CAUSE_QUEUE], *busy = &l->metric[M_gpu_busy_pct];

	printf("rho %.2f, %g tokens: wait %.4g ms, 95%% interval [%.4g, %.4g], theory %.4g; busy %.1f%%\n",
	       load->rho, load->output_mean, wait->mean, wait->lo, wait->hi, theory_ms, busy->mean);
	ck_assert_double_le(wait->lo, theory_ms);
	ck_assert_double_ge(wait->hi, theory_ms);
	ck_assert_double_le(wait->hi - wait->lo, 0.25 * theory_ms);	/* or anything would do */
	ck_assert_double_eq_tol(busy->mean, 100 * load->rho, 4 * load->rho);
	/* nothing else is in between: latency = wait + service */
	ck_assert_double_eq_tol(l->metric[M_e2e_ms_mean].mean - wait->mean,
				l->cause_ms[CAUSE_OWN_PREFILL].mean + l->cause_ms[CAUSE_DECODE].mean, 1e-6);
	run_result_free(r);
}

static const struct load constant[] = {
	{ 0.3, 1, 8000 }, { 0.5, 1, 10000 }, { 0.7, 1, 15000 }, { 0.9, 1, 40000 },
};
static const struct load geometric[] = { { 0.3, 50, 3000 }, { 0.6, 50, 4000 }, { 0.8, 50, 10000 } };

START_TEST(m_d_1)
{
	const struct load *load = &constant[_i];

	wait_is(load, load->rho * PASS_S * 1e3 / (2 * (1 - load->rho)));
}
END_TEST

START_TEST(m_geometric_1)
{
	const struct load *load = &geometric[_i];
	double m = load->output_mean, lambda = load->rho / (m * PASS_S);

	wait_is(load, lambda * (2 * m * m - m) * PASS_S * PASS_S / (2 * (1 - load->rho)) * 1e3);
}
END_TEST

/* Answers of 200 steps on average: so close to exponential service that M/M/1 is in the interval itself. */
START_TEST(m_m_1)
{
	const struct load load = { 0.5, 200, 1500 };

	wait_is(&load, load.rho * load.output_mean * PASS_S / (1 - load.rho) * 1e3);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("theory");
	TCase *tc = tcase_create("theory");

	tcase_add_loop_test(tc, m_d_1, 0, sizeof(constant) / sizeof(constant[0]));
	tcase_add_loop_test(tc, m_geometric_1, 0, sizeof(geometric) / sizeof(geometric[0]));
	tcase_add_test(tc, m_m_1);
	tcase_set_timeout(tc, 300);
	suite_add_tcase(s, tc);
	return harness_run(s);
}

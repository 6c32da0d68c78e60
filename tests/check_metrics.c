/* check_metrics.c - what a level counts, from a scripted run of probe calls (desk.h). */
#include "config.h"

#include <math.h>

#include "desk.h"
#include "run/level.h"

static const struct model model = { .mfu_params_billion = 8 };
static const struct gpu gpu = { .fp16_tflops = 150 };

static struct level_numbers numbers(struct desk *d, size_t i, int64_t users)
{
	const struct level_info info = { .users = users };
	struct level_numbers n;

	level_numbers_of(&d->m, i, &info, &model, &gpu, &n);
	return n;
}

#define IS(name, value)	ck_assert_double_eq_tol(n.metric[M_##name], (value), 1e-9)

START_TEST(counts_and_rates)
{
	struct desk *d = desk_new(1);
	struct level_numbers n;

	picture(d, REQUEST_OK);
	n = numbers(d, 0, 2);
	IS(duration_s, 0.095);
	IS(completed, 2);
	IS(failed, 0);
	IS(request_throughput, 2 / 0.095);
	IS(input_throughput, 80 / 0.095);
	IS(output_throughput, 6 / 0.095);
	IS(total_throughput, 86 / 0.095);
	IS(throughput_per_user, 3 / 0.095);
	IS(per_request_throughput, (4 / 0.092 + 2 / 0.065) / 2);
	IS(mfu_pct, 6 / 0.095 * 2 * 8e9 / 150e12 * 100);
	IS(cache_hit_rate, 20.0 / 80.0);
	IS(retractions, 0);
	desk_free(d);
}
END_TEST

START_TEST(latencies)
{
	struct desk *d = desk_new(1);
	struct level_numbers n;

	picture(d, REQUEST_OK);
	n = numbers(d, 0, 2);
	IS(ttft_ms_mean, (42 + 52) / 2.0);		/* A: 40 + 2; B: 82 - 30 */
	IS(ttft_ms_p50, 47);
	IS(ttft_ms_p90, 51);
	IS(e2e_ms_mean, (92 + 65) / 2.0);
	IS(client_ttft_ms_mean, (92 + 52) / 2.0);	/* A does not stream */
	IS(tpot_ms_mean, (50 / 3.0 + 13) / 2);
	/* gaps: A 20, 30, 0; B 10 */
	IS(itl_ms_mean, 15);
	IS(itl_ms_p50, 15);
	IS(itl_ms_p99, 29.7);
	ck_assert_double_eq_tol(n.ttft[0], 42, 1e-9);
	ck_assert_double_eq_tol(n.ttft[50], 47, 1e-9);
	ck_assert_double_eq_tol(n.e2e[100], 92, 1e-9);
	desk_free(d);
}
END_TEST

START_TEST(time_averages)
{
	struct desk *d = desk_new(1);
	struct level_numbers n;

	picture(d, REQUEST_OK);
	n = numbers(d, 0, 2);
	/* A runs [5, 90], B queues [35, 40] and runs [40, 90] */
	IS(running_mean, (85 + 50) / 95.0);
	IS(queued_mean, 5 / 95.0);
	IS(gpu_busy_pct, 100 * 80 / 95.0);
	IS(power_w, (80 * 200 + 15 * 100) / 95.0);
	IS(tokens_per_watt, (6 / 0.095) / ((80 * 200 + 15 * 100) / 95.0));
	/* used: 20 from 5, 21 from 35, 81 from 40, 83 from 60, nothing from 90 */
	IS(kv_usage_peak, 0.083);
	IS(kv_usage_mean, (0.020 * 30 + 0.021 * 5 + 0.081 * 20 + 0.083 * 30) / 95);
	desk_free(d);
}
END_TEST

START_TEST(passes_and_causes)
{
	struct desk *d = desk_new(1);
	struct level_numbers n;

	picture(d, REQUEST_OK);
	n = numbers(d, 0, 2);
	ck_assert_double_eq(n.passes[PASS_PREFILL], 2);
	ck_assert_double_eq(n.passes[PASS_DECODE], 2);
	ck_assert_double_eq(n.passes[PASS_MIXED], 0);
	ck_assert(isnan(n.pass_ms[PASS_MIXED]));
	ck_assert_double_eq(n.pass_ms[PASS_PREFILL], 25);
	ck_assert_double_eq_tol(n.pass_share[PASS_PREFILL], 50 / 80.0, 1e-12);
	ck_assert_double_eq_tol(n.part_share[PART_LINEAR], 0.75, 1e-12);
	/* A: client 5 + 2, queue 5, own 30, decode 30, stall 20
	 * B: client 5 + 5, queue 25, own 20, decode 10 */
	ck_assert_double_eq_tol(n.cause_ms[CAUSE_CLIENT], (7 + 10) / 2.0, 1e-12);
	ck_assert_double_eq_tol(n.cause_ms[CAUSE_QUEUE], (5 + 25) / 2.0, 1e-12);
	ck_assert_double_eq_tol(n.cause_ms[CAUSE_OWN_PREFILL], 25, 1e-12);
	ck_assert_double_eq_tol(n.cause_ms[CAUSE_DECODE], 20, 1e-12);
	ck_assert_double_eq_tol(n.cause_ms[CAUSE_STALL], 10, 1e-12);
	ck_assert_double_eq_tol(n.ttft_cause_ms[CAUSE_OWN_PREFILL], 25, 1e-12);
	ck_assert_double_eq_tol(n.ttft_cause_ms[CAUSE_CLIENT], (5 + 2 + 5 + 2) / 2.0, 1e-12);
	desk_free(d);
}
END_TEST

/* Latencies, gaps and tokens of a failed request count nowhere; its existence does. */
START_TEST(failed_requests)
{
	struct desk *d = desk_new(1);
	struct level_numbers n;

	picture(d, REQUEST_TIMEOUT);
	n = numbers(d, 0, 2);
	IS(completed, 1);
	IS(failed, 1);
	IS(duration_s, 0.092);
	IS(output_throughput, 4 / 0.092);
	IS(e2e_ms_p99, 92);
	IS(itl_ms_mean, 50 / 3.0);
	IS(tpot_ms_mean, 50 / 3.0);
	ck_assert_uint_eq(n.audit.sampled, 6);
	ck_assert_uint_eq(n.audit.delivered, 6);
	ck_assert_int_eq(n.audit.explained_ns, n.audit.latency_ns);
	desk_free(d);
}
END_TEST

/* A rejected prompt was never looked up; a client that gave up had its hits. */
START_TEST(hits_of_failed_requests)
{
	static const struct { enum request_end end; double rate; } c[] = {
		{ REQUEST_REJECTED, 5 / 20.0 }, { REQUEST_TIMEOUT, 20 / 80.0 },
	};

	for (size_t i = 0; i < 2; i++) {
		struct desk *d = desk_new(1);
		struct level_numbers n;

		picture(d, c[i].end);
		n = numbers(d, 0, 2);
		IS(cache_hit_rate, c[i].rate);
		ck_assert_uint_eq(d->m.level[0].prompt_tokens, i ? 80 : 20);
		desk_free(d);
	}
}
END_TEST

START_TEST(audit_has_two_sides)
{
	struct desk *d = desk_new(1);
	struct level_numbers n;

	picture(d, REQUEST_OK);
	n = numbers(d, 0, 2);
	ck_assert_int_eq(n.audit.in_server_ns, (85 + 55) * MS);
	ck_assert_int_eq(n.audit.sojourn_ns, (85 + 55) * MS);
	ck_assert_int_eq(n.elapsed, 95 * MS);
	ck_assert_int_eq(n.busy, 80 * MS);
	ck_assert_int_eq(n.idle, 15 * MS);
	ck_assert_uint_eq(n.audit.ended, 2);
	ck_assert_uint_eq(n.audit.asked, 6);
	ck_assert_uint_eq(n.audit.received, 6);
	desk_free(d);
}
END_TEST

/* The window ends in the middle of a pass, with another one launched behind it. */
START_TEST(window_cuts_passes)
{
	struct desk *d = desk_new(2);
	const struct pass_record *p;
	struct level_numbers n;

	sent(d, 0, 0, 10, 1, false);
	arrives(d, 0, 0);
	p = launched(d, PASS_PREFILL, 0, 10, 0, 900);
	prefills(d, 0, p, 0, false);
	launched(d, PASS_DECODE, 12, 20, 10, 900);
	token(d, 0, p, 10);
	finishes(d, 0, p, 10);
	launched(d, PASS_DECODE, 20, 40, 12, 900);
	told(d, 0, 15, REQUEST_OK);
	n = numbers(d, 0, 0);
	ck_assert_int_eq(n.busy, 13 * MS);
	ck_assert_int_eq(n.idle, 2 * MS);
	IS(power_w, (13 * 200 + 2 * 100) / 15.0);
	ck_assert(isnan(n.metric[M_throughput_per_user]));
	n = numbers(d, 1, 0);			/* never begun: nothing at all */
	for (int i = 0; i < METRICS; i++)
		ck_assert(isnan(n.metric[i]));
	desk_free(d);
}
END_TEST

/* Level 1 begins while a pass of level 0 is on the GPU; hits of a second admission do not count. */
START_TEST(levels_and_retraction)
{
	struct desk *d = desk_new(2);
	const struct pass_record *p;
	struct level_numbers n;

	sent(d, 0, 0, 10, 1, false);
	arrives(d, 0, 0);
	p = launched(d, PASS_PREFILL, 0, 10, 0, 900);
	prefills(d, 0, p, 4, false);
	d->m.probe.ops->retract(&d->m, &d->r[0], p, 10 * MS);
	metrics_level(&d->m, 1);
	d->m.probe.ops->evict(&d->m, 77, 10 * MS);
	p = launched(d, PASS_PREFILL, 15, 20, 15, 900);
	prefills(d, 0, p, 8, true);
	token(d, 0, p, 20);
	finishes(d, 0, p, 20);
	told(d, 0, 20, REQUEST_OK);
	n = numbers(d, 0, 0);
	IS(retractions, 1);
	IS(evicted_tokens, 0);
	IS(cache_hit_rate, 0.4);
	IS(running_mean, 15 / 20.0);
	IS(queued_mean, 5 / 20.0);
	ck_assert_double_eq(n.cause_ms[CAUSE_RECOMPUTE], 10);
	ck_assert_double_eq(n.passes[PASS_PREFILL], 1);
	ck_assert_uint_eq(d->m.level[1].evicted, 77);
	ck_assert_uint_eq(d->m.level[1].passes[PASS_PREFILL], 1);
	desk_free(d);
}
END_TEST

/* An answer cut at the context limit is allowed; one cut elsewhere shows. */
START_TEST(short_answers)
{
	for (uint64_t longest = 11; longest <= 12; longest++) {
		struct desk *d = desk_new(1);
		const struct pass_record *p;

		d->m.longest = longest;
		sent(d, 0, 0, 10, 3, false);
		arrives(d, 0, 0);
		p = launched(d, PASS_PREFILL, 0, 10, 0, 900);
		prefills(d, 0, p, 0, false);
		token(d, 0, p, 10);
		finishes(d, 0, p, 10);
		told(d, 0, 10, REQUEST_OK);
		ck_assert_uint_eq(d->m.level[0].audit.asked, 3);
		ck_assert_uint_eq(d->m.level[0].audit.received, 1);
		ck_assert_uint_eq(d->m.level[0].audit.cut, longest == 11 ? 2 : 0);
		desk_free(d);
	}
}
END_TEST

START_TEST(wrong_memory_shows)
{
	struct desk *d = desk_new(1);

	launched(d, PASS_PREFILL, 0, 10, 0, 900);
	launched(d, PASS_PREFILL, 10, 20, 0, 901);	/* free + evictable = 1001 of 1000 */
	ck_assert_uint_eq(d->m.level[0].audit.passes, 2);
	ck_assert_uint_eq(d->m.level[0].audit.kv_wrong, 1);
	desk_free(d);
}
END_TEST

START_TEST(names)
{
	ck_assert_int_eq(metric_find("output_throughput"), M_output_throughput);
	ck_assert_int_eq(metric_find("ttft_ms.p95"), M_ttft_ms_p95);
	ck_assert_int_eq(metric_find("client_ttft_ms.mean"), M_client_ttft_ms_mean);
	ck_assert_int_eq(metric_find("ttft_ms"), -1);
	ck_assert_int_eq(metric_find(""), -1);
	for (int i = 0; i < METRICS; i++)
		ck_assert_int_eq(metric_find(metric_info[i].name), i);
	for (int c = 0; c < CAUSES; c++)
		ck_assert(cause_name[c] && cause_label[c]);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("metrics");
	TCase *tc = tcase_create("metrics");

	tcase_add_test(tc, counts_and_rates);
	tcase_add_test(tc, latencies);
	tcase_add_test(tc, time_averages);
	tcase_add_test(tc, passes_and_causes);
	tcase_add_test(tc, failed_requests);
	tcase_add_test(tc, hits_of_failed_requests);
	tcase_add_test(tc, audit_has_two_sides);
	tcase_add_test(tc, window_cuts_passes);
	tcase_add_test(tc, levels_and_retraction);
	tcase_add_test(tc, short_answers);
	tcase_add_test(tc, wrong_memory_shows);
	tcase_add_test(tc, names);
	suite_add_tcase(s, tc);
	return harness_run(s);
}

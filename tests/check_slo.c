/* check_slo.c - limits on single requests: what meets them, goodput by hand, how it moves with the limits. */
#include "config.h"

#include <math.h>

#include "core/rng.h"
#include "desk.h"
#include "fixture.h"
#include "run/level.h"

#define NONE	((double)NAN)
#define LINES(x) .line = (x), .nlines = sizeof(x) / sizeof((x)[0])

static struct level_numbers numbers(struct desk *d)
{
	static const struct model model = { .mfu_params_billion = 8 };
	static const struct gpu gpu = { .fp16_tflops = 150 };
	struct level_numbers n;

	level_numbers_of(&d->m, 0, &(struct level_info){ .users = 2 }, &model, &gpu, &n);
	return n;
}

static struct level_numbers picture_within(const struct slo *limits, enum request_end end_of_b)
{
	struct desk *d = desk_new(1);
	struct level_numbers n;

	d->m.slo = limits;
	picture(d, end_of_b);
	n = numbers(d);
	desk_free(d);
	return n;
}

START_TEST(at_most)
{
	const struct slo none = { NONE, NONE, NONE, NONE }, t = { 100, 20, 500, 300 };

	ck_assert(!slo_any(&none));
	ck_assert(slo_any(&(struct slo){ NONE, NONE, NONE, 1 }));
	ck_assert(slo_met(&none, &t));
	ck_assert(slo_met(&t, &t));			/* at most, not below */
	ck_assert(!slo_met(&(struct slo){ 99.999, NONE, NONE, NONE }, &t));
	ck_assert(!slo_met(&(struct slo){ NONE, 19.999, NONE, NONE }, &t));
	ck_assert(!slo_met(&(struct slo){ NONE, NONE, 499.999, NONE }, &t));
	ck_assert(!slo_met(&(struct slo){ NONE, NONE, NONE, 299.999 }, &t));
	ck_assert(!slo_met(&(struct slo){ 100, 20, 499.999, 300 }, &t));	/* all of them */
}
END_TEST

/* Of the picture (desk.h): A has TTFT 42, TPOT 50 / 3, E2E 92 and does not stream: its client calls 92 TTFT;
 * B has TTFT 52, TPOT 13, E2E 65 and streams.  The window is 95 ms. */
START_TEST(by_hand)
{
	static const struct { struct slo limits; int met; } c[] = {
		{ { 52, NONE, NONE, NONE }, 2 }, { { 51.9, NONE, NONE, NONE }, 1 },
		{ { 41.9, NONE, NONE, NONE }, 0 },
		{ { NONE, 16.7, NONE, NONE }, 2 }, { { NONE, 16.6, NONE, NONE }, 1 },
		{ { NONE, 12.9, NONE, NONE }, 0 },
		{ { NONE, NONE, 92, NONE }, 2 }, { { NONE, NONE, 65, NONE }, 1 },
		{ { NONE, NONE, 64, NONE }, 0 },
		{ { NONE, NONE, NONE, 92 }, 2 }, { { NONE, NONE, NONE, 91 }, 1 },
		{ { NONE, NONE, NONE, 51 }, 0 },
		{ { 42, 13, NONE, NONE }, 0 },		/* A is in time for one, B for the other */
		{ { 52, 16.6, 92, 92 }, 1 },
	};

	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		struct level_numbers n = picture_within(&c[i].limits, REQUEST_OK);

		ck_assert_double_eq_tol(n.metric[M_goodput], c[i].met / 0.095, 1e-9);
		ck_assert_double_eq_tol(n.metric[M_slo_attainment_pct], 50.0 * c[i].met, 1e-9);
	}
}
END_TEST

/* B was answered in part before its client gave up: it missed, however quick its first token was. */
START_TEST(failed_requests_miss)
{
	const struct slo all = { 1e9, 1e9, 1e9, 1e9 };
	struct level_numbers n = picture_within(&all, REQUEST_TIMEOUT);

	ck_assert_double_eq_tol(n.metric[M_goodput], 1 / 0.092, 1e-9);
	ck_assert_double_eq(n.metric[M_slo_attainment_pct], 50);
}
END_TEST

START_TEST(no_limits_no_data)
{
	struct level_numbers n = picture_within(NULL, REQUEST_OK);

	ck_assert(isnan(n.metric[M_goodput]));
	ck_assert(isnan(n.metric[M_slo_attainment_pct]));
	for (int m = 0; m < METRICS; m++)
		ck_assert_int_eq(slo_counts((enum metric)m),
				 strcmp(metric_info[m].name, "goodput") == 0 ||
				 strcmp(metric_info[m].name, "slo_attainment_pct") == 0);
}
END_TEST

/* An answer of one token has no time per output token: no limit on it is too tight. */
START_TEST(single_tokens)
{
	const struct slo tight = { NONE, 0.001, NONE, NONE };
	struct desk *d = desk_new(1);
	const struct pass_record *p;

	d->m.slo = &tight;
	sent(d, 0, 0, 10, 1, true);
	arrives(d, 0, 0);
	p = launched(d, PASS_PREFILL, 0, 10, 0, 900);
	prefills(d, 0, p, 0, false);
	token(d, 0, p, 10);
	finishes(d, 0, p, 10);
	told(d, 0, 14, REQUEST_OK);
	ck_assert_double_eq(numbers(d).metric[M_slo_attainment_pct], 100);
	desk_free(d);
}
END_TEST

/* ---- whole runs */

struct world {
	struct poisson_params work;
	struct plain_params engine;
	struct scenario s;
};

static void world_init(struct world *w)
{
	w->work = (struct poisson_params){ .rate = 20, .warmup = 10, .n = 100, .output_mean = 3 };
	w->engine = (struct plain_params){ .prefill_ms = 20, .decode_ms = 7 };
	fixture_init(&w->s, &plain_engine, &w->engine, &poisson_workload, &w->work, 3);
}

static struct run_result *run_within(struct world *w, const struct slo *limits)
{
	w->s.has_slo = limits != NULL;
	if (limits)
		w->s.slo = *limits;
	return fixture_run(&w->s, 1);
}

/* Limits that nothing reaches: goodput is request_throughput to the last bit, and no other number changes. */
START_TEST(far_limits)
{
	const struct slo far = { 1e9, 1e9, 1e9, 1e9 };
	struct world w;
	struct run_result *with, *without;

	world_init(&w);
	with = run_within(&w, &far);
	without = run_within(&w, NULL);
	ck_assert_uint_eq(with->digest, without->digest);
	for (int m = 0; m < METRICS; m++) {
		const struct summary *a = &with->level[0].metric[m], *b = &without->level[0].metric[m];

		if (slo_counts((enum metric)m)) {
			ck_assert_uint_eq(a->n, 3);
			ck_assert_uint_eq(b->n, 0);
		} else {
			ck_assert_uint_eq(a->n, b->n);
			ck_assert(a->n == 0 || memcmp(a, b, sizeof(*a)) == 0);
		}
	}
	for (size_t k = 0; k < 3; k++) {
		double *const *x = with->level[0].sample;

		ck_assert(x[M_goodput][k] > 0);
		ck_assert_double_eq(x[M_goodput][k], x[M_request_throughput][k]);
		ck_assert_double_eq(x[M_slo_attainment_pct][k], 100);
	}
	run_result_free(with);
	run_result_free(without);
	fixture_release(&w.s);
}
END_TEST

/* A prompt that the engine refuses ended, too. */
START_TEST(rejected_requests_miss)
{
	static const struct script_line line[] = {
		{ 0, 10, 3, false }, { 0, 99, 3, false }, { 0, 10, 3, false }, { 0, 99, 3, false }
	};
	struct script_params w = { LINES(line), .nlevels = 1 };
	struct plain_params e = { .prefill_ms = 20, .decode_ms = 5, .reject_over = 50 };
	struct scenario s;
	struct run_result *r;

	fixture_init(&s, &plain_engine, &e, &script_workload, &w, 1);
	s.has_slo = true;
	s.slo = (struct slo){ NONE, NONE, 31, NONE };		/* the first takes 30 ms, the other waits for it */
	r = fixture_run(&s, 1);
	ck_assert_double_eq(r->level[0].metric[M_failed].mean, 2);
	ck_assert_double_eq(r->level[0].metric[M_slo_attainment_pct].mean, 25);
	ck_assert_double_eq_tol(r->level[0].metric[M_goodput].mean,
				r->level[0].metric[M_request_throughput].mean / 2, 1e-12);
	run_result_free(r);
	fixture_release(&s);
}
END_TEST

static double uniform(struct rng *g)
{
	return (double)(rng_u64(g) >> 11) * 0x1p-53;
}

/* One limit in three is not there; the others are around the times of this load. */
static double draw_limit(struct rng *g, double least, double most)
{
	return uniform(g) < 1.0 / 3.0 ? NONE : least + uniform(g) * (most - least);
}

static double wider(struct rng *g, double limit)
{
	return isnan(limit) || uniform(g) < 0.2 ? NONE : limit * (1.0 + uniform(g));
}

/* Wider limits never lose a request, in any replication; no limits let in more than are answered. */
START_TEST(monotone)
{
	struct rng g;
	struct world w;

	rng_init(&g, harness_seed(), 0, "check_slo", 0);
	world_init(&w);
	for (int i = 0; i < 40; i++) {
		struct slo a = { draw_limit(&g, 20, 300), draw_limit(&g, 1, 9), draw_limit(&g, 30, 300),
				 draw_limit(&g, 20, 300) };
		struct slo b = { wider(&g, a.ttft_ms), wider(&g, a.tpot_ms), wider(&g, a.e2e_ms),
				 wider(&g, a.client_ttft_ms) };
		struct run_result *narrow = run_within(&w, &a), *wide = run_within(&w, &b);

		for (size_t k = 0; k < 3; k++) {
			double *const *x = narrow->level[0].sample, *const *y = wide->level[0].sample;

			ck_assert_double_le(x[M_goodput][k], y[M_goodput][k]);
			ck_assert_double_le(x[M_slo_attainment_pct][k], y[M_slo_attainment_pct][k]);
			ck_assert_double_le(y[M_goodput][k], y[M_request_throughput][k]);
			ck_assert_double_ge(x[M_goodput][k], 0);
		}
		run_result_free(narrow);
		run_result_free(wide);
	}
	fixture_release(&w.s);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("slo");
	TCase *tc = tcase_create("slo");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, at_most);
	tcase_add_test(tc, by_hand);
	tcase_add_test(tc, failed_requests_miss);
	tcase_add_test(tc, no_limits_no_data);
	tcase_add_test(tc, single_tokens);
	tcase_add_test(tc, far_limits);
	tcase_add_test(tc, rejected_requests_miss);
	tcase_add_test(tc, monotone);
	suite_add_tcase(s, tc);
	return harness_run(s);
}

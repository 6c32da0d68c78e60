/* check_cost.c - the cost of a pass: the laws it must obey. */
#include "config.h"

#include "cost/cost.h"

#include <math.h>
#include <gsl/gsl_rng.h>

#include "cost/parts.h"
#include "cost_fixture.h"
#include "harness.h"

static struct cost_model *roofline, *table;

static void setup(void)
{
	cost_fixture_setup();
	roofline = cost_fixture_model("roofline", &a40, 1, "");
	table = cost_fixture_model("table", &a40, 1, "hw/a40-linear.csv");
}

static void teardown(void)
{
	cost_free(roofline);
	cost_free(table);
	cost_fixture_teardown();
}

/*
 * Laws
 */

static const struct cost_model *any_model(int i)
{
	return i == 0 ? roofline : table;
}

static struct pass_shape random_shape(gsl_rng *rng)
{
	struct pass_shape s = { 0 };
	unsigned long i, rows = gsl_rng_uniform_int(rng, 6);

	for (i = 0; i < rows; i++) {
		uint64_t cached = gsl_rng_uniform_int(rng, 6000);
		struct pass_shape row = prefill_shape(1 + gsl_rng_uniform_int(rng, 2000), cached);

		s.prefill_rows++;
		s.prefill_tokens += row.prefill_tokens;
		s.prefill_context += row.prefill_context;
		s.prefill_pairs += row.prefill_pairs;
		if (row.prefill_longest > s.prefill_longest)
			s.prefill_longest = row.prefill_longest;
	}
	s.decode_rows = (uint32_t)gsl_rng_uniform_int(rng, 200);
	s.decode_context = s.decode_rows * (1 + gsl_rng_uniform_int(rng, 8000));
	s.sampled_rows = s.decode_rows + s.prefill_rows;
	if (s.prefill_rows == 0 && gsl_rng_uniform_int(rng, 2))
		s.padded_rows = s.decode_rows + (uint32_t)gsl_rng_uniform_int(rng, 8);
	s.launch_ms = 40.0 * gsl_rng_uniform(rng);
	return s;
}

START_TEST(parts_sum_to_total)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);

	gsl_rng_set(rng, harness_seed());
	for (int n = 0; n < 1000; n++) {
		struct pass_cost p = cost(any_model(_i), random_shape(rng));
		double sum = 0.0;

		for (int i = 0; i < PASS_PARTS; i++) {
			ck_assert(p.part_ns[i] >= 0.0 && isfinite(p.part_ns[i]));
			sum += p.part_ns[i];
		}
		ck_assert_double_eq(sum, p.total_ns);
	}
	gsl_rng_free(rng);
}
END_TEST

/* One thing more in a pass: a new token, a cached token, a row. */
static void add_one(struct pass_shape *s, int what)
{
	switch (what) {
	case 0:		/* a longer prompt: its new token sees the whole longest row */
		s->prefill_rows += s->prefill_rows == 0;
		s->prefill_tokens++;
		s->prefill_context++;
		s->prefill_longest++;
		s->prefill_pairs += (double)s->prefill_longest;
		break;
	case 1:		/* a cached token more in front of a row of one token */
		s->prefill_context += s->prefill_rows > 0;
		s->prefill_pairs += s->prefill_rows > 0;
		break;
	case 2:
		s->decode_rows++;
		s->decode_context++;
		s->padded_rows += s->padded_rows > 0;
		break;
	case 3:
		s->decode_context += s->decode_rows > 0;
		break;
	case 4:
		s->sampled_rows++;
		break;
	default:
		s->launch_ms += 0.1;
	}
}

/* Of the roofline only: measured kernels have steps down (a40-linear.csv, qkv at 16 and 24 tokens). */
START_TEST(never_cheaper_with_more)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);

	gsl_rng_set(rng, harness_seed() + (unsigned)_i);
	for (int n = 0; n < 1000; n++) {
		struct pass_shape s = random_shape(rng);
		double before = cost_ms(roofline, s), after;

		add_one(&s, _i);
		after = cost_ms(roofline, s);
		ck_assert_msg(after >= before, "%.9f ms, then %.9f", before, after);
	}
	gsl_rng_free(rng);
}
END_TEST

/* A run of decode steps has a closed form only if a pass has no curvature in its context. */
START_TEST(affine_in_context)
{
	const struct cost_model *c = any_model(_i);
	uint64_t step = 12345;
	struct pass_shape s = decode_shape(70, 100);
	double slope = 1e-6 * (double)step * 131072.0 / (696.0 * a40.kv_eff), first, last;

	s.padded_rows = 72;
	first = cost_ms(c, s);
	for (int i = 1; i <= 50; i++) {
		s.decode_context += step;
		last = cost_ms(c, s);
		ck_assert_double_eq_tol(last, first + slope * i, 1e-11 * last);
	}
}
END_TEST

START_TEST(eager_waits_for_the_host)
{
	struct pass_shape s = prefill_shape(300, 0);
	double gpu = cost_ms(roofline, s);

	s.launch_ms = gpu - 1.0;
	ck_assert_double_eq(cost_ms(roofline, s), gpu);
	ck_assert_double_eq(cost(roofline, s).part_ns[PART_LAUNCH], 0.0);
	s.launch_ms = gpu + 5.0;
	ck_assert_double_eq_tol(cost_ms(roofline, s), gpu + 5.0, 1e-9);
	ck_assert_double_eq_tol(cost(roofline, s).part_ns[PART_LAUNCH], 5e6, 1e-3);

	s = decode_shape(8, 80);		/* a replayed graph is one launch */
	s.launch_ms = 100.0;
	ck_assert_double_eq(cost(roofline, s).part_ns[PART_LAUNCH], 0.0);
}
END_TEST

START_TEST(padding_computes_but_does_not_count)
{
	struct pass_shape s = decode_shape(130, 80);
	struct pass_cost real = cost(roofline, s), wide = cost(roofline, decode_shape(136, 80)), padded;

	s.padded_rows = 136;
	padded = cost(roofline, s);
	ck_assert_double_eq(padded.part_ns[PART_LINEAR], wide.part_ns[PART_LINEAR]);
	ck_assert_double_eq(padded.part_ns[PART_OTHER], wide.part_ns[PART_OTHER]);
	ck_assert_double_gt(padded.part_ns[PART_OTHER], real.part_ns[PART_OTHER]);
	ck_assert_double_eq(padded.part_ns[PART_ATTENTION], real.part_ns[PART_ATTENTION]);
	ck_assert_double_eq(padded.part_ns[PART_SAMPLING], real.part_ns[PART_SAMPLING]);
	ck_assert_double_eq(padded.flops, real.flops);
	ck_assert_double_eq(padded.bytes, real.bytes);
}
END_TEST

START_TEST(nothing_beats_the_data_sheet)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);

	gsl_rng_set(rng, harness_seed());
	for (int n = 0; n < 1000; n++) {
		struct pass_cost p = cost(any_model(_i), random_shape(rng));

		ck_assert_double_ge(p.total_ns, p.bytes / 696.0);
		ck_assert_double_ge(p.total_ns, p.flops / 149.7e3);
	}
	gsl_rng_free(rng);
}
END_TEST

START_TEST(work_is_counted)
{
	struct pass_cost p = cost(roofline, decode_shape(10, 100));
	double layers = 32.0 * 218103808.0, head = 4096.0 * 128256.0;

	ck_assert_double_eq_tol(p.bytes, 2.0 * (layers + head) + 1000.0 * 131072.0, 1.0);
	ck_assert_double_eq_tol(p.flops, 20.0 * (layers + head) + 4.0 * 32.0 * 4096.0 * 1000.0, 1.0);
	p = cost(roofline, (struct pass_shape){ 0 });
	ck_assert_double_eq(p.total_ns, 0.0);
	ck_assert_double_eq(p.bytes, 0.0);
}
END_TEST

/*
 * Every part of one mixed pass by hand
 */

static double matrix_ns(double in, double out, double tokens)
{
	double bytes = 2.0 * in * out + 2.0 * tokens * (in + out), flops = 2.0 * tokens * in * out;
	double memory = bytes / (a40.bandwidth_gb_s * a40.bandwidth_eff);
	double compute = flops / (1e3 * a40.fp16_tflops * a40.matmul_eff);

	return sqrt(memory * memory + compute * compute);	/* smooth_p = 2 */
}

static double matrices_ns(double tokens, double rows)
{
	return 32.0 * (matrix_ns(4096, 6144, tokens) + matrix_ns(4096, 4096, tokens) +
		       matrix_ns(4096, 28672, tokens) + matrix_ns(14336, 4096, tokens)) +
	       matrix_ns(4096, 128256, rows);
}

/* Two prompts (300 behind 1000 cached, 100 behind none) and 20 decode rows of 500 tokens; then prompts
 * on both sides of the kept times. */
START_TEST(parts_by_hand)
{
	double pairs = 300.0 * 1150.5 + 100.0 * 50.5, pair_flops = 4.0 * 4096.0 * 32.0;
	struct pass_shape s = { .prefill_rows = 2, .prefill_tokens = 400, .prefill_context = 1400,
				.prefill_pairs = pairs, .prefill_longest = 1300, .decode_rows = 20,
				.decode_context = 10000, .sampled_rows = 22 };
	struct pass_cost p = cost(roofline, s);
	double pair_ns = pair_flops / (149.7e3 * a40.prefill_attention_eff);
	double prefill = pair_ns * (pairs + 64.0 * 1400.0 + 168.0 * 1300.0);
	double kv = 10000.0 * 131072.0 / (696.0 * a40.kv_eff);
	double small = 2.0 * (40960.0 + 10240.0 + 43008.0) / (696.0 * a40.bandwidth_eff);

	ck_assert_double_eq(a40.smooth_p, 2.0);
	ck_assert_double_eq_tol(p.part_ns[PART_LINEAR], matrices_ns(420, 22), 1e-2);
	ck_assert_double_eq_tol(p.part_ns[PART_ATTENTION], 320e3 + prefill + kv, 1e-2);
	ck_assert_double_eq_tol(p.part_ns[PART_OTHER], 32.0 * 420.0 * small, 1e-2);
	ck_assert_double_eq_tol(p.part_ns[PART_SAMPLING], 60e3 + 22.0 * 7.5e3, 1e-3);
	ck_assert_double_eq_tol(p.flops, 2.0 * (420.0 * 32.0 * 218103808.0 + 22.0 * 4096.0 * 128256.0) +
				pair_flops * (pairs + 10000.0), 1e3);

	s.prefill_longest = 0;		/* not told: the mean row */
	ck_assert_double_eq_tol(p.part_ns[PART_ATTENTION] - cost(roofline, s).part_ns[PART_ATTENTION],
				pair_ns * 168.0 * 600.0, 1e-2);
	for (uint64_t tokens = COST_MEMO - 1; tokens <= COST_MEMO; tokens++)
		ck_assert_double_eq_tol(cost(roofline, prefill_shape(tokens, 0)).part_ns[PART_LINEAR],
					matrices_ns((double)tokens, 1), 1e-1);
}
END_TEST

/*
 * Tensor parallelism, power, memory
 */

START_TEST(two_gpus_share_the_weights)
{
	struct cost_model *two = cost_fixture_model("roofline", &a40, 2, "");
	struct pass_cost one_p = cost(roofline, decode_shape(1, 8000));
	struct pass_cost two_p = cost(two, decode_shape(1, 8000));
	double floor_ns = 32e3 * a40.attention_floor_us;
	/* 64 all-reduces of 1 x 4096 FP16 values, each over the link 2 (2 - 1) / 2 times */
	double reduce = 64.0 * (1e3 * a40.link_latency_us + 8192.0 / a40.link_gb_s);

	ck_assert_double_eq_tol(two_p.part_ns[PART_LINEAR] / one_p.part_ns[PART_LINEAR], 0.5, 1e-4);
	ck_assert_double_eq_tol(two_p.part_ns[PART_ATTENTION] - floor_ns,
				0.5 * (one_p.part_ns[PART_ATTENTION] - floor_ns), 1e-3);
	ck_assert_double_eq_tol(two_p.part_ns[PART_COMMUNICATION], reduce, 1e-3);
	ck_assert_double_eq(one_p.part_ns[PART_COMMUNICATION], 0.0);
	ck_assert_double_eq_tol(two_p.bytes, one_p.bytes, 1.0);
	cost_free(two);

	two = cost_fixture_model("table", &a40, 2, "hw/a40-linear.csv");
	ck_assert_double_eq_tol(cost(two, decode_shape(8, 80)).part_ns[PART_LINEAR],
				0.5 * cost(table, decode_shape(8, 80)).part_ns[PART_LINEAR], 1e-3);
	cost_free(two);
}
END_TEST

START_TEST(power_stays_between_its_limits)
{
	struct pass_shape slow = decode_shape(1, 10);
	double one = cost_power_w(roofline, &(struct pass_cost){ 0 }), w[4];
	struct pass_cost p[4] = {
		cost(roofline, decode_shape(1, 80)), cost(roofline, decode_shape(8, 80)),
		cost(roofline, decode_shape(80, 80)), cost(roofline, prefill_shape(4096, 0))
	};

	ck_assert_double_eq(one, 120.0);
	ck_assert_double_eq(cost_idle_w(roofline), 120.0);
	for (int i = 0; i < 4; i++) {
		w[i] = cost_power_w(roofline, &p[i]);
		ck_assert(w[i] >= 275.0 && w[i] <= 300.0);
		ck_assert(i == 0 || w[i] > w[i - 1]);
	}
	ck_assert(w[1] <= 283.0);	/* measured: 270-283 W with 5 to 10 users */
	ck_assert(w[2] >= 290.0);	/* 290-300 W with 50 to 100 */
	slow.padded_rows = 0;		/* the GPU waits three quarters of the pass */
	slow.launch_ms = 4.0 * cost_ms(roofline, slow);
	p[0] = cost(roofline, slow);
	ck_assert_double_eq_tol(cost_power_w(roofline, &p[0]), 120.0 + (w[0] - 120.0) / 4.0, 0.1);
}
END_TEST

START_TEST(activations)
{
	double lo, hi, lo2, hi2;
	struct pass_shape s = prefill_shape(8192, 0);

	s.sampled_rows = 0;
	cost_activation_gib(roofline, &s, &lo, &hi);
	/* GiB: gate_up 0.4375, activation 0.21875, qkv 0.09375, hidden 0.0625 two or three times */
	ck_assert_double_eq_tol(lo, 1.15 * (0.75 + 2 * 0.0625), 1e-12);
	ck_assert_double_eq_tol(hi, 1.60 * (0.75 + 3 * 0.0625), 1e-12);
	s = prefill_shape(4096, 0);
	s.sampled_rows = 0;
	cost_activation_gib(roofline, &s, &lo2, &hi2);
	ck_assert_double_eq_tol(lo2, 0.5 * lo, 1e-12);
	s.sampled_rows = 256;
	cost_activation_gib(roofline, &s, &lo, &hi);
	ck_assert_double_eq_tol(hi - hi2, 256.0 * 128256.0 * 14.0 / BYTES_PER_GIB, 1e-12);
	ck_assert_double_gt(lo, lo2);
}
END_TEST

START_TEST(fixed_is_a_clock)
{
	struct cost_model *c = cost_new_fixed(1e6, &a40, &llama);
	struct pass_shape s = decode_shape(100, 4000);
	struct pass_cost p;

	s.padded_rows = 0;
	s.launch_ms = 50.0;
	p = cost(c, s);
	ck_assert_double_eq(p.total_ns, 1e6);
	ck_assert_double_eq(p.part_ns[PART_LINEAR], 1e6);
	ck_assert_double_gt(p.flops, 0.0);
	ck_assert_str_eq(cost_describe(c), "fixed: every pass takes 1 ms");
	cost_free(c);
	cost_free(NULL);
}
END_TEST

START_TEST(refuses_what_it_cannot_do)
{
	struct gpu lonely = a40;
	char *error = NULL;

	ck_assert_ptr_null(cost_new("magic", &a40, &llama, 1, NULL, &error));
	ck_assert_str_eq(error, "cost 'magic': expected roofline or table");
	ck_assert_ptr_null(cost_new("roofline", &a40, &llama, 3, NULL, &error));
	ck_assert_str_eq(error, "tp = 3 does not divide the model's 32 heads and 8 KV heads");
	ck_assert_ptr_null(cost_new("table", &a40, &llama, 1, "", &error));
	ck_assert_str_eq(error, "cost 'table': the GPU has no linear_table");
	lonely.link_gb_s = 0.0;
	ck_assert_ptr_null(cost_new("roofline", &lonely, &llama, 2, NULL, &error));
	ck_assert_str_eq(error, "tp = 2 needs link_gb_s of the GPU, which is 0");
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("cost");
	TCase *t = tcase_create("cost");

	suite_add_tcase(s, t);
	tcase_add_unchecked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, parts_sum_to_total, 0, 2);
	tcase_add_loop_test(t, never_cheaper_with_more, 0, 6);
	tcase_add_loop_test(t, affine_in_context, 0, 2);
	tcase_add_test(t, eager_waits_for_the_host);
	tcase_add_test(t, padding_computes_but_does_not_count);
	tcase_add_loop_test(t, nothing_beats_the_data_sheet, 0, 2);
	tcase_add_test(t, work_is_counted);
	tcase_add_test(t, parts_by_hand);
	tcase_add_test(t, two_gpus_share_the_weights);
	tcase_add_test(t, power_stays_between_its_limits);
	tcase_add_test(t, activations);
	tcase_add_test(t, fixed_is_a_clock);
	tcase_add_test(t, refuses_what_it_cannot_do);
	return s;
}

int main(void)
{
	return harness_run(suite());
}

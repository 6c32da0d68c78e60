/* check_cost_anchors.c - the numbers of doc/cost-model.md, from the files that are shipped. */
#include "config.h"

#include "cost/cost.h"

#include "cost_fixture.h"
#include "harness.h"

enum { ROOFLINE, TABLE, NEAREST, MODELS };

static struct cost_model *model[MODELS];

static void setup(void)
{
	cost_fixture_setup();
	model[ROOFLINE] = cost_fixture_model("roofline", &a40, 1, "");
	model[TABLE] = cost_fixture_model("table", &a40, 1, "hw/a40-linear.csv");
	model[NEAREST] = cost_fixture_model("table", &a40, 1, "hw/a40-linear-nearest.csv");
}

static void teardown(void)
{
	for (int i = 0; i < MODELS; i++)
		cost_free(model[i]);
	cost_fixture_teardown();
}

/* 15.0 GB of weights at the 551 GB/s of the A40's kernels are 27.2 ms, small parts 1.3 ms. */
START_TEST(decode_of_8_rows)
{
	ck_assert_double_eq_tol(cost_ms(model[_i], decode_shape(8, 80)), 28.5, 0.3);
}
END_TEST

/* 36 ms with the slow kernel of one library version, which only the table of nearest shapes has.
 * LMDeploy reached 35.3 ms a token end to end at 74 rows: kernels alone must take less than that. */
START_TEST(decode_of_80_rows)
{
	double ms = cost_ms(model[_i], decode_shape(80, 80));

	if (_i == NEAREST) {
		ck_assert_double_eq_tol(ms, 36.0, 0.5);
		return;
	}
	ck_assert_double_eq_tol(ms, 33.3, 0.3);
	ck_assert_double_lt(cost_ms(model[_i], decode_shape(74, 80)), 35.3);
}
END_TEST

/* Measured in the sum of a layer's matrices: +5% to +15% from 16 to 128 rows. */
START_TEST(decode_grows_gently)
{
	struct pass_cost few = cost(model[_i], decode_shape(16, 80));
	struct pass_cost many = cost(model[_i], decode_shape(128, 80));
	double growth = many.part_ns[PART_LINEAR] / few.part_ns[PART_LINEAR];

	ck_assert_msg(growth > 1.10 && growth < 1.25, "%.3f", growth);
}
END_TEST

/* Two new tokens read all weights, like a thousand. */
START_TEST(prefill_of_2_tokens)
{
	double ms = cost_ms(model[_i], prefill_shape(2, 15));

	ck_assert_msg(ms > 28.0 && ms < 30.0, "%.2f ms", ms);
}
END_TEST

/* 105-118 TFLOP/s measured in large matrices (2 FLOP x parameters of the layers x tokens). */
START_TEST(prefill_of_8192_tokens)
{
	double flops = 2.0 * 32.0 * 218103808.0 * 8192.0;
	double ns = cost(model[_i], prefill_shape(8192, 0)).part_ns[PART_LINEAR];

	ck_assert_msg(flops / ns > 105e3 && flops / ns < 118e3, "%g TFLOP/s", flops / ns / 1e3);
}
END_TEST

/* Efficiencies are measurements of kernels: a fit may not push them out of the measured band. */
START_TEST(efficiencies_are_measured)
{
	double stream = a40.bandwidth_eff * a40.bandwidth_gb_s, peak = a40.matmul_eff * a40.fp16_tflops;

	ck_assert(stream >= 540.0 && stream <= 570.0);
	ck_assert(peak >= 105.0 && peak <= 118.0);
}
END_TEST

START_TEST(every_gpu_loads)
{
	static const char *const name[] = { "hw/a40.cfg", "hw/a100-80.cfg", "hw/h100-sxm.cfg",
					    "hw/rtx-a6000.cfg" };
	struct gpu gpu;
	struct cost_model *c;

	cost_fixture_load(&gpu_keys, name[_i], &gpu);
	ck_assert(gpu.idle_w < gpu.memory_bound_w && gpu.memory_bound_w <= gpu.limit_w);
	ck_assert(gpu.free_gib < gpu.vram_gib);
	ck_assert_double_eq_tol(gpu.vram_gib, (double)gpu.smi_mib / 1024.0, 0.005);
	c = cost_fixture_model("roofline", &gpu, 1, "");
	ck_assert_double_gt(cost_ms(c, decode_shape(8, 80)), 15.0e9 / gpu.bandwidth_gb_s / 1e6);
	cost_free(c);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("cost_anchors");
	TCase *t = tcase_create("cost_anchors");

	suite_add_tcase(s, t);
	tcase_add_unchecked_fixture(t, setup, teardown);
	tcase_add_loop_test(t, decode_of_8_rows, 0, MODELS);
	tcase_add_loop_test(t, decode_of_80_rows, 0, MODELS);
	tcase_add_loop_test(t, decode_grows_gently, 0, MODELS);
	tcase_add_loop_test(t, prefill_of_2_tokens, 0, MODELS);
	tcase_add_loop_test(t, prefill_of_8192_tokens, 0, MODELS);
	tcase_add_test(t, efficiencies_are_measured);
	tcase_add_loop_test(t, every_gpu_loads, 0, 4);
	return s;
}

int main(void)
{
	return harness_run(suite());
}

/* check_logcalibrate.c - round trips: what is put into a simulated server comes out of its log alone.
 *
 * RECOVERIES=20 tests/check_logcalibrate runs them in full, as `make recovery` does.
 */
#include "config.h"

#include "run/logcalibrate.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "core/rng.h"
#include "run/run.h"

#include "harness.h"

static char *data_file(const char *name)
{
	const char *data = getenv("SERVESIM_DATA");

	return xasprintf("%s/%s", data ? data : "..", name);
}

/* A run's log into `to`, with these host times and seed. */
static void simulate(const char *path, const char *version, const double *truth, int seed, const char *to)
{
	struct scenario_override set[LOG_HOST_PARAMS + 3] = { { "run.replications", "1", NULL } };
	struct run_options o = { .threads = 1 };
	char value[LOG_HOST_PARAMS][40], number[16];
	struct scenario *s;
	struct diag errors;

	snprintf(number, sizeof(number), "%d", seed);
	set[1] = (struct scenario_override){ "run.seed", number, NULL };
	set[2] = (struct scenario_override){ "engine.version", version, NULL };
	for (size_t i = 0; i < LOG_HOST_PARAMS; i++) {
		snprintf(value[i], sizeof(value[i]), "%#.17g", truth[i]);
		set[3 + i] = (struct scenario_override){ log_param_path[i], value[i], NULL };
	}
	diag_init(&errors);
	s = scenario_load(path, set, LOG_HOST_PARAMS + 3, &errors);
	diag_print(&errors, stderr);
	diag_release(&errors);
	ck_assert_ptr_nonnull(s);
	o.engine_log = fopen(to, "w");
	ck_assert_ptr_nonnull(o.engine_log);
	run_result_free(run_scenario(s, &o));
	ck_assert_int_eq(fclose(o.engine_log), 0);
	scenario_free(s);
}

static const char *const param_name[LOG_PARAMS] = {
	"plan_decode_ms", "plan_row_ms", "plan_prefill_ms", "a (pass)", "b (row)", "c (token)", "d (prefill)", "e (new token)",
};

struct count {
	int told[LOG_PARAMS], covered[LOG_PARAMS];
};

/* The k-th truth, which the calibration sees nothing of. */
static void recover(const char *file, const char *version, int k, struct count *n)
{
	struct scenario_override set[] = { { "engine.version", version, NULL } };
	char *path = data_file(file), *log = xasprintf("logcalibrate-%ld.log", (long)getpid());
	double truth[LOG_PARAMS];
	struct log_calibration c;
	struct diag errors;
	struct rng r;

	rng_init(&r, harness_seed(), (uint32_t)k, "truth", 0);
	truth[LOG_PLAN_DECODE] = 0.5 + 3 * gsl_rng_uniform(&r.gsl);
	truth[LOG_PLAN_ROW] = 0.004 + 0.02 * gsl_rng_uniform(&r.gsl);
	truth[LOG_PLAN_PREFILL] = 3 + 9 * gsl_rng_uniform(&r.gsl);
	for (int i = LOG_STEP; i < LOG_PARAMS; i++)
		truth[i] = NAN;
	simulate(path, version, truth, 100 + k, log);
	diag_init(&errors);
	ck_assert(log_calibrate_init(&c, path, set, 1, log, &errors));
	log_calibrate_fit(&c, getenv("RECOVERIES") ? 40 : 10);
	enginelog_lines(&c.log, &c.fit, c.base, truth, &truth[LOG_STEP], &truth[LOG_PREFILL]);
	for (size_t i = 0; i < LOG_PARAMS; i++) {
		const struct interval95 *v = log_param_of(&c.fit, &c.host, i);
		bool covers = v->lo <= truth[i] && truth[i] <= v->hi;

		if (isnan(v->value) || isnan(truth[i]))
			continue;
		n->told[i]++;
		n->covered[i] += covers;
		printf("%s %s %d %s: truth %.4g, found %.4g in [%.4g, %.4g]%s\n", file, version, k, param_name[i], truth[i], v->value,
		       v->lo, v->hi, covers ? "" : " MISSED");
	}
	ck_assert(!c.other_load);
	log_calibrate_release(&c);
	diag_release(&errors);
	unlink(log);
	free(log);
	free(path);
}

/* 95% intervals: of 20 at least 17; the short test, of all parameters together, at least 85%. */
static void recover_all(const char *file, const char *version, size_t least)
{
	const char *text = getenv("RECOVERIES");
	int n = text ? atoi(text) : 3, told = 0, covered = 0;
	struct count c = { .told = { 0 } };

	for (int k = 0; k < n; k++)
		recover(file, version, k, &c);
	for (size_t i = 0; i < LOG_PARAMS; i++) {
		printf("%s %s %s: %d of %d covered\n", file, version, param_name[i], c.covered[i], c.told[i]);
		if (i < least && i != LOG_STEP + STEP_TOKEN)	/* tokens may move with rows */
			ck_assert_int_eq(c.told[i], n);
		if (text)
			ck_assert_int_ge(20 * c.covered[i], 17 * c.told[i]);
		told += c.told[i];
		covered += c.covered[i];
	}
	ck_assert_int_ge(100 * covered, 85 * told);
}

START_TEST(short_prompts)	{ recover_all("scenarios/v5-sglang.cfg", "0.4.9", LOG_HOST_PARAMS); } END_TEST
START_TEST(short_prompts_056)	{ recover_all("scenarios/v5-sglang.cfg", "0.5.6", LOG_HOST_PARAMS); } END_TEST
START_TEST(long_prompts)	{ recover_all("tests/data/long-prompts.cfg", "0.4.9", LOG_PARAMS); } END_TEST
START_TEST(long_prompts_056)	{ recover_all("tests/data/long-prompts.cfg", "0.5.6", LOG_PARAMS); } END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("logcalibrate");
	TCase *c = tcase_create("recovery");

	tcase_set_timeout(c, 3600);
	tcase_add_test(c, short_prompts);
	tcase_add_test(c, short_prompts_056);
	tcase_add_test(c, long_prompts);
	tcase_add_test(c, long_prompts_056);
	suite_add_tcase(s, c);
	return s;
}

int main(void)
{
	return harness_run(suite());
}

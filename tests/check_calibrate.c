/* check_calibrate.c - fits that must find what was put in, and say what they cannot find.
 *
 * RECOVERIES=20 tests/check_calibrate runs the recovery test in full, as `make recovery` does.
 */
#include "config.h"

#include "run/calibrate.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "core/rng.h"
#include "run/paired.h"
#include "run/run.h"

#include "harness.h"

static char path[4096];

static const char *scenario(const char *name)
{
	const char *data = getenv("SERVESIM_DATA");

	snprintf(path, sizeof(path), "%s/scenarios/%s.cfg", data ? data : "..", name);
	return path;
}

/* `replications` as text; what: NULL for the usual ones. */
static void init(struct calibration *c, const char *name, const char *replications, const char *what)
{
	static struct scenario_override set[1];
	struct diag errors;
	bool ok;

	set[0] = (struct scenario_override){ "run.replications", replications, NULL };
	diag_init(&errors);
	ok = calibrate_init(c, scenario(name), set, 1, what, &errors);
	diag_print(&errors, stderr);
	diag_release(&errors);
	ck_assert(ok);
}

/* What the fit's own model says at theta becomes the measurement. */
static void measure_means(struct calibration *c, const double *theta)
{
	double *mean = xcalloc(c->ntargets, sizeof(*mean));

	ck_assert(calibrate_simulate(c, theta, c->base->run.replications, mean, NULL));
	for (size_t i = 0; i < c->ntargets; i++)
		c->target[i].measured = mean[i];
	free(mean);
}

/* One run of another seed at theta becomes the measurement. */
static void measure_once(struct calibration *c, const char *name, const double *theta, int seed)
{
	struct scenario_override set[CALIBRATE_PARAMS + 2] = { { "run.replications", "1", NULL } };
	const struct run_options o = { .threads = 1 };
	char value[CALIBRATE_PARAMS][40], number[16];
	struct scenario *s;
	struct run_result *r;
	struct diag errors;

	snprintf(number, sizeof(number), "%d", seed);
	set[1] = (struct scenario_override){ "run.seed", number, NULL };
	for (size_t i = 0; i < c->nparams; i++) {
		snprintf(value[i], sizeof(value[i]), "%#.17g", theta[i]);
		set[2 + i] = (struct scenario_override){ c->param[i].path, value[i], NULL };
	}
	diag_init(&errors);
	s = scenario_load(scenario(name), set, 2 + c->nparams, &errors);
	diag_print(&errors, stderr);
	ck_assert_ptr_nonnull(s);
	r = run_scenario(s, &o);
	for (size_t i = 0; i < c->ntargets; i++)
		c->target[i].measured = level_of_users(r, c->target[i].users)->metric[c->target[i].metric].mean;
	run_result_free(r);
	scenario_free(s);
	diag_release(&errors);
}

START_TEST(finds_what_was_put_in)
{
	static const double truth[] = { 2.0, 4.0, 0.012 };
	struct calibration c;

	init(&c, "v5-sglang", "12", NULL);
	ck_assert_uint_eq(c.nparams, 3);
	ck_assert_uint_eq(c.ntargets, 15);
	measure_means(&c, truth);
	c.judged = 12;
	ck_assert(calibrate_fit(&c, false));
	for (size_t i = 0; i < c.nparams; i++)
		ck_assert_msg(fabs(c.param[i].value - truth[i]) < 0.15 * c.param[i].scale, "%s: %g, not %g", c.param[i].path,
			      c.param[i].value, truth[i]);
	ck_assert_double_lt(c.mean_abs_pct, 0.1);
	ck_assert_double_lt(c.chi2, 0.1);
	calibrate_release(&c);
}
END_TEST

/* The way in and the way back: only their sum reaches the client. */
START_TEST(says_what_cannot_be_told_apart)
{
	struct calibration c;

	init(&c, "v5-lmdeploy", "4", "gap_ms,row_us");
	ck_assert(calibrate_fit(&c, false));
	ck_assert_double_lt(fabs(c.correlation[0][1]), CALIBRATE_ALIKE);
	calibrate_release(&c);

	init(&c, "v5-sglang", "4", "in_latency_ms,out_latency_ms");
	ck_assert(calibrate_fit(&c, false));
	ck_assert_double_gt(fabs(c.correlation[0][1]), CALIBRATE_ALIKE);
	ck_assert(!c.param[0].identifiable);
	ck_assert(!c.param[1].identifiable);
	calibrate_release(&c);
}
END_TEST

START_TEST(residuals_are_as_defined)
{
	struct calibration c;
	double *sample, *mean, *cov, chi2 = 0;

	init(&c, "v5-lmdeploy", "5", "gap_ms");
	sample = xcalloc(c.ntargets * 5, sizeof(*sample));
	mean = xcalloc(c.ntargets, sizeof(*mean));
	cov = xcalloc(c.ntargets * c.ntargets, sizeof(*cov));
	ck_assert(calibrate_judge(&c, 5, cov));
	ck_assert(calibrate_simulate(&c, &c.param[0].value, 5, mean, sample));
	for (size_t i = 0; i < c.ntargets; i++) {
		const struct calibrate_target *t = &c.target[i];
		struct summary s = summary_of(&sample[i * 5], 5);

		ck_assert_double_eq_tol(t->simulated, s.mean, 1e-9 * s.mean);
		ck_assert_double_eq_tol(t->sigma, fmax(s.sd, 0.01 * t->measured), 1e-9 * s.mean);
		ck_assert_double_eq_tol(t->z, (t->measured - t->simulated) / t->sigma, 1e-12);
		ck_assert_double_eq_tol(cov[i * c.ntargets + i], t->sigma * t->sigma, 1e-9 * t->sigma * t->sigma);
		chi2 += t->z * t->z;
	}
	ck_assert_double_eq_tol(c.chi2, chi2, 1e-9 * chi2);
	free(sample);
	free(mean);
	free(cov);
	calibrate_release(&c);
}
END_TEST

/* A start at the end of its range may leave it. */
START_TEST(leaves_the_end_of_a_range)
{
	static const double truth[] = { 0.6 };
	double theta[] = { 0.0 };
	bool use[64] = { true, true, true, true, true };
	struct calibration c;

	init(&c, "v5-lmdeploy", "3", "gap_ms");
	measure_means(&c, truth);
	ck_assert(calibrate_judge(&c, 3, NULL));
	ck_assert(calibrate_minimise(&c, use, 12, theta));
	ck_assert_double_eq_tol(theta[0], truth[0], 0.01);
	calibrate_release(&c);
}
END_TEST

struct coverage_count {
	int covered[CALIBRATE_PARAMS], called[CALIBRATE_PARAMS];
	double sd[CALIBRATE_PARAMS];
};

/* From 0.2 to 3 scales, by a stream of this truth's own. */
static void recover(const char *name, const char *replications, int number, struct coverage_count *count)
{
	double theta[CALIBRATE_PARAMS];
	struct calibration c;
	struct rng r;

	init(&c, name, replications, NULL);
	rng_init(&r, 77, (uint32_t)number, "truth", 0);
	for (size_t i = 0; i < c.nparams; i++)
		theta[i] = c.param[i].scale * (0.2 + 2.8 * gsl_rng_uniform(&r.gsl));
	measure_once(&c, name, theta, 1000 + number);
	ck_assert(calibrate_fit(&c, false));
	for (size_t i = 0; i < c.nparams; i++) {
		const struct calibrate_param *p = &c.param[i];
		bool covers = theta[i] >= p->ci_lo && theta[i] <= p->ci_hi;

		count->covered[i] += covers;
		count->called[i] += p->identifiable;
		count->sd[i] += p->sd;
		printf("%s %d %s: truth %.4g, fit %.4g in [%.4g, %.4g]%s%s\n", name, number, p->path, theta[i], p->value, p->ci_lo,
		       p->ci_hi, covers ? "" : " MISSED", p->identifiable ? "" : " (not identifiable)");
	}
	calibrate_release(&c);
}

static void recover_all(const char *name)
{
	const char *text = getenv("RECOVERIES");
	int n = text ? atoi(text) : 2;
	struct coverage_count count = { { 0 }, { 0 }, { 0 } };
	struct calibration c;

	for (int k = 0; k < n; k++)
		recover(name, text ? "20" : "12", k, &count);
	init(&c, name, "2", NULL);
	for (size_t i = 0; i < c.nparams; i++) {
		printf("%s %s: %d of %d covered, %d called identifiable, mean sd %.3g %s\n", name, c.param[i].path, count.covered[i], n,
		       count.called[i], count.sd[i] / n, c.param[i].unit);
		ck_assert_int_ge(20 * count.covered[i], 17 * n - (text ? 0 : 17));
	}
	calibrate_release(&c);
}

START_TEST(recovers_sglang) { recover_all("v5-sglang"); } END_TEST
START_TEST(recovers_lmdeploy) { recover_all("v5-lmdeploy"); } END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("calibrate");
	TCase *fit = tcase_create("fit"), *recovery = tcase_create("recovery");

	tcase_set_timeout(fit, 300);
	tcase_set_timeout(recovery, 3600);
	tcase_add_test(fit, finds_what_was_put_in);
	tcase_add_test(fit, says_what_cannot_be_told_apart);
	tcase_add_test(fit, residuals_are_as_defined);
	tcase_add_test(fit, leaves_the_end_of_a_range);
	tcase_add_test(recovery, recovers_sglang);
	tcase_add_test(recovery, recovers_lmdeploy);
	suite_add_tcase(s, fit);
	suite_add_tcase(s, recovery);
	return s;
}

int main(void)
{
	return harness_run(suite());
}

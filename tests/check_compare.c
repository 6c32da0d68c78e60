/* check_compare.c - how often intervals miss, with and without growth; verdicts; planted differences. */
#include "config.h"

#include "run/compare.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <unistd.h>

#include "base/mem.h"
#include "core/rng.h"
#include "harness.h"
#include "stat/holm.h"
#include "stat/power.h"
#include "stat/stein.h"

/* ---- the numbers under it ---- */

START_TEST(stein_two_stages)
{
	static const double x[] = { 1, 2, 3, 4, 5, 3, 3, 3 };
	struct summary s = stein_summary(x, 8, 5);
	double t = gsl_cdf_tdist_Pinv(0.975, 4), s1 = sqrt(2.5);

	ck_assert_double_eq_tol(s.mean, 3, 1e-12);
	ck_assert_double_eq_tol((s.hi - s.lo) / 2, t * s1 / sqrt(8), 1e-12);
	ck_assert_uint_eq(s.n, 8);
	/* (2.776 x 1.5811 / 1)^2 = 19.27 */
	ck_assert_uint_eq(stein_replications(s1, 5, 1.0, 1000), 20);
	ck_assert_uint_eq(stein_replications(s1, 5, 1.0, 12), 12);
	ck_assert_uint_eq(stein_replications(s1, 5, 10.0, 1000), 5);
	ck_assert_uint_eq(stein_replications(0, 5, 1.0, 1000), 5);
	ck_assert_uint_eq(stein_summary(x, 8, 1).n, 1);
}
END_TEST

START_TEST(student_is_the_smallest)
{
	for (double half = 0.05; half < 3; half *= 1.3) {
		size_t n = student_replications(1.0, half, 100000);

		ck_assert(gsl_cdf_tdist_Pinv(0.975, (double)n - 1) / sqrt((double)n) <= half);
		if (n > 2)
			ck_assert(gsl_cdf_tdist_Pinv(0.975, (double)n - 2) / sqrt((double)n - 1) > half);
	}
	ck_assert_uint_eq(student_replications(1.0, 1e-9, 500), 500);
}
END_TEST

/* Half a standard deviation apart: 64 and 105 a side by the noncentral t distribution (Cohen 1988,
 * table 2.4.1 has 64 for 80%); t in place of z is one above at 95%. */
START_TEST(power_of_single_runs)
{
	ck_assert_uint_eq(power_runs(0.5, 1, 1, 0.80, 100000), 64);
	ck_assert_uint_eq(power_runs(-0.5, 1, 1, 0.95, 100000), 106);
	ck_assert_uint_eq(power_runs(100, 1, 1, 0.95, 100000), 2);
	ck_assert_uint_eq(power_runs(1e-6, 1, 1, 0.95, 1000), 1000);
	ck_assert_double_eq_tol(power_right_sign(sqrt(2), 1, 1), gsl_cdf_ugaussian_P(1), 1e-12);
	ck_assert_double_eq(power_right_sign(1, 0, 0), 1);
}
END_TEST

START_TEST(holm_steps_down)
{
	static const double p[] = { 0.01, 0.04, 0.03,
				    0.005 }; /* 0.005 < 0.05/4, 0.01 < 0.05/3, 0.03 > 0.05/2 */
	bool kept[4];

	holm(p, 4, 0.05, kept);
	ck_assert(kept[0] && !kept[1] && !kept[2] && kept[3]);
}
END_TEST

/* ---- verdicts ---- */

static struct compare_cell judged(const double *a, const double *b, size_t n, double precision)
{
	struct compare_cell c;

	compare_judge(&c, a, b, n, n, precision, 1);
	return c;
}

START_TEST(verdicts)
{
	static const double a[] = { 100, 100, 100, 100, 100 }, up[] = { 103, 104, 105, 104, 104 };
	static const double near[] = { 100.1, 99.9, 100.1, 99.9, 100 },
			    wild[] = { 90, 115, 100, 92, 108 };
	static const double zero[] = { 0, 0, 0, 0, 0 },
			    gap[] = { 100, (double)NAN, 101, (double)NAN, 102 },
			    none[] = { (double)NAN, (double)NAN, (double)NAN, (double)NAN, (double)NAN };
	struct compare_cell c = judged(a, up, 5, 1);

	ck_assert_int_eq(c.verdict, VERDICT_DIFFERENT);
	ck_assert_int_eq(c.good, 1);
	ck_assert_double_eq_tol(c.pct.mean, 4, 1e-12);
	ck_assert(!c.smaller && c.p < 0.001);
	ck_assert(judged(a, up, 5, 10).smaller);
	ck_assert_int_eq(judged(up, a, 5, 1).good, -1);
	ck_assert_int_eq(judged(a, near, 5, 1).verdict, VERDICT_SAME);
	c = judged(a, wild, 5, 1);
	ck_assert_int_eq(c.verdict, VERDICT_OPEN);
	ck_assert_uint_eq(
		c.more,
		student_replications(c.pct.sd, fmax(fabs(c.pct.mean), 1 - fabs(c.pct.mean)), 100000) -
			5);
	c = judged(a, a, 5, 1);
	ck_assert_int_eq(c.verdict, VERDICT_IDENTICAL);
	ck_assert_double_eq(c.pct.mean, 0);
	ck_assert_double_eq(c.pct.hi - c.pct.lo, 0);
	ck_assert_int_eq(judged(zero, zero, 5, 1).verdict, VERDICT_IDENTICAL);
	c = judged(zero, up, 5, 1);
	ck_assert_int_eq(c.verdict, VERDICT_DIFFERENT);
	ck_assert_uint_eq(c.pct.n, 0);
	ck_assert_uint_eq(judged(a, gap, 5, 1).difference.n, 3);
	ck_assert_int_eq(judged(a, none, 5, 1).verdict, VERDICT_NO_DATA);
	ck_assert_int_eq(judged(a, up, 1, 1).verdict, VERDICT_OPEN); /* one replication tells nothing */
}
END_TEST

/* ---- coverage, from random numbers ---- */

#define MOST	400

struct noise {				/* paired values: a common part, and each one's own */
	gsl_rng *rng;
	bool skewed;			/* own parts are exponential */
};

static void draw(const struct noise *z, double *a, double *b)
{
	for (size_t k = 0; k < MOST; k++) {
		double common = 100 + gsl_ran_gaussian(z->rng, 10);

		a[k] = common +
		       (z->skewed ? gsl_ran_exponential(z->rng, 2) : gsl_ran_gaussian(z->rng, 2));
		b[k] = common +
		       (z->skewed ? gsl_ran_exponential(z->rng, 2) : gsl_ran_gaussian(z->rng, 2));
	}
}

/* Until the ordinary interval is narrow enough, looking after each replication. */
static size_t look_each_time(const double *a, const double *b, size_t n1, double precision)
{
	size_t n = n1;

	for (; n < MOST; n++) {
		struct compare_cell c;

		compare_judge(&c, a, b, n, n, precision, 1);
		if ((c.pct.hi - c.pct.lo) / 2 <= precision)
			break;
	}
	return n;
}

/* Misses of 0 in `trials`, the true difference being 0. */
static double misses(const struct noise *z, size_t n1, double precision, bool stein, size_t trials)
{
	double a[MOST], b[MOST], n_mean = 0;
	size_t missed = 0;

	for (size_t i = 0; i < trials; i++) {
		struct compare_cell c;
		size_t n;

		draw(z, a, b);
		n = stein ? compare_plan(a, b, n1, precision, MOST)
			  : look_each_time(a, b, n1, precision);
		compare_judge(&c, a, b, n, stein ? n1 : n, precision, 1);
		ck_assert(n == MOST || (c.pct.hi - c.pct.lo) / 2 <=
					       1.3 * precision); /* the baseline's mean moved a little */
		missed += c.pct.lo > 0 || c.pct.hi < 0;
		n_mean += (double)n / (double)trials;
	}
	printf("%s, first stage %zu, %s: %.2f%% of %zu intervals miss, %.1f replications in the mean\n",
	       z->skewed ? "skewed" : "normal", n1, stein ? "two stages" : "looking each time",
	       100 * (double)missed / (double)trials, trials, n_mean);
	return 100 * (double)missed / (double)trials;
}

/* Growth does not spoil the interval: about 5% miss, while looking after each replication misses
 * more often. */
START_TEST(growth_keeps_coverage)
{
	struct rng r;
	struct noise z = { .rng = &r.gsl };
	double naive;

	rng_init(&r, harness_seed(), 0, "check_compare", 0);
	for (size_t n1 = 5; n1 <= 20; n1 *= 2) {
		double m = misses(&z, n1, 1.0, true, 4000);

		ck_assert(m > 3.9 && m < 6.1);	/* three standard errors of 5% in 4000 trials */
	}
	z.skewed = true;
	for (size_t n1 = 5; n1 <= 20; n1 *= 2) {
		double m = misses(&z, n1, 1.0, true, 4000);

		ck_assert(m > 2 && m < 8);
	}
	z.skewed = false;
	naive = misses(&z, 5, 1.0, false, 1000);
	ck_assert_double_gt(naive, 6.1);
}
END_TEST

/* ---- simulated ---- */

#define PLANTED			"720"	/* GB/s, of 696 */
#define NULL_PRECISION		3.0	/* %: asks for more replications than the first stage has */
#define PAIRED_PRECISION	1.0
static char path[64];

static void setup(void)
{
	FILE *f;

	snprintf(path, sizeof(path), "check_compare.%ld.cfg", (long)getpid());
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs("gpu = \"a40\";\nmodel = \"llama-3-8b\";\n"
	      "engine = { type = \"sglang\"; max_running_requests = 3; };\n"
	      "workload = { type = \"closed_loop\"; users = 6; requests_per_user = 3; max_tokens = 12;\n"
	      "	think_s = { dist = \"uniform\"; min = 0.05; max = 0.3; };\n"
	      "	prompts = ({ spans = \"a:5\"; output = 12; }, { spans = \"a:2 b:90\"; output = 8; },\n"
	      "		{ spans = \"c:400\"; output = 10; }); };\n"
	      "run = { replications = 5; threads = 1; };\n", f);
	ck_assert_int_eq(fclose(f), 0);
}

static void teardown(void)
{
	ck_assert_int_eq(unlink(path), 0);
}

static struct scenario *load(long seed, const char *key, const char *value)
{
	char text[24];
	const struct scenario_override set[] = { { "run.seed", text, NULL }, { key, value, NULL } };
	struct diag errors;
	struct scenario *s;

	snprintf(text, sizeof(text), "%ld", seed);
	diag_init(&errors);
	s = scenario_load(path, set, key ? 2 : 1, &errors);
	diag_print(&errors, stdout);
	ck_assert_ptr_nonnull(s);
	diag_release(&errors);
	return s;
}

/* a over b, to the end; release with done(). */
static void compare(struct compare *c, struct scenario *a, struct scenario *b, double precision,
		    size_t most)
{
	const struct run_options o = { .threads = 1 };

	*c = (struct compare){ .what = "test",
			       .precision_pct = precision,
			       .most = most,
			       .headline = { M_output_throughput },
			       .nheadline = 1 };
	compare_add(c, a, xstrdup("a"), xstrdup(""));
	compare_add(c, b, xstrdup("b"), xstrdup(""));
	compare_begin(c);
	compare_simulate(c, &o);
	ck_assert_uint_eq(c->npairs, 1);
	ck_assert_uint_eq(c->pair[0].nlevels, 1);
}

static void done(struct compare *c)
{
	struct scenario *a = c->side[0].scenario, *b = c->side[1].scenario;

	compare_release(c);
	scenario_free(a);
	scenario_free(b);
}

START_TEST(two_names_for_one_configuration)
{
	struct compare c;

	compare(&c, load(1, NULL, NULL), load(1, "engine.schedule_policy", "fcfs"), 1, 50);
	ck_assert(c.pair[0].identical);
	ck_assert_uint_eq(c.pair[0].n, 5);
	ck_assert_uint_eq(c.side[0].result->digest, c.side[1].result->digest);
	for (int m = 0; m < METRICS; m++) {
		const struct compare_cell *x = &c.pair[0].level[0].cell[m];

		if (x->verdict == VERDICT_NO_DATA)
			continue;
		ck_assert_int_eq(x->verdict, VERDICT_IDENTICAL);
		ck_assert_double_eq(x->difference.mean, 0);
		ck_assert_double_eq(x->difference.lo, 0);
		ck_assert_double_eq(x->difference.hi, 0);
	}
	ck_assert_uint_eq(c.intervals, 0);
	done(&c);
}
END_TEST

/* A GPU with 3.4% more bandwidth serves about 3% more tokens here. */
START_TEST(planted_difference_is_found)
{
	long first = (long)harness_seed();
	double least = HUGE_VAL, most = 0, mean = 0;

	for (long seed = first; seed < first + 20; seed++) {
		struct compare c;
		const struct compare_cell *x;

		compare(&c, load(seed, NULL, NULL), load(seed, "gpu.bandwidth_gb_s", PLANTED), 1, 100);
		x = &c.pair[0].level[0].cell[M_output_throughput];
		ck_assert_int_eq(x->verdict, VERDICT_DIFFERENT);
		ck_assert_int_eq(x->good, 1);
		mean += x->pct.mean / 20;
		least = fmin(least, x->pct.mean);
		most = fmax(most, x->pct.mean);
		done(&c);
	}
	printf("planted: %+.2f%% in the mean of 20 seeds, %+.2f%% to %+.2f%%\n", mean, least, most);
	ck_assert_double_eq_tol(mean, 3, 0.5);
}
END_TEST

/* 200, or what $TRIALS says: 2 to 8% may miss, which chance alone breaks with one seed in 20. */
static long trials(void)
{
	const char *text = getenv("TRIALS");

	return text ? strtol(text, NULL, 10) : 200;
}

static void about_one_in_20(size_t missed)
{
	ck_assert(50 * missed >= (size_t)trials() && 100 * missed <= 8 * (size_t)trials());
}

/* The same configuration with other random numbers: the true difference is 0, and nothing is paired. */
START_TEST(null_of_independent_runs)
{
	long first = (long)harness_seed() * 1000;
	size_t missed = 0, grown = 0, n = 0;

	for (long i = 0; i < trials(); i++) {
		struct compare c;
		const struct compare_cell *x;

		compare(&c, load(first + 2 * i, NULL, NULL), load(first + 2 * i + 1, NULL, NULL),
			NULL_PRECISION, 60);
		x = &c.pair[0].level[0].cell[M_output_throughput];
		missed += x->verdict == VERDICT_DIFFERENT;
		grown += c.pair[0].n > c.first;
		n += c.pair[0].n;
		done(&c);
	}
	printf("independent runs: %zu of %ld intervals miss; %zu grew, %.1f replications in the mean\n",
	       missed, trials(), grown, (double)n / (double)trials());
	ck_assert_uint_gt(grown, (size_t)trials() / 2);
	about_one_in_20(missed);
}
END_TEST

/* Two policies on the same requests; who is who is drawn anew for each replication, so the true
 * difference is 0 while differences spread as paired ones do. */
START_TEST(null_of_paired_runs)
{
	const struct run_options o = { .threads = 1 };
	size_t missed = 0, grown = 0, total = 0, n = 60;
	uint64_t seed = harness_seed();

	for (long i = 0; i < trials(); i++) {
		struct scenario *s[2] = { load(5000 + i, NULL, NULL),
					  load(5000 + i, "engine.schedule_policy", "random") };
		struct run *r[2] = { run_begin(s[0]), run_begin(s[1]) };
		const size_t want[2] = { n, n };
		struct compare_cell c;
		struct rng coin;
		double a[60], b[60];
		size_t plan;

		rng_init(&coin, seed, (uint32_t)i, "coin", 0);
		run_grow(r, want, 2, &o);
		for (size_t k = 0; k < n; k++) {
			bool swap = rng_u64(&coin) >> 63;

			a[k] = run_sample(r[swap], 0, M_e2e_ms_mean, k);
			b[k] = run_sample(r[!swap], 0, M_e2e_ms_mean, k);
		}
		plan = compare_plan(a, b, 5, PAIRED_PRECISION, n);
		compare_judge(&c, a, b, plan, 5, PAIRED_PRECISION, -1);
		missed += c.verdict == VERDICT_DIFFERENT;
		grown += plan > 5;
		total += plan;
		for (int k = 0; k < 2; k++) {
			run_end(r[k]);
			scenario_free(s[k]);
		}
	}
	printf("paired runs: %zu of %ld intervals miss; %zu grew, %.1f replications in the mean\n",
	       missed, trials(), grown, (double)total / (double)trials());
	ck_assert_uint_gt(grown, (size_t)trials() / 2);
	about_one_in_20(missed);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("compare");
	TCase *t = tcase_create("numbers"), *sim = tcase_create("simulated");

	tcase_add_test(t, stein_two_stages);
	tcase_add_test(t, student_is_the_smallest);
	tcase_add_test(t, power_of_single_runs);
	tcase_add_test(t, holm_steps_down);
	tcase_add_test(t, verdicts);
	tcase_add_test(t, growth_keeps_coverage);
	tcase_set_timeout(t, 120);
	suite_add_tcase(s, t);
	tcase_add_checked_fixture(sim, setup, teardown);
	tcase_add_test(sim, two_names_for_one_configuration);
	tcase_add_test(sim, planted_difference_is_found);
	tcase_add_test(sim, null_of_independent_runs);
	tcase_add_test(sim, null_of_paired_runs);
	tcase_set_timeout(sim, 300);
	suite_add_tcase(s, sim);
	return s;
}

int main(void)
{
	return harness_run(suite());
}

/* run/calibrate_simulate.c - the model of the fit: the scenario, run with other parameters. */
#include "config.h"

#include "run/calibrate.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "run/paired.h"
#include "run/run.h"

/* The scenario with its parameters at theta; NULL: the engine does not take them. */
static struct scenario *load(const struct calibration *c, const double *theta, int64_t n)
{
	struct scenario_override *all = xcalloc(c->nset + c->nparams + 1, sizeof(*all));
	char value[CALIBRATE_PARAMS][40], replications[24];
	struct scenario *s;
	struct diag errors;

	if (c->nset > 0)
		memcpy(all, c->set, c->nset * sizeof(*all));
	for (size_t i = 0; i < c->nparams; i++) {
		snprintf(value[i], sizeof(value[i]), "%#.17g", theta[i]);
		all[c->nset + i] = (struct scenario_override){ c->param[i].path, value[i], NULL };
	}
	snprintf(replications, sizeof(replications), "%" PRId64, n);
	all[c->nset + c->nparams] = (struct scenario_override){ "run.replications", replications, NULL };
	diag_init(&errors);
	s = scenario_load(c->path, all, c->nset + c->nparams + 1, &errors);
	diag_release(&errors);
	free(all);
	if (s && (s->cannot_run || s->memory.verdict == MEMORY_DOES_NOT_FIT)) {
		scenario_free(s);
		return NULL;
	}
	return s;
}

static bool take(struct calibration *c, const struct run_result *r, double *mean, double *sample)
{
	size_t n = r->replications;

	c->coverage = (struct coverage){ 0 };
	for (size_t i = 0; i < c->ntargets; i++) {
		const struct calibrate_target *t = &c->target[i];
		const struct level_result *l = level_of_users(r, t->users);

		if (!l || l->metric[t->metric].n == 0)
			return false;
		coverage_join(&c->coverage, &l->coverage);
		mean[i] = l->metric[t->metric].mean;
		if (sample)
			memcpy(&sample[i * n], l->sample[t->metric], n * sizeof(*sample));
	}
	c->digest = r->digest;
	return true;
}

bool calibrate_simulate(struct calibration *c, const double *theta, int64_t n, double *mean, double *sample)
{
	struct run_options o = { .threads = c->base->run.threads };
	struct scenario *s = load(c, theta, n);
	struct run_result *r = s ? run_scenario(s, &o) : NULL;
	bool ok = r && !r->hang && take(c, r, mean, sample);
	double chi2 = 0.0;

	run_result_free(r);
	scenario_free(s);
	c->runs++;
	for (size_t i = 0; ok && i < c->ntargets; i++)
		chi2 += pow((mean[i] - c->target[i].measured) / c->target[i].sigma, 2.0);
	if (c->progress)
		c->progress(c->progress_ctx, c->runs, chi2);
	return ok;
}

/* Sample covariance of two numbers of the same runs; pairs without data are left out. */
static double covariance(const double *x, const double *y, size_t n)
{
	double mx = 0.0, my = 0.0, sum = 0.0;
	size_t have = 0;

	for (size_t k = 0; k < n; k++) {
		if (!isfinite(x[k]) || !isfinite(y[k]))
			continue;
		mx += x[k];
		my += y[k];
		have++;
	}
	for (size_t k = 0; k < n; k++)
		if (isfinite(x[k]) && isfinite(y[k]))
			sum += (x[k] - mx / (double)have) * (y[k] - my / (double)have);
	return have > 1 ? sum / (double)(have - 1) : 0.0;
}

/* Of single runs: within a level, with sigma's floor on the diagonal. */
static void covariances(const struct calibration *c, const double *sample, size_t n, double *cov)
{
	size_t m = c->ntargets;

	for (size_t i = 0; i < m; i++)
		for (size_t k = 0; k < m; k++)
			cov[i * m + k] = i == k ? pow(c->target[i].sigma, 2.0) :
				c->target[i].level != c->target[k].level ? 0.0 :
				covariance(&sample[i * n], &sample[k * n], n);
}

static void sum_up(struct calibration *c)
{
	c->chi2 = c->mean_abs_pct = c->worst_pct = 0.0;
	for (size_t i = 0; i < c->ntargets; i++) {
		struct calibrate_target *t = &c->target[i];

		t->error_pct = 100.0 * (t->simulated - t->measured) / t->measured;
		t->z = (t->measured - t->simulated) / t->sigma;
		c->chi2 += t->z * t->z;
		c->mean_abs_pct += fabs(t->error_pct) / (double)c->ntargets;
		if (fabs(t->error_pct) > fabs(c->worst_pct)) {
			c->worst_pct = t->error_pct;
			c->worst = i;
		}
	}
}

bool calibrate_judge(struct calibration *c, int64_t replications, double *cov)
{
	size_t m = c->ntargets, n = (size_t)replications;
	double *mean = xcalloc(m, sizeof(*mean)), *sample = xcalloc(m * n, sizeof(*sample)), theta[CALIBRATE_PARAMS];
	bool ok;

	for (size_t i = 0; i < c->nparams; i++)
		theta[i] = c->param[i].value;
	for (size_t i = 0; i < m; i++)		/* until the spread is known */
		c->target[i].sigma = c->target[i].sigma > 0 ? c->target[i].sigma : CALIBRATE_FLOOR * c->target[i].measured;
	ok = calibrate_simulate(c, theta, replications, mean, sample);
	for (size_t i = 0; ok && i < m; i++) {
		c->target[i].simulated = mean[i];
		c->target[i].sigma = fmax(sqrt(covariance(&sample[i * n], &sample[i * n], n)),
					  CALIBRATE_FLOOR * c->target[i].measured);
	}
	if (ok)
		sum_up(c);
	if (ok && cov)
		covariances(c, sample, n, cov);
	free(mean);
	free(sample);
	return ok;
}

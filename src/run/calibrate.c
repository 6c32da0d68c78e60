/* run/calibrate.c - the fit: twice over all data, then once without each level. */
#include "config.h"

#include "run/calibrate.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

#define ITERATIONS	12		/* of the minimiser; it usually stops before */
#define DIGITS		4		/* of a result: more would be noise, and compilers differ in the last */

static double rounded(double v)
{
	char text[40];

	snprintf(text, sizeof(text), "%.*g", DIGITS, v);
	return strtod(text, NULL);
}

static bool fit_all(struct calibration *c)
{
	bool *use = xcalloc(c->ntargets, sizeof(*use)), ok = true;
	double theta[CALIBRATE_PARAMS];

	for (size_t i = 0; i < c->ntargets; i++)
		use[i] = true;
	ok = calibrate_judge(c, c->judged, NULL);
	c->start_abs_pct = c->mean_abs_pct;
	for (int round = 0; ok && round < 2; round++) {
		ok = calibrate_judge(c, c->base->run.replications, NULL);
		for (size_t i = 0; i < c->nparams; i++)
			theta[i] = c->param[i].value;
		ok = ok && calibrate_minimise(c, use, ITERATIONS, theta);
		for (size_t i = 0; ok && i < c->nparams; i++)
			c->param[i].value = fmin(fmax(rounded(theta[i]), c->param[i].lo), c->param[i].hi);
	}
	free(use);
	return ok;
}

/* What the others say of a level. */
static bool leave_out(struct calibration *c, size_t level)
{
	bool *use = xcalloc(c->ntargets, sizeof(*use)), ok;
	double *mean = xcalloc(c->ntargets, sizeof(*mean)), theta[CALIBRATE_PARAMS];
	size_t left = 0;

	for (size_t i = 0; i < c->ntargets; i++)
		left += use[i] = c->target[i].level != level;
	for (size_t i = 0; i < c->nparams; i++)
		theta[i] = c->param[i].start;
	ok = left > c->nparams && calibrate_minimise(c, use, ITERATIONS, theta) &&
	     calibrate_simulate(c, theta, c->judged, mean, NULL);
	for (size_t i = 0; ok && i < c->ntargets; i++)
		if (!use[i])
			c->target[i].held_out_pct = 100.0 * (mean[i] - c->target[i].measured) / c->target[i].measured;
	c->left_out += ok;
	free(use);
	free(mean);
	return ok || left <= c->nparams;
}

static bool cross_validation(struct calibration *c)
{
	double sum = 0.0;
	size_t n = 0;

	c->left_out = 0;
	for (size_t l = 0; l < c->nusers; l++)
		if (!leave_out(c, l))
			return false;
	for (size_t i = 0; i < c->ntargets; i++) {
		if (isfinite(c->target[i].held_out_pct)) {
			sum += fabs(c->target[i].held_out_pct);
			n++;
		}
	}
	if (n > 0)
		c->held_out_mean_pct = sum / (double)n;
	return true;
}

bool calibrate_fit(struct calibration *c, bool cross_validate)
{
	size_t m = c->ntargets;
	double *cov = xcalloc(m * m, sizeof(*cov)), *jacobian = xcalloc(m * c->nparams, sizeof(*jacobian));
	double theta[CALIBRATE_PARAMS];
	bool ok = fit_all(c);

	for (size_t i = 0; i < c->nparams; i++)
		theta[i] = c->param[i].value;
	ok = ok && calibrate_jacobian(c, theta, jacobian) && (!cross_validate || cross_validation(c)) &&
	     calibrate_judge(c, c->judged, cov);
	if (ok)
		calibrate_intervals(c, jacobian, cov);
	free(cov);
	free(jacobian);
	return ok;
}

/* run/calibrate_minimise.c - Levenberg and Marquardt over runs of the scenario.
 *
 * gsl_multifit_nlinear rather than a simplex: the means over replications with fixed seeds are close
 * to linear in the times, so it needs some fifty runs where nmsimplex2 needs hundreds.  The surface is
 * rough in the small (which request joins which batch changes in steps), so derivatives are not GSL's
 * own, which take steps of 1e-8, but central differences as wide as a change that shows; and a step
 * that finds nothing better is the end, not an error.
 *
 * Ranges are kept by MINUIT's substitution theta = lo + (hi - lo) (1 + sin u) / 2.
 */
#include "config.h"

#include "run/calibrate.h"

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_errno.h>
#include <gsl/gsl_multifit_nlinear.h>

#include "base/bug.h"
#include "base/mem.h"

#define STEP	0.25			/* scales: half the width of a difference */
#define INSIDE	0.05			/* scales: a start at an end of the range is moved in, where u has a slope */

struct problem {
	struct calibration *c;
	const bool *use;
	double *mean, *jacobian;	/* of all targets */
};

static double outside(const struct calibrate_param *p, double u)
{
	return p->lo + (p->hi - p->lo) * (1.0 + sin(u)) / 2.0;
}

static double inside(const struct calibrate_param *p, double theta)
{
	double margin = fmin(INSIDE * p->scale, (p->hi - p->lo) / 4.0);

	theta = fmin(fmax(theta, p->lo + margin), p->hi - margin);
	return asin(2.0 * (theta - p->lo) / (p->hi - p->lo) - 1.0);
}

static void all_outside(const struct calibration *c, const gsl_vector *u, double *theta)
{
	for (size_t i = 0; i < c->nparams; i++)
		theta[i] = outside(&c->param[i], gsl_vector_get(u, i));
}

static int residuals(const gsl_vector *u, void *ctx, gsl_vector *f)
{
	struct problem *p = ctx;
	double theta[CALIBRATE_PARAMS];
	size_t row = 0;

	all_outside(p->c, u, theta);
	if (!calibrate_simulate(p->c, theta, p->c->base->run.replications, p->mean, NULL))
		return GSL_EFAILED;
	for (size_t i = 0; i < p->c->ntargets; i++) {
		const struct calibrate_target *t = &p->c->target[i];

		if (p->use[i])
			gsl_vector_set(f, row++, (p->mean[i] - t->measured) / t->sigma);
	}
	return GSL_SUCCESS;
}

bool calibrate_jacobian(struct calibration *c, const double *theta, double *jacobian)
{
	size_t m = c->ntargets;
	double *up = xcalloc(m, sizeof(*up)), *down = xcalloc(m, sizeof(*down)), at[CALIBRATE_PARAMS];
	bool ok = true;

	for (size_t i = 0; i < c->nparams; i++)
		at[i] = theta[i];
	for (size_t k = 0; ok && k < c->nparams; k++) {
		const struct calibrate_param *p = &c->param[k];
		double hi = fmin(theta[k] + STEP * p->scale, p->hi), lo = fmax(theta[k] - STEP * p->scale, p->lo);

		at[k] = hi;
		ok = calibrate_simulate(c, at, c->base->run.replications, up, NULL);
		at[k] = lo;
		ok = ok && calibrate_simulate(c, at, c->base->run.replications, down, NULL);
		at[k] = theta[k];
		for (size_t i = 0; ok && i < m; i++)
			jacobian[i * c->nparams + k] = (up[i] - down[i]) / (hi - lo);
	}
	free(up);
	free(down);
	return ok;
}

static int slopes(const gsl_vector *u, void *ctx, gsl_matrix *j)
{
	struct problem *p = ctx;
	const struct calibration *c = p->c;
	double theta[CALIBRATE_PARAMS];
	size_t row = 0;

	all_outside(c, u, theta);
	if (!calibrate_jacobian(p->c, theta, p->jacobian))
		return GSL_EFAILED;
	for (size_t i = 0; i < c->ntargets; i++) {
		if (!p->use[i])
			continue;
		for (size_t k = 0; k < c->nparams; k++) {
			const struct calibrate_param *q = &c->param[k];

			gsl_matrix_set(j, row, k, p->jacobian[i * c->nparams + k] / c->target[i].sigma *
				       (q->hi - q->lo) / 2.0 * cos(gsl_vector_get(u, k)));
		}
		row++;
	}
	return GSL_SUCCESS;
}

static bool drive(gsl_multifit_nlinear_workspace *w, size_t iterations)
{
	int info, status = gsl_multifit_nlinear_driver(iterations, 1e-5, 1e-6, 0.0, NULL, NULL, &info, w);

	return status == GSL_SUCCESS || status == GSL_EMAXITER || status == GSL_ENOPROG;
}

bool calibrate_minimise(struct calibration *c, const bool *use, size_t iterations, double *theta)
{
	struct problem p = { c, use, xcalloc(c->ntargets, sizeof(double)),
			     xcalloc(c->ntargets * c->nparams, sizeof(double)) };
	gsl_multifit_nlinear_parameters how = gsl_multifit_nlinear_default_parameters();
	gsl_multifit_nlinear_fdf fdf = { .f = residuals, .df = slopes, .p = c->nparams, .params = &p };
	gsl_multifit_nlinear_workspace *w;
	gsl_vector *u = gsl_vector_alloc(c->nparams);
	bool ok;

	for (size_t i = 0; i < c->ntargets; i++)
		fdf.n += use[i];
	for (size_t i = 0; i < c->nparams; i++)
		gsl_vector_set(u, i, inside(&c->param[i], theta[i]));
	w = gsl_multifit_nlinear_alloc(gsl_multifit_nlinear_trust, &how, fdf.n, fdf.p);
	BUG_ON(!u || !w);
	ok = gsl_multifit_nlinear_init(u, &fdf, w) == GSL_SUCCESS && drive(w, iterations);
	if (ok)
		all_outside(c, gsl_multifit_nlinear_position(w), theta);
	gsl_multifit_nlinear_free(w);
	gsl_vector_free(u);
	free(p.mean);
	free(p.jacobian);
	return ok;
}

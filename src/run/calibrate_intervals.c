/* run/calibrate_intervals.c - how far a fit can be trusted. */
#include "config.h"

#include "run/calibrate.h"

#include <math.h>

#include <gsl/gsl_blas.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_linalg.h>

#define SINGULAR	1e-6		/* of the largest singular value: no direction at all */
#define SEEN		2.0		/* scales: a half interval beyond this says nothing */

/* out = (J'WJ)^+ J'W with J in scales, from the singular values of A = J / sigma; returns their ratio. */
static double estimator(const struct calibration *c, const double *jacobian, gsl_matrix *out)
{
	size_t m = c->ntargets, n = c->nparams;
	gsl_matrix *a = gsl_matrix_alloc(m, n), *v = gsl_matrix_alloc(n, n);
	gsl_vector *s = gsl_vector_alloc(n), *work = gsl_vector_alloc(n);
	double largest, least;

	for (size_t i = 0; i < m; i++)
		for (size_t k = 0; k < n; k++)
			gsl_matrix_set(a, i, k, jacobian[i * n + k] * c->param[k].scale / c->target[i].sigma);
	gsl_linalg_SV_decomp(a, v, s, work);
	largest = gsl_vector_get(s, 0);
	least = gsl_vector_get(s, n - 1);
	for (size_t k = 0; k < n; k++) {	/* v diag(1/s) u': a direction without effect gets a huge variance */
		double f = 1.0 / fmax(gsl_vector_get(s, k), fmax(SINGULAR * largest, 1e-12));

		for (size_t i = 0; i < n; i++)
			gsl_matrix_set(v, i, k, gsl_matrix_get(v, i, k) * f);
	}
	gsl_blas_dgemm(CblasNoTrans, CblasTrans, 1.0, v, a, 0.0, out);
	gsl_matrix_free(a);
	gsl_matrix_free(v);
	gsl_vector_free(s);
	gsl_vector_free(work);
	return least > 0.0 ? largest / least : (double)INFINITY;
}

/* Covariance of the parameters in scales: E S E', S in sigmas. */
static void parameter_covariance(const struct calibration *c, gsl_matrix *e, const double *cov, gsl_matrix *out)
{
	size_t m = c->ntargets, n = c->nparams;
	gsl_matrix *s = gsl_matrix_alloc(m, m), *es = gsl_matrix_alloc(n, m);
	double dof = (double)(m - n), wider = fmax(1.0, c->chi2 / dof);

	wider *= 1.0 + 1.0 / (double)c->base->run.replications;
	for (size_t i = 0; i < m; i++)
		for (size_t k = 0; k < m; k++)
			gsl_matrix_set(s, i, k, wider * cov[i * m + k] / c->target[i].sigma / c->target[k].sigma);
	gsl_blas_dgemm(CblasNoTrans, CblasNoTrans, 1.0, e, s, 0.0, es);
	gsl_blas_dgemm(CblasNoTrans, CblasTrans, 1.0, es, e, 0.0, out);
	gsl_matrix_free(s);
	gsl_matrix_free(es);
}

static void interval(struct calibrate_param *p, double variance, double t)
{
	double edge = 1e-3 * p->scale;

	p->sd = sqrt(fmax(variance, 0.0)) * p->scale;
	p->ci_lo = fmax(p->value - t * p->sd, p->lo);
	p->ci_hi = fmin(p->value + t * p->sd, p->hi);
	p->at_bound = p->value - p->lo < edge || p->hi - p->value < edge;
	p->identifiable = isfinite(p->sd) && t * p->sd <= SEEN * p->scale;
}

static void correlate(struct calibration *c, const gsl_matrix *cov)
{
	for (size_t i = 0; i < c->nparams; i++) {
		for (size_t k = 0; k < c->nparams; k++) {
			double scale = sqrt(gsl_matrix_get(cov, i, i) * gsl_matrix_get(cov, k, k));
			double r = scale > 0.0 ? gsl_matrix_get(cov, i, k) / scale : 0.0;

			c->correlation[i][k] = i == k ? 1.0 : r;
			if (i != k && fabs(r) > CALIBRATE_ALIKE)
				c->param[i].identifiable = false;
		}
	}
}

void calibrate_intervals(struct calibration *c, const double *jacobian, const double *cov)
{
	size_t m = c->ntargets, n = c->nparams;
	gsl_matrix *e = gsl_matrix_alloc(n, m), *out = gsl_matrix_alloc(n, n);
	double t = gsl_cdf_tdist_Pinv(0.975, (double)(m - n));

	c->condition = estimator(c, jacobian, e);
	parameter_covariance(c, e, cov, out);
	for (size_t i = 0; i < n; i++)
		interval(&c->param[i], gsl_matrix_get(out, i, i), t);
	correlate(c, out);
	gsl_matrix_free(e);
	gsl_matrix_free(out);
}

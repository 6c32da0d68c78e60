/* run/enginelog_solve.c - parameters from the times of windows: generalised least squares.
 *
 * A window's time T = less + x'theta is seen twice:
 *   by throughput  y = T - (lean + lean' k / (k + 4)) span + e,  Var e = v + (loose * span)^2 / (k + 1)
 *	span: how far y can be off because k prefill passes and the ends of requests lie somewhere between
 *	the decode passes.  Where prefill passes come in bursts, many lean another way than few.
 *   by clock       stamp(b) - stamp(a) = T + e + round(b) - round(a),  Var e = v, Var round = tick^2 / 12
 *	Neighbouring windows share a stamp, so their errors take each other back: over a run of windows the
 *	clock is off by a tick at most.
 * For the same reason `less`, which counts KV tokens, can be off by `blur`: T = less + lean" blur + x'theta.
 * What leans the same way in all windows is estimated with the rest, so that it biases nobody else; it is
 * known beforehand that it lies between -1/2 and 1/2.
 * v = v0 + (loose" blur)^2, and more in windows with prefill.  The four spreads are those of the greatest
 * likelihood.
 * Windows far from the model count less (weights of Student's t with 4 degrees of freedom): servers pause.
 *
 * Intervals: the larger of two variances, the model's and one that does not believe it, from the sums over
 * groups of consecutive windows (both looks at a window and its neighbours are in one group).
 */
#include "config.h"

#include "run/enginelog.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_blas.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <gsl/gsl_multimin.h>

#include "base/mem.h"

enum { LEAN_CLEAN, LEAN_MIXED, LEAN_MANY, BLUR_CLEAN, BLUR_MIXED, LEANS };	/* columns behind those of theta */
#define Q		(LOG_COLUMNS + LEANS)
#define MANY		4.0			/* prefill passes of a window: no longer few */
#define FEWEST		6			/* windows */
#define LEAN_SD		0.29			/* of a uniform law over [-1/2, 1/2] */
#define STUDENT		4.0			/* degrees of freedom of the weights */
#define ROUNDS		3			/* of weights */
#define GROUPS		25			/* of windows, about */
#define LEAST_MS	0.05			/* spread: throughput is printed with two decimals */
#define BELIEF		0.01			/* in the first guess of a spread, where no window speaks */

enum { CLEAN, MIXED, LOOSE, LOOSE_BLUR, SPREADS };

struct state {
	const struct log_rows *r;
	double *weight, scale[Q];		/* of columns: numbers near 1 */
	double spread[SPREADS], first[SPREADS];
	double normal[Q][Q], right[Q], squares, logs;	/* X'WX, X'Wy, y'Wy, -sum log W */
	double theta[Q], cov[Q][Q], meat[Q][Q];
	double group[Q];
	size_t groups;
	bool judge;				/* sum up groups with theta */
};

void log_rows_init(struct log_rows *r, const struct log_fit *f, size_t p)
{
	*r = (struct log_rows){ .window = f->window, .n = f->nwindow, .p = p, .tick_ms = f->tick_ms };
	r->x = xcalloc(r->n + 1, sizeof(*r->x));
	r->less = xcalloc(r->n + 1, sizeof(*r->less));
	r->blur = xcalloc(r->n + 1, sizeof(*r->blur));
	r->rows = xcalloc(r->n + 1, sizeof(*r->rows));
	for (size_t i = 0; i < r->n; i++)
		r->rows[i] = f->window[i].rows;
}

void log_rows_release(struct log_rows *r)
{
	free(r->x);
	free(r->less);
	free(r->rows);
	free(r->blur);
}

double log_rows_ms(const struct log_rows *r, const struct log_solution *s, size_t i)
{
	double ms = r->less[i] + s->blur[r->window[i].clean] * r->blur[i];

	for (size_t j = 0; j < r->p; j++)
		ms += r->x[i][j] * s->theta[j].value;
	return ms;
}

void log_rows_believe(struct log_rows *r, const struct log_solution *s)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct log_window *w = &r->window[i];
		double ms = log_rows_ms(r, s, i);

		if (isfinite(ms))
			r->rows[i] = fmin(fmax(w->rows * ms / w->ms, w->rows_lo), w->rows_hi);
	}
}

/* One observation of variance 1. */
static void take(struct state *s, const double *x, double y)
{
	size_t q = s->r->p + LEANS;
	double e = y;

	for (size_t j = 0; j < q; j++) {
		for (size_t k = 0; k < q; k++)
			s->normal[j][k] += x[j] * x[k];
		s->right[j] += x[j] * y;
		e -= s->judge ? x[j] * s->theta[j] : 0;
	}
	s->squares += y * y;
	for (size_t j = 0; s->judge && j < q; j++)
		s->group[j] += x[j] * e;
}

static double square(double v)
{
	return v * v;
}

/* Of a window's time about the model, without weight. */
static double variance(const struct state *s, size_t i)
{
	const struct log_window *w = &s->r->window[i];

	return square(s->spread[CLEAN]) + (w->clean && !w->late ? 0 : square(s->spread[MIXED])) +
	       square(s->spread[LOOSE_BLUR] * s->r->blur[i]);
}

static void row(const struct state *s, size_t i, double *x)
{
	for (size_t j = 0; j < s->r->p; j++)
		x[j] = s->r->x[i][j] * s->scale[j];
	for (size_t j = 0; j < LEANS; j++)
		x[s->r->p + j] = 0;
	x[s->r->p + (s->r->window[i].clean ? BLUR_CLEAN : BLUR_MIXED)] = s->r->blur[i];
}

/* Returns its variance, without weight. */
static double row_by_throughput(const struct state *s, size_t i, double *x)
{
	const struct log_window *w = &s->r->window[i];

	row(s, i, x);
	x[s->r->p + (w->clean ? LEAN_CLEAN : LEAN_MIXED)] = -w->span_ms;
	x[s->r->p + LEAN_MANY] = -w->span_ms * w->prefills / (w->prefills + MANY);
	return variance(s, i) + square(s->spread[LOOSE] * w->span_ms) / (w->prefills + 1);
}

static void by_throughput(struct state *s, size_t i)
{
	double x[Q], v = row_by_throughput(s, i, x) / s->weight[i];

	for (size_t j = 0; j < s->r->p + LEANS; j++)
		x[j] /= sqrt(v);
	s->logs += log(v);
	take(s, x, (s->r->window[i].ms - s->r->less[i]) / sqrt(v));
}

/* Differences of stamps, made independent by the Cholesky factor of their covariance, which has two diagonals. */
struct chain {
	double x[Q], y, sd;			/* of the window before; sd 0: it has no clock */
};

static void by_clock(struct state *s, size_t i, struct chain *c)
{
	const struct log_window *w = &s->r->window[i];
	double round2 = s->r->tick_ms * s->r->tick_ms / 12, l, x[Q], y = w->clock_ms - s->r->less[i], v;

	if (isnan(w->clock_ms)) {
		c->sd = 0;
		return;
	}
	l = c->sd > 0 && w->joined ? -round2 / c->sd : 0;
	v = variance(s, i) / s->weight[i] + 2 * round2 - l * l;
	row(s, i, x);
	for (size_t j = 0; j < s->r->p + LEANS; j++)
		c->x[j] = x[j] = (x[j] - (l != 0 ? l * c->x[j] : 0)) / sqrt(v);
	c->y = y = (y - (l != 0 ? l * c->y : 0)) / sqrt(v);
	c->sd = sqrt(v);
	s->logs += log(v);
	take(s, x, y);
}

static void close_group(struct state *s)
{
	for (size_t j = 0; j < Q; j++)
		for (size_t k = 0; k < Q; k++)
			s->meat[j][k] += s->group[j] * s->group[k];
	memset(s->group, 0, sizeof(s->group));
	s->groups++;
}

static void sum_up(struct state *s, bool judge)
{
	size_t n = s->r->n, length = n / GROUPS > 2 ? n / GROUPS : 2;
	struct chain c = { .sd = 0 };

	s->judge = judge;
	memset(s->normal, 0, sizeof(s->normal));
	memset(s->right, 0, sizeof(s->right));
	memset(s->meat, 0, sizeof(s->meat));
	memset(s->group, 0, sizeof(s->group));
	s->squares = s->logs = 0;
	s->groups = 0;
	for (size_t j = s->r->p; j < s->r->p + LEANS; j++)
		s->normal[j][j] = 1 / (LEAN_SD * LEAN_SD);
	for (size_t i = 0; i < n; i++) {
		by_throughput(s, i);
		by_clock(s, i, &c);
		if (judge && (i % length == length - 1 || i == n - 1))
			close_group(s);
	}
}

/* theta and cov of the normal equations; false: singular. */
static bool solve(struct state *s)
{
	size_t q = s->r->p + LEANS;
	gsl_matrix *a = gsl_matrix_alloc(q, q);
	bool ok = true;

	for (size_t j = 0; j < q; j++)
		for (size_t k = 0; k < q; k++)
			gsl_matrix_set(a, j, k, s->normal[j][k]);
	ok = gsl_linalg_cholesky_decomp1(a) == GSL_SUCCESS && gsl_linalg_cholesky_invert(a) == GSL_SUCCESS;
	for (size_t j = 0; ok && j < q; j++) {
		s->theta[j] = 0;
		for (size_t k = 0; k < q; k++) {
			s->cov[j][k] = gsl_matrix_get(a, j, k);
			s->theta[j] += s->cov[j][k] * s->right[k];
		}
		ok = isfinite(s->theta[j]) && isfinite(s->cov[j][j]) && s->cov[j][j] > 0;
	}
	gsl_matrix_free(a);
	return ok;
}

/* -2 log likelihood at the logarithms of the spreads. */
static double unlikely(const gsl_vector *u, void *ctx)
{
	struct state *s = ctx;
	double value;

	for (int k = 0; k < SPREADS; k++)
		s->spread[k] = exp(fmin(fmax(gsl_vector_get(u, (size_t)k), -20), 20));
	s->spread[CLEAN] = fmax(s->spread[CLEAN], LEAST_MS);
	sum_up(s, false);
	if (!solve(s))
		return GSL_POSINF;
	value = s->squares + s->logs;
	for (size_t j = 0; j < s->r->p + LEANS; j++)
		value -= s->theta[j] * s->right[j];
	for (int k = 0; k < SPREADS; k++)
		value += BELIEF * pow(gsl_vector_get(u, (size_t)k) - log(s->first[k]), 2);
	return value;
}

static bool spreads(struct state *s)
{
	gsl_multimin_function f = { .f = unlikely, .n = SPREADS, .params = s };
	gsl_multimin_fminimizer *m = gsl_multimin_fminimizer_alloc(gsl_multimin_fminimizer_nmsimplex2, SPREADS);
	gsl_vector *u = gsl_vector_alloc(SPREADS), *step = gsl_vector_alloc(SPREADS);
	bool ok;

	for (size_t k = 0; k < SPREADS; k++)
		gsl_vector_set(u, k, log(s->spread[k]));
	gsl_vector_set_all(step, 0.7);
	ok = isfinite(unlikely(u, s)) && gsl_multimin_fminimizer_set(m, &f, u, step) == GSL_SUCCESS;
	for (int i = 0; ok && i < 250 && gsl_multimin_fminimizer_size(m) > 0.02; i++)
		if (gsl_multimin_fminimizer_iterate(m) != GSL_SUCCESS)
			break;
	ok = ok && isfinite(unlikely(gsl_multimin_fminimizer_x(m), s));
	gsl_multimin_fminimizer_free(m);
	gsl_vector_free(u);
	gsl_vector_free(step);
	return ok;
}

/* By what throughput says: the clock is too coarse to see a pause. */
static void weigh(struct state *s)
{
	for (size_t i = 0; i < s->r->n; i++) {
		double x[Q], v = row_by_throughput(s, i, x), e = s->r->window[i].ms - s->r->less[i];

		for (size_t j = 0; j < s->r->p + LEANS; j++)
			e -= x[j] * s->theta[j];
		s->weight[i] = (STUDENT + 1) / (STUDENT + e * e / v);
	}
}

/* cov meat cov, the groups' own variance. */
static void sandwich(const struct state *s, double out[Q][Q])
{
	size_t q = s->r->p + LEANS;
	double half[Q][Q] = { { 0 } }, g = (double)s->groups / (double)(s->groups - 1);

	for (size_t j = 0; j < q; j++)
		for (size_t k = 0; k < q; k++)
			for (size_t i = 0; i < q; i++)
				half[j][k] += s->cov[j][i] * s->meat[i][k];
	for (size_t j = 0; j < q; j++)
		for (size_t k = 0; k < q; k++) {
			out[j][k] = 0;
			for (size_t i = 0; i < q; i++)
				out[j][k] += g * half[j][i] * s->cov[i][k];
		}
}

static void answer(const struct state *s, struct log_solution *out)
{
	double other[Q][Q], t = gsl_cdf_tdist_Pinv(0.975, (double)(s->groups - 1));

	sandwich(s, other);
	for (size_t j = 0; j < s->r->p; j++) {
		double sd = sqrt(fmax(s->cov[j][j], other[j][j])) * s->scale[j], v = s->theta[j] * s->scale[j];

		out->theta[j] = (struct interval95){ v, v - t * sd, v + t * sd };
		for (size_t k = 0; k < s->r->p; k++)
			out->correlation[j][k] = s->cov[j][k] / sqrt(s->cov[j][j] * s->cov[k][k]);
	}
	out->blur[true] = s->theta[s->r->p + BLUR_CLEAN];
	out->blur[false] = s->theta[s->r->p + BLUR_MIXED];
	out->clean_ms = s->spread[CLEAN];
	out->mixed_ms = hypot(s->spread[CLEAN], s->spread[MIXED]);
}

/* Columns near 1; false: one has nothing in it. */
static bool scale(struct state *s)
{
	for (size_t j = 0; j < s->r->p; j++) {
		double most = 0;

		for (size_t i = 0; i < s->r->n; i++)
			most = fmax(most, fabs(s->r->x[i][j]));
		if (!(most > 0) || !isfinite(most))
			return false;
		s->scale[j] = 1 / most;
	}
	return true;
}

bool enginelog_solve(const struct log_rows *r, struct log_solution *out)
{
	static const struct interval95 unknown = { NAN, NAN, NAN };
	struct state s = { .r = r, .first = { 3, 20, 0.2, 0.2 }, .spread = { 3, 20, 0.2, 0.2 } };
	gsl_error_handler_t *old = gsl_set_error_handler_off();
	bool ok = r->n >= FEWEST && r->n > r->p + 1 && scale(&s);

	*out = (struct log_solution){ .clean_ms = NAN, .mixed_ms = NAN };
	for (int j = 0; j < LOG_COLUMNS; j++)
		out->theta[j] = unknown;
	s.weight = xcalloc(r->n + 1, sizeof(*s.weight));
	for (size_t i = 0; i < r->n; i++)
		s.weight[i] = 1;
	for (int k = 0; ok && k < ROUNDS; k++) {
		if (k > 0)
			weigh(&s);
		ok = spreads(&s);
	}
	if (ok) {
		sum_up(&s, true);
		answer(&s, out);
	}
	free(s.weight);
	gsl_set_error_handler(old);
	return ok;
}

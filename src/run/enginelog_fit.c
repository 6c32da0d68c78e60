/* run/enginelog_fit.c - estimates from a server's log. */
#include "config.h"

#include "run/enginelog.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_multifit.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

#define ROWS_APART 0.1			/* of a clean window's mean */
#define FEWEST 6			/* windows for a fit */
#define SAME 0.98			/* correlation from which two columns are one */
#define ROUNDING 0.005			/* of "token usage" */
#define CLOCK_S 20.0			/* stamps of one second say nothing about less */

static const struct interval95 unknown = { NAN, NAN, NAN };

static int solve(const gsl_matrix *x, const gsl_vector *y, gsl_vector *c, gsl_matrix *cov, double *spread)
{
	gsl_multifit_robust_workspace *w = gsl_multifit_robust_alloc(gsl_multifit_robust_huber, x->size1,
								      x->size2);
	gsl_multifit_linear_workspace *plain;
	double chi2;
	int bad = gsl_multifit_robust_maxiter(1000, w) || gsl_multifit_robust(x, y, c, cov, w);

	*spread = gsl_multifit_robust_statistics(w).sigma;
	gsl_multifit_robust_free(w);
	if (!bad && isfinite(*spread))
		return 0;
	plain = gsl_multifit_linear_alloc(x->size1, x->size2);
	bad = gsl_multifit_linear(x, y, c, cov, &chi2, plain);
	*spread = sqrt(chi2 / (double)(x->size1 - x->size2));
	gsl_multifit_linear_free(plain);
	return bad;
}

bool enginelog_regress(const double *x, const double *y, size_t n, size_t p, struct interval95 *c,
		       double *spread)
{
	gsl_error_handler_t *old;
	gsl_vector *b;
	gsl_matrix *cov;
	bool ok = n >= FEWEST && n > p + 1;

	for (size_t j = 0; j < p; j++)
		c[j] = unknown;
	*spread = NAN;
	if (!ok)
		return false;
	old = gsl_set_error_handler_off();
	b = gsl_vector_calloc(p);
	cov = gsl_matrix_calloc(p, p);
	gsl_matrix_const_view xv = gsl_matrix_const_view_array(x, n, p);
	gsl_vector_const_view yv = gsl_vector_const_view_array(y, n);
	ok = solve(&xv.matrix, &yv.vector, b, cov, spread) == 0;
	for (size_t j = 0; ok && j < p; j++) {
		double v = gsl_vector_get(b, j), half = gsl_cdf_tdist_Pinv(0.975, (double)(n - p)) *
			   sqrt(gsl_matrix_get(cov, j, j));

		if (isfinite(v) && isfinite(half))
			c[j] = (struct interval95){ v, v - half, v + half };
	}
	gsl_vector_free(b);
	gsl_matrix_free(cov);
	gsl_set_error_handler(old);
	return ok;
}

/* Are the columns j and k of x one? A constant column has no correlation: yes. */
static bool same(const double *x, size_t n, size_t p, size_t j, size_t k)
{
	double sj = 0, sk = 0, jj = 0, kk = 0, jk = 0;

	for (size_t i = 0; i < n; i++) {
		sj += x[i * p + j] / (double)n;
		sk += x[i * p + k] / (double)n;
	}
	for (size_t i = 0; i < n; i++) {
		double a = x[i * p + j] - sj, b = x[i * p + k] - sk;

		jj += a * a;
		kk += b * b;
		jk += a * b;
	}
	return jj <= 1e-9 * (1 + sj * sj) || kk <= 1e-9 * (1 + sk * sk) || fabs(jk) > SAME * sqrt(jj * kk);
}

/* KV size: the start-up line, else where tokens / usage of all lines agree. */
static void fit_kv(const struct enginelog *l, struct log_fit *f)
{
	double lo = 0, hi = INFINITY;

	f->kv_tokens = unknown;
	for (size_t i = 0; i < l->n; i++) {
		const struct logline *p = &l->line[i];

		if (p->kind == LOGLINE_START)
			f->kv_tokens = (struct interval95){ p->kv_tokens, p->kv_tokens, p->kv_tokens };
		if (p->kind != LOGLINE_DECODE || !(p->usage > ROUNDING))
			continue;
		lo = fmax(lo, p->tokens / (p->usage + ROUNDING));
		hi = fmin(hi, p->tokens / (p->usage - ROUNDING));
	}
	if (isnan(f->kv_tokens.value) && isfinite(hi) && lo <= hi)
		f->kv_tokens = (struct interval95){ (lo + hi) / 2, lo, hi };
}

/* A ratio of sums, its error by the usual linearisation over lines. */
static void fit_hits(const struct enginelog *l, struct log_fit *f)
{
	double hit = 0, all = 0, square = 0, half;

	f->hit_rate = unknown;
	for (size_t i = 0; i < l->n; i++)
		if (l->line[i].kind == LOGLINE_PREFILL) {
			hit += l->line[i].cached;
			all += l->line[i].cached + l->line[i].new_tokens;
		}
	if (all <= 0)
		return;
	for (size_t i = 0; i < l->n; i++)
		if (l->line[i].kind == LOGLINE_PREFILL) {
			double d = l->line[i].cached - hit / all * (l->line[i].cached + l->line[i].new_tokens);

			square += d * d;
		}
	half = 1.96 * sqrt(square) / all;
	f->hit_rate = (struct interval95){ hit / all, fmax(0, hit / all - half), fmin(1, hit / all + half) };
}

/* The window from line a to line b, both decode lines; false: of no use. */
static bool window(const struct logline *line, size_t a, size_t b, long interval, struct log_window *w)
{
	const struct logline *p = &line[a], *q = &line[b];
	double sum = 0, from = p->rows;

	*w = (struct log_window){ .tokens = (p->tokens + q->tokens) / 2 };
	for (size_t i = a + 1; i < b; i++) {
		if (line[i].kind != LOGLINE_PREFILL || !(line[i].rows > 0))
			return false;
		sum += (from + line[i].rows) / 2;
		from = line[i].rows + line[i].new_seqs;
		w->prefills++;
		w->new_tokens += line[i].new_tokens;
		w->cached += line[i].cached;
		w->new_seqs += line[i].new_seqs;
	}
	w->rows = (sum + (from + q->rows) / 2) / (w->prefills + 1);
	if (!(w->rows > 0) || !(q->throughput > 0))
		return false;
	w->clean = w->prefills == 0;
	/* its requests are not among line a's rows yet: it runs in this window */
	if (w->clean && a > 0 && line[a - 1].kind == LOGLINE_PREFILL && !(line[a - 1].rows < p->rows))
		return false;
	w->ms = 1e3 * (double)interval * w->rows / q->throughput;
	return !w->clean || (p->rows >= q->rows && p->rows - q->rows <= ROWS_APART * w->rows);
}

static void collect(const struct enginelog *l, struct log_fit *f)
{
	double by_rate = 0, by_clock = 0;
	size_t a = l->n;

	for (size_t b = 0; b < l->n; b++) {
		struct log_window w;

		if (l->line[b].kind == LOGLINE_START)
			a = l->n;
		if (l->line[b].kind != LOGLINE_DECODE)
			continue;
		if (a < l->n && window(l->line, a, b, f->interval, &w)) {
			double s = l->line[b].time_s - l->line[a].time_s;

			ARRAY_ROOM(f->window, f->nwindow, f->capwindow);
			f->window[f->nwindow++] = w;
			f->nclean += w.clean;
			by_rate += isfinite(s) && w.clean ? w.ms / 1e3 : 0;
			by_clock += isfinite(s) && w.clean ? s : 0;
		} else {
			f->unusable++;
		}
		a = b;
	}
	f->nprefill = f->nwindow - f->nclean;
	f->clock_ratio = by_clock > CLOCK_S ? by_rate / by_clock : (double)NAN;
}

static void fit_step(struct log_fit *f)
{
	double *x = xcalloc(f->nclean + 1, STEP_TERMS * sizeof(*x)), *y = xcalloc(f->nclean + 1, sizeof(*y));
	size_t n = 0, p = STEP_TERMS;

	f->rows_lo = f->tokens_lo = INFINITY;
	f->rows_hi = f->tokens_hi = 0;
	for (size_t i = 0; i < f->nwindow; i++) {
		const struct log_window *w = &f->window[i];

		if (!w->clean)
			continue;
		x[n * p] = 1;
		x[n * p + 1] = w->rows;
		x[n * p + 2] = w->tokens;
		y[n++] = w->ms / (double)f->interval;
		f->rows_lo = fmin(f->rows_lo, w->rows);
		f->rows_hi = fmax(f->rows_hi, w->rows);
		f->tokens_lo = fmin(f->tokens_lo, w->tokens);
		f->tokens_hi = fmax(f->tokens_hi, w->tokens);
	}
	for (int j = 0; j < STEP_TERMS; j++)
		f->step[j] = unknown;
	if (n > 0 && same(x, n, p, 1, 2)) {	/* rows alone carry what tokens cost */
		for (size_t i = 0; i < n; i++) {
			x[2 * i] = 1;
			x[2 * i + 1] = x[i * p + 1];
		}
		p = 2;
	}
	if (n > 0 && f->rows_hi - f->rows_lo >= 1)
		enginelog_regress(x, y, n, p, f->step, &f->step_spread);
	free(x);
	free(y);
}

static double or_zero(double v)
{
	return isnan(v) ? 0 : v;
}

static void fit_prefill(struct log_fit *f)
{
	double *x = xcalloc(f->nprefill + 1, PREFILL_TERMS * sizeof(*x));
	double *y = xcalloc(f->nprefill + 1, sizeof(*y));
	size_t n = 0, p = PREFILL_TERMS;

	for (size_t i = 0; i < f->nwindow; i++) {
		const struct log_window *w = &f->window[i];

		if (w->clean)
			continue;
		x[n * p] = w->prefills;
		x[n * p + 1] = w->new_tokens;
		y[n++] = w->ms - (double)f->interval * (f->step[STEP_BASE].value + f->step[STEP_ROW].value * w->rows +
							or_zero(f->step[STEP_TOKEN].value) * w->tokens);
	}
	for (int j = 0; j < PREFILL_TERMS; j++)
		f->prefill[j] = unknown;
	if (!isnan(f->step[STEP_BASE].value)) {
		bool told = n > 0 && !same(x, n, p, 0, 1) &&
			    enginelog_regress(x, y, n, p, f->prefill, &f->prefill_spread);

		if (!told || !(f->prefill[PREFILL_TOKEN].lo > 0)) {	/* no token costs less than nothing */
			for (size_t i = 0; i < n; i++)
				x[i] = x[i * p];
			f->prefill[PREFILL_TOKEN] = unknown;
			enginelog_regress(x, y, n, 1, f->prefill, &f->prefill_spread);
		}
	}
	free(x);
	free(y);
}

void enginelog_fit(const struct enginelog *l, long interval, struct log_fit *f)
{
	*f = (struct log_fit){ .interval = interval, .step_spread = NAN, .prefill_spread = NAN };
	fit_kv(l, f);
	fit_hits(l, f);
	collect(l, f);
	fit_step(f);
	fit_prefill(f);
}

void enginelog_fit_release(struct log_fit *f)
{
	free(f->window);
	f->window = NULL;
	f->nwindow = 0;
}

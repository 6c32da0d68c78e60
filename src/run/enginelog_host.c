/* run/enginelog_host.c - the engine's host times: a log's times less what the scenario's GPU takes.
 *
 * sglang_loop.c: a pass lasts plan_decode_ms (or plan_prefill_ms) + plan_row_ms rows + the GPU's time, as long
 * as the rest of the host's work hides behind it.  Without overlap nothing hides: then the scenario's own
 * values of that work are taken off, too.
 *
 * #token counts a prefix that several rows share once, each row reads it: the context is between #token
 * (nothing shared) and #token + (rows - 1) hits (all hits are on one prefix).  Both are fitted; the interval
 * spans both.
 */
#include "config.h"

#include "run/enginelog.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_multifit.h>

#include "base/mem.h"
#include "engine/sglang.h"

#define MOST_ROWS 1e6			/* of a damaged log */
#define MOST_TOKENS 1e12
#define KNOWN 0.01			/* of its time: windows that are judged */

enum { DECODE, ROW, PREFILL, TERMS };

/* Cached tokens of a mean request. */
static double hits(const struct log_fit *f)
{
	double hit = 0, seqs = 0;

	for (size_t i = 0; i < f->nwindow; i++) {
		hit += f->window[i].cached;
		seqs += f->window[i].new_seqs;
	}
	return seqs > 0 ? hit / seqs : 0;
}

static uint64_t whole(double v)
{
	return (uint64_t)fmin(MOST_TOKENS, fmax(1, round(v)));
}

/* Host work in front of and behind a pass that nothing hides. */
static double bare_ms(const struct sg_params *p, double rows, double seqs, double tokens)
{
	const struct sg_host *h = &p->host;
	double ms = h->recv_ms + h->post_ms;

	if (!p->disable_overlap_schedule)
		return 0;
	if (seqs > 0)
		return ms + h->sched_prefill_ms + seqs * (h->sched_prefill_req_ms + h->post_row_ms) +
		       tokens * h->sched_prefill_token_us / 1e3;
	return ms + h->sched_decode_ms + rows * (h->sched_decode_row_ms + h->post_row_ms);
}

static double decode_ms(const struct scenario *s, double rows, double tokens, double shared)
{
	const struct sg_params *p = s->engine_params;
	uint32_t n = (uint32_t)fmin(MOST_ROWS, fmax(1, round(rows)));
	uint64_t context = whole(tokens + fmax(0, rows - 1) * shared);
	struct pass_shape shape = { .decode_rows = n, .decode_context = context > n ? context : n, .sampled_rows = n,
				    .padded_rows = sg_graph_size(p, n) };
	struct pass_cost c;

	cost_of(s->cost, &shape, &c);
	return fmax(c.total_ns / 1e6, shape.padded_rows > 0 ? p->host.launch_graph_ms : p->host.launch_eager_ms) +
	       bare_ms(p, rows, 0, 0);
}

/* Of the KV cache that a decode pass reads. */
static double token_ms(const struct scenario *s)
{
	return (decode_ms(s, 8, 16e3, 0) - decode_ms(s, 8, 8e3, 0)) / 8e3;
}

/* Prompts of equal length. */
static double prefill_ms(const struct scenario *s, const struct logline *l, double tokens)
{
	const struct sg_params *p = s->engine_params;
	double seqs = fmin(MOST_ROWS, fmax(1, l->new_seqs)), new = fmax(1, l->new_tokens), hit = l->cached;
	struct pass_shape shape = { .prefill_rows = (uint32_t)seqs, .prefill_tokens = whole(new),
				    .prefill_context = whole(new + hit),
				    .prefill_pairs = new * (hit / seqs + (new / seqs + 1) / 2),
				    .sampled_rows = (uint32_t)seqs };
	struct pass_cost c;

	if (p->enable_mixed_chunk) {
		shape.decode_rows = (uint32_t)fmin(MOST_ROWS, l->rows);
		shape.decode_context = whole(tokens);
		shape.sampled_rows += shape.decode_rows;
	}
	cost_of(s->cost, &shape, &c);
	return fmax(c.total_ns / 1e6, p->host.launch_eager_ms) + bare_ms(p, 0, seqs, new);
}

/* The GPU's part of a window with a mean of `rows`; the decode passes by pieces between lines, for what is not
 * a straight line, moved to that mean. */
static double gpu_ms(const struct enginelog *l, const struct log_fit *f, const struct log_window *w, double rows,
		     const struct scenario *s, double shared)
{
	double from = l->line[w->first].rows, decode = 0, prefill = 0, more = rows - w->rows;

	for (size_t i = w->first + 1; i <= w->last; i++) {
		const struct logline *q = &l->line[i];
		double n = fmax(1, (from + q->rows) / 2 + more);

		if (q->kind == LOGLINE_RETRACT)
			continue;
		decode += decode_ms(s, n, n * w->context, shared);
		if (q->kind == LOGLINE_PREFILL) {
			prefill += prefill_ms(s, q, q->rows * w->context);
			from = q->rows + q->new_seqs;
		}
	}
	return decode / (w->prefills + 1) * (double)f->interval + prefill;
}

static bool rows_vary(const struct log_fit *f)
{
	return f->nwindow > 0 && f->rows_hi >= f->rows_lo + 4;
}

/* In the overlap loop a decode line is written when the pass behind it has been launched.  For a prefill pass that is
 * later: its T_plan and T_launch are in the window that ends, the rest in the next. */
static void shift(const struct scenario *s, const struct logline *prefill, double sign, size_t vary, double *x, double *less)
{
	const struct sg_params *p = s->engine_params;
	double rows = prefill->new_seqs - prefill->rows;

	x[0] -= sign;
	x[1] += vary ? sign * rows : 0;
	x[1 + vary] += sign;
	*less += sign * (p->host.launch_eager_ms - p->host.launch_graph_ms + (vary ? 0 : rows * p->host.plan_row_ms));
}

/* Columns: decode, row (where it varies), prefill (where there are some). */
static void fill(const struct enginelog *l, const struct log_fit *f, const struct scenario *s, double shared,
		 struct log_rows *r)
{
	double row_ms = ((const struct sg_params *)s->engine_params)->host.plan_row_ms, kv_ms = token_ms(s);
	size_t vary = rows_vary(f);

	r->p = 1 + vary + (f->nprefill > 0);
	for (size_t i = 0; i < f->nwindow; i++) {
		const struct log_window *w = &f->window[i];
		double rows = (double)f->interval * r->rows[i] + w->new_seqs;

		r->x[i][0] = (double)f->interval;
		r->x[i][1] = rows;
		r->x[i][1 + vary] = w->prefills;
		r->less[i] = gpu_ms(l, f, w, r->rows[i], s, shared) + (vary ? 0 : row_ms * rows);
		r->blur[i] = (double)f->interval * r->rows[i] * w->context_span * kv_ms;
		if (w->late)
			shift(s, &l->line[w->last + 1], 1, vary, r->x[i], &r->less[i]);
		if (w->began_late)
			shift(s, &l->line[w->first + 1], -1, vary, r->x[i], &r->less[i]);
	}
}

/* Windows of which the log says when what ran, and what the fit makes of them. */
static void judge(const struct log_rows *r, const struct log_solution *s, struct log_host *h)
{
	double sum = 0;

	h->worst_error_pct = 0;
	h->judged = 0;
	for (size_t i = 0; i < r->n; i++) {
		const struct log_window *w = &r->window[i];
		double pct = 100 * (log_rows_ms(r, s, i) - w->ms) / w->ms;

		if (w->span_ms > KNOWN * w->ms)
			continue;
		sum += fabs(pct);
		h->judged++;
		if (fabs(pct) > fabs(h->worst_error_pct))
			h->worst_error_pct = pct;
	}
	h->mean_error_pct = h->judged > 0 ? sum / (double)h->judged : (double)NAN;
}

static void fit(const struct enginelog *l, const struct log_fit *f, const struct scenario *s, double shared,
		struct log_host *h)
{
	int of[TERMS] = { 0, rows_vary(f) ? 1 : -1, f->nprefill > 0 ? 1 + rows_vary(f) : -1 };
	struct interval95 v[TERMS];
	struct log_solution sol;
	struct log_rows r;

	log_rows_init(&r, f, 0);
	for (int k = 0; k < 3; k++) {
		fill(l, f, s, shared, &r);
		if (!enginelog_solve(&r, &sol))
			break;
		log_rows_believe(&r, &sol);
	}
	for (int j = 0; j < TERMS; j++) {
		v[j] = of[j] >= 0 ? sol.theta[of[j]] : (struct interval95){ NAN, NAN, NAN };
		for (int k = 0; k < TERMS; k++)
			h->correlation[j][k] = of[j] >= 0 && of[k] >= 0 ? sol.correlation[of[j]][of[k]] : (double)NAN;
	}
	h->plan_decode = v[DECODE];
	h->plan_row = v[ROW];
	h->plan_prefill = v[PREFILL];
	judge(&r, &sol, h);
	log_rows_release(&r);
}

/* Least squares through n points of p columns; NaN: cannot be told. */
static void line(const double *x, const double *y, size_t n, size_t p, double *out)
{
	gsl_multifit_linear_workspace *w;
	gsl_matrix *cov;
	double chi2;

	for (size_t j = 0; j < p; j++)
		out[j] = NAN;
	if (n <= p)
		return;
	gsl_matrix_const_view xv = gsl_matrix_const_view_array(x, n, p);
	gsl_vector_const_view yv = gsl_vector_const_view_array(y, n);
	gsl_vector_view c = gsl_vector_view_array(out, p);
	cov = gsl_matrix_alloc(p, p);
	w = gsl_multifit_linear_alloc(n, p);
	gsl_multifit_linear(&xv.matrix, &yv.vector, &c.vector, cov, &chi2, w);
	gsl_multifit_linear_free(w);
	gsl_matrix_free(cov);
}

void enginelog_lines(const struct enginelog *l, const struct log_fit *f, const struct scenario *s, const double *plan_ms,
		     double *step, double *prefill)
{
	size_t ps = isnan(f->step[STEP_ROW].value) ? 1 : isnan(f->step[STEP_TOKEN].value) ? 2 : 3;
	size_t pp = isnan(f->prefill[PREFILL_TOKEN].value) ? 1 : 2;
	double *x = xcalloc(3 * l->n + 1, sizeof(*x)), *y = xcalloc(l->n + 1, sizeof(*y)), shared = hits(f) / 2;
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		const struct logline *q = &l->line[i];
		double row[] = { 1, q->rows, q->tokens };

		if (q->kind != LOGLINE_DECODE || !(q->rows > 0))
			continue;
		memcpy(&x[n * ps], row, ps * sizeof(*row));
		y[n++] = plan_ms[DECODE] + plan_ms[ROW] * q->rows + decode_ms(s, q->rows, q->tokens, shared);
	}
	line(x, y, n, ps, step);
	n = 0;
	for (size_t i = 0; i < l->n; i++) {
		const struct logline *q = &l->line[i];
		double row[] = { 1, q->new_tokens };

		if (q->kind != LOGLINE_PREFILL || !(q->rows > 0))
			continue;
		memcpy(&x[n * pp], row, pp * sizeof(*row));
		y[n++] = plan_ms[PREFILL] + plan_ms[ROW] * q->new_seqs + prefill_ms(s, q, 0);
	}
	line(x, y, n, pp, prefill);
	free(x);
	free(y);
}

static struct interval95 span(struct interval95 a, struct interval95 b)
{
	return (struct interval95){ (a.value + b.value) / 2, fmin(a.lo, b.lo), fmax(a.hi, b.hi) };
}

void enginelog_host(const struct enginelog *l, const struct log_fit *f, const struct scenario *s, struct log_host *h)
{
	struct log_host together;
	double shared = hits(f);

	fit(l, f, s, 0, h);
	if (shared <= 0)
		return;
	fit(l, f, s, shared, &together);
	h->plan_decode = span(h->plan_decode, together.plan_decode);
	h->plan_row = span(h->plan_row, together.plan_row);
	h->plan_prefill = span(h->plan_prefill, together.plan_prefill);
}

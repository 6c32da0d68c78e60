/* run/enginelog_host.c - the engine's host times: a log's times less what the scenario's GPU takes.
 *
 * sglang_loop.c: a pass lasts plan_decode_ms (or plan_prefill_ms) + plan_row_ms rows + the GPU's time, as
 * long as the rest of the host's work hides behind it.
 *
 * #token counts a prefix that several rows share once, each row reads it: the context is between #token
 * (nothing shared) and #token + (rows - 1) hits (all hits are on one prefix).  Both are fitted; the interval
 * spans both.  The number of rows between two lines with prefill passes is a guess, good to WINDOW_ERROR of
 * a prefill pass.
 */
#include "config.h"

#include "run/enginelog.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "engine/sglang.h"

#define MOST_ROWS 1e6			/* of a damaged log */
#define WINDOW_ERROR 0.05		/* of a prefill pass; chosen by hand: estimates came out 4 to 9% low on nine logs */

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

static double decode_ms(const struct scenario *s, double rows, double tokens)
{
	uint32_t n = (uint32_t)fmin(MOST_ROWS, fmax(1, round(rows)));
	struct pass_shape shape = { .decode_rows = n, .decode_context = (uint64_t)fmax(tokens, n), .sampled_rows = n,
				    .padded_rows = sg_graph_size(s->engine_params, n) };
	struct pass_cost c;

	cost_of(s->cost, &shape, &c);
	return c.total_ns / 1e6;
}

static double context(const struct log_window *w, double shared)
{
	return w->tokens + fmax(0, w->rows - 1) * shared;
}

/* The mean pass of a window: prompts of equal length. */
static double prefill_ms(const struct scenario *s, const struct log_window *w)
{
	const struct sg_params *p = s->engine_params;
	double seqs = fmin(MOST_ROWS, fmax(1, w->new_seqs / w->prefills)), new = w->new_tokens / w->prefills,
	       hit = w->cached / w->prefills;
	struct pass_shape shape = { .prefill_rows = (uint32_t)round(seqs), .prefill_tokens = (uint64_t)fmax(1, round(new)),
				    .prefill_context = (uint64_t)fmax(1, round(new + hit)),
				    .prefill_pairs = new * (hit / seqs + (new / seqs + 1) / 2),
				    .sampled_rows = (uint32_t)round(seqs) };
	struct pass_cost c;

	cost_of(s->cost, &shape, &c);
	return fmax(c.total_ns / 1e6, p->host.launch_eager_ms);
}

static void fit_decode(const struct log_fit *f, const struct scenario *s, double shared, struct log_host *h)
{
	double *x = xcalloc(f->nclean + 1, 2 * sizeof(*x)), *y = xcalloc(f->nclean + 1, sizeof(*y)), spread;
	bool varied = f->rows_hi >= f->rows_lo + 4;
	struct interval95 c[2] = { { NAN, NAN, NAN }, { NAN, NAN, NAN } };
	double row = ((const struct sg_params *)s->engine_params)->host.plan_row_ms;
	size_t n = 0, p = varied ? 2 : 1;

	for (size_t i = 0; i < f->nwindow; i++) {
		const struct log_window *w = &f->window[i];

		if (!w->clean)
			continue;
		x[n * p] = 1;
		if (varied)
			x[n * p + 1] = w->rows;
		y[n++] = w->ms / (double)f->interval - decode_ms(s, w->rows, context(w, shared)) -
			 (varied ? 0 : row * w->rows);
	}
	enginelog_regress(x, y, n, p, c, &spread);
	h->plan_decode = c[0];
	h->plan_row = c[1];
	free(x);
	free(y);
}

static void fit_prefill(const struct log_fit *f, const struct scenario *s, double shared, struct log_host *h)
{
	double *x = xcalloc(f->nprefill + 1, sizeof(*x)), *y = xcalloc(f->nprefill + 1, sizeof(*y)), spread;
	double row = h->plan_row.value;
	size_t n = 0;

	if (isnan(row))
		row = ((const struct sg_params *)s->engine_params)->host.plan_row_ms;
	for (size_t i = 0; i < f->nwindow; i++) {
		const struct log_window *w = &f->window[i];

		if (w->clean)
			continue;
		x[n] = w->prefills;
		y[n++] = w->ms - (double)f->interval * (decode_ms(s, w->rows, context(w, shared)) + h->plan_decode.value +
							 row * w->rows) -
			 w->prefills * prefill_ms(s, w) - row * w->new_seqs;
	}
	h->plan_prefill = (struct interval95){ NAN, NAN, NAN };
	if (!isnan(h->plan_decode.value))
		enginelog_regress(x, y, n, 1, &h->plan_prefill, &spread);
	free(x);
	free(y);
}

static struct interval95 span(struct interval95 a, struct interval95 b, double more)
{
	return (struct interval95){ (a.value + b.value) / 2, fmin(a.lo, b.lo) - more, fmax(a.hi, b.hi) + more };
}

static double mean_prefill_ms(const struct log_fit *f, const struct scenario *s)
{
	double sum = 0;

	for (size_t i = 0; i < f->nwindow; i++)
		sum += f->window[i].clean ? 0 : prefill_ms(s, &f->window[i]);
	return f->nprefill > 0 ? sum / (double)f->nprefill : 0;
}

void enginelog_host(const struct log_fit *f, const struct scenario *s, struct log_host *h)
{
	struct log_host apart, together;
	double shared = hits(f);

	fit_decode(f, s, 0, &apart);
	fit_prefill(f, s, 0, &apart);
	fit_decode(f, s, shared, &together);
	fit_prefill(f, s, shared, &together);
	h->plan_decode = span(apart.plan_decode, together.plan_decode, 0);
	h->plan_row = span(apart.plan_row, together.plan_row, 0);
	h->plan_prefill = span(apart.plan_prefill, together.plan_prefill, WINDOW_ERROR * mean_prefill_ms(f, s));
}

/* run/enginelog_window.c - the time between two decode lines, and what ran in it. */
#include "config.h"

#include "run/enginelog.h"

#include <math.h>

#include "base/mem.h"

#define CLOCK_S		20.0		/* stamps of one second say nothing about less */
#define CLOCK_SET_S	2.0		/* stamps further from throughput than this and the factor below: the clock was set */
#define CLOCK_SET	2.0

/* Rows, and KV tokens a row, over the pieces between lines; a piece with few passes counts as one with many,
 * which the log cannot tell.  Prefill lines of most versions do not name tokens: then only the ends do.
 * Tokens a row change little when many requests end together, tokens do. */
struct pieces {
	double rows, context, lo, hi;	/* sums; fewest and most rows */
	double context_lo, context_hi;
	double from_rows, from_context;
	size_t n, ncontext;
};

static void piece(struct pieces *p, double rows, double tokens)
{
	p->rows += (p->from_rows + rows) / 2;
	p->n++;
	p->lo = fmin(p->lo, fmin(p->from_rows, rows));
	p->hi = fmax(p->hi, fmax(p->from_rows, rows));
	p->context_lo = fmin(p->context_lo, p->from_context);
	p->context_hi = fmax(p->context_hi, p->from_context);
	if (isfinite(tokens) && rows > 0) {
		p->context_lo = fmin(p->context_lo, tokens / rows);
		p->context_hi = fmax(p->context_hi, tokens / rows);
		p->context += (p->from_context + tokens / rows) / 2;
		p->ncontext++;
	}
}

static void next(struct pieces *p, const struct logline *line, struct log_window *w)
{
	piece(p, line->rows, line->tokens);
	p->from_rows = line->rows + line->new_seqs;
	if (isfinite(line->tokens) && p->from_rows > 0)
		p->from_context = (line->tokens + line->new_tokens) / p->from_rows;
	w->prefills++;
	w->new_tokens += line->new_tokens;
	w->cached += line->cached;
	w->new_seqs += line->new_seqs;
}

/* NaN if the stamps contradict the throughput: somebody set the clock. */
static double by_clock(const struct logline *p, const struct logline *q, double ms)
{
	double clock = 1e3 * (q->time_s - p->time_s);

	return clock >= 0 && clock <= CLOCK_SET * ms + 1e3 * CLOCK_SET_S && ms <= CLOCK_SET * clock + 1e3 * CLOCK_SET_S ?
	       clock : (double)NAN;
}

/* Nobody came: each row grew by a token a pass, or by more where drafts are accepted.  Fewer tokens a row at the end
 * are of requests that ended in the last pass itself: its line counts their rows, not their memory. */
static double clean_context(const struct logline *p, const struct logline *q, long interval)
{
	double from = p->tokens / p->rows;

	return (from + fmax(q->tokens / q->rows, from + (double)interval)) / 2;
}

/* false: of no use. */
static bool window(const struct logline *line, size_t a, size_t b, long interval, struct log_window *w)
{
	const struct logline *p = &line[a], *q = &line[b];
	struct pieces s = { .lo = p->rows, .hi = p->rows, .from_rows = p->rows, .context_lo = INFINITY,
			    .from_context = p->rows > 0 ? p->tokens / p->rows : 0 };

	*w = (struct log_window){ .first = a, .last = b, .began_late = line[a + 1].behind };
	for (size_t i = a + 1; i < b; i++) {
		if (line[i].kind == LOGLINE_RETRACT)
			continue;
		if (line[i].kind != LOGLINE_PREFILL || !(line[i].rows > 0))	/* nothing ran: the server may have been idle */
			return false;
		next(&s, &line[i], w);
	}
	piece(&s, q->rows, q->tokens);
	w->clean = w->prefills == 0;
	w->rows = s.rows / (double)s.n;
	w->context = s.context / (double)s.ncontext;
	if (!(w->rows > 0) || !(q->rows > 0) || !(p->rows > 0) || !(q->throughput > 0))
		return false;
	if (w->clean && p->rows < q->rows)	/* rows do not come from nowhere: a line is missing */
		return false;
	w->ms = 1e3 * (double)interval * w->rows / q->throughput;
	w->context_span = w->clean && p->rows == q->rows ? 0 : s.context_hi - s.context_lo;
	if (w->clean)
		w->context = clean_context(p, q, interval);
	w->rows_lo = s.lo;
	w->rows_hi = s.hi;
	w->span_ms = 1e3 * (double)interval * (s.hi - s.lo) / q->throughput;
	w->clock_ms = by_clock(p, q, w->ms);
	return true;
}

static void seen(const struct enginelog *l, const struct log_window *w, struct log_fit *f)
{
	const struct logline *q = &l->line[w->last];

	f->rows_lo = fmin(f->rows_lo, q->rows);
	f->rows_hi = fmax(f->rows_hi, q->rows);
	f->tokens_lo = fmin(f->tokens_lo, q->tokens);
	f->tokens_hi = fmax(f->tokens_hi, q->tokens);
	if (q->rows > 0)
		f->context_hi = fmax(f->context_hi, q->tokens / q->rows);
	for (size_t i = w->first + 1; i < w->last; i++)
		if (l->line[i].kind == LOGLINE_PREFILL)
			f->new_tokens_hi = fmax(f->new_tokens_hi, l->line[i].new_tokens);
}

static void keep(const struct enginelog *l, const struct log_window *w, struct log_fit *f)
{
	ARRAY_ROOM(f->window, f->nwindow, f->capwindow);
	f->window[f->nwindow] = *w;
	f->window[f->nwindow].joined = f->nwindow > 0 && w->first == f->window[f->nwindow - 1].last;
	f->window[f->nwindow].late = w->last + 1 < l->n && l->line[w->last + 1].behind;
	f->nwindow++;
	f->nclean += w->clean;
	seen(l, w, f);
}

void enginelog_windows(const struct enginelog *l, struct log_fit *f)
{
	double by_rate = 0, by_stamp = 0;
	size_t a = l->n;

	f->tick_ms = l->fine ? 1 : 1e3;
	f->rows_lo = f->tokens_lo = INFINITY;
	for (size_t b = 0; b < l->n; b++) {
		struct log_window w;

		if (l->line[b].kind == LOGLINE_START || (b > 0 && l->line[b].rank != l->line[b - 1].rank))
			a = l->n;
		if (l->line[b].kind != LOGLINE_DECODE)
			continue;
		if (a < l->n && window(l->line, a, b, f->interval, &w)) {
			double s = l->line[b].time_s - l->line[a].time_s;

			keep(l, &w, f);
			by_rate += isfinite(s) && w.clean ? w.ms / 1e3 : 0;
			by_stamp += isfinite(s) && w.clean ? s : 0;
		} else {
			f->unusable++;
		}
		a = b;
	}
	f->nprefill = f->nwindow - f->nclean;
	f->clock_ratio = by_stamp > CLOCK_S ? by_rate / by_stamp : (double)NAN;
}

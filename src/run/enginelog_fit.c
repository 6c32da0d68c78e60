/* run/enginelog_fit.c - estimates from a server's log. */
#include "config.h"

#include "run/enginelog.h"

#include <math.h>
#include <stdlib.h>

#define SAME 0.98			/* correlation from which two columns are one */
#define FEW_TOKENS 64			/* passes that only read the weights, all alike: what differs in them is requests */
#define ROUNDING 0.005			/* of "token usage" */

static const struct interval95 unknown = { NAN, NAN, NAN };

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

/* Are the columns j and k of the rows one? A constant has no correlation: yes.  Over windows with prefill only,
 * or over all. */
static bool same(const struct log_rows *r, size_t j, size_t k, bool mixed)
{
	double sj = 0, sk = 0, jj = 0, kk = 0, jk = 0, n = 0;

	for (size_t i = 0; i < r->n; i++) {
		if (mixed && r->window[i].clean)
			continue;
		sj += r->x[i][j];
		sk += r->x[i][k];
		n++;
	}
	for (size_t i = 0; i < r->n; i++) {
		double a = r->x[i][j] - sj / n, b = r->x[i][k] - sk / n;

		if (mixed && r->window[i].clean)
			continue;
		jj += a * a;
		kk += b * b;
		jk += a * b;
	}
	return n < 2 || jj <= 1e-9 * (1 + sj * sj / n) || kk <= 1e-9 * (1 + sk * sk / n) || fabs(jk) > SAME * sqrt(jj * kk);
}

static bool varies(const struct log_rows *r, size_t j)
{
	double lo = INFINITY, hi = 0;

	for (size_t i = 0; i < r->n; i++) {
		lo = fmin(lo, r->x[i][j]);
		hi = fmax(hi, r->x[i][j]);
	}
	return r->n > 0 && hi > 1.02 * lo;
}

/* What a row of the table holds, and where its coefficient goes. */
struct term {
	struct interval95 *to;
	double (*of)(const struct log_window *w, double rows, double interval);
};

#define TERM(name, value) \
	static double name(const struct log_window *w, double rows, double interval) \
	{ (void)w, (void)rows, (void)interval; return value; }
TERM(passes_of, interval)
TERM(rows_of, interval * rows)
TERM(tokens_of, interval * rows * w->context)
TERM(prefills_of, w->prefills)
TERM(new_tokens_of, w->new_tokens)

static void add(struct log_fit *f, struct log_rows *r, struct term *term, struct term t)
{
	for (size_t i = 0; i < r->n; i++)
		r->x[i][r->p] = t.of(&f->window[i], r->rows[i], (double)f->interval);
	term[r->p++] = t;
}

static void choose(struct log_fit *f, struct log_rows *r, struct term *term)
{
	add(f, r, term, (struct term){ &f->step[STEP_BASE], passes_of });
	add(f, r, term, (struct term){ &f->step[STEP_ROW], rows_of });
	if (!varies(r, 1)) {
		r->p = 1;
	} else {
		add(f, r, term, (struct term){ &f->step[STEP_TOKEN], tokens_of });
		r->p -= same(r, 1, 2, false);	/* then rows alone carry what tokens cost */
	}
	if (f->nprefill == 0)
		return;
	add(f, r, term, (struct term){ &f->prefill[PREFILL_BASE], prefills_of });
	if (f->new_tokens_hi < FEW_TOKENS)
		return;
	add(f, r, term, (struct term){ &f->prefill[PREFILL_TOKEN], new_tokens_of });
	r->p -= same(r, r->p - 2, r->p - 1, true);
}

/* Columns and blur anew, with the rows that a solution tells and the tokens that it prices. */
static bool again(struct log_fit *f, struct log_rows *r, const struct term *term, struct log_solution *s)
{
	double token_ms = 0;

	for (size_t j = 0; j < r->p; j++)
		if (term[j].to == &f->step[STEP_TOKEN])
			token_ms = s->theta[j].value;
	log_rows_believe(r, s);
	for (size_t i = 0; i < r->n; i++) {
		const struct log_window *w = &f->window[i];

		for (size_t j = 0; j < r->p; j++)
			r->x[i][j] = term[j].of(w, r->rows[i], (double)f->interval);
		r->blur[i] = (double)f->interval * r->rows[i] * w->context_span * fmax(0, token_ms);
	}
	return enginelog_solve(r, s);
}

static void correlations(struct log_fit *f, const struct log_rows *r, const struct term *term, const struct log_solution *s)
{
	for (size_t j = 0; j < r->p; j++)
		for (size_t k = 0; k < r->p; k++)
			for (int a = 0; a < STEP_TERMS; a++)
				for (int b = 0; b < STEP_TERMS; b++)
					if (term[j].to == &f->step[a] && term[k].to == &f->step[b])
						f->step_correlation[a][b] = s->correlation[j][k];
}

static void fit_times(struct log_fit *f)
{
	struct term term[LOG_COLUMNS];
	struct log_solution s;
	struct log_rows r;
	bool ok;

	log_rows_init(&r, f, 0);
	choose(f, &r, term);
	ok = enginelog_solve(&r, &s);
	if (ok && term[r.p - 1].to == &f->prefill[PREFILL_TOKEN] && !(s.theta[r.p - 1].lo > 0)) {
		r.p--;			/* no token costs less than nothing */
		ok = enginelog_solve(&r, &s);
	}
	for (int k = 0; ok && k < 2; k++)
		ok = again(f, &r, term, &s);
	for (size_t j = 0; ok && j < r.p; j++)
		*term[j].to = s.theta[j];
	if (ok)
		correlations(f, &r, term, &s);
	f->step_spread = ok && f->nclean > 0 ? s.clean_ms / (double)f->interval : (double)NAN;
	f->prefill_spread = ok && f->nprefill > 0 ? s.mixed_ms : (double)NAN;
	log_rows_release(&r);
}

void enginelog_fit(const struct enginelog *l, long interval, struct log_fit *f)
{
	*f = (struct log_fit){ .interval = interval };
	for (int j = 0; j < STEP_TERMS; j++)
		f->step[j] = unknown;
	for (int j = 0; j < PREFILL_TERMS; j++)
		f->prefill[j] = unknown;
	fit_kv(l, f);
	fit_hits(l, f);
	enginelog_windows(l, f);
	fit_times(f);
}

void enginelog_fit_release(struct log_fit *f)
{
	free(f->window);
	f->window = NULL;
	f->nwindow = 0;
}

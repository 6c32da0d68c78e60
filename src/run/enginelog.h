/* run/enginelog.h - what the log of an SGLang server says, from its lines alone.
 *
 * enginelog_read() takes batch lines of any version: after "batch" an optional ".", "," or "[n],", then
 * "key: value" pairs in any order; the start-up line; lines about retraction.  A start-up line begins a
 * new segment.  Other lines are foreign; batch lines that are cut or hold no number are malformed.
 *
 * enginelog_fit(): the time between two decode lines holds `interval` decode passes, and all prefill passes
 * and idle time between them.  It is known to four digits where the number of rows is: from gen throughput,
 * tokens / time, not from time stamps of one second.
 *   clean     no prefill line between; rows at most a tenth apart: step ms = a + b rows + c tokens.  Nor is
 *             there one right before whose requests are not among the rows yet: in the overlap loop it is
 *             planned before the first decode line is written and runs after it.
 *   prefill   some between, at none of which nothing ran (the server may have been idle): what is left of
 *             the time = d passes + e new tokens
 */
#ifndef RUN_ENGINELOG_H
#define RUN_ENGINELOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "run/scenario.h"

enum logline_kind { LOGLINE_FOREIGN, LOGLINE_MALFORMED, LOGLINE_START, LOGLINE_PREFILL, LOGLINE_DECODE,
		    LOGLINE_RETRACT, LOGLINE_KINDS };

struct logline {
	enum logline_kind kind;
	size_t segment;			/* 0: before any start-up line */
	double time_s;			/* NaN: no stamp */
	double rows, queued, usage;	/* NaN, as all below: not in the line */
	double tokens, throughput;	/* decode */
	double new_seqs, new_tokens, cached;	/* prefill */
	double kv_tokens, chunk, max_running, context;	/* start-up */
};

struct enginelog {
	struct logline *line;		/* owned; without foreign and malformed ones */
	size_t n, cap, segments, count[LOGLINE_KINDS];
};

struct interval95 {			/* a value and its 95% interval; value NaN: the log cannot tell */
	double value, lo, hi;
};

struct log_window {			/* the time between two decode lines */
	bool clean;
	double rows, tokens;		/* means */
	double ms;
	double prefills, new_tokens, cached, new_seqs;
};

enum { STEP_BASE, STEP_ROW, STEP_TOKEN, STEP_TERMS };
enum { PREFILL_BASE, PREFILL_TOKEN, PREFILL_TERMS };

struct log_fit {
	struct interval95 kv_tokens, hit_rate;
	struct interval95 step[STEP_TERMS], prefill[PREFILL_TERMS];	/* ms, ms a row, ms a token */
	double step_spread, prefill_spread;	/* ms, of the residuals */
	struct log_window *window;	/* owned */
	size_t nwindow, capwindow, nclean, nprefill, unusable;
	double rows_lo, rows_hi, tokens_lo, tokens_hi;	/* of clean windows */
	double clock_ratio;		/* time of clean windows by throughput / by stamps; NaN: too short to tell */
	long interval;
};

struct log_host {			/* settings below engine.host, ms */
	struct interval95 plan_decode, plan_row, plan_prefill;
};

void enginelog_init(struct enginelog *l);
void enginelog_release(struct enginelog *l);
void enginelog_read(struct enginelog *l, FILE *in);
enum logline_kind enginelog_parse(const char *text, struct logline *out);	/* one line, without its end */

void enginelog_fit(const struct enginelog *l, long interval, struct log_fit *f);
void enginelog_fit_release(struct log_fit *f);
/* Measured times less those of the scenario's GPU. The scenario's engine is sglang. */
void enginelog_host(const struct log_fit *f, const struct scenario *s, struct log_host *h);

/* y = sum of p columns of x (n rows of p), robust; false: too few rows, or columns that are one. */
bool enginelog_regress(const double *x, const double *y, size_t n, size_t p, struct interval95 *c,
		       double *spread);

#endif

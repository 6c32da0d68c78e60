/* run/enginelog.h - what the log of an SGLang server says, from its lines alone.
 *
 * enginelog_read() takes batch lines of any version: after "batch" an optional ".", "," or "[n],", then
 * "key: value" pairs in any order; the start-up line; lines about retraction.  Lines of several
 * data-parallel ranks ("DP1 TP0" behind the time) are separated.  A start-up line begins a new segment of
 * its rank.  Other lines are foreign; batch lines that are cut or hold no number are malformed, and no
 * window reaches over one.
 *
 * In the overlap loop the line of a prefill pass is written before that of the decode pass in front of it:
 * such pairs are put in the order in which the passes ran.
 *
 * enginelog_fit(): the time between two decode lines holds `interval` decode passes, and all prefill passes
 * between them (windows with idle time are left out).  That time is known twice:
 *   by throughput  tokens / gen throughput.  Exact where the number of rows is known all the time; where it
 *                  changed, only as good as the guess when it did.
 *   by clock       from time stamps: unbiased, but often of a second's resolution
 * enginelog_solve() weighs both.  A step costs a + b rows + c tokens, a prefill pass d + e new tokens.
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
	size_t rank;			/* data-parallel; 0 where the line names none */
	size_t number;			/* of the line in its file, from 1 */
	bool behind;			/* prefill: ran right behind the decode pass of the line before, which was written late */
	double time_s;			/* NaN: no stamp */
	double rows, queued, usage;	/* NaN, as all below: not in the line */
	double tokens, throughput;	/* decode; tokens: prefill of some versions, too */
	double new_seqs, new_tokens, cached;	/* prefill */
	double kv_tokens, chunk, max_prefill, max_running, context, free_gib;	/* start-up; free_gib: GPU memory left */
};

struct enginelog {			/* by rank, then as passes ran; foreign lines are only counted */
	struct logline *line;		/* owned */
	size_t n, cap, segments, ranks, count[LOGLINE_KINDS];
	bool fine;			/* some stamps are finer than a second */
	uint64_t hash;			/* of all bytes */
};

struct interval95 {			/* a value and its 95% interval; value NaN: the log cannot tell */
	double value, lo, hi;
};

struct log_window {			/* the time between the decode lines line[first] and line[last] */
	size_t first, last;
	bool clean;			/* no prefill pass */
	bool late, began_late;		/* the last line, the first line was written when a prefill pass was launched behind it */
	bool joined;			/* begins where the window before it in the list ends */
	double rows, context;		/* means over decode passes, as well as can be told; context: tokens a row */
	double rows_lo, rows_hi;	/* fewest, most */
	double context_span;		/* between the least and the largest mean context; 0: context is exact */
	double ms;			/* by throughput and `rows` */
	double span_ms;			/* how far ms can be off: between the fewest and the most rows */
	double clock_ms;		/* by stamps; NaN: no stamps, or the clock was set */
	double prefills, new_tokens, cached, new_seqs;
};

enum { STEP_BASE, STEP_ROW, STEP_TOKEN, STEP_TERMS };
enum { PREFILL_BASE, PREFILL_TOKEN, PREFILL_TERMS };

struct log_fit {
	struct interval95 kv_tokens, hit_rate;
	struct interval95 step[STEP_TERMS], prefill[PREFILL_TERMS];	/* ms, ms a row, ms a token */
	double step_correlation[STEP_TERMS][STEP_TERMS];	/* where both are known */
	double step_spread, prefill_spread;	/* ms of a decode pass; of a window with prefill */
	struct log_window *window;	/* owned */
	size_t nwindow, capwindow, nclean, nprefill, unusable;
	double rows_lo, rows_hi, tokens_lo, tokens_hi;	/* of decode lines in windows */
	double context_hi, new_tokens_hi;	/* largest mean context of a row; of a prefill pass */
	double clock_ratio;		/* time of clean windows by throughput / by stamps; NaN: too short to tell */
	double tick_ms;			/* resolution of the stamps */
	long interval;
};

struct log_host {			/* settings below engine.host, ms */
	struct interval95 plan_decode, plan_row, plan_prefill;
	double correlation[3][3];	/* in that order; NaN: not fitted */
	double mean_error_pct, worst_error_pct;	/* of windows whose time is known to 1%; NaN: none */
	size_t judged;			/* how many those are */
};

void enginelog_init(struct enginelog *l);
void enginelog_release(struct enginelog *l);
void enginelog_read(struct enginelog *l, FILE *in);
/* The same of a file.  False, and a message in `errors`: it cannot be read, or has no line of a server. */
bool enginelog_read_file(struct enginelog *l, const char *path, struct diag *errors);
enum logline_kind enginelog_parse(const char *text, struct logline *out);	/* one line, without its end */

void enginelog_fit(const struct enginelog *l, long interval, struct log_fit *f);
void enginelog_fit_release(struct log_fit *f);
/* Measured times less those of the scenario's GPU. The scenario's engine is sglang. */
void enginelog_host(const struct enginelog *l, const struct log_fit *f, const struct scenario *s, struct log_host *h);

/* The step's and prefill's lines, least squares through single passes at the log's lines with host times plan_ms[3]
 * (decode, row, prefill) and the scenario's GPU: what f's coefficients stand for.  As many terms as f has. */
void enginelog_lines(const struct enginelog *l, const struct log_fit *f, const struct scenario *s, const double *plan_ms,
		     double *step, double *prefill);

/* ---- steps, for run/enginelog*.c and tests */

void enginelog_windows(const struct enginelog *l, struct log_fit *f);	/* window[], counts, ranges */

#define LOG_COLUMNS 6

struct log_rows {			/* a row a window; arrays owned */
	double (*x)[LOG_COLUMNS], *less;	/* ms of a window = less + sum of theta_j x_j */
	double *rows;			/* of a window, as now believed */
	double *blur;			/* ms: how far `less` can be off for its context */
	const struct log_window *window;	/* the windows they are of; not owned */
	size_t n, p;
	double tick_ms;
};

struct log_solution {
	struct interval95 theta[LOG_COLUMNS];
	double correlation[LOG_COLUMNS][LOG_COLUMNS];
	double clean_ms, mixed_ms;	/* spread of a window's time about the model */
	double blur[2];			/* how much of log_rows.blur belongs to the time of a window, by log_window.clean */
};

void log_rows_init(struct log_rows *r, const struct log_fit *f, size_t p);
void log_rows_release(struct log_rows *r);
/* false: too few windows, or columns that are one; then all values are NaN. */
bool enginelog_solve(const struct log_rows *r, struct log_solution *s);
double log_rows_ms(const struct log_rows *r, const struct log_solution *s, size_t i);	/* time of a window by a solution */
/* A solution tells the rows: what throughput says in the time that it gives a window. */
void log_rows_believe(struct log_rows *r, const struct log_solution *s);

#endif

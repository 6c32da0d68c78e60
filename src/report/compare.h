/* report/compare.h - a comparison (run/compare.h) told in text, JSON, CSV and charts. */
#ifndef REPORT_COMPARE_H
#define REPORT_COMPARE_H

#include <stdio.h>

#include "report/finding.h"
#include "report/report.h"
#include "run/compare.h"

void report_compare_text(const struct compare *c, FILE *out);
void report_compare_json(const struct compare *c, FILE *out);	/* schema servesim.compare/1 */
/* One row a pair, level and metric; the header names the columns.  Empty: no such number. */
void report_compare_csv(const struct compare *c, FILE *out);
enum charts_status report_compare_charts(const struct compare *c, const char *dir, FILE *say);

/* Sentences without a full stop. */

/* "lpm over fcfs": fit to print, each at most 60 bytes */
char *compare_names(const struct compare *c, const struct compare_pair *p, char out[FINDING]);
/* "+4.1% (95% CI +3.2 .. +5.0)", "no difference: within ±0.6%", "not resolved: +0.4% (95% CI -0.9
 * .. +1.7); 12 more replications would", "identical: the same in every replication, digit for
 * digit" */
char *compare_verdict(const struct compare_cell *x, enum metric m, char out[FINDING]);
/* "+4.1% (95% CI +3.2 .. +5.0)" */
char *compare_amount(const struct compare_cell *x, enum metric m, char out[FINDING]);
/* "1,638 → 1,705 tok/s" */
char *compare_values(const struct compare_cell *x, enum metric m, char out[FINDING]);

/* What to do, and what to run next: for someone who reads two lines. */
void compare_answer(const struct compare *c, char out[3 * FINDING]);
void compare_next(const struct compare *c, char out[3 * FINDING]);
/* Why: the causes of latency that differ by more than chance at the heaviest level, hit rate and
 * retractions; "" if none does. */
void compare_why(const struct compare *c, const struct compare_pair *p, char out[3 * FINDING]);
/* The chart's title. */
void compare_title(const struct compare *c, char out[FINDING]);

/* Tables of the text report: what single real runs could see; all numbers at the heaviest level. */
void compare_real_runs(const struct compare *c, FILE *out);
void compare_numbers(const struct compare *c, FILE *out);

/* The headlines of a pair, counted. */
struct compare_tally {
	size_t all, better, worse;
	size_t changed;			/* different, and no side is the better one */
	size_t same;			/* no difference, or a smaller one than asked for */
	size_t identical, open, none;
	size_t more;			/* the most that an open one asks for */
	double within;			/* %: all that are no difference are within */
	struct compare_at {
		const struct compare_level *level;
		enum metric metric;
	} good, bad;			/* to be quoted; level NULL: none */
};
void compare_count(const struct compare *c, const struct compare_pair *p, struct compare_tally *t);
/* All pairs over the baseline together; without good and bad. */
void compare_count_all(const struct compare *c, struct compare_tally *t);
/* What the headlines of a pair may hide: the two worst of throughput, failures and tails that are no
 * headlines, each worse for sure and by a twentieth at least; "" if there is none. */
void compare_hidden(const struct compare *c, const struct compare_pair *p, char out[FINDING]);
/* NULL: no level in common */
const struct compare_level *compare_heaviest(const struct compare_pair *p);
/* The pair of side `of` over the baseline; NULL: it is the baseline or does not run. */
const struct compare_pair *compare_pair_of(const struct compare *c, size_t of);

#endif

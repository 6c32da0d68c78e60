/* report/tune.h - the outcome of a search (run/tune.h) told to people, programs, tables and eyes. */
#ifndef REPORT_TUNE_H
#define REPORT_TUNE_H

#include <stdio.h>

#include "report/finding.h"
#include "report/fmt.h"
#include "report/report.h"
#include "run/launch_export.h"
#include "run/tune.h"

void report_tune_text(const struct tune *t, FILE *out);
void report_tune_json(const struct tune *t, FILE *out);		/* schema servesim.tune/1 */
/* candidate,KNOB...,fate,reason,refined,replications, then mean,lo,hi of the goal and of each objective,
 * and the difference to the winner in %: a row a candidate.  Of a search for the largest load:
 * load,meets,fails behind the knobs. */
void report_tune_csv(const struct tune *t, FILE *out);
/* The Pareto chart and the tornado into dir, as report_charts(). */
enum charts_status report_tune_charts(const struct tune *t, const char *dir, FILE *say);

/* ---- what text, JSON and charts share */

/* The winner's scenario (or the first candidate's) as the run that a page speaks of; valid as long as
 * t. */
struct run_result tune_as_run(const struct tune *t);
/* with its unit: "1.70 s", "386 tok/s" */
char *tune_value(char buf[FMT], enum metric m, double v);
/* "386 ± 3 tok/s", "1.70 ± 0.05 s": mean and half of the 95% interval. */
char *tune_value_pm(char buf[2 * FMT], enum metric m, const struct summary *s);
char *tune_change(char buf[FMT], double pct);			/* "+4.1%", "−0.3%" */
/* "−4.1%, 95% −5.0 to −3.2%" */
char *tune_change_span(char buf[2 * FMT], const struct summary *s);
char *tune_limit(char buf[2 * FMT], const struct tune_slo *s);	/* "ttft_ms.p95 < 2.00 s" */
/* Best first of those with data, at most max; the goal decides. */
size_t tune_best(const struct tune *t, size_t *out, size_t max);
size_t tune_count(const struct tune *t, enum tune_fate fate);
char *tune_load_number(char buf[FMT], const struct tune *t, size_t load);	/* "155" */
char *tune_load_words(const struct tune *t, size_t load, char buf[FMT]);	/* "users=155" */
/* An objective is violated, surely or on average, or it hangs; *slo: which objective (of the worst). */
bool tune_violates(const struct tune *t, const struct tune_candidate *c, size_t *slo);
/* Metrics a report shows: the goal's, the objectives', throughput and TTFT P95; each once. */
#define TUNE_SHOWN	(TUNE_SLOS + 3)
size_t tune_shown(const struct tune *t, enum metric m[TUNE_SHOWN]);
/* The command that launches the winner, with a flag for each knob, and what it cannot say; release
 * both. */
void tune_launch(const struct tune *t, struct launch_command *c, struct diag *notes);
/* The answer in a sentence or two. */
void tune_finding(const struct tune *t, char out[FINDING]);

#endif

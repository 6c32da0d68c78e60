/* report/explain.h - what each mechanism costs: a ladder (run/ladder.h) told to people, programs, tables and eyes. */
#ifndef REPORT_EXPLAIN_H
#define REPORT_EXPLAIN_H

#include <stdio.h>

#include "report/finding.h"
#include "report/report.h"
#include "run/ladder.h"

void report_explain_text(const struct ladder *l, FILE *out);
void report_explain_json(const struct ladder *l, FILE *out);	/* schema servesim.explain/1 */
/* level,rung,off,metric,unit,mean,lo,hi,step,step_lo,step_hi,n */
void report_explain_csv(const struct ladder *l, FILE *out);
/* The waterfall into dir, as report_charts(). */
enum charts_status report_explain_chart(const struct ladder *l, const char *dir, FILE *say);

/* ---- what text, JSON and chart share */

/* The levels to show: index[0..return) into the results' levels. */
size_t explain_levels(const struct ladder *l, size_t index[], size_t most);
/* "a token takes", "ms" and so on: the metric in a sentence. */
const char *explain_subject(enum metric m);
char *explain_value(char buf[48], enum metric m, double v);	/* with its unit */
/* The mechanisms by cost, the dearest first: rungs; returns how many cost more than 1% of all. */
size_t explain_order(const struct ladder *l, const struct ladder_numbers *n, size_t rung[LADDER_RUNGS]);
double explain_share(const struct ladder_numbers *n, size_t rung);	/* of the difference between the ends */
extern const char explain_fixed[];		/* what is the same on all rungs, and what is not */

#endif

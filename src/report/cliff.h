/* report/cliff.h - walls and plateau of a memory setting (run/cliff.h), told and drawn. */
#ifndef REPORT_CLIFF_H
#define REPORT_CLIFF_H

#include <stdio.h>

#include "report/chart.h"
#include "report/fmt.h"
#include "run/cliff.h"

#define CLIFF_WORDS	1000		/* bytes that hold any sentence below */

/* What to launch and why, over all loads, without a stop: the title of the chart, the first sentence of
 * the text. */
void cliffs_answer(const struct cliffs *c, char out[FINDING]);
/* Sentences about one load, with their stops. */
void cliff_left(const struct cliffs *c, const struct cliff *l, char out[CLIFF_WORDS]);
void cliff_plateau(const struct cliffs *c, const struct cliff *l, size_t metric, char out[CLIFF_WORDS]);
void cliff_why(const struct cliffs *c, const struct cliff *l, char out[CLIFF_WORDS]);
void cliff_right(const struct cliffs *c, const struct cliff *l, char out[CLIFF_WORDS]);
void cliff_advice(const struct cliffs *c, const struct cliff *l, char out[CLIFF_WORDS]);

const char *cliff_setting(const struct cliffs *c, size_t place);	/* the value as it was written */
char *cliff_at(char buf[FMT], double at); /* a wall: three decimals, "0.961" */

void report_cliffs_text(const struct cliffs *c, FILE *out);
/* chart_data of a struct cliffs, drawn by plots/cliff.gp */
bool chart_cliffs(const void *cliffs, FILE *f, struct page *page, char why[WHY]);

#endif

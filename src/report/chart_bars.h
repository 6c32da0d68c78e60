/* report/chart_bars.h - a horizontal stacked bar a level, with the numbers in its segments.
 *
 * Bars may stand in groups, a little apart: the first bar of a group has its name. */
#ifndef REPORT_CHART_BARS_H
#define REPORT_CHART_BARS_H

#include "report/chart.h"

#define BARS_ROWS	15
#define BARS_PARTS	8

struct bars {
	struct {
		char label[48];		/* left of the bar; fitted by bars_label() */
		char group[48];		/* bold, at the edge of the page; "": not the first of a group */
		char total[24];		/* right of it */
		double part[BARS_PARTS];	/* lengths */
	} row[BARS_ROWS];
	size_t nrows;
	struct {
		const char *label;
		int color;
	} part[BARS_PARTS];
	size_t nparts;
	bool times;			/* lengths are ms; else each bar is 100% */
	const char *xlabel, *xlabel_share;	/* for the one, for the other */
};

/* Clean and short enough to stand left of the bars. */
void bars_label(struct bars *b, size_t row, const char *label);
/* Puts the parts that some row has into the legend, sets the page's height, writes everything. */
void bars_write(struct bars *b, FILE *f, struct page *page);

#endif

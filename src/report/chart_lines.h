/* report/chart_lines.h - a number against the levels: lines with bands, measured points, labels. */
#ifndef REPORT_CHART_LINES_H
#define REPORT_CHART_LINES_H

#include "report/axis.h"
#include "report/chart.h"

#define LINES_SERIES	4

struct line_series {
	enum metric metric;
	const char *label;		/* at the line's end */
	int color;
};

struct line_chart {
	struct line_series series[LINES_SERIES];
	size_t nseries;
	const char *ylabel;
	bool ylog;			/* and in ms, with units at the ticks */
	bool proportional;		/* a dashed line from the first level, in proportion to users */
};

/* At least two levels, and data in the first series; else false and why. */
bool lines_possible(const struct run_result *r, enum metric m, char why[WHY]);
void lines_subtitle(const struct run_result *r, const struct line_chart *c, char out[FINDING]);
bool lines_measured(const struct run_result *r, const struct line_chart *c);
void lines_write(const struct run_result *r, const struct line_chart *c, FILE *f, struct page *page);

#endif

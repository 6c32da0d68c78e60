/* report/chart_lines.h - a number against the levels: lines with bands, measured points, labels.
 *
 * All functions take the chart's own result r first: axes and words are about it.  A series may show
 * another result, on the same axes. */
#ifndef REPORT_CHART_LINES_H
#define REPORT_CHART_LINES_H

#include "report/axis.h"
#include "report/chart.h"
#include "stat/saturation.h"

#define LINES_SERIES	16
#define LINES_CURVES	8

struct line_series {
	enum metric metric;
	const char *label;		/* at the line's end */
	int color;
	bool dashed;			/* and without points */
	const struct run_result *of;	/* NULL: the chart's own */
};

struct line_curve {			/* over users, dashed */
	struct saturation law;
	int color;
};

struct line_chart {
	struct line_series series[LINES_SERIES];
	size_t nseries;
	const char *ylabel;
	bool ylog;			/* and in ms, with units at the ticks */
	bool proportional;		/* a dashed line from the first level, in proportion to users */
	struct line_curve curve[LINES_CURVES];
	size_t ncurves;
};

/* At least two levels, and data in the first series; else false and why. */
bool lines_possible(const struct run_result *r, enum metric m, char why[WHY]);
/* Where single runs fall, if there is a band for it: ", around it where ..." or "". */
const char *lines_band_words(const struct run_result *r, const struct line_chart *c);
void lines_subtitle(const struct run_result *r, const struct line_chart *c, char out[FINDING]);
bool lines_measured(const struct run_result *r, const struct line_chart *c);
void lines_write(const struct run_result *r, const struct line_chart *c, FILE *f, struct page *page);

#endif

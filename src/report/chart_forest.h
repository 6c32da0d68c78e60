/* report/chart_forest.h - differences in %: a row each, a dot with its interval a series, a hollow mark
 * where it was measured or published, and words at the right.  Rows may stand in groups, as bars do. */
#ifndef REPORT_CHART_FOREST_H
#define REPORT_CHART_FOREST_H

#include "report/chart.h"

#define FOREST_ROWS	14
#define FOREST_SERIES	8

struct forest {
	struct {
		char label[80];			/* left of the row; fitted when it is written */
		char group[48];			/* bold, above it; "": not the first of a group */
		char value[64];			/* right of the row */
		struct summary pct[FOREST_SERIES];	/* n = 0: none */
		double mark[FOREST_SERIES];	/* %; NaN: none */
		int color[FOREST_SERIES];
	} row[FOREST_ROWS];
	size_t nrows, nseries;
	double band;			/* %: as good as no difference, shaded around 0; 0: none */
	const char *xlabel;
	const char *value_head;			/* over the words at the right */
};

/* At least one row.  The legend is the caller's; sets the page's height, writes everything. */
void forest_write(struct forest *t, FILE *f, struct page *page);

#endif

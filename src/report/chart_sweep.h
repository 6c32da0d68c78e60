/* report/chart_sweep.h - which axis of a sweep goes where on a chart; for report/chart_sweep*.c only. */
#ifndef REPORT_CHART_SWEEP_H
#define REPORT_CHART_SWEEP_H

#include "report/axis.h"
#include "report/chart.h"
#include "report/sweep.h"
#include "run/gain.h"

#define SWEEP_SERIES	6
#define SWEEP_PANELS	16

struct sweep_plan {			/* axes by their numbers; SWEEP_NONE: there is none */
	size_t x, color, column, row;
	size_t nx, series, columns, rows, panels;	/* of a single panel, columns wrap into rows */
	bool lines;			/* x has rising numbers */
};

struct sweep_chart {
	const struct sweep *s;
	const struct sweep_view *v;
	enum metric m;
	/* What names gain over the first (NULL: nothing of it is drawn): where the queue is long is
	 * shaded. */
	const struct gains *gains;
	bool differences;		/* gains are drawn, not the metric itself */
	const char *title;		/* NULL: what the metric says */
};

/* False: too many axes or values for panels, and which. */
bool sweep_plan(const struct sweep_chart *c, struct sweep_plan *p, char why[WHY]);
size_t sweep_plan_point(const struct sweep_chart *c, const struct sweep_plan *p, size_t panel,
			size_t series, size_t x);
/* x of value i: the number, or its place; `series` beside each other unless lines are drawn. */
double sweep_plan_x(const struct sweep_chart *c, const struct sweep_plan *p, size_t series, size_t i);

struct sweep_drawn {				/* what all parts of the chart know */
	const struct sweep_chart *c;
	struct sweep_plan p;
	struct axis x, y;
	double left, right, top, width, height;	/* px; of a panel the last two */
	int look;			/* as plots/sweep.gp has it */
	char label[SWEEP_SERIES][80];
};

const struct summary *sweep_drawn_value(const struct sweep_drawn *d, size_t panel, size_t series,
					size_t i);
/* Value i of a point of the grid, as above; NULL: no data. */
const struct summary *sweep_chart_value(const struct sweep_chart *c, size_t point);
/* Is there a place where some of the series, or none of them (lines only: shaded), can run? */
void sweep_drawn_fails(const struct sweep_drawn *d, bool *some, bool *none);
void sweep_drawn_data(const struct sweep_drawn *d, FILE *f);

/* chart_data functions of a struct sweep_chart */
bool sweep_chart_panels(const void *chart, FILE *f, struct page *page, char why[WHY]);
bool sweep_chart_effects(const void *chart, FILE *f, struct page *page, char why[WHY]);
void sweep_chart_words(const struct sweep_chart *c, struct page *page);

#endif

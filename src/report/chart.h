/* report/chart.h - a chart: data from C, looks from plots/SCRIPT.gp.
 *
 * To add one: chart_NAME() in a file of its own, plots/NAME.gp unless another
 * script draws it, and a line in charts.def.
 *
 * Contract of chart_NAME(r, f, page, why)
 *   - false: the chart says nothing about this result; one line in `why`, or none if nobody misses it.
 *   - true: page->title (the finding), subtitle and height are set, the legend
 *     is filled, page_write() was called once, and f holds the variables and
 *     datablocks the script wants.  Nothing else changes; same result, same bytes.
 * variants_chart_NAME(r, n, f, page, why) is the same for the results of n >= 2 variants,
 * ladder_chart_NAME(l, f, page, why) for the rungs of an explanation, fit_chart_NAME(c, f, page, why) for a fit,
 * compare_chart_NAME(c, f, page, why) for a comparison, tune_chart_NAME(t, f, page, why) for the outcome of a search.
 */
#ifndef REPORT_CHART_H
#define REPORT_CHART_H

#include <stdbool.h>
#include <stdio.h>

#include "report/page.h"
#include "report/report.h"
#include "run/calibrate.h"
#include "run/compare.h"
#include "run/ladder.h"
#include "run/tune.h"

#define WHY	300			/* bytes of a reason */

struct chart {				/* has one of the functions */
	const char *name, *script, *help;
	bool (*data)(const struct run_result *r, FILE *f, struct page *page, char why[WHY]);
	bool (*variants)(struct run_result *const *r, size_t n, FILE *f, struct page *page, char why[WHY]);
	bool (*ladder)(const struct ladder *l, FILE *f, struct page *page, char why[WHY]);
	bool (*fit)(const struct calibration *c, FILE *f, struct page *page, char why[WHY]);
	bool (*compare)(const struct compare *c, FILE *f, struct page *page, char why[WHY]);
	bool (*tune)(const struct tune *t, FILE *f, struct page *page, char why[WHY]);
};

/* A chart that no list names, since its name is made: NAME.svg and NAME.png in dir, with the words of report_charts() to
 * `say`.  run: what the page says of its run. */
typedef bool chart_data(const void *what, FILE *f, struct page *page, char why[WHY]);
struct chart_once {
	const char *name, *script;
	chart_data *data;
	const void *what;
};
enum charts_status charts_draw(const struct chart_once *c, size_t n, const struct run_result *run, const char *dir, FILE *say);

extern const struct chart charts[], variants_charts[], ladder_charts[], fit_charts[], compare_charts[],
	tune_charts[];		/* end with name == NULL */

#define CHART(name, script, help)						\
	bool chart_##name(const struct run_result *r, FILE *f, struct page *page, char why[WHY]);
#define VARIANTS_CHART(name, script, help)						\
	bool variants_chart_##name(struct run_result *const *r, size_t n, FILE *f, struct page *page, char why[WHY]);
#define LADDER_CHART(name, script, help)						\
	bool ladder_chart_##name(const struct ladder *l, FILE *f, struct page *page, char why[WHY]);
#define FIT_CHART(name, script, help)						\
	bool fit_chart_##name(const struct calibration *c, FILE *f, struct page *page, char why[WHY]);
#define COMPARE_CHART(name, script, help)						\
	bool compare_chart_##name(const struct compare *c, FILE *f, struct page *page, char why[WHY]);
#define TUNE_CHART(name, script, help)						\
	bool tune_chart_##name(const struct tune *t, FILE *f, struct page *page, char why[WHY]);
#include "report/charts.def"

#endif

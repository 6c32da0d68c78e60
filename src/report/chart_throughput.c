/* report/chart_throughput.c - output tokens a second against users. */
#include "config.h"


#include "report/chart_lines.h"
#include "report/finding_saturation.h"

bool chart_throughput(const struct run_result *r, FILE *f, struct page *page, char why[WHY])
{
	struct line_chart c = {
		.series = { { .metric = M_output_throughput, .label = "simulated", .color = 1 } }, .nseries = 1,
		.ylabel = "Output tokens/s", .proportional = true,
	};

	c.ncurves = finding_measured_curve(r, &c.curve[0].law);
	if (!lines_possible(r, M_output_throughput, why))
		return false;
	finding_scaling(r, page->title);
	if (!*page->title)
		snprintf(page->title, FINDING, "Throughput against load");
	lines_subtitle(r, &c, page->subtitle);
	lines_write(r, &c, f, page);
	return true;
}

/* report/chart_latency.c - latency against users: the whole answer, and the first token. */
#include "config.h"


#include "report/chart_lines.h"
#include "report/fmt.h"

#include <math.h>

static bool has_measured(const struct run_result *r, enum metric m)
{
	for (size_t i = 0; i < r->nlevels; i++)
		for (size_t k = 0; k < r->level[i].nmeasured; k++)
			if (r->level[i].measured[k].metric == m)
				return true;
	return false;
}

/* "P95 latency rises from 4.20 s at 10 users to 6.58 s at 100" */
static void title(const struct run_result *r, enum metric p95, const char *what, char out[FINDING])
{
	const struct level_result *lo = finding_lightest(r), *hi = finding_heaviest(r);
	double a = finding_mean(lo, p95), b = finding_mean(hi, p95);
	char from[FMT], to[FMT], at_lo[sizeof(lo->info.label)], at_hi[sizeof(lo->info.label)];

	fmt_clean(at_lo, sizeof(at_lo), lo->info.label);
	fmt_clean(at_hi, sizeof(at_hi), hi->info.label);
	if (!isfinite(a) || !isfinite(b))
		snprintf(out, FINDING, "%s against load", what);
	else if (fabs(b / a - 1.0) < 0.05)
		snprintf(out, FINDING, "P95 %s stays near %s up to %s", what, fmt_ms(to, b), at_hi);
	else
		snprintf(out, FINDING, "P95 %s %s from %s at %s to %s at %s", what,
			 b > a ? "rises" : "falls", fmt_ms(from, a), at_lo, fmt_ms(to, b), at_hi);
}

/* A family's members follow each other: mean p50 p90 p95 p99 (run/metrics.def).  The mean stands for the
 * median where it is what was measured. */
static bool latency(const struct run_result *r, enum metric family, const char *what, const char *ylabel,
		    FILE *f, struct page *page, char why[WHY])
{
	enum metric p50 = (enum metric)((int)family + 1), p95 = (enum metric)((int)family + 3);
	enum metric p99 = (enum metric)((int)family + 4);
	bool mean = has_measured(r, family) && !has_measured(r, p50);
	struct line_chart c = {
		.series = {
			{ .metric = p99, .label = "P99", .color = 2 }, { .metric = p95, .label = "P95", .color = 1 },
			{ .metric = mean ? family : p50, .label = mean ? "mean" : "median", .color = 3 },
		},
		.nseries = 3, .ylabel = ylabel, .ylog = true,
	};

	if (!lines_possible(r, p95, why))
		return false;
	title(r, p95, what, page->title);
	lines_subtitle(r, &c, page->subtitle);
	lines_write(r, &c, f, page);
	return true;
}

bool chart_latency(const struct run_result *r, FILE *f, struct page *page, char why[WHY])
{
	return latency(r, M_e2e_ms_mean, "latency", "Time to the whole answer, log scale", f, page, why);
}

bool chart_ttft(const struct run_result *r, FILE *f, struct page *page, char why[WHY])
{
	return latency(r, M_ttft_ms_mean, "time to first token", "Time to first token, log scale", f,
		       page, why);
}

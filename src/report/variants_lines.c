/* report/variants_lines.c - variants side by side against users: throughput and latency. */
#include "config.h"

#include <string.h>

#include "report/chart_lines.h"
#include "report/finding_saturation.h"
#include "report/fmt.h"
#include "report/variants.h"

#define COLORS	8			/* of the theme */

static int color_of(size_t variant)
{
	return (int)(variant % COLORS) + 1;
}

/* The line of one variant; its curve through the measured points, if its scenario wants one. */
static void add(struct line_chart *c, const struct run_result *r, size_t v, enum metric m,
		const char *label, bool dashed)
{
	struct saturation law;

	c->series[c->nseries++] = (struct line_series){
		.of = r, .metric = m, .label = label, .color = color_of(v), .dashed = dashed,
	};
	if (m == M_output_throughput && c->ncurves < LINES_CURVES && finding_measured_curve(r, &law))
		c->curve[c->ncurves++] = (struct line_curve){ .law = law, .color = color_of(v) };
}

static void subtitle(struct run_result *const *r, size_t n, const struct line_chart *c,
		     char out[FINDING])
{
	char system[FINDING], seeds[FINDING];

	variants_system(r, n, system);
	finding_seeds(r[0], seeds);
	snprintf(out, FINDING, "%.200s; %.60s%s", system, seeds, lines_band_words(r[0], c));
}

static bool draw(struct run_result *const *r, size_t n, struct line_chart *c, FILE *f, struct page *page)
{
	subtitle(r, n, c, page->subtitle);
	lines_write(r[0], c, f, page);
	return true;
}

/* "SGLang 0.4.9 flattens at 4,809 tokens/s, LMDeploy 0.6.0 at 3,725; the curve promised 8,351"; ""
 * without both. */
static void against_curve(struct run_result *const *r, size_t n, const struct line_chart *c,
			  char out[FINDING])
{
	struct finding_saturation s;
	char label[64], num[FMT];
	size_t used = 0;

	*out = '\0';
	for (size_t v = 0; v < n && c->ncurves > 0 && used < FINDING - 200; v++) {
		if (!finding_saturation(r[v], &s) || !s.from)
			continue;
		used += (size_t)snprintf(out + used, FINDING - used, "%s%s %sat %s%s", used ? ", " : "",
					 variants_clean(r[v], label), used ? "" : "flattens ",
					 fmt_num(num, finding_mean(s.from, M_output_throughput)),
					 used ? "" : " tokens/s");
	}
	if (used)
		snprintf(out + used, FINDING - used, "; the curve promised %s",
			 fmt_num(num, c->curve[0].law.most));
}

bool variants_chart_throughput(struct run_result *const *r, size_t n, FILE *f, struct page *page,
			       char why[WHY])
{
	struct line_chart c = { .ylabel = "Output tokens/s" };
	char label[LINES_SERIES][64];

	if (!lines_possible(r[0], M_output_throughput, why))
		return false;
	for (size_t v = 0; v < n && v < LINES_SERIES; v++)
		add(&c, r[v], v, M_output_throughput, variants_clean(r[v], label[v]), false);
	against_curve(r, n, &c, page->title);
	if (!*page->title)
		variants_throughput(r, n, page->title);
	if (!*page->title)
		snprintf(page->title, FINDING, "Throughput against load");
	return draw(r, n, &c, f, page);
}

bool variants_chart_latency(struct run_result *const *r, size_t n, FILE *f, struct page *page,
			    char why[WHY])
{
	struct line_chart c = { .ylabel = "Time to the whole answer, log scale", .ylog = true };
	char label[LINES_SERIES][72], name[64];
	bool means = n <= 3;		/* more lines than six are a tangle */

	if (!lines_possible(r[0], M_e2e_ms_p95, why))
		return false;
	for (size_t v = 0; v < n && c.nseries + 1 < LINES_SERIES; v++) {
		variants_clean(r[v], name);
		snprintf(label[c.nseries], sizeof(label[0]), "%s%s", name, means ? " P95" : "");
		add(&c, r[v], v, M_e2e_ms_p95, label[c.nseries], false);
		if (means)
			add(&c, r[v], v, M_e2e_ms_mean, "mean", true);
	}
	if (!means)
		c.ylabel = "P95 of the time to the whole answer, log scale";
	variants_latency(r, n, page->title);
	if (!*page->title)
		snprintf(page->title, FINDING, "Latency against load");
	return draw(r, n, &c, f, page);
}

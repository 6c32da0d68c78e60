/* report/chart_cdf.c - how long requests take: distributions of first token and whole answer. */
#include "config.h"


#include "report/axis.h"
#include "report/chart.h"
#include "report/fmt.h"
#include "report/gp.h"
#include "report/levels_shown.h"

#include <math.h>

#define CURVES		5
#define CDF_H		430.0
#define PANELS		2
#define GUTTER		46.0		/* px between the panels */
#define BELOW_AXIS	62.0

static const struct cdf *cdf_of(const struct level_result *l, int panel)
{
	return panel == 0 ? &l->ttft : &l->e2e;
}

static bool has_data(const struct cdf *c)
{
	return c->q[CDF_POINTS / 2].n > 0;
}

static void extent(const struct run_result *r, int panel, double *lo, double *hi)
{
	*lo = INFINITY;
	*hi = 0.0;
	for (size_t i = 0; i < r->nlevels; i++) {
		const struct cdf *c = cdf_of(&r->level[i], panel);

		for (size_t k = 0; k < CDF_POINTS; k++) {
			if (c->q[k].n == 0)
				continue;
			*hi = fmax(*hi, fmax(c->q[k].mean, c->q[k].hi));
			if (c->q[k].mean > 0.0)
				*lo = fmin(*lo, c->q[k].mean);
		}
	}
}

static bool panel_axis(const struct run_result *r, int panel, struct axis *x)
{
	double lo, hi;

	extent(r, panel, &lo, &hi);
	if (!(hi > 0.0))
		return false;
	if (hi / lo >= 30.0)
		axis_log(x, lo, hi, AXIS_TIMES);
	else
		axis_linear(x, hi, 4, AXIS_TIMES);
	return true;
}

static void point(FILE *f, double percent, double v, const struct axis *x)
{
	gp_cell(f, fmin(x->hi, fmax(x->lo, v)));
	gp_cell(f, percent);
	fputc('\n', f);
}

static void curve(FILE *f, const struct cdf *c, const struct axis *x)
{
	for (size_t k = 0; k < CDF_POINTS; k++)
		if (c->q[k].n > 0)
			point(f, 100.0 * (double)k / (CDF_POINTS - 1), c->q[k].mean, x);
}

/* A closed line: up the lower ends of the intervals, down the upper ones. */
static void band(FILE *f, const struct cdf *c, const struct axis *x)
{
	for (size_t k = 0; k < CDF_POINTS; k++)
		if (c->q[k].n > 0)
			point(f, 100.0 * (double)k / (CDF_POINTS - 1), c->q[k].lo, x);
	for (size_t k = CDF_POINTS; k-- > 0;)
		if (c->q[k].n > 0)
			point(f, 100.0 * (double)k / (CDF_POINTS - 1), c->q[k].hi, x);
}

/* One block a panel and level. */
static void blocks(const struct run_result *r, const size_t *index, size_t n,
		   const struct axis x[PANELS],
		   const char *name, void (*draw)(FILE *, const struct cdf *, const struct axis *),
		   FILE *f)
{
	fprintf(f, "%s << EOD\n", name);
	for (int p = 0; p < PANELS; p++) {
		for (size_t i = 0; i < n; i++) {
			draw(f, cdf_of(&r->level[index[i]], p), &x[p]);
			fputs("\n\n", f);
		}
	}
	fputs("EOD\n", f);
}

static void title(const struct run_result *r, char out[FINDING])
{
	const struct level_result *l = finding_heaviest(r);
	char label[sizeof(l->info.label)], a[FMT], b[FMT];
	double e2e = finding_mean(l, M_e2e_ms_p95), ttft = finding_mean(l, M_ttft_ms_p95);

	fmt_clean(label, sizeof(label), l->info.label);
	if (isfinite(e2e) && isfinite(ttft))
		snprintf(out, FINDING,
			 "At %s 95%% of first tokens come within %s, of whole answers within %s",
			 label, fmt_ms(a, ttft), fmt_ms(b, e2e));
	else
		snprintf(out, FINDING, "How long requests take at %s", label);
}

static void subtitle(const struct run_result *r, size_t shown, char out[FINDING])
{
	char system[FINDING], seeds[FINDING], some[64] = "";

	finding_system(r, system);
	finding_seeds(r, seeds);
	if (shown < r->nlevels)
		snprintf(some, sizeof(some), "; %zu of %zu levels", shown, r->nlevels);
	snprintf(out, FINDING, "%.200s; quantiles, %.100s%s", system, seeds, some);
}

static void layout(const struct page *page, struct axis x[PANELS], FILE *f)
{
	double left = PAGE_MARGIN + page_text_px("100%", FONT_SMALL, false) + 8.0;
	double right = PAGE_MARGIN + page_text_px(x[1].text[x[1].n - 1], FONT_SMALL, false) / 2.0;
	double width = (PAGE_W - left - GUTTER - right) / PANELS;
	double panel_left[PANELS] = { left, left + width + GUTTER };

	gp_reals(f, "panel_left", panel_left, PANELS);
	gp_real(f, "panel_width", width);
	gp_real(f, "top", page->top + 34.0);
	gp_real(f, "below", BELOW_AXIS);
	axis_thin(&x[0], width, FONT_SMALL);
	axis_thin(&x[1], width, FONT_SMALL);
	axis_write(f, "a", &x[0]);
	axis_write(f, "b", &x[1]);
	fprintf(f, "band = %d\n", page->run->replications > 1);
}

bool chart_cdf(const struct run_result *r, FILE *f, struct page *page, char why[WHY])
{
	size_t with[64], n = 0, index[CURVES], shown;
	char label[CURVES][sizeof(r->level->info.label)];
	struct axis x[PANELS];

	for (size_t i = 0; i < r->nlevels && n < 64; i++) {
		if (has_data(&r->level[i].ttft) && has_data(&r->level[i].e2e))
			with[n++] = i;
	}
	if (n == 0 || !panel_axis(r, 0, &x[0]) || !panel_axis(r, 1, &x[1])) {
		snprintf(why, WHY, "no request was answered");
		return false;
	}
	shown = levels_shown(n, CURVES, index);
	for (size_t i = 0; i < shown; i++) {
		index[i] = with[index[i]];
		fmt_clean(label[i], sizeof(label[i]), r->level[index[i]].info.label);
		page_legend(page, label[i], (int)i + 1, MARK_SQUARE);
	}
	page->height = CDF_H;
	title(r, page->title);
	subtitle(r, shown, page->subtitle);
	page_write(f, page);
	layout(page, x, f);
	fprintf(f, "curve_n = %zu\n", shown);
	blocks(r, index, shown, (const struct axis *)x, "$curve", curve, f);
	blocks(r, index, shown, (const struct axis *)x, "$band", band, f);
	return true;
}

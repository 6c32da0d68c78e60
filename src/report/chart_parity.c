/* report/chart_parity.c - measured against simulated, rates and times side by side, with a band of 5%. */
#include "config.h"

#include "report/axis.h"
#include "report/calibration.h"
#include "report/chart.h"
#include "report/fmt.h"
#include "report/gp.h"

#include <math.h>
#include <string.h>

#define PANELS		2
#define OUTSIDE		5.0		/* %: half the band, beyond which a point has a label */
#define LEFT		54.0		/* px before a panel */
#define BETWEEN		62.0
#define BELOW		66.0
#define TICKS		(2 * AXIS_TICKS)

struct panel {
	double lo, hi;
	struct axis axis;
	size_t n;
};

/* 0: rates, 1: times; -1: something else. */
static int panel_of(const struct calibrate_target *t)
{
	const char *unit = metric_info[t->metric].unit;

	return strcmp(unit, "tok/s") == 0 ? 0 : strcmp(unit, "ms") == 0 ? 1 : -1;
}

static void measure(const struct calibration *c, int which, struct panel *p)
{
	double wide;

	*p = (struct panel){ .lo = HUGE_VAL };
	for (size_t i = 0; i < c->ntargets; i++) {
		const struct calibrate_target *t = &c->target[i];

		if (panel_of(t) != which)
			continue;
		p->lo = fmin(p->lo, fmin(t->measured, t->simulated));
		p->hi = fmax(p->hi, fmax(t->measured, t->simulated));
		p->n++;
	}
	if (p->n == 0)
		return;
	p->lo /= 1.1;
	p->hi *= 1.1;
	wide = p->hi / p->lo;
	if (wide > 8.0)
		axis_log(&p->axis, p->lo, p->hi, which ? AXIS_TIMES : AXIS_NUMBERS);
	else
		axis_linear(&p->axis, p->hi, 8, which ? AXIS_TIMES : AXIS_NUMBERS);
}

/* Ticks of all panels in one list each, with their panel. */
static void ticks(const struct panel panel[PANELS], FILE *f)
{
	double at[TICKS], in[TICKS];
	const char *text[TICKS];
	size_t n = 0, shown = 0;

	for (int k = 0; k < PANELS; k++) {
		shown += panel[k].n > 0;
		for (size_t i = 0; panel[k].n > 0 && i < panel[k].axis.n; i++) {
			if (panel[k].axis.at[i] < panel[k].lo || panel[k].axis.at[i] > panel[k].hi)
				continue;
			at[n] = panel[k].axis.at[i];
			in[n] = (double)shown;
			text[n++] = panel[k].axis.text[i];
		}
	}
	fprintf(f, "tick_n = %zu\n", n);
	gp_reals(f, "tick_at", at, n);
	gp_reals(f, "tick_panel", in, n);
	gp_strings(f, "tick_text", text, n);
}

/* Points by panel: measured, simulated, color, where single runs fall. */
static void points(const struct calibration *c, const struct panel panel[PANELS], FILE *f)
{
	fputs("$data << EOD\n", f);
	for (int k = 0; k < PANELS; k++) {
		for (size_t i = 0; panel[k].n > 0 && i < c->ntargets; i++) {
			const struct calibrate_target *t = &c->target[i];

			if (panel_of(t) != k)
				continue;
			gp_cell(f, t->measured);
			gp_cell(f, t->simulated);
			fprintf(f, " %zu", t->level % 7 + 1);
			gp_cell(f, fmax(t->simulated - 1.96 * t->sigma, panel[k].lo));
			gp_cell(f, fmin(t->simulated + 1.96 * t->sigma, panel[k].hi));
			fputc('\n', f);
		}
		if (panel[k].n > 0)
			fputs("\n\n", f);
	}
	fputs("EOD\n", f);
}

/* A word at each point outside the band. */
static void outliers(const struct calibration *c, const struct panel panel[PANELS], FILE *f)
{
	double x[PAGE_LEGEND], y[PAGE_LEGEND], in[PAGE_LEGEND];
	const char *text[PAGE_LEGEND];
	char word[PAGE_LEGEND][FMT];
	size_t n = 0;

	for (size_t i = 0; i < c->ntargets && n < PAGE_LEGEND; i++) {
		const struct calibrate_target *t = &c->target[i];

		if (panel_of(t) < 0 || fabs(t->error_pct) <= OUTSIDE)
			continue;
		x[n] = t->measured;
		y[n] = t->simulated;
		in[n] = panel_of(t) == 1 && panel[0].n > 0 ? 2 : 1;
		snprintf(word[n], FMT, "%s%.1f%%", t->error_pct < 0 ? "−" : "+", fabs(t->error_pct));
		text[n] = word[n];
		n++;
	}
	fprintf(f, "out_n = %zu\n", n);
	gp_reals(f, "out_x", x, n);
	gp_reals(f, "out_y", y, n);
	gp_reals(f, "out_panel", in, n);
	gp_strings(f, "out_text", text, n);
}

static void words(const struct calibration *c, struct page *page, char label[PAGE_LEGEND][40])
{
	const struct calibrate_target *w = &c->target[c->worst];
	size_t in = 0, n = c->nusers < PAGE_LEGEND - 1 ? c->nusers : PAGE_LEGEND - 1;

	for (size_t i = 0; i < c->ntargets; i++)
		in += fabs(c->target[i].error_pct) <= OUTSIDE;
	snprintf(page->title, FINDING, "%zu of %zu measured numbers are met within 5%%, all to %.1f%% on average; worst %s%.1f%%, %s at %ld "
		 "users", in, c->ntargets, c->mean_abs_pct, c->worst_pct < 0 ? "−" : "+", fabs(c->worst_pct),
		 metric_info[w->metric].name, (long)w->users);
	snprintf(page->subtitle, FINDING, "%.60s on %.60s, %zu parameters fitted; whiskers: where 95%% of single runs fall (at least ±2%%)",
		 c->base->name, c->base->gpu.name, c->nparams);
	for (size_t i = 0; i < n; i++) {
		snprintf(label[i], sizeof(label[i]), "%ld users", (long)c->users[i]);
		page_legend(page, label[i], (int)(i % 7) + 1, MARK_SQUARE);
	}
	page_legend(page, "equal; band ±5%", 0, MARK_LINE);
}

static void frames(const struct panel panel[PANELS], const struct page *page, FILE *f)
{
	static const char *const unit[PANELS] = { "tok/s", "time" };
	double lo[PANELS], hi[PANELS], left[PANELS], shown = (panel[0].n > 0) + (panel[1].n > 0), px;
	const char *name[PANELS];
	size_t n = 0;

	px = (PAGE_W - PAGE_MARGIN - LEFT - (shown > 1 ? BETWEEN : 0.0)) / shown;
	for (int k = 0; k < PANELS; k++) {
		if (panel[k].n == 0)
			continue;
		lo[n] = panel[k].lo;
		hi[n] = panel[k].hi;
		left[n] = LEFT + (double)n * (px + BETWEEN);
		name[n++] = unit[k];
	}
	fprintf(f, "panel_n = %zu\n", n);
	gp_reals(f, "panel_lo", lo, n);
	gp_reals(f, "panel_hi", hi, n);
	gp_reals(f, "panel_left", left, n);
	gp_strings(f, "panel_unit", name, n);
	gp_real(f, "panel_px", px);
	gp_real(f, "top", page->top + 26.0);
	gp_real(f, "below", BELOW);
}

bool fit_chart_parity(const struct calibration *c, FILE *f, struct page *page, char why[WHY])
{
	char label[PAGE_LEGEND][40];
	struct panel panel[PANELS];

	for (int k = 0; k < PANELS; k++)
		measure(c, k, &panel[k]);
	if (panel[0].n + panel[1].n == 0) {
		snprintf(why, WHY, "neither rates nor times were measured");
		return false;
	}
	words(c, page, label);
	page->height = 456.0;
	page_write(f, page);
	frames(panel, page, f);
	ticks(panel, f);
	outliers(c, panel, f);
	points(c, panel, f);
	return true;
}

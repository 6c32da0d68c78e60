/* report/chart_capacity.c - the objective that binds against the load: where it is surely kept, and
 * where surely not. */
#include "config.h"

#include "report/axis.h"
#include "report/chart.h"
#include "report/gp.h"
#include "report/tune.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEFT		64.0
#define RIGHT		24.0
#define BELOW		62.0
#define HEIGHT		450.0

static bool is_ms(enum metric m)
{
	return strcmp(metric_info[m].unit, "ms") == 0;
}

/* The objective that is violated most often among the loads tried. */
static size_t binding(const struct tune *t)
{
	size_t count[TUNE_SLOS] = { 0 }, best = 0;

	for (size_t i = 0; i < t->n; i++)
		if (t->candidate[i].load && t->candidate[i].fate != TUNE_MEETS)
			count[t->candidate[i].slo]++;
	for (size_t s = 1; s < t->nslos; s++)
		if (count[s] > count[best])
			best = s;
	return best;
}

struct extent {
	double xlo, xhi, ylo, yhi;
	size_t n;
};

/* A row a load, of one verdict: load, mean, interval. */
static void points(const struct tune *t, const char *name, enum metric m, int color, struct extent *e,
		   FILE *f)
{
	fprintf(f, "$%s << EOD\n", name);
	for (size_t i = 0; i < t->n; i++) {
		const struct tune_candidate *c = &t->candidate[i];
		int mine = c->fate == TUNE_MEETS ? 1 : c->fate == TUNE_OPEN ? 0 : 2;
		struct summary s = tune_metric(c, m);
		double load = tune_load_of(t, c->load);

		if (!c->load || c->setting != t->candidate[t->winner].setting || s.n == 0 ||
		    mine != color)
			continue;
		gp_cell(f, load);
		gp_cell(f, s.mean);
		gp_cell(f, s.lo > 0.0 ? s.lo : s.mean / 2.0);
		gp_cell(f, s.hi);
		fputc('\n', f);
		e->xlo = fmin(e->xlo, load);
		e->xhi = fmax(e->xhi, load);
		e->ylo = fmin(e->ylo, s.lo > 0.0 ? s.lo : s.mean / 2.0);
		e->yhi = fmax(e->yhi, s.hi);
		e->n++;
	}
	fputs("NaN NaN NaN NaN\nEOD\n", f);
}

static void words(const struct tune *t, const struct tune_slo *slo, struct page *page)
{
	const struct tune_candidate *w = &t->candidate[t->winner], *setting = &t->candidate[w->setting];
	const struct run_result r = tune_as_run(t);
	char load[FMT], fails[FMT], limit[2 * FMT], *label = tune_label(t, t->winner, true);

	tune_load_words(t, w->load, load);
	tune_limit(limit, slo);
	if (t->found && setting->fails)
		snprintf(page->title, FINDING, "%s keeps %s, %s does not", load, limit,
			 tune_load_number(fails, t, setting->fails));
	else if (t->found)
		snprintf(page->title, FINDING, "%s keeps %s, and no load that was tried does not", load,
			 limit);
	else
		snprintf(page->title, FINDING, "No load that was tried keeps %s", limit);
	snprintf(page->subtitle, FINDING, "%.60s, %.100s; mean and 95%% interval of %d to %zu "
		 "replications a load", r.scenario->name, label,
		 TUNE_START, t->most);
	page_legend(page, "surely keeps it", 1, MARK_SQUARE);
	page_legend(page, "not sure", 0, MARK_SQUARE);
	page_legend(page, "surely does not", 2, MARK_SQUARE);
	free(label);
}

static void axes(const struct tune *t, const struct tune_slo *slo, const struct extent *e, FILE *f)
{
	bool log = e->ylo > 0.0 && e->yhi > 5.0 * e->ylo;
	enum axis_words as = is_ms(slo->metric) ? AXIS_TIMES : AXIS_NUMBERS;
	const char *unit = metric_info[slo->metric].unit;
	struct axis x, y;
	char text[120];

	axis_span(&x, e->xlo, e->xhi, 8, AXIS_NUMBERS);
	axis_thin(&x, PAGE_W - LEFT - RIGHT, FONT_SMALL);
	if (log)
		axis_log(&y, fmin(e->ylo, slo->limit), fmax(e->yhi, slo->limit), as);
	else
		axis_span(&y, fmin(e->ylo, slo->limit), fmax(e->yhi, slo->limit), 6, as);
	axis_write(f, "x", &x);
	axis_write(f, "y", &y);
	gp_string(f, "xlabel", t->goal.load);
	snprintf(text, sizeof(text), "%s%s%s%s%s", metric_info[slo->metric].name, *unit &&
		 !is_ms(slo->metric) ? ", " : "",
		 is_ms(slo->metric) ? "" : unit, log ? " (log scale)" : "", "");
	gp_string(f, "ylabel", text);
}

bool tune_chart_capacity(const struct tune *t, FILE *f, struct page *page, char why[WHY])
{
	struct extent e = { .xlo = HUGE_VAL, .xhi = -HUGE_VAL, .ylo = HUGE_VAL, .yhi = -HUGE_VAL };
	const struct tune_candidate *setting;
	const struct tune_slo *slo;
	char v[FMT], text[FMT + 20];

	if (!t->goal.load || t->winner == t->n) {
		snprintf(why, WHY, "%s", t->goal.load ? "nothing ran" : "");
		return false;
	}
	slo = &t->slo[binding(t)];
	setting = &t->candidate[t->candidate[t->winner].setting];
	words(t, slo, page);
	page->height = HEIGHT;
	page_write(f, page);
	gp_real(f, "left", LEFT);
	gp_real(f, "right", RIGHT);
	gp_real(f, "top", page->top + 30.0);
	gp_real(f, "below", BELOW);
	points(t, "keeps", slo->metric, 1, &e, f);
	points(t, "unsure", slo->metric, 0, &e, f);
	points(t, "fails", slo->metric, 2, &e, f);
	axes(t, slo, &e, f);
	gp_real(f, "limit_y", slo->limit);
	snprintf(text, sizeof(text), "objective %s", tune_value(v, slo->metric, slo->limit));
	gp_string(f, "limit_text", text);
	gp_real(f, "zone_lo", setting->meets ? tune_load_of(t, setting->meets) : e.xlo);
	gp_real(f, "zone_hi", setting->fails ? tune_load_of(t, setting->fails) : e.xhi);
	return true;
}

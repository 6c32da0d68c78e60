/* report/chart_pareto.c - the goal against the latency that is to be kept: all candidates, their
 * front, the limit. */
#include "config.h"

#include "report/axis.h"
#include "report/chart.h"
#include "report/gp.h"
#include "report/tune.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define LEFT		70.0
#define RIGHT		24.0
#define BELOW		62.0
#define HEIGHT		470.0
#define FEW		16		/* candidates that all have room for bars */

enum kind { GREY, VIOLATES, NEAR, WINNER };

struct plane {
	const struct tune *t;
	enum metric x, y;
	double limit;			/* of x; NaN: none */
	double xlo, xhi, ylo, yhi;
	bool log;			/* x */
	struct axis ax, ay;
};

static bool is_ms(enum metric m)
{
	return strcmp(metric_info[m].unit, "ms") == 0;
}

/* x: the first objective that is a time, else TTFT P95; y: the goal, unless it is x: then throughput. */
static void choose(struct plane *p)
{
	const struct tune *t = p->t;

	p->x = M_ttft_ms_p95;
	p->limit = (double)NAN;
	for (size_t s = t->nslos; s-- > 0;) {
		if (!is_ms(t->slo[s].metric) || !t->slo[s].below)
			continue;
		p->x = t->slo[s].metric;
		p->limit = t->slo[s].limit;
	}
	p->y = t->goal.metric != p->x ? t->goal.metric : M_output_throughput;
	if (is_ms(p->y) && isnan(p->limit)) {
		p->x = p->y;
		p->y = M_output_throughput;
	}
}

static enum kind kind_of(const struct tune *t, size_t i)
{
	const struct tune_candidate *c = &t->candidate[i];
	size_t slo;

	if (i == t->winner)
		return WINNER;
	if (tune_violates(t, c, &slo))
		return VIOLATES;
	return c->fate == TUNE_EQUAL || c->fate == TUNE_OPEN ? NEAR : GREY;
}

/* Candidates had different numbers of replications: each is placed by its paired difference to the
 * winner, and the winner where it was measured. */
static struct summary place(const struct tune *t, size_t i, enum metric m)
{
	const struct tune_candidate *w = &t->candidate[t->winner];
	struct summary s = t->found ? tune_fresh(t, m) : tune_metric(w, m), d;

	if (i == t->winner || s.n == 0)
		return s;
	d = tune_difference(w, &t->candidate[i], m);
	return (struct summary){ .mean = s.mean * (1.0 + d.mean / 100.0),
				 .lo = s.mean * (1.0 + d.lo / 100.0),
				 .hi = s.mean * (1.0 + d.hi / 100.0), .n = d.n };
}

static bool shown(const struct plane *p, size_t i, struct summary *x, struct summary *y)
{
	*x = place(p->t, i, p->x);
	*y = place(p->t, i, p->y);
	return p->t->candidate[i].n > 0 && x->n > 0 && y->n > 0;
}

static size_t measure(struct plane *p)
{
	struct summary x, y;
	size_t n = 0;

	p->xlo = p->ylo = HUGE_VAL;
	p->xhi = p->yhi = -HUGE_VAL;
	for (size_t i = 0; i < p->t->n; i++) {
		if (!shown(p, i, &x, &y))
			continue;
		p->xlo = fmin(p->xlo, x.mean);
		p->xhi = fmax(p->xhi, x.mean);
		p->ylo = fmin(p->ylo, y.mean);
		p->yhi = fmax(p->yhi, y.mean);
		if (i == p->t->winner) {
			p->ylo = fmin(p->ylo, y.lo);
			p->yhi = fmax(p->yhi, y.hi);
		}
		n++;
	}
	if (n > 0 && isfinite(p->limit)) {
		p->xlo = fmin(p->xlo, p->limit);
		p->xhi = fmax(p->xhi, p->limit);
	}
	p->log = n > 0 && p->xlo > 0.0 && p->xhi > 3.0 * p->xlo;
	return n;
}

/* Points of one kind: x y, half intervals of those that matter. */
static void points(const struct plane *p, enum kind kind, const char *name, FILE *f)
{
	struct summary x, y;

	fprintf(f, "$%s << EOD\n", name);
	for (size_t i = 0; i < p->t->n; i++) {
		if (kind_of(p->t, i) != kind || !shown(p, i, &x, &y))
			continue;
		gp_cell(f, x.mean);
		gp_cell(f, y.mean);
		gp_cell(f, fmax(x.lo, p->log ? p->xlo / 10.0 : x.lo));
		gp_cell(f, x.hi);
		gp_cell(f, y.lo);
		gp_cell(f, y.hi);
		fputc('\n', f);
	}
	fputs("NaN NaN NaN NaN NaN NaN\nEOD\n", f);
}

static void pair(FILE *f, double x, double y)
{
	gp_cell(f, x);
	gp_cell(f, y);
	fputc('\n', f);
}

/* Of those that nobody beats in both, from low x to high; as steps. */
static void front(const struct plane *p, FILE *f)
{
	double up = metric_info[p->y].better < 0 ? -1.0 : 1.0, x0 = -HUGE_VAL, best = -HUGE_VAL;
	struct summary x, y;

	fputs("$front << EOD\n", f);
	for (bool first = true;; first = false) {
		double next = HUGE_VAL, top = 0.0;

		for (size_t i = 0; i < p->t->n; i++) {
			if (!shown(p, i, &x, &y) || x.mean <= x0 || up * y.mean <= best)
				continue;
			if (x.mean < next || (!(x.mean > next) && up * y.mean > top)) {
				next = x.mean;
				top = up * y.mean;
			}
		}
		if (next >= HUGE_VAL)
			break;
		x0 = next;
		best = top;
		if (first)
			pair(f, x0, up > 0.0 ? p->ay.lo : p->ay.hi);
		pair(f, x0, up * best);
	}
	pair(f, p->ax.hi, up * best);
	fputs("NaN NaN\nEOD\n", f);
	gp_real(f, "front_y", up * best);
}

#define TITLE_LABEL	70	/* of settings with names; longer: values only, or the title is cut */

/* "Most output_throughput under ttft_ms.p95 < 2.00 s: 380 tok/s with lpm, 0.9" */
static void title(const struct plane *p, const char *x, const char *y, const char *label,
		  struct page *page)
{
	const struct tune *t = p->t;
	char limit[2 * FMT];

	if (!t->found || t->nslos == 0 || p->y != t->goal.metric) {
		snprintf(page->title, FINDING, "%s%s at %s of %s with %.120s",
			 t->found ? "" : "No candidate keeps the objectives; the nearest: ", y,
			 metric_info[p->x].name, x, label);
		return;
	}
	if (t->nslos == 1)
		tune_limit(limit, &t->slo[0]);
	else
		snprintf(limit, sizeof(limit), "%zu objectives", t->nslos);
	snprintf(page->title, FINDING, "%s %s under %s%s: %s with %.120s",
		 t->goal.maximise ? "Most" : "Least", metric_info[p->y].name, limit, t->certain ? "" : " (not sure)", y, label);
}

static void words(const struct plane *p, struct page *page)
{
	const struct tune *t = p->t;
	const struct run_result r = tune_as_run(t);
	size_t violate = 0, slo, near = tune_count(t, TUNE_EQUAL) + tune_count(t, TUNE_OPEN);
	char *label = tune_label(t, t->winner, true), x[FMT], y[FMT];
	struct summary sx, sy;

	for (size_t i = 0; i < t->n; i++)
		violate += tune_violates(t, &t->candidate[i], &slo);
	shown(p, t->winner, &sx, &sy);
	tune_value(x, p->x, sx.mean);
	tune_value(y, p->y, sy.mean);
	if (strlen(label) > TITLE_LABEL) {
		free(label);
		label = tune_label(t, t->winner, false);
	}
	title(p, x, y, label, page);
	snprintf(page->subtitle, FINDING, "%.60s at %s; each point a candidate, placed by its paired "
		 "difference to the %s; bars: 95%% "
		 "interval; %zu of %zu violate an objective", r.scenario->name, t->candidate[t->winner].level_label,
		 t->found ? "winner" : "nearest", violate, t->n);
	page_legend(page, t->found ? "the winner" : "the nearest", 2, MARK_SQUARE);
	if (near > 0)
		page_legend(page, "not to be told from it", 1, MARK_SQUARE);
	if (tune_count(t, TUNE_WORSE) > 0)
		page_legend(page, "worse", 8, MARK_SQUARE);
	if (violate > 0)
		page_legend(page, "violates an objective", 8, MARK_HOLLOW);
	free(label);
}

/* A log axis ends where the data do, not at the next round number. */
static void log_axis(struct plane *p)
{
	axis_log(&p->ax, p->xlo, p->xhi, is_ms(p->x) ? AXIS_TIMES : AXIS_NUMBERS);
	p->ax.lo = p->xlo / 1.15;
	p->ax.hi = p->xhi * 1.15;
}

static void make_axes(struct plane *p)
{
	double px = 0.05 * (p->xhi - p->xlo), py = 0.06 * (p->yhi - p->ylo);

	if (p->log)
		log_axis(p);
	else
		axis_span(&p->ax, p->xlo - px, p->xhi + px, 7, is_ms(p->x) ? AXIS_TIMES : AXIS_NUMBERS);
	axis_thin(&p->ax, PAGE_W - LEFT - RIGHT, FONT_SMALL);
	axis_span(&p->ay, p->ylo - py, p->yhi + py, 6, is_ms(p->y) ? AXIS_TIMES : AXIS_NUMBERS);
}

static void write_axes(const struct plane *p, FILE *f)
{
	const char *unit = is_ms(p->y) ? "" : metric_info[p->y].unit;
	char text[FMT * 2];

	axis_write(f, "x", &p->ax);
	axis_write(f, "y", &p->ay);
	snprintf(text, sizeof(text), "%s%s", metric_info[p->x].name, p->log ? " (log scale)" : "");
	gp_string(f, "xlabel", text);
	snprintf(text, sizeof(text), "%s%s%s%s", metric_info[p->y].name, *unit ? " (" : "", unit,
		 *unit ? ")" : "");
	gp_string(f, "ylabel", text);
	fprintf(f, "limit = %d\n", isfinite(p->limit) ? 1 : 0);
	gp_real(f, "limit_x", isfinite(p->limit) ? p->limit : p->ax.lo);
	fprintf(f, "limit_left = %d\n", isfinite(p->limit) && axis_place(&p->ax, p->limit) > 0.75);
}

bool tune_chart_pareto(const struct tune *t, FILE *f, struct page *page, char why[WHY])
{
	struct plane p = { .t = t };
	char limit[FMT + 20], v[FMT] = "";
	size_t n;

	choose(&p);
	if (t->goal.load || t->winner == t->n || (n = measure(&p)) < 2) {
		snprintf(why, WHY, "%s", t->goal.load ? "" : "fewer than two candidates ran");
		return false;
	}
	words(&p, page);
	page->height = HEIGHT;
	page_write(f, page);
	gp_real(f, "left", LEFT);
	gp_real(f, "right", RIGHT);
	gp_real(f, "top", page->top + 30.0);
	gp_real(f, "below", BELOW);
	make_axes(&p);
	write_axes(&p, f);
	if (isfinite(p.limit))
		tune_value(v, p.x, p.limit);
	snprintf(limit, sizeof(limit), "objective %s", v);
	gp_string(f, "limit_text", limit);
	fprintf(f, "few = %d\n", n <= FEW);
	points(&p, GREY, "worse", f);
	points(&p, VIOLATES, "violates", f);
	points(&p, NEAR, "near", f);
	points(&p, WINNER, "winner", f);
	front(&p, f);
	return true;
}

/* report/chart_timeline.c - state over time of the first replication: small multiples. */
#include "config.h"


#include "report/axis.h"
#include "report/chart.h"
#include "report/fmt.h"
#include "report/gp.h"

#include <math.h>

#define PANELS		4
#define PANEL_H		78.0		/* px */
#define PANEL_GAP	30.0		/* px above a panel, for its heading */
#define BELOW_AXIS	62.0
#define FULL		0.98		/* share of the pool from which on it counts as full */

struct pool_use {			/* over the reported levels, weighted by time */
	double time, busy, full, used_sum;	/* s; s x share */
	double used_max, queued_max;
};

static bool reported(const struct timeline *t, double at)
{
	for (size_t i = 0; i < t->nlevels; i++) {
		if (t->level[i].reported && at >= t->level[i].begin_s && at < t->level[i].end_s)
			return true;
	}
	return false;
}

static struct pool_use pool_use(const struct timeline *t)
{
	struct pool_use u = { .time = 0.0 };

	for (size_t i = 0; i + 1 < t->n; i++) {
		const struct timeline_point *p = &t->point[i];
		double dt = t->point[i + 1].t_s - p->t_s, all = p->kv_used + p->kv_cached;

		if (!reported(t, p->t_s))
			continue;
		u.time += dt;
		u.busy += p->kv_used >= FULL ? dt : 0.0;
		u.full += all >= FULL ? dt : 0.0;
		u.used_sum += p->kv_used * dt;
		u.used_max = fmax(u.used_max, p->kv_used);
		u.queued_max = fmax(u.queued_max, p->queued);
	}
	return u;
}

static void title(const struct run_result *r, char out[FINDING])
{
	struct pool_use u = pool_use(&r->timeline);
	struct finding_waiting w = finding_waiting(r, NULL);
	char a[FMT], b[FMT];

	fmt_count(b, round(u.queued_max));
	if (!(u.time > 0.0))
		snprintf(out, FINDING, "Requests and memory over time");
	else if (w.at_cap >= 0.5 && w.at_cap >= w.pool_full && u.queued_max >= 1.0)
		snprintf(out, FINDING,
			 "Up to %s requests wait; for %s of that time the cap of %.0f running "
			 "ones is reached", b, fmt_pct(a, w.at_cap), finding_running_cap(r));
	else if (w.pool_full >= 0.5 && u.queued_max >= 1.0)
		snprintf(out, FINDING,
			 "Up to %s requests wait; for %s of that time running ones hold over 90%% "
			 "of the KV pool", b, fmt_pct(a, w.pool_full));
	else if (u.busy / u.time >= 0.05)
		snprintf(out, FINDING,
			 "Running requests fill the KV pool %s of the time; up to %s requests wait",
			 fmt_pct(a, u.busy / u.time), b);
	else if (u.queued_max >= 1.0 && u.used_max < 0.8)
		snprintf(out, FINDING,
			 "Up to %s requests wait, although running ones never use more than %s "
			 "of the KV pool",
			 b, fmt_pct(a, u.used_max));
	else if (u.queued_max >= 1.0)
		snprintf(out, FINDING,
			 "Up to %s requests wait; running ones use up to %s of the KV pool", b,
			 fmt_pct(a, u.used_max));
	else if (u.full / u.time >= 0.05)
		snprintf(out, FINDING,
			 "Nothing waits: running requests hold %s of the KV pool on average, "
			 "cached prefixes the rest",
			 fmt_pct(a, u.used_sum / u.time));
	else
		snprintf(out, FINDING,
			 "Nothing waits: running requests never use more than %s of the KV pool",
			 fmt_pct(a, u.used_max));
}

static void point(FILE *f, double at, const struct timeline_point *p)
{
	gp_cell(f, at);
	gp_cell(f, p->running);
	gp_cell(f, p->queued);
	gp_cell(f, 100.0 * p->kv_used);
	gp_cell(f, 100.0 * fmin(1.0, p->kv_used + p->kv_cached));
	fputc('\n', f);
}

/* Both ends of every step, so that areas have no seams. */
static void points(const struct timeline *t, double unit, FILE *f)
{
	fputs("$data << EOD\n", f);
	for (size_t i = 0; i < t->n; i++) {
		point(f, t->point[i].t_s / unit, &t->point[i]);
		if (i + 1 < t->n)
			point(f, t->point[i + 1].t_s / unit, &t->point[i]);
	}
	fputs("EOD\n$hits << EOD\n", f);
	for (size_t i = 0; i < t->n; i++) {
		if (!isfinite(t->point[i].hit_rate))
			continue;
		gp_cell(f, t->point[i].t_s / unit);
		gp_cell(f, 100.0 * t->point[i].hit_rate);
		fputc('\n', f);
	}
	fputs("EOD\n", f);
}

static bool any_hits(const struct timeline *t)
{
	for (size_t i = 0; i < t->n; i++) {
		if (isfinite(t->point[i].hit_rate))
			return true;
	}
	return false;
}

/* Begin, end and label of each level; the label only where it has room. */
static void spans(const struct timeline *t, double unit, const struct axis *x, double px, FILE *f)
{
	double begin[64], end[64], shown[64];
	char label[64][sizeof(t->level[0].label)];
	const char *text[64];

	for (size_t i = 0; i < t->nlevels; i++) {
		begin[i] = t->level[i].begin_s / unit;
		end[i] = fmin(x->hi, t->level[i].end_s / unit);
		shown[i] = t->level[i].reported;
		fmt_clean(label[i], sizeof(label[i]), t->level[i].label);
		if (page_text_px(label[i], FONT_SMALL, false) + 6.0 >
		    (axis_place(x, end[i]) - axis_place(x, begin[i])) * px)
			label[i][0] = '\0';
		text[i] = label[i];
	}
	fprintf(f, "level_n = %zu\n", t->nlevels);
	gp_reals(f, "level_begin", begin, t->nlevels);
	gp_reals(f, "level_end", end, t->nlevels);
	gp_reals(f, "level_reported", shown, t->nlevels);
	gp_strings(f, "level_label", text, t->nlevels);
}

static double time_axis(const struct timeline *t, struct axis *x)
{
	double end = t->point[t->n - 1].t_s, unit;

	for (size_t i = 0; i < t->nlevels; i++)
		end = fmax(end, t->level[i].end_s);
	unit = end > 1200.0 ? 60.0 : 1.0;
	axis_linear(x, end / unit, 8, AXIS_NUMBERS);
	while (x->n > 1 && x->at[x->n - 1] > end / unit)
		x->n--;
	if (end > 0.0)
		x->hi = end / unit;
	return unit;
}

static double count_axes(const struct timeline *t, struct axis *running, struct axis *queued)
{
	double r = 1.0, q = 1.0;

	for (size_t i = 0; i < t->n; i++) {
		r = fmax(r, t->point[i].running);
		q = fmax(q, t->point[i].queued);
	}
	axis_linear(running, r, 3, AXIS_NUMBERS);
	axis_linear(queued, q, 3, AXIS_NUMBERS);
	return fmax(page_text_px("100%", FONT_SMALL, false),
		    fmax(axis_widest(running, FONT_SMALL), axis_widest(queued, FONT_SMALL)));
}

static void layout(const struct timeline *t, struct page *page, FILE *f)
{
	static const char used[] = "KV pool in use by running requests";
	struct axis x, running, queued;
	double left = PAGE_MARGIN + count_axes(t, &running, &queued) + 8.0, right = PAGE_MARGIN + 8.0,
		top[PANELS];
	double unit = time_axis(t, &x), first = page->top + 22.0;

	page->height = first + PANELS * (PANEL_GAP + PANEL_H) + BELOW_AXIS;
	for (int i = 0; i < PANELS; i++)
		top[i] = first + PANEL_GAP + i * (PANEL_GAP + PANEL_H);
	axis_thin(&x, PAGE_W - left - right, FONT_SMALL);
	gp_real(f, "H", page->height);
	gp_real(f, "left", left);
	gp_real(f, "right", right);
	gp_real(f, "levels_y", first);
	gp_string(f, "kv_used", used);
	gp_real(f, "kv_cached_x", left + page_text_px(used, FONT_SMALL, true) + 4.0);
	gp_reals(f, "panel_top", top, PANELS);
	gp_real(f, "panel_height", PANEL_H);
	axis_write(f, "x", &x);
	axis_write(f, "a", &running);
	axis_write(f, "b", &queued);
	gp_string(f, "xlabel", unit > 1.0 ? "Time since the start of the run (min)" :
		  "Time since the start of the run (s)");
	fprintf(f, "hits = %d\n", any_hits(t));
	spans(t, unit, &x, PAGE_W - left - right, f);
	points(t, unit, f);
}

bool chart_timeline(const struct run_result *r, FILE *f, struct page *page, char why[WHY])
{
	const struct timeline *t = &r->timeline;
	char system[FINDING];

	if (t->n < 2) {
		snprintf(why, WHY, "no state over time was recorded");
		return false;
	}
	title(r, page->title);
	finding_system(r, system);
	snprintf(page->subtitle, FINDING, "%.200s; one run, seed %ld", system,
		 (long)r->scenario->run.seed);
	page->height = 500.0;
	page_write(f, page);
	layout(t, page, f);
	return true;
}

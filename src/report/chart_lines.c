/* report/chart_lines.c */
#include "config.h"

#include "report/chart_lines.h"

#include "report/fmt.h"
#include "report/gp.h"

#include <math.h>

#define END_GAP		8.0		/* px between a line's end and its label */
#define LINES_H		450.0
#define BELOW_AXIS	62.0		/* px from the lower edge: ticks, axis label, footer */

#define LABEL_PX	170.0		/* of a label at a line's end, at most */

/* x of a level: its user count or its rate, or its number when neither rises from level to level. */
static bool by_users(const struct run_result *r)
{
	for (size_t i = 0; i < r->nlevels; i++) {
		if (r->level[i].info.users <= (i > 0 ? r->level[i - 1].info.users : 0))
			return false;
	}
	return true;
}

static bool by_rate(const struct run_result *r)
{
	for (size_t i = 0; i < r->nlevels; i++) {
		if (!(r->level[i].info.rate > (i > 0 ? r->level[i - 1].info.rate : 0.0)))
			return false;
	}
	return true;
}

static double x_of(const struct run_result *r, size_t i)
{
	if (by_users(r))
		return (double)r->level[i].info.users;
	return by_rate(r) ? r->level[i].info.rate : (double)(i + 1);
}

static const struct run_result *shown_by(const struct line_series *s, const struct run_result *r)
{
	return s->of ? s->of : r;
}

static bool usable(const struct line_chart *c, double v)
{
	return isfinite(v) && (!c->ylog || v > 0.0);
}

static double measured_of(const struct level_result *l, enum metric m)
{
	for (size_t i = 0; i < l->nmeasured; i++) {
		if (l->measured[i].metric == m)
			return l->measured[i].value;
	}
	return (double)NAN;
}

bool lines_possible(const struct run_result *r, enum metric m, char why[WHY])
{
	size_t points = 0;

	for (size_t i = 0; i < r->nlevels; i++)
		points += r->level[i].metric[m].n > 0 && r->level[i].metric[m].mean > 0.0;
	if (points >= 2)
		return true;
	snprintf(why, WHY, r->nlevels < 2 ? "one level only" : "fewer than two levels have %s",
		 metric_info[m].name);
	return false;
}

bool lines_measured(const struct run_result *r, const struct line_chart *c)
{
	for (size_t s = 0; s < c->nseries; s++) {
		const struct run_result *of = shown_by(&c->series[s], r);

		for (size_t i = 0; i < of->nlevels; i++)
			if (usable(c, measured_of(&of->level[i], c->series[s].metric)))
				return true;
	}
	return false;
}

static void widen(const struct line_chart *c, double v, double *lo, double *hi)
{
	if (usable(c, v)) {
		*lo = fmin(*lo, v);
		*hi = fmax(*hi, v);
	}
}

/* Half the interval in which a single run falls 95 times in 100: t sd sqrt(1 + 1/n), where the mean's
 * is t sd / sqrt(n). */
static double single_run(const struct summary *v)
{
	return (v->hi - v->lo) / 2.0 * sqrt((double)v->n + 1.0);
}

/* The least that can be drawn around a mean. */
static double floor_of(const struct line_chart *c, double mean)
{
	return c->ylog ? mean / 3.0 : 0.0;
}

static void span_of_series(const struct run_result *r, const struct line_chart *c,
			   const struct line_series *s, double *lo, double *hi)
{
	bool measured = lines_measured(r, c);
	const struct run_result *of = shown_by(s, r);

	for (size_t i = 0; i < of->nlevels; i++) {
		const struct summary *v = &of->level[i].metric[s->metric];
		double half = measured ? single_run(v) : (v->hi - v->lo) / 2.0;

		widen(c, measured_of(&of->level[i], s->metric), lo, hi);
		if (v->n == 0 || !usable(c, v->mean))
			continue;
		widen(c, v->mean, lo, hi);
		widen(c, v->mean + half, lo, hi);
		widen(c, fmax(v->mean - half, floor_of(c, v->mean)), lo, hi);
	}
}

static void y_axis(const struct run_result *r, const struct line_chart *c, struct axis *y)
{
	double lo = INFINITY, hi = -INFINITY;

	for (size_t s = 0; s < c->nseries; s++)
		span_of_series(r, c, &c->series[s], &lo, &hi);
	for (size_t i = 0; i < c->ncurves && by_users(r); i++)
		widen(c, saturation_at(&c->curve[i].law, x_of(r, r->nlevels - 1)), &lo, &hi);
	if (c->ylog)
		axis_log(y, lo, hi, AXIS_TIMES);
	else
		axis_linear(y, hi, 5, AXIS_NUMBERS);
}

/* A tick at every level; where two would touch, the label of the first stays away. */
static void x_axis(const struct run_result *r, struct axis *x, double px)
{
	double first = x_of(r, 0), last = x_of(r, r->nlevels - 1), free_from = INFINITY;

	*x = (struct axis){ .lo = first, .hi = last };
	x->log = (by_users(r) || by_rate(r)) && last / first >= 20.0;
	if (!x->log)
		x->lo = first - (last - first) * 0.03;
	else
		x->lo = first * pow(last / first, -0.03);
	for (size_t i = r->nlevels; i-- > 0 && x->n < AXIS_TICKS;) {
		char label[sizeof(r->level->info.label)], num[FMT];
		double at, half;

		if (by_users(r))
			snprintf(label, sizeof(label), "%.30s", fmt_fixed(num, x_of(r, i), 0));
		else if (by_rate(r))
			snprintf(label, sizeof(label), "%.6g", x_of(r, i));
		else
			page_fit(label, 24, r->level[i].info.label, FONT_SMALL, px / (double)r->nlevels);
		half = page_text_px(label, FONT_SMALL, false) / 2.0 + 4.0;
		at = axis_place(x, x_of(r, i)) * px;
		if (at + half > free_from)
			*label = '\0';
		else
			free_from = at - half;
		x->at[x->n] = x_of(r, i);
		snprintf(x->text[x->n++], sizeof(x->text[0]), "%.23s", label);
	}
}

static const char *x_label(const struct run_result *r, const struct axis *x)
{
	if (by_users(r))
		return x->log ? "Users (log scale)" : "Users";
	if (by_rate(r))
		return x->log ? "Requests a second (log scale)" : "Requests a second";
	return "Level";
}

static void point(const struct run_result *r, const struct line_chart *c, enum metric m, size_t i,
		  FILE *f)
{
	const struct summary *v = &r->level[i].metric[m];
	bool shown = v->n > 0 && usable(c, v->mean);
	double lo = fmax(v->lo, floor_of(c, v->mean));
	double run_lo = fmax(v->mean - single_run(v), floor_of(c, v->mean));

	gp_cell(f, x_of(r, i));
	gp_cell(f, shown ? v->mean : (double)NAN);
	gp_cell(f, shown ? lo : (double)NAN);
	gp_cell(f, shown ? v->hi : (double)NAN);
	gp_cell(f, shown ? measured_of(&r->level[i], m) : (double)NAN);
	gp_cell(f, shown ? run_lo : (double)NAN);
	gp_cell(f, shown ? v->mean + single_run(v) : (double)NAN);
	fputc('\n', f);
}

static void series_data(const struct run_result *r, const struct line_chart *c, FILE *f)
{
	double color[LINES_SERIES], dashed[LINES_SERIES];

	for (size_t s = 0; s < c->nseries; s++) {
		color[s] = c->series[s].color;
		dashed[s] = c->series[s].dashed;
	}
	gp_reals(f, "series_color", color, c->nseries);
	gp_reals(f, "series_dashed", dashed, c->nseries);
	fputs("$data << EOD\n", f);
	for (size_t s = 0; s < c->nseries; s++) {
		const struct run_result *of = shown_by(&c->series[s], r);

		for (size_t i = 0; i < of->nlevels; i++)
			point(of, c, c->series[s].metric, i, f);
		fputs("\n\n", f);
	}
	fputs("EOD\n", f);
}

/* The last point of each series, where its label goes. */
static void end_labels(const struct run_result *r, const struct line_chart *c, const struct axis *y,
		       double px, FILE *f)
{
	double place[LINES_SERIES], color[LINES_SERIES];
	char fit[LINES_SERIES][80];
	const char *text[LINES_SERIES];
	size_t n = 0;

	for (size_t s = 0; s < c->nseries; s++) {
		const struct run_result *of = shown_by(&c->series[s], r);

		for (size_t i = of->nlevels; i-- > 0;) {
			const struct summary *v = &of->level[i].metric[c->series[s].metric];

			if (v->n == 0 || !usable(c, v->mean))
				continue;
			place[n] = axis_place(y, v->mean) * px;
			color[n] = c->series[s].color;
			page_fit(fit[n], sizeof(fit[n]), c->series[s].label, FONT_LABEL, LABEL_PX);
			text[n] = fit[n];
			n++;
			break;
		}
	}
	axis_spread(place, n, FONT_LABEL * 1.35, 0.0, px);
	for (size_t i = 0; i < n; i++)
		place[i] /= px;
	fprintf(f, "end_n = %zu\n", n);
	gp_reals(f, "end_y", place, n);
	gp_reals(f, "end_color", color, n);
	gp_strings(f, "end_text", text, n);
}

static double right_margin(const struct line_chart *c)
{
	double most = 24.0;

	for (size_t s = 0; s < c->nseries; s++)
		most = fmax(most, END_GAP + fmin(LABEL_PX,
						 page_text_px(c->series[s].label, FONT_LABEL, false)));
	return most + PAGE_MARGIN;
}

/* Where throughput would be if every user were served as at the first level. */
static void proportional_line(const struct run_result *r, const struct line_chart *c, FILE *f)
{
	const struct summary *first = &r->level[0].metric[c->series[0].metric];
	bool shown = c->proportional && by_users(r) && first->n > 0;

	fprintf(f, "ideal = %d\n", shown);
	gp_real(f, "ideal_x0", x_of(r, 0));
	gp_real(f, "ideal_slope", shown ? first->mean / x_of(r, 0) : 0.0);
}

static void curves(const struct run_result *r, const struct line_chart *c, FILE *f)
{
	double most[LINES_CURVES] = { 0 }, half[LINES_CURVES] = { 0 }, color[LINES_CURVES] = { 0 };
	size_t n = by_users(r) ? c->ncurves : 0;
	size_t some = n > 0 ? n : 1;		/* gnuplot looks at [1] even if it draws none */

	for (size_t i = 0; i < n; i++) {
		most[i] = c->curve[i].law.most;
		half[i] = c->curve[i].law.half;
		color[i] = c->curve[i].color;
	}
	fprintf(f, "curve_n = %zu\n", n);
	gp_reals(f, "curve_most", most, some);
	gp_reals(f, "curve_half", half, some);
	gp_reals(f, "curve_color", color, some);
}

const char *lines_band_words(const struct run_result *r, const struct line_chart *c)
{
	return lines_measured(r, c) && r->replications > 1 ?
		", around it where 95% of single runs fall" : "";
}

void lines_subtitle(const struct run_result *r, const struct line_chart *c, char out[FINDING])
{
	char system[FINDING], seeds[FINDING];

	finding_system(r, system);
	finding_seeds(r, seeds);
	snprintf(out, FINDING, "%.200s; %.60s%s", system, seeds, lines_band_words(r, c));
}

static void legend(const struct run_result *r, const struct line_chart *c, struct page *page)
{
	if (lines_measured(r, c))
		page_legend(page, "measured", 0, MARK_HOLLOW);
	if (c->proportional && by_users(r))
		page_legend(page, "in proportion to users", 0, MARK_LINE);
	if (c->ncurves > 0 && by_users(r))
		page_legend(page, "Michaelis-Menten curve through the measured points",
			    c->curve[0].color, MARK_LINE);
}

void lines_write(const struct run_result *r, const struct line_chart *c, FILE *f, struct page *page)
{
	struct axis x, y;
	double left, top, height, width;

	page->height = LINES_H;
	y_axis(r, c, &y);
	legend(r, c, page);
	page_write(f, page);
	left = PAGE_MARGIN + axis_widest(&y, FONT_SMALL) + 10.0;
	top = page->top + 34.0;			/* the axis label stands above the axis */
	height = page->height - top - BELOW_AXIS;
	width = PAGE_W - left - right_margin(c);
	x_axis(r, &x, width);
	gp_real(f, "left", left);
	gp_real(f, "right", right_margin(c));
	gp_real(f, "top", top);
	gp_real(f, "below", BELOW_AXIS);
	gp_string(f, "xlabel", x_label(r, &x));
	gp_string(f, "ylabel", c->ylabel);
	axis_write(f, "x", &x);
	axis_write(f, "y", &y);
	fprintf(f, "series_n = %zu\nband = %d\nmeasured = %d\n", c->nseries,
		r->replications > 1, lines_measured(r, c));
	series_data(r, c, f);
	end_labels(r, c, &y, height, f);
	proportional_line(r, c, f);
	curves(r, c, f);
}

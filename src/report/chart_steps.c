/* report/chart_steps.c - the windows of a log and the line that was fitted to them: time of a decode pass against
 * running requests, at the mean context. */
#include "config.h"

#include "report/axis.h"
#include "report/chart.h"
#include "report/fmt.h"
#include "report/gp.h"
#include "report/log_calibration.h"
#include "report/preset_file.h"

#include <math.h>

#define RIGHT		24.0
#define BELOW		62.0
#define HEIGHT		440.0
#define KNOWN		0.05		/* of its time: windows that are shown */
#define LINE		40		/* points of the band */

struct steps {
	const struct log_calibration *c;
	double context;			/* tokens a row, mean of the windows that are shown */
	size_t clean, mixed;
	double xlo, xhi, ylo, yhi;
};

static double term(struct interval95 v)
{
	return isnan(v.value) ? 0 : v.value;
}

static bool shown(const struct log_window *w)
{
	return w->span_ms <= KNOWN * w->ms && isfinite(w->context);
}

/* Of a decode pass of a window, ms: without its prefill passes, moved to the mean context. */
static double pass_ms(const struct steps *s, const struct log_window *w)
{
	const struct log_fit *f = &s->c->fit;
	double decode = w->ms - w->prefills * term(f->prefill[PREFILL_BASE]) - w->new_tokens * term(f->prefill[PREFILL_TOKEN]);

	return decode / (double)f->interval - term(f->step[STEP_TOKEN]) * w->rows * (w->context - s->context);
}

/* The line at so many rows, with its 95% interval. */
static struct interval95 at(const struct steps *s, double rows)
{
	const struct log_fit *f = &s->c->fit;
	const double slope[STEP_TERMS] = { 1, rows, rows * s->context };
	double value = 0, square = 0;

	for (int j = 0; j < STEP_TERMS; j++) {
		value += slope[j] * term(f->step[j]);
		for (int k = 0; k < STEP_TERMS; k++)
			if (!isnan(f->step[j].value) && !isnan(f->step[k].value))
				square += slope[j] * slope[k] * f->step_correlation[j][k] * (f->step[j].hi - f->step[j].lo) / 2 *
					  (f->step[k].hi - f->step[k].lo) / 2;
	}
	return (struct interval95){ value, value - sqrt(fmax(0, square)), value + sqrt(fmax(0, square)) };
}

static void measure(struct steps *s)
{
	const struct log_fit *f = &s->c->fit;
	double sum = 0;

	for (size_t i = 0; i < f->nwindow; i++) {
		s->clean += shown(&f->window[i]) && f->window[i].clean;
		s->mixed += shown(&f->window[i]) && !f->window[i].clean;
		sum += shown(&f->window[i]) ? f->window[i].context : 0;
	}
	s->context = sum / (double)(s->clean + s->mixed);
	s->xlo = s->ylo = HUGE_VAL;
	for (size_t i = 0; i < f->nwindow; i++) {
		if (!shown(&f->window[i]))
			continue;
		s->xlo = fmin(s->xlo, f->window[i].rows);
		s->xhi = fmax(s->xhi, f->window[i].rows);
		s->ylo = fmin(s->ylo, pass_ms(s, &f->window[i]));
		s->yhi = fmax(s->yhi, pass_ms(s, &f->window[i]));
	}
	s->ylo = fmin(s->ylo, fmin(at(s, s->xlo).lo, at(s, s->xhi).lo));
	s->yhi = fmax(s->yhi, fmax(at(s, s->xlo).hi, at(s, s->xhi).hi));
}

static void points(const struct steps *s, bool clean, const char *name, FILE *f)
{
	const struct log_fit *fit = &s->c->fit;

	fprintf(f, "$%s << EOD\n", name);
	for (size_t i = 0; i < fit->nwindow; i++) {
		if (!shown(&fit->window[i]) || fit->window[i].clean != clean)
			continue;
		gp_cell(f, fit->window[i].rows);
		gp_cell(f, pass_ms(s, &fit->window[i]));
		fputc('\n', f);
	}
	fputs("NaN NaN\nEOD\n", f);
}

static void line(const struct steps *s, FILE *f)
{
	fputs("$line << EOD\n", f);
	for (int i = 0; i <= LINE; i++) {
		double rows = s->xlo + (s->xhi - s->xlo) * i / LINE;
		struct interval95 v = at(s, rows);

		gp_cell(f, rows);
		gp_cell(f, v.value);
		gp_cell(f, v.lo);
		gp_cell(f, v.hi);
		fputc('\n', f);
	}
	fputs("EOD\n", f);
}

static void words(const struct steps *s, struct page *page)
{
	const struct log_calibration *c = s->c;
	double row = at(s, 1).value - at(s, 0).value, from = round(s->xlo), to = round(s->xhi);
	char name[120], tokens[FMT], where[80];

	if (isnan(c->fit.step[STEP_TOKEN].value))
		snprintf(where, sizeof(where), "tokens moved with requests");
	else
		snprintf(where, sizeof(where), "at the mean of %s tokens a request", fmt_fixed(tokens, s->context, 0));
	snprintf(page->title, FINDING, "A decode pass takes %.1f ms with %.0f request%s, %.1f ms with %.0f: %.3f ms more for each",
		 at(s, from).value, from, from == 1 ? "" : "s", at(s, to).value, to, row);
	snprintf(page->subtitle, FINDING, "%.100s, %.60s, %s; %zu of %zu windows, whose requests the log tells within %.0f%%",
		 fmt_clean(name, sizeof(name), preset_base_name(c->log_path)), c->base->gpu.name, where, s->clean + s->mixed, c->fit.nwindow, 100 * KNOWN);
	page_legend(page, "window of decode passes", 2, MARK_SQUARE);
	if (s->mixed > 0)
		page_legend(page, "less its prefill passes", 0, MARK_HOLLOW);
	page_legend(page, "fitted line and its 95% interval", 1, MARK_SQUARE);
}

static bool draw(const void *what, FILE *f, struct page *page, char why[WHY])
{
	struct steps s = { .c = what };
	struct axis x, y;

	if (!isnan(s.c->fit.step[STEP_BASE].value))
		measure(&s);
	if (s.clean + s.mixed < 2 || !(s.xhi > s.xlo)) {
		snprintf(why, WHY, "the log tells no line of a decode pass");
		return false;
	}
	words(&s, page);
	page->height = HEIGHT;
	page_write(f, page);
	axis_linear(&x, s.xhi, 8, AXIS_NUMBERS);
	axis_span(&y, s.ylo, s.yhi, 6, AXIS_NUMBERS);
	gp_real(f, "left", PAGE_MARGIN + axis_widest(&y, FONT_SMALL) + 10.0);
	gp_real(f, "right", RIGHT);
	gp_real(f, "top", page->top + 34.0);
	gp_real(f, "below", BELOW);
	gp_string(f, "xlabel", "running requests (rows of the pass)");
	gp_string(f, "ylabel", "decode pass, ms");
	axis_write(f, "x", &x);
	axis_write(f, "y", &y);
	points(&s, true, "clean", f);
	points(&s, false, "mixed", f);
	line(&s, f);
	return true;
}

enum charts_status report_log_calibration_chart(const struct log_calibration *c, const char *dir, FILE *say)
{
	const struct run_result r = { .scenario = c->base, .replications = c->trials };
	const struct chart_once once = { "steps", "steps", draw, c };

	return charts_draw(&once, 1, &r, dir, say);
}

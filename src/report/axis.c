/* report/axis.c */
#include "config.h"

#include "report/axis.h"

#include "base/bug.h"
#include "report/fmt.h"
#include "report/gp.h"
#include "report/page.h"

#include <math.h>
#include <string.h>

/* "1 s" for 1000 ms; without needless digits, as ticks are round numbers. */
static void tick_text(char out[24], double v, enum axis_words words)
{
	double shown = words == AXIS_TIMES && v >= 1000.0 ? v / 1000.0 : v;
	const char *unit = words == AXIS_NUMBERS ? "" : v == 0.0 ? "" : v >= 1000.0 ? " s" : " ms";
	char num[FMT];

	if (shown >= 1000.0 && shown < 1e7)
		snprintf(out, 24, "%.16s%s", fmt_fixed(num, shown, 0), unit);
	else
		snprintf(out, 24, "%.6g%s", shown, unit);
}

static void add_tick(struct axis *a, double v, enum axis_words words)
{
	BUG_ON(a->n == AXIS_TICKS);
	a->at[a->n] = v;
	tick_text(a->text[a->n++], v, words);
}

/* The round number that is at least raw. */
static double nice_step(double raw)
{
	static const double nice[] = { 1, 2, 2.5, 5, 10 };
	double decade = pow(10.0, floor(log10(raw))), step = 10.0 * decade;

	for (size_t i = sizeof(nice) / sizeof(nice[0]); i-- > 0;) {
		if (nice[i] * decade >= raw * (1.0 - 1e-9))
			step = nice[i] * decade;
	}
	return step;
}

void axis_linear(struct axis *a, double hi, int intervals, enum axis_words words)
{
	double step = nice_step((isfinite(hi) && hi > 0.0 ? hi : 1.0) / intervals);

	*a = (struct axis){ .hi = step * ceil(hi / step * (1.0 - 1e-9)) };
	if (!(a->hi > 0.0))
		a->hi = step * intervals;
	for (int i = 0; i * step <= a->hi * (1.0 + 1e-9) && a->n < AXIS_TICKS; i++)
		add_tick(a, i * step, words);
}

void axis_span(struct axis *a, double lo, double hi, int intervals, enum axis_words words)
{
	double span = hi - lo, step = nice_step((isfinite(span) && span > 0.0 ? span : fmax(fabs(hi), 1.0)) / intervals);
	double first = floor(lo / step + 1e-9), last = ceil(hi / step - 1e-9);

	last += !(last > first);
	*a = (struct axis){ .lo = first * step, .hi = last * step };
	for (double i = first; i <= last && a->n < AXIS_TICKS; i++)
		add_tick(a, i * step, words);
}

void axis_percent(struct axis *a, double lo, double hi, int intervals)
{
	double span = hi - lo, step = nice_step((isfinite(span) && span > 0.0 ? span : 1.0) / intervals);
	int first = (int)floor(lo / step * (1.0 - 1e-9)), last = (int)ceil(hi / step * (1.0 - 1e-9));

	last += last == first;
	*a = (struct axis){ .lo = first * step, .hi = last * step };
	for (int i = first; i <= last && a->n < AXIS_TICKS; i++) {
		a->at[a->n] = i * step;
		snprintf(a->text[a->n++], sizeof(a->text[0]), i == 0 ? "0" : "%+g%%", i * step);
	}
}

/* Ticks of a log axis: the mantissas m[0..n) in every `stride`-th decade. */
struct ladder {
	const double *m;
	int n;
	double stride;
};

static struct ladder ladder_for(double decades)
{
	static const double fine[] = { 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8 }, medium[] = { 1, 2, 5 };

	if (decades <= 0.8)
		return (struct ladder){ fine, 9, 1 };
	if (decades <= 3.2)
		return (struct ladder){ medium, 3, 1 };
	return (struct ladder){ fine, 1, ceil(decades / 9.0) };
}

static double rung(const struct ladder *l, int k)
{
	double turns = floor((double)k / l->n);

	return l->m[k - (int)turns * l->n] * pow(10.0, turns * l->stride);
}

void axis_log(struct axis *a, double lo, double hi, enum axis_words words)
{
	struct ladder l = ladder_for(log10(hi / lo));
	int k = l.n * (int)floor(log10(lo) / l.stride);

	BUG_ON(!(lo > 0.0) || !(hi >= lo));
	while (rung(&l, k + 1) <= lo * (1.0 + 1e-9))
		k++;
	*a = (struct axis){ .lo = rung(&l, k), .log = true };
	do {
		a->hi = rung(&l, k++);
		add_tick(a, a->hi, words);
	} while (a->n < 2 || a->hi < hi * (1.0 - 1e-9));
}

double axis_place(const struct axis *a, double v)
{
	if (a->log)
		return log(v / a->lo) / log(a->hi / a->lo);
	return (v - a->lo) / (a->hi - a->lo);
}

double axis_value(const struct axis *a, double place)
{
	if (a->log)
		return a->lo * pow(a->hi / a->lo, place);
	return a->lo + place * (a->hi - a->lo);
}

double axis_widest(const struct axis *a, double size)
{
	double most = 0.0;

	for (size_t i = 0; i < a->n; i++)
		most = fmax(most, page_text_px(a->text[i], size, false));
	return most;
}

static bool touching(const struct axis *a, double px, double size)
{
	for (size_t i = 1; i < a->n; i++) {
		double gap = (axis_place(a, a->at[i]) - axis_place(a, a->at[i - 1])) * px;

		if (gap < (page_text_px(a->text[i], size, false) +
			   page_text_px(a->text[i - 1], size, false)) / 2.0 + 8.0)
			return true;
	}
	return false;
}

static bool power_of_ten(double v)
{
	return fabs(log10(v) - rint(log10(v))) < 1e-9;
}

void axis_thin(struct axis *a, double px, double size)
{
	double free_from = -INFINITY;
	bool decades = a->log && touching(a, px, size) && a->hi >= 10.0 * a->lo;

	for (size_t i = 0; i < a->n; i++) {
		double at = axis_place(a, a->at[i]) * px,
			half = page_text_px(a->text[i], size, false) / 2.0 + 4.0;

		if (at - half < free_from || (decades && !power_of_ten(a->at[i])))
			a->text[i][0] = '\0';
		else
			free_from = at + half;
	}
}

/* gnuplot takes the text of a tick as a format: % is doubled. */
static const char *as_format(char *out, const char *text)
{
	char *at = out;

	for (; *text; text++) {
		if (*text == '%')
			*at++ = '%';
		*at++ = *text;
	}
	*at = '\0';
	return out;
}

void axis_write(FILE *f, const char *name, const struct axis *a)
{
	const char *text[AXIS_TICKS];
	char var[40], format[AXIS_TICKS][2 * sizeof(a->text[0])];

	for (size_t i = 0; i < a->n; i++)
		text[i] = as_format(format[i], a->text[i]);
	snprintf(var, sizeof(var), "%s_lo", name);
	gp_real(f, var, a->lo);
	snprintf(var, sizeof(var), "%s_hi", name);
	gp_real(f, var, a->hi);
	fprintf(f, "%s_log = %d\n%s_n = %zu\n", name, a->log, name, a->n);
	snprintf(var, sizeof(var), "%s_at", name);
	gp_reals(f, var, a->at, a->n);
	snprintf(var, sizeof(var), "%s_text", name);
	gp_strings(f, var, text, a->n);
}

/* Least squares under order: subtract the wanted gaps, pool neighbours out of order into their mean. */
static void spread_sorted(double *y, size_t n, double gap)
{
	double sum[16];
	size_t count[16], blocks = 0, k = 0;

	for (size_t i = 0; i < n; i++) {
		sum[blocks] = y[i] - (double)i * gap;
		count[blocks++] = 1;
		while (blocks > 1 && sum[blocks - 2] / (double)count[blocks - 2] >
		       sum[blocks - 1] / (double)count[blocks - 1]) {
			sum[blocks - 2] += sum[blocks - 1];
			count[blocks - 2] += count[blocks - 1];
			blocks--;
		}
	}
	for (size_t b = 0; b < blocks; b++)
		for (size_t i = 0; i < count[b]; i++, k++)
			y[k] = sum[b] / (double)count[b] + (double)k * gap;
}

void axis_spread(double *place, size_t n, double gap, double lo, double hi)
{
	size_t order[16];
	double y[16];

	BUG_ON(n > 16);
	for (size_t i = 0; i < n; i++) {
		size_t k = i;

		for (; k > 0 && place[order[k - 1]] > place[i]; k--)
			order[k] = order[k - 1];
		order[k] = i;
	}
	for (size_t i = 0; i < n; i++)
		y[i] = place[order[i]];
	spread_sorted(y, n, gap);
	for (size_t i = n; i-- > 0;)
		y[i] = fmin(y[i], i + 1 < n ? y[i + 1] - gap : hi);
	for (size_t i = 0; i < n; i++)
		y[i] = fmax(y[i], i > 0 ? y[i - 1] + gap : lo);
	for (size_t i = 0; i < n; i++)
		place[order[i]] = y[i];
}

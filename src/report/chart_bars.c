/* report/chart_bars.c */
#include "config.h"

#include "report/chart_bars.h"

#include "report/axis.h"
#include "report/fmt.h"
#include "report/gp.h"

#include <math.h>

#define BAR_PITCH	46.0		/* px from bar to bar, at most */
#define BAR_SHARE	0.66		/* of the pitch that is bar */
#define BARS_LEAST	70.0		/* px the bars take at least */
#define BARS_MOST	400.0
#define GROUP_GAP	0.45		/* before a group, in pitches */
#define BELOW_AXIS	62.0
#define SEEN		5e-4		/* share of a bar below which a part counts as nothing */

static double length_of(const struct bars *b, size_t row)
{
	double sum = 0.0;

	for (size_t p = 0; p < b->nparts; p++)
		sum += fmax(0.0, b->row[row].part[p]);
	return sum;
}

/* The middle of a bar, in pitches from 0.5 above the first. */
static double place_of(const struct bars *b, size_t row)
{
	double y = (double)(row + 1);

	for (size_t i = 1; i <= row; i++)
		y += *b->row[i].group ? GROUP_GAP : 0.0;
	return y;
}

static bool part_seen(const struct bars *b, size_t part)
{
	for (size_t i = 0; i < b->nrows; i++) {
		if (b->row[i].part[part] > SEEN * length_of(b, i))
			return true;
	}
	return false;
}

/* Bars that differ too much in length are all drawn as 100%. */
static void choose_scale(struct bars *b)
{
	double most = 0.0, least = INFINITY;

	for (size_t i = 0; i < b->nrows; i++) {
		most = fmax(most, length_of(b, i));
		least = fmin(least, length_of(b, i));
	}
	b->times = b->times && most <= 5.0 * least;
	for (size_t i = 0; i < b->nrows && !b->times; i++) {
		double whole = length_of(b, i);

		for (size_t p = 0; p < b->nparts; p++)
			b->row[i].part[p] *= whole > 0.0 ? 100.0 / whole : 0.0;
	}
}

static void bar_axis(const struct bars *b, struct axis *x)
{
	double most = 0.0;

	if (!b->times) {
		axis_linear(x, 100.0, 4, AXIS_NUMBERS);
		for (size_t i = 0; i < x->n; i++)
			snprintf(x->text[i], sizeof(x->text[i]), "%.0f%%", x->at[i]);
		return;
	}
	for (size_t i = 0; i < b->nrows; i++)
		most = fmax(most, length_of(b, i));
	axis_linear(x, most, 5, AXIS_TIMES);
	while (x->n > 1 && x->at[x->n - 1] > most)
		x->n--;
	/* the bar ends at the edge, its total stands in the margin */
	x->hi = most;
}

struct words {				/* numbers in the segments */
	double x[BARS_ROWS * BARS_PARTS], y[BARS_ROWS * BARS_PARTS], white[BARS_ROWS * BARS_PARTS];
	char text[BARS_ROWS * BARS_PARTS][FMT];
	size_t n;
};

/* The share of the bar, where there is room for it; white on dark colors. */
static void add_word(struct words *w, const struct bars *b, size_t row, size_t part, double from,
		     double scale)
{
	static const bool dark[] = { true, true, true, true, false, false, false, true, false };
	double v = b->row[row].part[part];

	fmt_pct(w->text[w->n], v / length_of(b, row));
	if (v * scale < page_text_px(w->text[w->n], FONT_SMALL, false) + 6.0)
		return;
	w->x[w->n] = from + v / 2.0;
	w->y[w->n] = place_of(b, row);
	w->white[w->n++] = dark[b->part[part].color];
}

/* $bars: from, to, place, color. */
static void segments(const struct bars *b, double scale, FILE *f)
{
	struct words w = { .n = 0 };
	const char *text[BARS_ROWS * BARS_PARTS];

	fputs("$bars << EOD\n", f);
	for (size_t i = 0; i < b->nrows; i++) {
		double from = 0.0;

		for (size_t p = 0; p < b->nparts; p++) {
			double v = b->row[i].part[p];

			if (!(v > 0.0))
				continue;
			fprintf(f, "%.15g %.15g %.15g %d\n", from, from + v, place_of(b, i),
				b->part[p].color);
			add_word(&w, b, i, p, from, scale);
			from += v;
		}
	}
	fputs("EOD\n", f);
	for (size_t i = 0; i < w.n; i++)
		text[i] = w.text[i];
	fprintf(f, "word_n = %zu\n", w.n);
	gp_reals(f, "word_x", w.x, w.n);
	gp_reals(f, "word_y", w.y, w.n);
	gp_reals(f, "word_white", w.white, w.n);
	gp_strings(f, "word_text", text, w.n);
}

static void row_words(const struct bars *b, FILE *f)
{
	const char *label[BARS_ROWS], *total[BARS_ROWS], *group[BARS_ROWS];
	double end[BARS_ROWS], at[BARS_ROWS];

	for (size_t i = 0; i < b->nrows; i++) {
		label[i] = b->row[i].label;
		total[i] = b->row[i].total;
		group[i] = b->row[i].group;
		end[i] = length_of(b, i);
		at[i] = place_of(b, i);
	}
	fprintf(f, "row_n = %zu\n", b->nrows);
	gp_real(f, "row_hi", place_of(b, b->nrows - 1) + 0.5);
	gp_reals(f, "row_at", at, b->nrows);
	gp_strings(f, "row_label", label, b->nrows);
	gp_strings(f, "row_group", group, b->nrows);
	gp_strings(f, "row_total", total, b->nrows);
	gp_reals(f, "row_end", end, b->nrows);
}

static double widest_label(const struct bars *b)
{
	double label = 0.0, group = 0.0;

	for (size_t i = 0; i < b->nrows; i++) {
		label = fmax(label, page_text_px(b->row[i].label, FONT_LABEL, false));
		group = fmax(group, page_text_px(b->row[i].group, FONT_LABEL, true));
	}
	return label + group + (group > 0.0 ? 18.0 : 0.0);
}

static double widest_total(const struct bars *b)
{
	double most = 0.0;

	for (size_t i = 0; i < b->nrows; i++)
		most = fmax(most, page_text_px(b->row[i].total, FONT_LABEL, false));
	return most;
}

void bars_label(struct bars *b, size_t row, const char *label)
{
	char clean[48];

	page_fit(b->row[row].label, sizeof(b->row[row].label), fmt_clean(clean, sizeof(clean), label),
		 FONT_LABEL, 170.0);
}

void bars_write(struct bars *b, FILE *f, struct page *page)
{
	double places = place_of(b, b->nrows - 1), left, right;
	double rows = fmin(BARS_MOST, fmax(BARS_LEAST, BAR_PITCH * places));
	struct axis x;

	choose_scale(b);
	for (size_t p = 0; p < b->nparts; p++) {
		if (part_seen(b, p))
			page_legend(page, b->part[p].label, b->part[p].color, MARK_SQUARE);
	}
	page->height = 400.0;
	page_write(f, page);
	page->height = page->top + 12.0 + rows + BELOW_AXIS;
	gp_real(f, "H", page->height);
	left = PAGE_MARGIN + widest_label(b) + 10.0;
	right = PAGE_MARGIN + fmax(widest_total(b) + 8.0, 16.0);
	bar_axis(b, &x);
	axis_thin(&x, PAGE_W - left - right, FONT_SMALL);
	gp_real(f, "left", left);
	gp_real(f, "right", right);
	gp_real(f, "top", page->top + 12.0);
	gp_real(f, "below", BELOW_AXIS);
	gp_real(f, "thick", fmin(BAR_SHARE, 34.0 * places / rows));
	gp_string(f, "xlabel", b->times ? b->xlabel : b->xlabel_share);
	axis_write(f, "x", &x);
	row_words(b, f);
	segments(b, (PAGE_W - left - right) / x.hi, f);
}

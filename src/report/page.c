/* report/page.c */
#include "config.h"

#include "report/page.h"

#include "base/bug.h"
#include "report/fmt.h"
#include "report/gp.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

#define LINES		2		/* of title and subtitle, at most */
#define TITLE_SIZE	14.5
#define TITLE_LEAST	12.5
#define FOOTER_SIZE	8.0
#define LEGEND_ROW	17.0
#define LEGEND_GAP	16.0

/* Advance widths of U+0020 to U+007E in DejaVu Sans, in 1/1000 of the size: hmtx of DejaVuSans.ttf 2.37. */
static const unsigned short advance[95] = {
	318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337,
	636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531,
	1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863, 748, 787,
	603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500,
	500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612,
	635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
};
#define OTHER		838		/* ×, ±, … are this wide; most letters are narrower */
#define BOLD		1.125		/* DejaVu Sans Bold is this much wider in English text */

static double char_px(unsigned char c, double size, bool bold)
{
	double w = (c & 0xc0) == 0x80 ? 0 : c >= 0x20 && c < 0x7f ? advance[c - 0x20] : OTHER;

	return w / 1000.0 * size * (bold ? BOLD : 1.0);
}

double page_text_px(const char *s, double size, bool bold)
{
	double px = 0.0;

	for (; *s; s++)
		px += char_px((unsigned char)*s, size, bold);
	return px;
}

/* Bytes of the longest head of s within px, whole characters. */
static size_t head_bytes(const char *s, double size, bool bold, double px)
{
	size_t n = 0;

	for (double used = 0.0; s[n]; n++) {
		used += char_px((unsigned char)s[n], size, bold);
		if (used > px)
			break;
	}
	return n;
}

void page_fit(char *out, size_t bytes, const char *s, double size, double px)
{
	if (page_text_px(s, size, false) <= px)
		fmt_clean(out, bytes, s);
	else
		snprintf(out, bytes, "%.*s…",
			 (int)head_bytes(s, size, false, px - page_text_px("…", size, false)), s);
}

/* Break text into at most LINES lines of px; what is left over ends in "…". */
static size_t break_lines(char line[LINES][FINDING], const char *text, double size, bool bold, double px)
{
	size_t n = 0;

	for (; *text && n < LINES; n++) {
		size_t fits = head_bytes(text, size, bold, px), cut = fits;

		if (text[fits] && n + 1 < LINES) {
			while (cut > 0 && (text[cut] != ' ' || isdigit((unsigned char)text[cut + 1])))
				cut--;		/* a number stays with the word before it: "at 100", "SGLang 0.4.9" */
			cut = cut ? cut : fits;
			snprintf(line[n], FINDING, "%.*s", (int)cut, text);
		} else if (text[fits]) {
			cut = head_bytes(text, size, bold, px - char_px(0xe2, size, bold));
			snprintf(line[n], FINDING, "%.*s…", (int)cut, text);
		} else {
			snprintf(line[n], FINDING, "%s", text);
		}
		text += cut;
		text += strspn(text, " ");
	}
	return n;
}

/* Two lines of about the same length, instead of one word on the second. */
static double balanced(const char *text, double size)
{
	double px = PAGE_W - 2 * PAGE_MARGIN, all = page_text_px(text, size, true);
	char line[LINES][FINDING];

	if (all <= px || all > 1.9 * px)
		return px;
	for (double less = all / 2.0; less < px; less += size / 2.0) {
		size_t n = break_lines(line, text, size, true, less);

		if (n <= LINES && !strstr(line[n - 1], "…"))
			return less;
	}
	return px;
}

static void write_lines(FILE *f, const char *name, char line[LINES][FINDING], size_t n)
{
	const char *text[LINES];
	char var[32];

	for (size_t i = 0; i < n; i++)
		text[i] = line[i];
	fprintf(f, "%s_n = %zu\n", name, n);
	snprintf(var, sizeof(var), "%s_text", name);
	gp_strings(f, var, text, n);
}

static void write_title(FILE *f, struct page *p)
{
	char line[LINES][FINDING];
	double px = PAGE_W - 2 * PAGE_MARGIN;
	double size = fmin(TITLE_SIZE, TITLE_SIZE * px / page_text_px(p->title, TITLE_SIZE, true));
	size_t n;

	size = size < TITLE_LEAST ? TITLE_LEAST + 0.5 : floor(size * 4.0) / 4.0;
	n = break_lines(line, p->title, size, true, balanced(p->title, size));
	gp_real(f, "title_size", size);
	gp_real(f, "title_y", 24.0);
	write_lines(f, "title", line, n);
	p->top = 24.0 + 19.0 * (double)n;
	n = break_lines(line, p->subtitle, FONT_SMALL, false, px);
	gp_real(f, "sub_y", p->top + 2.0);
	write_lines(f, "sub", line, n);
	p->top += 15.0 * (double)n;
}

static void write_legend(FILE *f, struct page *p)
{
	double x[PAGE_LEGEND], y[PAGE_LEGEND], color[PAGE_LEGEND], mark[PAGE_LEGEND];
	double at = PAGE_MARGIN, row = p->top + 8.0;
	const char *text[PAGE_LEGEND];

	for (size_t i = 0; i < p->nlegend; i++) {
		double lead = p->legend[i].mark == MARK_NONE ? 0.0 : 16.0;
		double px = lead + page_text_px(p->legend[i].text, FONT_SMALL, false);

		if (at > PAGE_MARGIN && at + px > PAGE_W - PAGE_MARGIN) {
			at = PAGE_MARGIN;
			row += LEGEND_ROW;
		}
		x[i] = at - 16.0 + lead;	/* the text stands 16 px further on */
		y[i] = row;
		color[i] = p->legend[i].color;
		mark[i] = p->legend[i].mark;
		text[i] = p->legend[i].text;
		at += px + LEGEND_GAP;
	}
	fprintf(f, "legend_n = %zu\n", p->nlegend);
	gp_reals(f, "legend_x", x, p->nlegend);
	gp_reals(f, "legend_y", y, p->nlegend);
	gp_reals(f, "legend_color", color, p->nlegend);
	gp_reals(f, "legend_mark", mark, p->nlegend);
	gp_strings(f, "legend_text", text, p->nlegend);
	if (p->nlegend > 0)
		p->top = row + LEGEND_ROW / 2;
}

static void write_footer(FILE *f, const struct page *p)
{
	const struct scenario *s = p->run->scenario;
	const char *slash = strrchr(s->path, '/');
	char text[600], file[300], fit[600], which[48];
	long n = (long)p->run->replications;

	fmt_clean(file, sizeof(file), slash ? slash + 1 : s->path);
	if (p->npoints > 0)
		snprintf(which, sizeof(which), ", %zu points", p->npoints);
	else if (p->nvariants > 1)
		snprintf(which, sizeof(which), ", %zu variants", p->nvariants);
	else
		snprintf(which, sizeof(which), " @ %08" PRIx64, s->config_hash >> 32);
	snprintf(text, sizeof(text), "%s%s, seed %ld, %ld replication%s, servesim %s",
		 file, which, (long)s->run.seed, n, n == 1 ? "" : "s", PACKAGE_VERSION);
	page_fit(fit, sizeof(fit), text, FOOTER_SIZE, PAGE_W - 2 * PAGE_MARGIN);
	gp_string(f, "footer", fit);
	gp_real(f, "footer_size", FOOTER_SIZE);
}

void page_legend(struct page *p, const char *text, int color, enum page_mark mark)
{
	BUG_ON(p->nlegend == PAGE_LEGEND);
	p->legend[p->nlegend].text = text;
	p->legend[p->nlegend].color = color;
	p->legend[p->nlegend++].mark = mark;
}

void page_write(FILE *f, struct page *p)
{
	gp_real(f, "W", PAGE_W);
	gp_real(f, "H", p->height);
	gp_real(f, "margin", PAGE_MARGIN);
	gp_real(f, "font_label", FONT_LABEL);
	gp_real(f, "font_small", FONT_SMALL);
	write_title(f, p);
	write_legend(f, p);
	write_footer(f, p);
}

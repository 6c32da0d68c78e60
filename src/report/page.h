/* report/page.h - what every chart has around its data: title, subtitle, legend, footer.
 *
 * A page is PAGE_W pixels wide (SVG units; the PNG has twice as many) and its
 * texts are measured here with the advance widths of DejaVu Sans, so that
 * nothing is cut off: a long title shrinks, then breaks, then ends in "…".
 */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "report/finding.h"

#define PAGE_W		720.0
#define PAGE_MARGIN	20.0		/* px left and right of all text */
#define PAGE_LEGEND	12

#define FONT_LABEL	11.0		/* px: axis labels, direct labels */
#define FONT_SMALL	10.0		/* ticks, legend, subtitle */

enum page_mark { MARK_SQUARE, MARK_LINE, MARK_HOLLOW, MARK_NONE };	/* as theme.gp draws them */

struct page {
	const struct run_result *run;
	size_t nvariants;		/* side by side, of which `run` is the first */
	size_t npoints;			/* of a sweep, likewise; 0: none */
	double height;			/* px */
	char title[FINDING], subtitle[FINDING];
	struct {
		const char *text;	/* not owned; lives until page_write() */
		int color;		/* index into the theme's colors, 0: grey */
		enum page_mark mark;
	} legend[PAGE_LEGEND];
	size_t nlegend;
	double top;			/* set by page_write(): px from the upper edge that texts take */
};

double page_text_px(const char *s, double size, bool bold);
/* Longest head of s that fits into px, with "…" if it is not all of s. */
void page_fit(char *out, size_t bytes, const char *s, double size, double px);

void page_legend(struct page *p, const char *text, int color, enum page_mark mark);
/* Title, subtitle and legend must be set; writes the page's variables and sets p->top. */
void page_write(FILE *f, struct page *p);

#endif

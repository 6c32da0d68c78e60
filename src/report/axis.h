/* report/axis.h - ranges and ticks of an axis, chosen here so that labels can be placed by the pixel. */
#ifndef REPORT_AXIS_H
#define REPORT_AXIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define AXIS_TICKS	24

struct axis {
	double lo, hi;
	bool log;
	size_t n;
	double at[AXIS_TICKS];
	char text[AXIS_TICKS][24];
};

enum axis_words { AXIS_NUMBERS, AXIS_TIMES };	/* ticks "1,000", or of values in ms "1 s" */

/* from 0 to at least hi */
void axis_linear(struct axis *a, double hi, int intervals, enum axis_words words);
/* from at most lo to at least hi: for places, not for lengths */
void axis_span(struct axis *a, double lo, double hi, int intervals, enum axis_words words);
/* 0 < lo <= hi; rounded outwards */
void axis_log(struct axis *a, double lo, double hi, enum axis_words words);
/* from at most lo <= 0 to at least hi >= 0; ticks "-20%" */
void axis_percent(struct axis *a, double lo, double hi, int intervals);
double axis_place(const struct axis *a, double v);	/* 0 at lo, 1 at hi */
double axis_value(const struct axis *a, double place);	/* the inverse */
/* px of the widest tick label at this font size */
double axis_widest(const struct axis *a, double size);
/* On a horizontal axis of this many px: no tick label touches the one before it. */
void axis_thin(struct axis *a, double px, double size);

/* <name>_lo, <name>_hi, <name>_log, <name>_at[], <name>_text[], <name>_n */
void axis_write(FILE *f, const char *name, const struct axis *a);

/* Move places (in any order) apart, as little as possible, until none are closer than `gap`; within [lo, hi]. */
void axis_spread(double *place, size_t n, double gap, double lo, double hi);

#endif

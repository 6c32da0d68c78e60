/* report/sweep.h - a sweep told: records of points, tables, a document, a page of text, charts.
 *
 * The record of a point is one line of JSON; everything else is made from records, so a point that was
 * read back gives the same bytes as one that was just run.  Numbers have 15 digits, which survive being
 * read.
 */
#ifndef REPORT_SWEEP_H
#define REPORT_SWEEP_H

#include <stdbool.h>
#include <stdio.h>

#include "report/finding.h"
#include "report/fmt.h"
#include "report/report.h"
#include "run/sweep.h"

struct sweep_view {			/* what of a sweep is shown */
	enum metric metric[2];
	size_t nmetrics;		/* 1 or 2; the first decides what is best */
	const char *level;		/* as sweep_level() takes it */
};

/* The record, with its newline. */
void report_sweep_line(const struct sweep *s, size_t point, const struct sweep_run *r, FILE *out);
/* Fills the point that the line is about and says which; false: no whole record of a point of this
 * sweep. */
bool sweep_line_read(struct sweep *s, const char *line, size_t bytes, size_t *point);

/* First line of a file of records under way: whose they are. */
void report_sweep_head(const struct sweep *s, FILE *out);
/* NULL: records behind this line are of sweep s; else why not, malloc'd. */
char *sweep_head_differs(const struct sweep *s, const char *line, size_t bytes);

/* A row a point and level, whole numbers and mean, sd, lo, hi, n of every metric; a point without levels
 * has one row. */
void report_sweep_csv_head(const struct sweep *s, FILE *out);
void report_sweep_csv_point(const struct sweep *s, size_t point, FILE *out);

void report_sweep_text(const struct sweep *s, const struct sweep_view *v, FILE *out);
/* The document (schema servesim.sweep/1) up to its points; then the records, commas between them; then
 * its end. */
void report_sweep_json_open(const struct sweep *s, const struct sweep_view *v, FILE *out);
void report_sweep_json_close(FILE *out);
/* A chart a metric into dir, as report_charts(). */
enum charts_status report_sweep_charts(const struct sweep *s, const struct sweep_view *v,
				       const char *dir, FILE *say);

/* ---- what text, JSON and charts share */

#define SWEEP_NONE	SIZE_MAX		/* no such point */

/* The metric at the shown level of a point; NULL: no data. */
const struct summary *sweep_value(const struct sweep *s, const struct sweep_view *v, size_t point,
				  enum metric m);
const char *sweep_word(const struct grid_axis *a);			/* last word of its path */
bool sweep_rises(const struct grid_axis *a);				/* numbers, each above the one
									 * before */
char *sweep_metric_words(char buf[2 * FMT], enum metric m);	/* "output throughput", "P95 time to
								 * first token" */
char *sweep_amount(char buf[2 * FMT], enum metric m, double v);	/* with its unit: "1.70 s", "386
								 * tok/s" */
/* Best and worst point by a metric that is better high or low (neither: highest and lowest); SWEEP_NONE:
 * no data. */
void sweep_extremes(const struct sweep *s, const struct sweep_view *v, enum metric m, size_t *best,
		    size_t *worst);
/* Two points with data that differ by less than 1%, or by less than 2% and no more than chance would: on
 * the same requests, replication by replication. */
bool sweep_alike(const struct sweep *s, const struct sweep_view *v, enum metric m, size_t a, size_t b);
/* Which of the two has more of the metric cannot be told, or it matters as little as that. */
bool sweep_open(const struct sweep *s, const struct sweep_view *v, enum metric m, size_t a, size_t b);
/* What value i of axis a does to the metric: its deviation, as a share, from the mean over the axis with
 * everything else the same; mean, least and most over all that else.  n: over how many; 0: no data. */
struct summary sweep_effect(const struct sweep *s, const struct sweep_view *v, enum metric m, size_t a,
			    size_t i);
/* Axes by how much they move the metric, largest first; effect[]: by what factor its most and least
 * sweep_effect() differ. */
void sweep_rank_axes(const struct sweep *s, const struct sweep_view *v, enum metric m, size_t *axis,
		     double *effect);

char *sweep_factor(char buf[FMT], double factor);		/* "4.1%" of 1.041, "3.4×" of 3.4 */

/* How many variants there are to speak of one by one, 1 without, and one of them as a sweep of its own; it borrows all
 * from s and is not released. */
size_t sweep_slices(const struct sweep *s);
struct sweep sweep_slice(const struct sweep *s, size_t i);

/* The finding about a metric, without a stop; "" if no point has data. */
void sweep_finding(const struct sweep *s, const struct sweep_view *v, enum metric m, char out[FINDING]);
/* Where nothing can run or it hangs, in a sentence without a stop; "": everywhere it does.  `brief`: for
 * a title that names the axis already. */
void sweep_walls(const struct sweep *s, bool brief, char out[FINDING]);
/* "mem_fraction_static 0.3 to 0.9, schedule_policy fcfs, lpm; at 215 users; mean and 95% interval of 10
 * seeds" */
/* without the axes */
void sweep_at(const struct sweep *s, const struct sweep_view *v, char out[FINDING]);
void sweep_conditions(const struct sweep *s, const struct sweep_view *v, char out[FINDING]);

#endif

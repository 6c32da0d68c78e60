/* report/variants.h - variants set side by side: what the report and the charts share.
 *
 * Levels are compared by name: those of the first variant that all others have, too.
 */
#ifndef REPORT_VARIANTS_H
#define REPORT_VARIANTS_H

#include <stdio.h>

#include "report/finding.h"
#include "run/paired.h"

const char *variants_label(const struct run_result *r);	/* the variant's, never NULL */
char *variants_clean(const struct run_result *r, char buf[64]);	/* the same, fit to print */

/* Metrics that are compared level by level. */
#define VARIANTS_METRICS 12
extern const enum metric variants_metric[VARIANTS_METRICS];

/* Levels of r[0] that all have, as indices into r[0]->level; at most `most`; returns how many. */
size_t variants_levels(struct run_result *const *r, size_t n, size_t most, size_t *index);
/* Paired, in % of a. */
struct summary variants_difference(const struct run_result *run, const struct level_result *a,
				   const struct level_result *b, enum metric m);

/* Two of the variants at the level with most users (for a latency: at which next to no request fails):
 * for two variants these; else the best in a metric and the first, or the next best if the first is the
 * best. */
struct contest {
	const struct run_result *winner, *loser;
	const struct level_result *won, *lost;
	struct summary pct;		/* winner's over loser's, paired */
	bool sure;			/* the interval leaves out 0 */
};
bool variants_contest(struct run_result *const *r, size_t n, enum metric m, struct contest *c);

/* Sentences without a full stop; "" if there is nothing to say. */
/* who serves more, and why */
void variants_throughput(struct run_result *const *r, size_t n, char out[FINDING]);
void variants_latency(struct run_result *const *r, size_t n, char out[FINDING]);
/* where their times differ most */
void variants_cause(struct run_result *const *r, size_t n, char out[FINDING]);
/* "Llama-3-8B on NVIDIA A40", as far as it is the same for all */
void variants_system(struct run_result *const *r, size_t n, char out[FINDING]);

/* The text report.  Where there are more variants than a table has columns, further tables follow, each
 * of which begins with the first variant. */
#define VARIANTS_COLUMNS 5
/* Head of a column: the label, or its number "(2)" where labels are too long to stand side by side. */
char *variants_head(struct run_result *const *r, size_t n, size_t v, char buf[64]);
bool variants_numbered(struct run_result *const *r, size_t n);
/* The next table's variants, at most `most` <= VARIANTS_COLUMNS, into `column`; returns how many, 0: all
 * are shown. *next starts at 1. */
size_t variants_block(size_t n, size_t most, size_t *next, size_t *column);
void variants_percent(const struct summary *d, char *out, size_t bytes);	/* "+16.2% ± 0.8" */

void variants_headline(struct run_result *const *r, size_t n, FILE *out);
void variants_level(struct run_result *const *r, size_t n, size_t level, FILE *out);

#endif

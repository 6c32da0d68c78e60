/* report/variants.h - parts of the reports that set variants side by side. */
#ifndef REPORT_VARIANTS_H
#define REPORT_VARIANTS_H

#include <stdio.h>

#include "run/paired.h"

/* Metrics that are compared level by level. */
#define VARIANTS_METRICS 9
extern const enum metric variants_metric[VARIANTS_METRICS];

const char *variants_label(const struct run_result *r);	/* the variant's, never NULL */
void variants_headline(struct run_result *const *r, size_t n, FILE *out);

#endif

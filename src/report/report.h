/* report/report.h - a result told to people (text), programs (JSON), tables (CSV) and eyes (charts).
 *
 * Reports read struct run_result only.  They never fail on content; write errors
 * are the stream's and the caller checks it.  All numbers are printed in the C locale.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <stdio.h>

#include "run/result.h"

void report_text(const struct run_result *r, FILE *out);
void report_json(const struct run_result *r, FILE *out);	/* schema servesim.run/1 */
/* level,metric,unit,mean,sd,lo,hi,n,measured,error_pct,z */
void report_csv(const struct run_result *r, FILE *out);

/* The variants of one scenario side by side: n >= 2 results on the same requests, in the order of the file.
 * Differences are paired, of each variant over the first. */
void report_variants_text(struct run_result *const *r, size_t n, FILE *out);
void report_variants_json(struct run_result *const *r, size_t n, FILE *out);	/* schema servesim.variants/1 */
void report_variants_csv(struct run_result *const *r, size_t n, FILE *out);	/* as report_csv(), variant first */

enum charts_status { CHARTS_DONE, CHARTS_NO_GNUPLOT, CHARTS_FAILED };

/* Draw all charts that apply into dir (made if missing) as NAME.svg and NAME.png.  The names of the files written
 * and, when something went wrong, one line saying what, go to `say`.  $GNUPLOT names the program (default gnuplot). */
enum charts_status report_charts(const struct run_result *r, const char *dir, FILE *say);
enum charts_status report_variants_charts(struct run_result *const *r, size_t n, const char *dir, FILE *say);

#endif

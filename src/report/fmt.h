/* report/fmt.h - numbers and words for people.
 *
 * Numbers keep three to four significant digits and group thousands with a
 * comma; the caller adds the unit.  Widths are columns on a terminal (one a
 * UTF-8 character), not bytes.  Every text that came from a user goes through
 * fmt_clean() first: valid UTF-8, no control characters.
 */
#ifndef REPORT_FMT_H
#define REPORT_FMT_H

#include <stddef.h>
#include <stdio.h>

#include "stat/summary.h"

#define FMT 48				/* bytes of every buffer below */

int fmt_decimals(double v);		/* decimals that suit a number of this size */
char *fmt_fixed(char buf[FMT], double v, int decimals);
char *fmt_num(char buf[FMT], double v);	/* "1,638", "224.6", "31.1", "3.76", "0.021", "0" */
char *fmt_count(char buf[FMT], double v);	/* of things: "612", "3,100", "2.4" */
char *fmt_ms(char buf[FMT], double ms);	/* with its unit: "812 ms", "5.05 s", "0.42 ms", "12.5 min" */
char *fmt_s(char buf[FMT], double s);	/* "35.2 s", "12.5 min", "3.1 h" */
char *fmt_pct(char buf[FMT], double share);	/* for sentences: 0.384 is "38%", 0.031 is "3.1%" */
char *fmt_pct1(char buf[FMT], double share);	/* for columns: always one decimal, "38.4%" */
char *fmt_times(char buf[FMT], double ratio);	/* "7.1×", "12×" */
/* "224.6 ± 4.1"; only the mean if the interval is empty; "–" without data */
char *fmt_pm(char buf[FMT], const struct summary *s);

size_t fmt_cols(const char *s);
char *fmt_short(char *out, size_t size, const char *s, size_t cols);	/* cut to fit, ending in "…" */
void fmt_left(FILE *out, const char *s, size_t width);	/* s, then spaces up to width */
void fmt_right(FILE *out, const char *s, size_t width);
/* starting in column `first`; ends the line */
void fmt_wrap(FILE *out, const char *text, size_t first, size_t indent, size_t width);
char *fmt_clean(char *out, size_t size, const char *in);	/* never cuts inside a character */

#endif

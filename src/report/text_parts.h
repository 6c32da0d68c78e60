/* report/text_parts.h - the sections of the text report, in the order of the page. */
#ifndef REPORT_TEXT_PARTS_H
#define REPORT_TEXT_PARTS_H

#include <stdio.h>

#include "run/result.h"

#define TEXT_WIDTH	98		/* columns of a page */

/* a blank line, then "Heading    note" */
void text_heading(FILE *out, const char *heading, const char *note);

/* Columns are padded on both sides; no line should end in blanks.  The text ends with a newline. */
void text_print_trimmed(char *text, FILE *out);

/* levels side by side; nothing for one level */
void text_overview(const struct run_result *r, FILE *out);
void text_level(const struct level_result *l, FILE *out);
/* what the client would call TTFT, if it is not TTFT */
void text_client(const struct run_result *r, FILE *out);
void text_measured(const struct run_result *r, FILE *out);
void text_causes(const struct run_result *r, FILE *out);
void text_passes(const struct run_result *r, FILE *out);
void text_memory(const struct memory_report *m, FILE *out);
void text_checks(const struct run_result *r, FILE *out);

#endif

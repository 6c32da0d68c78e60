/* report/csv_parts.h - what every table of comma-separated values is made of. */
#ifndef REPORT_CSV_PARTS_H
#define REPORT_CSV_PARTS_H

#include <stdio.h>

void csv_field(FILE *out, const char *s);	/* quoted when it must be (RFC 4180) */
void csv_number(FILE *out, double v);		/* a comma, and v unless it is not finite */

#endif

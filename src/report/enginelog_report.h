/* report/enginelog_report.h - what a server's log says, for people and for programs. */
#ifndef REPORT_ENGINELOG_REPORT_H
#define REPORT_ENGINELOG_REPORT_H

#include <stdio.h>

#include <jansson.h>

#include "run/enginelog.h"

/* h NULL: no host times. */
void enginelog_text(const struct enginelog *l, const struct log_fit *f, const struct log_host *h, FILE *out);
void enginelog_json(const struct enginelog *l, const struct log_fit *f, const struct log_host *h, FILE *out);

/* What enginelog_json() prints; the caller's. */
json_t *enginelog_object(const struct enginelog *l, const struct log_fit *f, const struct log_host *h);

#endif

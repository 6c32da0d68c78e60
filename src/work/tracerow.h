/* work/tracerow.h - one line of a trace as a row, for work/tracefile.c. */
#ifndef WORK_TRACEROW_H
#define WORK_TRACEROW_H

#include "work/tracefile.h"

/* A complaint about the current line. */
#define ROW_BAD(f, ...)	diag_add((f)->errors, (f)->path, (f)->lines.number, __VA_ARGS__)

/* false: complained.  They fill t, input and output, and add what the prompt shares to the room, which
 * may be more than its tokens. */
bool mooncake_row(struct trace_file *f, const char *text, size_t n, struct trace_row *row);
bool azure_row(struct trace_file *f, char *text, struct trace_row *row);
bool csv_row(struct trace_file *f, char *text, struct trace_row *row);

#define AZURE_HEADER		"TIMESTAMP,ContextTokens,GeneratedTokens"
#define CSV_HEADER		"arrival_s,input_tokens,output_tokens"
#define CSV_HEADER_PREFIX	CSV_HEADER ",prefix,prefix_tokens"

void trace_share(struct trace_file *f, struct span span);

#endif

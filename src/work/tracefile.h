/* work/tracefile.h - a trace of requests, row by row: when, with how many tokens, and what they share.
 *
 * Three forms, told apart by their first line:
 *
 *   mooncake  JSON, one object a line, with timestamp (ms), input_length, output_length (tokens) and
 *             hash_ids, one a block of 512 prompt tokens; equal ids are equal blocks with equal prefixes.
 *             The last id may stand for a block that is not full.  Source: Qin et al., "Mooncake"
 *             (FAST 2025), published request traces.
 *   azure     CSV with the header TIMESTAMP,ContextTokens,GeneratedTokens and times as
 *             2023-11-16 18:15:46.6805900.  Source: Azure Public Dataset, LLM inference traces of 2023
 *             (Patel et al., "Splitwise", ISCA 2024) and 2024 (Stojkovic et al., "DynamoLLM", HPCA 2025).
 *   csv       our own, with the header arrival_s,input_tokens,output_tokens or the same and
 *             ,prefix,prefix_tokens: the first prefix_tokens tokens are those of every row with that
 *             prefix; an empty name shares nothing.
 *
 * Tokens that a row shares with nobody are its own.  An answer of 0 tokens counts as 1: no engine makes
 * less.  Rows come in the order of their times.  Plain, .gz or .zst (base/lines.h); only one row is ever
 * in memory.
 */
#ifndef WORK_TRACEFILE_H
#define WORK_TRACEFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "base/lines.h"
#include "base/units.h"
#include "work/span.h"

#define TRACE_TOKENS_MAX	1000000000	/* of a prompt or an answer */
#define MOONCAKE_BLOCK		512		/* tokens of a block */

enum trace_form { TRACE_AUTO, TRACE_MOONCAKE, TRACE_AZURE, TRACE_CSV };

extern const char *const trace_form_name[];	/* NULL-terminated, in enum order */

struct trace_row {
	sim_time t;			/* ns, from a zero of the file's own */
	uint64_t input, output;		/* tokens, >= 1 */
	struct span *prompt;		/* `input` tokens; memory of the trace until its next row */
	size_t nprompt;
};

struct trace_file {
	const char *path;		/* not owned */
	enum trace_form form;		/* never TRACE_AUTO once open */
	bool prefixes;			/* csv: with the two last columns */
	struct diag *errors;		/* not owned */
	size_t errors_before;
	struct lines lines;
	bool end;
	uint64_t rows;			/* given out */
	sim_time before;		/* time of the row before */
	struct span *room;		/* owned; of the current row's prompt */
	size_t nroom, cap;
};

/* The file is read as `form` or, if that is TRACE_AUTO, as what its first line shows. */
void trace_open(struct trace_file *f, const char *path, enum trace_form form, struct diag *errors);
/* The next good row; false: there is none.  What is wrong goes to `errors` with file and line; reading
 * goes on behind a bad row until there are 20 complaints, so errors->n tells whether all was well. */
bool trace_next(struct trace_file *f, struct trace_row *row);
void trace_close(struct trace_file *f);

#endif

/* work/mooncake.h - traces in Mooncake's form.
 *
 * Source: Qin et al., "Mooncake" (FAST 2025), published request traces.  One JSON
 * object a line: timestamp (ms), input_length, output_length (tokens) and
 * hash_ids, one a block of 512 prompt tokens; equal ids mean equal blocks with
 * equal prefixes.  The last id may stand for a block that is not full.
 *
 * A prompt becomes spans {hash id, 0, 512}.
 */
#ifndef WORK_MOONCAKE_H
#define WORK_MOONCAKE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "work/span.h"

#define MOONCAKE_BLOCK 512		/* tokens of a block */

struct mooncake_request {
	double timestamp_ms;
	uint64_t input_length, output_length;
	struct tokens prompt;		/* spans in the trace's arena; cut to the ids there are */
};

struct mooncake_trace {
	struct arena arena;		/* owned: spans */
	struct mooncake_request *request;	/* owned */
	size_t n, cap;
};

/* Reads the whole file. Mistakes go to `errors` with their line (the first 20); the trace must be released anyway. */
void mooncake_read(struct mooncake_trace *t, const char *path, struct diag *errors);
void mooncake_release(struct mooncake_trace *t);

#endif

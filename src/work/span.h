/* work/span.h - tokens without token arrays.
 *
 * A span {stream, offset, length} stands for `length` tokens; token i of it is
 * the pair (stream, offset + i).  Two tokens are equal iff their pairs are.  A
 * shared system prompt is one stream, a user's turn another, an answer a third.
 * Sequences are lists of spans; how a sequence is cut into spans has no meaning.
 */
#ifndef WORK_SPAN_H
#define WORK_SPAN_H

#include <stddef.h>
#include <stdint.h>

struct span {
	uint64_t stream;
	uint64_t offset;
	uint64_t length;		/* tokens, > 0 in a list */
};

/* A sequence: span[0..n), cut to `length` tokens (length <= sum of span lengths). Not owned. */
struct tokens {
	const struct span *span;
	size_t n;
	uint64_t length;
};

uint64_t span_total(const struct span *s, size_t n);

#endif

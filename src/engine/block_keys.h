/* engine/block_keys.h - keys of whole blocks of tokens, for prefix caches by block.
 *
 * The key of a block is a hash over its tokens and the key of the block before it,
 * so one number stands for all tokens up to its end.  Runs of a stream are hashed
 * whole, so it does not matter how a prompt is cut into spans.  The prompt is
 * followed by the answer's stream.
 */
#ifndef ENGINE_BLOCK_KEYS_H
#define ENGINE_BLOCK_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "work/request.h"

struct block_keys {
	uint64_t *key;			/* of the first n whole blocks; owned */
	size_t n, cap;
};

/* Make at least the first n keys.  `q` must be the same at every call until k->n is set to 0. */
void block_keys_fill(struct block_keys *k, const struct request *q, uint64_t block_len, size_t n);

#endif

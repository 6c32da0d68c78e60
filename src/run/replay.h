/* run/replay.h - a trace through a prefix cache alone, one request at a time.
 *
 * Each request does what one that runs and finishes alone would do: match, lock,
 * evict what it needs if that much is not free, allocate, insert, unlock.
 * Outputs are not inserted.  No time passes.
 */
#ifndef RUN_REPLAY_H
#define RUN_REPLAY_H

#include <stdint.h>

#include "work/mooncake.h"

struct replay_result {
	uint64_t hit_blocks, total_blocks;	/* pages found in the cache, pages asked for */
	uint64_t refused;			/* requests whose prompt did not fit and was not stored */
};

/* page: tokens of a block; capacity: blocks. Both >= 1. */
struct replay_result replay_radix(const struct mooncake_trace *t, uint64_t page, uint64_t capacity_blocks);

#endif

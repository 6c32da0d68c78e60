/* run/replay.h - a trace through a prefix cache alone, one request at a time.
 *
 * Each request does what one that runs and finishes alone would do: match, lock,
 * evict what it needs if that much is not free, allocate, insert, unlock.
 * Outputs are not inserted.  No time passes.
 */
#ifndef RUN_REPLAY_H
#define RUN_REPLAY_H

#include <stdint.h>

#include "base/arena.h"
#include "kv/pool.h"
#include "kv/radix.h"
#include "work/span.h"

struct replay_result {
	uint64_t hit_blocks, total_blocks;	/* pages found in the cache, pages asked for */
	uint64_t refused;			/* requests whose prompt did not fit: not stored */
};

struct replay {				/* memory: what the cache holds, however long the trace */
	struct arena arena;
	struct radix tree;
	struct kv_pool pool;
	struct replay_result result;
};

/* page: tokens of a block; capacity: blocks. Both >= 1. */
void replay_init(struct replay *r, uint64_t page, uint64_t capacity_blocks);
void replay_serve(struct replay *r, const struct tokens *prompt);	/* the prompt is copied */
void replay_release(struct replay *r);			/* proves first that no block was lost */

#endif

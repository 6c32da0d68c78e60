/* kv/pool.h - free KV memory, counted in pages.
 *
 * Which slot a token lands in changes nothing in time or scheduling, so the pool
 * keeps a count.  Quantities are tokens; `page` is the allocation unit and the
 * capacity is a multiple of it (rules 8 of doc/rules.md).
 */
#ifndef KV_POOL_H
#define KV_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bug.h"

struct kv_pool {
	uint64_t page;			/* tokens, >= 1 */
	uint64_t capacity;		/* tokens, multiple of page */
	uint64_t free;			/* tokens, multiple of page */
};

#define KV_UNLIMITED	((uint64_t)1 << 40)	/* a capacity (before rounding to pages) that nothing fills */

void kv_pool_init(struct kv_pool *p, uint64_t capacity, uint64_t page);

/* False, and nothing taken, if there are fewer. */
static inline bool kv_pool_take(struct kv_pool *p, uint64_t pages)
{
	if (p->free < pages * p->page)
		return false;
	p->free -= pages * p->page;
	return true;
}

/* More than was taken is a BUG. */
static inline void kv_pool_give(struct kv_pool *p, uint64_t pages)
{
	p->free += pages * p->page;
	BUG_ON(p->free > p->capacity);
}

/* Pages that hold tokens [0, tokens). */
static inline uint64_t kv_pages(const struct kv_pool *p, uint64_t tokens) { return (tokens + p->page - 1) / p->page; }
static inline uint64_t kv_round_up(const struct kv_pool *p, uint64_t tokens) { return kv_pages(p, tokens) * p->page; }
static inline uint64_t kv_round_down(const struct kv_pool *p, uint64_t tokens) { return tokens / p->page * p->page; }

#endif

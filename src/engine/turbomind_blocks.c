/* BlockManager (rules 1.6): every block is free, cached or active.
 *
 * Active blocks are held by `use` sequences.  A block that nobody holds keeps its
 * contents as cached, until eviction takes the one with the oldest stamp.  The
 * heap of cached blocks is lazy: an entry whose stamp is not the block's own any
 * longer, or whose block is not cached, is skipped.
 */
#include "config.h"

#include "base/bug.h"
#include "base/mem.h"
#include "engine/turbomind.h"

#include <stdlib.h>
#include <string.h>

void tm_blocks_init(struct tm_blocks *b, struct arena *arena, uint64_t n)
{
	*b = (struct tm_blocks){ .n = n, .nfree = n };
	b->block = arena_alloc(arena, n * sizeof(*b->block));
	b->free = arena_alloc(arena, n * sizeof(*b->free));
	for (uint64_t i = 0; i < n; i++)
		b->free[i] = (uint32_t)(n - 1 - i);
}

void tm_blocks_grow(struct tm_blocks *b, struct arena *arena, uint64_t n)
{
	struct tm_block *block = arena_alloc(arena, n * sizeof(*block));
	uint32_t *free_ids = arena_alloc(arena, n * sizeof(*free_ids));

	BUG_ON(n <= b->n || n > UINT32_MAX);
	memcpy(block, b->block, b->n * sizeof(*block));
	memcpy(free_ids, b->free, b->nfree * sizeof(*free_ids));
	for (uint64_t i = b->n; i < n; i++)
		free_ids[b->nfree++] = (uint32_t)i;
	b->block = block;
	b->free = free_ids;
	b->n = n;
}

void tm_blocks_release(struct tm_blocks *b)
{
	free(b->old);
}

static bool stale(const struct tm_blocks *b, const struct tm_old *o)
{
	const struct tm_block *k = &b->block[o->id];

	return !k->cached || k->stamp != o->stamp;
}

static void sift_down(struct tm_blocks *b, size_t i)
{
	struct tm_old moving = b->old[i];

	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= b->nold)
			break;
		if (child + 1 < b->nold && b->old[child + 1].stamp < b->old[child].stamp)
			child++;
		if (b->old[child].stamp >= moving.stamp)
			break;
		b->old[i] = b->old[child];
		i = child;
	}
	b->old[i] = moving;
}

/* Stale entries gather when cached blocks are locked again: keep them below the number of blocks. */
static void drop_stale(struct tm_blocks *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->nold; i++)
		if (!stale(b, &b->old[i]))
			b->old[n++] = b->old[i];
	b->nold = n;
	for (size_t i = n / 2; i-- > 0;)
		sift_down(b, i);
}

static void heap_push(struct tm_blocks *b, uint32_t id)
{
	size_t i;

	if (b->nold > 2 * b->n)
		drop_stale(b);
	ARRAY_ROOM(b->old, b->nold, b->capold);
	for (i = b->nold++; i > 0 && b->old[(i - 1) / 2].stamp > b->block[id].stamp; i = (i - 1) / 2)
		b->old[i] = b->old[(i - 1) / 2];
	b->old[i] = (struct tm_old){ b->block[id].stamp, id };
}

static uint32_t heap_pop(struct tm_blocks *b)
{
	for (;;) {
		struct tm_old top;

		BUG_ON(b->nold == 0);
		top = b->old[0];
		b->old[0] = b->old[--b->nold];
		if (b->nold > 0)
			sift_down(b, 0);
		if (!stale(b, &top))
			return top.id;
	}
}

struct tm_ref tm_blocks_take(struct tm_blocks *b)
{
	uint32_t id;

	BUG_ON(b->nfree <= b->owed);
	id = b->free[--b->nfree];
	b->block[id].use = 1;
	b->block[id].unique = ++b->uniques;
	b->block[id].stamp = ++b->clock;
	return (struct tm_ref){ id, b->uniques };
}

static void make_free(struct tm_blocks *b, uint32_t id)
{
	struct tm_block *k = &b->block[id];

	BUG_ON(!k->cached);
	k->cached = false;
	k->unique = 0;
	b->ncached--;
	b->free[b->nfree++] = id;
}

uint32_t tm_blocks_evict(struct tm_blocks *b)
{
	uint32_t id = heap_pop(b);

	make_free(b, id);
	return id;
}

void tm_blocks_lock(struct tm_blocks *b, const struct tm_ref *r, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct tm_block *k = &b->block[r[i].id];

		BUG_ON(k->unique != r[i].unique);
		b->ncached -= k->cached;
		k->cached = false;
		k->use++;
	}
}

void tm_blocks_unlock(struct tm_blocks *b, const struct tm_ref *r, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct tm_block *k = &b->block[r[i].id];

		BUG_ON(k->use == 0);
		if (--k->use > 0)
			continue;
		k->cached = true;
		b->ncached++;
		heap_push(b, r[i].id);
	}
}

void tm_blocks_touch(struct tm_blocks *b, const struct tm_ref *r, size_t n)
{
	for (size_t i = n; i-- > 0;) {
		struct tm_block *k = &b->block[r[i].id];

		k->stamp = ++b->clock;
		if (k->cached)
			heap_push(b, r[i].id);
	}
}

void tm_blocks_give_back(struct tm_blocks *b, const struct tm_ref *r, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct tm_block *k = &b->block[r[i].id];

		BUG_ON(k->use != 1);
		k->use = 0;
		k->unique = 0;
		b->free[b->nfree++] = r[i].id;
	}
}

void tm_blocks_drop(struct tm_blocks *b, const struct tm_ref *r, size_t n)
{
	for (size_t i = 0; i < n; i++)
		make_free(b, r[i].id);
}

size_t tm_blocks_verify(const struct tm_blocks *b, const struct tm_ref *r, size_t n)
{
	size_t i;

	for (i = 0; i < n && b->block[r[i].id].unique == r[i].unique; i++)
		;
	return i;
}

/* A trial counts what unlocking would free, sequence after sequence, and changes nothing. */
void tm_trial_begin(struct tm_blocks *b)
{
	b->trial++;
}

uint64_t tm_trial_unlock(struct tm_blocks *b, const struct tm_ref *r, size_t n)
{
	uint64_t freed = 0;

	for (size_t i = 0; i < n; i++) {
		struct tm_block *k = &b->block[r[i].id];

		if (k->trial != b->trial) {
			k->trial = b->trial;
			k->left = k->use;
		}
		BUG_ON(k->left == 0);
		freed += --k->left == 0;
	}
	return freed;
}

/* Counts agree with the blocks, and nobody holds one. */
bool tm_blocks_check(const struct tm_blocks *b)
{
	uint64_t cached = 0;

	for (uint64_t i = 0; i < b->n; i++) {
		if (b->block[i].use > 0)
			return false;
		cached += b->block[i].cached;
	}
	return cached == b->ncached && b->ncached + b->nfree == b->n && b->owed == 0;
}

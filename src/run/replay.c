/* run/replay.c - SGLang's radix tree over a pool of blocks, without anything around them. */
#include "config.h"

#include "run/replay.h"

#include "base/bug.h"

void replay_init(struct replay *r, uint64_t page, uint64_t capacity_blocks)
{
	*r = (struct replay){ .result = { 0 } };
	arena_init(&r->arena, ARENA_CHUNK);
	radix_init(&r->tree, &r->arena, page);
	kv_pool_init(&r->pool, capacity_blocks * page, page);
}

void replay_serve(struct replay *r, const struct tokens *prompt)
{
	struct radix_node *node;
	uint64_t page = r->pool.page, hit = radix_match(&r->tree, prompt, &node);
	uint64_t whole = kv_round_down(&r->pool, prompt->length), need = whole - hit;

	r->result.hit_blocks += hit / page;
	r->result.total_blocks += whole / page;
	radix_lock(&r->tree, node);
	if (r->pool.free < need)
		kv_pool_give(&r->pool, radix_evict(&r->tree, need) / page);
	if (kv_pool_take(&r->pool, need / page))
		BUG_ON(radix_insert(&r->tree, prompt) != hit);
	else
		r->result.refused++;
	radix_unlock(&r->tree, node);
}

void replay_release(struct replay *r)
{
	radix_check(&r->tree);
	BUG_ON(r->pool.free + r->tree.evictable != r->pool.capacity);
	radix_release(&r->tree);
	arena_release(&r->arena);
}

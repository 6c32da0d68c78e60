#include "config.h"

#include "run/replay.h"

#include "base/bug.h"
#include "kv/pool.h"
#include "kv/radix.h"

static void serve(struct radix *tree, struct kv_pool *pool, const struct tokens *key, struct replay_result *r)
{
	struct radix_node *node;
	uint64_t hit = radix_match(tree, key, &node), whole = kv_round_down(pool, key->length), need = whole - hit;

	r->hit_blocks += hit / pool->page;
	r->total_blocks += whole / pool->page;
	radix_lock(tree, node);
	if (pool->free < need)
		kv_pool_give(pool, radix_evict(tree, need) / pool->page);
	if (kv_pool_take(pool, need / pool->page))
		BUG_ON(radix_insert(tree, key) != hit);
	else
		r->refused++;
	radix_unlock(tree, node);
}

struct replay_result replay_radix(const struct mooncake_trace *t, uint64_t page, uint64_t capacity_blocks)
{
	struct replay_result r = { 0 };
	struct arena arena;
	struct radix tree;
	struct kv_pool pool;

	arena_init(&arena, ARENA_CHUNK);
	radix_init(&tree, &arena, page);
	kv_pool_init(&pool, capacity_blocks * page, page);
	for (size_t i = 0; i < t->n; i++)
		serve(&tree, &pool, &t->request[i].prompt, &r);
	radix_check(&tree);
	BUG_ON(pool.free + tree.evictable != pool.capacity);
	radix_release(&tree);
	arena_release(&arena);
	return r;
}

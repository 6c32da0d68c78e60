/* KV memory of requests: allocation, and what goes into the tree when (rules 8, 9, 20.8, 20.9).
 *
 * Tokens [0, prefix) of a request have KV before a prefill; the part of them that
 * fills whole pages is in the tree and locked through `node`, the rest of
 * [0, kv) is the request's own.  With pages, the page that holds the unaligned
 * end of the prefix is its own, too.
 */
#include "config.h"

#include "base/bug.h"
#include "engine/sglang.h"

struct tokens sg_tokens(const struct sg_req *r, uint64_t length)
{
	return (struct tokens){ r->span, r->nspan, length };
}

/* The engine always asks for the whole amount it needs, not for what is missing. */
void sg_evict(struct sg *e, uint64_t tokens)
{
	uint64_t freed;

	if (!e->radix || tokens == 0)
		return;
	e->evict_walked += e->tree.nodes;	/* before any of them goes */
	freed = radix_evict(&e->tree, tokens);
	if (freed == 0)
		return;
	kv_pool_give(&e->pool, freed / e->pool.page);
	PROBE_CALL(e->env.probe, evict, freed, e->env.sim->now);
}

/* Give up the pages that hold tokens [from, to) of one request; `from` may lie inside its first page. */
static void give(struct sg *e, uint64_t from, uint64_t to)
{
	if (to > from)
		kv_pool_give(&e->pool, kv_pages(&e->pool, to) - from / e->pool.page);
}

void sg_prefill_alloc(struct sg *e, const struct sg_rows *rows)
{
	uint64_t page = e->pool.page, tokens = 0, pages = 0, want;

	for (size_t i = 0; i < rows->n; i++) {
		const struct sg_req *r = rows->row[i];

		tokens += r->extend;
		pages += kv_pages(&e->pool, r->fill) - kv_pages(&e->pool, r->prefix);
	}
	want = page == 1 ? tokens : tokens + rows->n * page;
	if (e->pool.free < want)
		sg_evict(e, want);
	if (!kv_pool_take(&e->pool, pages))
		sg_server_dies(e, "Prefill out of memory: a continued chunk found no free KV memory");
}

/* After a prefill result, or for the chunk so far: the whole filled part becomes shareable. */
void sg_cache_unfinished(struct sg *e, struct sg_req *r)
{
	struct tokens key = sg_tokens(r, r->fill);
	uint64_t there;

	if (!e->radix) {
		r->prefix = r->fill;
		return;
	}
	key.length = kv_round_down(&e->pool, key.length);
	there = radix_extend(&e->tree, &key, &r->node, kv_round_down(&e->pool, r->prefix));
	give(e, r->prefix, there);	/* somebody else brought them: ours are duplicates */
	r->prefix = r->fill;
}

void sg_cache_finished(struct sg *e, struct sg_req *r)
{
	uint64_t length = r->input_len + r->out - 1;	/* the last token has no KV */
	uint64_t whole = kv_round_down(&e->pool, length), there;
	struct tokens key = sg_tokens(r, whole);

	if (!e->radix) {
		give(e, 0, length);
		return;
	}
	give(e, whole, length);
	there = radix_extend(&e->tree, &key, &r->node, kv_round_down(&e->pool, r->prefix));
	give(e, r->prefix, there);
	radix_unlock(&e->tree, r->node);
	r->node = NULL;
}

/* Everything of its own, at once; what is in the tree becomes evictable. */
void sg_free_retracted(struct sg *e, struct sg_req *r)
{
	if (!e->radix) {
		give(e, 0, r->kv);
		return;
	}
	give(e, kv_round_down(&e->pool, r->prefix), r->kv);
	radix_unlock(&e->tree, r->node);
	r->node = NULL;
}

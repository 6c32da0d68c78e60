/* SGLang without one mechanism or another (engine/mechanisms.def): all that the other files ask.
 *
 * Rules stay as they are; only times and amounts change, so that what is left
 * still is the same scheduler on the same requests.
 */
#include "config.h"

#include "engine/mechanism.h"
#include "engine/sglang.h"

static bool off(const struct sg *e, enum mechanism m)
{
	return is_without(e->env.without, m);
}

void sg_without_params(struct sg *e)
{
	struct sg_params *p;

	if (!off(e, MECHANISM_CACHE_BOOKKEEPING) && !off(e, MECHANISM_HOST_GAPS))
		return;
	p = arena_alloc(e->env.arena, sizeof(*p));
	*p = *e->params;
	p->host.match_us = p->host.evict_node_us = p->host.post_finish_ms = 0;
	if (off(e, MECHANISM_HOST_GAPS))
		p->host = (struct sg_host){ 0 };
	e->params = p;
}

/* Limits that follow from the pool's size, of prompts and of running requests, stay those of the real one. */
uint64_t sg_without_capacity(const struct sg *e, uint64_t max_total)
{
	uint64_t page = (uint64_t)e->params->page_size;

	return off(e, MECHANISM_KV_LIMIT) ? KV_UNLIMITED / page * page : max_total;
}

uint64_t sg_computed(const struct sg *e, const struct sg_req *r)
{
	return off(e, MECHANISM_CACHE_MISSES) && r->extend > 1 ? 1 : r->extend;
}

bool sg_prefills_are_free(const struct sg *e)
{
	return off(e, MECHANISM_PREFILL_STALLS);
}

/* The engine without one mechanism or another (engine/mechanisms.def): all that the other files ask.
 *
 * Rules stay as they are; only times and amounts change.  The trie is told of at no
 * cost anyway, so there is no bookkeeping to switch off.
 */
#include "config.h"

#include "engine/lmdeploy_pytorch.h"
#include "engine/mechanism.h"
#include "kv/pool.h"

static bool off(const struct pt *e, enum mechanism m)
{
	return is_without(e->env.without, m);
}

/* The pool of engine instances belongs to the API server in front of the engine. */
void pt_without_params(struct pt *e)
{
	struct pt_params *p;

	if (!off(e, MECHANISM_API) && !off(e, MECHANISM_HOST_GAPS))
		return;
	p = arena_alloc(e->env.arena, sizeof(*p));
	*p = *e->params;
	if (off(e, MECHANISM_API))
		p->frontend = (struct lmdeploy_frontend){ 0 };
	if (off(e, MECHANISM_HOST_GAPS))
		p->host = (struct pt_host){ 0 };
	e->params = p;
}

uint64_t pt_without_capacity(const struct pt *e, uint64_t blocks)
{
	return off(e, MECHANISM_KV_LIMIT) ? KV_UNLIMITED / e->block_len : blocks;
}

uint64_t pt_computed(const struct pt *e, uint64_t fresh)
{
	return off(e, MECHANISM_CACHE_MISSES) ? 1 : fresh;
}

bool pt_prefill_is_free(const struct pt *e)
{
	return off(e, MECHANISM_PREFILL_STALLS);
}

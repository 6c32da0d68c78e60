/* TurboMind without one mechanism or another (engine/mechanisms.def): all that the other files ask.
 *
 * Rules stay as they are; only times and amounts change.
 */
#include "config.h"

#include "engine/mechanism.h"
#include "engine/turbomind.h"
#include "kv/pool.h"

static bool off(const struct tm *e, enum mechanism m)
{
	return is_without(e->env.without, m);
}

/* The pool of engine instances belongs to the API server in front of the engine. */
void tm_without_params(struct tm *e)
{
	struct tm_params *p = arena_alloc(e->env.arena, sizeof(*p));

	*p = *e->params;
	e->params = p;
	if (off(e, MECHANISM_CACHE_BOOKKEEPING))
		p->host.trie_node_us = 0;
	if (off(e, MECHANISM_API))
		p->frontend = (struct lmdeploy_frontend){ 0 };
	if (off(e, MECHANISM_HOST_GAPS))
		p->host = (struct tm_host){ .d2h_gb_s = 1e15 };
}

/* Every block of every context, and no block evicted: the pool grows when it must. */
void tm_without_limit(struct tm *e)
{
	uint64_t most = e->group.held + tm_group_wants(e);

	if (!off(e, MECHANISM_KV_LIMIT))
		return;
	for (size_t i = e->group.n; i < e->seqs.n; i++)
		most += tm_blocks_for(e, tm_context(e->seqs.seq[i]) + 1);
	if (tm_blocks_free(&e->blocks) < most)
		tm_blocks_grow(&e->blocks, e->env.arena, 2 * e->blocks.n + most);
}

void tm_without_pool(const struct tm *e, struct pass_record *rec)
{
	if (!off(e, MECHANISM_KV_LIMIT))
		return;
	rec->kv_free += KV_UNLIMITED - rec->kv_capacity;
	rec->kv_capacity = KV_UNLIMITED;
}

bool tm_prefill_is_free(const struct tm *e)
{
	return off(e, MECHANISM_PREFILL_STALLS);
}

struct pass_shape tm_computed(const struct tm *e, const struct tm_mini *m)
{
	struct pass_shape s = m->shape;

	if (off(e, MECHANISM_PREFILL_STALLS) && m->record.prefill_rows > 0)
		return (struct pass_shape){
			.decode_rows = (uint32_t)m->nsteady, .decode_context = m->steady_context,
			.sampled_rows = (uint32_t)m->nsteady, .launch_ms = s.launch_ms,
		};
	if (off(e, MECHANISM_CACHE_MISSES)) {
		s.prefill_tokens = s.prefill_rows;
		s.prefill_pairs = (double)s.prefill_context;
	}
	return s;
}

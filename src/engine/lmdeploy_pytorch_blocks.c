/* Who owns how many blocks, and what is evicted for whom (rules 2.1, 2.2; RecomputeEvictionHelper).
 *
 * A block belongs to one sequence, or to the trie, or to nobody.  Which block it is
 * changes nothing, so they are only counted.  Eviction takes all of a sequence:
 * first of those whose answer is complete but whose session is not yet over
 * (hanging), then of waiting ones that were preempted and not yet stripped.
 */
#include "config.h"

#include "base/bug.h"
#include "engine/lmdeploy_pytorch.h"

void pt_take(struct pt *e, struct pt_seq *s, uint64_t extra)
{
	uint64_t need = pt_required(e, s, extra);

	BUG_ON(need > e->free);
	e->free -= need;
	s->nblock += need;
}

void pt_give_up(struct pt *e, struct pt_seq *s)
{
	e->free += s->nblock - s->nshared;
	if (s->node)
		pt_trie_unlock(e, s);
	s->nblock = s->nshared = 0;
	s->kv = 0;
}

/* Strip them, the last first, until there are `need` free blocks. */
static bool strip(struct pt *e, struct pt_seq *const *victim, size_t n, uint64_t need)
{
	for (size_t i = n; i-- > 0;) {
		if (victim[i]->nblock == 0)
			continue;
		pt_give_up(e, victim[i]);
		if (need > e->free)
			pt_trie_evict(e, need - e->free);
		if (need <= e->free)
			return true;
	}
	return false;
}

bool pt_make_room(struct pt *e, const struct pt_seq *s, uint64_t extra, struct pt_seq *const *waiting,
		  size_t n)
{
	uint64_t need = pt_required(e, s, extra);

	if (need <= e->free)
		return true;
	if (strip(e, e->hanging.seq, e->hanging.n, need) || strip(e, waiting, n, need))
		return true;
	pt_trie_evict(e, need - e->free);
	return need <= e->free;
}

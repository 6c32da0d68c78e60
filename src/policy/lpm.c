/* Longest prefix match: most cached tokens first, ties in queue order.
 *
 * In-batch deduplication: a request with at most CHECK cached tokens is matched
 * against the earlier such requests of this queue, in a scratch tree.  If it
 * shares at least DEPRIORITIZE tokens with one, it goes to the end, so that the
 * first computes the prefix and the others find it cached.  (They are only moved
 * back: with budget left they are still admitted at once.)
 *
 * With more than POLICY_LPM_LIMIT waiting SGLang neither matches nor sorts.
 */
#include "config.h"

#include "policy/policy.h"

#define CHECK		32	/* IN_BATCH_PREFIX_CACHING_CHECK_THRESHOLD */
#define DEPRIORITIZE	32	/* IN_BATCH_PREFIX_CACHING_DEPRIORITIZE_THRESHOLD */

struct lpm {
	struct arena arena;		/* the scratch tree's own */
	struct radix scratch;		/* page 1 whatever the cache's page is */
};

static void *lpm_create(struct arena *arena, struct rng *rng)
{
	struct lpm *l = arena_alloc(arena, sizeof(*l));

	(void)rng;
	arena_init(&l->arena, ARENA_CHUNK);
	radix_init(&l->scratch, &l->arena, 1);
	return l;
}

static void lpm_release(void *self)
{
	struct lpm *l = self;

	radix_release(&l->scratch);
	arena_release(&l->arena);
}

/* Does an earlier request of this queue bring the same beginning? If not, remember this one's. */
static bool seen_in_queue(struct lpm *l, const struct waiting *w)
{
	if (w->matched > CHECK)
		return false;
	if (radix_match(&l->scratch, &w->lookup, NULL) >= DEPRIORITIZE)
		return true;
	radix_insert(&l->scratch, &w->lookup);
	return false;
}

static size_t lpm_order(void *self, struct waiting *queue, size_t n, struct radix *tree)
{
	struct lpm *l = self;

	if (n > POLICY_LPM_LIMIT)
		return 0;
	radix_reset(&l->scratch, &l->arena);
	for (size_t i = 0; i < n; i++) {
		struct waiting *w = &queue[i];

		w->matched = radix_match(tree, &w->lookup, &w->node);
		w->key = seen_in_queue(l, w) ? UINT64_MAX : UINT64_MAX - 1 - w->matched;
	}
	policy_sort(queue, n);
	return n;
}

const struct policy policy_lpm = {
	.name = "lpm",
	.help = "longest cached prefix first, up to 128 waiting",
	.needs_tree = true,
	.create = lpm_create,
	.release = lpm_release,
	.order = lpm_order,
};

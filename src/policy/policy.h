/* policy/policy.h - order of the waiting queue (--schedule-policy).
 *
 * Source: SGLang v0.4.9, schedule_policy.py (rules 10 of doc/rules.md); proved on
 * vectors of the real module (tests/golden_order.c).
 *
 * Contract
 *   - order() permutes queue[0..n) in place.  It may match against the tree, which
 *     stamps and splits nodes exactly as the engine's own matching does, but it
 *     neither locks nor evicts.
 *   - Sorts are stable: ties keep the present order, which is the result of the
 *     previous call plus arrivals at the tail.
 *   - All randomness comes from the stream given at creation.
 *   - Called once for each admission attempt with n > 0.
 */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "core/rng.h"
#include "kv/radix.h"

/* With more than so many waiting, lpm neither matches nor sorts: they are served in order of arrival. */
#define POLICY_LPM_LIMIT	128

/* One request of the queue. */
struct waiting {
	void *item;			/* the engine's request */
	struct tokens lookup;		/* prompt and output so far, without the last token: what may be cached */
	uint64_t max_new_tokens;	/* its cap, not its true length */
	uint64_t matched;		/* filled by prefix policies: tokens found in the tree */
	struct radix_node *node;	/* likewise: where the match ends */
	uint64_t key;			/* scratch of the sort: smaller goes first */
	size_t rank;			/* scratch of the sort: position before it */
};

struct policy {
	const char *name;		/* the engine's flag value: "lpm", "dfs-weight" */
	const char *help;
	bool needs_tree;		/* without a radix cache SGLang silently uses fcfs instead */
	void *(*create)(struct arena *arena, struct rng *rng);	/* NULL: no state */
	void (*release)(void *self);	/* NULL: nothing to release */
	/* returns how many requests it matched against the tree */
	size_t (*order)(void *self, struct waiting *queue, size_t n, struct radix *tree);
};

extern const struct policy *const policies[];		/* NULL-terminated, from policies.def */
extern const char *const policy_names[];		/* NULL-terminated, same order */
const struct policy *policy_find(const char *name);	/* NULL: none */

/* Stable sort by waiting.key, ascending. */
void policy_sort(struct waiting *queue, size_t n);

#endif

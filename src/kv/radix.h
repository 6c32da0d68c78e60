/* kv/radix.h - SGLang's radix tree of cached prefixes, rule by rule.
 *
 * Source: SGLang v0.4.9, radix_cache.py (rules 8 and 9 of doc/rules.md); proved on
 * vectors of the real module (tests/golden_radix.c).
 *
 * A node holds a run of tokens (its key, as spans) behind its parent's.  Keys
 * are multiples of the page; two children of a node differ in their first page.
 *
 *   match   walks from the root; every node it visits gets a fresh stamp, later than its
 *           parent's; a match that ends inside a node splits it: a new upper node (stamped when made,
 *           after the lower one was) inherits lock and place among its siblings.
 *   insert  walks and stamps like match; the rest becomes one new leaf.
 *   lock    protects the tokens of the path to the root.
 *   evict   frees whole unlocked leaves, oldest stamp first, until at least the
 *           wanted number of tokens is free; a parent left childless becomes a leaf.
 *
 * Only the order of stamps counts, and only that of leaves, so the last node of a walk is stamped
 * alone: a node whose child is evicted has been visited just before that child was
 * (radix_node_free), if not later by itself.  Stamps of two walks are far apart, so there are no
 * ties.  In the same way a lock counts at the node it is taken on, and a locked child once at its
 * parent: who locks or unlocks below what others hold goes no further up.
 *
 * Cost: match and insert O(spans of the key and nodes on its way), a child is found by hash; evict
 * O(log leaves) a leaf at most, from a queue and a heap whose entries are brought up to date only
 * when they come first (stamps never decrease, so that is exact).
 *
 * Invariant (radix_check): evictable + protected = sum of key lengths of all nodes.
 */
#ifndef KV_RADIX_H
#define KV_RADIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/slab.h"
#include "kv/spanstore.h"
#include "work/span.h"

#define RADIX_OWN 2

struct radix_node {
	struct radix_node *parent;	/* NULL: the root */
	struct radix_node *newest;	/* child that came last, NULL: it has gone */
	uint64_t hash;			/* of (parent, first page) */
	uint64_t id;
	uint64_t stamp;			/* last access that ended here or passed to a child since evicted */
	struct span *key;		/* nkey spans, room for capkey */
	uint64_t length;		/* tokens of the key */
	uint32_t children;
	uint32_t lock_ref;		/* locks taken here, and locked children */
	uint32_t nkey, capkey;
	uint64_t order;			/* place among siblings: order of insertion, kept by a split */
	bool in_heap;
	struct span own[RADIX_OWN];	/* a short key is here */
	/* for policies that weigh the tree */
	uint64_t mark;
	uint32_t weight;
	struct radix_node *weighed_next;
};

struct radix_place {			/* of the table of nodes; node NULL: empty */
	uint64_t hash;
	struct radix_node *node;
};

struct radix_leaf {			/* entry of the eviction queue or heap */
	uint64_t stamp;			/* of the node when the entry was last looked at */
	struct radix_node *node;
};

struct radix {
	uint64_t page;
	struct radix_node *root;
	uint64_t evictable;		/* tokens in unlocked nodes */
	uint64_t protected_tokens;	/* tokens in locked nodes */
	uint64_t nodes;			/* without the root */
	uint64_t clock, next_id, next_order, mark;
	struct slab node_slab;
	struct spanstore spans;
	struct radix_place *place;	/* by hash, linear probing; at most half full */
	size_t places;			/* power of two */
	struct radix_leaf *heap;	/* leaves by age: those that came out of order */
	size_t nheap, capheap;
	struct radix_leaf *queue;	/* and those in order: [queue_first, queue_end) */
	size_t queue_first, queue_end, capqueue;
};

/* The arena holds nodes and keys and must outlive the tree; tables are on the heap until release. */
void radix_init(struct radix *t, struct arena *arena, uint64_t page);
void radix_release(struct radix *t);
/* Forget everything and reset the arena, which must hold nothing but this tree. Tables keep their size. */
void radix_reset(struct radix *t, struct arena *arena);

/* Longest cached prefix of `key`, tokens, a multiple of the page; *last (may be NULL) is the node it ends in. */
uint64_t radix_match(struct radix *t, const struct tokens *key, struct radix_node **last);

/* Store key, cut to a multiple of the page; returns how many tokens were there already. */
uint64_t radix_insert(struct radix *t, const struct tokens *key);
/* The same for a key whose first `depth` tokens are known to end in `held`, a locked node: the way there is not looked
 * up again, but its nodes count as visited.  The lock moves to the node in which the key ends, what
 * radix_match() of the key would find, and *held becomes that. */
uint64_t radix_extend(struct radix *t, const struct tokens *key, struct radix_node **held, uint64_t depth);

void radix_lock(struct radix *t, struct radix_node *n);
void radix_unlock(struct radix *t, struct radix_node *n);
uint64_t radix_evict(struct radix *t, uint64_t want);	/* tokens freed, 0 .. evictable; may be over want */
void radix_check(const struct radix *t);		/* BUG if an invariant is broken; walks everything */

#endif

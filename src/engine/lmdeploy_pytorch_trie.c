/* Prefix caching by whole blocks (rules 2.3).
 *
 * A node is one block.  The trie owns it, sequences hold it; a sequence holds all
 * nodes from the first block to its last shared one.  Blocks, of prompts and
 * answers alike, come in when a decode round is scheduled, so a prompt can be
 * shared only then.  Evicted are leaves that no sequence holds, oldest access first;
 * the heap of them is lazy: entries that do not hold any longer are skipped.
 */
#include "config.h"

#include <stdlib.h>

#include "base/bug.h"
#include "base/mem.h"
#include "engine/lmdeploy_pytorch.h"

struct pt_node {
	struct pt_node *chain;		/* of the table; first: the slab's list runs through it */
	uint64_t key;
	uint64_t life;			/* unique; 0: not in the trie */
	uint64_t access;		/* stamp of the last match */
	uint64_t holders, children;
	struct pt_node *parent;		/* NULL: the first block */
};

struct old {				/* of the heap */
	uint64_t access, life;
	struct pt_node *node;
};

struct pt_trie {
	struct slab slab;
	struct pt_node **table;		/* size is a power of two */
	size_t size;
	uint64_t nodes, unused, leaves;
	uint64_t clock, lives;
	struct old *heap;
	size_t nheap, capheap;
};

#define TABLE_START	1024
#define TABLE_MOST	((size_t)1 << 24)

/* A node is a block of the pool, so a table with room for all of them never grows; only a pool that never fills
 * makes it double. */
struct pt_trie *pt_trie_new(struct arena *arena, uint64_t blocks)
{
	struct pt_trie *t = arena_alloc(arena, sizeof(*t));

	slab_init(&t->slab, arena, sizeof(struct pt_node));
	t->size = TABLE_START;
	while (t->size < blocks && blocks <= TABLE_MOST)
		t->size *= 2;
	t->table = xcalloc(t->size, sizeof(struct pt_node *));
	return t;
}

void pt_trie_release(struct pt_trie *t)
{
	if (!t)
		return;
	free(t->table);
	free(t->heap);
}

uint64_t pt_trie_nodes(const struct pt_trie *t) { return t ? t->nodes : 0; }
uint64_t pt_trie_unused(const struct pt_trie *t) { return t ? t->unused : 0; }
uint64_t pt_trie_leaves(const struct pt_trie *t) { return t ? t->leaves : 0; }
uint64_t pt_trie_holders(const struct pt_node *n) { return n->holders; }
struct pt_node *pt_trie_parent(struct pt_node *n) { return n->parent; }

/* ---- table */

static struct pt_node **slot_of(const struct pt_trie *t, uint64_t key)
{
	return &t->table[key & (t->size - 1)];
}

static struct pt_node *find(const struct pt_trie *t, uint64_t key)
{
	struct pt_node *n = *slot_of(t, key);

	while (n && n->key != key)
		n = n->chain;
	return n;
}

static void grow(struct pt_trie *t)
{
	struct pt_node **old = t->table;
	size_t size = t->size;

	t->size *= 2;
	t->table = xcalloc(t->size, sizeof(struct pt_node *));
	for (size_t i = 0; i < size; i++) {
		for (struct pt_node *n = old[i], *next; n; n = next) {
			struct pt_node **slot = slot_of(t, n->key);

			next = n->chain;
			n->chain = *slot;
			*slot = n;
		}
	}
	free(old);
}

/* ---- heap of leaves that nobody holds */

static bool is_stale(const struct old *o)
{
	const struct pt_node *n = o->node;

	return n->life != o->life || n->holders > 0 || n->children > 0 || n->access != o->access;
}

static void sift_down(struct pt_trie *t, size_t i)
{
	struct old moving = t->heap[i];

	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= t->nheap)
			break;
		if (child + 1 < t->nheap && t->heap[child + 1].access < t->heap[child].access)
			child++;
		if (t->heap[child].access >= moving.access)
			break;
		t->heap[i] = t->heap[child];
		i = child;
	}
	t->heap[i] = moving;
}

static void drop_stale(struct pt_trie *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->nheap; i++)
		if (!is_stale(&t->heap[i]))
			t->heap[n++] = t->heap[i];
	t->nheap = n;
	for (size_t i = n / 2; i-- > 0;)
		sift_down(t, i);
}

/* It may be evicted from now on, if it is a leaf and unused. */
static void offer(struct pt_trie *t, struct pt_node *n)
{
	size_t i;

	if (n->holders > 0 || n->children > 0)
		return;
	if (t->nheap > 2 * t->nodes + 64)
		drop_stale(t);
	ARRAY_ROOM(t->heap, t->nheap, t->capheap);
	for (i = t->nheap++; i > 0 && t->heap[(i - 1) / 2].access > n->access; i = (i - 1) / 2)
		t->heap[i] = t->heap[(i - 1) / 2];
	t->heap[i] = (struct old){ n->access, n->life, n };
}

/* ---- nodes */

static struct pt_node *add(struct pt_trie *t, struct pt_node *parent, uint64_t key)
{
	struct pt_node *n = slab_alloc(&t->slab), **slot;

	if (t->nodes++ == t->size)
		grow(t);
	slot = slot_of(t, key);
	*n = (struct pt_node){
		.chain = *slot, .key = key, .life = ++t->lives, .access = ++t->clock, .parent = parent,
	};
	*slot = n;
	t->unused++;
	t->leaves++;
	if (parent)
		t->leaves -= parent->children++ == 0;
	return n;
}

static void drop_leaf(struct pt_trie *t, struct pt_node *n)
{
	struct pt_node **at = slot_of(t, n->key), *parent = n->parent;

	while (*at != n)
		at = &(*at)->chain;
	*at = n->chain;
	n->life = 0;
	t->nodes--;
	t->unused--;
	t->leaves--;
	slab_free(&t->slab, n);
	if (!parent)
		return;
	t->leaves += --parent->children == 0;
	offer(t, parent);
}

static void hold(struct pt_trie *t, struct pt_seq *s, struct pt_node *n)
{
	t->unused -= n->holders++ == 0;
	s->node = n;
	s->nshared++;
}

void pt_trie_unlock(struct pt *e, struct pt_seq *s)
{
	for (struct pt_node *n = s->node; n; n = n->parent) {
		BUG_ON(n->holders == 0);
		if (--n->holders > 0)
			continue;
		e->trie->unused++;
		offer(e->trie, n);
	}
	s->node = NULL;
	s->nshared = 0;
}

/* Strictly fewer tokens than there are: at least one is computed. */
void pt_trie_match(struct pt *e, struct pt_seq *s)
{
	struct pt_trie *t = e->trie;
	uint64_t most = (pt_known(s) - 1) / e->block_len;

	if (!t || s->nblock > s->nshared)
		return;
	block_keys_fill(&s->keys, s->request, e->block_len, most);
	while (s->nshared < most) {
		struct pt_node *n = find(t, s->keys.key[s->nshared]);

		if (!n)
			break;
		hold(t, s, n);
		n->access = ++t->clock;
	}
	s->nblock = s->nshared;
	s->kv = s->nshared * e->block_len;
}

/* A block that is there already is taken in place of the sequence's own. */
void pt_trie_insert(struct pt *e, struct pt_seq *s)
{
	struct pt_trie *t = e->trie;
	uint64_t most;

	if (!t || pt_known(s) < (s->nshared + 1) * e->block_len)
		return;
	most = pt_known(s) / e->block_len;
	block_keys_fill(&s->keys, s->request, e->block_len, most);
	while (s->nshared < most) {
		struct pt_node *n = find(t, s->keys.key[s->nshared]);

		if (n)
			e->free++;
		else
			n = add(t, s->node, s->keys.key[s->nshared]);
		hold(t, s, n);
	}
}

void pt_trie_evict(struct pt *e, uint64_t blocks)
{
	struct pt_trie *t = e->trie;
	uint64_t evicted = 0;

	while (t && evicted < blocks && t->nheap > 0) {
		struct old top = t->heap[0];

		t->heap[0] = t->heap[--t->nheap];
		if (t->nheap > 0)
			sift_down(t, 0);
		if (is_stale(&top))
			continue;
		drop_leaf(t, top.node);
		evicted++;
	}
	e->free += evicted;
	if (evicted > 0)
		PROBE_CALL(e->env.probe, evict, evicted * e->block_len, e->env.sim->now);
}

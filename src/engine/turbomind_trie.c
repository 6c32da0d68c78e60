/* BlockTrie: prefix caching by whole blocks (rules 1.5).
 *
 * A node is a block of tokens under its parent.  Its key is a 64-bit hash over the
 * block's tokens and the parent's key, so one table finds any node; two blocks are
 * taken as equal when their keys are.  A node whose block lost its contents is
 * dropped with all below it, as the real trie's walk does right after each
 * eviction.
 */
#include "config.h"

#include <stdlib.h>

#include "base/bug.h"
#include "base/mem.h"
#include "engine/turbomind.h"

struct tm_node {
	uint64_t key;
	struct tm_ref ref;
	struct tm_node *parent, *child, *next, *prev;	/* child: first; next, prev: siblings */
	struct tm_node *chain;				/* of the table */
};

struct tm_trie {
	struct slab slab;
	struct tm_node **table;		/* size is a power of two */
	size_t size;
	uint64_t nodes, added;
	struct tm_node root;
};

#define TABLE_START 1024

/* A node has a block of the pool to itself, so a table with room for all of them never grows; only a pool that
 * never fills makes it double. */
struct tm_trie *tm_trie_new(struct arena *arena, uint64_t blocks)
{
	struct tm_trie *t = arena_alloc(arena, sizeof(*t));

	slab_init(&t->slab, arena, sizeof(struct tm_node));
	t->size = TABLE_START;
	while (t->size < blocks)
		t->size *= 2;
	t->table = xcalloc(t->size, sizeof(struct tm_node *));
	return t;
}

void tm_trie_release(struct tm_trie *t)
{
	if (t)
		free(t->table);
}

uint64_t tm_trie_nodes(const struct tm_trie *t)
{
	return t ? t->nodes : 0;
}

uint64_t tm_trie_added(const struct tm_trie *t)
{
	return t ? t->added : 0;
}

static struct tm_node **slot_of(const struct tm_trie *t, uint64_t key)
{
	return &t->table[key & (t->size - 1)];
}

static struct tm_node *find(const struct tm_trie *t, uint64_t key)
{
	struct tm_node *n = *slot_of(t, key);

	while (n && n->key != key)
		n = n->chain;
	return n;
}

static void grow(struct tm_trie *t)
{
	struct tm_node **old = t->table;
	size_t size = t->size;

	t->size *= 2;
	t->table = xcalloc(t->size, sizeof(struct tm_node *));
	for (size_t i = 0; i < size; i++) {
		for (struct tm_node *n = old[i], *next; n; n = next) {
			struct tm_node **slot = slot_of(t, n->key);

			next = n->chain;
			n->chain = *slot;
			*slot = n;
		}
	}
	free(old);
}

static struct tm_node *add(struct tm_trie *t, struct tm_node *parent, uint64_t key)
{
	struct tm_node *n = slab_alloc(&t->slab), **slot;

	if (t->nodes++ == t->size)
		grow(t);
	t->added++;
	slot = slot_of(t, key);
	n->key = key;
	n->chain = *slot;
	*slot = n;
	n->parent = parent;
	n->next = parent->child;
	if (n->next)
		n->next->prev = n;
	parent->child = n;
	return n;
}

static void remove_leaf(struct tm *e, struct tm_node *n)
{
	struct tm_trie *t = e->trie;
	struct tm_node **at = slot_of(t, n->key);

	while (*at != n)
		at = &(*at)->chain;
	*at = n->chain;
	if (n->prev)
		n->prev->next = n->next;
	else
		n->parent->child = n->next;
	if (n->next)
		n->next->prev = n->prev;
	if (e->blocks.block[n->ref.id].node == n)
		e->blocks.block[n->ref.id].node = NULL;
	t->nodes--;
	slab_free(&t->slab, n);
}

void tm_trie_forget(struct tm *e, uint32_t block)
{
	struct tm_node *top = e->blocks.block[block].node, *n = top;

	if (!top)
		return;
	for (;;) {
		struct tm_node *up = n->parent;

		if (n->child) {
			n = n->child;
			continue;
		}
		remove_leaf(e, n);
		if (n == top)
			return;
		n = up;
	}
}

/* Strictly fewer tokens than the prompt has: at least one is computed. */
void tm_trie_match(struct tm *e, struct tm_seq *s)
{
	size_t most = (s->prompt - 1) / e->block_len;

	s->matched = true;
	s->hit = 0;
	BUG_ON(s->nblock > 0 || s->cache > 0);
	block_keys_fill(&s->keys, s->request, e->block_len, most);
	for (size_t i = 0; i < most; i++) {
		struct tm_node *n = find(e->trie, s->keys.key[i]);

		if (!n)
			break;
		ARRAY_ROOM(s->block, s->nblock, s->capblock);
		s->block[s->nblock++] = n->ref;
	}
	tm_blocks_lock(&e->blocks, s->block, s->nblock);
	s->cache = s->hit = s->nblock * e->block_len;
}

/* A node that is there already points to the newer block from now on. */
void tm_trie_insert(struct tm *e, struct tm_seq *s, uint64_t tokens)
{
	struct tm_node *at = &e->trie->root;
	size_t n = tokens / e->block_len;

	if (n > s->nblock)
		n = s->nblock;
	block_keys_fill(&s->keys, s->request, e->block_len, n);
	for (size_t i = 0; i < n; i++) {
		struct tm_node *node = find(e->trie, s->keys.key[i]);
		struct tm_block *block = &e->blocks.block[s->block[i].id];

		if (!node)
			node = add(e->trie, at, s->keys.key[i]);
		else if (e->blocks.block[node->ref.id].node == node)
			e->blocks.block[node->ref.id].node = NULL;
		node->ref = s->block[i];
		block->node = node;
		at = node;
	}
}

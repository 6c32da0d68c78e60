/* Eviction order: a heap of leaves by last access.
 *
 * SGLang builds this heap anew from the whole tree at every eviction.  Here it
 * lives on.  An entry may be out of date in three ways, each mended when it
 * reaches the top: the node was accessed since (its stamp grew: sift down), it
 * was locked, or it got children (dropped; unlocking it or freeing its last
 * child pushes it again).  Stamps only grow, so what is at the top with its
 * present stamp is the oldest unlocked leaf.
 */
#include "config.h"

#include "base/bug.h"
#include "base/mem.h"
#include "kv/radix_internal.h"

#define ARITY ((size_t)4)		/* the children of an entry share a cache line or two */

static void sift_down(struct radix *t, size_t i)
{
	struct radix_leaf e = t->heap[i];

	for (;;) {
		size_t first = ARITY * i + 1, end = first + ARITY < t->nheap ? first + ARITY : t->nheap, c = first;

		if (first >= t->nheap)
			break;
		for (size_t k = first + 1; k < end; k++)
			if (t->heap[k].stamp < t->heap[c].stamp)
				c = k;
		if (t->heap[c].stamp >= e.stamp)
			break;
		t->heap[i] = t->heap[c];
		i = c;
	}
	t->heap[i] = e;
}

void radix_heap_push(struct radix *t, struct radix_node *n)
{
	size_t i = t->nheap;

	if (n->in_heap)
		return;
	n->in_heap = true;
	ARRAY_ROOM(t->heap, t->nheap, t->capheap);
	t->nheap++;
	while (i > 0 && t->heap[(i - 1) / ARITY].stamp > n->stamp) {
		t->heap[i] = t->heap[(i - 1) / ARITY];
		i = (i - 1) / ARITY;
	}
	t->heap[i] = (struct radix_leaf){ n->stamp, n };
}

static void heap_pop(struct radix *t)
{
	t->heap[0].node->in_heap = false;
	t->heap[0] = t->heap[--t->nheap];
	if (t->nheap > 0)
		sift_down(t, 0);
}

/* The oldest unlocked leaf, out of the heap; NULL: there is none. */
static struct radix_node *oldest(struct radix *t)
{
	while (t->nheap > 0) {
		struct radix_leaf *top = &t->heap[0];
		struct radix_node *n = top->node;

		if (n->lock_ref > 0 || n->children > 0) {
			heap_pop(t);
		} else if (n->stamp != top->stamp) {
			top->stamp = n->stamp;
			sift_down(t, 0);
		} else {
			heap_pop(t);
			return n;
		}
	}
	return NULL;
}

/* A parent is mostly older than all leaves and goes next, without passing through the heap.  No node there is older
 * than its entry says, since stamps only grow. */
static bool is_oldest(const struct radix *t, const struct radix_node *n)
{
	return t->nheap == 0 || n->stamp < t->heap[0].stamp;
}

uint64_t radix_evict(struct radix *t, uint64_t want)
{
	uint64_t freed = 0;
	struct radix_node *n = NULL;

	while (freed < want && (n || (n = oldest(t)))) {
		freed += n->length;
		n = radix_node_free(t, n);
		if (n && (n->in_heap || !is_oldest(t, n))) {
			radix_heap_push(t, n);
			n = NULL;
		}
	}
	if (n)
		radix_heap_push(t, n);
	return freed;
}

static uint64_t node_check(const struct radix *t, const struct radix_node *n)
{
	uint64_t length = 0;

	for (uint32_t i = 0; i < n->nkey; i++) {
		BUG_ON(n->key[i].length == 0);
		length += n->key[i].length;
	}
	BUG_ON(length != n->length || length == 0 || length % t->page != 0);
	BUG_ON(n->lock_ref > 0 && n->parent->lock_ref == 0);
	BUG_ON(n->children == 0 && n->lock_ref == 0 && !n->in_heap);
	return length;
}

void radix_check(const struct radix *t)
{
	uint64_t nodes = 0, locked = 0, unlocked = 0, children = 0;

	for (size_t i = 0; i < t->places; i++) {
		const struct radix_node *n = t->place[i].node;

		if (!n)
			continue;
		BUG_ON(n->hash != t->place[i].hash);
		*(n->lock_ref > 0 ? &locked : &unlocked) += node_check(t, n);
		children += n->children;
		nodes++;
	}
	BUG_ON(nodes != t->nodes || children + t->root->children != nodes);
	BUG_ON(locked != t->protected_tokens || unlocked != t->evictable);
}

/* Eviction order: leaves by last access, in a queue and a heap.
 *
 * SGLang builds a heap anew from the whole tree at every eviction.  Here it
 * lives on.  An entry may be out of date in three ways, each mended when it
 * is the first: the node was accessed since (its stamp grew: put back), it
 * was locked, or it got children (dropped; unlocking it or freeing its last
 * child pushes it again).  Stamps only grow, so what is first with its
 * present stamp is the oldest unlocked leaf.
 *
 * Who becomes an evictable leaf has mostly just been stamped, later than all others there: it
 * goes to the end of a queue, O(1).  The rest go into the heap; both are in order, so the first of
 * all is the first of either.
 */
#include "config.h"

#include <string.h>

#include "base/bug.h"
#include "base/mem.h"
#include "kv/radix_internal.h"

#define FIRST_QUEUE 256
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

static void heap_add(struct radix *t, struct radix_leaf e)
{
	size_t i = t->nheap;

	ARRAY_ROOM(t->heap, t->nheap, t->capheap);
	t->nheap++;
	while (i > 0 && t->heap[(i - 1) / ARITY].stamp > e.stamp) {
		t->heap[i] = t->heap[(i - 1) / ARITY];
		i = (i - 1) / ARITY;
	}
	t->heap[i] = e;
}

/* Room for one more at the end of the queue: what has left it at its beginning is used first. */
static void queue_room(struct radix *t)
{
	size_t n = t->queue_end - t->queue_first;

	if (t->queue_end < t->capqueue)
		return;
	if (n > t->capqueue / 2) {
		t->capqueue *= 2;
		t->queue = xrealloc(t->queue, t->capqueue, sizeof(*t->queue));
	} else if (t->capqueue == 0) {
		t->capqueue = FIRST_QUEUE;
		t->queue = xrealloc(NULL, t->capqueue, sizeof(*t->queue));
	}
	memmove(t->queue, t->queue + t->queue_first, n * sizeof(*t->queue));
	t->queue_first = 0;
	t->queue_end = n;
}

void radix_heap_push(struct radix *t, struct radix_node *n)
{
	struct radix_leaf e = { n->stamp, n };

	if (n->in_heap)
		return;
	n->in_heap = true;
	if (t->queue_first < t->queue_end && n->stamp < t->queue[t->queue_end - 1].stamp) {
		heap_add(t, e);
		return;
	}
	queue_room(t);
	t->queue[t->queue_end++] = e;
}

/* The oldest entry, NULL: there is none.  It stays where it is. */
static const struct radix_leaf *oldest_entry(const struct radix *t)
{
	const struct radix_leaf *q = t->queue_first < t->queue_end ? &t->queue[t->queue_first] : NULL;

	return t->nheap > 0 && (!q || t->heap[0].stamp < q->stamp) ? &t->heap[0] : q;
}

/* Takes out what oldest_entry() gave. */
static void drop_entry(struct radix *t, const struct radix_leaf *e)
{
	e->node->in_heap = false;
	if (e != t->heap || t->nheap == 0) {
		t->queue_first++;
		return;
	}
	t->heap[0] = t->heap[--t->nheap];
	if (t->nheap > 0)
		sift_down(t, 0);
}

/* The oldest unlocked leaf, taken out; NULL: there is none. */
static struct radix_node *oldest(struct radix *t)
{
	const struct radix_leaf *e;

	while ((e = oldest_entry(t))) {
		struct radix_node *n = e->node;
		bool leaf = n->lock_ref == 0 && n->children == 0, now = n->stamp == e->stamp;

		drop_entry(t, e);
		if (leaf && now)
			return n;
		if (leaf)
			radix_heap_push(t, n);
	}
	return NULL;
}

/* A parent is mostly older than all leaves and goes next, without passing through queue or heap.  No node
 * there is older than its entry says, since stamps only grow. */
static bool is_oldest(const struct radix *t, const struct radix_node *n)
{
	const struct radix_leaf *e = oldest_entry(t);

	return !e || n->stamp < e->stamp;
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

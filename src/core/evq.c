/* core/evq.c - a 4-ary implicit heap.
 *
 * Children of i are 4i+1 .. 4i+4.  Four children share two cache lines, and
 * the tree is half as deep as a binary one: faster from a few pending events
 * to millions.
 */
#include "config.h"

#include "core/evq.h"

#include <stdlib.h>

#include "base/bug.h"
#include "base/mem.h"

#define ARITY		4
#define CLASS_SHIFT	56

void evq_init(struct evq *q)
{
	*q = (struct evq){ 0 };
}

void evq_release(struct evq *q)
{
	free(q->heap);
	evq_init(q);
}

static bool before(const struct event *a, const struct event *b)
{
	return a->t != b->t ? a->t < b->t : a->key < b->key;
}

/* Move the hole at i towards the root until `e` fits. */
static void sift_up(struct event *heap, size_t i, const struct event *e)
{
	while (i > 0) {
		size_t parent = (i - 1) / ARITY;

		if (!before(e, &heap[parent]))
			break;
		heap[i] = heap[parent];
		i = parent;
	}
	heap[i] = *e;
}

/* Move the hole at the root towards the leaves until `e` fits. */
static void sift_down(struct event *heap, size_t n, const struct event *e)
{
	size_t i = 0;

	for (;;) {
		size_t child = ARITY * i + 1, end = child + ARITY < n ? child + ARITY : n;
		size_t least = child;

		if (child >= n)
			break;
		while (++child < end)
			if (before(&heap[child], &heap[least]))
				least = child;
		if (!before(&heap[least], e))
			break;
		heap[i] = heap[least];
		i = least;
	}
	heap[i] = *e;
}

void evq_push(struct evq *q, sim_time t, enum event_class c, event_fn *fn, void *self, void *object, uint64_t id)
{
	struct event e = { .t = t, .key = (uint64_t)c << CLASS_SHIFT | q->sequence,
			   .fn = fn, .self = self, .object = object, .id = id };

	BUG_ON(q->sequence >> CLASS_SHIFT);
	q->sequence++;
	ARRAY_ROOM(q->heap, q->n, q->cap);
	sift_up(q->heap, q->n++, &e);
}

bool evq_is_before(const struct evq *q, sim_time t, enum event_class c)
{
	const struct event *first = q->heap;

	return q->n == 0 || t < first->t || (t == first->t && c < event_class_of(first));
}

bool evq_pop(struct evq *q, struct event *out)
{
	if (q->n == 0)
		return false;
	*out = q->heap[0];
	q->n--;
	if (q->n > 0) {
		struct event last = q->heap[q->n];

		sift_down(q->heap, q->n, &last);
	}
	return true;
}

/* core/evq.c - two lanes and a 4-ary implicit heap.
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
#define FIRST_CAP	64

void evq_init(struct evq *q)
{
	*q = (struct evq){ .first_t = SIM_TIME_MAX, .first_key = UINT64_MAX };
}

void evq_release(struct evq *q)
{
	free(q->heap);
	for (int i = 0; i < EVQ_LANES; i++)
		free(q->lane[i].event);
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

/* ---- lanes */

static struct evq_lane *lane_of(struct evq *q, enum event_class c)
{
	return c == EV_ARRIVAL ? &q->lane[0] : c == EV_CLIENT ? &q->lane[1] : NULL;
}

static struct event *lane_at(const struct evq_lane *l, size_t k)
{
	return &l->event[k & (l->cap - 1)];
}

static void lane_grow(struct evq_lane *l)
{
	struct evq_lane old = *l;

	l->cap = old.cap ? 2 * old.cap : FIRST_CAP;
	l->event = xrealloc(NULL, l->cap, sizeof(*l->event));
	for (size_t k = old.first; k < old.end; k++)
		*lane_at(l, k) = *lane_at(&old, k);
	free(old.event);
}

/* False: e leaves before the last one there.  (Of equal times the newer event has the larger key.) */
static bool lane_takes(struct evq_lane *l, const struct event *e)
{
	if (l->first < l->end && e->t < lane_at(l, l->end - 1)->t)
		return false;
	if (l->end - l->first == l->cap)
		lane_grow(l);
	*lane_at(l, l->end++) = *e;
	return true;
}

/* ---- the whole */

static void consider(struct evq *q, const struct event *e, struct evq_lane *lane)
{
	if (e->t > q->first_t || (e->t == q->first_t && e->key > q->first_key))
		return;
	q->first_t = e->t;
	q->first_key = e->key;
	q->first_lane = lane;
}

void evq_push(struct evq *q, sim_time t, enum event_class c, event_fn *fn, void *self, void *object, uint64_t id)
{
	struct event e = { .t = t, .key = (uint64_t)c << EVQ_CLASS_SHIFT | q->sequence,
			   .fn = fn, .self = self, .object = object, .id = id };
	struct evq_lane *lane = lane_of(q, c);

	BUG_ON(q->sequence >> EVQ_CLASS_SHIFT);
	q->sequence++;
	q->n++;
	if (lane && lane_takes(lane, &e)) {
		consider(q, &e, lane);
		return;
	}
	consider(q, &e, NULL);
	ARRAY_ROOM(q->heap, q->nheap, q->cap);
	sift_up(q->heap, q->nheap++, &e);
}

static void heap_pop(struct evq *q, struct event *out)
{
	*out = q->heap[0];
	if (--q->nheap > 0) {
		struct event last = q->heap[q->nheap];

		sift_down(q->heap, q->nheap, &last);
	}
}

bool evq_pop(struct evq *q, struct event *out)
{
	struct evq_lane *from = q->first_lane;

	if (q->n == 0)
		return false;
	if (from)
		*out = *lane_at(from, from->first++);
	else
		heap_pop(q, out);
	q->n--;
	q->first_t = SIM_TIME_MAX;
	q->first_key = UINT64_MAX;
	if (q->nheap > 0)
		consider(q, &q->heap[0], NULL);
	for (struct evq_lane *l = q->lane; l < q->lane + EVQ_LANES; l++)
		if (l->first < l->end)
			consider(q, lane_at(l, l->first), l);
	return true;
}

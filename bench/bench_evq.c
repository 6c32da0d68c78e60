/* bench_evq.c - the event queue under the hold model: pop one, push one later.
 *
 *	bench/bench_evq [OPERATIONS]
 *
 * A plain binary heap of the same events runs beside it, as a check that the
 * order does not depend on the heap (the checksums must agree) and as a measure
 * of what the wider node buys.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/hash.h"
#include "base/mem.h"
#include "core/evq.h"
#include "core/rng.h"

static void nothing(void *self, void *object)
{
	(void)self;
	(void)object;
}

/*
 * The other heap
 */

struct binary {
	struct event *heap;
	size_t n;
	uint64_t sequence;
};

static bool before(const struct event *a, const struct event *b)
{
	return a->t != b->t ? a->t < b->t : a->key < b->key;
}

static void binary_push(struct binary *q, sim_time t, enum event_class c, uint64_t id)
{
	struct event e = { .t = t, .key = (uint64_t)c << 56 | q->sequence++, .fn = nothing, .id = id };
	size_t i = q->n++;

	while (i > 0 && before(&e, &q->heap[(i - 1) / 2])) {
		q->heap[i] = q->heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	q->heap[i] = e;
}

static struct event binary_pop(struct binary *q)
{
	struct event top = q->heap[0], last = q->heap[--q->n];
	size_t i = 0;

	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= q->n)
			break;
		if (child + 1 < q->n && before(&q->heap[child + 1], &q->heap[child]))
			child++;
		if (!before(&q->heap[child], &last))
			break;
		q->heap[i] = q->heap[child];
		i = child;
	}
	q->heap[i] = last;
	return top;
}

/*
 * Hold
 */

struct measure {
	double ns;			/* a pop and a push */
	uint64_t checksum;		/* of the popped order */
};

static double now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static sim_time step(struct rng *rng)
{
	return (sim_time)(rng_u64(rng) >> 44);	/* up to a millisecond */
}

static enum event_class some_class(uint64_t i)
{
	return (enum event_class)(i % EV_CLASSES);
}

static struct measure hold_evq(size_t pending, uint64_t operations)
{
	struct measure m = { 0.0, 0 };
	struct evq q;
	struct rng rng;
	double start;

	rng_init(&rng, 1, 0, "bench_evq", pending);
	evq_init(&q);
	for (uint64_t i = 0; i < pending; i++)
		evq_push(&q, step(&rng), some_class(i), nothing, NULL, NULL, i);
	start = now_ns();
	for (uint64_t i = 0; i < operations; i++) {
		struct event e;

		evq_pop(&q, &e);
		m.checksum = hash_join(m.checksum, e.id);
		evq_push(&q, e.t + step(&rng), some_class(i), nothing, NULL, NULL, e.id);
	}
	m.ns = (now_ns() - start) / (double)operations;
	evq_release(&q);
	return m;
}

static struct measure hold_binary(size_t pending, uint64_t operations)
{
	struct measure m = { 0.0, 0 };
	struct binary q = { .heap = xcalloc(pending + 1, sizeof(struct event)) };
	struct rng rng;
	double start;

	rng_init(&rng, 1, 0, "bench_evq", pending);
	for (uint64_t i = 0; i < pending; i++)
		binary_push(&q, step(&rng), some_class(i), i);
	start = now_ns();
	for (uint64_t i = 0; i < operations; i++) {
		struct event e = binary_pop(&q);

		m.checksum = hash_join(m.checksum, e.id);
		binary_push(&q, e.t + step(&rng), some_class(i), e.id);
	}
	m.ns = (now_ns() - start) / (double)operations;
	free(q.heap);
	return m;
}

int main(int argc, char **argv)
{
	static const size_t pending[] = { 4, 64, 1024, 65536, 1048576 };
	uint64_t operations = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
	int status = EXIT_SUCCESS;

	if (operations == 0) {
		fputs("usage: bench_evq [OPERATIONS]\n", stderr);
		return 2;
	}
	printf("%10s %14s %14s   %s\n", "pending", "4-ary ns/hold", "binary ns/hold", "same order");
	for (size_t i = 0; i < sizeof(pending) / sizeof(pending[0]); i++) {
		struct measure a = hold_evq(pending[i], operations), b = hold_binary(pending[i], operations);

		printf("%10zu %14.1f %14.1f   %s\n", pending[i], a.ns, b.ns, a.checksum == b.checksum ? "yes" : "NO");
		if (a.checksum != b.checksum)
			status = EXIT_FAILURE;
	}
	return status;
}

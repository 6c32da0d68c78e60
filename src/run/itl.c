/* run/itl.c - runs of gaps, who counts in which, and what nobody can take back any more. */
#include "config.h"

#include "run/itl.h"

#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/mem.h"

#define FIRST_RUNS	1024
#define BLOCK		128		/* runs that are folded together */
#define CARRY		(INT64_C(1) << 61)	/* a run's ns below seconds are less: rows < 2^31 */

void itl_init(struct itl *i, size_t exact)
{
	*i = (struct itl){ .at = -1 };
	samples_init(&i->folded);
	samples_limit(&i->folded, exact);
}

void itl_release(struct itl *i)
{
	for (int k = 0; k < ITL_LISTS; k++) {
		free(i->list[k].run);
		free(i->list[k].pins);
	}
	samples_release(&i->folded);
	*i = (struct itl){ .at = -1 };
}

static uint32_t *pins_at(const struct itl_runs *l, uint64_t k)
{
	return &l->pins[k / BLOCK & (l->cap / BLOCK - 1)];
}

static void carry(struct itl *i)
{
	i->sum_s += i->sum_ns / NS_PER_S;
	i->sum_ns %= NS_PER_S;
}

static void fold(struct itl *i, const struct itl_run *r)
{
	int64_t count = (int64_t)r->count, ns = r->gap;

	if (count == 0)
		return;
	samples_add(&i->folded, ms_of(r->gap), r->count);
	if (ns >= NS_PER_S) {
		i->sum_s += ns / NS_PER_S * count;
		ns %= NS_PER_S;
	}
	i->sum_ns += ns * count;
	if (i->sum_ns >= CARRY)
		carry(i);
}

/* The oldest blocks, up to the first that somebody in flight begins in. */
static void fold_blocks(struct itl *i, struct itl_runs *l)
{
	while (l->n - l->first >= BLOCK && *pins_at(l, l->first) == 0) {
		for (uint64_t k = l->first; k < l->first + BLOCK; k++)
			fold(i, itl_run_at(l, k));
		l->first += BLOCK;
	}
}

static void grow(struct itl_runs *l)
{
	struct itl_runs old = *l;

	l->cap = old.cap ? 2 * old.cap : FIRST_RUNS;
	l->run = xcalloc(l->cap, sizeof(*l->run));
	l->pins = xcalloc(l->cap / BLOCK, sizeof(*l->pins));
	for (uint64_t k = old.first; k < old.n; k++)
		*itl_run_at(l, k) = *itl_run_at(&old, k);
	for (uint64_t k = old.first; k < old.n; k += BLOCK)
		*pins_at(l, k) = *pins_at(&old, k);
	free(old.run);
	free(old.pins);
}

/* Place for one more run, and for pins of the block it is in.  Folding pays only if it makes room for a while. */
static void make_room(struct itl *i, struct itl_runs *l)
{
	if (l->n - l->first < l->cap)
		return;
	if (l->cap > 0)
		fold_blocks(i, l);
	if (l->cap == 0 || l->n - l->first > l->cap / 2)
		grow(l);
}

static uint64_t push(struct itl *i, struct itl_runs *l, sim_time gap, uint64_t count)
{
	make_room(i, l);
	*itl_run_at(l, l->n) = (struct itl_run){ .gap = gap, .count = count };
	return l->n++;
}

void itl_push_group(struct itl *i, sim_time gap, uint64_t rows)
{
	push(i, &i->list[ITL_GROUP], gap, rows);
}

static void pin(struct itl *i, struct itl_trace *t, enum itl_list list, uint64_t k)
{
	if (t->pin[list])
		return;
	t->pin[list] = k + 1;
	++*pins_at(&i->list[list], k);
}

/* The run for this gap: among those of this moment, or a new one.  They are few: rows of one pass. */
static uint64_t run_of(struct itl *i, sim_time gap, sim_time now)
{
	struct itl_runs *l = &i->list[ITL_SINGLE];

	if (i->at != now) {
		i->at = now;
		i->fresh = l->n;
	}
	if (i->fresh < l->first)	/* some of this moment are folded already */
		i->fresh = l->first;
	for (uint64_t k = l->n; k-- > i->fresh;)
		if (itl_run_at(l, k)->gap == gap)
			return k;
	return push(i, l, gap, 0);
}

static struct itl_part *last_part(struct itl_trace *t)
{
	if (t->newest)
		return &t->newest->part[t->newest->n - 1];
	return t->n > 0 ? &t->part[t->n - 1] : NULL;
}

static void note(struct itl_trace *t, struct slab *nodes, struct itl_part part)
{
	struct itl_part *last = last_part(t);
	struct itl_node *node = t->newest;

	if (last && last->list == part.list && last->first + last->n == part.first) {
		last->n += part.n;
		return;
	}
	if (t->n < ITL_PARTS) {
		t->part[t->n++] = part;
		return;
	}
	if (!node || node->n == ITL_NODE_PARTS) {
		node = slab_alloc(nodes);
		node->older = t->newest;
		t->newest = node;
	}
	node->part[node->n++] = part;
}

void itl_add(struct itl *i, struct itl_trace *t, struct slab *nodes, sim_time gap, sim_time now)
{
	uint64_t k = run_of(i, gap, now);

	itl_run_at(&i->list[ITL_SINGLE], k)->count++;
	pin(i, t, ITL_SINGLE, k);
	note(t, nodes, (struct itl_part){ .first = k, .n = 1, .list = ITL_SINGLE });
}

uint64_t itl_join(struct itl *i, struct itl_trace *t)
{
	struct itl_runs *l = &i->list[ITL_GROUP];

	make_room(i, l);		/* the pin of a run to come needs its block */
	pin(i, t, ITL_GROUP, l->n);
	return l->n;
}

void itl_leave(struct itl *i, struct itl_trace *t, struct slab *nodes, uint64_t first)
{
	uint64_t n = i->list[ITL_GROUP].n - first;

	BUG_ON(n > UINT32_MAX);
	if (n > 0)
		note(t, nodes, (struct itl_part){ .first = first, .n = (uint32_t)n, .list = ITL_GROUP });
}

static void revoke_part(struct itl *i, const struct itl_part *p)
{
	const struct itl_runs *l = &i->list[p->list];

	BUG_ON(p->first < l->first);
	for (uint64_t k = p->first; k < p->first + p->n; k++) {
		BUG_ON(itl_run_at(l, k)->count == 0);
		itl_run_at(l, k)->count--;
	}
}

void itl_revoke(struct itl *i, struct itl_trace *t)
{
	for (uint32_t p = 0; p < t->n; p++)
		revoke_part(i, &t->part[p]);
	for (const struct itl_node *node = t->newest; node; node = node->older)
		for (uint32_t p = 0; p < node->n; p++)
			revoke_part(i, &node->part[p]);
}

void itl_forget(struct itl *i, struct itl_trace *t, struct slab *nodes)
{
	for (int k = 0; k < ITL_LISTS; k++)
		if (t->pin[k])
			--*pins_at(&i->list[k], t->pin[k] - 1);
	while (t->newest) {
		struct itl_node *older = t->newest->older;

		slab_free(nodes, t->newest);
		t->newest = older;
	}
	t->pin[ITL_GROUP] = t->pin[ITL_SINGLE] = 0;
	t->n = 0;
}

void itl_fold_all(struct itl *i)
{
	for (int k = 0; k < ITL_LISTS; k++) {
		struct itl_runs *l = &i->list[k];

		for (; l->first < l->n; l->first++)
			fold(i, itl_run_at(l, l->first));
	}
	carry(i);
}

double itl_mean_ms(const struct itl *i)
{
	return ((double)i->sum_s * 1e3 + (double)i->sum_ns / 1e6) / (double)i->folded.total;
}

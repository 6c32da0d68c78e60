/* run/itl.c - runs of gaps, and who counts in which. */
#include "config.h"

#include "run/itl.h"

#include <stdlib.h>

#include "base/bug.h"
#include "base/mem.h"

void itl_release(struct itl *i)
{
	free(i->run);
	*i = (struct itl){ 0 };
}

/* The run for this gap: among those of this moment, or a new one.  They are few: rows of one pass. */
static size_t run_of(struct itl *i, sim_time gap, sim_time now)
{
	if (i->at != now) {
		i->at = now;
		i->fresh = i->n;
	}
	for (size_t k = i->n; k-- > i->fresh;)
		if (i->run[k].gap == gap)
			return k;
	BUG_ON(i->n >= UINT32_MAX);
	ARRAY_ROOM(i->run, i->n, i->cap);
	i->run[i->n] = (struct itl_run){ .gap = gap };
	return i->n++;
}

void itl_add(struct itl *i, struct itl_trace *t, struct slab *nodes, sim_time gap, sim_time now)
{
	size_t k = run_of(i, gap, now);
	struct itl_node *node = t->newest;
	struct itl_part *part = node ? &node->part[node->n - 1] : NULL;

	i->run[k].count++;
	if (part && part->first + part->n == k) {
		part->n++;
		return;
	}
	if (!node || node->n == ITL_RANGES) {
		node = slab_alloc(nodes);
		node->older = t->newest;
		t->newest = node;
	}
	node->part[node->n++] = (struct itl_part){ .first = (uint32_t)k, .n = 1 };
}

void itl_revoke(struct itl *i, struct itl_trace *t)
{
	for (const struct itl_node *node = t->newest; node; node = node->older)
		for (uint32_t p = 0; p < node->n; p++)
			for (uint32_t k = 0; k < node->part[p].n; k++) {
				BUG_ON(i->run[node->part[p].first + k].count == 0);
				i->run[node->part[p].first + k].count--;
			}
}

void itl_forget(struct itl_trace *t, struct slab *nodes)
{
	while (t->newest) {
		struct itl_node *older = t->newest->older;

		slab_free(nodes, t->newest);
		t->newest = older;
	}
}

void itl_samples(const struct itl *i, struct samples *out)
{
	for (size_t k = 0; k < i->n; k++)
		if (i->run[k].count > 0)
			samples_add(out, ms_of(i->run[k].gap), i->run[k].count);
}

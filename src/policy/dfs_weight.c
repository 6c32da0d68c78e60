/* Depth-first by weight: the subtree in which most waiting requests end first.
 *
 * weight(node) = waiting requests whose match ends in its subtree.  Children by
 * weight, largest first, ties in the order in which they came under their parent;
 * a node's subtrees go before the requests that end in the node itself, and those
 * keep their queue order.
 *
 * Only nodes with weight are visited: they are collected on the way up from each
 * match, then every request gets the position of its node in the depth-first
 * order (visit) as its key.
 */
#include "config.h"

#include <stdlib.h>

#include "base/mem.h"
#include "policy/policy.h"

struct dfs {
	struct radix_node **node;	/* the nodes with weight, this call */
	size_t n, cap;
};

static void *dfs_create(struct arena *arena, struct rng *rng)
{
	(void)rng;
	return arena_alloc(arena, sizeof(struct dfs));
}

static void dfs_release(void *self)
{
	free(((struct dfs *)self)->node);
}

static void add_weight(struct dfs *d, struct radix_node *n, uint64_t mark)
{
	for (; n; n = n->parent) {
		if (n->mark != mark) {
			n->mark = mark;
			n->weight = 0;
			ARRAY_ROOM(d->node, d->n, d->cap);
			d->node[d->n++] = n;
		}
		n->weight++;
	}
}

/* Siblings together, heaviest first, then by place. */
static int by_parent_weight_order(const void *a, const void *b)
{
	const struct radix_node *x = *(struct radix_node *const *)a, *y = *(struct radix_node *const *)b;
	uint64_t px = x->parent ? x->parent->id + 1 : 0, py = y->parent ? y->parent->id + 1 : 0;

	if (px != py)
		return px < py ? -1 : 1;
	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

/* The first of the weighed children of n in sibling order; its brothers follow in d->node. */
static size_t first_child(const struct dfs *d, const struct radix_node *n)
{
	size_t lo = 0, hi = d->n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		uint64_t p = d->node[mid]->parent ? d->node[mid]->parent->id + 1 : 0;

		if (p < n->id + 1)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Number the nodes under and including n in the order their requests go: children first. */
static uint64_t visit(const struct dfs *d, struct radix_node *n, uint64_t next)
{
	for (size_t i = first_child(d, n); i < d->n && d->node[i]->parent == n; i++)
		next = visit(d, d->node[i], next);
	n->weight = (uint32_t)next;	/* the weight has served: its place now */
	return next + 1;
}

static size_t dfs_order(void *self, struct waiting *queue, size_t n, struct radix *tree)
{
	struct dfs *d = self;

	for (size_t i = 0; i < n; i++)
		queue[i].matched = radix_match(tree, &queue[i].lookup, &queue[i].node);
	d->n = 0;
	tree->mark++;
	for (size_t i = 0; i < n; i++)
		add_weight(d, queue[i].node, tree->mark);
	qsort(d->node, d->n, sizeof(struct radix_node *), by_parent_weight_order);
	visit(d, tree->root, 0);
	for (size_t i = 0; i < n; i++)
		queue[i].key = queue[i].node->weight;
	policy_sort(queue, n);
	return n;
}

const struct policy policy_dfs_weight = {
	.name = "dfs-weight",
	.help = "depth-first through the radix tree, heaviest subtree first",
	.needs_tree = true,
	.create = dfs_create,
	.release = dfs_release,
	.order = dfs_order,
};

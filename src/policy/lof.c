/* Longest output first, by the request's cap max_new_tokens, not by its true length. */
#include "config.h"

#include "policy/policy.h"

static size_t lof_order(void *self, struct waiting *queue, size_t n, struct radix *tree)
{
	(void)self, (void)tree;
	for (size_t i = 0; i < n; i++)
		queue[i].key = UINT64_MAX - queue[i].max_new_tokens;
	policy_sort(queue, n);
	return 0;
}

const struct policy policy_lof = {
	.name = "lof",
	.help = "largest max_new_tokens first",
	.order = lof_order,
};

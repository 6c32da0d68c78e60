/* First come, first served: the queue stays as it is.  Retracted requests sit at its tail. */
#include "config.h"

#include "policy/policy.h"

static size_t fcfs_order(void *self, struct waiting *queue, size_t n, struct radix *tree)
{
	(void)self, (void)queue, (void)n, (void)tree;
	return 0;
}

const struct policy policy_fcfs = {
	.name = "fcfs",
	.help = "first come, first served; the default since 0.4.4",
	.order = fcfs_order,
};

/* A new shuffle at each admission attempt. */
#include "config.h"

#include <gsl/gsl_randist.h>

#include "policy/policy.h"

static void *random_create(struct arena *arena, struct rng *rng)
{
	(void)arena;
	return rng;
}

static size_t random_order(void *self, struct waiting *queue, size_t n, struct radix *tree)
{
	struct rng *rng = self;

	(void)tree;
	gsl_ran_shuffle(&rng->gsl, queue, n, sizeof(*queue));
	return 0;
}

const struct policy policy_random = {
	.name = "random",
	.help = "shuffled at each admission attempt",
	.create = random_create,
	.order = random_order,
};

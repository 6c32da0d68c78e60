#include "config.h"

#include "policy/policy.h"

#include <stdlib.h>
#include <string.h>

#define X(id, name) extern const struct policy policy_##id;
#include "policy/policies.def"
#undef X

const struct policy *const policies[] = {
#define X(id, name) &policy_##id,
#include "policy/policies.def"
#undef X
	NULL
};

const char *const policy_names[] = {
#define X(id, name) name,
#include "policy/policies.def"
#undef X
	NULL
};

const struct policy *policy_find(const char *name)
{
	for (const struct policy *const *p = policies; *p; p++)
		if (strcmp((*p)->name, name) == 0)
			return *p;
	return NULL;
}

static int by_key(const void *a, const void *b)
{
	const struct waiting *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->rank < y->rank ? -1 : x->rank > y->rank;
}

void policy_sort(struct waiting *queue, size_t n)
{
	for (size_t i = 0; i < n; i++)
		queue[i].rank = i;
	qsort(queue, n, sizeof(*queue), by_key);	/* rank makes the order total, so stable */
}

#include "config.h"

#include "kv/spanstore.h"

#include <string.h>

#include "base/bug.h"

static unsigned class_of(size_t n)
{
	unsigned c = 0;

	BUG_ON(n == 0);
	while (((size_t)1 << c) < n)
		c++;
	BUG_ON(c >= SPANSTORE_CLASSES);
	return c;
}

void spanstore_init(struct spanstore *s, struct arena *arena)
{
	*s = (struct spanstore){ .arena = arena };
}

struct span *spanstore_get(struct spanstore *s, size_t n)
{
	unsigned c = class_of(n);
	void *a = s->free[c];

	if (!a)
		return arena_alloc(s->arena, sizeof(struct span) << c);
	memcpy(&s->free[c], a, sizeof(void *));
	return a;
}

void spanstore_put(struct spanstore *s, struct span *a, size_t n)
{
	unsigned c = class_of(n);

	memcpy(a, &s->free[c], sizeof(void *));
	s->free[c] = a;
}

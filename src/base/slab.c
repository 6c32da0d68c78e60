/* base/slab.c - a free list in front of an arena. */
#include "config.h"

#include "base/slab.h"

#include <string.h>

#include "base/bug.h"

void slab_init(struct slab *s, struct arena *arena, size_t size)
{
	BUG_ON(size < sizeof(void *));
	*s = (struct slab){ .arena = arena, .size = size };
}

void *slab_take(struct slab *s)
{
	void **p = s->free;

	s->live++;
	if (!p)
		return arena_alloc(s->arena, s->size);
	s->free = *p;
	return p;
}

void *slab_alloc(struct slab *s)
{
	return memset(slab_take(s), 0, s->size);
}

void slab_free(struct slab *s, void *object)
{
	BUG_ON(s->live == 0);
	*(void **)object = s->free;
	s->free = object;
	s->live--;
}

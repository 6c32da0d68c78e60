/* base/slab.h - objects of one size that come and go.
 *
 * slab_alloc() takes a zeroed object from the free list, or from the arena when
 * the list is empty; slab_free() puts it back.  No malloc in steady state.
 * The memory belongs to the arena and ends with it.
 */
#ifndef BASE_SLAB_H
#define BASE_SLAB_H

#include <stddef.h>

#include "base/arena.h"

struct slab {
	struct arena *arena;		/* not owned */
	size_t size;			/* bytes of an object, at least a pointer */
	void *free;			/* list through the first word */
	size_t live;			/* objects handed out and not returned */
};

void slab_init(struct slab *s, struct arena *arena, size_t size);
void *slab_alloc(struct slab *s);
void *slab_take(struct slab *s);	/* the same, but its contents are undefined: for who sets all of it */
void slab_free(struct slab *s, void *object);

#endif

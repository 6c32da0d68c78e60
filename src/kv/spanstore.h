/* kv/spanstore.h - short arrays of spans that come and go.
 *
 * Arrays are handed out in power-of-two capacities and returned to a free list
 * a capacity, so a radix tree that splits and evicts for hours stays within the
 * memory of its largest state.  The arena owns everything.
 */
#ifndef KV_SPANSTORE_H
#define KV_SPANSTORE_H

#include <stddef.h>

#include "base/arena.h"
#include "work/span.h"

#define SPANSTORE_CLASSES 32

struct spanstore {
	struct arena *arena;			/* not owned */
	void *free[SPANSTORE_CLASSES];		/* list through the first word, a class each */
};

void spanstore_init(struct spanstore *s, struct arena *arena);
struct span *spanstore_get(struct spanstore *s, size_t n);	/* room for n >= 1 spans, contents undefined */
void spanstore_put(struct spanstore *s, struct span *a, size_t n);	/* n as given to get */

#endif

/* kv/radix_internal.h - between radix.c (the tree), radix_table.c (who is where) and radix_evict.c (who leaves). */
#ifndef KV_RADIX_INTERNAL_H
#define KV_RADIX_INTERNAL_H

#include "kv/radix.h"

void radix_heap_push(struct radix *t, struct radix_node *n);	/* an unlocked leaf; does nothing if it is in */
struct radix_node *radix_node_free(struct radix *t, struct radix_node *n);	/* an unlocked leaf, out of the heap;
						 * its parent if that is one now, or NULL */

/* radix_table.c */
static inline size_t radix_home(const struct radix *t, uint64_t hash) { return hash & (t->places - 1); }
void radix_table_put(struct radix *t, struct radix_node *n);	/* by n->hash */
size_t radix_table_find(const struct radix *t, const struct radix_node *n);	/* its place; it is there */
void radix_table_remove(struct radix *t, const struct radix_node *n);
void radix_table_room(struct radix *t);		/* one more node is to come: counts it */

#endif

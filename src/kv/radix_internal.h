/* kv/radix_internal.h - between radix.c (the tree) and radix_evict.c (who leaves). */
#ifndef KV_RADIX_INTERNAL_H
#define KV_RADIX_INTERNAL_H

#include "kv/radix.h"

void radix_heap_push(struct radix *t, struct radix_node *n);	/* an unlocked leaf; does nothing if it is in */
void radix_node_free(struct radix *t, struct radix_node *n);	/* an unlocked leaf, out of the heap */

#endif

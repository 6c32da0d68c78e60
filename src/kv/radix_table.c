/* The table of nodes: hashes lie side by side, so a page that is not there costs no look at any node.
 *
 * Open addressing with linear probing, at most half full.
 */
#include "config.h"

#include <stdlib.h>

#include "base/mem.h"
#include "kv/radix_internal.h"

void radix_table_put(struct radix *t, struct radix_node *n)
{
	size_t i = radix_home(t, n->hash);

	while (t->place[i].node)
		i = (i + 1) & (t->places - 1);
	t->place[i] = (struct radix_place){ n->hash, n };
}

size_t radix_table_find(const struct radix *t, const struct radix_node *n)
{
	size_t i = radix_home(t, n->hash);

	while (t->place[i].node != n)
		i = (i + 1) & (t->places - 1);
	return i;
}

/* What comes behind the hole moves up if its home is not behind the hole (Knuth 6.4, algorithm R). */
void radix_table_remove(struct radix *t, const struct radix_node *n)
{
	size_t mask = t->places - 1, hole = radix_table_find(t, n);

	for (size_t i = (hole + 1) & mask; t->place[i].node; i = (i + 1) & mask) {
		if (((i - radix_home(t, t->place[i].hash)) & mask) < ((i - hole) & mask))
			continue;
		t->place[hole] = t->place[i];
		hole = i;
	}
	t->place[hole] = (struct radix_place){ 0, NULL };
}

static void table_grow(struct radix *t)
{
	struct radix_place *old = t->place;
	size_t n = t->places;

	t->places = 2 * n;
	t->place = xcalloc(t->places, sizeof(*t->place));
	for (size_t i = 0; i < n; i++)
		if (old[i].node)
			radix_table_put(t, old[i].node);
	free(old);
}

void radix_table_room(struct radix *t)
{
	if (2 * (++t->nodes + 1) > t->places)
		table_grow(t);
}

/* config/keydump.h - the effective configuration, setting by setting.
 *
 * After reading and resolve(), each key of a table becomes an entry with its
 * value in the scenario's notation, its unit and where it came from.  Entries
 * are in the order of the table; a nested group's have its name in front.
 */
#ifndef CONFIG_KEYDUMP_H
#define CONFIG_KEYDUMP_H

#include <stddef.h>

#include "base/arena.h"
#include "config/cfgfile.h"
#include "config/keyread.h"

struct dump_entry {
	const char *path;		/* "engine.mem_fraction_static" */
	const char *value;		/* in the scenario's notation */
	const char *unit;
	const char *origin;		/* "scenarios/v5-sglang.cfg:7", "--set", "default", "auto" */
};

struct key_dump {
	struct arena *arena;		/* the entries' strings */
	struct dump_entry *entry;	/* owned by the caller: free() */
	size_t n, cap;
};

/* One entry; the strings are not copied. */
void key_dump_add(struct key_dump *d, const char *path, const char *value, const char *unit,
		  const char *origin);
/* All keys of the table: g as it was read, in[] as it is now. g->label is the prefix of the paths. */
void key_dump_table(struct key_dump *d, const struct key_table *t, const struct cfgfile *f,
		    const struct key_group *g, const void *in);

#endif

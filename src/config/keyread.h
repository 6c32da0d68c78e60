/* config/keyread.h - a group of settings into a struct, by its key table.
 *
 * Everything wrong is reported and reading goes on; a field whose setting was
 * wrong keeps its default (or zero), so the struct may be used only if no
 * errors were added.
 */
#ifndef CONFIG_KEYREAD_H
#define CONFIG_KEYREAD_H

#include <stddef.h>

#include "base/arena.h"
#include "base/diag.h"
#include "config/cfgfile.h"
#include "config/key.h"

struct key_reader {
	const struct cfgfile *file;
	struct arena *arena;		/* strings, lists and distributions go there */
	struct diag *errors;
};

struct key_group {
	const config_setting_t *setting;	/* NULL: left out, everything is default */
	const config_setting_t *at;	/* where messages point to when `setting` is NULL */
	const char *label;		/* "engine", "workload.prompts[2]"; "" for the whole file */
	const char *const *also;	/* names that somebody else reads; NULL-terminated; NULL: none */
};

/* `out` has t->struct_size bytes. */
void key_read(const struct key_reader *r, const struct key_table *t, const struct key_group *g,
	      void *out);

bool key_is_auto(const struct key *k);		/* left out means AUTO */
/* The member of the group, NULL if left out (g->setting may be NULL). */
const config_setting_t *key_member(const struct key_group *g, const char *name);
/* "workload.prompts[2]" from label "workload" and name "prompts"; index -1: none. */
const char *key_label(struct arena *a, const char *label, const char *name, int index);
/* What to say behind an unknown key: "; did you mean 'x'?", or "; known keys: a, b, c". Malloc'd. */
char *key_hint(const char *word, const char *const *name, size_t n);
/* What to say behind "is not one of ": "a, b, c; did you mean "x"?". Malloc'd. */
char *key_choices(const char *word, const char *const *name, size_t n);

#endif

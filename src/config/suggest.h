/* config/suggest.h - "did you mean". */
#ifndef CONFIG_SUGGEST_H
#define CONFIG_SUGGEST_H

#include <stddef.h>

/* The name nearest to `word`, or NULL if none is near: at most a third of the letters wrong (insert, delete,
 * replace, swap), or one is the beginning of the other.  The first of equals. */
const char *suggest(const char *word, const char *const *name, size_t n);

#endif

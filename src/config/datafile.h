/* config/datafile.h - where data files are.
 *
 * A relative name is looked up beside the scenario file, in its parent folder, in the current folder, in
 * $SERVESIM_DATA, and in the installed data folder, in this order; a name without `folder` in a folder
 * scenarios/ of each, too.
 */
#ifndef CONFIG_DATAFILE_H
#define CONFIG_DATAFILE_H

#include <stddef.h>

/* A malloc'd path that can be read, or NULL. `beside`: path of the scenario, NULL: none;
 * `folder`: "hw", NULL: the places themselves. */
char *datafile_find(const char *beside, const char *folder, const char *name, const char *suffix);
/* The names (without suffix, sorted, each once) that datafile_find() would find in `folder`;
 * malloc'd array of malloc'd strings, *n of them. */
char **datafile_list(const char *beside, const char *folder, const char *suffix, size_t *n);
void datafile_list_free(char **name, size_t n);

#endif

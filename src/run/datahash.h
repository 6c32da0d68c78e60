/* run/datahash.h - what is in the files that a scenario reads besides its own text.
 *
 * The configuration's hash knows their names only: a trace or a table of kernel times that was edited
 * gives other results under the same configuration.
 */
#ifndef RUN_DATAHASH_H
#define RUN_DATAHASH_H

#include <stddef.h>
#include <stdint.h>

#include "run/scenario.h"

struct datahash {			/* of the files met so far, each read once; {0} to begin with */
	struct datahash_file { char *path; uint64_t hash; } *file;	/* owned, with the paths */
	size_t n, cap;
};

/* Of the contents of the scenario's trace and of its table of kernel times; a measured table changes no
 * result and is left out.  0: it reads neither. */
uint64_t datahash_of(struct datahash *d, const struct scenario *s);
void datahash_release(struct datahash *d);

#endif

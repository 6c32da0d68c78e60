/* run/scenario_axes.h - what a scenario file says of the grid it spans: its variants and its key
 * `vary`. */
#ifndef RUN_SCENARIO_AXES_H
#define RUN_SCENARIO_AXES_H

#include <stddef.h>

#include "base/diag.h"
#include "run/scenario.h"

struct scenario_axes {
	char **label;			/* of the variants; all below is owned */
	size_t nlabels;
	struct { char *text, *file; int line; } *axis;	/* of `vary`, and where they stand; file NULL: on
							 * the command line */
	size_t naxes;
};

/* Reads the two lists only; mistakes in `vary` are messages, those in `variants` are left to
 * scenario_load(). */
void scenario_axes_read(struct scenario_axes *a, const char *path, const struct scenario_override *set,
			size_t nset,
			struct diag *errors);
void scenario_axes_release(struct scenario_axes *a);

#endif

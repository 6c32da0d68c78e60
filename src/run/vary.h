/* run/vary.h - axes of settings, and the grid they span.
 *
 * An axis is a path of the scenario with the values it takes.  As text:
 *
 *   engine.schedule_policy=fcfs,lpm        a list; commas inside [ ], { }, ( ) and quotes do not divide
 *   engine.mem_fraction_static=0.5:0.9:0.1 from 0.5 to 0.9 in steps of 0.1, both ends included
 *   workload.rate=log:1:64:7               7 values from 1 to 64, equal in ratio; rounded to whole
 *                                          numbers if both ends are and the values stay different
 *                                          (log:1.0:64:7 rounds nothing)
 *   engine.mem_fraction_static=0.5..0.9    continuous: five values to begin with, tune looks between them; of whole
 *                                          numbers if both ends are
 *
 * Values of a range are printed with as few digits as tell them apart from their neighbours (12 at most),
 * whole numbers without a point, so that a range gives what a list of the same numbers gives.
 *
 * Points of a grid are numbered from 0; the last axis runs fastest.  The variants of a scenario are its first axis:
 * path "variant", values their labels.
 */
#ifndef RUN_VARY_H
#define RUN_VARY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "run/scenario.h"

#define VARY_VALUES_MAX	10000		/* of an axis */
#define GRID_POINTS_MAX	1000000

struct grid_axis {
	char *path;			/* owned, like the values */
	char **value;
	size_t n;			/* >= 1, all different */
	bool numeric;			/* every value is a number */
	bool range;			/* given as one: values rise */
	bool variant;			/* the scenario's variants */
	bool continuous, whole;		/* LO..HI; of whole numbers only */
	double lo, hi;			/* of a continuous one */
};

struct grid {
	struct grid_axis *axis;		/* owned */
	size_t naxes;
	size_t npoints;			/* product of the axes' values; 1 without axes */
};

/* Reads the axes; every mistake is a message in `errors` ("--vary TEXT: what is wrong").  False if there is any; *g is empty then.
 * No path may come twice. */
bool grid_parse(struct grid *g, const char *const *text, size_t n, struct diag *errors);
/* The grid of a scenario: its variants if it lists some, then the axes of `vary`, or without any of these (n = 0) those
 * that the scenario names itself: vary = ["engine.schedule_policy=fcfs,lpm", ...].  `set`, the settings of the command
 * line, may change both lists.  False with messages, and *g empty; the rest of the scenario is not looked at. */
bool grid_load(struct grid *g, const char *scenario, const struct scenario_override *set, size_t nset,
	       const char *const *vary, size_t n, struct diag *errors);
/* The scenario at this point; NULL with messages. */
struct scenario *grid_scenario(const struct grid *g, size_t point, const char *scenario,
			       const struct scenario_override *set, size_t nset, struct diag *errors);
void grid_release(struct grid *g);
/* Of a continuous axis: the value at this share of the way from LO to HI, as text; malloc'd. */
char *axis_between(const struct grid_axis *a, double share);
/* Index of the value that axis a has at this point. */
size_t grid_index(const struct grid *g, size_t point, size_t a);
const char *grid_value(const struct grid *g, size_t point, size_t a);
/* "lpm, 0.9": the values of a point, malloc'd; "as it is" without axes.  `paths`: "schedule_policy=lpm, ...", with the last word of each path. */
char *grid_label(const struct grid *g, size_t point, bool paths);
/* Settings for scenario_load(): the `set` of the command line (nset of them), then the point's own, with option "--vary".
 * Malloc'd array of *n; the strings belong to `set` and to the grid. */
struct scenario_override *grid_overrides(const struct grid *g, size_t point, const struct scenario_override *set, size_t nset,
					 size_t *n);

#endif

/* run/cliff.h - walls and plateau of a sweep along a setting that divides memory (mem_fraction_static).
 *
 * From left to right the KV pool grows and what is left for everything else shrinks:
 *
 *   weights leave no pool | prompts do not fit | requests wait | plateau | at risk | does not fit
 *   ---------------- left wall ----------------|               |         |--- right wall -------
 *
 * Points are judged against the best one, metric by metric, by paired differences: a point is as good if
 * the whole 95% interval of its difference is within CLIFF_TOLERANCE.  The plateau are the points around
 * the best one that are as good.  With one replication there is no interval: the difference decides.
 */
#ifndef RUN_CLIFF_H
#define RUN_CLIFF_H

#include <stdbool.h>
#include <stddef.h>

#include "run/sweep.h"

#define CLIFF_TOLERANCE	1.0		/* % */
#define CLIFF_LOADS	3		/* lines of a sweep that can be told */
#define CLIFF_METRICS	2
#define CLIFF_NONE	SIZE_MAX	/* no such point */

enum cliff_cause {
	CLIFF_OPEN, /* no wall: the axis ends before it */
	CLIFF_WEIGHTS, /* weights leave nothing for the KV cache */
	CLIFF_REFUSED, /* the pool, or the context, is too small for a request of the workload */
	CLIFF_HANGS,
	CLIFF_OUTSIDE /* what is outside the fraction does not fit */
};

struct cliff_wall {
	enum cliff_cause cause;
	size_t out, in; /* the last place that cannot run, the first that can; CLIFF_NONE: all can */
	double at; /* where the memory plan says it is; NaN: somewhere between the two */
	size_t needs; /* of the two, whose items say what is needed: a server that does not start has no
		       * pass */
};

struct cliff_plateau {
	size_t best;			/* place; CLIFF_NONE: no data */
	size_t from, to;		/* places; the best is among them */
	struct summary *difference;	/* by place: % over the best; n = 0: no data.  Owned */
};

struct cliff {				/* one load; places are 0 .. n - 1 along the axis */
	char *label;			/* values of all other axes, "" if there are none; owned */
	size_t n, *point;		/* of the grid, by place; owned */
	struct cliff_wall left, right;
	double weights_at;		/* up to here weights leave no pool; NaN: not known */
	struct cliff_plateau plateau[CLIFF_METRICS];
	size_t safe; /* the last place that surely fits (MEMORY_FITS) and runs; CLIFF_NONE: none */
	double risk_at; /* from here on the upper ends of the estimates do not fit; NaN: not known */
	size_t advice; /* what to launch: the largest on the first metric's plateau that surely fits,
					 * or the largest that does */
};

struct cliffs {
	const struct sweep *sweep;
	const char *level;		/* as sweep_level() takes it */
	size_t axis;
	double *value;			/* by place; owned */
	enum metric metric[CLIFF_METRICS];
	size_t nmetrics;
	struct cliff load[CLIFF_LOADS];
	size_t nloads;
	size_t advice; /* what all loads can run with: the least of theirs; CLIFF_NONE: nothing */
};

/* False, and nothing to release: no axis of rising numbers moves the KV pool, it has no wall, or there
 * are more than CLIFF_LOADS lines.  `metric`, `level`, `s` as in struct cliffs; the first metric
 * decides. */
bool cliffs_find(struct cliffs *c, const struct sweep *s, const char *level, const enum metric *metric,
		 size_t nmetrics);
void cliffs_release(struct cliffs *c);

const struct sweep_point *cliff_point(const struct cliffs *c, const struct cliff *l, size_t place);
/* Does the point run, for all that can be known: it may be at risk. */
bool cliff_runs(const struct cliffs *c, const struct cliff *l, size_t place);
/* Of the level shown; NULL: no data. */
const struct summary *cliff_value(const struct cliffs *c, const struct cliff *l, size_t place,
				  enum metric m);

#endif

/* run/gain.h - what each name of a setting gains over the first one, everywhere on a grid.
 *
 * engine.schedule_policy=fcfs,lpm,...: every point is compared, replication by replication, with the one
 * that has the first name and is the same in all else.  Both saw the same requests.
 */
#ifndef RUN_GAIN_H
#define RUN_GAIN_H

#include <stdbool.h>
#include <stddef.h>

#include "run/sweep.h"

#define GAIN_NOISE	1.0		/* %: less than that is no gain, however sure */

struct gains {
	const struct sweep *sweep;
	const char *level;		/* as sweep_level() takes it */
	enum metric metric;
	size_t axis;			/* of the names */
	struct summary *pct; /* by point of the grid: % over the first name; n = 0: no data.  Owned */
};

/* How one name does over all settings of the other axes. */
struct gain_of {
	size_t n, better, worse;	/* settings with data; beyond GAIN_NOISE and beyond chance */
	size_t best,
		worst; /* points with the largest and the least gain, in the metric's good direction */
};

/* False, and nothing to release: no axis of two or more names, other than variants, beside one of
 * numbers; no data. */
bool gains_find(struct gains *g, const struct sweep *s, const char *level, enum metric m);
void gains_release(struct gains *g);

size_t gain_base(const struct gains *g, size_t point);	/* the point it is compared with */
bool gain_better(const struct gains *g, size_t point);
bool gain_worse(const struct gains *g, size_t point);
struct gain_of gain_of(const struct gains *g, size_t name);
/* Of the level shown; NaN: no data. */
double gain_mean(const struct gains *g, size_t point, enum metric m);
/* Did more than 128 requests wait for most of the time, under the first name? */
bool gain_queue_long(const struct gains *g, size_t point);

#endif

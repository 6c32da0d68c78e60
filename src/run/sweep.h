/* run/sweep.h - every point of a grid of settings, validated before any runs.
 *
 * A point is a scenario of its own with all its replications.  Points that cannot run are results too:
 * they are where the walls are.  What is kept of a finished point is what tables and charts need; it is
 * filled from the point's record (report/sweep.h), whether that was made just now, by another process or
 * last week.
 */
#ifndef RUN_SWEEP_H
#define RUN_SWEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "run/result.h"
#include "run/vary.h"

enum sweep_status { SWEEP_OK, SWEEP_HANGS, SWEEP_DOES_NOT_FIT, SWEEP_CANNOT_RUN };
extern const char *const sweep_status_name[];	/* "ok", "hangs", "does not fit", "cannot run" */

struct sweep_level {
	struct level_info info;		/* label and users */
	struct summary metric[METRICS];	/* n == 0: no data */
	/* By replication, NaN: no data; NULL: every replication has the mean, or none has data.
	 * Owned. */
	double *sample[METRICS];
	double share[CAUSES];		/* of the client's latency; NaN: no data */
};

struct sweep_item {			/* of the memory's arithmetic, as struct memory_item */
	char label[48];
	double lo, hi;			/* GiB */
	bool inside;
};

struct sweep_point {
	uint64_t config_hash;
	double weight;			/* work to expect, in any unit: replications x users */
	bool there;			/* finished: all below is set */
	enum sweep_status status;
	char *why;			/* unless ok: a sentence; owned */
	uint64_t digest;
	size_t replications;
	enum memory_verdict memory;
	uint64_t kv_tokens;
	double total_gib, outside_gib, need_lo, need_hi; /* as struct memory_report; NaN: not known */
	struct sweep_item item[MEMORY_ITEMS];
	size_t nitems;
	struct sweep_level *level;	/* reported ones, in order; owned.  None unless it ran */
	size_t nlevels;
};

struct sweep {
	const char *path;		/* of the scenario; not owned, like set */
	const struct scenario_override *set;
	size_t nset;
	struct grid grid;		/* owned, like all below */
	struct sweep_point *point;	/* grid.npoints */
	struct scenario *base;		/* the first point, for titles */
	char **level;			/* labels of all reported levels of any point, each once */
	size_t nlevels, caplevels;
	struct diag warnings;		/* of all points, each once */
	uint64_t data;			/* of the contents of the files that points read (datahash.h) */
	uint64_t fingerprint;		/* of the version, the axes, every point's configuration and
					 * these files; never 0 */
};

/* Loads every point and keeps what is said above.  Every mistake is a message; false if there is any. */
bool sweep_load(struct sweep *s, const char *path, const struct scenario_override *set, size_t nset,
		const char *const *vary, size_t nvary, struct diag *errors);
void sweep_release(struct sweep *s);
void sweep_point_forget(struct sweep_point *p);		/* that it is finished, and what is kept then */

struct sweep_run {			/* one point, done */
	struct scenario *scenario;	/* owned, like the result */
	struct run_result *result;
	enum sweep_status status;
	const char *why;		/* of the scenario or the result; NULL if ok */
};

/* All replications of the point on so many threads.  False: its files are no longer those that were
 * validated. */
bool sweep_run(const struct sweep *s, size_t point, int64_t threads, struct sweep_run *out);
void sweep_run_release(struct sweep_run *r);

/* The level by its label or its users; NULL name: the heaviest, by users if they are counts, else the
 * last.  NULL: the point has none. */
const struct sweep_level *sweep_level(const struct sweep_point *p, const char *name);

/* What b has more than a, in % of a, replication by replication (run/paired.h): points of a sweep saw
 * the same requests. At the level of that name; n = 0: no data. */
struct summary sweep_paired_pct(const struct sweep_point *a, const struct sweep_point *b,
				const char *level, enum metric m);

#endif

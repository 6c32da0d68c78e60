/* run/itl.h - times between output tokens, shared by pass and revocable by request.
 *
 * All rows of a decode pass got their previous token at the same time, so the gaps of a level are
 * kept as runs (gap, count), one or two a pass, not one a token.  There are two lists:
 *
 *   group    one run a step of the lockstep batch (run/lockstep.h): a row that took part in n steps
 *            counts in n neighbouring runs, which is noted once, when it leaves
 *   single   gaps of rows that are told of one by one; equal gaps of one moment share a run
 *
 * Percentiles are over completed requests only, but whether a request completes is not known when
 * its tokens come: each request remembers in which runs it counts, and a failed one takes its
 * counts back.  So a run stays in its list as long as a request in flight may count in it.  Runs are
 * numbered from 0 for ever; those before the first run of every request in flight are folded into
 * `folded`, and the list is a ring over the rest: memory is O(steps of the longest request in flight).
 */
#ifndef RUN_ITL_H
#define RUN_ITL_H

#include <stddef.h>
#include <stdint.h>

#include "base/slab.h"
#include "base/units.h"
#include "stat/quantile.h"

enum itl_list { ITL_GROUP, ITL_SINGLE, ITL_LISTS };

struct itl_run {
	sim_time gap;
	uint64_t count;
};

struct itl_runs {			/* runs [first, n): run k at run[k % cap] */
	struct itl_run *run;		/* owned */
	uint32_t *pins;			/* owned; by block of runs: requests in flight whose first run is in it */
	uint64_t first, n;
	size_t cap;			/* power of two */
};

struct itl {
	struct itl_runs list[ITL_LISTS];
	uint64_t fresh;			/* first single run added at time `at` */
	sim_time at;
	struct samples folded;		/* ms */
	int64_t sum_s, sum_ns;		/* of the folded gaps, exactly: seconds, and ns that may hold some more */
};

struct itl_part {			/* runs [first, first + n) of a list each hold one gap of the request */
	uint64_t first;
	uint32_t n;
	enum itl_list list;
};

#define ITL_PARTS 2
#define ITL_NODE_PARTS 14

struct itl_node {
	struct itl_node *older;
	uint32_t n;
	struct itl_part part[ITL_NODE_PARTS];
};

struct itl_trace {			/* a request's part in the runs of its level; zero: none */
	uint64_t pin[ITL_LISTS];	/* 1 + the run at which it begins */
	uint32_t n;
	struct itl_part part[ITL_PARTS];	/* the oldest */
	struct itl_node *newest;	/* those that did not fit */
};

/* At most `exact` different gaps are kept exactly, above that a sketch; 0: any number.  Times are in ms. */
void itl_init(struct itl *i, size_t exact);
void itl_release(struct itl *i);

/* One more gap, of the request with this trace.  `nodes`: slab of struct itl_node.  Times never fall. */
void itl_add(struct itl *i, struct itl_trace *t, struct slab *nodes, sim_time gap, sim_time now);

/* A request counts in the steps from now on: returns the number of the first. */
uint64_t itl_join(struct itl *i, struct itl_trace *t);
void itl_leave(struct itl *i, struct itl_trace *t, struct slab *nodes, uint64_t first);	/* ... up to now */

void itl_revoke(struct itl *i, struct itl_trace *t);	/* the request failed */
void itl_forget(struct itl *i, struct itl_trace *t, struct slab *nodes);	/* its client was told */

void itl_fold_all(struct itl *i);	/* at the end of the replication: `folded` has everything */
double itl_mean_ms(const struct itl *i);	/* after itl_fold_all(), with folded.total > 0 */

static inline struct itl_run *itl_run_at(const struct itl_runs *l, uint64_t k)
{
	return &l->run[k & (l->cap - 1)];
}

void itl_push_group(struct itl *i, sim_time gap, uint64_t rows);	/* itl_step() without room */

/* The lockstep batch: `rows` requests have this gap. */
static inline void itl_step(struct itl *i, sim_time gap, uint64_t rows)
{
	struct itl_runs *l = &i->list[ITL_GROUP];

	if (l->n - l->first == l->cap) {
		itl_push_group(i, gap, rows);
		return;
	}
	*itl_run_at(l, l->n++) = (struct itl_run){ .gap = gap, .count = rows };
}

#endif

/* run/itl.h - times between output tokens, shared by pass and revocable by request.
 *
 * All rows of a decode pass got their previous token at the same time, so the
 * gaps of a level are kept as runs (gap, count): one or two entries a pass, not
 * one a token.  Percentiles are over completed requests only, but whether a
 * request completes is not known when its tokens come: each request remembers
 * which runs it counted in (as ranges, since passes follow each other), and a
 * failed one takes its counts back.
 */
#ifndef RUN_ITL_H
#define RUN_ITL_H

#include <stddef.h>
#include <stdint.h>

#include "base/slab.h"
#include "base/units.h"
#include "stat/quantile.h"

struct itl_run {
	sim_time gap;
	uint64_t count;
};

struct itl {
	struct itl_run *run;		/* owned */
	size_t n, cap;
	size_t fresh;			/* first run added at time `at` */
	sim_time at;
};

#define ITL_RANGES 14

struct itl_part {			/* runs [first, first + n) each hold one gap of the request */
	uint32_t first, n;
};

struct itl_node {
	struct itl_node *older;
	uint32_t n;
	struct itl_part part[ITL_RANGES];
};

struct itl_trace {			/* a request's part in the runs of its level; zero: none */
	struct itl_node *newest;
};

void itl_release(struct itl *i);
/* One more gap, of the request with this trace.  `nodes`: slab of struct itl_node.  Times never fall. */
void itl_add(struct itl *i, struct itl_trace *t, struct slab *nodes, sim_time gap, sim_time now);
void itl_revoke(struct itl *i, struct itl_trace *t);	/* the request failed */
void itl_forget(struct itl_trace *t, struct slab *nodes);
void itl_samples(const struct itl *i, struct samples *out);	/* in ms */

#endif

/* run/lockstep.h - the rows of one level that get their tokens together.
 *
 * A row is told of once when it joins and once when it leaves (struct probe_ops: join, leave); in
 * between each step() is a token of all of them, at O(1) a step.  What depends on the number of
 * steps (tokens, inter-token gaps) is reckoned when the row leaves.
 *
 * Rows in step had their previous token at one time, `at`.  A newcomer had its own elsewhere:
 * until its first step it is in the list `fresh` and has a gap of its own then, unless its
 * previous token happens to be of the same time.  So a step costs O(1 + rows that joined since
 * the last one).
 */
#ifndef RUN_LOCKSTEP_H
#define RUN_LOCKSTEP_H

#include <stdint.h>

#include "base/slab.h"
#include "base/units.h"
#include "run/flight.h"
#include "run/itl.h"

struct lockstep {
	uint64_t rows;			/* in step */
	sim_time at;			/* their newest token; meaningless without rows */
	struct flight *fresh;		/* joined since the last step, in no order that matters */
	uint64_t nfresh;
	struct itl *itl;		/* of the level; not owned, like the slab */
	struct slab *nodes;
};

void lockstep_init(struct lockstep *l, struct itl *itl, struct slab *nodes);
void lockstep_join(struct lockstep *l, struct flight *f, uint64_t steps);	/* `steps`: of the run so far */
void lockstep_step(struct lockstep *l, sim_time now);
void lockstep_leave(struct lockstep *l, struct flight *f, uint64_t steps);	/* f->tokens and t_token are up to date again */
static inline uint64_t lockstep_rows(const struct lockstep *l) { return l->rows + l->nfresh; }

#endif

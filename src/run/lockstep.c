/* run/lockstep.c - newcomers fall into step. */
#include "config.h"

#include "run/lockstep.h"

#include "base/bug.h"

void lockstep_init(struct lockstep *l, struct itl *itl, struct slab *nodes)
{
	*l = (struct lockstep){ .itl = itl, .nodes = nodes };
}

static void link_fresh(struct lockstep *l, struct flight *f)
{
	f->step = FLIGHT_FRESH;
	f->step_prev = NULL;
	f->step_next = l->fresh;
	if (l->fresh)
		l->fresh->step_prev = f;
	l->fresh = f;
	l->nfresh++;
}

static void unlink_fresh(struct lockstep *l, struct flight *f)
{
	if (f->step_prev)
		f->step_prev->step_next = f->step_next;
	else
		l->fresh = f->step_next;
	if (f->step_next)
		f->step_next->step_prev = f->step_prev;
	l->nfresh--;
}

static void fall_in(struct lockstep *l, struct flight *f)
{
	f->step = FLIGHT_IN_STEP;
	f->first_run = itl_join(l->itl, &f->itl);
	l->rows++;
}

void lockstep_join(struct lockstep *l, struct flight *f, uint64_t steps)
{
	BUG_ON(f->step != FLIGHT_ALONE || f->tokens == 0);
	f->joined_at = steps;
	if (l->rows > 0 && f->t_token == l->at)
		fall_in(l, f);
	else
		link_fresh(l, f);
}

/* Those whose previous token is of the same time are in step already; the first decides if nobody is. */
static void take_matching(struct lockstep *l)
{
	struct flight *next;

	for (struct flight *f = l->fresh; f; f = next) {
		next = f->step_next;
		if (l->rows == 0)
			l->at = f->t_token;
		if (f->t_token != l->at)
			continue;
		unlink_fresh(l, f);
		fall_in(l, f);
	}
}

void lockstep_step(struct lockstep *l, sim_time now)
{
	struct flight *next;

	if (l->fresh)
		take_matching(l);
	itl_step(l->itl, now - l->at, l->rows);
	for (struct flight *f = l->fresh; f; f = next) {
		next = f->step_next;
		itl_add(l->itl, &f->itl, l->nodes, now - f->t_token, now);
		fall_in(l, f);
	}
	l->fresh = NULL;
	l->nfresh = 0;
	l->at = now;
}

void lockstep_leave(struct lockstep *l, struct flight *f, uint64_t steps)
{
	BUG_ON(f->step == FLIGHT_ALONE);
	if (f->step == FLIGHT_FRESH) {
		unlink_fresh(l, f);
	} else {
		itl_leave(l->itl, &f->itl, l->nodes, f->first_run);
		l->rows--;
	}
	if (steps > f->joined_at)
		f->t_token = l->at;
	f->tokens += steps - f->joined_at;
	f->step = FLIGHT_ALONE;
}

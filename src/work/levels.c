/* work/levels.c - a row of user counts, one after the other. */
#include "config.h"

#include "work/levels.h"

#include <stdio.h>

#include "base/bug.h"
#include "work/draw.h"

#define REPEAT_BITS	6		/* KEY_INTS_MAX levels of one user count */
#define USER_BITS	17

bool levels_of_users(const struct int_list *users, size_t i, int64_t rounds, double idle_s,
		     struct level_spec *out)
{
	uint64_t repeat = 0;
	int64_t n;

	if (i >= users->n)
		return false;
	n = users->v[i];
	for (size_t j = 0; j < i; j++)
		repeat += users->v[j] == n;
	*out = (struct level_spec){ .info = { .users = n, .reported = true }, .users = (uint32_t)n,
				    .rounds = (uint32_t)rounds, .idle_s = idle_s,
				    .key = (uint64_t)n << REPEAT_BITS | repeat };
	snprintf(out->info.label, sizeof(out->info.label), "%lld user%s", (long long)n,
		 n == 1 ? "" : "s");
	return true;
}

uint32_t levels_most_users(bool (*spec)(const void *, size_t, struct level_spec *), const void *params)
{
	struct level_spec level;
	uint32_t most = 0;

	for (size_t i = 0; spec(params, i, &level); i++)
		most = level.users > most ? level.users : most;
	return most;
}

static void level_start(void *self, void *object)
{
	struct levels *l = self;

	(void)object;
	l->begun = false;
	l->busy = l->level.users;
	for (uint32_t u = 0; u < l->level.users; u++)
		l->enter(l->self, u);
}

/* Schedule level l->current, if there is one. */
static void level_at(struct levels *l, sim_time t)
{
	if (l->spec(l->params, l->current, &l->level))
		sim_at(l->env.sim, t, EV_CLIENT, level_start, l, NULL, l->current);
}

void levels_start(struct levels *l)
{
	l->current = 0;
	level_at(l, l->env.sim->now);
}

uint64_t levels_index(const struct levels *l, uint32_t user, uint64_t number)
{
	BUG_ON(number >> LEVEL_NUMBER_BITS);
	return (l->level.key << USER_BITS | user) << LEVEL_NUMBER_BITS | number;
}

static void level_begin(struct levels *l)
{
	if (!l->begun)
		l->env.level_begin(l->env.ctx, l->current);
	l->begun = true;
}

void levels_submit(struct levels *l, struct request *r)
{
	level_begin(l);
	r->id = l->sent++;
	r->level = l->current;
	r->t_send = l->env.sim->now;
	r->t_arrive = r->t_first = r->t_finish = r->t_first_client = r->t_done = -1;
	l->env.submit(l->env.ctx, r);
}

void levels_user_done(struct levels *l)
{
	BUG_ON(l->busy == 0);
	if (--l->busy > 0)
		return;
	level_begin(l);			/* a level in which nobody sent anything still has two ends */
	l->env.level_end(l->env.ctx, l->current);
	l->current++;
	level_at(l, later(&l->env, l->level.idle_s));
}

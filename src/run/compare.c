/* run/compare.c - two stages of replications, then every pair. */
#include "config.h"

#include "run/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/mem.h"

void compare_add(struct compare *c, struct scenario *s, char *label, char *set)
{
	BUG_ON(c->nsides == COMPARE_MAX);
	c->side[c->nsides++] = (struct compare_side){ .scenario = s, .label = label, .set = set };
}

static bool runs(const struct compare *c, size_t i)
{
	return !c->side[i].cannot;
}

/* The baseline is the first that runs. */
static void count(struct compare *c)
{
	c->running = 0;
	c->base = c->nsides;
	for (size_t i = 0; i < c->nsides; i++) {
		c->running += runs(c, i);
		if (runs(c, i) && c->base == c->nsides)
			c->base = i;
	}
}

static void drop(struct compare_side *side, const struct memory_report *m, const char *why)
{
	side->memory = *m;
	side->cannot = xstrdup(why);
	run_result_free(side->result);
	side->result = NULL;
}

void compare_begin(struct compare *c)
{
	for (size_t i = 0; i < c->nsides; i++) {
		const struct scenario *s = c->side[i].scenario;

		if (s->memory.verdict == MEMORY_DOES_NOT_FIT)
			drop(&c->side[i], &s->memory, s->memory.sentence);
		else if (s->cannot_run)
			drop(&c->side[i], &s->memory, s->cannot_run);
		else
			c->side[i].run = run_begin(s);
	}
	count(c);
	c->first = COMPARE_FIRST;
	for (size_t i = 0; i < c->nsides; i++)
		if (runs(c, i) && (size_t)c->side[i].scenario->run.replications > c->first)
			c->first = (size_t)c->side[i].scenario->run.replications;
	if (c->first > c->most)
		c->first = c->most;
}

/* Side i until it has want[i] replications; then those whose largest pass did not fit are out. */
static void grow(struct compare *c, const size_t *want, const struct run_options *o)
{
	struct run *run[COMPARE_MAX];
	size_t target[COMPARE_MAX], n = 0;

	for (size_t i = 0; i < c->nsides; i++) {
		if (!runs(c, i))
			continue;
		run[n] = c->side[i].run;
		target[n++] = want[i];
	}
	run_grow(run, target, n, o);
	for (size_t i = 0; i < c->nsides; i++) {
		struct compare_side *side = &c->side[i];

		if (!runs(c, i))
			continue;
		run_result_free(side->result);
		side->result = run_result_of(side->run);
		if (side->result->memory.verdict == MEMORY_DOES_NOT_FIT)
			drop(side, &side->result->memory, side->result->memory.sentence);
	}
	count(c);
}

/* By the first headline at the heaviest level of the pairs: the best side and the next best. */
static double score(const struct compare *c, size_t pair, bool of_base)
{
	const struct compare_pair *p = &c->pair[pair];
	size_t heaviest = 0;
	const struct compare_cell *x;

	for (size_t i = 1; i < p->nlevels; i++)
		if (p->level[i].a->info.users >= p->level[heaviest].a->info.users)
			heaviest = i;
	x = &p->level[heaviest].cell[c->headline[0]];
	return (of_base ? x->base.mean : x->value.mean) *
	       (metric_info[c->headline[0]].better < 0 ? -1 : 1);
}

static void rank(struct compare *c)
{
	double first, second = 0;
	bool any = false;

	c->best = c->second = c->base;
	if (c->npairs == 0 || c->pair[0].nlevels == 0)
		return;
	first = score(c, 0, true);
	for (size_t i = 0; i < c->npairs; i++) {
		double s = c->pair[i].nlevels ? score(c, i, false) : -HUGE_VAL;

		if (s > first) {
			c->second = c->best;
			second = first;
			c->best = c->pair[i].of;
			first = s;
			any = true;
		} else if (!any || s > second) {
			c->second = c->pair[i].of;
			second = s;
			any = true;
		}
	}
}

static void make_pairs(struct compare *c)
{
	c->pair = xcalloc(c->nsides + 1, sizeof(*c->pair));
	for (size_t i = 0; i < c->nsides; i++) {
		if (!runs(c, i) || i == c->base)
			continue;
		c->pair[c->npairs] = (struct compare_pair){ .of = i, .over = c->base };
		compare_pair_make(&c->pair[c->npairs++], c);
	}
	rank(c);
	compare_correct(c);
	if (c->best == c->base || c->second == c->base || c->best == c->second)
		return;			/* that pair is there already */
	c->pair[c->npairs] =
		(struct compare_pair){ .of = c->best, .over = c->second, .runner_up = true };
	compare_pair_make(&c->pair[c->npairs++], c);
}

void compare_simulate(struct compare *c, const struct run_options *o)
{
	size_t want[COMPARE_MAX] = { 0 };

	for (size_t i = 0; i < c->nsides; i++)
		want[i] = c->first;
	grow(c, want, o);
	for (size_t i = 0; i < c->nsides && c->running >= 2; i++) {
		if (!runs(c, i) || i == c->base)
			continue;
		want[i] = compare_pair_plan(c, i);
		if (want[i] > want[c->base])
			want[c->base] = want[i];
	}
	if (c->running >= 2 && want[c->base] > c->first)
		grow(c, want, o);
	if (c->running >= 2)
		make_pairs(c);
}

bool compare_hangs(const struct compare *c)
{
	for (size_t i = 0; i < c->nsides; i++)
		if (runs(c, i) && run_hangs(c->side[i].run))
			return true;
	return false;
}

void compare_release(struct compare *c)
{
	for (size_t i = 0; i < c->nsides; i++) {
		run_result_free(c->side[i].result);
		run_end(c->side[i].run);
		free(c->side[i].label);
		free(c->side[i].set);
		free(c->side[i].cannot);
	}
	for (size_t i = 0; i < c->npairs; i++)
		free(c->pair[i].level);
	free(c->pair);
	free(c->again);
	*c = (struct compare){ 0 };
}

/* run/tune_race.c - rounds of replications; losers and violators are dropped as soon as that is sure. */
#include "config.h"

#include "run/tune_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/mem.h"

#define RIVALS	16			/* of a round, with which the others are compared */

struct race {
	struct tune *t;
	size_t plan[TUNE_ROUNDS], rounds;	/* replications after each round */
	size_t room;			/* for candidates, those of the refinement too */
	double worse, violates, meets;	/* one-sided levels of a single test */
	struct summary *s;		/* scratch, one a candidate */
	bool *sure;			/* meets all objectives, surely */
	struct moderated gains;		/* over the leader, of the last round */
};

/* ---- a round */

/* For candidates that were added. */
static void make_room(struct race *r)
{
	if (r->t->n > r->room) {
		r->room = r->t->n;
		r->s = xrealloc(r->s, r->room, sizeof(*r->s));
		r->sure = xrealloc(r->sure, r->room, sizeof(*r->sure));
	}
}

static bool alive(const struct tune_candidate *c)
{
	return c->fate == TUNE_RACING || c->fate == TUNE_EQUAL;
}

/* Drops those that surely violate an objective; r->sure[] are those that surely meet all. */
static void judge_slos(struct race *r)
{
	struct tune *t = r->t;

	for (size_t i = 0; i < t->n; i++)
		r->sure[i] = alive(&t->candidate[i]) && tune_meets(t, &t->candidate[i]);
	for (size_t s = 0; s < t->nslos; s++) {
		struct moderated usual;

		for (size_t i = 0; i < t->n; i++) {
			const struct tune_candidate *c = &t->candidate[i];

			r->s[i] = alive(c) ? tune_slo_summary(&t->slo[s], c) : (struct summary){ 0 };
		}
		usual = moderated_fit(r->s, t->n);
		for (size_t i = 0; i < t->n; i++) {
			double above = moderated_p_above(&usual, &r->s[i], 0.0);

			r->sure[i] = r->sure[i] && 1.0 - above < r->meets;
			if (alive(&t->candidate[i]) && above < r->violates &&
			    !tune_meets_one(&t->slo[s], &t->candidate[i])) {
				t->candidate[i].slo = s;
				t->candidate[i].fate = TUNE_VIOLATES;
			}
		}
	}
}

static bool has_goal(const struct tune *t, const struct tune_candidate *c)
{
	return tune_metric(c, t->goal.metric).n > 0;
}

/* The best in the goal of those alive that meet the objectives on average, or surely (`sure`); t->n:
 * none.  The first of equals. */
static size_t leader(const struct race *r, const bool *sure)
{
	const struct tune *t = r->t;
	size_t best = t->n;

	for (size_t i = 0; i < t->n; i++) {
		const struct tune_candidate *c = &t->candidate[i];

		if (!alive(c) || !has_goal(t, c) || (sure ? !sure[i] : !tune_meets(t, c)))
			continue;
		if (best == t->n || tune_gain(t, &t->candidate[best], c).mean > 0.0)
			best = i;
	}
	return best;
}

/* Paired gains of all over candidate `over`, and what is usual among their variances. */
static struct moderated gains_over(struct race *r, size_t over)
{
	struct tune *t = r->t;

	for (size_t i = 0; i < t->n; i++) {
		const struct tune_candidate *c = &t->candidate[i];
		bool other = i != over && alive(c);

		r->s[i] = other ? tune_gain(t, &t->candidate[over], c) : (struct summary){ 0 };
	}
	return moderated_fit(r->s, t->n);
}

static void drop_worse(struct race *r, size_t than)
{
	struct tune *t = r->t;
	struct moderated usual = gains_over(r, than);

	for (size_t i = 0; i < t->n; i++)
		if (i != than && alive(&t->candidate[i]) &&
		    1.0 - moderated_p_above(&usual, &r->s[i], 0.0) < r->worse)
			t->candidate[i].fate = TUNE_WORSE;
}

/* Of those alive the best in the goal that is nearer to all its objectives than `than`, whatever these
 * are; than = t->n: the best of all. */
static size_t next_rival(const struct tune *t, const double *excess, size_t than)
{
	size_t best = t->n;

	for (size_t i = 0; i < t->n; i++) {
		const struct tune_candidate *c = &t->candidate[i];

		if (!alive(c) || !has_goal(t, c) || (than < t->n && !(excess[i] < excess[than])))
			continue;
		if (best == t->n || tune_gain(t, &t->candidate[best], c).mean > 0.0)
			best = i;
	}
	return best;
}

/* Which candidates are surely further from an objective than the rival, or at it. */
static void further(struct race *r, size_t rival, const struct tune_slo *slo, bool *yes)
{
	struct tune *t = r->t;
	struct moderated usual;

	for (size_t i = 0; i < t->n; i++) {
		const struct tune_candidate *c = &t->candidate[i];
		bool other = i != rival && alive(c);

		r->s[i] = other ? tune_slo_gap(slo, &t->candidate[rival], c) : (struct summary){ 0 };
	}
	usual = moderated_fit(r->s, t->n);
	for (size_t i = 0; i < t->n; i++)
		yes[i] = yes[i] && moderated_p_above(&usual, &r->s[i], 0.0) < r->worse;
}

/* Drops those that are surely worse than a rival in the goal and surely further from every objective,
 * though it is open who meets them: if they do, so does the rival, and is better.
 *
 * The best of all is dropped wrongly only by a test of size r->worse that rejects what is true: of the
 * goal if the rival meets the objectives, else of one that the rival violates and the best does not.
 * Over a rival only one of the two can be the case, and drop_worse() tests the same, so the bound in
 * run/tune.h holds for both together. */
static void drop_dominated(struct race *r)
{
	struct tune *t = r->t;
	double *excess = xcalloc(t->n + 1, sizeof(*excess));
	bool *yes = xcalloc(t->n + 1, sizeof(*yes));
	size_t rival = t->n, slo;

	for (size_t i = 0; i < t->n; i++)
		excess[i] = alive(&t->candidate[i]) ? tune_worst(t, &t->candidate[i], &slo) : HUGE_VAL;
	for (size_t k = 0; k < RIVALS && t->nslos > 0; k++) {
		struct moderated usual;

		rival = next_rival(t, excess, rival);
		if (rival == t->n)
			break;
		usual = gains_over(r, rival);
		for (size_t i = 0; i < t->n; i++)
			yes[i] = i != rival && alive(&t->candidate[i]) &&
				1.0 - moderated_p_above(&usual, &r->s[i], 0.0) < r->worse;
		for (size_t s = 0; s < t->nslos; s++)
			further(r, rival, &t->slo[s], yes);
		for (size_t i = 0; i < t->n; i++)
			if (yes[i])
				t->candidate[i].fate = TUNE_WORSE;
	}
	free(excess);
	free(yes);
}

/* Gains are differences of logs, or, where that is impossible, plain ones: those are compared with
 * the leader's mean. */
static double width_allowed(const struct tune *t, size_t lead)
{
	const struct tune_candidate *c = &t->candidate[lead];
	double mean = 0.0;

	for (size_t k = 0; k < c->n; k++)
		if (c->sample[k][t->goal.metric] <= 0.0)
			mean = fabs(tune_metric(c, t->goal.metric).mean);
	return t->precision * (mean > 0.0 ? mean : 1.0);
}

/* Those within the precision of the leader rest; the others go on. */
static void rest_equals(struct race *r, size_t lead)
{
	struct tune *t = r->t;
	double allowed = width_allowed(t, lead);

	r->gains = gains_over(r, lead);
	for (size_t i = 0; i < t->n; i++) {
		struct tune_candidate *c = &t->candidate[i];
		double half;
		bool near;

		if (!alive(c))
			continue;
		half = moderated_half(&r->gains, &r->s[i], 1.0 - TUNE_ALPHA);
		near = i != lead && fabs(r->s[i].mean) + half <= allowed;
		c->fate = near ? TUNE_EQUAL : TUNE_RACING;
	}
}

/* One more round is of use: somebody besides the leader races, or the leader's objectives are not
 * sure. */
static bool undecided(const struct race *r, size_t lead)
{
	const struct tune *t = r->t;

	for (size_t i = 0; i < t->n; i++)
		if (t->candidate[i].fate == TUNE_RACING && (i != lead || !r->sure[i]))
			return true;
	return false;
}

static void run_round(struct race *r, size_t round)
{
	struct tune *t = r->t;
	size_t *which = xcalloc(t->n + 1, sizeof(*which)), *to = xcalloc(t->n + 1, sizeof(*to)), n = 0;

	for (size_t i = 0; i < t->n; i++) {
		if (t->candidate[i].fate != TUNE_RACING)
			continue;
		which[n] = i;
		to[n++] = r->plan[round];
	}
	tune_grow(t, which, to, n);
	free(which);
	free(to);
}

/* ---- the race */

/* Rounds grow by a quarter: few looks at the data, each of which costs part of the error budget. */
size_t tune_plan(size_t most, size_t plan[TUNE_ROUNDS])
{
	size_t n = TUNE_START, rounds = 0;

	while (rounds < TUNE_ROUNDS - 1 && n < most) {
		plan[rounds++] = n;
		n = n + 1 > n + n / 4 ? n + 1 : n + n / 4;
	}
	plan[rounds++] = most;
	return rounds;
}

static void set_levels(struct race *r)
{
	size_t looks = 0;
	double k = (double)tune_refine_most(r->t, &looks), rounds = (double)(r->rounds + looks);

	for (size_t i = 0; i < r->t->n; i++)
		k += r->t->candidate[i].fate == TUNE_RACING;
	r->worse = TUNE_ALPHA / 2.0 / fmax(k - 1.0, 1.0) / rounds;
	r->violates = TUNE_ALPHA / 4.0 / rounds / fmax((double)r->t->nslos, 1.0);
	r->meets = TUNE_ALPHA / 4.0 / fmax(k, 1.0) / rounds;
}

/* Without the help of the others: each objective at 95%, one-sided. */
static bool surely_meets(const struct tune *t, const struct tune_candidate *c)
{
	const struct moderated alone = { 0.0, 0.0 };

	for (size_t s = 0; s < t->nslos; s++) {
		struct summary v = tune_slo_summary(&t->slo[s], c);

		if (1.0 - moderated_p_above(&alone, &v, 0.0) > TUNE_ALPHA)
			return false;
	}
	return true;
}

/* Nobody meets all: the nearest of those that ran. */
static void take_nearest(struct tune *t)
{
	double least = HUGE_VAL;

	for (size_t i = 0; i < t->n; i++) {
		struct tune_candidate *c = &t->candidate[i];
		double worst;

		if (c->n == 0 || c->fate == TUNE_HANGS)
			continue;
		worst = tune_worst(t, c, &c->slo);
		if (t->winner == t->n || worst < least) {
			least = worst;
			t->winner = i;
		}
	}
}

static void settle(struct race *r)
{
	struct tune *t = r->t;

	make_room(r);
	for (size_t i = 0; i < t->n; i++)
		r->sure[i] = alive(&t->candidate[i]) && tune_meets(t, &t->candidate[i]) &&
			surely_meets(t, &t->candidate[i]);
	t->winner = leader(r, r->sure);
	t->certain = t->winner < t->n;
	if (!t->certain)
		t->winner = leader(r, NULL);
	t->found = t->winner < t->n;
	if (t->found)
		rest_equals(r, t->winner);
	for (size_t i = 0; i < t->n; i++) {
		struct tune_candidate *c = &t->candidate[i];

		if (!alive(c))
			continue;
		if (!tune_meets(t, c)) {
			tune_worst(t, c, &c->slo);
			c->unsure = true;
			c->fate = TUNE_VIOLATES;
		} else if (c->fate == TUNE_RACING) {
			c->fate = i == t->winner ? TUNE_WINNER : TUNE_OPEN;
		}
	}
	if (!t->found)
		take_nearest(t);
}

/* All tests of a round; who leads then (t->n: nobody). */
static size_t judge(void *ctx)
{
	struct race *r = ctx;
	struct tune *t = r->t;
	size_t sure, lead;

	make_room(r);
	judge_slos(r);
	sure = leader(r, r->sure);
	if (sure < t->n)
		drop_worse(r, sure);
	drop_dominated(r);
	lead = leader(r, NULL);
	if (lead < t->n)
		rest_equals(r, lead);
	return lead;
}

/* Rounds beyond `had` replications, until nothing is left to decide; who leads then. */
static size_t run_rounds(struct race *r, size_t had)
{
	struct tune *t = r->t;
	size_t lead = t->n;

	for (size_t round = 0; round < r->rounds && !t->stopped; round++) {
		if (r->plan[round] <= had)
			continue;
		run_round(r, round);
		t->rounds++;
		lead = judge(r);
		if (!undecided(r, lead))
			break;
	}
	return lead;
}

void tune_race(struct tune *t)
{
	struct race r = { .t = t, .room = t->n };
	size_t lead;

	r.rounds = tune_plan(t->most, r.plan);
	set_levels(&r);
	r.s = xcalloc(t->n + 1, sizeof(*r.s));
	r.sure = xcalloc(t->n + 1, sizeof(*r.sure));
	lead = run_rounds(&r, 0);
	if (lead < t->n && !t->stopped) {
		size_t had = t->candidate[lead].n, n = t->n;

		lead = tune_refine(t, lead, judge, &r);
		if (t->n > n && undecided(&r, lead))
			run_rounds(&r, had);
	}
	if (!t->stopped)
		settle(&r);
	free(r.s);
	free(r.sure);
}

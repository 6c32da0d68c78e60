/* run/tune_capacity.c - the largest load that meets the objectives: bisection that knows noise.
 *
 * A load meets (fails) when all objectives are surely met (one is surely violated); replications are
 * added until one of the two is so, or there are no more: then the load is unsure.  Each verdict is a
 * sequential test whose looks share TUNE_ALPHA by Bonferroni.  The answer is an interval: the largest
 * load seen to meet, the smallest seen to fail, and between them loads that are unsure or not tried,
 * since they are closer than the resolution.  It is taken for granted that a higher load does not meet
 * what a lower one fails.
 */
#include "config.h"

#include "run/tune_parts.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/suggest.h"

#define REAL_STEPS	1000		/* units of a load that is not a whole number, up to where the search starts */
#define DOUBLINGS	12

enum verdict { MEETS, FAILS, UNSURE };

struct bracket {			/* loads; 0: none seen */
	size_t meets, unsure_lo, unsure_hi, fails;
};

/* ---- what the load is */

static const struct dump_entry *find_entry(const struct scenario *s, const char *path, const char **near)
{
	const char **name = xcalloc(s->ndump + 1, sizeof(*name));
	const struct dump_entry *found = NULL;
	size_t n = 0;

	for (size_t i = 0; i < s->ndump && !found; i++) {
		if (strcmp(s->dump[i].path, path) == 0)
			found = &s->dump[i];
		else if (strncmp(s->dump[i].path, "workload.", 9) == 0)
			name[n++] = s->dump[i].path;
	}
	*near = suggest(path, name, n);
	free(name);
	return found;
}

/* "[125, 155]", "2.5": the largest number; NaN if it is something else. */
static double largest_of(const char *text)
{
	double most = (double)NAN;
	char *end;

	for (const char *s = text; *s; s = end) {
		double v;

		s += strspn(s, "[], ");
		if (!*s)
			break;
		v = strtod(s, &end);
		if (end == s)
			return (double)NAN;
		most = most >= v ? most : v;
	}
	return most;
}

bool tune_capacity_load(struct tune *t, struct diag *errors)
{
	const char *path = t->goal.load, *near;
	const struct dump_entry *e = find_entry(t->base, path, &near);
	size_t before = errors->n;

	if (t->nslos == 0)
		diag_add(errors, NULL, 0, "--goal '%s': without --slo no load is too large",
			 t->goal.text);
	if (t->level)
		diag_add(errors, NULL, 0, "--level %s: the goal '%s' tries its own loads", t->level,
			 t->goal.text);
	for (size_t a = 0; a < t->grid.naxes; a++)
		if (strcmp(t->grid.axis[a].path, path) == 0)
			diag_add(errors, NULL, 0, "--vary %s: it is the load that the goal seeks", path);
	if (!e && near)
		diag_add(errors, NULL, 0, "--goal '%s': the scenario has no '%s'; did you mean '%s'?",
			 t->goal.text, path, near);
	else if (!e)
		diag_add(errors, NULL, 0, "--goal '%s': the scenario has no '%s'", t->goal.text, path);
	else if (!(largest_of(e->value) > 0.0))
		diag_add(errors, NULL, 0, "--goal '%s': %s is %s, not a number to be made larger",
			 t->goal.text, path, e->value);
	if (errors->n > before)
		return false;
	t->load_start = largest_of(e->value);
	t->load_list = e->value[0] == '[';
	t->load_whole = !strpbrk(e->value, ".eE");
	t->load_step = t->load_whole ? 1.0 : t->load_start / REAL_STEPS;
	return true;
}

/* ---- one load */

static enum verdict verdict_of(const struct tune_candidate *c)
{
	return c->fate == TUNE_MEETS ? MEETS : c->fate == TUNE_OPEN ? UNSURE : FAILS;
}

/* All objectives against one-sided tests of this level. */
static void judge(const struct tune *t, struct tune_candidate *c, double level)
{
	const struct moderated alone = { 0.0, 0.0 };
	bool all = true;

	for (size_t s = 0; s < t->nslos; s++) {
		struct summary v = tune_slo_summary(&t->slo[s], c);
		double above = moderated_p_above(&alone, &v, 0.0);

		if (above < level && !tune_meets_one(&t->slo[s], c)) {
			c->fate = TUNE_VIOLATES;
			c->slo = s;
			return;
		}
		all = all && 1.0 - above < level / (double)t->nslos && tune_meets_one(&t->slo[s], c);
	}
	if (all)
		c->fate = TUNE_MEETS;
}

static enum verdict try(struct tune *t, size_t setting, size_t load)
{
	size_t plan[TUNE_ROUNDS], rounds = tune_plan(t->most, plan), i;
	struct diag errors;
	bool is_new, valid;

	i = tune_candidate_at(t, t->candidate[setting].at, load, &is_new);
	if (!is_new)
		return verdict_of(&t->candidate[i]);
	t->candidate[i].setting = setting;
	diag_init(&errors);
	valid = tune_prepare(t, i, &errors);
	if (!valid) {
		t->candidate[i].fate = TUNE_CANNOT_RUN;
		t->candidate[i].reason = xstrdup(errors.n > 0 ? errors.message[0].text : "not valid");
	}
	diag_release(&errors);
	for (size_t r = 0; r < rounds && t->candidate[i].fate == TUNE_RACING; r++) {
		if (!tune_grow(t, &i, &plan[r], 1))
			return UNSURE;
		if (t->candidate[i].fate == TUNE_RACING)
			judge(t, &t->candidate[i], TUNE_ALPHA / 2.0 / (double)rounds / (double)t->nslos);
	}
	if (t->candidate[i].fate == TUNE_RACING) {
		t->candidate[i].fate = TUNE_OPEN;
		tune_worst(t, &t->candidate[i], &t->candidate[i].slo);
	}
	return verdict_of(&t->candidate[i]);
}

/* ---- bisection */

static void put(struct bracket *b, size_t load, enum verdict v)
{
	if (v == MEETS)
		b->meets = load;
	if (v == FAILS)
		b->fails = load;
	if (v != UNSURE && (load >= b->unsure_hi) == (v == MEETS) && b->unsure_lo)
		/* the unsure ones are beyond it: not what was expected, but surer */
		b->unsure_lo = b->unsure_hi = 0;
	if (v == UNSURE) {
		b->unsure_lo = b->unsure_lo && b->unsure_lo < load ? b->unsure_lo : load;
		b->unsure_hi = b->unsure_hi > load ? b->unsure_hi : load;
	}
}

static size_t resolution(const struct tune *t, size_t load)
{
	double r = t->precision * (double)load;

	return r > 1.0 ? (size_t)r : 1;
}

/* Double from `start` until a load fails, halve until one meets. */
static void enclose(struct tune *t, size_t setting, size_t start, struct bracket *b)
{
	size_t load = start;

	for (int i = 0; i < DOUBLINGS && b->fails == 0 && !t->stopped; i++, load *= 2)
		put(b, load, try(t, setting, load));
	for (load = start / 2; load > 0 && b->meets == 0 && !t->stopped; load /= 2)
		put(b, load, try(t, setting, load));
}

static void bisect(struct tune *t, size_t setting, struct bracket *b)
{
	while (b->fails && !t->stopped) {
		size_t top = b->unsure_lo ? b->unsure_lo : b->fails;
		size_t bottom = b->unsure_hi ? b->unsure_hi : b->meets, load;

		if (top - b->meets > resolution(t, b->meets))
			load = b->meets + (top - b->meets) / 2;
		else if (b->fails - bottom > resolution(t, bottom))
			load = bottom + (b->fails - bottom) / 2;
		else
			break;
		put(b, load, try(t, setting, load));
	}
}

static size_t start_load(const struct tune *t)
{
	double units = t->load_start / t->load_step;

	return units > 1.0 ? (size_t)(units + 0.5) : 1;
}

/* A setting that fails the load at which the best so far fails is no better. */
static void challenge(struct tune *t, size_t setting, size_t *best)
{
	struct bracket b = { 0 };
	enum verdict v;

	if (*best != SIZE_MAX && t->candidate[*best].fails) {
		v = try(t, setting, t->candidate[*best].fails);
		put(&b, t->candidate[*best].fails, v);
		t->candidate[setting].fails = b.fails;
		t->candidate[setting].fate = v == FAILS ? TUNE_WORSE : v == UNSURE ? TUNE_OPEN :
			TUNE_RACING;
		if (v != MEETS)
			return;
	}
	enclose(t, setting, b.meets ? 2 * b.meets : start_load(t), &b);
	bisect(t, setting, &b);
	t->candidate[setting].meets = b.meets;
	t->candidate[setting].fails = b.fails;
	t->candidate[setting].fate = b.meets ? TUNE_RACING : TUNE_VIOLATES;
	if (b.meets && (*best == SIZE_MAX || b.meets > t->candidate[*best].meets)) {
		if (*best != SIZE_MAX)
			t->candidate[*best].fate = TUNE_WORSE;
		*best = setting;
	} else if (b.meets) {
		t->candidate[setting].fate = TUNE_WORSE;
	}
}

/* The trial of this setting and load. */
static size_t trial_at(struct tune *t, size_t setting, size_t load)
{
	bool is_new;

	return tune_candidate_at(t, t->candidate[setting].at, load, &is_new);
}

void tune_capacity(struct tune *t)
{
	size_t settings = t->n, best = SIZE_MAX, nearest = SIZE_MAX, slo;
	double least = HUGE_VAL;

	for (size_t i = 0; i < settings && !t->stopped; i++)
		if (t->candidate[i].fate == TUNE_RACING)
			challenge(t, i, &best);
	for (size_t i = settings; i < t->n && best == SIZE_MAX; i++) {
		double worst = t->candidate[i].n > 0 ? tune_worst(t, &t->candidate[i], &slo) : HUGE_VAL;

		if (worst < least) {
			least = worst;
			nearest = i;
		}
	}
	t->found = t->certain = best != SIZE_MAX;
	t->winner = t->n;
	if (best != SIZE_MAX) {
		t->candidate[best].fate = TUNE_WINNER;
		t->winner = trial_at(t, best, t->candidate[best].meets);
	} else if (nearest != SIZE_MAX) {
		t->winner = nearest;
		tune_worst(t, &t->candidate[nearest], &t->candidate[nearest].slo);
	}
}

/* report/compare_answer.c - what a comparison comes down to: what to do. */
#include "config.h"

#include "report/compare.h"

#include <math.h>
#include <string.h>

#include "report/fmt.h"

const struct compare_level *compare_heaviest(const struct compare_pair *p)
{
	const struct compare_level *best = NULL;

	for (size_t i = 0; i < p->nlevels; i++)
		if (!best || p->level[i].a->info.users >= best->a->info.users)
			best = &p->level[i];
	return best;
}

const struct compare_pair *compare_pair_of(const struct compare *c, size_t of)
{
	for (size_t i = 0; i < c->npairs; i++)
		if (c->pair[i].of == of && !c->pair[i].runner_up)
			return &c->pair[i];
	return NULL;
}

static double size_of(const struct compare_at *at)
{
	const struct compare_cell *x = &at->level->cell[at->metric];

	return fabs(x->pct.n > 0 ? x->pct.mean : 0);
}

/* The first metric counts, and of its levels the one with the largest difference. */
static void keep(struct compare_at *kept, const struct compare_level *l, enum metric m)
{
	struct compare_at at = { l, m };

	if (!kept->level || (kept->metric == m && size_of(&at) > size_of(kept)))
		*kept = at;
}

static void tally(struct compare_tally *t, const struct compare_level *l, enum metric m)
{
	const struct compare_cell *x = &l->cell[m];
	const struct summary *s = &x->pct;

	t->all++;
	if (x->smaller) {		/* sure, and not worth a change */
		t->same++;
		t->within = fmax(t->within, fmax(fabs(s->lo), fabs(s->hi)));
		return;
	}
	t->none += x->verdict == VERDICT_NO_DATA;
	t->identical += x->verdict == VERDICT_IDENTICAL;
	t->better += x->good > 0;
	t->worse += x->good < 0;
	t->changed += x->verdict == VERDICT_DIFFERENT && x->good == 0;
	if (x->good > 0)
		keep(&t->good, l, m);
	if (x->good < 0)
		keep(&t->bad, l, m);
	if (x->verdict == VERDICT_SAME) {
		t->same++;
		t->within = fmax(t->within, s->n > 0 ? fmax(fabs(s->lo), fabs(s->hi)) : 0);
	}
	if (x->verdict == VERDICT_OPEN) {
		t->open++;
		t->more = x->more > t->more ? x->more : t->more;
	}
}

void compare_count(const struct compare *c, const struct compare_pair *p, struct compare_tally *t)
{
	*t = (struct compare_tally){ 0 };
	for (size_t h = 0; h < c->nheadline; h++)
		for (size_t i = 0; i < p->nlevels; i++)
			tally(t, &p->level[i], c->headline[h]);
}

void compare_count_all(const struct compare *c, struct compare_tally *t)
{
	*t = (struct compare_tally){ 0 };
	for (size_t i = 0; i < c->npairs; i++) {
		struct compare_tally one;

		if (c->pair[i].runner_up)
			continue;
		compare_count(c, &c->pair[i], &one);
		t->all += one.all;
		t->none += one.none;
		t->identical += one.identical;
		t->better += one.better;
		t->worse += one.worse;
		t->changed += one.changed;
		t->same += one.same;
		t->open += one.open;
		t->more = one.more > t->more ? one.more : t->more;
		t->within = fmax(t->within, one.within);
	}
}

/* "output_throughput +4.1% (95% CI +3.2 .. +5.0) at 215 users" */
static char *quote(const struct compare_at *at, char out[FINDING])
{
	char amount[FINDING], label[80];

	snprintf(out, FINDING, "%s %.200s at %s", metric_info[at->metric].name,
		 compare_amount(&at->level->cell[at->metric], at->metric, amount),
		 fmt_clean(label, sizeof(label), at->level->label));
	return out;
}

void compare_hidden(const struct compare *c, const struct compare_pair *p, char out[FINDING])
{
	static const enum metric guard[] = { M_failed, M_output_throughput, M_ttft_ms_p99, M_e2e_ms_p99,
					     M_tpot_ms_mean };
	size_t found = 0, used = 0;

	*out = '\0';
	for (size_t g = 0; g < sizeof(guard) / sizeof(guard[0]) && found < 2; g++) {
		struct compare_at worst = { NULL, guard[g] };
		char words[FINDING];
		bool headline = false;

		for (size_t h = 0; h < c->nheadline; h++)
			headline = headline || c->headline[h] == guard[g];
		for (size_t i = 0; i < p->nlevels && !headline; i++) {
			const struct compare_cell *x = &p->level[i].cell[guard[g]];
			struct compare_at at = { &p->level[i], guard[g] };

			if (x->good < 0 && (x->pct.n == 0 || fabs(x->pct.mean) >= 5) &&
			    (!worst.level || size_of(&at) >= size_of(&worst)))
				worst = at;
		}
		if (worst.level)
			used += (size_t)snprintf(out + used, FINDING - used, "%s%.180s",
						 found++ ? ", " : "", quote(&worst, words));
	}
}

static void name(const struct compare *c, size_t side, char out[60])
{
	fmt_clean(out, 60, c->side[side].label);
}

/* Side `of`, which differs from the baseline. */
static void one_over_base(const struct compare *c, const struct compare_pair *p,
			  const struct compare_tally *t, char out[3 * FINDING])
{
	char a[60], b[60], good[FINDING], bad[FINDING], more[FINDING];

	name(c, c->base, a);
	name(c, p->of, b);
	compare_hidden(c, p, more);
	if (t->better > 0 && t->worse > 0)
		snprintf(out, 3 * FINDING,
			 "%s trades against %s: better in %zu of %zu headline numbers (%.220s), worse "
			 "in %zu (%.220s)",
			 b, a, t->better, t->all, quote(&t->good, good), t->worse, quote(&t->bad, bad));
	else if (t->better > 0 && *more)
		snprintf(out, 3 * FINDING,
			 "%s trades against %s: better in %zu of %zu headline numbers (%.220s), but "
			 "worse beyond them: %s",
			 b, a, t->better, t->all, quote(&t->good, good), more);
	else if (t->better > 0)
		snprintf(out, 3 * FINDING,
			 "Take %s: better than %s in %zu of %zu headline numbers, worse in none; %.250s",
			 b, a, t->better, t->all, quote(&t->good, good));
	else if (t->worse > 0)
		snprintf(out, 3 * FINDING,
			 "Keep %s: %s is worse in %zu of %zu headline numbers, better in none; %.250s",
			 a, b, t->worse, t->all, quote(&t->bad, bad));
	else
		snprintf(out, 3 * FINDING,
			 "%s differs from %s in %zu of %zu headline numbers, none of which has a better "
			 "side",
			 b, a, t->changed, t->all);
}

static void runner_up(const struct compare *c, char *out, size_t bytes)
{
	const struct compare_pair *p = c->second == c->base ? compare_pair_of(c, c->best) :
		c->best == c->base ? compare_pair_of(c, c->second) : &c->pair[c->npairs - 1];
	const struct compare_level *l = p ? compare_heaviest(p) : NULL;
	enum metric m = c->headline[0];
	char second[60], words[FINDING];

	if (!l || c->running < 3 || c->second == c->base)
		return;
	name(c, c->second, second);
	if (l->cell[m].verdict == VERDICT_DIFFERENT)
		snprintf(out, bytes, ". The next best in %s is %s: %.200s", metric_info[m].name, second,
			 compare_amount(&l->cell[m], m, words));
	else
		snprintf(out, bytes, ". The next best in %s is %s, which cannot be told from it: %.200s",
			 metric_info[m].name, second, compare_verdict(&l->cell[m], m, words));
}

/* There is a difference somewhere: of two configurations that one, of more the best against the
 * baseline. */
static void some_difference(const struct compare *c, char out[3 * FINDING])
{
	const struct compare_pair *p = compare_pair_of(c, c->best == c->base ? c->second : c->best);
	struct compare_tally t;
	char a[60], b[60], words[3 * FINDING];

	if (!p)
		return;
	compare_count(c, p, &t);
	name(c, c->base, a);
	name(c, p->of, b);
	if (c->running > 2 && c->best == c->base)
		snprintf(out, 3 * FINDING, "Keep %s: none of the %zu others has a better mean in %s", a,
			 c->running - 1, metric_info[c->headline[0]].name);
	else if (t.better + t.worse + t.changed == 0)
		snprintf(out, 3 * FINDING,
			 "Nothing is better than %s by more than chance: %s has the best mean in %s, "
			 "and all its "
			 "headline numbers are no different or not resolved",
			 a, b, metric_info[c->headline[0]].name);
	else
		one_over_base(c, p, &t, out);
	snprintf(words, sizeof(words), "%s", out);
	runner_up(c, out + strlen(words), 3 * FINDING - strlen(words));
}

static bool all_identical(const struct compare *c)
{
	for (size_t i = 0; i < c->npairs; i++)
		if (!c->pair[i].identical)
			return false;
	return c->npairs > 0;
}

static void answer(const struct compare *c, char out[3 * FINDING])
{
	struct compare_tally t;
	char a[60], b[60], more[FMT];

	*out = '\0';
	compare_count_all(c, &t);
	name(c, c->base, a);
	name(c, c->npairs ? c->pair[0].of : c->base, b);
	if (all_identical(c))
		snprintf(out, 3 * FINDING,
			 "%s%s identical to %s: the same in every replication, digit for digit",
			 c->running == 2 ? b : "All others", c->running == 2 ? " is" : " are", a);
	else if (t.all == 0)
		snprintf(out, 3 * FINDING, "Nothing to compare: no level is common to %s and the others",
			 a);
	else if (t.better + t.worse + t.changed > 0)
		some_difference(c, out);
	else if (t.open > 0)
		snprintf(out, 3 * FINDING,
			 "Not resolved: %zu of %zu headline numbers could go either way%s%s%s", t.open,
			 t.all, t.more ? "; " : "", t.more ? fmt_count(more, (double)t.more) : "",
			 t.more ? " more replications would tell" : "");
	else
		snprintf(out, 3 * FINDING,
			 "It makes no difference whether %s or %s: all %zu headline numbers are within "
			 "±%.*f%%",
			 a, c->running == 2 ? b : "another", t.all, t.within < 0.095 ? 2 : 1, t.within);
}

/* Whoever runs, and may yet run out of memory. */
static void at_risk(const struct compare *c, char *out, size_t bytes)
{
	size_t used = 0;

	*out = '\0';
	for (size_t i = 0; i < c->nsides && used + 120 < bytes; i++) {
		const struct run_result *r = c->side[i].result;
		char label[60];

		if (!r || r->memory.verdict != MEMORY_AT_RISK)
			continue;
		name(c, i, label);
		used += (size_t)snprintf(out + used, bytes - used, "%s%s",
					 used ? ", " : ". May run out of memory: ", label);
	}
}

void compare_answer(const struct compare *c, char out[3 * FINDING])
{
	size_t used;

	answer(c, out);
	used = strlen(out);
	at_risk(c, out + used, 3 * FINDING - used);
}

static double percent_of(const struct compare_at *at)
{
	return at->level->cell[at->metric].pct.mean;
}

void compare_title(const struct compare *c, char out[FINDING])
{
	size_t of = c->best == c->base ? c->second : c->best;
	const struct compare_pair *p = compare_pair_of(c, of);
	struct compare_tally t;
	char a[60], b[60], at[80], more[FINDING];

	if (!p)
		return;
	compare_count(c, p, &t);
	name(c, c->base, a);
	name(c, of, b);
	compare_hidden(c, p, more);
	more[strcspn(more, "(")] = '\0';	/* the worst, without its interval */
	if (t.good.level && t.bad.level)
		snprintf(out, FINDING, "%s over %s: %s %+.1f%% at %s, but %s %+.1f%%", b, a,
			 metric_info[t.good.metric].name, percent_of(&t.good),
			 fmt_clean(at, sizeof(at), t.good.level->label), metric_info[t.bad.metric].name,
			 percent_of(&t.bad));
	else if (t.good.level && *more)
		snprintf(out, FINDING, "%s over %s: %s %+.1f%% at %s, but %.150s", b, a,
			 metric_info[t.good.metric].name, percent_of(&t.good),
			 fmt_clean(at, sizeof(at), t.good.level->label), more);
	else if (t.good.level || t.bad.level)
		snprintf(out, FINDING, "%s %s %s: %s %+.1f%% at %s", b,
			 t.good.level ? "beats" : "loses to", a,
			 metric_info[t.good.level ? t.good.metric : t.bad.metric].name,
			 percent_of(t.good.level ? &t.good : &t.bad),
			 fmt_clean(at, sizeof(at), (t.good.level ? t.good.level : t.bad.level)->label));
	else if (t.open > 0)
		snprintf(out, FINDING, "%s or %s: %zu of %zu headline numbers are not resolved", a, b,
			 t.open, t.all);
	else
		snprintf(out, FINDING, "%s or %s: it makes no difference", a, b);
}

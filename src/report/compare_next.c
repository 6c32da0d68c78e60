/* report/compare_next.c - what to run next: settings to take, real runs that would show it, more
 * replications for what is open. */
#include "config.h"

#include "report/compare.h"

#include <string.h>

#include "report/fmt.h"

/* "engine.schedule_policy=lpm", or the variant's name. */
static void setting(const struct compare *c, size_t of, char out[FINDING])
{
	const char *set = c->side[of].set;

	fmt_clean(out, FINDING, *set ? set + 1 : c->side[of].label);
}

/* Where a real benchmark would see the pair's differences soonest. */
static const struct compare_cell *soonest(const struct compare *c, const struct compare_pair *p,
					  struct compare_at *at)
{
	const struct compare_cell *best = NULL;

	for (size_t i = 0; i < p->nlevels * c->nheadline; i++) {
		const struct compare_level *l = &p->level[i / c->nheadline];
		enum metric m = c->headline[i % c->nheadline];
		const struct compare_cell *x = &l->cell[m];

		if (x->verdict != VERDICT_DIFFERENT || x->smaller ||
		    (best && x->runs_95 >= best->runs_95))
			continue;
		best = x;
		*at = (struct compare_at){ l, m };
	}
	return best;
}

static void real(const struct compare *c, size_t of, char out[FINDING])
{
	const struct compare_pair *p = compare_pair_of(c, of);
	struct compare_at at = { 0 };
	const struct compare_cell *x = p ? soonest(c, p, &at) : NULL;
	char label[80], runs[FMT];

	*out = '\0';
	if (x)
		snprintf(out, FINDING,
			 "; real runs would show it soonest in %s at %s: %s%s a side (95%% power)",
			 metric_info[at.metric].name, fmt_clean(label, sizeof(label), at.level->label),
			 x->runs_95 >= COMPARE_RUNS ? "over " : "", fmt_count(runs, (double)x->runs_95));
}

/* The settings of the best, if it is better than the baseline; whether that is all good. */
static size_t take(const struct compare *c, const struct compare_pair *p, const char *see,
		   char out[3 * FINDING])
{
	struct compare_tally t;
	char words[FINDING], more[FINDING];

	compare_count(c, p, &t);
	if (t.better == 0)
		return 0;
	setting(c, p->of, words);
	compare_hidden(c, p, more);
	if (t.worse > 0 || *more)
		return (size_t)snprintf(out, 3 * FINDING, "if %s matters more, %.200s%.300s",
					metric_info[t.good.metric].name, words, see);
	return (size_t)snprintf(out, 3 * FINDING, "%.200s%.300s", words, see);
}

void compare_next(const struct compare *c, char out[3 * FINDING])
{
	struct compare_tally t;
	size_t n = c->npairs ? run_replications(c->side[c->base].run) : 0, used = 0,
	       of = c->best == c->base ? c->second : c->best;
	const struct compare_pair *p = compare_pair_of(c, of);
	char see[FINDING];

	*out = '\0';
	compare_count_all(c, &t);
	real(c, of, see);
	if (p && (c->running == 2 || c->best != c->base))
		used = take(c, p, see, out);
	if (used == 0 && *see)
		used = (size_t)snprintf(out, 3 * FINDING, "nothing to change%.300s", see);
	if (used == 0 && t.open == 0)
		snprintf(out, 3 * FINDING,
			 "nothing: neither more replications nor a real benchmark would show more");
	if (t.open == 0)
		return;
	snprintf(out + used, 3 * FINDING - used, "%s%zu of %zu headline numbers %s open; %s",
		 used ? ". " : "", t.open, t.all, t.open == 1 ? "is" : "are",
		 t.more == 0 ? "they have no interval"
		 : t.more > 20 * n
			 ? "what is open takes too many replications: ask for less with --precision"
			 : "to settle that: ");
	used = strlen(out);
	if (t.more == 0 || t.more > 20 * n)
		return;
	used += (size_t)snprintf(out + used, 3 * FINDING - used, "%.600s --replications %zu", c->again,
				 n + t.more);
	if (n + t.more > COMPARE_MOST)
		snprintf(out + used, 3 * FINDING - used, " --max-replications %zu", n + t.more);
}

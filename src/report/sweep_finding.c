/* report/sweep_finding.c - what a sweep says, in sentences. */
#include "config.h"

#include "report/sweep.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* "38% lower", "7.1× as high": x against the best. */
static char *against(char buf[2 * FMT], double x, double best)
{
	double ratio = x / best;
	char num[FMT];

	if (!isfinite(ratio) || ratio <= 0.0)
		snprintf(buf, 2 * FMT, "different");
	else if (ratio >= 2.0)
		snprintf(buf, 2 * FMT, "%s as high", fmt_times(num, ratio));
	else
		snprintf(buf, 2 * FMT, "%s %s", fmt_pct(num, fabs(ratio - 1.0)), ratio < 1.0 ?
			 "lower" : "higher");
	return buf;
}

static const char *superlative(enum metric m)
{
	return metric_info[m].better < 0 ? "lowest" : "highest";
}

static void begin(char out[FINDING], enum metric m)
{
	char words[2 * FMT];

	snprintf(out, FINDING, "%s", sweep_metric_words(words, m));
	out[0] = (char)toupper((unsigned char)out[0]);
}

/* ---- one numeric axis */

struct stretch {			/* of one axis: points that cannot be told from the best, around
					 * it */
	size_t first, last;		/* with data: of the whole axis */
	size_t from, to;		/* of the stretch */
};

static struct stretch stretch_of(const struct sweep *s, const struct sweep_view *v, enum metric m,
				 size_t best)
{
	struct stretch t = { .first = best, .last = best, .from = best, .to = best };

	for (size_t i = 0; i < s->grid.npoints; i++) {
		if (!sweep_value(s, v, i, m))
			continue;
		t.first = i < t.first ? i : t.first;
		t.last = i;
	}
	while (t.from > t.first && sweep_value(s, v, t.from - 1, m) &&
	       sweep_alike(s, v, m, best, t.from - 1))
		t.from--;
	while (t.to < t.last && sweep_value(s, v, t.to + 1, m) && sweep_alike(s, v, m, best, t.to + 1))
		t.to++;
	return t;
}

static void along_axis(const struct sweep *s, const struct sweep_view *v, enum metric m, size_t best,
		       size_t worst, char out[FINDING])
{
	struct stretch t = stretch_of(s, v, m, best);
	const struct grid_axis *a = &s->grid.axis[0];
	double top = sweep_value(s, v, best, m)->mean;
	char amount[2 * FMT], change[2 * FMT], rest[FINDING] = "";

	sweep_amount(amount, m, top);
	if (t.from == t.first && t.to == t.last) {
		if (t.from == t.to)
			snprintf(rest, FINDING, " is %s at %s %s", amount, sweep_word(a),
				 a->value[t.from]);
		else
			snprintf(rest, FINDING, " is %s at any %s from %s to %s", amount, sweep_word(a),
				 a->value[t.from],
				 a->value[t.to]);
		finding_add(out, rest);
		return;
	}
	if (t.from == t.to)
		snprintf(rest, FINDING, " is %s at %s %s", superlative(m), sweep_word(a),
			 a->value[best]);
	else if (t.to == t.last)
		snprintf(rest, FINDING, " is flat from %s %s on", sweep_word(a), a->value[t.from]);
	else if (t.from == t.first)
		snprintf(rest, FINDING, " is flat up to %s %s", sweep_word(a), a->value[t.to]);
	else
		snprintf(rest, FINDING, " is %s from %s %s to %s", superlative(m), sweep_word(a),
			 a->value[t.from], a->value[t.to]);
	finding_add(out, rest);
	snprintf(rest, FINDING, " (%s), %s at %s", amount,
		 against(change, sweep_value(s, v, worst, m)->mean, top), a->value[worst]);
	finding_add(out, rest);
}

/* ---- several names, or several axes */

/* Next to the best; SWEEP_NONE: no other has data. */
static size_t second(const struct sweep *s, const struct sweep_view *v, enum metric m, size_t best)
{
	double sign = metric_info[m].better < 0 ? -1.0 : 1.0;
	size_t next = SWEEP_NONE;

	for (size_t i = 0; i < s->grid.npoints; i++) {
		const struct summary *x = sweep_value(s, v, i, m);

		if (x && i != best &&
		    (next == SWEEP_NONE || sign * x->mean > sign * sweep_value(s, v, next, m)->mean))
			next = i;
	}
	return next;
}

static void of_names(const struct sweep *s, const struct sweep_view *v, enum metric m, size_t best,
		     size_t worst, char out[FINDING])
{
	const struct summary *top = sweep_value(s, v, best, m);
	const char *const *value = (const char *const *)s->grid.axis[0].value;
	size_t next = second(s, v, m, best);
	char amount[2 * FMT], change[2 * FMT], rest[FINDING];

	sweep_amount(amount, m, top->mean);
	if (next == SWEEP_NONE)
		snprintf(rest, FINDING, " is %s with %.60s", amount, value[best]);
	else if (sweep_alike(s, v, m, best, worst))
		snprintf(rest, FINDING, " is the same for every %s: %s", sweep_word(&s->grid.axis[0]),
			 amount);
	else if (sweep_open(s, v, m, best, next))
		snprintf(rest, FINDING, " is %s with %.60s and %.60s (%s), %s with %.60s",
			 superlative(m), value[best], value[next], amount,
			 against(change, sweep_value(s, v, worst, m)->mean, top->mean), value[worst]);
	else
		snprintf(rest, FINDING, " is %s with %.60s (%s), %s with %.60s", superlative(m),
			 value[best], amount,
			 against(change, sweep_value(s, v, worst, m)->mean, top->mean), value[worst]);
	finding_add(out, rest);
}

/* "lpm, 0.9", "lpm, 0.9 and fcfs, 0.9", "lpm, 0.9 and 3 others": the best point, and those of which it
 * cannot be told whether they are better. */
static char *best_label(const struct sweep *s, const struct sweep_view *v, enum metric m, size_t best)
{
	char *label = grid_label(&s->grid, best, false), *other, *all;
	size_t n = 0, last = best;

	for (size_t i = 0; i < s->grid.npoints; i++) {
		if (i == best || !sweep_value(s, v, i, m) || !sweep_open(s, v, m, best, i))
			continue;
		last = i;
		n++;
	}
	if (n == 0)
		return label;
	other = grid_label(&s->grid, last, false);
	all = n == 1 ? xasprintf("%.60s and %.60s", label, other) :
		xasprintf("%.60s and %zu others", label, n);
	free(other);
	free(label);
	return all;
}

static void of_grid(const struct sweep *s, const struct sweep_view *v, enum metric m, size_t best,
		    char out[FINDING])
{
	size_t n = s->grid.naxes, *axis = xcalloc(n, sizeof(*axis));
	double *effect = xcalloc(n, sizeof(*effect));
	char amount[2 * FMT], most[FMT], least[FMT], rest[FINDING],
		*label = best_label(s, v, m, best);

	sweep_rank_axes(s, v, m, axis, effect);
	sweep_amount(amount, m, sweep_value(s, v, best, m)->mean);
	if (effect[0] < 1.01)
		snprintf(rest, FINDING, " is the same everywhere, within 1%%: %s", amount);
	else if (n == 2)
		snprintf(rest, FINDING, " is %s at %.120s (%s); %s changes it by %s, %s by %s",
			 superlative(m), label, amount,
			 sweep_word(&s->grid.axis[axis[0]]), sweep_factor(most, effect[0]),
			 sweep_word(&s->grid.axis[axis[1]]), sweep_factor(least, effect[1]));
	else
		snprintf(rest, FINDING, " depends most on %s (%s), least on %s (%s); %s at %.160s (%s)",
			 sweep_word(&s->grid.axis[axis[0]]), sweep_factor(most, effect[0]),
			 sweep_word(&s->grid.axis[axis[n - 1]]), sweep_factor(least, effect[n - 1]),
				 superlative(m), label, amount);
	finding_add(out, rest);
	free(label);
	free(axis);
	free(effect);
}

/* Variants that are no more than names for one setting's curves: where each has its best, "flat from 0.7 on". */
static void of_variants(const struct sweep *s, const struct sweep_view *v, enum metric m, char out[FINDING])
{
	char all[FINDING], words[2 * FMT], one[FINDING];
	size_t used;

	sweep_metric_words(words, m);
	for (size_t i = 0; i < sweep_slices(s); i++) {
		struct sweep slice = sweep_slice(s, i);

		sweep_finding(&slice, v, m, all);
		used = strlen(words);
		if (!*all)
			continue;
		if (strstr(out, " with "))
			used += strlen(" is");	/* of the first one only */
		snprintf(one, FINDING, "%s with %.60s%.*s", strstr(out, " with ") ? ";" : "", s->grid.axis[0].value[i],
			 (int)strcspn(all + used, "("), all + used);
		if (one[strlen(one) - 1] == ' ')
			one[strlen(one) - 1] = '\0';
		finding_add(out, one);
	}
}

size_t sweep_slices(const struct sweep *s)
{
	return s->grid.naxes > 1 && s->grid.axis[0].variant ? s->grid.axis[0].n : 1;
}

struct sweep sweep_slice(const struct sweep *s, size_t i)
{
	struct sweep slice = *s;

	if (sweep_slices(s) > 1) {
		slice.grid.axis = s->grid.axis + 1;
		slice.grid.naxes = s->grid.naxes - 1;
		slice.grid.npoints = s->grid.npoints / s->grid.axis[0].n;
		slice.point = s->point + i * slice.grid.npoints;
	}
	return slice;
}

void sweep_finding(const struct sweep *s, const struct sweep_view *v, enum metric m, char out[FINDING])
{
	size_t best, worst;

	out[0] = '\0';
	sweep_extremes(s, v, m, &best, &worst);
	if (best == SWEEP_NONE)
		return;
	begin(out, m);
	if (s->grid.naxes == 2 && s->grid.axis[0].variant && sweep_rises(&s->grid.axis[1]))
		of_variants(s, v, m, out);
	else if (s->grid.naxes > 1)
		of_grid(s, v, m, best, out);
	else if (sweep_rises(&s->grid.axis[0]))
		along_axis(s, v, m, best, worst, out);
	else
		of_names(s, v, m, best, worst, out);
}

/* ---- under which conditions */

static void axis_words(const struct grid_axis *a, char out[FINDING])
{
	char text[FINDING];

	finding_add(out, sweep_word(a));
	if (a->range && a->n > 2) {
		snprintf(text, FINDING, " %s to %s (%zu)", a->value[0], a->value[a->n - 1], a->n);
		finding_add(out, text);
		return;
	}
	for (size_t i = 0; i < a->n && i < 4; i++) {
		snprintf(text, FINDING, "%s %.40s", i ? "," : "", a->value[i]);
		finding_add(out, text);
	}
	if (a->n > 4) {
		snprintf(text, FINDING, ", … (%zu)", a->n);
		finding_add(out, text);
	}
}

void sweep_at(const struct sweep *s, const struct sweep_view *v, char out[FINDING])
{
	const struct sweep_level *at = NULL;
	bool same = true;
	size_t n;

	out[0] = '\0';
	for (size_t i = 0; i < s->grid.npoints; i++) {
		const struct sweep_level *l = sweep_level(&s->point[i], v->level);

		same = same && (!at || !l || strcmp(at->info.label, l->info.label) == 0);
		at = at ? at : l;
	}
	if (at)
		snprintf(out, FINDING, "at %s; ", same ? at->info.label : "each point's heaviest level");
	n = strlen(out);
	if (s->base->run.replications > 1)
		snprintf(out + n, FINDING - n, "mean and 95%% interval of %ld seeds",
			 (long)s->base->run.replications);
	else
		snprintf(out + n, FINDING - n, "one seed");
}

void sweep_conditions(const struct sweep *s, const struct sweep_view *v, char out[FINDING])
{
	char at[FINDING];

	out[0] = '\0';
	for (size_t a = 0; a < s->grid.naxes; a++) {
		finding_add(out, a ? ", " : "");
		axis_words(&s->grid.axis[a], out);
	}
	sweep_at(s, v, at);
	finding_add(out, "; ");
	finding_add(out, at);
}

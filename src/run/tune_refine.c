/* run/tune_refine.c - continuous axes: a compass search around the leader. */
#include "config.h"

#include "run/tune_parts.h"

#include <stdlib.h>

#include "base/mem.h"

#define FIRST_STEP	(TUNE_FINE / 8)	/* half of what the grid has */
#define MOVES		3		/* at most, of a step's width */

static size_t continuous(const struct tune *t)
{
	size_t n = 0;

	for (size_t a = 0; a < t->grid.naxes; a++)
		n += t->grid.axis[a].continuous;
	return n;
}

size_t tune_refine_most(const struct tune *t, size_t *looks)
{
	size_t steps = 0;

	for (size_t step = FIRST_STEP; step >= 1; step /= 2)
		steps++;
	*looks = continuous(t) > 0 ? steps * MOVES : 0;
	return 2 * continuous(t) * steps * MOVES;
}

/* The leader's neighbour on axis a, if it is within the range and new and can run: added to which[]. */
static void add_neighbour(struct tune *t, size_t lead, size_t a, size_t place, size_t *which, size_t *n)
{
	size_t *at = xcalloc(t->grid.naxes + 1, sizeof(*at)), i;
	struct diag errors;
	bool is_new;

	for (size_t k = 0; k < t->grid.naxes; k++)
		at[k] = t->candidate[lead].at[k];
	at[a] = place;
	i = tune_candidate_at(t, at, 0, &is_new);
	free(at);
	if (!is_new)
		return;
	diag_init(&errors);
	t->candidate[i].refined = true;
	if (!tune_prepare(t, i, &errors)) {
		t->candidate[i].fate = TUNE_CANNOT_RUN;
		t->candidate[i].reason = xstrdup(errors.n > 0 ? errors.message[0].text : "not valid");
	}
	diag_release(&errors);
	if (t->candidate[i].fate == TUNE_RACING)
		which[(*n)++] = i;
}

/* All neighbours at this distance, on as many replications as the leader has; returns how many were
 * new. */
static size_t look_around(struct tune *t, size_t lead, size_t step)
{
	size_t axes = t->grid.naxes, n = 0, *which = xcalloc(2 * axes + 1, sizeof(*which)),
	       *to = xcalloc(2 * axes + 1, sizeof(*to));

	for (size_t a = 0; a < axes; a++) {
		size_t place = t->candidate[lead].at[a];

		if (!t->grid.axis[a].continuous)
			continue;
		if (place >= step)
			add_neighbour(t, lead, a, place - step, which, &n);
		if (place + step <= TUNE_FINE)
			add_neighbour(t, lead, a, place + step, which, &n);
	}
	for (size_t i = 0; i < n; i++)
		to[i] = t->candidate[lead].n;
	tune_grow(t, which, to, n);
	free(which);
	free(to);
	return n;
}

/* What is new is within the precision of the leader: closer still nothing can be gained that matters. */
static bool flat(const struct tune *t, size_t from)
{
	for (size_t i = from; i < t->n; i++)
		if (t->candidate[i].fate != TUNE_EQUAL)
			return false;
	return true;
}

size_t tune_refine(struct tune *t, size_t lead, size_t (*judge)(void *ctx), void *ctx)
{
	if (continuous(t) == 0)
		return lead;
	for (size_t step = FIRST_STEP; step >= 1; step /= 2) {
		for (size_t moves = 0; moves < MOVES; moves++) {
			size_t from = t->n, was = lead, fresh = look_around(t, lead, step);

			if (t->stopped)
				return lead;
			lead = fresh > 0 ? judge(ctx) : lead;
			if (lead == t->n || (fresh > 0 && lead == was && flat(t, from)))
				return lead;
			if (lead == was)
				break;
		}
	}
	return lead;
}

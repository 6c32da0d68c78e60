/* report/sweep_walls.c - where a sweep's points cannot run, in words. */
#include "config.h"

#include "report/sweep.h"

#include <stdio.h>

static const char *verb(enum sweep_status status)
{
	return status == SWEEP_HANGS ? "the engine hangs" : status == SWEEP_DOES_NOT_FIT ?
		"memory does not suffice" :
		"the engine refuses the load";
}

static bool runs(const struct sweep *s, size_t point)
{
	return s->point[point].status == SWEEP_OK || s->point[point].status == SWEEP_HANGS;
}

/* "up to 0.45 memory does not suffice" of the points from .. to at one end of an axis, none of which
 * runs. */
static void wall_at(const struct sweep *s, size_t from, size_t to, char out[FINDING])
{
	const struct grid_axis *a = &s->grid.axis[0];
	const char *why = verb(s->point[from].status);
	char text[FINDING];

	for (size_t i = from; i <= to; i++)
		if (s->point[i].status != s->point[from].status)
			why = "it cannot run";
	if (from == to)
		snprintf(text, FINDING, "at %s %s %s", sweep_word(a), a->value[from], why);
	else if (from == 0)
		snprintf(text, FINDING, "up to %s %s %s", sweep_word(a), a->value[to], why);
	else
		snprintf(text, FINDING, "from %s %s on %s", sweep_word(a), a->value[from], why);
	finding_add(out, *out ? "; " : "");
	finding_add(out, text);
}

static void count_points(const struct sweep *s, enum sweep_status status, size_t from, size_t to,
			 char out[FINDING])
{
	char text[FINDING];
	size_t count = 0;

	for (size_t i = from; i < to; i++)
		count += s->point[i].status == status;
	if (count == 0)
		return;
	snprintf(text, FINDING, "%sat %zu of %zu points %s", *out ? "; " : "", count, s->grid.npoints,
		 verb(status));
	finding_add(out, text);
}

/* "nothing runs below 0.4 and above 0.9" */
static void walls_brief(const struct sweep *s, size_t from, size_t to, char out[FINDING])
{
	const struct grid_axis *a = &s->grid.axis[0];
	char text[FINDING];

	finding_add(out, "nothing runs");
	if (from > 0) {
		snprintf(text, FINDING, " below %s", a->value[from]);
		finding_add(out, text);
	}
	if (to < a->n) {
		snprintf(text, FINDING, "%s above %s", from > 0 ? " and" : "", a->value[to - 1]);
		finding_add(out, text);
	}
}

void sweep_walls(const struct sweep *s, bool brief, char out[FINDING])
{
	size_t n = s->grid.npoints, from = 0, to = n;

	out[0] = '\0';
	if (s->grid.naxes == 1 && sweep_rises(&s->grid.axis[0])) {	/* the ends of the axis, then
									 * what is between */
		while (from < n && !runs(s, from))
			from++;
		while (to > from && !runs(s, to - 1))
			to--;
		if (from == n)
			snprintf(out, FINDING, "no point can run");
		else if (brief && (from > 0 || to < n))
			walls_brief(s, from, to, out);
		if (from > 0 && from < n && !brief)
			wall_at(s, 0, from - 1, out);
		if (from < n && to < n && !brief)
			wall_at(s, to, n - 1, out);
	}
	count_points(s, SWEEP_DOES_NOT_FIT, from, to, out);
	count_points(s, SWEEP_CANNOT_RUN, from, to, out);
	count_points(s, SWEEP_HANGS, from, to, out);
}

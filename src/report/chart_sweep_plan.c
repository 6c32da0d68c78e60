/* report/chart_sweep_plan.c - axes of a sweep onto x, colour, columns and rows of panels. */
#include "config.h"

#include "report/chart_sweep.h"

#include <stdlib.h>

#define COLUMNS		4
#define NAMES		16		/* places of an x axis without numbers */

static const struct grid_axis *axis_of(const struct sweep_chart *c, size_t a)
{
	return &c->s->grid.axis[a];
}

/* Along x goes what has most numbers, or else most names. */
static size_t choose_x(const struct sweep_chart *c)
{
	size_t x = SWEEP_NONE;

	for (size_t a = 0; a < c->s->grid.naxes; a++) {
		const struct grid_axis *one = axis_of(c, a), *best = x == SWEEP_NONE ?
			NULL : axis_of(c, x);
		bool rises = sweep_rises(one) && one->n > 2, best_rises = best && sweep_rises(best) &&
			best->n > 2;

		if (!best || (rises && !best_rises) || (rises == best_rises && one->n > best->n))
			x = a;
	}
	return x;
}

/* Colours compare: names before numbers, few before many. */
static size_t choose_color(const struct sweep_chart *c, size_t x)
{
	size_t color = SWEEP_NONE;

	for (size_t a = 0; a < c->s->grid.naxes; a++) {
		const struct grid_axis *one = axis_of(c, a), *best = color == SWEEP_NONE ?
			NULL : axis_of(c, color);

		if (a == x || one->n > SWEEP_SERIES)
			continue;
		if (!best || (!one->numeric && best->numeric) ||
		    (one->numeric == best->numeric && one->n < best->n))
			color = a;
	}
	return color;
}

static size_t rest(const struct sweep_chart *c, const struct sweep_plan *p, size_t after)
{
	for (size_t a = after; a < c->s->grid.naxes; a++)
		if (a != p->x && a != p->color)
			return a;
	return SWEEP_NONE;
}

static bool lay_panels(const struct sweep_chart *c, struct sweep_plan *p, char why[WHY])
{
	size_t n;

	p->column = rest(c, p, 0);
	p->row = p->column == SWEEP_NONE ? SWEEP_NONE : rest(c, p, p->column + 1);
	n = p->column == SWEEP_NONE ? 1 : axis_of(c, p->column)->n;
	if (p->row != SWEEP_NONE) {
		p->columns = n;
		p->rows = axis_of(c, p->row)->n;
	} else {
		p->columns = n <= 3 ? n : n == 4 ? 2 : (n + 2) / 3 > 2 ? 4 : 3;
		p->rows = (n + p->columns - 1) / p->columns;
	}
	p->panels = p->row == SWEEP_NONE ? n : p->columns * p->rows;
	if (p->columns <= COLUMNS && p->panels <= SWEEP_PANELS)
		return true;
	snprintf(why, WHY, "%zu panels are too many", p->panels);
	return false;
}

bool sweep_plan(const struct sweep_chart *c, struct sweep_plan *p, char why[WHY])
{
	size_t n = c->s->grid.naxes;

	*p = (struct sweep_plan){ .x = choose_x(c), .color = SWEEP_NONE, .column = SWEEP_NONE,
				  .row = SWEEP_NONE, .series = 1 };
	if (n > 4) {
		snprintf(why, WHY, "%zu axes are more than a grid of panels can show", n);
		return false;
	}
	p->nx = axis_of(c, p->x)->n;
	p->lines = sweep_rises(axis_of(c, p->x)) && p->nx > 2;
	if (!p->lines && p->nx > NAMES) {
		snprintf(why, WHY, "%zu values of %s are more than fit side by side", p->nx,
			 sweep_word(axis_of(c, p->x)));
		return false;
	}
	if (n > 1) {
		p->color = choose_color(c, p->x);
		if (p->color != SWEEP_NONE)
			p->series = axis_of(c, p->color)->n;
	}
	return lay_panels(c, p, why);
}

size_t sweep_plan_point(const struct sweep_chart *c, const struct sweep_plan *p, size_t panel,
			size_t series, size_t x)
{
	const struct grid *g = &c->s->grid;
	size_t point = 0;

	for (size_t a = 0; a < g->naxes; a++) {
		size_t i = a == p->x ? x : a == p->color ? series : a == p->row ? panel / p->columns :
			   p->row == SWEEP_NONE ? panel : panel % p->columns;

		point = point * g->axis[a].n + i;
	}
	return point;
}

double sweep_plan_x(const struct sweep_chart *c, const struct sweep_plan *p, size_t series, size_t i)
{
	double apart = p->series > 1 ? 0.5 / (double)p->series : 0.0;

	if (p->lines)
		return strtod(axis_of(c, p->x)->value[i], NULL);
	return (double)i + 1.0 + apart * ((double)series - (double)(p->series - 1) / 2.0);
}

/* report/sweep_text.c - a page about a sweep: what it says, its points, its walls. */
#include "config.h"

#include "report/sweep.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/mem.h"
#include "report/cliff.h"
#include "report/gain.h"
#include "report/text_parts.h"

#define ALL_SHOWN	24		/* points of a table that shows all of them */
#define TOP		10		/* of a longer one: the best, */
#define BOTTOM		3		/* and the worst */
#define COLUMNS		12
#define CELL		60
#define WALLS		8		/* sentences about walls; the table has them all */

struct table {				/* cells of text, columns as wide as their widest */
	char (*cell)[COLUMNS][CELL];
	size_t n, cap, columns, width[COLUMNS];
	bool right[COLUMNS];
};

static char (*new_row(struct table *t))[CELL]
{
	ARRAY_ROOM(t->cell, t->n, t->cap);
	memset(t->cell[t->n], 0, sizeof(t->cell[t->n]));
	return t->cell[t->n++];
}

static void print_table(struct table *t, FILE *out)
{
	char *text;
	size_t bytes;
	FILE *f = open_memstream(&text, &bytes);

	BUG_ON(!f);
	for (size_t r = 0; r < t->n; r++)
		for (size_t c = 0; c < t->columns; c++)
			t->width[c] = fmt_cols(t->cell[r][c]) > t->width[c] ? fmt_cols(t->cell[r][c]) :
				t->width[c];
	for (size_t r = 0; r < t->n; r++) {
		for (size_t c = 0; c < t->columns; c++) {
			fputs("  ", f);
			(t->right[c] ? fmt_right : fmt_left)(f, t->cell[r][c], t->width[c]);
		}
		fputc('\n', f);
	}
	BUG_ON(fclose(f) != 0);
	text_print_trimmed(text, out);
	free(text);
	free(t->cell);
}

/* ---- which points, in which order */

struct chosen {
	const struct sweep *s;
	const struct sweep_view *v;
	size_t *point, n;
	size_t best, worst;
	bool all;			/* else the best, then the worst */
};

/* As good as its metric; what has none is last, then in the grid's order. */
static double goodness(const struct chosen *c, size_t point)
{
	const struct summary *x = sweep_value(c->s, c->v, point, c->v->metric[0]);

	return !x ? (double)-INFINITY : metric_info[c->v->metric[0]].better < 0 ? -x->mean : x->mean;
}

static void sort_by_goodness(struct chosen *c)
{
	for (size_t gap = c->n / 2; gap > 0; gap /= 2) {	/* Shell's sort, made total by the
								 * point's number */
		for (size_t i = gap; i < c->n; i++) {
			size_t p = c->point[i], k = i;

			for (; k >= gap; k -= gap) {
				size_t q = c->point[k - gap];
				double a = goodness(c, p), b = goodness(c, q);

				if (b > a || (!(a > b) && q < p))
					break;
				c->point[k] = q;
			}
			c->point[k] = p;
		}
	}
}

static struct chosen choose(const struct sweep *s, const struct sweep_view *v)
{
	struct chosen c = { .s = s, .v = v, .n = s->grid.npoints, .all = s->grid.npoints <= ALL_SHOWN };
	size_t with = 0;

	c.point = xcalloc(c.n, sizeof(*c.point));
	for (size_t i = 0; i < c.n; i++) {
		c.point[i] = i;
		with += sweep_value(s, v, i, v->metric[0]) != NULL;
	}
	sweep_extremes(s, v, v->metric[0], &c.best, &c.worst);
	if (c.best != SWEEP_NONE && sweep_alike(s, v, v->metric[0], c.best, c.worst))
		c.best = c.worst = SWEEP_NONE;
	if (c.all)
		return c;
	sort_by_goodness(&c);
	c.n = with;
	if (with > TOP + BOTTOM) {
		memmove(c.point + TOP, c.point + with - BOTTOM, BOTTOM * sizeof(*c.point));
		c.n = TOP + BOTTOM;
	}
	return c;
}

/* ---- the table */

static void head(const struct sweep *s, const struct sweep_view *v, struct table *t, size_t axes)
{
	char (*row)[CELL] = new_row(t), (*units)[CELL];

	for (size_t a = 0; a < axes; a++) {
		snprintf(row[a], CELL, "%.55s", sweep_word(&s->grid.axis[a]));
		t->right[a] = s->grid.axis[a].numeric;
	}
	units = new_row(t);
	row = t->cell[0];
	for (size_t i = 0; i < v->nmetrics; i++) {
		snprintf(row[axes + i], CELL, "%s", metric_info[v->metric[i]].name);
		snprintf(units[axes + i], CELL, "%s", metric_info[v->metric[i]].unit);
		t->right[axes + i] = true;
	}
	snprintf(row[axes + v->nmetrics], CELL, "KV pool");
	snprintf(units[axes + v->nmetrics], CELL, "tokens");
	t->right[axes + v->nmetrics] = true;
	t->columns = axes + v->nmetrics + 2;
}

static void remark(const struct chosen *c, size_t point, char out[CELL])
{
	const struct sweep_point *p = &c->s->point[point];
	const struct summary *lost = sweep_value(c->s, c->v, point, M_retractions);
	char num[FMT];
	size_t n;

	out[0] = '\0';
	if (p->status != SWEEP_OK) {
		snprintf(out, CELL, "%s", sweep_status_name[p->status]);
		return;
	}
	if (point == c->best || point == c->worst)
		snprintf(out, CELL, "%s", point == c->best ? "best" : "worst");
	n = strlen(out);
	if (lost && lost->mean > 0.0)
		snprintf(out + n, CELL - n, "%s%s retractions", n ? ", " : "", fmt_num(num, lost->mean));
	n = strlen(out);
	if (p->memory == MEMORY_AT_RISK)
		snprintf(out + n, CELL - n, "%smemory at risk", n ? ", " : "");
}

static void point_row(const struct chosen *c, size_t point, struct table *t, size_t axes)
{
	const struct sweep *s = c->s;
	const struct sweep_view *v = c->v;
	char (*row)[CELL] = new_row(t), num[FMT];

	for (size_t a = 0; a < axes; a++)
		fmt_short(row[a], CELL, grid_value(&s->grid, point, a), 24);
	for (size_t i = 0; i < v->nmetrics; i++) {
		const struct summary *x = sweep_value(s, v, point, v->metric[i]);

		snprintf(row[axes + i], CELL, "%s", x ? fmt_pm(num, x) : "–");
	}
	snprintf(row[axes + v->nmetrics], CELL, "%s", fmt_fixed(num, (double)s->point[point].kv_tokens,
								0));
	remark(c, point, row[axes + v->nmetrics + 1]);
}

static void points(const struct sweep *s, const struct sweep_view *v, FILE *out)
{
	size_t axes = s->grid.naxes < COLUMNS - 4 ? s->grid.naxes : COLUMNS - 4;
	struct chosen c = choose(s, v);
	struct table t = { 0 };
	char note[200];

	if (c.all)
		snprintf(note, sizeof(note), "%zu", s->grid.npoints);
	else
		snprintf(note, sizeof(note), "the %s of %zu by %s", c.n < TOP + BOTTOM ?
			 "best" : "10 best and the 3 worst",
			 s->grid.npoints, metric_info[v->metric[0]].name);
	text_heading(out, "Points", note);
	head(s, v, &t, axes);
	for (size_t i = 0; i < c.n; i++) {
		if (!c.all && c.n == TOP + BOTTOM && i == TOP)
			snprintf(new_row(&t)[0], CELL, "…");
		point_row(&c, c.point[i], &t, axes);
	}
	print_table(&t, out);
	if (axes < s->grid.naxes)
		fprintf(out, "  The other %zu axes are in sweep.csv.\n", s->grid.naxes - axes);
	free(c.point);
}

/* ---- walls */

/* Each sentence once, with how many points say it. */
static void walls(const struct sweep *s, FILE *out)
{
	bool *told = xcalloc(s->grid.npoints, sizeof(*told));
	size_t lines = 0, left = 0;

	for (size_t i = 0; i < s->grid.npoints; i++) {
		const struct sweep_point *p = &s->point[i];
		char text[1200], *label;
		size_t more = 0;

		if (p->status == SWEEP_OK || !p->why || told[i])
			continue;
		if (lines == 0)
			text_heading(out, "Walls", "points that cannot run, or hang");
		if (lines++ >= WALLS) {
			left++;
			continue;
		}
		for (size_t k = i + 1; k < s->grid.npoints; k++) {
			told[k] = told[k] || (s->point[k].status == p->status && s->point[k].why &&
					      strcmp(s->point[k].why, p->why) == 0);
			more += s->point[k].status == p->status && s->point[k].why &&
				strcmp(s->point[k].why, p->why) == 0;
		}
		label = grid_label(&s->grid, i, true);
		if (more > 0)
			snprintf(text, sizeof(text), "%.200s and %zu more: %.500s", label, more, p->why);
		else
			snprintf(text, sizeof(text), "%.200s: %.500s", label, p->why);
		fputs("  ", out);
		fmt_wrap(out, text, 2, 4, TEXT_WIDTH);
		free(label);
	}
	if (left > 0)
		fprintf(out, "  … and at %zu more points: the column why of sweep.csv\n", left);
	free(told);
}

/* ---- the page */

static void matters(const struct sweep *s, const struct sweep_view *v, FILE *out)
{
	size_t n = s->grid.naxes, *axis = xcalloc(n, sizeof(*axis));
	double *effect = xcalloc(n, sizeof(*effect));
	struct table t = { .columns = 3, .right = { false, true, false } };
	char num[FMT];

	sweep_rank_axes(s, v, v->metric[0], axis, effect);
	text_heading(out, "What matters", metric_info[v->metric[0]].name);
	for (size_t a = 0; a < n; a++) {
		char (*row)[CELL] = new_row(&t);

		snprintf(row[0], CELL, "%.55s", sweep_word(&s->grid.axis[axis[a]]));
		snprintf(row[1], CELL, "%s", sweep_factor(num, effect[a]));
		snprintf(row[2], CELL, "%s",
			 a ? "" : "between its best and its worst value, all else the same");
	}
	print_table(&t, out);
	free(axis);
	free(effect);
}

/* A sentence a metric, and one about where it cannot run. */
static void findings(const struct sweep *s, const struct sweep_view *v, FILE *out)
{
	char text[FINDING];

	for (size_t i = 0; i <= v->nmetrics; i++) {
		if (i < v->nmetrics)
			sweep_finding(s, v, v->metric[i], text);
		else
			sweep_walls(s, false, text);
		if (!*text)
			continue;
		text[0] = (char)toupper((unsigned char)text[0]);
		snprintf(text + strlen(text), sizeof(text) - strlen(text), ".");
		fmt_wrap(out, text, 0, 2, TEXT_WIDTH);
	}
}

/* What names gain over the first; their answer goes before all findings. */
static void gains(const struct sweep *s, const struct sweep_view *v, bool answer, FILE *out)
{
	struct gains g;
	char text[FINDING];

	if (!gains_find(&g, s, v->level, v->metric[0]))
		return;
	if (answer) {
		gains_answer(&g, text);
		snprintf(text + strlen(text), sizeof(text) - strlen(text), ".");
		fmt_wrap(out, text, 0, 2, TEXT_WIDTH);
	} else {
		report_gains_text(&g, out);
	}
	gains_release(&g);
}

void report_sweep_text(const struct sweep *s, const struct sweep_view *v, FILE *out)
{
	struct run_result run =
		{ .scenario = s->base, .replications = (size_t)s->base->run.replications };
	char text[FINDING], title[FINDING], clean[200];
	struct cliffs c;

	finding_system(&run, text);
	snprintf(title, sizeof(title), "Sweep of %.150s: %.200s",
		 fmt_clean(clean, sizeof(clean), s->base->name), text);
	fmt_wrap(out, title, 0, 2, TEXT_WIDTH);
	sweep_conditions(s, v, text);
	fmt_wrap(out, text, 0, 2, TEXT_WIDTH);
	fputs("\n", out);
	if (cliffs_find(&c, s, v->level, v->metric, v->nmetrics)) {
		report_cliffs_text(&c, out);
		cliffs_release(&c);
		return;
	}
	gains(s, v, true, out);
	for (size_t i = 0; i < sweep_slices(s); i++) {
		struct sweep slice = sweep_slice(s, i);

		if (sweep_slices(s) > 1)
			fprintf(out, "%s%s\n", i ? "\n" : "",
				fmt_clean(clean, sizeof(clean), s->grid.axis[0].value[i]));
		findings(&slice, v, out);
	}
	gains(s, v, false, out);
	points(s, v, out);
	if (s->grid.naxes > 1)
		matters(s, v, out);
	walls(s, out);
}

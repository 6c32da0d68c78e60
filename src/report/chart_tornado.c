/* report/chart_tornado.c - what each knob matters: the winner with one other value at a time. */
#include "config.h"

#include "report/chart.h"
#include "report/chart_forest.h"
#include "report/tune.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define KNOBS		400

enum { COLOR_CHANGE = 1, COLOR_VIOLATES = 8 };

struct knob {				/* an axis with its other values */
	size_t axis, first, n;		/* knobs[first..first + n) */
	double most;			/* the largest change, either way */
};

static const char *last_word(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot ? dot + 1 : path;
}

static struct summary change(const struct tune *t, const struct tune_knob *k)
{
	return tune_difference(&t->candidate[t->winner], &t->candidate[k->candidate], t->goal.metric);
}

static int by_change(const void *a, const void *b)
{
	const struct knob *x = a, *y = b;

	if (x->most > y->most || x->most < y->most)
		return x->most > y->most ? -1 : 1;
	return x->axis < y->axis ? -1 : 1;
}

/* The axes, the one that matters most first. */
static size_t group(const struct tune *t, const struct tune_knob *k, size_t n, struct knob *out)
{
	size_t groups = 0;

	for (size_t i = 0; i < n; i++) {
		struct summary s = change(t, &k[i]);

		if (groups == 0 || out[groups - 1].axis != k[i].axis)
			out[groups++] = (struct knob){ .axis = k[i].axis, .first = i };
		out[groups - 1].n++;
		if (s.n > 0)
			out[groups - 1].most = fmax(out[groups - 1].most, fabs(s.mean));
	}
	qsort(out, groups, sizeof(*out), by_change);
	return groups;
}

static void add_row(struct forest *f, const struct tune *t, const struct tune_knob *k, bool first)
{
	const struct tune_candidate *c = &t->candidate[k->candidate];
	char name[FMT];
	size_t i = f->nrows++, slo;
	bool violates = tune_violates(t, c, &slo);

	f->row[i].pct[0] = change(t, k);
	f->row[i].mark[0] = (double)NAN;
	f->row[i].color[0] = violates ? COLOR_VIOLATES : COLOR_CHANGE;
	snprintf(f->row[i].label, sizeof(f->row[i].label), "%.70s", c->value[k->axis]);
	if (first)
		snprintf(f->row[i].group, sizeof(f->row[i].group), "%.46s",
			 last_word(t->grid.axis[k->axis].path));
	if (c->n == 0)
		snprintf(f->row[i].value, sizeof(f->row[i].value), "cannot run");
	else
		snprintf(f->row[i].value, sizeof(f->row[i].value), "%s%s",
			 tune_change(name, f->row[i].pct[0].mean),
			 c->fate == TUNE_HANGS ? ", hangs" : violates ? ", violates" : "");
}

/* Of a knob with many values: those nearest to the winner and the ends tell most; here every
 * stride-th. */
static void rows(struct forest *f, const struct tune *t, const struct tune_knob *k,
		 const struct knob *g, size_t groups)
{
	size_t share = groups < FOREST_ROWS ? FOREST_ROWS / groups : 1;

	for (size_t a = 0; a < groups && f->nrows < FOREST_ROWS; a++) {
		size_t shown = g[a].n < share ? g[a].n : share;

		for (size_t i = 0; i < shown && f->nrows < FOREST_ROWS; i++) {
			size_t at = shown > 1 ? i * (g[a].n - 1) / (shown - 1) : 0;

			add_row(f, t, &k[g[a].first + at], i == 0);
		}
	}
}

static void words(const struct tune *t, const struct knob *g, size_t groups, struct page *page)
{
	const struct run_result r = tune_as_run(t);
	const char *goal = metric_info[t->goal.metric].name, *most =
		last_word(t->grid.axis[g[0].axis].path);
	char value[FMT];

	if (g[0].most < 0.05)
		snprintf(page->title, FINDING, "No knob alone moves %s by more than 0.05%%", goal);
	else if (groups > 1)
		snprintf(page->title, FINDING, "%s matters most: up to %.1f%% of %s; %s %s%s", most,
			 g[0].most, goal,
			 last_word(t->grid.axis[g[groups - 1].axis].path), g[groups - 1].most < 0.1 ? "changes nothing" : "least: ",
			 g[groups - 1].most < 0.1 ? "" : fmt_pct(value, g[groups - 1].most / 100.0));
	else
		snprintf(page->title, FINDING, "%s moves %s by up to %.1f%%", most, goal, g[0].most);
	snprintf(page->subtitle, FINDING, "%.60s at %s: the %s with one setting changed; paired "
		 "differences on the same requests, "
		 "95%% interval", r.scenario->name, t->candidate[t->winner].level_label, t->found ? "winner" : "nearest");
	page_legend(page, "keeps the objectives", COLOR_CHANGE, MARK_SQUARE);
	page_legend(page, "violates one", COLOR_VIOLATES, MARK_SQUARE);
}

bool tune_chart_tornado(const struct tune *t, FILE *f, struct page *page, char why[WHY])
{
	struct tune_knob k[KNOBS];
	struct knob *g;
	size_t n = t->winner < t->n && !t->goal.load ? tune_knobs(t, t->winner, k, KNOBS) : 0, groups;
	struct forest forest = { .nseries = 1, .value_head = "change" };
	char xlabel[120];

	if (n == 0) {
		snprintf(why, WHY, "%s", t->goal.load ? "" : "no candidate differs from the winner in "
			 "one setting only");
		return false;
	}
	g = xcalloc(t->grid.naxes + 1, sizeof(*g));
	groups = group(t, k, n, g);
	rows(&forest, t, k, g, groups);
	words(t, g, groups, page);
	snprintf(xlabel, sizeof(xlabel), "change of %s from the %s (%%)",
		 metric_info[t->goal.metric].name, t->found ? "winner" : "nearest");
	forest.xlabel = xlabel;
	forest_write(&forest, f, page);
	free(g);
	return true;
}

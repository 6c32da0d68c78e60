/* report/variants_forest.c - paired differences between variants, and a published table's, predicted. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "report/chart_forest.h"
#include "report/fmt.h"
#include "report/levels_shown.h"
#include "report/variants.h"

#define LEVELS		64

static const struct { enum metric metric; const char *name; } compared[] = {
	{ M_output_throughput, "Output tokens/s" },
	{ M_e2e_ms_mean, "Mean latency" },
	{ M_e2e_ms_p95, "P95 latency" },
};
#define COMPARED	(sizeof(compared) / sizeof(compared[0]))

static void add_row(struct forest *t, struct run_result *const *r, size_t n,
		    const struct level_result *l, size_t which)
{
	enum metric m = compared[which].metric;

	fmt_clean(t->row[t->nrows].label, sizeof(t->row[0].label), l->info.label);
	for (size_t v = 1; v < n && v <= FOREST_SERIES; v++) {
		const struct level_result *other = level_like(r[v], l);
		double a = level_measured(l, m), b = level_measured(other, m);

		t->row[t->nrows].pct[v - 1] = variants_difference(r[0], l, other, m);
		t->row[t->nrows].mark[v - 1] = 100 * (b - a) / a;
		t->row[t->nrows].color[v - 1] = (int)v + 1;
	}
	if (n == 2)
		variants_percent(&t->row[t->nrows].pct[0], t->row[t->nrows].value,
				 sizeof(t->row[0].value));
	t->nrows++;
}

static bool any_mark(const struct forest *t)
{
	for (size_t i = 0; i < t->nrows; i++)
		for (size_t s = 0; s < t->nseries; s++)
			if (isfinite(t->row[i].mark[s]))
				return true;
	return false;
}

/* Of two variants: the second's throughput with little load and with much; rows [0, levels). */
static void with_load(const struct forest *t, size_t levels, const char *second, char out[FINDING])
{
	const struct summary *lo = &t->row[0].pct[0], *hi = &t->row[levels - 1].pct[0];
	const char *from = t->row[0].label, *to = t->row[levels - 1].label;

	if (lo->mean * hi->mean < 0)
		snprintf(out, FINDING, "%s serves %s tokens at %s (%+.0f%%) but %s at %s (%+.0f%%)",
			 second, lo->mean > 0 ? "more" : "fewer", from, lo->mean,
			 hi->mean > 0 ? "more" : "fewer", to, hi->mean);
	else
		snprintf(out, FINDING,
			 "%s's %s in throughput %s with load: %+.1f%% at %s, %+.1f%% at %s", second,
			 hi->mean > 0 ? "lead" : "lag",
			 fabs(hi->mean) > fabs(lo->mean) ? "grows" : "shrinks", lo->mean, from, hi->mean,
			 to);
}

/* How many of the differences are more than chance. */
static void sure_ones(const struct forest *t, const char *first, char out[FINDING])
{
	size_t all = 0, sure = 0;

	for (size_t i = 0; i < t->nrows; i++) {
		for (size_t s = 0; s < t->nseries; s++) {
			const struct summary *d = &t->row[i].pct[s];

			all += d->n > 0;
			sure += d->n > 1 && (d->lo > 0 || d->hi < 0);
		}
	}
	if (sure == all)
		snprintf(out, FINDING,
			 "Every difference from %s is more than chance: no interval reaches 0", first);
	else
		snprintf(out, FINDING,
			 "%zu of %zu differences from %s are more than chance: their intervals leave "
			 "out 0",
			 sure, all, first);
}

bool variants_chart_differences(struct run_result *const *r, size_t n, FILE *f, struct page *page,
				char why[WHY])
{
	struct forest t = { .nseries = n - 1 < FOREST_SERIES ? n - 1 : FOREST_SERIES };
	size_t common[LEVELS], index[FOREST_ROWS], all = variants_levels(r, n, LEVELS, common);
	size_t shown = levels_shown(all, FOREST_ROWS / COMPARED, index);
	char first[64], label[FOREST_SERIES][64], system[FINDING], axis[120];

	if (shown == 0 || r[0]->replications < 2) {
		snprintf(why, WHY,
			 shown == 0 ? "no level that all variants have"
				    : "one replication has no intervals");
		return false;
	}
	for (size_t k = 0; k < COMPARED; k++) {
		snprintf(t.row[t.nrows].group, sizeof(t.row[0].group), "%s", compared[k].name);
		for (size_t i = 0; i < shown; i++)
			add_row(&t, r, n, &r[0]->level[common[index[i]]], k);
	}
	variants_clean(r[0], first);
	for (size_t v = 1; v <= t.nseries; v++)
		page_legend(page, variants_clean(r[v], label[v - 1]), (int)v + 1, MARK_SQUARE);
	if (any_mark(&t))
		page_legend(page, "measured", 0, MARK_HOLLOW);
	if (n == 2 && shown > 1)
		with_load(&t, shown, label[0], page->title);
	else
		sure_ones(&t, first, page->title);
	variants_system(r, n, system);
	snprintf(page->subtitle, FINDING,
		 "%.200s; paired differences, mean and 95%% interval of %ld seeds%s", system,
		 (long)r[0]->replications, shown < all ? "; some levels left out" : "");
	snprintf(axis, sizeof(axis), "Difference from %s", first);
	t.xlabel = axis;
	forest_write(&t, f, page);
	return true;
}

/* "1,681 → 1,952 (1,638 → 2,023)" */
static void pair_words(const struct headline_result *h, char *out, size_t bytes)
{
	char a[FMT], b[FMT], c[FMT], d[FMT];

	snprintf(out, bytes, "%s → %s (%s → %s)", fmt_num(a, h->variant[0].value->mean),
		 fmt_num(b, h->variant[1].value->mean), fmt_num(c, h->variant[0].reported),
		 fmt_num(d, h->variant[1].reported));
}

static bool same_sign(const struct headline_result *h)
{
	return h->variant[1].difference_pct.mean * h->variant[1].reported_pct > 0;
}

/* The table as rows; counts those whose published order is met. */
static size_t table_rows(struct run_result *const *r, struct forest *t, double *farthest)
{
	const struct sub_list *rows = &r[0]->scenario->headline;
	const struct headline_row *list = rows->item;
	size_t met = 0;

	for (size_t i = 0; i < rows->n && t->nrows < FOREST_ROWS; i++) {
		struct headline_result h;

		headline_predict(&list[i], r, 2, &h);
		if (h.variant[1].difference_pct.n == 0 || !isfinite(h.variant[1].reported_pct))
			continue;
		fmt_clean(t->row[t->nrows].label, sizeof(t->row[0].label), list[i].label);
		t->row[t->nrows].pct[0] = h.variant[1].difference_pct;
		t->row[t->nrows].mark[0] = h.variant[1].reported_pct;
		t->row[t->nrows].color[0] = h.like_for_like ? 2 : 0;
		pair_words(&h, t->row[t->nrows].value, sizeof(t->row[0].value));
		t->nrows++;
		met += same_sign(&h);
		*farthest = fmax(*farthest,
				 fabs(h.variant[1].difference_pct.mean - h.variant[1].reported_pct));
	}
	return met;
}

bool variants_chart_published(struct run_result *const *r, size_t n, FILE *f, struct page *page,
			      char why[WHY])
{
	struct forest t = { .nseries = 1, .value_head = "predicted (published)" };
	char first[64], second[64], system[FINDING], axis[200];
	double farthest = 0;
	bool unfair = false;
	size_t met;

	if (n != 2 || r[0]->scenario->headline.n == 0) {
		snprintf(why, WHY,
			 n != 2 ? "it compares two variants" : "the scenario has no published table");
		return false;
	}
	met = table_rows(r, &t, &farthest);
	if (t.nrows == 0) {
		snprintf(why, WHY, "no row has both values predicted and published");
		return false;
	}
	for (size_t i = 0; i < t.nrows; i++)
		unfair = unfair || t.row[i].color[0] == 0;
	page_legend(page, "predicted", 2, MARK_SQUARE);
	page_legend(page, "published", 2, MARK_HOLLOW);
	if (unfair)
		page_legend(page, "not like for like: two different quantities", 0, MARK_SQUARE);
	if (met == t.nrows)
		snprintf(page->title, FINDING,
			 "All %zu published differences are predicted in direction, within %.0f points",
			 met, ceil(farthest));
	else
		snprintf(page->title, FINDING,
			 "%zu of %zu published differences are predicted in direction", met, t.nrows);
	variants_system(r, n, system);
	snprintf(page->subtitle, FINDING,
		 "%.200s; paired differences, mean and 95%% interval of %ld seeds", system,
		 (long)r[0]->replications);
	variants_clean(r[0], first);
	variants_clean(r[1], second);
	snprintf(axis, sizeof(axis), "%s against %s", second, first);
	t.xlabel = axis;
	forest_write(&t, f, page);
	return true;
}

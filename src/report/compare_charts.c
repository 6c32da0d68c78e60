/* report/compare_charts.c - the headlines of a comparison as a forest, and where the time of a
 * request goes. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "report/chart_forest.h"
#include "report/compare.h"
#include "report/fmt.h"
#include "report/levels_shown.h"
#include "report/variants.h"

/* Of two configurations the color says the verdict, of more it says which. */
enum { COLOR_BETTER = 1, COLOR_WORSE = 2, COLOR_CHANGED = 4, COLOR_NONE = 0 };

static int color_of(const struct compare_cell *x)
{
	if (x->verdict != VERDICT_DIFFERENT || x->smaller)
		return COLOR_NONE;
	return x->good > 0 ? COLOR_BETTER : x->good < 0 ? COLOR_WORSE : COLOR_CHANGED;
}

static void value_words(const struct compare_cell *x, char out[64])
{
	char text[FINDING];

	if (x->verdict == VERDICT_IDENTICAL)
		snprintf(out, 64, "identical");
	else if (x->verdict == VERDICT_SAME)
		snprintf(out, 64, "%s",
			 compare_verdict(x, M_output_throughput, text) + strlen("no difference: "));
	else if (x->verdict == VERDICT_OPEN)
		snprintf(out, 64, "%+.1f%% ± %.1f ?", x->pct.mean, (x->pct.hi - x->pct.lo) / 2);
	else if (x->pct.hi - x->pct.lo < 0.1)
		snprintf(out, 64, "%+.1f%%", x->pct.mean);
	else
		variants_percent(&x->pct, out, 64);
}

struct shown {				/* pairs over the baseline that the chart has */
	const struct compare_pair *pair[FOREST_SERIES];
	size_t n;
};

static void choose(const struct compare *c, struct shown *s)
{
	s->n = 0;
	for (size_t i = 0; i < c->npairs && s->n < FOREST_SERIES; i++)
		if (!c->pair[i].runner_up && c->pair[i].nlevels > 0)
			s->pair[s->n++] = &c->pair[i];
}

/* Level l of a pair, in another one: by name; NULL: it has none. */
static const struct compare_level *like(const struct compare_pair *p, const struct compare_level *l)
{
	for (size_t i = 0; i < p->nlevels; i++)
		if (strcmp(p->level[i].label, l->label) == 0)
			return &p->level[i];
	return p->nlevels == 1 ? &p->level[0] : NULL;
}

static void add_row(struct forest *t, const struct shown *s, const struct compare_level *l,
		    enum metric m)
{
	bool any = false;

	fmt_clean(t->row[t->nrows].label, sizeof(t->row[0].label), l->label);
	for (size_t v = 0; v < s->n; v++) {
		const struct compare_level *own = like(s->pair[v], l);

		t->row[t->nrows].pct[v] = own ? own->cell[m].pct : (struct summary){ 0 };
		t->row[t->nrows].mark[v] = (double)NAN;
		t->row[t->nrows].color[v] = s->n == 1 ? color_of(&own->cell[m]) : (int)v + 2;
		any = any || t->row[t->nrows].pct[v].n > 0;
	}
	if (s->n == 1 && any)
		value_words(&l->cell[m], t->row[t->nrows].value);
	t->nrows += any;
}

static void add_group(struct forest *t, const struct shown *s, enum metric m, size_t most)
{
	size_t index[FOREST_ROWS], first = t->nrows, n = levels_shown(s->pair[0]->nlevels, most, index);

	for (size_t i = 0; i < n && t->nrows < FOREST_ROWS; i++)
		add_row(t, s, &s->pair[0]->level[index[i]], m);
	if (t->nrows > first)
		snprintf(t->row[first].group, sizeof(t->row[0].group), "%s%s", metric_info[m].name,
			 metric_info[m].better > 0   ? " (more is better)"
			 : metric_info[m].better < 0 ? " (less is better)"
						     : "");
}

static void legend(const struct compare *c, const struct forest *t, const struct shown *s,
		   struct page *page, char label[][60])
{
	static const struct { int color; const char *text; } words[] = {
		{ COLOR_BETTER, "better" }, { COLOR_WORSE, "worse" }, { COLOR_CHANGED, "different" },
		{ COLOR_NONE, "smaller than the grey band, or not resolved (?)" },
	};

	for (size_t v = 0; v < s->n && s->n > 1; v++)
		page_legend(page, fmt_clean(label[v], 60, c->side[s->pair[v]->of].label), (int)v + 2,
			    MARK_SQUARE);
	for (size_t k = 0; k < 4 && s->n == 1; k++) {
		bool any = false;

		for (size_t i = 0; i < t->nrows; i++)
			any = any || t->row[i].color[0] == words[k].color;
		if (any)
			page_legend(page, words[k].text, words[k].color, MARK_SQUARE);
	}
}

bool compare_chart_verdicts(const struct compare *c, FILE *f, struct page *page, char why[WHY])
{
	struct forest t = { .band = c->precision_pct };
	struct run_result *r[COMPARE_MAX];
	char label[FOREST_SERIES][60], system[FINDING], axis[120], base[60];
	struct shown s;
	size_t n = 0;

	choose(c, &s);
	t.nseries = s.n;
	for (size_t h = 0; h < c->nheadline && s.n > 0 && h < FOREST_ROWS; h++)
		add_group(&t, &s, c->headline[h],
			  c->nheadline < FOREST_ROWS ? FOREST_ROWS / c->nheadline : 1);
	if (t.nrows == 0) {
		snprintf(why, WHY,
			 s.n == 0 ? "no level in common" : "no difference in %% of the baseline");
		return false;
	}
	for (size_t i = 0; i < c->nsides; i++)
		if (c->side[i].result)
			r[n++] = c->side[i].result;
	compare_title(c, page->title);
	variants_system(r, n, system);
	snprintf(page->subtitle, FINDING,
		 "%.150s; paired differences, mean and 95%% interval; grey band: ±%g%%, as good as none",
		 system, c->precision_pct);
	legend(c, &t, &s, page, label);
	snprintf(axis, sizeof(axis), "Difference from %s (%%)",
		 fmt_clean(base, sizeof(base), c->side[c->base].label));
	t.xlabel = axis;
	forest_write(&t, f, page);
	return true;
}

bool compare_chart_causes(const struct compare *c, FILE *f, struct page *page, char why[WHY])
{
	struct run_result *r[COMPARE_MAX];
	size_t n = 0;

	for (size_t i = 0; i < c->nsides; i++)
		if (c->side[i].result)
			r[n++] = c->side[i].result;
	return variants_chart_attribution(r, n, f, page, why);
}

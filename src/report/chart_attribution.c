/* report/chart_attribution.c - where the time goes: of the whole answer, and of the first token. */
#include "config.h"


#include "report/chart_bars.h"
#include "report/fmt.h"
#include "report/levels_shown.h"
#include "report/variants.h"

#include <math.h>
#include <string.h>

/* Colors by meaning: what the request needs (blue, green), what others cost it (red, orange). */
static const int cause_color[CAUSES] = {
	[CAUSE_CLIENT] = 8, [CAUSE_QUEUE] = 5, [CAUSE_OWN_PREFILL] = 3, [CAUSE_DECODE] = 1,
	[CAUSE_STALL] = 2, [CAUSE_HOST] = 6, [CAUSE_RECOMPUTE] = 4,
};

typedef const struct summary *causes_of(const struct level_result *l);

static const struct summary *whole_answer(const struct level_result *l)
{
	return l->cause_ms;
}

static const struct summary *first_token(const struct level_result *l)
{
	return l->ttft_cause_ms;
}

static void title(const struct run_result *r, causes_of *of, const char *what, char out[FINDING])
{
	const struct level_result *l = finding_heaviest(r);
	const struct summary *cause = of(l);
	enum cause over = finding_overhead(cause), c;
	char words[80], pct[FMT], label[sizeof(l->info.label)];

	c = over;
	if (finding_share(cause, over) < 0.1) {	/* little is lost: say where the rest goes */
		for (int k = 0; k < CAUSES; k++)
			c = finding_share(cause, (enum cause)k) > finding_share(cause, c) ?
				(enum cause)k : c;
	}
	snprintf(words, sizeof(words), "%s", finding_words(c));
	words[0] = (char)(words[0] >= 'a' && words[0] <= 'z' ? words[0] - 'a' + 'A' : words[0]);
	snprintf(out, FINDING, "%s %s %s of %s at %s", words,
		 strstr(words, "asses") || strstr(words, "aps ") ? "are" : "is",
		 fmt_pct(pct, finding_share(cause, c)), what,
		 fmt_clean(label, sizeof(label), l->info.label));
}

static void parts(struct bars *b)
{
	for (int c = 0; c < CAUSES; c++) {
		b->part[c].label = cause_label[c];
		b->part[c].color = cause_color[c];
	}
	b->nparts = CAUSES;
}

/* false: no request of the level was answered */
static bool add_bar(struct bars *b, const char *label, const struct summary *cause)
{
	char total[FMT];

	if (finding_total(cause) <= 0.0)
		return false;
	bars_label(b, b->nrows, label);
	snprintf(b->row[b->nrows].total, sizeof(b->row[0].total), "%.23s",
		 fmt_ms(total, finding_total(cause)));
	for (int c = 0; c < CAUSES; c++)
		b->row[b->nrows].part[c] = cause[c].n > 0 ? fmax(0.0, cause[c].mean) : 0.0;
	b->nrows++;
	return true;
}

static size_t fill(const struct run_result *r, causes_of *of, struct bars *b)
{
	size_t index[BARS_ROWS], n = levels_shown(r->nlevels, BARS_ROWS, index);

	parts(b);
	for (size_t i = 0; i < n; i++)
		add_bar(b, r->level[index[i]].info.label, of(&r->level[index[i]]));
	return n;
}

static bool attribution(const struct run_result *r, causes_of *of, const char *what,
			const char *quantity,
			FILE *f, struct page *page, char why[WHY])
{
	struct bars b = { .times = true };
	char system[FINDING], axis[80], share[80];
	size_t shown = fill(r, of, &b);
	long n = (long)r->replications;

	if (b.nrows == 0 || finding_total(of(finding_heaviest(r))) <= 0.0) {
		snprintf(why, WHY, "no request was answered");
		return false;
	}
	title(r, of, what, page->title);
	finding_system(r, system);
	snprintf(page->subtitle, FINDING, "%.200s; %s, mean over requests and %ld seed%s%s", system,
		 quantity, n, n == 1 ? "" : "s", shown < r->nlevels ? "; some levels left out" : "");
	snprintf(axis, sizeof(axis), "Mean %s", quantity);
	snprintf(share, sizeof(share), "Share of the mean %s", quantity);
	b.xlabel = axis;
	b.xlabel_share = share;
	bars_write(&b, f, page);
	return true;
}

bool chart_attribution(const struct run_result *r, FILE *f, struct page *page, char why[WHY])
{
	return attribution(r, whole_answer, "a request's time", "time to the whole answer", f, page,
			   why);
}

bool chart_ttft_attribution(const struct run_result *r, FILE *f, struct page *page, char why[WHY])
{
	return attribution(r, first_token, "the time to first token", "time to first token", f, page,
			   why);
}

/* A level a group, a bar a variant. */
bool variants_chart_attribution(struct run_result *const *r, size_t n, FILE *f, struct page *page,
				char why[WHY])
{
	struct bars b = { .times = true, .xlabel = "Mean time to the whole answer",
			  .xlabel_share = "Share of the mean time to the whole answer" };
	size_t common[64], index[BARS_ROWS], all = variants_levels(r, n, 64, common);
	size_t shown = n > BARS_ROWS ? 0 : levels_shown(all, BARS_ROWS / n, index);
	char system[FINDING], label[64];
	long seeds = (long)r[0]->replications;

	parts(&b);
	for (size_t i = 0; i < shown; i++) {
		const struct level_result *l = &r[0]->level[common[index[i]]];
		size_t first = b.nrows;

		for (size_t v = 0; v < n; v++)
			add_bar(&b, variants_clean(r[v], label), level_like(r[v], l)->cause_ms);
		if (b.nrows > first)
			page_fit(b.row[first].group, sizeof(b.row[first].group), l->info.label,
				 FONT_LABEL, 120.0);
	}
	if (b.nrows == 0) {
		snprintf(why, WHY,
			 shown == 0 ? "too many variants, or no level that all have"
				    : "no request was answered");
		return false;
	}
	variants_cause(r, n, page->title);
	variants_system(r, n, system);
	snprintf(page->subtitle, FINDING,
		 "%.200s; time to the whole answer, mean over requests and %ld seed%s%s", system, seeds,
		 seeds == 1 ? "" : "s", shown < all ? "; some levels left out" : "");
	bars_write(&b, f, page);
	return true;
}

/* report/chart_attribution.c - where the time goes: of the whole answer, and of the first token. */
#include "config.h"


#include "report/chart_bars.h"
#include "report/fmt.h"
#include "report/levels_shown.h"

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

static size_t fill(const struct run_result *r, causes_of *of, struct bars *b)
{
	size_t index[BARS_ROWS], n = levels_shown(r->nlevels, BARS_ROWS, index);

	for (int c = 0; c < CAUSES; c++) {
		b->part[c].label = cause_label[c];
		b->part[c].color = cause_color[c];
	}
	b->nparts = CAUSES;
	for (size_t i = 0; i < n; i++) {
		const struct level_result *l = &r->level[index[i]];
		char total[FMT];

		if (finding_total(of(l)) <= 0.0)
			continue;
		bars_label(b, b->nrows, l->info.label);
		snprintf(b->row[b->nrows].total, sizeof(b->row[0].total), "%.23s",
			 fmt_ms(total, finding_total(of(l))));
		for (int c = 0; c < CAUSES; c++)
			b->row[b->nrows].part[c] = of(l)[c].n > 0 ? fmax(0.0, of(l)[c].mean) : 0.0;
		b->nrows++;
	}
	return n;
}

static bool attribution(const struct run_result *r, causes_of *of, const char *what,
			const char *quantity,
			FILE *f, struct page *page, char why[WHY])
{
	struct bars b = { .times = true };
	char system[FINDING], axis[80], share[80];
	size_t shown = fill(r, of, &b);
	long n = (long)r->scenario->run.replications;

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

/* report/compare_text.c - a comparison for people: the answer, what to do next, then every sentence
 * and how to read it. */
#include "config.h"

#include "report/compare.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "report/fmt.h"
#include "report/text_parts.h"
#include "report/variants.h"

static void paragraph(FILE *out, const char *head, const char *text)
{
	char full[3 * FINDING + 200];

	if (!*text)
		return;
	snprintf(full, sizeof(full), "%s%s%s", head, text, strstr(text, "servesim compare") ? "" : ".");
	fputs("  ", out);
	fmt_wrap(out, full, 2, 4, TEXT_WIDTH);
}

/* The results that there are, for the sentences that variants have, too. */
static size_t results_of(const struct compare *c, struct run_result **r)
{
	size_t n = 0;

	for (size_t i = 0; i < c->nsides; i++)
		if (c->side[i].result)
			r[n++] = c->side[i].result;
	return n;
}

static bool same_seed(const struct compare *c)
{
	for (size_t i = 1; i < c->nsides; i++)
		if (c->side[i].scenario->run.seed != c->side[0].scenario->run.seed)
			return false;
	return true;
}

static void replications(const struct compare *c, char out[80])
{
	size_t n = run_replications(c->side[c->base].run);

	if (n > c->first)
		snprintf(out, 80, "%zu replications (the first %zu set how many)", n, c->first);
	else
		snprintf(out, 80, "%zu replications", n);
}

static void top(const struct compare *c, FILE *out)
{
	struct run_result *r[COMPARE_MAX];
	size_t n = results_of(c, r);
	const struct scenario *s = c->side[c->base].scenario;
	char name[300], title[800], system[FINDING], of[80], answer[3 * FINDING], next[3 * FINDING],
		what[200];

	snprintf(title, sizeof(title), "%.200s: %.200s", fmt_clean(name, sizeof(name), s->name),
		 fmt_clean(what, sizeof(what), c->what));
	fmt_wrap(out, title, 0, 0, TEXT_WIDTH);
	variants_system(r, n, system);
	replications(c, of);
	fprintf(out, "%s · %zu configurations%s · %s", system, c->running,
		!same_seed(c) ? ", each with its own seed" : strstr(c->what, "workload.") ?
		" on the same random numbers" : " on the same requests", of);
	if (same_seed(c))
		fprintf(out, ", seed %ld", (long)s->run.seed);
	fputs("\n\n", out);
	compare_answer(c, answer);
	paragraph(out, "", answer);
	compare_next(c, next);
	paragraph(out, "Next: ", next);
}

static void cannot(const struct compare *c, FILE *out)
{
	char label[60], why[600], text[800];

	if (c->running == c->nsides)
		return;
	text_heading(out, "Cannot run", "left out of everything below");
	for (size_t i = 0; i < c->nsides; i++) {
		if (!c->side[i].cannot)
			continue;
		snprintf(text, sizeof(text), "%s: %s", fmt_clean(label, sizeof(label), c->side[i].label),
			 fmt_clean(why, sizeof(why), c->side[i].cannot));
		fputs("  ", out);
		fmt_wrap(out, text, 2, 4, TEXT_WIDTH);
	}
}

/* Long names stand once, above their levels; short ones in every sentence, which then says all. */
static bool long_names(const struct compare *c, const struct compare_pair *p)
{
	char names[FINDING];

	return fmt_cols(compare_names(c, p, names)) > 30;
}

static void sentence(const struct compare *c, const struct compare_pair *p,
		     const struct compare_level *l, enum metric m, FILE *out)
{
	const struct compare_cell *x = &l->cell[m];
	char names[FINDING], verdict[FINDING], values[FINDING], text[3 * FINDING];
	bool alone = long_names(c, p);

	if (x->verdict == VERDICT_NO_DATA)
		return;
	snprintf(text, sizeof(text), "%s%s%s %s%s; %s", alone ? "" : compare_names(c, p, names),
		 alone ? "" : ": ", metric_info[m].name, compare_verdict(x, m, verdict),
		 x->holm ? " *" : "", compare_values(x, m, values));
	fprintf(out, "    %s", alone ? "  " : "");
	fmt_wrap(out, text, alone ? 6 : 4, 8, TEXT_WIDTH);
}

/* How many intervals are wider than asked for, and what came between. */
static void wide(const struct compare *c, FILE *out)
{
	size_t n = 0;

	for (size_t i = 0; i < c->npairs; i++)
		for (size_t k = 0; k < c->pair[i].nlevels * c->nheadline && !c->pair[i].runner_up; k++) {
			const struct compare_cell *x =
				&c->pair[i].level[k / c->nheadline].cell[c->headline[k % c->nheadline]];

			n += c->pair[i].n >= c->most && x->pct.n > 1 &&
			     (x->pct.hi - x->pct.lo) / 2 > c->precision_pct * (1 + 1e-9);
		}
	if (n > 0)
		fprintf(out, "  %zu of them %s wider than ±%g%%: --max-replications %zu came first.\n",
			n, n == 1 ? "is" : "are", c->precision_pct, c->most);
}

static void pair(const struct compare *c, const struct compare_pair *p, FILE *out)
{
	char label[80], names[FINDING], text[FINDING + 80];
	bool alone = long_names(c, p);

	compare_names(c, p, names);
	if (p->identical)
		snprintf(text, sizeof(text),
			 "%s: identical: the same in every replication, digit for digit", names);
	else
		snprintf(text, sizeof(text), "%s%s%s",
			 p->runner_up ? "The best over the next best: " : "", names,
			 p->nlevels == 0 ? ": no level in common" : "");
	if (alone || p->identical || p->runner_up || p->nlevels == 0) {
		fputs("  ", out);
		fmt_wrap(out, text, 2, 4, TEXT_WIDTH);
	}
	for (size_t k = 0; k < p->nlevels && !p->identical; k++) {
		fprintf(out, "  %s%s\n", alone ? "  " : "",
			fmt_clean(label, sizeof(label), p->level[k].label));
		for (size_t h = 0; h < c->nheadline; h++)
			sentence(c, p, &p->level[k], c->headline[h], out);
	}
}

static void verdicts(const struct compare *c, FILE *out)
{
	char note[120];

	snprintf(note, sizeof(note),
		 "paired differences in %% of the baseline, 95%% interval; precision %g%%",
		 c->precision_pct);
	text_heading(out, "Headlines", note);
	for (size_t i = 0; i < c->npairs; i++)
		pair(c, &c->pair[i], out);
	if (c->intervals == 0)
		return;
	fprintf(out,
		"  %zu intervals: about one in 20 misses its true value. * survives Holm's correction "
		"for all of them.\n",
		c->intervals);
	wide(c, out);
}

static void why(const struct compare *c, FILE *out)
{
	char text[3 * FINDING];
	bool any = false;

	for (size_t i = 0; i < c->npairs; i++) {
		compare_why(c, &c->pair[i], text);
		if (*text && !any)
			text_heading(out, "Why",
				     "a request's time by cause, where the difference is sure");
		any = any || *text;
		paragraph(out, "", text);
	}
}

/* What the baseline was warned of, too, is not told again. */
static bool said(const struct run_result *base, const struct run_result *r, const char *warning)
{
	for (size_t i = 0; i < base->nwarnings && base != r; i++)
		if (strcmp(base->warning[i], warning) == 0)
			return true;
	return false;
}

static void each(const struct compare *c, FILE *out)
{
	char label[60], text[800];

	text_heading(out, "Each configuration", "");
	for (size_t i = 0; i < c->nsides; i++) {
		const struct run_result *r = c->side[i].result;

		if (!r)
			continue;
		fprintf(out, "  %s%s\n", fmt_clean(label, sizeof(label), c->side[i].label),
			i == c->base ? " (baseline)" : "");
		fprintf(out, "      %zu replications; digest %016" PRIx64 "\n      memory ",
			r->replications, r->digest);
		fmt_wrap(out, fmt_clean(text, sizeof(text), r->memory.sentence), 13, 8, TEXT_WIDTH);
		for (size_t k = 0; k < r->nwarnings; k++) {
			if (said(c->side[c->base].result, r, r->warning[k]))
				continue;
			fputs("      ! ", out);
			fmt_wrap(out, fmt_clean(text, sizeof(text), r->warning[k]), 8, 8, TEXT_WIDTH);
		}
	}
}

static void how_to_read(const struct compare *c, FILE *out)
{
	char text[900];

	text_heading(out, "How to read this", "");
	snprintf(text, sizeof(text),
		 "A difference is an interval that leaves out 0. No difference: the interval lies "
		 "inside ±%g%% of the "
		 "baseline (--precision), a test of equivalence. Not resolved: neither; so many more "
		 "replications would make it "
		 "one of the two if mean and spread stay. Asking again and again until one likes the "
		 "answer is no test.",
		 c->precision_pct);
	fputs("  ", out);
	fmt_wrap(out, text, 2, 2, TEXT_WIDTH);
	snprintf(text, sizeof(text),
		 "Replications: a first stage of %zu, whose spread alone decides how many follow (Stein "
		 "1945), at most %zu: "
		 "the intervals keep their 95%% however many those are.",
		 c->first, c->most);
	fputs("  ", out);
	fmt_wrap(out, text, 2, 2, TEXT_WIDTH);
}

static void page(const struct compare *c, FILE *out)
{
	top(c, out);
	cannot(c, out);
	verdicts(c, out);
	why(c, out);
	compare_real_runs(c, out);
	compare_numbers(c, out);
	each(c, out);
	how_to_read(c, out);
	fprintf(out, "\n%s · servesim %s\n", c->side[c->base].scenario->path, PACKAGE_VERSION);
}

void report_compare_text(const struct compare *c, FILE *out)
{
	char *text = NULL;
	size_t size;
	FILE *mem = open_memstream(&text, &size);

	BUG_ON(!mem);
	page(c, mem);
	BUG_ON(fclose(mem) != 0);
	text_print_trimmed(text, out);
	free(text);
}

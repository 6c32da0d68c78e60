/* report/tune_text.c - the outcome of a search for a person in a hurry: what to launch, what it gives, how sure, what next. */
#include "config.h"

#include "report/tune.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/text_parts.h"
#include "report/tune_text.h"

#define LABEL_COLS	46
#define ROWS		12		/* of a table; the CSV has all */

/* A line of words at the text's indent. */
static void say(FILE *out, const char *line)
{
	fputs("  ", out);
	fmt_wrap(out, line, 2, 2, TEXT_WIDTH);
}

static void label_cell(const struct tune *t, size_t i, FILE *out)
{
	char *label = tune_label(t, i, false), clean[200], cut[200];

	fputs("  ", out);
	fmt_left(out, fmt_short(cut, sizeof(cut), fmt_clean(clean, sizeof(clean), label), LABEL_COLS), LABEL_COLS + 1);
	free(label);
}

static const char *level_label(const struct tune *t)
{
	return t->candidate[t->winner < t->n ? t->winner : 0].level_label;
}

static void head(const struct tune *t, FILE *out)
{
	const struct run_result r = tune_as_run(t);
	char name[200], line[FINDING + 200], system[FINDING];
	size_t used;

	used = (size_t)snprintf(line, sizeof(line), "%s: %s", fmt_clean(name, sizeof(name), r.scenario->name), t->goal.text);
	for (size_t s = 0; s < t->nslos && used < FINDING; s++)
		used += (size_t)snprintf(line + used, sizeof(line) - used, "%s%.60s", s ? ", " : " under ", t->slo[s].text);
	fmt_wrap(out, line, 0, 0, TEXT_WIDTH);
	finding_system(&r, system);
	snprintf(line, sizeof(line), "%s · %s workload, at %s · %zu candidate%s of %zu knob%s, seed %" PRId64, system,
		 r.scenario->workload->name, level_label(t), t->n, t->n == 1 ? "" : "s", t->grid.naxes, t->grid.naxes == 1 ? "" : "s",
		 r.scenario->run.seed);
	fmt_wrap(out, line, 0, 0, TEXT_WIDTH);
	fputc('\n', out);
}

static void cost(const struct tune *t, FILE *out)
{
	size_t all = tune_replications(t), grid = tune_grid_replications(t);
	char line[FINDING];

	if (t->winner == t->n)
		return;
	snprintf(line, sizeof(line), "The race took %zu replications in %zu round%s, and %zu more to measure the winner; the full grid "
		 "takes %zu (%zu points that can run, %zu each): %.0f%%.", t->race, t->rounds, t->rounds == 1 ? "" : "s", t->nfresh, grid,
		 grid / t->most, t->most, 100.0 * (double)all / fmax((double)grid, 1.0));
	say(out, line);
}

static void sureness(const struct tune *t, FILE *out)
{
	size_t equal = tune_count(t, TUNE_EQUAL), open = tune_count(t, TUNE_OPEN);
	char line[FINDING];

	if (!t->found)
		return;
	if (equal + open == 0)
		snprintf(line, sizeof(line), "All others are worse or violate an objective; the best of the candidates was dropped with a "
			 "probability of at most %.0f%%.", 100.0 * TUNE_ALPHA);
	else if (open == 0)
		snprintf(line, sizeof(line), "%zu other%s within %.3g%% of it: take what suits you. The best of all was dropped with a "
			 "probability of at most %.0f%%.", equal, equal == 1 ? " is" : "s are", 100.0 * t->precision, 100.0 * TUNE_ALPHA);
	else
		snprintf(line, sizeof(line), "%zu other%s within %.3g%% of it, and %zu cannot be told from it with %zu replications. The best "
			 "of all was dropped with a probability of at most %.0f%%.", equal, equal == 1 ? " is" : "s are",
			 100.0 * t->precision, open, t->most, 100.0 * TUNE_ALPHA);
	say(out, line);
}

static void answer(const struct tune *t, FILE *out)
{
	char line[FINDING], clean[FINDING];

	tune_finding(t, line);
	say(out, fmt_clean(clean, sizeof(clean), line));
	sureness(t, out);
	cost(t, out);
}

static void prediction(const struct tune *t, FILE *out)
{
	enum metric m[TUNE_SHOWN];
	size_t n = tune_shown(t, m);
	double lo, hi;

	text_heading(out, "What a real run should print", "95% of single runs at this load, from replications outside the race");
	for (size_t i = 0; i < n; i++) {
		struct summary s = tune_fresh(t, m[i]);
		char a[FMT], b[FMT], c[2 * FMT], span[2 * FMT];

		if (!tune_prediction(t, m[i], &lo, &hi))
			continue;
		fputs("  ", out);
		fmt_left(out, metric_info[m[i]].name, 24);
		snprintf(span, sizeof(span), "[%.24s, %.24s]", tune_value(a, m[i], lo), tune_value(b, m[i], hi));
		fmt_left(out, span, 30);
		fprintf(out, "mean %s\n", tune_value_pm(c, m[i], &s));
	}
	say(out, "One run in twenty falls outside by chance; a number that does so again means that the model is wrong. The intervals hold "
	    "the spread from run to run, not errors of the model.");
}

static void knobs(const struct tune *t, FILE *out)
{
	struct tune_knob k[200];
	size_t n = tune_knobs(t, t->winner, k, 200);
	char line[FINDING];

	if (n == 0)
		return;
	snprintf(line, sizeof(line), "change of %s when one knob leaves the winner", metric_info[t->goal.metric].name);
	text_heading(out, "What matters here", line);
	for (size_t i = 0; i < n; i++) {
		const struct tune_candidate *c = &t->candidate[k[i].candidate];
		const char *path = t->grid.axis[k[i].axis].path, *dot = strrchr(path, '.');
		struct summary s = tune_difference(&t->candidate[t->winner], c, t->goal.metric);
		char span[2 * FMT], limit[2 * FMT];

		fprintf(out, "  ");
		fmt_left(out, i > 0 && k[i].axis == k[i - 1].axis ? "" : dot ? dot + 1 : path, 26);
		fmt_left(out, c->value[k[i].axis], 14);
		fmt_left(out, c->fate == TUNE_CANNOT_RUN ? "cannot run" : tune_change_span(span, &s), 28);
		fprintf(out, "%s%s\n", c->fate == TUNE_VIOLATES ? "violates " : c->fate == TUNE_HANGS ? "hangs" : "",
			c->fate == TUNE_VIOLATES ? tune_limit(limit, &t->slo[c->slo]) : "");
	}
}

static void runners_up(const struct tune *t, FILE *out)
{
	size_t *best = xcalloc(t->n + 1, sizeof(*best)), n = tune_best(t, best, t->n), shown = 0, all;
	char line[FINDING];

	all = tune_count(t, TUNE_EQUAL) + tune_count(t, TUNE_OPEN);
	if (t->found && all > 0) {
		snprintf(line, sizeof(line), "paired difference of %s over the winner, 95%%", metric_info[t->goal.metric].name);
		text_heading(out, "Not to be told from the winner", line);
	}
	for (size_t i = 0; t->found && i < n; i++) {
		const struct tune_candidate *c = &t->candidate[best[i]];
		struct summary s;
		char span[2 * FMT];

		if ((c->fate != TUNE_EQUAL && c->fate != TUNE_OPEN) || shown++ >= ROWS)
			continue;
		s = tune_difference(&t->candidate[t->winner], c, t->goal.metric);
		label_cell(t, best[i], out);
		fmt_left(out, tune_change_span(span, &s), 28);
		fprintf(out, "%s\n", c->fate == TUNE_OPEN ? "open" : s.sd > 0 || s.mean > 0 || s.mean < 0 ? "equal" : "the same");
	}
	if (shown > ROWS)
		fprintf(out, "  and %zu more\n", shown - ROWS);
	free(best);
}

static void fates(const struct tune *t, FILE *out)
{
	static const struct { enum tune_fate fate; const char *words; } kind[] = {
		{ TUNE_WINNER, "the winner" }, { TUNE_EQUAL, "equal to it, within the precision" },
		{ TUNE_OPEN, "not resolved" }, { TUNE_WORSE, "worse" }, { TUNE_VIOLATES, "violate an objective" },
		{ TUNE_HANGS, "hang" }, { TUNE_CANNOT_RUN, "cannot run" },
	};

	text_heading(out, "Candidates", "");
	for (size_t k = 0; k < sizeof(kind) / sizeof(kind[0]); k++) {
		size_t n = tune_count(t, kind[k].fate), runs = 0, first = t->n;

		for (size_t i = t->n; i-- > 0;) {
			if (t->candidate[i].fate != kind[k].fate)
				continue;
			runs += t->candidate[i].n;
			first = i;
		}
		if (n == 0)
			continue;
		fprintf(out, "  %5zu  %-36s %6zu replications\n", n, kind[k].words, runs);
		if (t->candidate[first].reason) {
			char *label = tune_label(t, first, false), *line = xasprintf("%s: %s", label, t->candidate[first].reason);

			fputs("         ", out);
			fmt_wrap(out, line, 9, 9, TEXT_WIDTH);
			free(line);
			free(label);
		}
	}
}

static void next(const struct tune *t, FILE *out)
{
	char line[FINDING], limit[2 * FMT];
	size_t slo;

	if (t->winner == t->n)
		return;
	text_heading(out, "Next", "");
	if (!t->found) {
		tune_worst(t, &t->candidate[t->winner], &slo);
		snprintf(line, sizeof(line), "%s binds: relax it, lower the load ('--goal 'max workload.users'' finds the largest that meets it), "
			 "or vary other knobs.", tune_limit(limit, &t->slo[slo]));
	} else if (!t->certain) {
		snprintf(line, sizeof(line), "The winner is too near its objectives to be sure: --max-replications %zu narrows it.", 4 * t->most);
	} else if (tune_count(t, TUNE_OPEN) > 0) {
		snprintf(line, sizeof(line), "To resolve what is open: --max-replications %zu. Whether it is worth it: they differ by little.",
			 4 * t->most);
	} else {
		snprintf(line, sizeof(line), "Launch it, send it this load, and compare with the intervals above.");
	}
	say(out, line);
}

void report_tune_text(const struct tune *t, FILE *out)
{
	head(t, out);
	answer(t, out);
	if (t->found)
		tune_text_launch(t, out);
	if (t->found)
		prediction(t, out);
	if (t->winner < t->n)
		knobs(t, out);
	runners_up(t, out);
	fates(t, out);
	next(t, out);
}

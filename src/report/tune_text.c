/* report/tune_text.c - the outcome of a search for a person in a hurry: what to launch, what it
 * gives, how sure, what next. */
#include "config.h"

#include "report/tune.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/text_parts.h"
#include "report/tune_text.h"

void tune_text_say(FILE *out, const char *line)
{
	fputs("  ", out);
	fmt_wrap(out, line, 2, 2, TEXT_WIDTH);
}

static void head(const struct tune *t, FILE *out)
{
	const struct run_result r = tune_as_run(t);
	char name[200], line[FINDING + 200], system[FINDING], at[80] = "";
	const struct tune_candidate *first = &t->candidate[t->winner < t->n ? t->winner : 0];
	size_t used, settings = 0;

	for (size_t i = 0; i < t->n; i++)
		settings += t->candidate[i].load == 0;
	used = (size_t)snprintf(line, sizeof(line), "%s: %s",
				fmt_clean(name, sizeof(name), r.scenario->name), t->goal.text);
	for (size_t s = 0; s < t->nslos && used < FINDING; s++)
		used += (size_t)snprintf(line + used, sizeof(line) - used, "%s%.60s",
					 s ? ", " : " under ", t->slo[s].text);
	fmt_wrap(out, line, 0, 0, TEXT_WIDTH);
	finding_system(&r, system);
	if (!t->goal.load)
		snprintf(at, sizeof(at), " at %s", first->level_label);
	snprintf(line, sizeof(line), "%s · %s workload%s · %zu candidate%s of %zu knob%s, seed "
		 "%" PRId64, system,
		 r.scenario->workload->name, at, settings, settings == 1 ? "" :
			"s", t->grid.naxes, t->grid.naxes == 1 ? "" : "s",
		 r.scenario->run.seed);
	fmt_wrap(out, line, 0, 0, TEXT_WIDTH);
	fputc('\n', out);
}

static void cost(const struct tune *t, FILE *out)
{
	size_t all = tune_replications(t), grid = tune_grid_replications(t), fine = 0;
	char line[FINDING], fresh[80] = "";

	if (t->nfresh > 0)
		snprintf(fresh, sizeof(fresh), ", and %zu more to measure the winner", t->nfresh);
	for (size_t a = 0; a < t->grid.naxes; a++)
		fine += t->grid.axis[a].continuous;
	if (t->goal.load)
		snprintf(line, sizeof(line), "The search took %zu replications%s.", t->race, fresh);
	else
		snprintf(line, sizeof(line), "The race took %zu replications in %zu round%s%s: %.0f%% "
			 "of the %zu that %s takes (%zu points, %zu "
			 "each).", t->race, t->rounds, t->rounds == 1 ? "" :
				"s", fresh, 100.0 * (double)all / fmax((double)grid, 1.0), grid,
			 fine ? "a grid as fine as the search" :
				"the full grid", grid / t->most, t->most);
	tune_text_say(out, line);
}

/* Of the race: in a search for a load each verdict has its own error. */
static void sureness(const struct tune *t, FILE *out)
{
	size_t equal = tune_count(t, TUNE_EQUAL), open = tune_count(t, TUNE_OPEN);
	char line[FINDING];
	int n;

	if (!t->found || t->goal.load)
		return;
	if (equal + open == 0)
		n = snprintf(line, sizeof(line), "All others are worse or violate an objective.");
	else if (open == 0)
		n = snprintf(line, sizeof(line), "%zu other%s within %.3g%% of it: take what suits "
			     "you.", equal, equal == 1 ? " is" : "s are",
			     100.0 * t->precision);
	else if (equal == 0)
		n = snprintf(line, sizeof(line), "%zu cannot be told from it with %zu replications.",
			     open, t->most);
	else
		n = snprintf(line, sizeof(line), "%zu other%s within %.3g%% of it, and %zu cannot be "
			     "told from it with %zu replications.",
			     equal, equal == 1 ? " is" : "s are", 100.0 * t->precision, open, t->most);
	snprintf(line + n, sizeof(line) - (size_t)n, " The chance that the race dropped the best of "
		 "all is at most %.0f%%.", 100.0 * TUNE_ALPHA);
	tune_text_say(out, line);
}

static void answer(const struct tune *t, FILE *out)
{
	char line[FINDING], clean[FINDING];

	tune_finding(t, line);
	tune_text_say(out, fmt_clean(clean, sizeof(clean), line));
	if (t->winner == t->n)
		return;
	sureness(t, out);
	cost(t, out);
}

/* Objectives are about the mean over runs: a single one may exceed the limit. */
static void single_runs(const struct tune *t, FILE *out)
{
	double lo, hi;
	char line[FINDING], limit[2 * FMT], v[FMT];

	for (size_t s = 0; s < t->nslos; s++) {
		const struct tune_slo *slo = &t->slo[s];

		if (!tune_prediction(t, slo->metric, &lo, &hi) ||
		    tune_excess(slo, slo->below ? hi : lo) <= 0.0)
			continue;
		if (!tune_fresh_meets(t, slo)) {
			snprintf(line, sizeof(line), "! %s did not hold in replications outside the "
				 "race: %s on average.", tune_limit(limit, slo),
				 tune_value(v, slo->metric, tune_fresh(t, slo->metric).mean));
			tune_text_say(out, line);
			continue;
		}
		snprintf(line, sizeof(line), "! %s holds on average; single runs reach %s.",
			 tune_limit(limit, slo),
			 tune_value(v, slo->metric, slo->below ? hi : lo));
		tune_text_say(out, line);
	}
}

static void prediction(const struct tune *t, FILE *out)
{
	enum metric m[TUNE_SHOWN];
	size_t n = tune_shown(t, m);
	double lo, hi;

	text_heading(out, "What a real run should print", "95% of single runs at this load, from "
		     "replications outside the race");
	for (size_t i = 0; i < n; i++) {
		struct summary s = tune_fresh(t, m[i]);
		char a[FMT], b[FMT], c[2 * FMT], span[2 * FMT];

		if (!tune_prediction(t, m[i], &lo, &hi))
			continue;
		fputs("  ", out);
		fmt_left(out, metric_info[m[i]].name, 24);
		snprintf(span, sizeof(span), "%.24s to %.24s", tune_value(a, m[i], lo),
			 tune_value(b, m[i], hi));
		fmt_left(out, span, 30);
		fprintf(out, "mean %s\n", tune_value_pm(c, m[i], &s));
	}
	tune_text_say(out, "One run in twenty falls outside by chance; one that does so again means "
		      "that the model is wrong. The intervals "
		      "hold the spread from run to run, not errors of the model.");
	single_runs(t, out);
}

static void next(const struct tune *t, FILE *out)
{
	char line[FINDING], limit[2 * FMT];
	size_t slo;

	text_heading(out, "Next", "");
	if (!t->found) {
		tune_worst(t, &t->candidate[t->winner], &slo);
		snprintf(line, sizeof(line), "%s binds: relax it, lower the load (--goal 'max "
			 "workload.…' finds the largest that meets it), or "
			 "vary other knobs.", tune_limit(limit, &t->slo[slo]));
	} else if (!t->certain) {
		snprintf(line, sizeof(line), "The winner is too near its objectives to be sure: "
			 "--max-replications %zu narrows it.", 4 * t->most);
	} else if (tune_count(t, TUNE_OPEN) > 0) {
		snprintf(line, sizeof(line), "--max-replications %zu would tell more of those that are "
			 "open; what is at stake is in the table above.",
			 4 * t->most);
	} else {
		snprintf(line, sizeof(line), "Launch it, send it this load, and compare with the "
			 "intervals above.");
	}
	tune_text_say(out, line);
	if (!t->goal.load)
		tune_text_edges(t, out);
}

void report_tune_text(const struct tune *t, FILE *out)
{
	head(t, out);
	answer(t, out);
	if (t->found) {
		tune_text_launch(t, out);
		prediction(t, out);
	}
	if (t->goal.load) {
		tune_text_loads(t, out);
	} else {
		if (t->winner < t->n)
			tune_text_knobs(t, out);
		tune_text_runners_up(t, out);
		tune_text_fates(t, out);
	}
	if (t->winner < t->n)
		next(t, out);
}

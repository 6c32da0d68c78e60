/* report/tune_tables.c - the tables of a search's text report. */
#include "config.h"

#include "report/tune_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/text_parts.h"

#define LABEL_COLS	46
#define KNOBS		400
#define ROWS		12		/* of a table; the CSV has all */

static const char *last_word(const char *path)
{
	const char *dot = strrchr(path, '.');

	return dot ? dot + 1 : path;
}

static void label_cell(const struct tune *t, size_t i, FILE *out)
{
	char *label = tune_label(t, i, false), clean[200], cut[200];

	fputs("  ", out);
	fmt_left(out, fmt_short(cut, sizeof(cut), fmt_clean(clean, sizeof(clean), label), LABEL_COLS),
		 LABEL_COLS + 1);
	free(label);
}

/* What its fate adds to the numbers. */
static void fate_note(const struct tune *t, const struct tune_candidate *c, FILE *out)
{
	char limit[2 * FMT];
	size_t slo;

	if (c->fate == TUNE_HANGS)
		fputs("hangs", out);
	else if (tune_violates(t, c, &slo))
		fprintf(out, "violates %s", tune_limit(limit, &t->slo[slo]));
}

void tune_text_knobs(const struct tune *t, FILE *out)
{
	struct tune_knob k[KNOBS];
	size_t n = tune_knobs(t, t->winner, k, KNOBS);
	char line[FINDING], *text;
	size_t bytes;
	FILE *f;

	if (n == 0)
		return;
	snprintf(line, sizeof(line), "change of %s when one knob leaves the %s",
		 metric_info[t->goal.metric].name,
		 t->found ? "winner" : "nearest");
	text_heading(out, "What matters here", line);
	f = open_memstream(&text, &bytes);
	for (size_t i = 0; f && i < n; i++) {
		const struct tune_candidate *c = &t->candidate[k[i].candidate];
		struct summary s = tune_difference(&t->candidate[t->winner], c, t->goal.metric);
		char span[2 * FMT];

		fputs("  ", f);
		fmt_left(f, i > 0 && k[i].axis == k[i - 1].axis ? "" :
			 last_word(t->grid.axis[k[i].axis].path), 26);
		fmt_left(f, c->value[k[i].axis], 14);
		fmt_left(f, c->fate == TUNE_CANNOT_RUN ? "cannot run" : tune_change_span(span, &s), 28);
		fate_note(t, c, f);
		fputc('\n', f);
	}
	if (f) {
		fclose(f);
		text_print_trimmed(text, out);
		free(text);
	}
}

void tune_text_runners_up(const struct tune *t, FILE *out)
{
	size_t *best = xcalloc(t->n + 1, sizeof(*best)), n = tune_best(t, best, t->n), shown = 0;
	enum metric slo = t->nslos > 0 ? t->slo[0].metric : M_ttft_ms_p95;
	char line[FINDING];

	if (t->found && tune_count(t, TUNE_EQUAL) + tune_count(t, TUNE_OPEN) > 0) {
		snprintf(line, sizeof(line), "paired difference of %s over the winner, 95%%; %s",
			 metric_info[t->goal.metric].name,
			 metric_info[slo].name);
		text_heading(out, "Not to be told from the winner", line);
	}
	for (size_t i = 0; t->found && i < n; i++) {
		const struct tune_candidate *c = &t->candidate[best[i]];
		struct summary s, v;
		char span[2 * FMT], value[2 * FMT];

		if ((c->fate != TUNE_EQUAL && c->fate != TUNE_OPEN) || shown++ >= ROWS)
			continue;
		s = tune_difference(&t->candidate[t->winner], c, t->goal.metric);
		v = tune_metric(c, slo);
		label_cell(t, best[i], out);
		fmt_left(out, tune_change_span(span, &s), 26);
		fmt_left(out, tune_value_pm(value, slo, &v), 16);
		fprintf(out, "%s\n", c->fate == TUNE_OPEN ? "open" : s.sd > 0 || s.mean > 0 ||
			s.mean < 0 ? "equal" : "the same");
	}
	if (shown > ROWS)
		fprintf(out, "  and %zu more\n", shown - ROWS);
	free(best);
}

static void fate_row(const struct tune *t, enum tune_fate fate, const char *words, FILE *out)
{
	size_t n = tune_count(t, fate), runs = 0, first = t->n;

	for (size_t i = t->n; i-- > 0;) {
		if (t->candidate[i].fate != fate)
			continue;
		runs += t->candidate[i].n;
		first = i;
	}
	if (n == 0)
		return;
	fprintf(out, "  %5zu  %-36s %6zu replications\n", n, words, runs);
	if (t->candidate[first].reason) {
		char *label = tune_label(t, first, false), *line = xasprintf("%s: %s", label,
			t->candidate[first].reason);

		fputs("         ", out);
		fmt_wrap(out, line, 9, 9, TEXT_WIDTH);
		free(line);
		free(label);
	}
}

void tune_text_fates(const struct tune *t, FILE *out)
{
	static const struct { enum tune_fate fate; const char *words; } kind[] = {
		{ TUNE_WINNER, "the winner" }, { TUNE_EQUAL, "equal to it, within the precision" },
		{ TUNE_OPEN, "not resolved" }, { TUNE_WORSE, "worse" }, { TUNE_VIOLATES,
			"violate an objective" },
		{ TUNE_HANGS, "hang" }, { TUNE_CANNOT_RUN, "cannot run" },
	};

	text_heading(out, "Candidates", "");
	for (size_t k = 0; k < sizeof(kind) / sizeof(kind[0]); k++)
		fate_row(t, kind[k].fate, kind[k].words, out);
}

/* The next candidate below or above the winner on an axis; t->n: it is at the end. */
static size_t neighbour(const struct tune *t, const struct tune_knob *k, size_t n, size_t axis,
			bool above)
{
	size_t at = t->candidate[t->winner].at[axis], best = t->n;

	for (size_t i = 0; i < n; i++) {
		size_t here = t->candidate[k[i].candidate].at[axis];

		if (k[i].axis != axis || (here > at) != above)
			continue;
		if (best == t->n || (here < t->candidate[best].at[axis]) == above)
			best = k[i].candidate;
	}
	return best;
}

void tune_text_edges(const struct tune *t, FILE *out)
{
	struct tune_knob k[KNOBS];
	size_t n = tune_knobs(t, t->winner, k, KNOBS);
	char line[FINDING];

	for (size_t a = 0; a < t->grid.naxes; a++) {
		const struct grid_axis *axis = &t->grid.axis[a];
		const char *value = t->candidate[t->winner].value[a];

		for (int above = 0; above <= 1 && axis->numeric && axis->n > 1; above++) {
			size_t next = neighbour(t, k, n, a, above);

			if (next < t->n && t->candidate[next].fate == TUNE_CANNOT_RUN)
				snprintf(line, sizeof(line), "%s=%s is next to a wall: %s cannot run. "
					 "Leave a margin.", last_word(axis->path),
					 value, t->candidate[next].value[a]);
			else if (next == t->n)
				snprintf(line, sizeof(line), "%s=%s is the %s value that was tried: "
					 "beyond it there may be better ones.",
					 last_word(axis->path), value, above ? "last" : "first");
			else
				continue;
			tune_text_say(out, line);
		}
	}
}

/* ---- the largest load */

static size_t next_load(const struct tune *t, size_t setting, size_t above)
{
	size_t best = t->n;

	for (size_t i = 0; i < t->n; i++) {
		const struct tune_candidate *c = &t->candidate[i];

		if (c->load > above && c->setting == setting &&
		    (best == t->n || c->load < t->candidate[best].load))
			best = i;
	}
	return best;
}

static void loads_of(const struct tune *t, size_t setting, FILE *out)
{
	for (size_t i = next_load(t, setting, 0); i < t->n; i = next_load(t, setting,
		t->candidate[i].load)) {
		const struct tune_candidate *c = &t->candidate[i];
		const struct tune_slo *slo = &t->slo[c->fate == TUNE_MEETS ||
						     c->fate == TUNE_CANNOT_RUN ? 0 : c->slo];
		struct summary v = tune_metric(c, slo->metric);
		char num[FMT], value[2 * FMT], what[3 * FMT];

		fmt_right(out, tune_load_number(num, t, c->load), 12);
		snprintf(what, sizeof(what), "  %s %.60s", metric_info[slo->metric].name,
			 v.n > 0 ? tune_value_pm(value, slo->metric, &v) : "–");
		fmt_left(out, what, 40);
		fprintf(out, "%-10s%3zu replications\n",
			c->fate == TUNE_MEETS ? "meets" : c->fate == TUNE_OPEN ? "not sure" :
			c->fate == TUNE_CANNOT_RUN ? "cannot run" : c->fate == TUNE_HANGS ? "hangs" :
				"fails", c->n);
	}
}

static const char *setting_note(const struct tune_candidate *c)
{
	if (c->reason)
		return c->reason;
	if (c->fate == TUNE_OPEN)
		return "not sure where the other fails";
	if (c->fate == TUNE_VIOLATES)
		return "meets none";
	return c->fate == TUNE_WINNER ? "the largest" : "not surely larger";
}

void tune_text_loads(const struct tune *t, FILE *out)
{
	size_t setting = t->winner < t->n ? t->candidate[t->winner].setting : 0;
	char a[FMT], b[FMT];

	text_heading(out, "Loads tried", t->goal.load);
	loads_of(t, setting, out);
	if (t->grid.npoints < 2)
		return;
	text_heading(out, "Settings", "largest load that surely meets, smallest that surely fails; –: not tried");
	for (size_t i = 0; i < t->grid.npoints; i++) {
		const struct tune_candidate *c = &t->candidate[i];

		label_cell(t, i, out);
		fmt_right(out, c->meets ? tune_load_number(a, t, c->meets) : "–", 10);
		fmt_right(out, c->fails ? tune_load_number(b, t, c->fails) : "–", 10);
		fprintf(out, "   %s\n", setting_note(c));
	}
}

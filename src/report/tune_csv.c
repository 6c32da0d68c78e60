/* report/tune_csv.c - a row a candidate, with its fate. */
#include "config.h"

#include "report/tune.h"

#include <math.h>

#include "report/csv_parts.h"

static void summary_cells(const struct summary *s, FILE *out)
{
	bool any = s->n > 0, wide = any && summary_has_interval(s);

	csv_number(out, any ? s->mean : (double)NAN);
	csv_number(out, wide ? s->lo : (double)NAN);
	csv_number(out, wide ? s->hi : (double)NAN);
}

static void header(const struct tune *t, const enum metric *m, size_t n, FILE *out)
{
	fputs("candidate", out);
	for (size_t a = 0; a < t->grid.naxes; a++) {
		fputc(',', out);
		csv_field(out, t->grid.axis[a].path);
	}
	fputs(t->goal.load ? ",load,meets,fails" : "", out);
	fputs(",fate,reason,refined,replications", out);
	for (size_t i = 0; i < n; i++)
		fprintf(out, ",%s,%s_lo,%s_hi", metric_info[m[i]].name, metric_info[m[i]].name,
			metric_info[m[i]].name);
	fputs(",difference_pct,difference_lo,difference_hi\n", out);
}

/* Why it has its fate, in few words. */
static const char *reason_of(const struct tune *t, const struct tune_candidate *c)
{
	return c->reason ? c->reason : c->fate == TUNE_VIOLATES ? t->slo[c->slo].text : "";
}

static void load_cell(const struct tune *t, size_t load, FILE *out)
{
	csv_number(out, load > 0 ? tune_load_of(t, load) : (double)NAN);
}

static void row(const struct tune *t, size_t i, const enum metric *m, size_t n, FILE *out)
{
	const struct tune_candidate *c = &t->candidate[i];
	struct summary difference = { 0 };

	fprintf(out, "%zu", i);
	for (size_t a = 0; a < t->grid.naxes; a++) {
		fputc(',', out);
		csv_field(out, c->value[a]);
	}
	if (t->goal.load) {
		load_cell(t, c->load, out);
		load_cell(t, c->meets, out);
		load_cell(t, c->fails, out);
	}
	fprintf(out, ",%s,", c->fate == TUNE_VIOLATES &&
		c->unsure ? "violates_unsure" : tune_fate_name[c->fate]);
	csv_field(out, reason_of(t, c));
	fprintf(out, ",%d,%zu", c->refined, c->n);
	for (size_t k = 0; k < n; k++) {
		struct summary s = tune_metric(c, m[k]);

		summary_cells(&s, out);
	}
	if (t->winner < t->n && c->n > 0 && !t->goal.load)
		difference = tune_difference(&t->candidate[t->winner], c, t->goal.metric);
	summary_cells(&difference, out);
	fputc('\n', out);
}

void report_tune_csv(const struct tune *t, FILE *out)
{
	enum metric m[TUNE_SHOWN];
	size_t n = tune_shown(t, m);

	header(t, m, n, out);
	for (size_t i = 0; i < t->n; i++)
		row(t, i, m, n, out);
}

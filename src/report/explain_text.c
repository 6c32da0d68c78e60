/* report/explain_text.c - the ladder for people: the answer, a table a level, what is held fixed. */
#include "config.h"

#include "report/explain.h"

#include "base/bug.h"
#include "report/fmt.h"
#include "report/text_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LABEL_COLS	28
#define MEAN_COLS	7
#define HALF_COLS	5
#define SHARE_COLS	7
#define LEVELS		64
#define RULES_PCT	0.3		/* from here on the closed form is missed by more than rounding and mixing of levels */

static void head(const struct ladder *l, FILE *out)
{
	const struct scenario *s = l->scenario[0];
	char name[200], label[100], line[FINDING + 160], system[FINDING];
	long n = (long)s->run.replications;

	snprintf(line, sizeof(line), "%s%s%s: what each mechanism costs", fmt_clean(name, sizeof(name), s->name),
		 s->label ? ", " : "", s->label ? fmt_clean(label, sizeof(label), s->label) : "");
	fmt_wrap(out, line, 0, 0, TEXT_WIDTH);
	finding_system(l->rung[0], system);
	snprintf(line, sizeof(line), "%s · %s workload · %ld replication%s, seed %ld", system, s->workload->name, n,
		 n == 1 ? "" : "s", (long)s->run.seed);
	fmt_wrap(out, line, 0, 0, TEXT_WIDTH);
	fputc('\n', out);
}

/* "kernels below data sheet, 10.6 ms (44%); then host gaps, 8.0 ms (33%)" */
static void list_costs(const struct ladder *l, const struct ladder_numbers *n, char *out, size_t size)
{
	size_t rung[LADDER_RUNGS], worth = explain_order(l, n, rung);
	char value[FMT], pct[FMT];

	*out = '\0';
	for (size_t i = 0; i < worth && i < 4; i++) {
		size_t used = strlen(out);

		snprintf(out + used, size - used, "%s%s, %s (%s)", i == 0 ? "" : i == 1 ? "; then " : "; ", mechanism_info[l->off[rung[i]]].label,
			 explain_value(value, l->metric, fabs(n->step[rung[i]].mean)),
			 fmt_pct(pct, explain_share(n, rung[i])));
	}
}

static void answer(const struct ladder *l, FILE *out)
{
	const struct level_result *level = &l->rung[0]->level[l->level];
	struct ladder_numbers n;
	char label[sizeof(level->info.label)], first[FMT], last[FMT], all[FMT], costs[FINDING], line[3 * FINDING];
	const char *subject = explain_subject(l->metric);
	bool have = ladder_numbers(l, l->level, l->metric, &n);

	fmt_clean(label, sizeof(label), level->info.label);
	if (!have) {
		snprintf(line, sizeof(line), "At %s there is no data for %s.", label, metric_info[l->metric].name);
	} else {
		list_costs(l, &n, costs, sizeof(costs));
		snprintf(line, sizeof(line), "At %s %s%s %s; with %s switched off %s. The difference of %s is %s%s.", label,
			 subject ? subject : metric_info[l->metric].name, subject ? "" : " is",
			 explain_value(first, l->metric, n.value[0].mean),
			 l->scenario[0]->without ? "the rest" : "everything",
			 explain_value(last, l->metric, n.value[l->n - 1].mean),
			 explain_value(all, l->metric, fabs(n.total.mean)),
			 *costs ? "mostly " : "of no mechanism's making", costs);
	}
	fputs("  ", out);
	fmt_wrap(out, line, 2, 2, TEXT_WIDTH - 6);
}

/* Mean and half-width, aligned at the ±. */
static void cell(FILE *out, const struct summary *s)
{
	static const char pm[] = " ± ";
	char text[FMT], *half;

	fmt_pm(text, s);
	half = strstr(text, pm);
	if (half)
		*half = '\0';
	fmt_right(out, text, MEAN_COLS);
	if (half) {
		fputs(pm, out);
		fmt_left(out, half + strlen(pm), HALF_COLS);
	} else {
		fmt_left(out, "", 3 + HALF_COLS);
	}
}

/* A difference, as exact as its neighbours: with one digit more than the whole, `total`. */
static void change(FILE *out, const struct summary *s, double total)
{
	int decimals = fmt_decimals(total) + (fabs(total) < 999.5);
	double half = (s->hi - s->lo) / 2.0, seen = 0.5 * pow(10.0, -decimals);
	char mean[FMT], text[FMT + 4], width[FMT];

	if (fabs(s->mean) < seen && half < seen) {
		fmt_right(out, "0", MEAN_COLS);
		fmt_left(out, "", 3 + HALF_COLS);
		return;
	}
	snprintf(text, sizeof(text), "%s%s", s->mean < 0 ? "−" : "+", fmt_fixed(mean, fabs(s->mean), decimals));
	fmt_right(out, text, MEAN_COLS);
	if (summary_has_interval(s)) {
		fputs(" ± ", out);
		fmt_left(out, fmt_fixed(width, half, decimals), HALF_COLS);
	} else {
		fmt_left(out, "", 3 + HALF_COLS);
	}
}

/* "–" for what does not show. */
static void share(FILE *out, double v)
{
	char pct[FMT], text[FMT + 4];

	snprintf(text, sizeof(text), "%s%s", v < 0 ? "−" : "", fmt_pct1(pct, fabs(v)));
	fmt_right(out, fabs(v) < 5e-4 ? "–" : text, SHARE_COLS - 1);
	fputs("  ", out);
}

static const char *column_name(enum metric m)
{
	static const char *const name[METRICS] = {
		[M_tpot_ms_mean] = "TPOT",
		[M_e2e_ms_mean] = "E2E",
		[M_output_throughput] = "tok/s",
	};

	return name[m] ? name[m] : metric_info[m].name;
}

/* ms from 10 s on are told in s. */
static bool in_seconds(const struct ladder_numbers *n, enum metric m)
{
	return strcmp(metric_info[m].unit, "ms") == 0 && n->value[0].mean >= 9999.5;
}

static struct summary scaled(const struct summary *s, bool seconds)
{
	double f = seconds ? 1e-3 : 1.0;

	return (struct summary){ s->mean * f, s->sd * f, s->lo * f, s->hi * f, s->n };
}

/* Right-aligned over the means. */
static void heading(FILE *out, const char *name, const char *unit)
{
	size_t n, whole = MEAN_COLS + 3 + HALF_COLS;
	char text[80];

	snprintf(text, sizeof(text), "%s%s%s", name, *unit ? " " : "", unit);
	n = fmt_cols(text);

	if (n > MEAN_COLS) {
		fmt_left(out, text, whole);
	} else {
		fmt_right(out, text, MEAN_COLS);
		fmt_left(out, "", 3 + HALF_COLS);
	}
}

struct columns {
	enum metric m[LADDER_METRICS];
	struct ladder_numbers n[LADDER_METRICS];
	bool have[LADDER_METRICS], seconds[LADDER_METRICS];
	size_t count;
};

static void fill(const struct ladder *l, size_t level, struct columns *c)
{
	c->count = ladder_metrics(l, c->m);
	c->count = c->count < 3 ? c->count : 3;		/* as many as a page is wide */
	for (size_t i = 0; i < c->count; i++) {
		c->have[i] = ladder_numbers(l, level, c->m[i], &c->n[i]);
		c->seconds[i] = c->have[i] && in_seconds(&c->n[i], c->m[i]);
	}
}

static void row(const struct ladder *l, const struct columns *c, size_t rung, FILE *out)
{
	const struct ladder_numbers *n = &c->n[0];
	struct summary s = scaled(&n->value[rung], c->seconds[0]);
	char label[80];

	snprintf(label, sizeof(label), "%s%s", rung ? "− " : "", rung ? mechanism_info[l->off[rung]].label : "as it is");
	fputs("  ", out);
	fmt_left(out, label, LABEL_COLS);
	cell(out, &s);
	if (rung) {
		s = scaled(&n->step[rung], c->seconds[0]);
		change(out, &s, n->total.mean * (c->seconds[0] ? 1e-3 : 1.0));
		share(out, explain_share(n, rung));
	} else {
		fmt_left(out, "", MEAN_COLS + 3 + HALF_COLS + SHARE_COLS + 1);
	}
	for (size_t i = 1; i < c->count; i++) {
		s = scaled(&c->n[i].value[rung], c->seconds[i]);
		cell(out, &s);
	}
	fputc('\n', out);
}

static void sum_row(const struct columns *c, FILE *out)
{
	struct summary s = scaled(&c->n[0].total, c->seconds[0]);

	fputs("  ", out);
	fmt_left(out, "all together", LABEL_COLS);
	fmt_left(out, "", MEAN_COLS + 3 + HALF_COLS);
	change(out, &s, s.mean);
	fmt_right(out, "100%", SHARE_COLS - 1);
	fputc('\n', out);
}

static void limit_line(const struct ladder *l, size_t level, FILE *out)
{
	struct ladder_limit m;
	char text[2 * FINDING], ms[FMT], pct[FMT], off[FMT + 16] = "meets";

	if (!ladder_limit(l, level, &m))
		return;
	if (fabs(m.off_pct) >= 0.05)
		snprintf(off, sizeof(off), "is %s %s", fmt_pct1(pct, fabs(m.off_pct) / 100), m.off_pct < 0 ? "below" : "above");
	snprintf(text, sizeof(text), "bandwidth limit: (%.2f GB of weights + %.2f GB of KV cache a decode pass) / %.0f GB/s "
		 "= %s a token; the last line %s it%s", m.weight_bytes / 1e9, m.kv_bytes / 1e9, m.bytes_per_s / 1e9,
		 fmt_ms(ms, m.tpot_ms), off, !m.all_off ? ", with mechanisms left on" : m.off_pct >= RULES_PCT ?
		 ": rules of the engine, such as passes that an answer waits for and that make none of its tokens" : "");
	fputs("  ", out);
	fmt_wrap(out, text, 2, 2, TEXT_WIDTH);
}

static void column(const struct columns *c, size_t i, FILE *out)
{
	bool ms = strcmp(metric_info[c->m[i]].unit, "ms") == 0;

	heading(out, column_name(c->m[i]), c->seconds[i] ? "s" : ms ? "ms" : "");
}

static void level(const struct ladder *l, size_t index, FILE *out)
{
	const struct level_result *r = &l->rung[0]->level[index];
	char label[sizeof(r->info.label)];
	struct columns c;

	fill(l, index, &c);
	if (!c.have[0])
		return;
	fputc('\n', out);
	fmt_left(out, fmt_clean(label, sizeof(label), r->info.label), LABEL_COLS + 2);
	column(&c, 0, out);
	heading(out, "change", "");
	fmt_right(out, "of it", SHARE_COLS - 1);
	fputs("  ", out);
	for (size_t i = 1; i < c.count; i++)
		column(&c, i, out);
	fputc('\n', out);
	for (size_t k = 0; k < l->n; k++)
		row(l, &c, k, out);
	sum_row(&c, out);
	limit_line(l, index, out);
}

static void meanings(const struct ladder *l, FILE *out)
{
	text_heading(out, "What is switched off", "");
	for (size_t k = 1; k < l->n; k++) {
		const struct mechanism_info *m = &mechanism_info[l->off[k]];

		fputs("  ", out);
		fmt_left(out, m->label, LABEL_COLS);
		fmt_wrap(out, m->help, LABEL_COLS + 2, LABEL_COLS + 2, TEXT_WIDTH);
	}
	fputs("\n  ", out);
	fmt_wrap(out, explain_fixed, 2, 2, TEXT_WIDTH);
}

static void page(const struct ladder *l, FILE *out)
{
	size_t index[LEVELS], n = explain_levels(l, index, LEVELS);
	const char *path = l->scenario[0]->path, *slash = strrchr(path, '/');
	char file[300];

	head(l, out);
	answer(l, out);
	for (size_t i = 0; i < n; i++)
		level(l, index[i], out);
	meanings(l, out);
	fprintf(out, "\n%s @ %016" PRIx64 " · %zu runs, digest of the first %016" PRIx64 " · servesim %s\n",
		fmt_clean(file, sizeof(file), slash ? slash + 1 : path), l->scenario[0]->config_hash, l->n,
		l->rung[0]->digest, PACKAGE_VERSION);
}

void report_explain_text(const struct ladder *l, FILE *out)
{
	char *text = NULL;
	size_t size;
	FILE *mem = open_memstream(&text, &size);

	BUG_ON(!mem);
	page(l, mem);
	BUG_ON(fclose(mem) != 0);
	text_print_trimmed(text, out);
	free(text);
}

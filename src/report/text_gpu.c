/* report/text_gpu.c - where the time and the memory go, and whether the run can be believed. */
#include "config.h"

#include "report/text_parts.h"

#include "report/finding.h"
#include "report/fmt.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#define ABREAST		3		/* levels side by side */
#define CAUSE_COLS	26
#define SEEN		5e-4		/* a smaller share is not worth a line */

/* A bar in eighths of a column. */
static void bar(FILE *out, double share, size_t cols, bool pad)
{
	static const char *const eighth[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
	size_t n = (size_t)lround(fmax(0.0, fmin(1.0, share)) * 8.0 * (double)cols);

	for (size_t i = 0; i < n / 8; i++)
		fputs("█", out);
	fputs(eighth[n % 8], out);
	if (pad)
		fmt_left(out, "", cols - n / 8 - (n % 8 ? 1 : 0));
}

static bool cause_seen(const struct level_result *l, size_t n, enum cause c)
{
	for (size_t i = 0; i < n; i++) {
		if (finding_share(l[i].cause_ms, c) >= SEEN)
			return true;
	}
	return false;
}

static double largest_share(const struct level_result *l, size_t n)
{
	double most = 0.0;

	for (size_t i = 0; i < n; i++)
		for (int c = 0; c < CAUSES; c++)
			most = fmax(most, finding_share(l[i].cause_ms, (enum cause)c));
	return most > 0.0 ? most : 1.0;
}

/* `most` is the share that fills a bar. */
static void causes_abreast(const struct level_result *l, size_t n, double most, FILE *out)
{
	size_t bar_cols = n == 1 ? 46 : n == 2 ? 24 : 13;
	char text[120], ms[FMT];

	fmt_left(out, "", CAUSE_COLS + 2);
	for (size_t i = 0; i < n; i++) {
		char label[sizeof(l->info.label)], cut[sizeof(l->info.label) + 4];

		fmt_ms(ms, finding_total(l[i].cause_ms));
		fmt_clean(label, sizeof(label), l[i].info.label);
		snprintf(text, sizeof(text), "%s, %s",
			 fmt_short(cut, sizeof(cut), label, bar_cols + 6 - strlen(ms)), ms);
		fputs("  ", out);
		fmt_left(out, text, i + 1 < n ? bar_cols + 8 : 0);
	}
	fputc('\n', out);
	for (int c = 0; c < CAUSES; c++) {
		if (!cause_seen(l, n, (enum cause)c))
			continue;
		fputs("  ", out);
		fmt_left(out, cause_label[c], CAUSE_COLS);
		for (size_t i = 0; i < n; i++) {
			double share = finding_share(l[i].cause_ms, (enum cause)c);

			fputs("  ", out);
			fmt_right(out, fmt_pct1(ms, share), 6);
			fputs("  ", out);
			bar(out, share / most, bar_cols, i + 1 < n);
		}
		fputc('\n', out);
	}
}

void text_causes(const struct run_result *r, FILE *out)
{
	size_t rows = (r->nlevels + ABREAST - 1) / ABREAST, n = (r->nlevels + rows - 1) / rows;
	double most = largest_share(r->level, r->nlevels);

	text_heading(out, "Where a request's time goes", "shares of the client's mean latency");
	for (size_t i = 0; i < r->nlevels; i += n)
		causes_abreast(&r->level[i], r->nlevels - i < n ? r->nlevels - i : n, most, out);
}

static void pass_row(const struct level_result *l, int kind, const char *label, FILE *out)
{
	char num[FMT];
	double share = l->pass_share[kind].n ? l->pass_share[kind].mean : 0.0;

	fputs("  ", out);
	fmt_left(out, label, 18);
	fmt_left(out, pass_kind_name[kind], 10);
	fmt_right(out, fmt_count(num, l->passes[kind].mean), 10);
	fmt_right(out, l->pass_ms[kind].n ? fmt_num(num, l->pass_ms[kind].mean) : "–", 12);
	fmt_right(out, fmt_pct1(num, share), 12);
	fputs("  ", out);
	bar(out, share, 20, false);
	fputc('\n', out);
}

static void parts_line(const struct level_result *l, FILE *out)
{
	char text[400] = "", num[FMT];

	for (int p = 0; p < PASS_PARTS; p++) {
		size_t n = strlen(text);

		if (l->part_share[p].n > 0 && l->part_share[p].mean >= SEEN)
			snprintf(text + n, sizeof(text) - n, "%s%s %s", n ? ", " : "", pass_part_name[p],
				 fmt_pct1(num, l->part_share[p].mean));
	}
	if (*text) {
		fputs("                    ", out);
		fmt_wrap(out, text, 20, 20, TEXT_WIDTH);
	}
}

void text_passes(const struct run_result *r, FILE *out)
{
	char label[sizeof(r->level->info.label)], cut[sizeof(label) + 4];

	text_heading(out, "What the GPU does", "");
	fmt_left(out, "", 20);
	fmt_left(out, "passes", 10);
	fmt_right(out, "number", 10);
	fmt_right(out, "mean ms", 12);
	fmt_right(out, "GPU time", 12);
	fputc('\n', out);
	for (size_t i = 0; i < r->nlevels; i++) {
		const struct level_result *l = &r->level[i];
		const char *shown =
			fmt_short(cut, sizeof(cut), fmt_clean(label, sizeof(label), l->info.label), 16);

		for (int k = 0; k < PASS_KINDS; k++) {
			if (l->passes[k].n == 0 || l->passes[k].mean <= 0.0)
				continue;
			pass_row(l, k, shown, out);
			shown = "";
		}
		parts_line(l, out);
	}
}

static void memory_row(const struct memory_item *item, size_t indent, FILE *out)
{
	char amount[2 * FMT + 8], note[200];

	if (item->hi - item->lo >= 0.005)
		snprintf(amount, sizeof(amount), "%.2f to %.2f", item->lo, item->hi);
	else
		snprintf(amount, sizeof(amount), "%.2f", item->lo);
	fmt_left(out, "", indent);
	fmt_left(out, item->label, 38 - indent);
	fmt_right(out, amount, 14);
	fputs(*item->note ? " GiB  " : " GiB\n", out);
	if (*item->note)
		fmt_wrap(out, fmt_clean(note, sizeof(note), item->note), 58, 58, TEXT_WIDTH);
}

static void memory_group(const struct memory_report *m, bool inside, FILE *out)
{
	for (size_t i = 0; i < m->n; i++) {
		if (m->item[i].inside == inside)
			memory_row(&m->item[i], 4, out);
	}
}

void text_memory(const struct memory_report *m, FILE *out)
{
	struct memory_item total = { .label = "free before weights", .note = "" };
	struct memory_item outside = { .label = "left outside the memory fraction", .note = "" };
	char num[FMT], text[300];

	if (m->n == 0)
		return;
	total.lo = total.hi = m->total_gib;
	outside.lo = outside.hi = m->outside_gib;
	snprintf(text, sizeof(text), "%s; KV cache of %s tokens", memory_verdict_name[m->verdict],
		 fmt_fixed(num, (double)m->kv_tokens, 0));
	text_heading(out, "GPU memory", text);
	memory_row(&total, 2, out);
	memory_group(m, true, out);
	memory_row(&outside, 2, out);
	memory_group(m, false, out);
	if (*m->sentence) {
		fputs("  ", out);
		fmt_wrap(out, fmt_clean(text, sizeof(text), m->sentence), 2, 2, TEXT_WIDTH);
	}
	if (*m->warning) {
		fputs("  ! ", out);
		fmt_wrap(out, fmt_clean(text, sizeof(text), m->warning), 4, 4, TEXT_WIDTH);
	}
}

static void check_line(const struct check_result *c, const char *where, FILE *out)
{
	char text[400];

	fputs(c->pass ? "  pass  " : "  FAIL  ", out);
	fmt_left(out, c->name, 12);
	fmt_left(out, where, *where ? 14 : 0);
	fmt_wrap(out, fmt_clean(text, sizeof(text), c->text), *where ? 34 : 20, *where ? 34 : 20, TEXT_WIDTH);
}

/* The k-th check of every level: one line while all pass, one a failing level else. */
static void check_lines(const struct run_result *r, size_t k, FILE *out)
{
	const struct level_result *last = &r->level[r->nlevels - 1];
	char where[sizeof(last->info.label) + 8];
	bool all = true;

	for (size_t i = 0; i < r->nlevels; i++)
		all = all && (k >= r->level[i].nchecks || r->level[i].check[k].pass);
	if (all) {
		snprintf(where, sizeof(where), r->nlevels > 1 ? "all levels" : "");
		check_line(&last->check[k], where, out);
		return;
	}
	for (size_t i = 0; i < r->nlevels; i++) {
		if (k < r->level[i].nchecks && !r->level[i].check[k].pass)
			check_line(&r->level[i].check[k],
				   fmt_clean(where, sizeof(where), r->level[i].info.label), out);
	}
}

void text_checks(const struct run_result *r, FILE *out)
{
	if (r->nlevels == 0 || r->level[r->nlevels - 1].nchecks == 0)
		return;
	text_heading(out, "Self-checks", "");
	for (size_t k = 0; k < r->level[r->nlevels - 1].nchecks; k++)
		check_lines(r, k, out);
}

/* report/variants_text.c - variants side by side, for people: the answer, level by level in short, the
 * published table, then some levels in full. */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "report/finding_saturation.h"
#include "report/fmt.h"
#include "report/levels_shown.h"
#include "report/report.h"
#include "report/text_parts.h"
#include "report/variants.h"

#define LEVELS		64		/* in short */
#define LEVELS_IN_FULL	4
#define LEVEL_COLS	18		/* a level's name in the short table */

static void paragraph(FILE *out, const char *text)
{
	if (*text) {
		fputs("  ", out);
		fmt_wrap(out, text, 2, 2, TEXT_WIDTH - 6);
	}
}

static void sentence(FILE *out, const char *text)
{
	char full[3 * FINDING + 2];

	snprintf(full, sizeof(full), "%s%s", text, *text ? "." : "");
	paragraph(out, full);
}

/* What the curve that someone drew says of the heaviest level. */
static void curve(const struct run_result *r, FILE *out)
{
	const struct level_result *l = finding_heaviest(r);
	struct saturation law;
	char text[FINDING], label[64], at[64], says[FMT], most[FMT], is[FMT];

	if (!l || !finding_measured_curve(r, &law))
		return;
	snprintf(text, sizeof(text),
		 "The curve through the measured points of %s, %s x users / (%.0f + users), has %s "
		 "tok/s at %s; simulated are %s.",
		 variants_clean(r, label), fmt_num(most, law.most), law.half,
		 fmt_num(says, saturation_at(&law, (double)l->info.users)),
		 fmt_clean(at, sizeof(at), l->info.label),
		 fmt_num(is, finding_mean(l, M_output_throughput)));
	paragraph(out, text);
}

static void answer(struct run_result *const *r, size_t n, FILE *out)
{
	char text[3 * FINDING], label[64], full[3 * FINDING + 80];

	variants_throughput(r, n, text);
	sentence(out, text);
	variants_latency(r, n, text);
	sentence(out, text);
	variants_cause(r, n, text);
	sentence(out, text);
	for (size_t v = 0; v < n; v++) {
		if (r[v]->nlevels >= SATURATION_LEVELS) {
			finding_saturation_words(r[v], text);
			snprintf(full, sizeof(full), "%s: %s", variants_clean(r[v], label), text);
			paragraph(out, *text ? full : "");
		}
		curve(r[v], out);
	}
}

/* One row of the short table: "1,952  +16.2%" for each. */
static void short_row(struct run_result *const *r, size_t i, enum metric m, const size_t *column,
		      size_t columns, size_t cols, FILE *out)
{
	const struct level_result *a = &r[0]->level[i];
	char label[64], text[2 * FMT], num[FMT];

	fputs("    ", out);
	fmt_clean(label, sizeof(label), a->info.label);
	fmt_left(out, label, LEVEL_COLS - 4);
	for (size_t k = 0; k < columns; k++) {
		const struct level_result *l = level_like(r[column[k]], a);
		struct summary d = variants_difference(r[0], a, l, m);

		if (m == M_output_throughput)
			fmt_num(num, l->metric[m].mean);
		else
			fmt_ms(num, l->metric[m].mean);
		if (l->metric[m].n == 0)
			snprintf(num, sizeof(num), "–");
		snprintf(text, sizeof(text), k > 0 && d.n > 0 ? "%s %+6.0f%%" : "%s", num, d.mean);
		fmt_right(out, text, cols);
	}
	fputc('\n', out);
}

static void in_short(struct run_result *const *r, size_t n, const size_t *level, size_t levels,
		     FILE *out)
{
	static const struct { enum metric metric; const char *name; } shown[] = {
		{ M_output_throughput, "output tokens/s" }, { M_e2e_ms_p95, "P95 latency" },
	};
	size_t next = 1, column[VARIANTS_COLUMNS], columns;
	size_t cols = n == 2 ? 22 : (TEXT_WIDTH - LEVEL_COLS) / VARIANTS_COLUMNS;
	char head[64];

	text_heading(out, "Level by level", "mean, and how much more than the first");
	while ((columns = variants_block(n, VARIANTS_COLUMNS, &next, column)) > 0) {
		fmt_left(out, "", LEVEL_COLS);
		for (size_t k = 0; k < columns; k++)
			fmt_right(out, variants_head(r, n, column[k], head), cols);
		fputc('\n', out);
		for (size_t m = 0; m < 2; m++) {
			fprintf(out, "  %s\n", shown[m].name);
			for (size_t i = 0; i < levels; i++)
				short_row(r, level[i], shown[m].metric, column, columns, cols, out);
		}
	}
}

/* The variant's own findings: its error, its memory, what it was warned of. */
static void each(struct run_result *const *r, size_t n, FILE *out)
{
	char label[64], text[1000], name[FINDING];

	text_heading(out, "Each variant", "");
	for (size_t v = 0; v < n; v++) {
		const struct run_result *x = r[v];
		size_t failed = 0;

		for (size_t i = 0; i < x->nlevels; i++)
			for (size_t k = 0; k < x->level[i].nchecks; k++)
				failed += !x->level[i].check[k].pass;
		snprintf(name, sizeof(name), "%s", variants_clean(x, label));
		finding_add_without(x->scenario->without, name);
		fputs("  ", out);
		fmt_wrap(out, name, 2, 4, TEXT_WIDTH);
		if (x->nmeasured > 0 && isfinite(x->mean_abs_error_pct))
			fprintf(out, "      mean absolute error against %zu measured values: %.1f%%\n",
				x->nmeasured, x->mean_abs_error_pct);
		fprintf(out, "      memory ");
		fmt_wrap(out, fmt_clean(text, sizeof(text), x->memory.sentence), 13, 8, TEXT_WIDTH);
		fprintf(out, "      self-checks: %s; digest %016" PRIx64 "\n",
			failed ? "FAIL, see its own report" : "all pass", x->digest);
		for (size_t i = 0; i < x->nwarnings; i++) {
			fputs("      ! ", out);
			fmt_wrap(out, fmt_clean(text, sizeof(text), x->warning[i]), 8, 8, TEXT_WIDTH);
		}
	}
}

static void top(struct run_result *const *r, size_t n, FILE *out)
{
	const struct scenario *s = r[0]->scenario;
	char name[200], system[FINDING], label[64];

	fmt_wrap(out, fmt_clean(name, sizeof(name), s->name), 0, 0, TEXT_WIDTH);
	variants_system(r, n, system);
	fprintf(out, "%s · %zu variants on the same requests · %ld replication%s, seed %ld\n", system, n,
		(long)r[0]->replications, r[0]->replications == 1 ? "" : "s", (long)s->run.seed);
	for (size_t v = 0; v < n && variants_numbered(r, n); v++)
		fprintf(out, "  (%zu) %s\n", v + 1, variants_clean(r[v], label));
	fputc('\n', out);
}

static void page(struct run_result *const *r, size_t n, FILE *out)
{
	size_t level[LEVELS], full[LEVELS_IN_FULL], levels = variants_levels(r, n, LEVELS, level);
	size_t shown = levels_shown(levels, LEVELS_IN_FULL, full);

	top(r, n, out);
	answer(r, n, out);
	if (levels > 1)
		in_short(r, n, level, levels, out);
	variants_headline(r, n, out);
	for (size_t i = 0; i < shown; i++)
		variants_level(r, n, level[full[i]], out);
	if (shown < levels)
		fprintf(out, "  (%zu more levels in result.csv, and in each variant's own report)\n",
			levels - shown);
	if (levels == 0)
		fputs("  No level is common to all variants: see each one's own report.\n", out);
	each(r, n, out);
	fprintf(out, "\n%s · servesim %s\n", r[0]->scenario->path, PACKAGE_VERSION);
}

void report_variants_text(struct run_result *const *r, size_t n, FILE *out)
{
	char *text = NULL;
	size_t size;
	FILE *mem = open_memstream(&text, &size);

	BUG_ON(!mem);
	page(r, n, mem);
	BUG_ON(fclose(mem) != 0);
	text_print_trimmed(text, out);
	free(text);
}

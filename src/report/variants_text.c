/* report/variants_text.c - variants side by side, for people: the answer, the published table, then level by level. */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/finding.h"
#include "report/fmt.h"
#include "report/report.h"
#include "report/text_parts.h"
#include "report/variants.h"

#define NAME_COLS	26
#define CELL_COLS	20
#define DELTA_COLS	18

const enum metric variants_metric[VARIANTS_METRICS] = {
	M_output_throughput, M_per_request_throughput, M_ttft_ms_mean, M_ttft_ms_p95, M_tpot_ms_mean, M_e2e_ms_mean,
	M_e2e_ms_p95, M_cache_hit_rate, M_power_w,
};

const char *variants_label(const struct run_result *r)
{
	return r->scenario->label ? r->scenario->label : r->scenario->name;
}

static const char *label_of(const struct run_result *r, char buf[64])
{
	return fmt_clean(buf, 64, variants_label(r));
}

static void delta(const struct level_result *a, const struct level_result *b, enum metric m, size_t n, FILE *out)
{
	struct summary d = paired_difference_pct(a->sample[m], b->sample[m], n);
	char text[64];

	if (d.n == 0)
		snprintf(text, sizeof(text), "–");
	else if (d.n == 1 || d.hi - d.lo < 1e-12)
		snprintf(text, sizeof(text), "%+.1f%%", d.mean);
	else
		snprintf(text, sizeof(text), "%+.1f%% ± %.1f", d.mean, (d.hi - d.lo) / 2);
	fmt_right(out, text, DELTA_COLS);
}

static void heading(struct run_result *const *r, size_t n, FILE *out)
{
	char label[64], cut[64];

	fmt_left(out, "", NAME_COLS + 2);
	for (size_t v = 0; v < n; v++)
		fmt_right(out, fmt_short(cut, sizeof(cut), label_of(r[v], label), CELL_COLS - 2), CELL_COLS);
	for (size_t v = 1; v < n; v++)
		fmt_right(out, n == 2 ? "difference" : fmt_short(cut, sizeof(cut), label_of(r[v], label), DELTA_COLS - 2),
			  DELTA_COLS);
	fputc('\n', out);
}

static void metric_row(struct run_result *const *r, size_t n, size_t level, enum metric m, FILE *out)
{
	char name[80], text[FMT];

	if (r[0]->level[level].metric[m].n == 0)
		return;
	snprintf(name, sizeof(name), "%s%s%s", metric_info[m].name, *metric_info[m].unit ? ", " : "", metric_info[m].unit);
	if (strstr(metric_info[m].name, "_ms"))
		snprintf(name, sizeof(name), "%s", metric_info[m].name);
	fputs("  ", out);
	fmt_left(out, name, NAME_COLS);
	for (size_t v = 0; v < n; v++)
		fmt_right(out, fmt_pm(text, &r[v]->level[level].metric[m]), CELL_COLS);
	for (size_t v = 1; v < n; v++)
		delta(&r[0]->level[level], &r[v]->level[level], m, (size_t)r[0]->scenario->run.replications, out);
	fputc('\n', out);
}

static void cause_rows(struct run_result *const *r, size_t n, size_t level, FILE *out)
{
	char text[2 * FMT], ms[FMT], pct[FMT];

	for (int c = 0; c < CAUSES; c++) {
		bool any = false;

		for (size_t v = 0; v < n; v++)
			any = any || r[v]->level[level].cause_ms[c].mean > 0.0005;
		if (!any)
			continue;
		fputs("    ", out);
		fmt_left(out, cause_label[c], NAME_COLS - 2);
		for (size_t v = 0; v < n; v++) {
			const struct summary *cause = r[v]->level[level].cause_ms;

			snprintf(text, sizeof(text), "%s %6s", fmt_ms(ms, cause[c].mean),
				 fmt_pct1(pct, finding_share(cause, (enum cause)c)));
			fmt_right(out, text, CELL_COLS);
		}
		fputc('\n', out);
	}
}

static void level(struct run_result *const *r, size_t n, size_t i, FILE *out)
{
	char label[64];

	fmt_clean(label, sizeof(label), r[0]->level[i].info.label);
	text_heading(out, label, "mean ± 95% interval; differences paired, in % of the first");
	heading(r, n, out);
	for (size_t m = 0; m < VARIANTS_METRICS; m++)
		metric_row(r, n, i, variants_metric[m], out);
	fputs("  where a request's time goes\n", out);
	cause_rows(r, n, i, out);
}

/* The variant's own findings: its error, its memory, what it was warned of. */
static void each(struct run_result *const *r, size_t n, FILE *out)
{
	char label[64], text[1000];

	text_heading(out, "Each variant", "");
	for (size_t v = 0; v < n; v++) {
		const struct run_result *x = r[v];
		size_t failed = 0;

		for (size_t i = 0; i < x->nlevels; i++)
			for (size_t k = 0; k < x->level[i].nchecks; k++)
				failed += !x->level[i].check[k].pass;
		fprintf(out, "  %s\n", label_of(x, label));
		if (x->nmeasured > 0 && isfinite(x->mean_abs_error_pct))
			fprintf(out, "      mean absolute error against %zu measured values: %.1f%%\n", x->nmeasured,
				x->mean_abs_error_pct);
		fprintf(out, "      memory %s\n", fmt_clean(text, sizeof(text), x->memory.sentence));
		fprintf(out, "      self-checks: %s; digest %016" PRIx64 "\n", failed ? "FAIL, see its own report" : "all pass",
			x->digest);
		for (size_t i = 0; i < x->nwarnings; i++) {
			fputs("      ! ", out);
			fmt_wrap(out, fmt_clean(text, sizeof(text), x->warning[i]), 8, 8, TEXT_WIDTH);
		}
	}
}

/* "At 100 users LMDeploy makes 19.0% ± 1.2 more output tokens a second than SGLang, ..." */
static void answer(struct run_result *const *r, size_t n, FILE *out)
{
	size_t last = r[0]->nlevels - 1, reps = (size_t)r[0]->scenario->run.replications;
	const struct level_result *a = &r[0]->level[last];
	char first[64], other[64], where[64], text[600];

	for (size_t v = 1; v < n; v++) {
		const struct level_result *b = &r[v]->level[last];
		struct summary thr = paired_difference_pct(a->sample[M_output_throughput], b->sample[M_output_throughput], reps);
		struct summary e2e = paired_difference_pct(a->sample[M_e2e_ms_p95], b->sample[M_e2e_ms_p95], reps);
		bool sure = thr.n > 1 && (thr.lo > 0 || thr.hi < 0);

		if (thr.n == 0)
			continue;
		snprintf(text, sizeof(text), "At %s %s makes %.1f%% %s output tokens a second than %s (95%% interval %+.1f to %+.1f%%)"
			 "%s; its P95 latency is %+.1f%%. %s of a request's time there is others' prefill passes against %s.",
			 fmt_clean(where, sizeof(where), a->info.label), label_of(r[v], other), fabs(thr.mean),
			 thr.mean < 0 ? "fewer" : "more", label_of(r[0], first), thr.lo, thr.hi,
			 sure ? "" : ", which may be no difference at all", e2e.n ? e2e.mean : 0.0,
			 fmt_pct((char[FMT]){ 0 }, finding_share(b->cause_ms, CAUSE_STALL)),
			 fmt_pct((char[FMT]){ 0 }, finding_share(a->cause_ms, CAUSE_STALL)));
		fputs("  ", out);
		fmt_wrap(out, text, 2, 2, TEXT_WIDTH - 6);
	}
}

void report_variants_text(struct run_result *const *r, size_t n, FILE *out)
{
	const struct scenario *s = r[0]->scenario;
	char name[200];
	size_t levels = r[0]->nlevels;

	for (size_t v = 1; v < n; v++)
		levels = r[v]->nlevels < levels ? r[v]->nlevels : levels;
	fmt_wrap(out, fmt_clean(name, sizeof(name), s->name), 0, 0, TEXT_WIDTH);
	fprintf(out, "%s on %s · %zu variants on the same requests · %ld replications, seed %ld\n\n", s->model.name, s->gpu.name,
		n, (long)s->run.replications, (long)s->run.seed);
	if (levels > 0)
		answer(r, n, out);
	variants_headline(r, n, out);
	for (size_t i = 0; i < levels; i++)
		level(r, n, i, out);
	each(r, n, out);
	fprintf(out, "\n%s · servesim %s\n", s->path, PACKAGE_VERSION);
}

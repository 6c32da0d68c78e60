/* report/compare_tables.c - a comparison's numbers side by side. */
#include "config.h"

#include "report/compare.h"

#include <math.h>
#include <string.h>

#include "report/fmt.h"
#include "report/text_parts.h"

#define NAME_COLS	50
#define RUN_COLS	15

static void run_count(size_t n, char out[FMT])
{
	char num[FMT];

	if (n >= COMPARE_RUNS)
		snprintf(out, FMT, "over a million");
	else
		snprintf(out, FMT, "%.30s runs", fmt_count(num, (double)n));
}

static void real_row(const struct compare *c, const struct compare_pair *p,
		     const struct compare_level *l, enum metric m, FILE *out)
{
	const struct compare_cell *x = &l->cell[m];
	char text[200], fit[200], level[80], of[60], cell[FMT];
	bool many = c->running > 2;

	snprintf(text, sizeof(text), "%s%s%s, %s",
		 many ? fmt_clean(of, sizeof(of), c->side[p->of].label) : "", many ? ": " : "",
		 metric_info[m].name, fmt_clean(level, sizeof(level), l->label));
	fputs("  ", out);
	fmt_left(out, fmt_short(fit, sizeof(fit), text, NAME_COLS - 3), NAME_COLS - 2);
	snprintf(cell, sizeof(cell), "%.0f%%", fmin(99, 100 * x->right_sign));
	fmt_right(out, 100 * x->right_sign > 99 ? "over 99%" : cell, RUN_COLS);
	run_count(x->runs_80, cell);
	fmt_right(out, cell, RUN_COLS);
	run_count(x->runs_95, cell);
	fmt_right(out, cell, RUN_COLS);
	fputc('\n', out);
}

void compare_real_runs(const struct compare *c, FILE *out)
{
	bool any = false;

	for (size_t i = 0; i < c->npairs; i++) {
		const struct compare_pair *p = &c->pair[i];

		for (size_t at = 0; at < p->nlevels * c->nheadline && !p->runner_up; at++) {
			const struct compare_level *l = &p->level[at / c->nheadline];
			enum metric m = c->headline[at % c->nheadline];

			if (l->cell[m].verdict != VERDICT_DIFFERENT || l->cell[m].smaller)
				continue;
			if (!any) {
				text_heading(out, "Could real runs see it?",
					     "of independent runs that spread as simulated; real ones "
					     "spread more");
				fmt_left(out, "", NAME_COLS);
				fmt_right(out, "one a side", RUN_COLS);
				fmt_right(out, "80% power", RUN_COLS);
				fmt_right(out, "95% power", RUN_COLS);
				fputs("\n", out);
				fmt_left(out, "", NAME_COLS);
				fmt_right(out, "right sign", RUN_COLS);
				fmt_right(out, "a side", RUN_COLS);
				fmt_right(out, "a side", RUN_COLS);
				fputs("\n", out);
			}
			any = true;
			real_row(c, p, l, m, out);
		}
	}
}

/* ---- all numbers at one level */

static const enum metric shown[] = {
	M_output_throughput,
	M_request_throughput,
	M_per_request_throughput,
	M_ttft_ms_mean,
	M_ttft_ms_p50,
	M_ttft_ms_p95,
	M_ttft_ms_p99,
	M_tpot_ms_mean,
	M_itl_ms_p99,
	M_e2e_ms_mean,
	M_e2e_ms_p95,
	M_e2e_ms_p99,
	M_failed,
	M_cache_hit_rate,
	M_kv_usage_peak,
	M_retractions,
	M_queued_mean,
	M_gpu_busy_pct,
	M_power_w,
	M_tokens_per_watt,
};
#define METRIC_COLS	32
#define VALUE_COLS	20
#define DELTA_COLS	26

/* Without "-0.0". */
static double tidy(double v)
{
	return fabs(v) < 0.05 ? 0 : v;
}

static void delta(const struct compare_cell *x, char out[2 * FMT])
{
	const struct summary *s = x->pct.n > 0 ? &x->pct : &x->difference;
	const char *mark = x->verdict == VERDICT_DIFFERENT ? "  "
			   : x->verdict == VERDICT_SAME	   ? " ="
							   : " ?";
	char pm[FMT];

	if (x->verdict == VERDICT_IDENTICAL)
		snprintf(out, 2 * FMT, "identical =");
	else if (x->pct.n > 0)
		snprintf(out, 2 * FMT, "%+.1f%% ± %.1f%s", tidy(s->mean), (s->hi - s->lo) / 2, mark);
	else
		snprintf(out, 2 * FMT, "%s%s%s", s->mean > 0 ? "+" : "", fmt_pm(pm, s), mark);
}

static void number_row(const struct compare_cell *x, enum metric m, FILE *out)
{
	char text[120], pm[FMT], words[2 * FMT];
	bool ms = strstr(metric_info[m].name, "_ms");

	if (x->verdict == VERDICT_NO_DATA || (!(x->base.mean > 0) && !(x->value.mean > 0)))
		return;
	snprintf(text, sizeof(text), "  %s%s%s", metric_info[m].name,
		 *metric_info[m].unit && !ms ? ", " : "", ms ? "" : metric_info[m].unit);
	fmt_left(out, text, METRIC_COLS);
	fmt_right(out, fmt_pm(pm, &x->base), VALUE_COLS);
	fmt_right(out, fmt_pm(pm, &x->value), VALUE_COLS);
	delta(x, words);
	fmt_right(out, words, DELTA_COLS);
	fputc('\n', out);
}

void compare_numbers(const struct compare *c, FILE *out)
{
	char a[60], b[60], fit[120], label[80], note[160];

	for (size_t i = 0; i < c->npairs; i++) {
		const struct compare_pair *p = &c->pair[i];
		const struct compare_level *l = compare_heaviest(p);

		if (!l || p->identical || p->runner_up)
			continue;
		snprintf(note, sizeof(note), "mean ± 95%%; = no difference, ? not resolved%s",
			 p->nlevels > 1 ? "; more levels: compare.csv" : "");
		text_heading(out, fmt_clean(label, sizeof(label), l->label), note);
		fmt_left(out, "", METRIC_COLS);
		fmt_clean(a, sizeof(a), c->side[p->over].label);
		fmt_clean(b, sizeof(b), c->side[p->of].label);
		fmt_right(out, fmt_short(fit, sizeof(fit), a, VALUE_COLS - 1), VALUE_COLS);
		fmt_right(out, fmt_short(fit, sizeof(fit), b, VALUE_COLS - 1), VALUE_COLS);
		fmt_right(out, "paired difference", DELTA_COLS - 2);
		fputc('\n', out);
		for (size_t m = 0; m < sizeof(shown) / sizeof(shown[0]); m++)
			number_row(&l->cell[shown[m]], shown[m], out);
	}
}

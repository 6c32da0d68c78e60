/* report/text_level.c - the numbers of the levels, and how they compare with measured ones. */
#include "config.h"

#include "report/text_parts.h"

#include "report/finding.h"
#include "report/fmt.h"

#include <math.h>
#include <string.h>

#define MEAN_COLS	8		/* of "1,638" before the ± */
#define HALF_COLS	6
#define FACT_NAME	14		/* columns of "throughput" and the like */

static const char *label_of(const struct level_result *l, char buf[sizeof(l->info.label)])
{
	return fmt_clean(buf, sizeof(l->info.label), l->info.label);
}

static size_t label_cols(const struct run_result *r)
{
	char label[sizeof(r->level->info.label)];
	size_t cols = 8;

	for (size_t i = 0; i < r->nlevels; i++) {
		size_t n = fmt_cols(label_of(&r->level[i], label));

		cols = n > cols ? n : cols;
	}
	return cols;
}

/* Mean and half-width, aligned at the ± below each other. */
static void cell(FILE *out, const struct summary *s)
{
	static const char pm[] = " ± ";
	char text[FMT], *half;

	fmt_pm(text, s);
	half = strstr(text, pm);
	if (half)
		*half = '\0';
	if (fmt_cols(text) > MEAN_COLS || (half && fmt_cols(half + strlen(pm)) > HALF_COLS)) {
		snprintf(text, sizeof(text), "%.3g", s->mean);
		half = text + strlen(text);
		snprintf(half, (size_t)(text + sizeof(text) - half), "%s%.1g", pm,
			 (s->hi - s->lo) / 2.0);
		*half = '\0';
	}
	fmt_right(out, text, MEAN_COLS);
	if (half) {
		fputs(pm, out);
		fmt_left(out, half + strlen(pm), HALF_COLS);
	} else {
		fmt_left(out, "", 3 + HALF_COLS);
	}
}

static void cell_heading(FILE *out, const char *heading)
{
	fmt_left(out, "", MEAN_COLS > fmt_cols(heading) ? MEAN_COLS - fmt_cols(heading) : 0);
	fmt_left(out, heading, 3 + HALF_COLS +
		 (MEAN_COLS < fmt_cols(heading) ? MEAN_COLS : fmt_cols(heading)));
}

static void end_line(FILE *out)
{
	fputc('\n', out);
}

static void share_cell(FILE *out, const struct summary *s, double scale, size_t width)
{
	char text[FMT];

	fmt_right(out, s->n ? fmt_pct1(text, s->mean * scale) : "–", width);
}

void text_overview(const struct run_result *r, FILE *out)
{
	char label[sizeof(r->level->info.label)];
	size_t cols = label_cols(r);

	if (r->nlevels < 2)
		return;
	text_heading(out, "Levels", r->replications > 1 ?
		     "mean ± 95% interval over replications" : "");
	fmt_left(out, "", cols + 2);
	cell_heading(out, "tok/s out");
	cell_heading(out, "TTFT P95 ms");
	cell_heading(out, "E2E P95 ms");
	fputs("cache hits  KV peak  GPU busy\n", out);
	for (size_t i = 0; i < r->nlevels; i++) {
		const struct level_result *l = &r->level[i];

		fputs("  ", out);
		fmt_left(out, label_of(l, label), cols);
		cell(out, &l->metric[M_output_throughput]);
		cell(out, &l->metric[M_ttft_ms_p95]);
		cell(out, &l->metric[M_e2e_ms_p95]);
		share_cell(out, &l->metric[M_cache_hit_rate], 1.0, 10);
		share_cell(out, &l->metric[M_kv_usage_peak], 1.0, 9);
		share_cell(out, &l->metric[M_gpu_busy_pct], 0.01, 10);
		end_line(out);
	}
}

static void latency_row(const struct level_result *l, const char *name, enum metric mean, FILE *out)
{
	/* a family's members follow each other: mean p50 p90 p95 p99 (run/metrics.def) */
	static const int member[] = { 0, 1, 3, 4 };

	fputs("  ", out);
	fmt_left(out, name, 10);
	for (size_t i = 0; i < sizeof(member) / sizeof(member[0]); i++)
		cell(out, &l->metric[(int)mean + member[i]]);
	end_line(out);
}

/* A line "name   fact · fact · fact", broken between facts only. */
struct facts {
	FILE *out;
	const char *name;
	size_t col;			/* 0: nothing printed yet */
};

static void fact_text(struct facts *f, const char *text)
{
	size_t cols = fmt_cols(text);

	if (f->col > 0 && f->col + 3 + cols <= TEXT_WIDTH) {
		fputs(" · ", f->out);
		f->col += 3;
	} else {
		fprintf(f->out, "%s  ", f->col > 0 ? "\n" : "");
		fmt_left(f->out, f->col > 0 ? "" : f->name, FACT_NAME);
		f->col = 2 + FACT_NAME;
	}
	fputs(text, f->out);
	f->col += cols;
}

static void fact(struct facts *f, const struct level_result *l, enum metric m, double scale,
		 const char *unit)
{
	struct summary s = l->metric[m];
	char text[FMT + 32], num[FMT];

	if (s.n == 0)
		return;
	s.mean *= scale;
	s.lo *= scale;
	s.hi *= scale;
	snprintf(text, sizeof(text), "%s%s", fmt_pm(num, &s), unit);
	fact_text(f, text);
}

/* What the first of the queue waits for, if it is mostly one thing and there is a queue to speak of. */
static void waiting_for(struct facts *f, const struct level_result *l)
{
	static const char *const words[PASS_WAITS] = {
		[WAIT_MEMORY] = "for KV memory", [WAIT_SLOTS] = "for the cap on running requests",
		[WAIT_BUDGET] = "for room in a prefill pass",
	};
	char text[120], pct[FMT];

	for (int w = WAIT_MEMORY; w < PASS_WAITS; w++) {
		const struct summary *share = &l->wait_share[w];

		if (share->n == 0 || share->mean < 0.5 || l->metric[M_queued_mean].mean < 0.1)
			continue;
		snprintf(text, sizeof(text), "%s of it %s", fmt_pct(pct, share->mean), words[w]);
		fact_text(f, text);
	}
}

static void facts_end(struct facts *f, const char *next)
{
	if (f->col > 0)
		end_line(f->out);
	f->col = 0;
	f->name = next;
}

static void facts(const struct level_result *l, FILE *out)
{
	struct facts f = { .out = out, .name = "throughput" };

	fact(&f, l, M_output_throughput, 1, " output tok/s");
	fact(&f, l, M_input_throughput, 1, " prompt tok/s");
	fact(&f, l, M_request_throughput, 1, " requests/s");
	fact(&f, l, M_per_request_throughput, 1, " tok/s per request");
	facts_end(&f, "goodput");
	fact(&f, l, M_goodput, 1, " requests/s within the limits");
	fact(&f, l, M_slo_attainment_pct, 1, "% of all requests");
	facts_end(&f, "prefix cache");
	fact(&f, l, M_cache_hit_rate, 100, "% of prompt tokens found");
	fact(&f, l, M_evicted_tokens, 1, " tokens evicted");
	facts_end(&f, "KV pool");
	fact(&f, l, M_kv_usage_peak, 100, "% in use at the peak");
	fact(&f, l, M_kv_usage_mean, 100, "% on average");
	fact(&f, l, M_retractions, 1, " retractions");
	facts_end(&f, "requests");
	fact(&f, l, M_running_mean, 1, " running");
	fact(&f, l, M_queued_mean, 1, " waiting, on average");
	waiting_for(&f, l);
	facts_end(&f, "GPU");
	fact(&f, l, M_gpu_busy_pct, 1, "% busy");
	fact(&f, l, M_mfu_pct, 1, "% MFU");
	fact(&f, l, M_power_w, 1, " W");
	fact(&f, l, M_tokens_per_watt, 1, " tok/s a watt");
	facts_end(&f, "");
}

static void level_heading(const struct level_result *l, FILE *out)
{
	char label[sizeof(l->info.label)], note[200] = "", a[FMT], b[FMT];
	double failed = finding_mean(l, M_failed), done = finding_mean(l, M_completed);

	if (isfinite(done)) {
		snprintf(note, sizeof(note), "%s requests answered", fmt_count(a, done));
		if (l->metric[M_duration_s].n > 0)
			snprintf(note + strlen(note), sizeof(note) - strlen(note), " in %s",
				 fmt_s(b, l->metric[M_duration_s].mean));
		if (failed > 0.0)
			snprintf(note + strlen(note), sizeof(note) - strlen(note), ", %s FAILED",
				 fmt_count(a, failed));
	}
	text_heading(out, label_of(l, label), note);
}

void text_level(const struct level_result *l, FILE *out)
{
	level_heading(l, out);
	fmt_left(out, "  ms", 12);
	cell_heading(out, "mean");
	cell_heading(out, "P50");
	cell_heading(out, "P95");
	cell_heading(out, "P99");
	end_line(out);
	latency_row(l, "TTFT", M_ttft_ms_mean, out);
	latency_row(l, "TPOT", M_tpot_ms_mean, out);
	latency_row(l, "ITL", M_itl_ms_mean, out);
	latency_row(l, "E2E", M_e2e_ms_mean, out);
	facts(l, out);
}

void text_client(const struct run_result *r, FILE *out)
{
	const struct level_result *l = finding_heaviest(r);

	if (l && finding_mean(l, M_client_ttft_ms_mean) == finding_mean(l, M_e2e_ms_mean))
		fputs("\nThe client does not stream: what it would print as TTFT is E2E.\n", out);
}

static void measured_row(const struct level_result *l, const struct measured_result *m, FILE *out)
{
	const struct metric_info *info = &metric_info[m->metric];
	char num[FMT], error[32], z[32];

	fputs("    ", out);
	fmt_left(out, info->name, 26);
	fmt_left(out, info->unit, 8);
	cell(out, &l->metric[m->metric]);
	fmt_right(out, fmt_num(num, m->value), 10);
	snprintf(error, sizeof(error), "%+.1f%%", m->error_pct);
	fmt_right(out, isfinite(m->error_pct) ? error : "–", 10);
	snprintf(z, sizeof(z), "%+.1f", m->z);
	fmt_right(out, isfinite(m->z) ? z : "–", 8);
	fputs(isfinite(m->z) && fabs(m->z) > 2.0 ? " !\n" : "\n", out);
}

static bool any_measured(const struct run_result *r)
{
	for (size_t i = 0; i < r->nlevels; i++) {
		if (r->level[i].nmeasured > 0)
			return true;
	}
	return false;
}

void text_measured(const struct run_result *r, FILE *out)
{
	char label[sizeof(r->level->info.label)], note[300], file[200];
	const char *path = r->scenario->measured_path, *slash = path ? strrchr(path, '/') : NULL;

	if (!any_measured(r))
		return;
	fmt_clean(file, sizeof(file), slash ? slash + 1 : path ? path : "");
	snprintf(note, sizeof(note), "%s%sz: (measured - simulated) / sd of one run, ! beyond 2", file,
		 *file ? "; " : "");
	text_heading(out, "Against measured values", note);
	fmt_left(out, "", 38);
	cell_heading(out, "simulated");
	fmt_right(out, "measured", 10);
	fmt_right(out, "error", 10);
	fmt_right(out, "z", 8);
	end_line(out);
	for (size_t i = 0; i < r->nlevels; i++) {
		const struct level_result *l = &r->level[i];

		if (l->nmeasured > 0)
			fprintf(out, "  %s\n", label_of(l, label));
		for (size_t k = 0; k < l->nmeasured; k++)
			measured_row(l, &l->measured[k], out);
	}
}

/* run/level.c - a level's counts made into numbers. */
#include "config.h"

#include "run/level.h"

#include <math.h>
#include <string.h>

static const double none = (double)NAN;

static double ratio(double a, double b)
{
	return b > 0 ? a / b : none;
}

static void clear(double *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		x[i] = none;
}

#define FAMILY_NUMBERS 5

static void family(struct samples *s, double *mean_p50_p90_p95_p99)
{
	static const double p[] = { 0.50, 0.90, 0.95, 0.99 };

	if (s->total == 0)
		return;
	mean_p50_p90_p95_p99[0] = samples_mean(s);
	for (size_t i = 0; i < sizeof(p) / sizeof(p[0]); i++)
		mean_p50_p90_p95_p99[i + 1] = samples_quantile(s, p[i]);
}

static void quantiles(struct samples *s, double q[CDF_POINTS])
{
	for (int i = 0; i < CDF_POINTS; i++)
		q[i] = s->total ? samples_quantile(s, (double)i / (CDF_POINTS - 1)) : none;
}

const char *const level_family[LEVEL_FAMILIES] = { "ttft_ms", "tpot_ms", "itl_ms", "e2e_ms", "client_ttft_ms",
						    "warm_ttft_ms", "cold_ttft_ms" };

static const struct samples *client_ttft(const struct level_tally *l)
{
	if (l->clients == CLIENTS_BOTH)
		return &l->client_ttft;
	return l->clients == CLIENTS_STREAM ? &l->ttft : &l->e2e;
}

static void latencies(struct level_tally *l, struct level_numbers *out)
{
	const double *ttft = &out->metric[M_ttft_ms_mean], *e2e = &out->metric[M_e2e_ms_mean];
	const struct samples *all[LEVEL_FAMILIES] = {
		&l->ttft, &l->tpot, &l->itl.folded, &l->e2e, client_ttft(l), &l->warm_ttft, &l->cold_ttft
	};

	itl_fold_all(&l->itl);
	family(&l->ttft, &out->metric[M_ttft_ms_mean]);
	family(&l->tpot, &out->metric[M_tpot_ms_mean]);
	family(&l->itl.folded, &out->metric[M_itl_ms_mean]);
	if (l->itl.folded.total > 0)
		out->metric[M_itl_ms_mean] = itl_mean_ms(&l->itl);
	family(&l->e2e, &out->metric[M_e2e_ms_mean]);
	if (l->clients == CLIENTS_BOTH)
		family(&l->client_ttft, &out->metric[M_client_ttft_ms_mean]);
	else	/* the same samples are not sorted again */
		memcpy(&out->metric[M_client_ttft_ms_mean], l->clients == CLIENTS_STREAM ? ttft : e2e,
		       FAMILY_NUMBERS * sizeof(double));
	family(&l->warm_ttft, &out->metric[M_warm_ttft_ms_mean]);
	family(&l->cold_ttft, &out->metric[M_cold_ttft_ms_mean]);
	quantiles(&l->ttft, out->ttft);
	quantiles(&l->e2e, out->e2e);
	for (int i = 0; i < LEVEL_FAMILIES; i++)
		out->sketched |= samples_exact(all[i]) ? 0 : 1u << i;
}

static void counts(const struct metrics *m, const struct level_tally *l, double *metric)
{
	metric[M_completed] = (double)l->completed;
	metric[M_failed] = (double)l->failed;
	if (l->cold > 0)
		metric[M_cold_failed] = (double)l->cold_failed;
	metric[M_cache_hit_rate] = ratio((double)l->hit_tokens, (double)l->prompt_tokens);
	metric[M_retractions] = (double)l->retractions;
	metric[M_evicted_tokens] = (double)l->evicted;
	metric[M_per_request_throughput] = ratio(l->tokens_per_s, (double)l->completed);
	if (m->slo)
		metric[M_slo_attainment_pct] = 100.0 * ratio((double)l->met, (double)l->audit.ended);
	if (l->audit.passes > 0)
		metric[M_kv_usage_peak] = l->kv_peak;
}

/* Rates and time averages over the window from the first sending to the last answer. */
static void window(const struct metrics *m, const struct level_tally *l, struct level_numbers *out)
{
	const struct meter_reading *a = &l->first, *b = &l->last;
	double ns = (double)(b->t - a->t), s = ns / NS_PER_S, *metric = out->metric;
	double all_ns = (double)(b->t - m->run_begin.t), all_energy = b->energy - m->run_begin.energy;

	if (!l->answered || !(ns > 0))
		return;
	out->elapsed = b->t - a->t;
	out->busy = b->busy - a->busy;
	out->idle = b->idle - a->idle;
	metric[M_duration_s] = s;
	metric[M_request_throughput] = (double)l->completed / s;
	if (m->slo)
		metric[M_goodput] = (double)l->met / s;
	metric[M_input_throughput] = (double)l->input_tokens / s;
	metric[M_output_throughput] = (double)l->output_tokens / s;
	metric[M_total_throughput] = (double)(l->input_tokens + l->output_tokens) / s;
	metric[M_kv_usage_mean] = (b->kv_ns - a->kv_ns) / ns;
	metric[M_running_mean] = (double)(b->running_ns - a->running_ns) / ns;
	metric[M_queued_mean] = (double)(b->queued_ns - a->queued_ns) / ns;
	metric[M_queued_over_128_pct] = 100.0 * (double)(b->long_ns - a->long_ns) / ns;
	for (int w = 0; w < PASS_WAITS; w++)
		out->wait_share[w] = ratio((double)(b->waited_ns[w] - a->waited_ns[w]),
					   (double)(b->queued_ns - a->queued_ns));
	metric[M_gpu_busy_pct] = 100.0 * (double)out->busy / ns;
	metric[M_power_w] = (b->energy - a->energy) / ns;
	metric[M_tokens_per_watt] = ratio(metric[M_output_throughput], all_energy / all_ns);
}

static void causes(const struct level_tally *l, struct level_numbers *out)
{
	for (int c = 0; c < CAUSES; c++) {
		out->cause_ms[c] = ratio(ms_of(l->cause[c]), (double)l->completed);
		out->ttft_cause_ms[c] = ratio(ms_of(l->first_cause[c]), (double)l->completed);
	}
}

static void passes(const struct level_tally *l, struct level_numbers *out)
{
	double gpu_ns = 0.0, part_ns = 0.0;

	for (int k = 0; k < PASS_KINDS; k++)
		gpu_ns += (double)l->pass_ns[k];
	for (int k = 0; k < PASS_KINDS; k++) {
		out->passes[k] = (double)l->passes[k];
		out->pass_ms[k] = ratio(ms_of(l->pass_ns[k]), (double)l->passes[k]);
		out->pass_share[k] = ratio((double)l->pass_ns[k], gpu_ns);
	}
	for (int i = 0; i < PASS_PARTS; i++)
		part_ns += l->part_ns[i];
	for (int i = 0; i < PASS_PARTS; i++)
		out->part_share[i] = ratio(l->part_ns[i], part_ns);
	out->step_bytes = ratio(l->step_bytes, l->step_rows);
}

void level_numbers_of(struct metrics *m, size_t i, const struct level_info *info,
		      const struct model *model, const struct gpu *gpu, struct level_numbers *out)
{
	struct level_tally *l = &m->level[i];
	double *metric = out->metric, flops;

	*out = (struct level_numbers){ .audit = l->audit, .coverage = l->coverage };
	clear(metric, METRICS);
	clear(out->passes, PASS_KINDS);
	clear(out->pass_ms, PASS_KINDS);
	clear(out->pass_share, PASS_KINDS);
	clear(out->part_share, PASS_PARTS);
	clear(out->wait_share, PASS_WAITS);
	out->step_bytes = none;
	latencies(l, out);
	causes(l, out);
	if (!l->begun)
		return;
	counts(m, l, metric);
	passes(l, out);
	window(m, l, out);
	if (info->users > 0)
		metric[M_throughput_per_user] = metric[M_output_throughput] / (double)info->users;
	flops = metric[M_output_throughput] * 2.0 * model->mfu_params_billion * 1e9;
	metric[M_mfu_pct] = 100.0 * ratio(flops, gpu->fp16_tflops * 1e12);
}

/* mem_fraction_static -> max_total_num_tokens, and whether the rest holds what it must (rules 11, 20).
 *
 *   KV bytes = f * M0 - weights          M0: free memory before weights
 *   max_total_num_tokens = KV bytes / (2 * kv_heads/tp * head_dim * layers * bytes), down to a page
 *
 * Outside the fraction, from M0 * (1 - f): SGLang does not profile activations, so
 * the pool may leave too little, and that shows at start-up (workspace, CUDA
 * graphs) or when the first large prefill runs.
 */
#include "config.h"

#include <stdio.h>

#include "engine/sglang.h"

#define WORKSPACE_GIB	0.375	/* flashinfer's 384 MiB */
/* CUDA module loading, cuBLAS workspaces and allocator growth at start-up.  One server log (44-GiB card, f 0.88)
 * leaves 0.13 + 0.25 GiB for them beside table and workspace. */
#define STARTUP_LO_GIB	0.25
#define STARTUP_HI_GIB	0.40
/* CUDA graphs: that log measured 1.41 GiB for 23 graphs of a 36-layer model; nothing is published for others. */
#define GRAPHS_GIB	1.41
#define GRAPHS_LAYERS	36.0
#define GRAPHS_COUNT	23.0
#define GRAPHS_BAND	0.25	/* estimate: relative, up and down */

static double weights_gib(const struct sg_params *p, const struct model *m)
{
	return m->weights_gib / (double)p->tp_size;
}

uint64_t sg_max_total_tokens(const struct sg_params *p, const struct gpu *gpu, const struct model *m)
{
	double kv_gib = p->mem_fraction_static * gpu->free_gib - weights_gib(p, m);
	double tokens = kv_gib * BYTES_PER_GIB / model_kv_bytes_per_token(m, p->tp_size);
	uint64_t n = tokens > 0 ? (uint64_t)tokens : 0;

	if (!key_int_is_auto(p->max_total_tokens) && n > (uint64_t)p->max_total_tokens)
		n = (uint64_t)p->max_total_tokens;
	return n / (uint64_t)p->page_size * (uint64_t)p->page_size;
}

uint64_t sg_request_slots(const struct sg_params *p, uint64_t max_total)
{
	double slots = (double)max_total / (double)p->context_length * 512;

	if (!key_int_is_auto(p->max_running_requests))
		return (uint64_t)p->max_running_requests;
	return slots < 2048 ? 2048 : slots > 4096 ? 4096 : (uint64_t)slots;
}

uint64_t sg_max_running(const struct sg_params *p, uint64_t max_total)
{
	uint64_t slots = sg_request_slots(p, max_total), half = max_total / 2;

	if (!key_int_is_auto(p->max_running_requests))
		half = (uint64_t)p->max_running_requests;
	return half < slots ? half : slots;
}

static uint64_t graphs_captured(const struct sg_params *p)
{
	uint64_t n = 0;

	for (uint64_t b = 1, size; (size = sg_graph_size(p, b)) > 0; b = size + 1)
		n++;
	return n;
}

static void add_startup(struct memory_report *m, const struct sg_params *p, const struct model *model)
{
	double slots = (double)p->max_running_requests;
	double table = slots * (double)(p->context_length + 4) * 4 / BYTES_PER_GIB;
	double graphs = GRAPHS_GIB * (double)graphs_captured(p) / GRAPHS_COUNT * (double)model->layers / GRAPHS_LAYERS;

	memory_add(m, "request-to-token table", table, table, false, "request slots x (context_length + 4) x 4 bytes");
	memory_add(m, "attention workspace", WORKSPACE_GIB, WORKSPACE_GIB, false, "flashinfer, 384 MiB");
	memory_add(m, "CUDA modules, cuBLAS, allocator", STARTUP_LO_GIB, STARTUP_HI_GIB, false,
		   "band from one server log on a 44-GiB card");
	if (graphs > 0)
		memory_add(m, "CUDA graphs", graphs * (1 - GRAPHS_BAND), graphs * (1 + GRAPHS_BAND), false,
			   "scaled by graphs and layers from 1.41 GiB, +-25%");
}

static void add_pass(struct memory_report *m, const struct cost_model *cost, const struct pass_shape *largest)
{
	double lo, hi;

	if (!cost || !largest)
		return;
	cost_activation_gib(cost, largest, &lo, &hi);
	memory_add(m, "activations of the largest pass", lo, hi, false, "the largest prefill of this run");
}

/* A pass of the full chunk that the flags allow: only a warning, since the run never had it. */
static void warn_full_chunk(struct memory_report *m, const struct sg_params *p, const struct cost_model *cost,
			    const struct pass_shape *largest)
{
	int64_t chunk = p->chunked_prefill_size > 0 ? p->chunked_prefill_size : p->max_prefill_tokens;
	struct pass_shape full = { .prefill_rows = 1, .prefill_tokens = (uint64_t)chunk, .sampled_rows = 1 };
	double had_lo = 0, had_hi = 0, lo, hi, need_lo, need_hi;

	if (!cost || m->verdict == MEMORY_DOES_NOT_FIT)
		return;
	if (largest)
		cost_activation_gib(cost, largest, &had_lo, &had_hi);
	cost_activation_gib(cost, &full, &lo, &hi);
	if (hi <= had_hi)
		return;
	need_lo = m->need_lo - had_lo + lo;
	need_hi = m->need_hi - had_hi + hi;
	if (need_hi <= m->outside_gib)
		return;
	snprintf(m->warning, sizeof(m->warning), "a prefill pass of %ld tokens, which the flags allow, %s run out of memory: "
		 "it needs %.1f to %.1f GiB outside the fraction, there are %.1f", (long)chunk,
		 need_lo > m->outside_gib ? "would" : "could", need_lo, need_hi, m->outside_gib);
}

static void say(struct memory_report *m, const struct sg_params *p)
{
	const char *what = m->verdict == MEMORY_FITS ? "fits" : m->verdict == MEMORY_AT_RISK ?
			   "at risk: may run out of memory" : "would run out of memory";

	if (m->kv_tokens == 0)
		snprintf(m->sentence, sizeof(m->sentence), "not enough memory: mem_fraction_static = %.3f leaves nothing for "
			 "the KV cache after %.1f GiB of weights", p->mem_fraction_static, m->item[0].lo);
	else
		snprintf(m->sentence, sizeof(m->sentence), "%s: needs %.1f to %.1f GiB outside mem_fraction_static = %.3f, has %.1f",
			 what, m->need_lo, m->need_hi, p->mem_fraction_static, m->outside_gib);
}

void sg_memory(const void *params, const struct gpu *gpu, const struct model *model, const struct cost_model *cost,
	       const struct pass_shape *largest, struct memory_report *out)
{
	const struct sg_params *p = params;
	double f = p->mem_fraction_static;

	*out = (struct memory_report){
		.total_gib = gpu->free_gib, .outside_gib = gpu->free_gib * (1 - f),
		.kv_tokens = sg_max_total_tokens(p, gpu, model),
	};
	memory_add(out, "weights", weights_gib(p, model), weights_gib(p, model), true, "");
	memory_add(out, "KV cache", (double)out->kv_tokens * model_kv_bytes_per_token(model, p->tp_size) / BYTES_PER_GIB,
		   (double)out->kv_tokens * model_kv_bytes_per_token(model, p->tp_size) / BYTES_PER_GIB, true, "");
	add_startup(out, p, model);
	add_pass(out, cost, largest);
	out->verdict = out->kv_tokens == 0 ? MEMORY_DOES_NOT_FIT :
		       memory_judge(out->outside_gib, out->need_lo, out->need_hi);
	say(out, p);
	warn_full_chunk(out, p, cost, largest);
}

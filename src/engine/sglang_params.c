/* Flags of SGLang and what it derives from the GPU when they are left out (rules 7, 11, 12, 18). */
#include "config.h"

#include <stddef.h>
#include <string.h>

#include "engine/sglang.h"

static const char *const versions[] = { "0.4.9", "0.5.6", NULL };
const char *const sg_cost_names[] = { "roofline", "table", NULL };

#define KEY(where, name, type, unit, lo, hi, dflt, help) \
	{ #name, type, unit, lo, hi, dflt, help, offsetof(struct where, name), NULL, NULL, SIZE_MAX }
#define ENUM(name, dflt, choices, help) \
	{ #name, KEY_ENUM, "", 0, 0, dflt, help, offsetof(struct sg_params, name), choices, NULL, SIZE_MAX }
#define GROUP(name, keys, help) \
	{ #name, KEY_SUB, "", 0, 0, "", help, offsetof(struct sg_params, name), NULL, &(keys), SIZE_MAX }
#define HOST(name, unit, hi, dflt, help)	KEY(sg_host, name, KEY_REAL, unit, 0, hi, dflt, help)
#define FRONT(name, unit, hi, dflt, help)	KEY(frontend_params, name, KEY_REAL, unit, 0, hi, dflt, help)
#define INT(name, unit, lo, hi, dflt, help)	KEY(sg_params, name, KEY_INT, unit, lo, hi, dflt, help)
#define REAL(name, lo, hi, dflt, help)		KEY(sg_params, name, KEY_REAL, "", lo, hi, dflt, help)
#define BOOL(name, help)			KEY(sg_params, name, KEY_BOOL, "", 0, 0, "false", help)

/* Starting values from rules 12 (CPU overheads), except plan_*, which were chosen on the v5
 * benchmark; see doc/calibration.md for command, data and error. */
static const struct key host_key[] = {
	HOST(recv_ms, "ms", 100, "0.05", "draining the request socket, every turn"),
	HOST(sched_decode_ms, "ms", 100, "0.3", "scheduling a decode batch: base"),
	HOST(sched_decode_row_ms, "ms", 10, "0.002", "scheduling a decode batch: per row"),
	HOST(sched_prefill_ms, "ms", 100, "0.5", "scheduling a prefill batch: base"),
	HOST(sched_prefill_req_ms, "ms", 10, "0.05", "scheduling a prefill batch: per request examined"),
	HOST(sched_prefill_token_us, "us", 100, "1.0", "scheduling a prefill batch: per new token"),
	HOST(match_us, "us", 1e5, "20.0", "one walk of the radix tree for one request"),
	HOST(evict_node_us, "us", 1000, "0.5", "eviction walks the whole tree: per node"),
	HOST(plan_decode_ms, "ms", 100, "1.4", "GPU idle in front of a decode pass: attention metadata, launch"),
	HOST(plan_prefill_ms, "ms", 100, "6.0", "GPU idle in front of a prefill or mixed pass: attention metadata, first kernels"),
	HOST(plan_row_ms, "ms", 10, "0.004", "GPU idle in front of a pass: per row of it"),
	HOST(launch_graph_ms, "ms", 100, "0.5", "replaying a captured CUDA graph"),
	HOST(launch_eager_ms, "ms", 1000, "12.0", "launching the kernels of an eager pass"),
	HOST(post_ms, "ms", 100, "0.1", "processing a result: base"),
	HOST(post_row_ms, "ms", 10, "0.004", "processing a result: per row"),
	HOST(post_finish_ms, "ms", 100, "0.1", "processing a result: per request that ends"),
	HOST(grammar_mask_ms, "ms", 100, "0.06", "vocabulary mask of a constrained row, every step"),
	HOST(grammar_compile_ms, "ms", 1e6, "100.0", "compiling a schema, once"),
};
static const struct key_table host_keys = { host_key, sizeof(host_key) / sizeof(host_key[0]), sizeof(struct sg_host) };

static const struct key frontend_key[] = {
	FRONT(in_latency_ms, "ms", 1e5, "1.5", "client to tokenizer: HTTP and IPC"),
	FRONT(in_service_ms, "ms", 1e4, "1.0", "tokenizer process, per request, one at a time"),
	FRONT(in_token_us, "us", 1e4, "1.5", "tokenizer process, per prompt token"),
	FRONT(out_latency_ms, "ms", 1e5, "1.5", "detokenizer to client: IPC and HTTP"),
	FRONT(out_service_ms, "ms", 1e4, "1.0", "detokenizer and HTTP process, per answer, one at a time"),
	FRONT(out_chunk_us, "us", 1e5, "100.0", "detokenizer and HTTP process, per streamed chunk"),
};
static const struct key_table frontend_keys = {
	frontend_key, sizeof(frontend_key) / sizeof(frontend_key[0]), sizeof(struct frontend_params),
};

static const struct key key[] = {
	ENUM(version, "0.4.9", versions, "SGLang version whose rules and defaults apply"),
	REAL(mem_fraction_static, 0.05, 0.99, "auto", "share of free memory for weights and KV cache"),
	INT(context_length, "tokens", 8, 1 << 30, "auto", "longest prompt plus output"),
	INT(max_total_tokens, "tokens", 1, 1 << 30, "auto", "upper limit of the KV pool"),
	INT(max_running_requests, "requests", 1, 1 << 20, "auto", "most requests that run at once"),
	INT(chunked_prefill_size, "tokens", -1, 1 << 30, "auto", "most prompt tokens in one prefill pass; -1: prompts are not cut"),
	INT(max_prefill_tokens, "tokens", 1, 1 << 30, "16384", "most prompt tokens admitted to one prefill batch"),
	INT(page_size, "tokens", 1, 4096, "1", "tokens of a KV page"),
	ENUM(schedule_policy, "fcfs", policy_names, "order of the waiting queue"),
	REAL(schedule_conservativeness, 0.01, 10, "1.0", "factor of the initial new_token_ratio"),
	BOOL(disable_radix_cache, "no prefix cache"),
	BOOL(disable_overlap_schedule, "plan each pass after the result of the one before"),
	BOOL(enable_mixed_chunk, "decode rows ride in prefill passes"),
	BOOL(disable_cuda_graph, "decode passes run eager"),
	INT(cuda_graph_max_bs, "rows", 1, 4096, "auto", "largest captured batch"),
	INT(tp_size, "GPUs", 1, 64, "1", "tensor-parallel GPUs"),
	INT(stream_interval, "tokens", 1, 1 << 20, "1", "tokens between chunks of a streamed answer"),
	INT(decode_log_interval, "passes", 1, 1 << 20, "40", "decode batches between log lines"),
	ENUM(cost, "roofline", sg_cost_names, "model of the matrix multiplications"),
	INT(clip_max_new_tokens_estimation, "tokens", 1, 1 << 30, "4096", "SGLANG_CLIP_MAX_NEW_TOKENS_ESTIMATION"),
	REAL(init_new_token_ratio, 0.01, 1, "0.7", "SGLANG_INIT_NEW_TOKEN_RATIO"),
	REAL(min_new_token_ratio_factor, 0, 1, "0.14", "SGLANG_MIN_NEW_TOKEN_RATIO_FACTOR"),
	INT(new_token_ratio_decay_steps, "passes", 1, 1 << 20, "600", "SGLANG_NEW_TOKEN_RATIO_DECAY_STEPS"),
	GROUP(host, host_keys, "times of the scheduler process"),
	GROUP(frontend, frontend_keys, "way between client and scheduler"),
};
const struct key_table sg_keys = { key, sizeof(key) / sizeof(key[0]), sizeof(struct sg_params) };

#define SMI_GIB(g) ((g) * 1024)

/* Does the card belong to the size class below g GiB, as the server reads nvidia-smi's total? */
static bool below(const struct gpu *gpu, int64_t g)
{
	return gpu->smi_mib < SMI_GIB(g);
}

static int64_t default_chunk(const struct sg_params *p, const struct gpu *gpu)
{
	if (below(gpu, 35))
		return 2048;
	if (p->version >= SG_0_5_6 && below(gpu, 60))
		return 4096;
	return below(gpu, 160) ? 8192 : 16384;
}

/* 0.4.9: unset means 160, 256 above 90 GiB, 512 above 160000 MiB; small cards are capped. */
static int64_t default_graph(const struct sg_params *p, const struct gpu *gpu)
{
	bool wide = p->tp_size >= 4;

	if (p->version == SG_0_4_9) {
		if (below(gpu, 35))
			return wide ? 80 : 8;
		return gpu->smi_mib > 160000 ? 512 : below(gpu, 90) ? 160 : 256;
	}
	if (below(gpu, 20))
		return 8;
	if (below(gpu, 35))
		return wide ? 80 : 24;
	if (below(gpu, 60))
		return wide ? 160 : 32;
	return below(gpu, 160) && !wide ? 256 : 512;
}

static double reserved_mib(const struct sg_params *p, const struct gpu *gpu)
{
	double gpus = (double)p->tp_size, chunk = (double)p->chunked_prefill_size, r;

	if (p->version == SG_0_4_9) {
		if (below(gpu, 35))
			return (2.8 + gpus / 10) * 1024;
		if (below(gpu, 90))
			return (9.5 + gpus / 2) * 1024;
		return below(gpu, 160) ? (12 + gpus / 2) * 1024 : 32.0 * 1024;
	}
	r = 512 + 1.5 * (chunk > 2048 ? chunk : 2048) + 2.0 * (double)p->cuda_graph_max_bs + gpus / 8 * 1024;
	return gpu->smi_mib > SMI_GIB(60) && r < 10240 ? 10240 : r;
}

static double default_fraction(const struct sg_params *p, const struct gpu *gpu)
{
	double mib = (double)gpu->smi_mib, f = (mib - reserved_mib(p, gpu)) / mib;

	return (double)(int64_t)(f * 1000 + 0.5) / 1000;
}

uint32_t sg_graph_size(const struct sg_params *p, uint64_t b)
{
	uint64_t size;

	if (b > (uint64_t)p->max_graph)
		return 0;
	if (b <= 8)
		for (size = 1; size < b; size *= 2)
			;
	else if (p->version >= SG_0_5_6 && b <= 12)
		size = 12;
	else if (b <= 256)
		size = (b + 7) / 8 * 8;
	else
		size = (b + 15) / 16 * 16;
	return size <= (uint64_t)p->max_graph ? (uint32_t)size : 0;	/* the list of sizes is cut, not stretched */
}

static void resolve_flags(struct sg_params *p, const struct gpu *gpu, const struct model *model)
{
	if (key_int_is_auto(p->context_length))
		p->context_length = model->max_context;
	if (key_int_is_auto(p->chunked_prefill_size))
		p->chunked_prefill_size = default_chunk(p, gpu);
	if (key_int_is_auto(p->cuda_graph_max_bs))
		p->cuda_graph_max_bs = default_graph(p, gpu);
	if (key_real_is_auto(p->mem_fraction_static))
		p->mem_fraction_static = default_fraction(p, gpu);
	if (key_int_is_auto(p->max_total_tokens))
		p->max_total_tokens = (int64_t)sg_max_total_tokens(p, gpu, model);
	if (key_int_is_auto(p->max_running_requests))
		p->max_running_requests = (int64_t)sg_max_running(p, (uint64_t)p->max_total_tokens);
	p->max_graph = p->cuda_graph_max_bs < p->max_running_requests ? p->cuda_graph_max_bs : p->max_running_requests;
	if (p->disable_cuda_graph)
		p->max_graph = 0;
}

static void check_flags(const struct sg_params *p, const struct model *model, const char *file, int line, struct diag *errors)
{
	if (p->chunked_prefill_size == 0)
		diag_add(errors, file, line, "'chunked_prefill_size' must be -1 (prompts are not cut) or positive");
	if (p->chunked_prefill_size > 0 && p->chunked_prefill_size % p->page_size != 0)
		diag_add(errors, file, line, "'chunked_prefill_size' = %ld must be a multiple of 'page_size' = %ld",
			 (long)p->chunked_prefill_size, (long)p->page_size);
	if (model->kv_heads % p->tp_size != 0)
		diag_add(errors, file, line, "'tp_size' = %ld does not divide the model's %ld KV heads",
			 (long)p->tp_size, (long)model->kv_heads);
	if (p->context_length > model->max_context)
		diag_add(errors, file, line, "'context_length' = %ld is longer than the model's %ld tokens",
			 (long)p->context_length, (long)model->max_context);
}

/* Combinations in which the real server damages itself (20.11-13) or does not do what its flags say. */
static void warn_flags(const struct sg_params *p, const char *file, int line, struct diag *warnings)
{
	bool overlap = !p->disable_overlap_schedule, mixed = p->enable_mixed_chunk && p->chunked_prefill_size > 0;

	if (p->enable_mixed_chunk && !mixed)
		diag_add(warnings, file, line, "enable_mixed_chunk has no effect without chunked prefill");
	if (mixed && overlap && p->page_size > 1)
		diag_add(warnings, file, line, "page_size > 1 with enable_mixed_chunk in the overlap loop: SGLang %s frees a "
			 "page twice and its idle check ends the server ('token_to_kv_pool_allocator memory leak detected'); "
			 "simulated as if it did not", versions[p->version]);
	if (mixed && overlap)
		diag_add(warnings, file, line, "enable_mixed_chunk in the overlap loop: a prompt over the length limit would "
			 "end SGLang %s at its next idle check ('req_to_token_pool memory leak detected')", versions[p->version]);
	if (mixed && p->page_size > 1 && p->disable_radix_cache)
		diag_add(warnings, file, line, "page_size > 1, enable_mixed_chunk and disable_radix_cache: with requests that ignore "
			 "EOS, SGLang %s may forget a prompt behind a cut one and answer from a truncated prompt, or end on an "
			 "assertion", versions[p->version]);
	if (p->disable_radix_cache && policies[p->schedule_policy]->needs_tree)
		diag_add(warnings, file, line, "schedule_policy = \"%s\" needs the radix cache: SGLang uses fcfs instead",
			 policy_names[p->schedule_policy]);
}

void sg_resolve(void *params, const struct gpu *gpu, const struct model *model, const char *file, int line,
		struct diag *errors, struct diag *warnings)
{
	struct sg_params *p = params;

	resolve_flags(p, gpu, model);
	check_flags(p, model, file, line, errors);
	warn_flags(p, file, line, warnings);
}

/* Usual: what fifteen numbers of three loads can tell apart.  The gap in front of a decode pass shows at the lightest
 * load, that in front of a prefill pass in everybody's stalls, the part that grows with the batch at the heaviest. */
const struct engine_fit sg_fit[] = {
	{ "host.plan_decode_ms", 0.5, true },
	{ "host.plan_prefill_ms", 2.0, true },
	{ "host.plan_row_ms", 0.01, true },
	{ "host.sched_decode_ms", 0.2, false },
	{ "host.sched_decode_row_ms", 0.005, false },
	{ "host.sched_prefill_ms", 0.5, false },
	{ "host.post_ms", 0.2, false },
	{ "host.post_row_ms", 0.005, false },
	{ "host.launch_eager_ms", 4.0, false },
	{ "host.launch_graph_ms", 0.5, false },
	{ "frontend.in_latency_ms", 5.0, false },
	{ "frontend.in_service_ms", 1.0, false },
	{ "frontend.out_latency_ms", 5.0, false },
	{ "frontend.out_service_ms", 1.0, false },
	{ NULL, 0.0, false },
};

/* Flags of LMDeploy with its PyTorch backend, defaults that depend on the GPU (rules 4.1). */
#include "config.h"

#include <stddef.h>

#include "engine/lmdeploy.h"
#include "engine/lmdeploy_pytorch.h"

const char *const pt_versions[] = { "0.6.0", "0.6.1", "0.11.0", NULL };
const char *const pt_cost_names[] = { "roofline", "table", NULL };

#define KEY(where, name, type, unit, lo, hi, dflt, help) \
	{ #name, type, unit, lo, hi, dflt, help, offsetof(struct where, name), NULL, NULL, SIZE_MAX }
#define ENUM(name, dflt, choices, help) \
	{ #name, KEY_ENUM, "", 0, 0, dflt, help, offsetof(struct pt_params, name), choices, NULL, \
	  SIZE_MAX }
#define GROUP(name, keys, help) \
	{ #name, KEY_SUB, "", 0, 0, "", help, offsetof(struct pt_params, name), NULL, &(keys), SIZE_MAX }
#define HOST(name, unit, hi, dflt, help)	KEY(pt_host, name, KEY_REAL, unit, 0, hi, dflt, help)
#define INT(name, unit, lo, hi, dflt, help) KEY(pt_params, name, KEY_INT, unit, lo, hi, dflt, help)
#define BOOL(name, help)			KEY(pt_params, name, KEY_BOOL, "", 0, 0, "false", help)

/* Nothing here was fitted.  Synchronisation of a step 1 to 3 ms, gap of a round 5 to 10 ms: estimates of
 * rules 10, the middle of each; launch times as SGLang's, which is in the same language, too;
 * capturing a graph: an eager warm-up and the capture itself, together several eager launches. */
static const struct key host_key[] = {
	HOST(idle_poll_ms, "ms", 1e4, "10.0", "0.6: how often an idle loop looks for requests"),
	HOST(schedule_gap_ms, "ms", 100, "auto", "GPU idle in front of a batch if nothing runs"),
	HOST(step_gap_ms, "ms", 100, "2.0", "0.6: GPU idle behind a forward: copies, next launch"),
	HOST(launch_eager_ms, "ms", 1000, "12.0", "launching the kernels of an eager forward"),
	HOST(launch_graph_ms, "ms", 100, "0.5", "replaying a captured CUDA graph"),
	HOST(capture_ms, "ms", 1e4, "60.0", "0.6: capturing a CUDA graph when it is first needed"),
};
static const struct key_table host_keys = {
	host_key, sizeof(host_key) / sizeof(host_key[0]), sizeof(struct pt_host),
};

static const struct key frontend_key[] = {
	LMDEPLOY_FRONTEND_KEYS("output_poll_ms", "how often outputs are polled; 0.6: 0, 0.11: 1"),
};
static const struct key_table frontend_keys = {
	frontend_key, sizeof(frontend_key) / sizeof(frontend_key[0]), sizeof(struct lmdeploy_frontend),
};

static const struct key key[] = {
	ENUM(version, "0.6.0", pt_versions, "LMDeploy version whose rules and defaults apply"),
	KEY(pt_params, cache_max_entry_count, KEY_REAL, "", 0.001, 0.999, "0.8",
	    "share of the memory left by weights and run-time estimate for the KV cache"),
	INT(cache_block_seq_len, "tokens", 16, 4096, "64", "tokens of a KV block"),
	INT(max_batch_size, "requests", 1, 1 << 16, "auto", "most requests in the engine"),
	INT(session_len, "tokens", 8, 1 << 30, "auto", "longest prompt plus output"),
	INT(max_prefill_token_num, "tokens", 1, 1 << 24, "8192", "most prompt tokens in one forward"),
	INT(prefill_interval, "forwards", 2, 4096, "16", "length of a decode round; there is no flag"),
	BOOL(enable_prefix_caching, "prompts and answers share KV blocks"),
	INT(quant_policy, "bits", 0, 8, "0", "0.11: KV cache: 0 as the model, 8 or 4 bits"),
	BOOL(eager_mode, "no CUDA graphs"),
	INT(tp, "GPUs", 1, 64, "1", "tensor-parallel GPUs"),
	ENUM(cost, "roofline", pt_cost_names, "model of the matrix multiplications"),
	GROUP(host, host_keys, "times of the engine's loop"),
	GROUP(frontend, frontend_keys, "way between client and engine"),
};
const struct key_table pt_keys = { key, sizeof(key) / sizeof(key[0]), sizeof(struct pt_params) };

/* 0.11: the middle of 5 to 10 ms a round; 0.6: scheduling, building inputs, as long as a
 * synchronisation. */
#define ROUND_GAP_MS	7.5
#define TURN_GAP_MS	2.0
#define POLL_MS		1.0

static void fill_auto(struct pt_params *p, const struct gpu *gpu, const struct model *model)
{
	bool v011 = p->version >= PT_0_11_0;

	if (key_int_is_auto(p->max_batch_size))
		p->max_batch_size = lmdeploy_max_batch_size(gpu, v011);
	if (key_int_is_auto(p->session_len))
		p->session_len = model->max_context;
	if (key_real_is_auto(p->host.schedule_gap_ms))
		p->host.schedule_gap_ms = v011 ? ROUND_GAP_MS : TURN_GAP_MS;
	if (key_real_is_auto(p->frontend.poll_ms))
		p->frontend.poll_ms = v011 ? POLL_MS : 0;
}

static void check_flags(const struct pt_params *p, const struct model *m, const char *file, int line,
			struct diag *errors)
{
	if (p->version < PT_0_11_0 && p->quant_policy != 0)
		diag_add(errors, file, line, "'quant_policy' = %ld: LMDeploy %s's PyTorch engine has "
			 "none", (long)p->quant_policy, pt_versions[p->version]);
	else if (p->quant_policy != 0 && p->quant_policy != 4 && p->quant_policy != 8)
		diag_add(errors, file, line, "'quant_policy' = %ld must be 0, 4 or 8",
			 (long)p->quant_policy);
	if (m->kv_heads % p->tp != 0)
		diag_add(errors, file, line, "'tp' = %ld does not divide the model's %ld KV heads",
			 (long)p->tp, (long)m->kv_heads);
	if (p->session_len > m->max_context)
		diag_add(errors, file, line, "'session_len' = %ld is longer than the model's %ld tokens",
			 (long)p->session_len, (long)m->max_context);
	if (p->prefill_interval > p->cache_block_seq_len)
		diag_add(errors, file, line, "'prefill_interval' = %ld must not exceed "
			 "'cache_block_seq_len' = %ld", (long)p->prefill_interval,
			 (long)p->cache_block_seq_len);
}

/* A session gets the pool less a block at most, so that a round's tokens always fit
 * (_get_max_session_len). */
static void fit_to_pool(struct pt_params *p, const struct gpu *gpu, const struct model *model,
			const char *file, int line, struct diag *warnings)
{
	int64_t blocks = (int64_t)pt_block_count(p, gpu, model);
	int64_t pool = (blocks - 1) * p->cache_block_seq_len;

	p->session = p->session_len;
	if (blocks == 0)
		return;
	if (p->prefill_tokens < p->max_prefill_token_num)
		diag_add(warnings, file, line, "max_prefill_token_num = %ld is cut to %ld, so that 16 "
			 "KV blocks fit", (long)p->max_prefill_token_num, (long)p->prefill_tokens);
	if (pool >= p->session)
		return;
	p->session = pool;
	diag_add(warnings, file, line, "session_len = %ld is cut to the KV pool less a block, %ld "
		 "tokens", (long)p->session_len, (long)pool);
}

void pt_resolve(void *params, const struct gpu *gpu, const struct model *model, const char *file,
		int line, struct diag *errors, struct diag *warnings)
{
	struct pt_params *p = params;
	size_t before = errors->n;

	fill_auto(p, gpu, model);
	check_flags(p, model, file, line, errors);
	if (errors->n == before)
		fit_to_pool(p, gpu, model, file, line, warnings);
}

/* Usual: the gap behind a forward, which shows in every pass, and the launch of the eager ones. */
const struct engine_fit pt_fit[] = {
	{ "host.step_gap_ms", 0.5, true },
	{ "host.launch_eager_ms", 4.0, true },
	{ "host.schedule_gap_ms", 2.0, false },
	{ "host.capture_ms", 20.0, false },
	{ "frontend.in_latency_ms", 5.0, false },
	{ "frontend.in_service_ms", 1.0, false },
	{ "frontend.out_latency_ms", 5.0, false },
	{ "frontend.out_service_ms", 1.0, false },
	{ NULL, 0.0, false },
};

/* Flags of LMDeploy, defaults by GPU, and what Python hands to the engine (rules 1.3, 4.1). */
#include "config.h"

#include <stddef.h>

#include "engine/lmdeploy.h"
#include "engine/turbomind.h"

const char *const tm_versions[] = { "0.6.0", "0.11.0", NULL };
const char *const tm_cost_names[] = { "roofline", "table", NULL };

#define KEY(where, name, type, unit, lo, hi, dflt, help) \
	{ #name, type, unit, lo, hi, dflt, help, offsetof(struct where, name), NULL, NULL, SIZE_MAX }
#define ENUM(name, dflt, choices, help) \
	{ #name, KEY_ENUM, "", 0, 0, dflt, help, offsetof(struct tm_params, name), choices, NULL, \
	  SIZE_MAX }
#define GROUP(name, keys, help) \
	{ #name, KEY_SUB, "", 0, 0, "", help, offsetof(struct tm_params, name), NULL, &(keys), SIZE_MAX }
#define HOST(name, unit, lo, hi, dflt, help)	KEY(tm_host, name, KEY_REAL, unit, lo, hi, dflt, help)
#define INT(name, unit, lo, hi, dflt, help)	KEY(tm_params, name, KEY_INT, unit, lo, hi, dflt, help)

/* Estimates of rules 1.7; which were chosen on the v5 benchmark, and how: doc/calibration.md. */
static const struct key host_key[] = {
	HOST(gap_ms, "ms", 0, 100, "0.3", "GPU idle between iterations: planning, copies"),
	HOST(row_us, "us", 0, 1e4, "2.5", "GPU idle between iterations: per row"),
	HOST(rebuild_ms, "ms", 0, 100, "0.2", "sampling state made anew when the set of rows changes"),
	HOST(trie_node_us, "us", 0, 1000, "0.1", "prefix caching walks the whole trie: per node"),
	HOST(launch_ms, "ms", 0, 1000, "2.0", "launching the kernels of a mini-batch"),
	HOST(d2h_gb_s, "GB/s", 0.1, 1000, "20.0", "copies from device to host"),
};
static const struct key_table host_keys = {
	host_key, sizeof(host_key) / sizeof(host_key[0]), sizeof(struct tm_host),
};

static const struct key frontend_key[] = {
	LMDEPLOY_FRONTEND_KEYS("stream_poll_ms", "how often a request looks for its tokens; 0.11.0: 0"),
};
static const struct key_table frontend_keys = {
	frontend_key, sizeof(frontend_key) / sizeof(frontend_key[0]), sizeof(struct lmdeploy_frontend),
};

static const struct key key[] = {
	ENUM(version, "0.6.0", tm_versions, "LMDeploy version whose rules and defaults apply"),
	KEY(tm_params, cache_max_entry_count, KEY_REAL, "", 0.001, 1e8, "0.8",
	    "share of the memory left by the weights for the KV cache; 1 and more: blocks (0.11.0)"),
	INT(cache_block_seq_len, "tokens", 1, 4096, "64", "tokens of a KV block"),
	INT(max_batch_size, "requests", 1, 1 << 16, "auto", "most requests in the engine"),
	INT(session_len, "tokens", 8, 1 << 30, "auto", "longest prompt plus output"),
	INT(max_prefill_token_num, "tokens", 1, 1 << 24, "8192", "most prompt tokens in one iteration"),
	INT(num_tokens_per_iter, "tokens", 0, 1 << 24, "0",
	    "least token budget of an iteration; 0: max_prefill_token_num"),
	INT(max_prefill_iters, "iterations", 1, 1 << 16, "1", "iterations to spread prompts over"),
	{ "enable_prefix_caching", KEY_BOOL, "", 0, 0, "false", "prompts share KV blocks",
	  offsetof(struct tm_params, enable_prefix_caching), NULL, NULL, SIZE_MAX },
	INT(quant_policy, "bits", 0, 8, "0", "KV cache: 0 as the model, 8 or 4 bits"),
	INT(tp, "GPUs", 1, 64, "1", "tensor-parallel GPUs"),
	ENUM(cost, "roofline", tm_cost_names, "model of the matrix multiplications"),
	GROUP(host, host_keys, "times between the iterations"),
	GROUP(frontend, frontend_keys, "way between client and engine"),
};
const struct key_table tm_keys = { key, sizeof(key) / sizeof(key[0]), sizeof(struct tm_params) };

/* What Python makes of the two flags; api_server of 0.6.0 parses them and does not pass them on. */
static void resolve_budget(struct tm_params *p)
{
	bool given = p->version >= TM_0_11_0 && p->num_tokens_per_iter > 0;
	int64_t prefill = p->max_prefill_token_num;

	p->tokens_per_iter = given ? p->num_tokens_per_iter : prefill;
	p->prefill_iters = given ? p->max_prefill_iters : (p->session_len + prefill - 1) / prefill;
	p->max_forward = prefill + p->max_batch_size;
	if (p->version >= TM_0_11_0)
		p->max_forward = (p->max_forward + p->tp - 1) / p->tp * p->tp;
}

static void check_flags(const struct tm_params *p, const struct model *m, const char *file, int line,
			struct diag *errors)
{
	double entries = p->cache_max_entry_count;

	if (p->quant_policy != 0 && p->quant_policy != 4 && p->quant_policy != 8)
		diag_add(errors, file, line, "'quant_policy' = %ld must be 0, 4 or 8",
			 (long)p->quant_policy);
	if (m->kv_heads % p->tp != 0)
		diag_add(errors, file, line, "'tp' = %ld does not divide the model's %ld KV heads",
			 (long)p->tp, (long)m->kv_heads);
	if (p->session_len > m->max_context)
		diag_add(errors, file, line, "'session_len' = %ld is longer than the model's %ld tokens",
			 (long)p->session_len, (long)m->max_context);
	if (p->version == TM_0_6_0 && entries >= 1)
		diag_add(errors, file, line, "'cache_max_entry_count' = %g must be below 1 in LMDeploy "
			 "0.6.0", entries);
	else if (entries > 1 && entries != (double)(int64_t)entries)
		diag_add(errors, file, line, "'cache_max_entry_count' = %g must be below 1 (a share) or "
			 "a whole number of blocks", entries);
}

/* What the real server does with its flags and does not say, or not where one looks. */
static void warn_flags(const struct tm_params *p, const char *file, int line, struct diag *warnings)
{
	if (p->version == TM_0_6_0 && (p->num_tokens_per_iter > 0 || p->max_prefill_iters > 1))
		diag_add(warnings, file, line, "LMDeploy 0.6.0's api_server does not pass "
			 "num_tokens_per_iter and max_prefill_iters to the engine: %ld tokens and %ld "
			 "iterations are used", (long)p->tokens_per_iter, (long)p->prefill_iters);
	else if (p->num_tokens_per_iter > 0 && p->max_prefill_iters == 1)
		diag_add(warnings, file, line, "num_tokens_per_iter without max_prefill_iters does not "
			 "cut prompts: every iteration still takes all it can of them");
	else if (p->num_tokens_per_iter == 0 && p->max_prefill_iters > 1)
		diag_add(warnings, file, line, "max_prefill_iters without num_tokens_per_iter is "
			 "overridden: %ld iterations are used", (long)p->prefill_iters);
	if (p->version == TM_0_6_0 && p->enable_prefix_caching)
		diag_add(warnings, file, line, "prefix caching in LMDeploy 0.6.0 shares all blocks of a "
			 "prompt after its first chunk, even those not computed yet: a request that "
			 "hits them is answered from wrong KV");
}

void tm_resolve(void *params, const struct gpu *gpu, const struct model *model, const char *file,
		int line, struct diag *errors, struct diag *warnings)
{
	struct tm_params *p = params;
	size_t before = errors->n;
	uint64_t pool;

	if (key_int_is_auto(p->max_batch_size))
		p->max_batch_size = lmdeploy_max_batch_size(gpu, p->version >= TM_0_11_0);
	if (key_int_is_auto(p->session_len))
		p->session_len = model->max_context;
	if (key_real_is_auto(p->frontend.poll_ms))
		p->frontend.poll_ms = p->version >= TM_0_11_0 ? 0 : 2;
	check_flags(p, model, file, line, errors);
	if (errors->n > before)
		return;
	resolve_budget(p);
	warn_flags(p, file, line, warnings);
	p->session = p->session_len;
	pool = tm_block_count(p, gpu, model) * (uint64_t)p->cache_block_seq_len;
	if (pool == 0 || pool >= (uint64_t)p->session)
		return;
	p->session = (int64_t)pool;
	diag_add(warnings, file, line, "session_len = %ld is cut to the KV pool of %lu tokens",
		 (long)p->session_len, (unsigned long)pool);
}

/* Usual: the idle time of an iteration and its part that grows with the batch.  Prompts ride along with decode rows, so
 * nothing stalls, and the times of a single request are too small for fifteen numbers to see. */
const struct engine_fit tm_fit[] = {
	{ "host.gap_ms", 0.5, true },
	{ "host.row_us", 10.0, true },
	{ "host.rebuild_ms", 1.0, false },
	{ "host.launch_ms", 4.0, false },
	{ "host.d2h_gb_s", 5.0, false },
	{ "frontend.in_latency_ms", 5.0, false },
	{ "frontend.in_service_ms", 1.0, false },
	{ "frontend.out_latency_ms", 5.0, false },
	{ "frontend.out_service_ms", 1.0, false },
	{ NULL, 0.0, false },
};

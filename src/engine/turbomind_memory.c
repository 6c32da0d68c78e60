/* cache_max_entry_count -> blocks, and whether the rest holds what it must (rules 3).
 *
 *   free   = M0 - weights                       M0: free memory before weights
 *   blocks = floor(floor(free * ratio) / bytes of a block)
 *   bytes of a token = 2 * layers * kv_heads/tp * (head_dim * bits/8 + p)
 *                                               p = 4 (scale, zero) for int8 and int4
 *
 * The pool is taken first; buffers for the largest pass that the flags allow come
 * from the rest, at start-up, so no later pass can run out of memory.
 */
#include "config.h"

#include <math.h>
#include <stdio.h>

#include "engine/lmdeploy.h"
#include "engine/turbomind.h"

#define LOGIT_BYTES		4.0
/* CUDA modules loaded late, cuBLAS workspaces, the memory pool's slack: an estimate. */
#define STARTUP_LO_GIB		0.15
#define STARTUP_HI_GIB		0.60

static double weights_gib(const struct tm_params *p, const struct model *m)
{
	return m->weights_gib / (double)p->tp;
}

double tm_kv_bytes_per_token(const struct tm_params *p, const struct model *m)
{
	return lmdeploy_kv_bytes_per_token(m, p->tp, p->quant_policy);
}

uint64_t tm_block_count(const struct tm_params *p, const struct gpu *gpu, const struct model *m)
{
	double free_bytes = (gpu->free_gib - weights_gib(p, m)) * BYTES_PER_GIB;
	double block = tm_kv_bytes_per_token(p, m) * (double)p->cache_block_seq_len;

	if (p->cache_max_entry_count >= 1)
		return (uint64_t)p->cache_max_entry_count;
	if (free_bytes <= 0)
		return 0;
	return (uint64_t)(floor(free_bytes * p->cache_max_entry_count) / block);
}

/* Inside the model, per token: residual stream and norms, qkv, the two halves of the feed-forward
 * layer; how many live at once is not published.  8320 tokens of Llama-3-8B: 0.7 to 1.1 GiB (rules 3:
 * about 1). */
static void add_buffers(struct memory_report *r, const struct tm_params *p, const struct model *m)
{
	double tokens = (double)p->max_forward, rows = (double)p->max_batch_size;
	double session = (double)p->session;
	double d = (double)m->hidden, tp = (double)p->tp, ff = (double)m->ffn / tp;
	double qkv = (double)((m->heads + 2 * m->kv_heads) * m->head_dim) / tp;
	double flat = 2 * session * (double)(m->kv_heads * m->head_dim) / tp * 2 / BYTES_PER_GIB;
	double logits = rows * (double)m->vocab * LOGIT_BYTES / BYTES_PER_GIB;
	double table = rows * session * 4 / BYTES_PER_GIB;

	memory_add(r, "buffers of the largest pass", 2 * tokens * (3 * d + qkv + 2 * ff) / BYTES_PER_GIB,
		   2 * tokens * (5 * d + qkv + 3 * ff) / BYTES_PER_GIB, false,
		   "max_prefill_token_num + max_batch_size tokens");
	memory_add(r, "flattened KV of a layer", flat, flat, false, "session_len tokens");
	memory_add(r, "logits and sampling", 2 * logits, 4 * logits, false, "max_batch_size rows, FP32");
	memory_add(r, "token tables", 3 * table, 6 * table, false,
		   "max_batch_size x session_len, 3 to 6 of them");
	memory_add(r, "CUDA modules, cuBLAS, memory pool", STARTUP_LO_GIB, STARTUP_HI_GIB, false,
		   "estimate");
}

static void say(struct memory_report *r, const struct tm_params *p)
{
	const char *what = r->verdict == MEMORY_FITS ? "fits" : r->verdict == MEMORY_AT_RISK ?
			   "at risk: may run out of memory" : "would run out of memory";

	if (r->kv_tokens == 0)
		snprintf(r->sentence, sizeof(r->sentence), "not enough memory: %.1f GiB of weights "
			 "leave nothing for the KV cache", r->item[0].lo);
	else
		snprintf(r->sentence, sizeof(r->sentence), "%s: needs %.1f to %.1f GiB outside "
			 "cache_max_entry_count = %g, has %.1f", what, r->need_lo, r->need_hi,
			 p->cache_max_entry_count, r->outside_gib);
}

void tm_memory(const void *params, const struct gpu *gpu, const struct model *model,
	       const struct cost_model *cost, const struct pass_shape *largest,
	       struct memory_report *out)
{
	const struct tm_params *p = params;
	uint64_t tokens = tm_block_count(p, gpu, model) * (uint64_t)p->cache_block_seq_len;
	double kv = (double)tokens * tm_kv_bytes_per_token(p, model) / BYTES_PER_GIB;
	double weights = weights_gib(p, model);

	(void)cost, (void)largest;
	*out = (struct memory_report){
		.total_gib = gpu->free_gib, .outside_gib = gpu->free_gib - weights - kv,
		.kv_tokens = tokens,
	};
	memory_add(out, "weights", weights, weights, true, "");
	memory_add(out, "KV cache", kv, kv, true, "");
	add_buffers(out, p, model);
	out->verdict = tokens == 0 ? MEMORY_DOES_NOT_FIT :
		       memory_judge(out->outside_gib, out->need_lo, out->need_hi);
	say(out, p);
}

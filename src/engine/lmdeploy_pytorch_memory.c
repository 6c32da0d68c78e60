/* cache_max_entry_count -> blocks, and whether the rest holds what it must (rules 3).
 *
 *   free   = M0 - weights                          M0: free memory before weights
 *   est    = max_prefill_token_num * vocab * 7     0.6: logits of all tokens of a prefill, several times
 *            (max_prefill_token_num + 2 * max_batch_size) * vocab * 2    0.11
 *   blocks = int((free - est) * ratio / bytes of a block)
 *
 * max_prefill_token_num is halved until there are 16 blocks.
 */
#include "config.h"

#include <stdio.h>

#include "engine/lmdeploy.h"
#include "engine/lmdeploy_pytorch.h"

#define LEAST_BLOCKS		16
#define LOGIT_LO_BYTES		2.0
#define LOGIT_HI_BYTES		7.0	/* what the engine itself reckons with */
/* CUDA modules loaded late, cuBLAS workspaces, the allocator's slack: estimate, nothing is published. */
#define STARTUP_LO_GIB		0.15
#define STARTUP_HI_GIB		0.60
/* CUDA graphs share one pool, as large as the largest: estimate. */
#define GRAPHS_LO_GIB		0.10
#define GRAPHS_HI_GIB		0.80

static double weights_gib(const struct pt_params *p, const struct model *m)
{
	return m->weights_gib / (double)p->tp;
}

double pt_kv_bytes_per_token(const struct pt_params *p, const struct model *m)
{
	return lmdeploy_kv_bytes_per_token(m, p->tp, p->quant_policy);
}

static double estimate_bytes(const struct pt_params *p, const struct model *m, int64_t tokens)
{
	double vocab = (double)m->vocab;

	if (p->version >= PT_0_11_0)
		return (double)(tokens + 2 * p->max_batch_size) * vocab * 2;
	return (double)tokens * vocab * 7;
}

static uint64_t blocks_beside(const struct pt_params *p, const struct gpu *gpu, const struct model *m,
			      int64_t tokens)
{
	double free_bytes = (gpu->free_gib - weights_gib(p, m)) * BYTES_PER_GIB;
	double bytes = free_bytes - estimate_bytes(p, m, tokens);
	double block = pt_kv_bytes_per_token(p, m) * (double)p->cache_block_seq_len;

	return bytes > 0 ? (uint64_t)(bytes * p->cache_max_entry_count / block) : 0;
}

uint64_t pt_block_count(struct pt_params *p, const struct gpu *gpu, const struct model *m)
{
	int64_t tokens = p->max_prefill_token_num;
	uint64_t blocks = blocks_beside(p, gpu, m, tokens);

	while (blocks < LEAST_BLOCKS && tokens > 1)
		blocks = blocks_beside(p, gpu, m, tokens /= 2);
	p->prefill_tokens = tokens;
	return blocks < LEAST_BLOCKS ? 0 : blocks;
}

static void add_pass(struct memory_report *r, const struct pt_params *p, const struct model *m,
		     const struct cost_model *cost, const struct pass_shape *largest)
{
	double rows, logits, lo, hi;

	if (!cost || !largest)
		return;
	cost_activation_gib(cost, largest, &lo, &hi);
	memory_add(r, "activations of the largest pass", lo, hi, false,
		   "the largest prefill of this run");
	rows = p->version >= PT_0_11_0 ? (double)largest->prefill_rows : (double)largest->prefill_tokens;
	logits = rows * (double)m->vocab / BYTES_PER_GIB;
	memory_add(r, "logits of the largest pass", LOGIT_LO_BYTES * logits, LOGIT_HI_BYTES * logits,
		   false, p->version >= PT_0_11_0 ? "last tokens" : "all its tokens");
}

static void say(struct memory_report *r, const struct pt_params *p)
{
	const char *what = r->verdict == MEMORY_FITS ? "fits" : r->verdict == MEMORY_AT_RISK ?
			   "at risk: may run out of memory" : "would run out of memory";

	if (r->kv_tokens == 0)
		snprintf(r->sentence, sizeof(r->sentence), "not enough memory: %.1f GiB of weights "
			 "leave nothing for the KV cache", r->item[0].lo);
	else
		snprintf(r->sentence, sizeof(r->sentence), "%s: needs %.1f to %.1f GiB beside the KV "
			 "cache that cache_max_entry_count = %g takes, has %.1f", what, r->need_lo,
			 r->need_hi, p->cache_max_entry_count, r->outside_gib);
}

void pt_memory(const void *params, const struct gpu *gpu, const struct model *model,
	       const struct cost_model *cost, const struct pass_shape *largest,
	       struct memory_report *out)
{
	struct pt_params p = *(const struct pt_params *)params;
	uint64_t tokens = pt_block_count(&p, gpu, model) * (uint64_t)p.cache_block_seq_len;
	double kv = (double)tokens * pt_kv_bytes_per_token(&p, model) / BYTES_PER_GIB;
	double weights = weights_gib(&p, model);

	*out = (struct memory_report){
		.total_gib = gpu->free_gib, .outside_gib = gpu->free_gib - weights - kv,
		.kv_tokens = tokens,
	};
	memory_add(out, "weights", weights, weights, true, "");
	memory_add(out, "KV cache", kv, kv, true, "");
	memory_add(out, "CUDA modules, cuBLAS, allocator", STARTUP_LO_GIB, STARTUP_HI_GIB, false,
		   "estimate");
	if (!p.eager_mode)
		memory_add(out, "CUDA graphs", GRAPHS_LO_GIB, GRAPHS_HI_GIB, false, "estimate");
	add_pass(out, &p, model, cost, largest);
	out->verdict = tokens == 0 ? MEMORY_DOES_NOT_FIT :
		       memory_judge(out->outside_gib, out->need_lo, out->need_hi);
	say(out, &p);
}

/* cost/attention.c - time of the attention kernels of one pass.
 *
 * Decode reads every cached key and value once: bytes / (bandwidth e_kv).
 *
 * Prefill is counted in query-key pairs, 4 h dh FLOP each (scores and values).
 * FlashAttention (Dao 2023, arXiv 2307.08691) gives each multiprocessor a tile of
 * 128 queries of one head and walks along the keys.  A row's last tile is half
 * empty on average, so every KV token of a row costs 64 pairs more than needed;
 * and the last of the ceil(tiles / SMs) waves is half empty on average, which
 * costs 0.5 SMs 128 / heads pairs per KV token of the longest row:
 *
 *	t = 4 h dh layers / (peak e_fa) (pairs + 64 sum_i(k_i + q_i) + 64 SMs / h max_i(k_i + q_i))
 *
 * For one long row this is pairs / (peak e_fa); a short one is less efficient, as
 * measured (residuals: doc/cost-model.md).  Both sums are linear in the KV length, so the
 * whole is affine in decode_context.
 */
#include "config.h"

#include "cost/parts.h"

#define TILE	128.0			/* queries of a tile */

void attention_init(struct attention *a, const struct gpu *gpu, const struct model *model, double tp)
{
	double layers = (double)model->layers, heads = (double)model->heads / tp;
	double flops = 4.0 * heads * (double)model->head_dim * layers;
	double kv_bytes = model_kv_bytes_per_token(model, 1) / tp;

	a->pair_ns = 1e-3 * flops / (gpu->fp16_tflops * gpu->prefill_attention_eff);
	a->tile_pairs = 0.5 * TILE;
	a->wave_pairs = 0.5 * TILE * (double)gpu->sms / heads;
	a->kv_ns = kv_bytes / (gpu->bandwidth_gb_s * gpu->kv_eff);
	a->floor_ns = 1e3 * gpu->attention_floor_us * layers;
}

static double prefill_ns(const struct attention *a, const struct pass_shape *s)
{
	double context = (double)s->prefill_context;
	double longest = (double)s->prefill_longest;

	if (s->prefill_longest == 0)
		longest = context / (double)s->prefill_rows;
	return a->pair_ns * (s->prefill_pairs + a->tile_pairs * context + a->wave_pairs * longest);
}

double attention_ns(const struct attention *a, const struct pass_shape *s)
{
	double ns = attention_decode_ns(a, s->decode_context);

	if (s->prefill_rows)
		ns += prefill_ns(a, s);
	return ns;
}

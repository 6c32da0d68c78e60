/* cost/activation.c - GPU memory for the temporary tensors of one pass.
 *
 * Largest inside the feed-forward layer, per token: gate_up 2 ff, its activation ff,
 * the layer's qkv (h + 2 hkv) dh, and 2 to 3 copies of the residual stream d, 2 bytes each.
 * PyTorch's caching allocator adds slack: 1.15 to 1.6 times (an estimate: blocks are
 * rounded up to 2 MiB and freed ones do not always fit the next request).
 * The sampler adds V logits a row: FP16 and an FP32 copy at least; probabilities and
 * a scratch of the same size at most.
 * For 8192 tokens of Llama-3-8B on one GPU: 1.0 to 1.5 GiB.
 */
#include "config.h"

#include "cost/parts.h"

#define SLACK_LO	1.15
#define SLACK_HI	1.60
#define LOGIT_BYTES_LO	6.0		/* FP16 + FP32 */
#define LOGIT_BYTES_HI	14.0		/* FP16 + 3 x FP32 */

void cost_activation_gib(const struct cost_model *c, const struct pass_shape *s, double *lo, double *hi)
{
	const struct model *m = &c->model;
	uint64_t graph = s->padded_rows;
	double tokens = (double)(graph ? graph : s->prefill_tokens + s->decode_rows);
	double rows = (double)(graph ? graph : s->sampled_rows);
	double hidden = 2.0 * (double)m->hidden, logits = rows * (double)m->vocab;
	double qkv = (double)((m->heads + 2 * m->kv_heads) * m->head_dim);
	double split = 2.0 * (3.0 * (double)m->ffn + qkv) / c->tp;	/* bytes a token on one GPU */

	*lo = (SLACK_LO * tokens * (split + 2.0 * hidden) + LOGIT_BYTES_LO * logits) / BYTES_PER_GIB;
	*hi = (SLACK_HI * tokens * (split + 3.0 * hidden) + LOGIT_BYTES_HI * logits) / BYTES_PER_GIB;
}

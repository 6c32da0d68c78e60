#include "config.h"

#include "engine/lmdeploy.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#define QUANT_PARAM_BYTES	4.0	/* FP16 scale and zero point, per head, K and V each */

/* Does the GPU's name contain this word, whatever the case? */
static bool is_named(const struct gpu *gpu, const char *word)
{
	size_t n = strlen(word);

	for (const char *s = gpu->name; *s; s++) {
		size_t i = 0;

		while (i < n && tolower((unsigned char)s[i]) == word[i])
			i++;
		if (i == n)
			return true;
	}
	return false;
}

int64_t lmdeploy_max_batch_size(const struct gpu *gpu, bool v011)
{
	if (is_named(gpu, "a100") || is_named(gpu, "a800"))
		return v011 ? 384 : 256;
	if (is_named(gpu, "h100") || is_named(gpu, "h800"))
		return v011 ? 1024 : 512;
	if (v011 && (is_named(gpu, "h200") || is_named(gpu, "l20y")))
		return 1024;
	return 128;
}

double lmdeploy_kv_bytes_per_token(const struct model *m, int64_t tp, int64_t quant_policy)
{
	double heads = 2.0 * (double)m->layers * (double)(m->kv_heads / tp);

	if (quant_policy == 0)
		return model_kv_bytes_per_token(m, tp);
	return heads * ((double)m->head_dim * (double)quant_policy / 8 + QUANT_PARAM_BYTES);
}

void lmdeploy_step_cost(struct lmdeploy_step *l, const struct pass_shape *s, struct pass_cost *out)
{
	uint64_t context = (uint64_t)(l->kv_scale * (double)s->decode_context + 0.5);

	if (l->line.shape.decode_rows != s->decode_rows)
		cost_line_init(&l->line, l->cost, s);
	*out = *cost_line_at(&l->line, context);
	out->flops += l->pair_flops * ((double)s->decode_context - (double)context);
}

void lmdeploy_way(const struct lmdeploy_frontend *f, struct frontend_params *out)
{
	*out = f->way;
	out->out_latency_ms += f->poll_ms / 2;
}

void lmdeploy_slots(const struct lmdeploy_frontend *f, bool polled, int64_t instances, struct slots *s)
{
	s->in_order = !polled;
	s->poll_ms = f->slot_poll_ms;
	s->jitter_ms = f->slot_jitter_ms;
	s->return_ms = f->slot_return_ms;
	s->total = (uint64_t)instances;
}

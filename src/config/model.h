/* config/model.h - one model, from models/NAME.cfg. */
#ifndef CONFIG_MODEL_H
#define CONFIG_MODEL_H

#include <stdint.h>

#include "config/key.h"

struct model {
	const char *name;		/* "Llama-3-8B-Instruct" */
	const char *hf_name;		/* "meta-llama/Meta-Llama-3-8B-Instruct", for launch commands; "": not told */
	int64_t layers, hidden, heads, kv_heads, head_dim, ffn, vocab;
	int64_t max_context;		/* positions the model was trained for, tokens */
	int64_t weight_bytes_per_param;	/* 2: FP16/BF16 */
	int64_t kv_bytes_per_value;	/* 2 */
	double weights_gib;		/* as loaded, buffers included */
	double mfu_params_billion;	/* N of the 2 N FLOP a token that clients use for MFU */
};

extern const struct key_table model_keys;

/* Bytes of KV cache one token takes on one of `tp` GPUs (SGLang calls it the cell). */
static inline double model_kv_bytes_per_token(const struct model *m, int64_t tp)
{
	double values = 2.0 * (double)(m->kv_heads / tp) * (double)m->head_dim * (double)m->layers;

	return values * (double)m->kv_bytes_per_value;
}

#endif

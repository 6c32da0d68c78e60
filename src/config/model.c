/* config/model.c - the keys of models/NAME.cfg. */
#include "config.h"

#include "config/model.h"

#define MODEL_KEY(field, type, unit, lo, hi, dflt, help) \
	{ #field, type, unit, lo, hi, dflt, help, offsetof(struct model, field), NULL, NULL, SIZE_MAX }
#define INT(field, unit, lo, hi, help)	MODEL_KEY(field, KEY_INT, unit, lo, hi, NULL, help)

static const struct key keys[] = {
	MODEL_KEY(name, KEY_STR, "", 0, 0, NULL, "name of the model, for reports"),
	MODEL_KEY(hf_name, KEY_STR, "", 0, 0, "", "name on the Hugging Face hub, for launch commands"),
	INT(layers, "", 1, 1000, "decoder layers"),
	INT(hidden, "", 1, 1000000, "width of the residual stream"),
	INT(heads, "", 1, 10000, "query heads"),
	INT(kv_heads, "", 1, 10000, "key and value heads"),
	INT(head_dim, "", 1, 10000, "values of one head"),
	INT(ffn, "", 1, 10000000, "width of the gated feed-forward layer"),
	INT(vocab, "tokens", 1, 10000000, "vocabulary: rows of lm_head"),
	INT(max_context, "tokens", 1, 100000000, "positions the model was trained for"),
	MODEL_KEY(weight_bytes_per_param, KEY_INT, "bytes", 1, 4, "2",
		  "bytes of a weight: 2 for FP16 and BF16"),
	MODEL_KEY(kv_bytes_per_value, KEY_INT, "bytes", 1, 4, "2", "bytes of a cached key or value"),
	MODEL_KEY(weights_gib, KEY_REAL, "GiB", 0.001, 100000, NULL,
		  "weights as loaded, buffers included, all GPUs"),
	MODEL_KEY(mfu_params_billion, KEY_REAL, "10^9", 0.001, 100000, NULL,
		  "N of the 2 N FLOP a token that clients use for MFU"),
};

const struct key_table model_keys = { keys, sizeof(keys) / sizeof(keys[0]), sizeof(struct model) };

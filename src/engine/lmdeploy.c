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

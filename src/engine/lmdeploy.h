/* engine/lmdeploy.h - what LMDeploy's two backends have in common. */
#ifndef ENGINE_LMDEPLOY_H
#define ENGINE_LMDEPLOY_H

#include <stdbool.h>
#include <stdint.h>

#include "config/gpu.h"
#include "config/model.h"

/* max_batch_size by the GPU's name (rules 4.1); v011: 0.11.0, else 0.6. */
int64_t lmdeploy_max_batch_size(const struct gpu *gpu, bool v011);
/* Bytes of a token's KV on one of tp GPUs; quant_policy: 0, or 8 or 4 bits (rules 3). */
double lmdeploy_kv_bytes_per_token(const struct model *m, int64_t tp, int64_t quant_policy);

#endif

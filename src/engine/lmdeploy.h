/* engine/lmdeploy.h - what LMDeploy's two backends have in common. */
#ifndef ENGINE_LMDEPLOY_H
#define ENGINE_LMDEPLOY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/gpu.h"
#include "config/key.h"
#include "config/model.h"
#include "engine/engine.h"
#include "engine/slots.h"

/* Passes whose rows all decode: quantized KV is read at its own size.  What does not depend on the context is reckoned
 * once for as many rows.  The caller has filled in the first three. */
struct lmdeploy_step {
	const struct cost_model *cost;
	double kv_scale;		/* bytes of a KV token, as a share of the model's */
	double pair_flops;		/* useful work of a KV token read */
	struct cost_line line;
};

void lmdeploy_step_cost(struct lmdeploy_step *l, const struct pass_shape *s, struct pass_cost *out);

/* The way between client and engine. */
struct lmdeploy_frontend {
	struct frontend_params way;
	double poll_ms;			/* a coroutine looks for its tokens this often */
	double slot_poll_ms, slot_jitter_ms;	/* 0.6: requests without an engine instance look for one */
	double slot_return_ms;		/* from a request's end until its instance is free */
};

#define LMDEPLOY_FRONTEND(key, field, unit, hi, dflt, help) \
	{ key, KEY_REAL, unit, 0, hi, dflt, help, offsetof(struct lmdeploy_frontend, field), NULL, NULL, SIZE_MAX }

/* Its keys; `poll`: name and help of poll_ms. */
#define LMDEPLOY_FRONTEND_KEYS(poll, poll_help)								\
	LMDEPLOY_FRONTEND("in_latency_ms", way.in_latency_ms, "ms", 1e5, "1.5",				\
			  "client to tokenizer: HTTP"),							\
	LMDEPLOY_FRONTEND("in_service_ms", way.in_service_ms, "ms", 1e4, "1.0",				\
			  "tokenizer, per request, one at a time"),					\
	LMDEPLOY_FRONTEND("in_token_us", way.in_token_us, "us", 1e4, "1.5",				\
			  "tokenizer, per prompt token"),						\
	LMDEPLOY_FRONTEND("out_latency_ms", way.out_latency_ms, "ms", 1e5, "1.5",			\
			  "detokenizer to client: HTTP"),						\
	LMDEPLOY_FRONTEND("out_service_ms", way.out_service_ms, "ms", 1e4, "1.0",			\
			  "detokenizer and HTTP, per answer, one at a time"),				\
	LMDEPLOY_FRONTEND("out_chunk_us", way.out_chunk_us, "us", 1e5, "100.0",				\
			  "detokenizer and HTTP, per streamed chunk"),					\
	LMDEPLOY_FRONTEND(poll, poll_ms, "ms", 1e4, "auto", poll_help),					\
	LMDEPLOY_FRONTEND("slot_poll_ms", slot_poll_ms, "ms", 1e5, "100.0",				\
			  "0.6: how often a request looks for an engine instance"),			\
	LMDEPLOY_FRONTEND("slot_jitter_ms", slot_jitter_ms, "ms", 1e4, "2.0",				\
			  "0.6: most that the event loop delays such a look"),				\
	LMDEPLOY_FRONTEND("slot_return_ms", slot_return_ms, "ms", 1e5, "1.0",				\
			  "from a request's end until its instance is free")

/* What the simulator's front end gets: a coroutine sees a token half of poll_ms later on average. */
void lmdeploy_way(const struct lmdeploy_frontend *f, struct frontend_params *out);
/* The pool's times and size.  `polled`: it is the pool of 0.6. */
void lmdeploy_slots(const struct lmdeploy_frontend *f, bool polled, int64_t instances, struct slots *s);

/* max_batch_size by the GPU's name (rules 4.1); v011: 0.11.0, else 0.6. */
int64_t lmdeploy_max_batch_size(const struct gpu *gpu, bool v011);
/* Bytes of a token's KV on one of tp GPUs; quant_policy: 0, or 8 or 4 bits (rules 3). */
double lmdeploy_kv_bytes_per_token(const struct model *m, int64_t tp, int64_t quant_policy);

#endif

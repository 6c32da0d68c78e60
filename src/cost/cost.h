/* cost/cost.h - how long one forward pass takes, by part.
 *
 * The engine describes a pass by counts (struct pass_shape); a cost model turns
 * them into times.  Formulas and their sources: doc in roofline.c and table.c;
 * GPU parameters come from hw/NAME.cfg and are the same for every engine.
 */
#ifndef COST_COST_H
#define COST_COST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/gpu.h"
#include "config/model.h"
#include "core/pass.h"

struct pass_shape {
	/* prefill part: rows i with q_i new tokens behind k_i cached ones */
	uint32_t prefill_rows;
	uint64_t prefill_tokens;	/* sum q_i */
	uint64_t prefill_context;	/* sum (k_i + q_i): KV tokens the rows read at least once */
	double prefill_pairs;		/* sum q_i * (k_i + (q_i + 1) / 2): causal query-key pairs */
	uint64_t prefill_longest;	/* max (k_i + q_i); 0: not known, the mean row is taken */
	/* decode part */
	uint32_t decode_rows;
	uint64_t decode_context;	/* KV tokens read, sum over rows, the new token included */
	/* both */
	uint32_t sampled_rows;		/* rows that go through lm_head and sampling */
	uint32_t padded_rows;		/* CUDA graph: rows it was captured for; 0: eager */
	double launch_ms;		/* host time to launch the pass's kernels; matters when eager */
};

struct pass_cost {
	double part_ns[PASS_PARTS];
	double total_ns;		/* sum of the parts, in enum order */
	double flops;			/* useful: padding not counted */
	double bytes;			/* weights and KV read */
};

struct cost_model;			/* opaque, immutable after creation: shared by threads */

/* kind: "roofline", "ideal" (ideal.c) or "table" (needs gpu->linear_table; `table_path` is its resolved path; else unused).
 * tp: tensor-parallel GPUs.  NULL and a message in *error on a bad table or tp ("path:line: ..." for a
 * table); the message is valid until the thread's next call.  `gpu` and `model` are copied. */
struct cost_model *cost_new(const char *kind, const struct gpu *gpu, const struct model *model,
			    int64_t tp, const char *table_path, char **error);
/* Every pass takes `pass_ns`, all of it PART_LINEAR: a logical clock, for tests against theory and
 * golden schedules. */
struct cost_model *cost_new_fixed(double pass_ns, const struct gpu *gpu, const struct model *model);
void cost_free(struct cost_model *c);
/* With the counts of rows and tokens fixed, every part is affine in decode_context (up to rounding)
 * and, while launch_ms is no bound, so is the total.  flops and bytes are those of all tp GPUs. */
void cost_of(const struct cost_model *c, const struct pass_shape *s, struct pass_cost *out);

/* Passes that differ in decode_context only, as the steps of a run of decode passes do: what does not depend on it
 * is reckoned once.  The same doubles as cost_of(), from the same operations in the same order. */
struct cost_line {
	const struct cost_model *cost;
	struct pass_shape shape;
	struct pass_cost pass;		/* of the newest context */
	double flops, bytes;		/* without the context */
	double eager_ns;		/* to launch it; 0: a graph */
	bool affine;			/* false: cost_of() each time */
};

void cost_line_init(struct cost_line *l, const struct cost_model *c, const struct pass_shape *s);
const struct pass_cost *cost_line_at(struct cost_line *l, uint64_t decode_context);
/* Of all layers and lm_head, on all GPUs: what a decode pass reads beside the KV cache. */
double cost_weight_bytes(const struct cost_model *c);
/* One line for the report: which model, which table. */
const char *cost_describe(const struct cost_model *c);

/* Mean power, W, of one board while a pass of this cost runs. */
double cost_power_w(const struct cost_model *c, const struct pass_cost *p);
double cost_idle_w(const struct cost_model *c);

/* GiB of activations (temporary tensors, sampler logits) that a pass of this shape needs at its peak
 * on one GPU: a band. */
void cost_activation_gib(const struct cost_model *c, const struct pass_shape *s, double *lo, double *hi);

#endif

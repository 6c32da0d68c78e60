/* cost/parts.h - the pieces of a cost model (inside cost/ only).
 *
 * A model is made once, is not changed afterwards and is read by many threads.
 * cost.c puts a pass together; each other file knows one thing.
 */
#ifndef COST_PARTS_H
#define COST_PARTS_H

#include "cost/cost.h"
#include "cost/linear.h"

#define COST_MEMO	4097		/* linear times of 0 .. 4096 tokens are computed in advance */

struct attention {			/* ns, of all layers, on one of tp GPUs */
	double pair_ns;			/* one query-key pair at full efficiency */
	double tile_pairs;		/* pairs lost in part-filled tiles, per KV token of a row */
	double wave_pairs;		/* pairs lost in the last wave, per KV token of the longest */
	double kv_ns;			/* decode: one KV token read */
	double floor_ns;
};

struct cost_model {
	struct gpu gpu;
	struct model model;
	double tp;
	double fixed_ns;		/* >= 0: a logical clock, nothing else counts */
	double ideal_byte_ns;		/* > 0: bytes at the data sheet's bandwidth, nothing else counts */

	struct linear_shape shape[LINEAR_OPS];	/* on one GPU */
	struct roofline roofline;
	struct linear_table *table;	/* NULL: roofline */
	double *layers_ns, *head_ns;	/* COST_MEMO times each: matrices of all layers; lm_head */

	struct attention attention;
	double other_token_ns, other_floor_ns;	/* all layers */
	double sampling_base_ns, sampling_row_ns;
	double reduce_base_ns, reduce_token_ns;	/* all layers' all-reduces */

	double layer_params, head_params;	/* all layers, all GPUs */
	double pair_flops;			/* of one query-key pair, all layers and GPUs */
	double kv_bytes;			/* of one token, all GPUs */
	char describe[256];
};

/* Bytes that a pass reads, on all GPUs: what does not run is not read. */
double weights_read(const struct cost_model *c, const struct pass_shape *s);
double kv_read(const struct cost_model *c, const struct pass_shape *s);

void ideal_init(struct cost_model *c);
void ideal_parts(const struct cost_model *c, const struct pass_shape *s, double *part);

void attention_init(struct attention *a, const struct gpu *gpu, const struct model *model, double tp);
double attention_ns(const struct attention *a, const struct pass_shape *s);

/* The same for decode rows alone.  Rows that only pad a CUDA graph have one KV token each: nothing beside
 * the floor. */
static inline double attention_decode_ns(const struct attention *a, uint64_t context)
{
	return a->floor_ns + a->kv_ns * (double)context;
}

#endif

/* cost/linear.h - the matrix multiplications of a Llama-class model (inside cost/ only).
 *
 * A layer has four, fused as serving engines fuse them: qkv [d x (h + 2 hkv) dh],
 * o [h dh x d], gate_up [d x 2 ff], down [ff x d]; the model ends in lm_head [d x V].
 * A cost model answers one question about each: how long with so many tokens.
 */
#ifndef COST_LINEAR_H
#define COST_LINEAR_H

#include "config/gpu.h"
#include "config/model.h"

enum linear_op { OP_QKV, OP_O, OP_GATE_UP, OP_DOWN, OP_LM_HEAD, LINEAR_OPS };

extern const char *const linear_op_name[LINEAR_OPS];

struct linear_shape {			/* on one of tp GPUs */
	double in, out;
	double weight_bytes;		/* in * out * bytes of a weight */
};

/* Roofline: constants of the GPU, ready for use. */
struct roofline {
	double byte_ns;			/* ns to stream a byte */
	double flop_ns;			/* ns of a FLOP */
	double p;			/* of the smooth maximum */
};

void roofline_init(struct roofline *r, const struct gpu *gpu);
double roofline_op_ns(const struct roofline *r, const struct linear_shape *shape, double tokens);

/* Measured table.  NULL and a "file:line: ..." message in error[0..size) if the file is bad. */
struct linear_table;

struct linear_table *linear_table_read(const char *path, char *error, size_t size);
void linear_table_free(struct linear_table *t);
double linear_table_op_ns(const struct linear_table *t, enum linear_op op,
			  const struct linear_shape *shape, double tokens);
double linear_table_last(const struct linear_table *t);	/* tokens up to which all ops are measured */

#endif

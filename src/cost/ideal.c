/* cost/ideal.c - the least that any kernels need: what a pass must read, at the data sheet's bandwidth.
 *
 *	t = (weights + KV cache read) / (tp x bandwidth)
 *
 * No arithmetic, no activations, no small kernels, no padding, no launch.  Small
 * batches decode at this limit at best; it is where `servesim explain` ends.
 */
#include "config.h"

#include <stdio.h>

#include "cost/parts.h"

void ideal_init(struct cost_model *c)
{
	c->ideal_byte_ns = 1.0 / (c->gpu.bandwidth_gb_s * c->tp);
	snprintf(c->describe, sizeof(c->describe), "ideal: weights and KV cache read at %.0f GB/s, nothing else",
		 c->gpu.bandwidth_gb_s * c->tp);
}

void ideal_parts(const struct cost_model *c, const struct pass_shape *s, double *part)
{
	part[PART_LINEAR] = weights_read(c, s) * c->ideal_byte_ns;
	part[PART_ATTENTION] = kv_read(c, s) * c->ideal_byte_ns;
}

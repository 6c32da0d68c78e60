/* cost/roofline.c - a matrix multiplication between the memory and the compute limit.
 *
 *	t = smoothmax(bytes / (bandwidth e_bw), flops / (peak e_mm); p)
 *	bytes = weights + 2 T (in + out),  flops = 2 T in out
 *	smoothmax(x, y; p) = (x^p + y^p)^(1/p)
 *
 * Williams, Waterman, Patterson: Roofline, CACM 52(4), 2009; the smooth maximum
 * instead of the sharp one because kernels overlap loads and arithmetic only in part.
 *
 * What it misses: tile and wave steps (a kernel with 129 rows costs as much as one
 * with 256).  Residuals against kernel data, and why p = 2 on the A40: doc/cost-model.md.
 */
#include "config.h"

#include "cost/linear.h"

#include <math.h>

#define ACTIVATION_BYTES	2.0	/* FP16 inputs and outputs */

void roofline_init(struct roofline *r, const struct gpu *gpu)
{
	r->byte_ns = 1.0 / (gpu->bandwidth_gb_s * gpu->bandwidth_eff);
	r->flop_ns = 1e-3 / (gpu->fp16_tflops * gpu->matmul_eff);
	r->p = gpu->smooth_p;
}

static double smooth_max(double x, double y, double p)
{
	double hi = fmax(x, y), lo = fmin(x, y);

	if (lo <= 0.0)
		return hi;
	if (p == 2.0)
		return sqrt(x * x + y * y);
	return hi * pow(1.0 + pow(lo / hi, p), 1.0 / p);
}

double roofline_op_ns(const struct roofline *r, const struct linear_shape *shape, double tokens)
{
	double bytes = shape->weight_bytes + ACTIVATION_BYTES * tokens * (shape->in + shape->out);
	double flops = 2.0 * tokens * shape->in * shape->out;

	return smooth_max(bytes * r->byte_ns, flops * r->flop_ns, r->p);
}

/* cost/roofline.c - a matrix multiplication between the memory and the compute limit.
 *
 *	t = smoothmax(bytes / (bandwidth e_bw), flops / (peak e_mm); p)
 *	bytes = weights + 2 T (in + out),  flops = 2 T in out
 *	smoothmax(x, y; p) = (x^p + y^p)^(1/p)
 *
 * Williams, Waterman, Patterson: Roofline, CACM 52(4), 2009; the smooth maximum
 * instead of the sharp one because kernels overlap loads and arithmetic only in part.
 *
 * Misfit on the A40 with p = 2 (root mean square of the logarithm, 1-16, 17-128, 129-511 and
 * 512 or more tokens): 0.8, 2.5, 6.8, 3.5% for Llama-3-8B's layer (hw/a40-linear.csv); 6.6,
 * 9.2, 14.4, 8.1% over 22 single shapes.  What it misses are tile and wave steps: 129 rows cost
 * as much as 256.  doc/cost-model.md has the other GPUs and the choice of p; make bench-cost
 * prints it all.
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

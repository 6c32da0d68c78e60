/* cost/power.c - board power while a pass runs.
 *
 *	P = idle + (p_active - idle) busy
 *	p_active = memory_bound + (limit - memory_bound) x / (x + 0.1)
 *
 * x is the pass's arithmetic intensity over that of the ridge (peak FLOP/s over
 * bandwidth): 0 when it only streams weights, above 1 when it only computes.
 * busy is the share of the pass in which the GPU does not wait for the host.
 * The knee of 0.1 is read from one A40 under load (270-283 W decoding 5 to 10 rows,
 * x = 0.03 to 0.05; 290-300 W at 50 to 100, x = 0.2 to 0.4): an estimate.
 */
#include "config.h"

#include "cost/parts.h"

#define POWER_KNEE	0.1

double cost_power_w(const struct cost_model *c, const struct pass_cost *p)
{
	const struct gpu *g = &c->gpu;
	double compute = p->flops / (1e12 * g->fp16_tflops);	/* s at the peaks */
	double memory = p->bytes / (1e9 * g->bandwidth_gb_s);
	double active = g->memory_bound_w, busy;

	if (!(p->total_ns > 0.0))
		return g->idle_w;
	if (compute > 0.0)	/* x / (x + knee) with x = compute / memory; memory may be 0 */
		active += (g->limit_w - g->memory_bound_w) * compute / (compute + POWER_KNEE * memory);
	busy = 1.0 - p->part_ns[PART_LAUNCH] / p->total_ns;
	return g->idle_w + (active - g->idle_w) * busy;
}

double cost_idle_w(const struct cost_model *c)
{
	return c->gpu.idle_w;
}

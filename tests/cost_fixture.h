/* tests/cost_fixture.h - the A40, Llama-3-8B and simple passes, for tests of the cost model. */
#ifndef TESTS_COST_FIXTURE_H
#define TESTS_COST_FIXTURE_H

#include "cost/cost.h"

extern struct gpu a40;
extern struct model llama;

/* Read from $SERVESIM_DATA (or the working folder); Check fails if anything is wrong. */
void cost_fixture_setup(void);
void cost_fixture_teardown(void);
void cost_fixture_load(const struct key_table *keys, const char *name, void *out);
struct cost_model *cost_fixture_model(const char *kind, const struct gpu *gpu, int64_t tp,
				      const char *csv);

struct pass_shape decode_shape(uint32_t rows, uint64_t context_each);	/* a CUDA graph, no padding */
struct pass_shape prefill_shape(uint64_t tokens, uint64_t cached);	/* one row, one sampled token */

struct pass_cost cost(const struct cost_model *c, struct pass_shape s);
double cost_ms(const struct cost_model *c, struct pass_shape s);

#endif

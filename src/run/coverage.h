/* run/coverage.h - which passes and loads a run saw: the range that a preset fitted to it can vouch for. */
#ifndef RUN_COVERAGE_H
#define RUN_COVERAGE_H

#include <stdint.h>

#include "core/pass.h"

struct coverage {			/* the largest of each; zero: nothing seen */
	int64_t batch;			/* rows of a pass that decodes */
	double context_tokens;		/* mean KV tokens that its rows read */
	int64_t prefill_tokens;		/* computed in a pass */
	int64_t users_min, users_max;	/* of the reported levels; 0: levels without users */
};

void coverage_level(struct coverage *c, int64_t users);
void coverage_join(struct coverage *c, const struct coverage *other);

static inline void coverage_pass(struct coverage *c, const struct pass_record *p)
{
	double context = p->decode_rows > 0 ? (double)p->context_tokens / p->decode_rows : 0.0;

	if (p->decode_rows > c->batch)
		c->batch = p->decode_rows;
	if (context > c->context_tokens)
		c->context_tokens = context;
	if ((int64_t)p->computed_tokens > c->prefill_tokens)
		c->prefill_tokens = (int64_t)p->computed_tokens;
}

#endif

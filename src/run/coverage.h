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

void coverage_pass(struct coverage *c, const struct pass_record *p);
void coverage_level(struct coverage *c, int64_t users);
void coverage_join(struct coverage *c, const struct coverage *other);

#endif

#include "config.h"

#include "run/coverage.h"

void coverage_level(struct coverage *c, int64_t users)
{
	if (users <= 0)
		return;
	if (c->users_min == 0 || users < c->users_min)
		c->users_min = users;
	if (users > c->users_max)
		c->users_max = users;
}

void coverage_join(struct coverage *c, const struct coverage *other)
{
	if (other->batch > c->batch)
		c->batch = other->batch;
	if (other->context_tokens > c->context_tokens)
		c->context_tokens = other->context_tokens;
	if (other->prefill_tokens > c->prefill_tokens)
		c->prefill_tokens = other->prefill_tokens;
	coverage_level(c, other->users_min);
	coverage_level(c, other->users_max);
}

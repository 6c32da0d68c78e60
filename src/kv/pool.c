#include "config.h"

#include "kv/pool.h"

#include "base/bug.h"

void kv_pool_init(struct kv_pool *p, uint64_t capacity, uint64_t page)
{
	BUG_ON(page == 0 || capacity % page != 0);
	*p = (struct kv_pool){ .page = page, .capacity = capacity, .free = capacity };
}

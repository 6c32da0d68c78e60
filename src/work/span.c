/* work/span.c - tokens without token arrays. */
#include "config.h"

#include "work/span.h"

uint64_t span_total(const struct span *s, size_t n)
{
	uint64_t total = 0;

	for (size_t i = 0; i < n; i++)
		total += s[i].length;
	return total;
}

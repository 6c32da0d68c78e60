#include "config.h"

#include "engine/memory.h"

#include "base/bug.h"

const char *const memory_verdict_name[] = { "fits", "at risk", "does not fit" };

void memory_add(struct memory_report *m, const char *label, double lo, double hi, bool inside, const char *note)
{
	BUG_ON(m->n == MEMORY_ITEMS);
	m->item[m->n++] = (struct memory_item){ label, lo, hi, inside, note };
	if (!inside) {
		m->need_lo += lo;
		m->need_hi += hi;
	}
}

enum memory_verdict memory_judge(double outside, double lo, double hi)
{
	if (hi <= outside)
		return MEMORY_FITS;
	return lo <= outside ? MEMORY_AT_RISK : MEMORY_DOES_NOT_FIT;
}

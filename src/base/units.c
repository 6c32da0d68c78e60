/* base/units.c - the one place where a duration becomes an integer. */
#include "config.h"

#include "base/units.h"

#include <math.h>

#include "base/bug.h"

sim_time sim_time_from_ns(double ns)
{
	if (!(ns >= 0.0 && ns < 0x1p62))	/* also catches NaN */
		BUG("%g ns is not a duration", ns);
	return llround(ns);
}

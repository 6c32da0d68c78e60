/* base/units.c - what is no duration. */
#include "config.h"

#include "base/units.h"

#include "base/bug.h"

_Noreturn void no_duration(double ns)
{
	BUG("%g ns is not a duration", ns);
}

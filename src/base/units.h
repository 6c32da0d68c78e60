/* base/units.h - the units every layer shares.
 *
 * Simulated time is an integer number of nanoseconds from the start of a
 * replication.  Durations that a formula gives as a double become sim_time in
 * one function only, sim_time_from_ns(), so rounding happens in one place.
 */
#ifndef BASE_UNITS_H
#define BASE_UNITS_H

#include <stdint.h>

typedef int64_t sim_time;		/* ns */

#define SIM_TIME_MAX	INT64_MAX
#define NS_PER_US	1000
#define NS_PER_MS	1000000
#define NS_PER_S	1000000000
#define BYTES_PER_GIB	1073741824.0

_Noreturn void no_duration(double ns) __attribute__((cold));	/* BUG */

/* Round to the nearest ns, a half up.  `ns` must be finite, >= 0 and below 2^62; else BUG.  As llround(), whose call
 * costs more than the rest of a step's times: the difference is exact, and 0 from 2^53 on. */
static inline sim_time sim_time_from_ns(double ns)
{
	sim_time t;

	if (!(ns >= 0.0 && ns < 0x1p62))	/* also catches NaN */
		no_duration(ns);
	t = (sim_time)ns;
	return t + (ns - (double)t >= 0.5);
}

static inline sim_time sim_time_from_ms(double ms) { return sim_time_from_ns(ms * 1e6); }
static inline sim_time sim_time_from_s(double s) { return sim_time_from_ns(s * 1e9); }
static inline double ms_of(sim_time t) { return (double)t / 1e6; }
static inline double s_of(sim_time t) { return (double)t / 1e9; }

#endif

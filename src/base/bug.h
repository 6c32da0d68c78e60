/* base/bug.h - the impossible aborts, and says where it was.
 *
 * BUG() is for states that no input can cause.  It prints file, line, the
 * message and the thread's simulation context (time, seed, replication,
 * digest), then aborts.  The context is thread-local: replications are threads,
 * and this is the only per-thread state of the program.  core/sim keeps it.
 */
#ifndef BASE_BUG_H
#define BASE_BUG_H

#include <stdint.h>

#include "base/units.h"

struct bug_context {
	sim_time now;
	uint64_t seed;
	uint32_t replication;
	uint64_t digest;
};

extern _Thread_local struct bug_context bug_context;

_Noreturn void bug_at(const char *file, int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4), cold));

#define BUG(...)	bug_at(__FILE__, __LINE__, __VA_ARGS__)
#define BUG_ON(cond)	do { if (cond) BUG("%s", #cond); } while (0)

#endif

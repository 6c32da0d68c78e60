/* run/checks.h - what must hold in every run, whatever it simulates.
 *
 *   little       the time integral of the number of requests in the server is the sum of their stays
 *   tokens       every token sampled was delivered; every completed request got what it was to get,
 *                except where the engine ends answers at its context limit
 *   kv           free + evictable never exceeds the pool; at the end all of it is free or cached
 *   busy_idle    time with a pass and time without one fill the level's window exactly
 *   attribution  the causes of each request's latency add up to it, in integer ns
 *
 * The two sides of each come from separate bookkeeping.  A failed check is told
 * in the report; it does not stop the run.
 */
#ifndef RUN_CHECKS_H
#define RUN_CHECKS_H

#include "run/replicate.h"

/* Of level `i` over the replications; texts go to `arena`. */
void checks_fill(struct level_result *out, struct replication *const *r, size_t n, size_t i,
		 struct arena *arena);

#endif

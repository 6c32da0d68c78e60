/* work/draw.h - the draws of one request.
 *
 * Each draw has its own random stream, fixed by (seed, replication, purpose,
 * index): what is drawn for a request depends on nothing but the request, so a
 * slower server, another policy or one more draw elsewhere changes none of it.
 */
#ifndef WORK_DRAW_H
#define WORK_DRAW_H

#include <stdint.h>

#include "base/hash.h"
#include "base/units.h"
#include "config/key.h"
#include "stat/dist.h"
#include "work/workload.h"

struct grammar_params {			/* the group `grammar` */
	double share;			/* of the requests, 0 .. 1 */
	int64_t schemas;		/* different ones, equally likely */
};

extern const struct key_table grammar_keys;

/* Rounded to the nearest integer and cut to [lo, hi]. */
int64_t draw_int(const struct work_env *env, const char *purpose, uint64_t index,
		 const struct dist *d, int64_t lo, int64_t hi);

/* Uniform in [0, 1). */
double draw_share(const struct work_env *env, const char *purpose, uint64_t index);

/* The time a drawn number of seconds from now. */
sim_time draw_later(const struct work_env *env, const char *purpose, uint64_t index,
		    const struct dist *seconds);

/* The same for a fixed number of seconds. */
sim_time later(const struct work_env *env, double seconds);

/* hash_string() of names that every request needs and no compiler reckons in advance
 * (tests/check_hash.c). */
#define HASH_OF_ANSWER	UINT64_C(0xe3013a08518a937e)
#define HASH_OF_OWN	UINT64_C(0xa120d73f5381ca99)

/* The stream of the answer to a request; of the part of its prompt that is its own. */
static inline uint64_t answer_stream(uint64_t index) { return hash_join(HASH_OF_ANSWER, index); }
static inline uint64_t own_stream(uint64_t index) { return hash_join(HASH_OF_OWN, index); }

/* Schema number of the request, -1: free text. */
int32_t draw_grammar(const struct work_env *env, uint64_t index, const struct grammar_params *p);

#endif

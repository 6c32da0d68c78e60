/* core/rng.h - random streams by name.
 *
 * A stream is fixed by (seed, replication, purpose, index) through a 64-bit
 * mixer, so every purpose has its own numbers and the draws of request `index`
 * do not depend on how many draws anything else made: all policies, engines
 * and GPUs see the same requests (common random numbers).
 *
 * The generator is xoshiro256** 1.0 (Blackman, Vigna 2018) seeded through
 * splitmix64, behind our own gsl_rng_type, so GSL's variates work on it.
 * (GSL's mt19937 uses 32 bits of a seed and maps 0 to 4357.)
 *
 * A struct rng holds its state in place: rng_init() costs no allocation, and
 * the struct must not be copied or moved afterwards.
 */
#ifndef CORE_RNG_H
#define CORE_RNG_H

#include <gsl/gsl_rng.h>
#include <stdint.h>

struct rng {
	gsl_rng gsl;			/* points into this struct */
	uint64_t s[4];
};

extern const gsl_rng_type *const rng_xoshiro256;

void rng_init(struct rng *r, uint64_t seed, uint32_t replication, const char *purpose, uint64_t index);
uint64_t rng_u64(struct rng *r);		/* the next 64 raw bits; GSL's integers are their upper 32 */

#endif

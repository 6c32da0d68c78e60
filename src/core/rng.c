/* core/rng.c - xoshiro256** 1.0 as a gsl_rng_type.
 *
 * D. Blackman, S. Vigna, "Scrambled linear pseudorandom number generators",
 * ACM TOMS 47 (2021); https://prng.di.unimi.it/xoshiro256starstar.c.
 * Seeding by splitmix64 is what its authors recommend; it cannot give the one
 * forbidden state, all zeros, because the mixer maps only one value to 0.
 *
 * GSL sees the upper 32 bits as integers, so a draw is the same where long has
 * 32 bits, and the upper 53 bits as a double in [0, 1).
 */
#include "config.h"

#include "core/rng.h"

#include "base/bug.h"
#include "base/hash.h"

static uint64_t rotl(uint64_t x, int k)
{
	return x << k | x >> (64 - k);
}

static uint64_t next(uint64_t s[4])
{
	uint64_t result = rotl(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return result;
}

static void seed_state(uint64_t s[4], uint64_t x)
{
	for (int i = 0; i < 4; i++) {
		x += UINT64_C(0x9e3779b97f4a7c15);
		s[i] = hash_mix(x);
	}
}

static void type_set(void *state, unsigned long seed)
{
	seed_state(state, seed);
}

static unsigned long type_get(void *state)
{
	return (unsigned long)(next(state) >> 32);
}

static double type_get_double(void *state)
{
	return (double)(next(state) >> 11) * 0x1p-53;
}

void rng_init(struct rng *r, uint64_t seed, uint32_t replication, const char *purpose, uint64_t index)
{
	uint64_t h = hash_join(0, seed);	/* not hash_mix(): (1, 0) and (0, 1) would be one stream */

	h = hash_join(h, replication);
	h = hash_join(h, hash_string(purpose));
	h = hash_join(h, index);
	seed_state(r->s, h);
	r->gsl.type = rng_xoshiro256;
	r->gsl.state = r->s;
}

uint64_t rng_u64(struct rng *r)
{
	BUG_ON(r->gsl.state != r->s);		/* copied: two streams would share one state */
	return next(r->s);
}

static const gsl_rng_type xoshiro256 = {
	.name = "xoshiro256**",
	.max = 0xffffffffUL,
	.min = 0,
	.size = 4 * sizeof(uint64_t),
	.set = type_set,
	.get = type_get,
	.get_double = type_get_double,
};

const gsl_rng_type *const rng_xoshiro256 = &xoshiro256;

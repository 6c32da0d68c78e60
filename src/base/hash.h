/* base/hash.h - 64-bit mixing, for streams, digests and tables. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdint.h>

/* Finaliser of splitmix64 (Steele, Lea, Flood 2014; constants of Stafford's mix 13): bijective. */
static inline uint64_t hash_mix(uint64_t x)
{
	x ^= x >> 30;
	x *= UINT64_C(0xbf58476d1ce4e5b9);
	x ^= x >> 27;
	x *= UINT64_C(0x94d049bb133111eb);
	x ^= x >> 31;
	return x;
}

/* Order matters: hash_join(a, b) != hash_join(b, a).  The half that depends on x alone can be kept for an x that
 * comes often: hash_join(h, x) = hash_mix(h + hash_half(x)). */
static inline uint64_t hash_half(uint64_t x)
{
	return UINT64_C(0x9e3779b97f4a7c15) + hash_mix(x);
}

static inline uint64_t hash_join(uint64_t h, uint64_t x)
{
	return hash_mix(h + hash_half(x));
}

/* FNV-1a, then mixed: for names. */
static inline uint64_t hash_string(const char *s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	return hash_mix(h);
}

#endif

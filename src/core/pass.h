/* core/pass.h - one forward pass, as everyone outside the engine sees it. */
#ifndef CORE_PASS_H
#define CORE_PASS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/units.h"

enum pass_kind { PASS_PREFILL, PASS_DECODE, PASS_MIXED, PASS_KINDS };

/* Where the time of a pass goes; names for reports in pass_part_name[]. */
enum pass_part {
	PART_LINEAR,		/* matrix multiplications, lm_head included */
	PART_ATTENTION,		/* prefill and decode attention */
	PART_OTHER,		/* norms, rotary, activation, adds */
	PART_SAMPLING,
	PART_COMMUNICATION,	/* tensor parallelism */
	PART_LAUNCH,		/* GPU waiting for the host inside an eager pass */
	PASS_PARTS
};

/* Why the first of those who wait was not admitted at the last attempt. */
enum pass_wait {
	WAIT_UNKNOWN,		/* nobody waits, or no attempt was made yet, or the engine does not say */
	WAIT_MEMORY,		/* KV memory, what is reserved for answers to come included */
	WAIT_SLOTS,		/* as many run as may */
	WAIT_BUDGET,		/* the pass has all the prompt tokens it may have */
	PASS_WAITS
};

extern const char *const pass_wait_name[PASS_WAITS];	/* "unknown", "memory", "slots", "budget" */
extern const char *const pass_kind_name[PASS_KINDS];
extern const char *const pass_part_name[PASS_PARTS];

struct pass_record {
	uint64_t seq;			/* 0, 1, ... in launch order */
	enum pass_kind kind;
	sim_time planned;		/* the scheduling turn began */
	sim_time start, end;		/* on the GPU; passes do not overlap */
	sim_time decode_alone;		/* MIXED: time its decode rows alone would have taken; DECODE: end - start; PREFILL: 0 */
	double part_ns[PASS_PARTS];	/* sums to end - start within rounding */
	double flops, bytes;		/* useful work */
	double power_w;			/* mean board power during the pass */

	uint32_t prefill_rows;		/* requests in the prefill part (a continued chunk included) */
	uint32_t decode_rows;		/* rows of running requests, already finished ones included */
	uint32_t padded_rows;		/* CUDA-graph batch size, 0: eager */
	uint64_t new_tokens;		/* prefill tokens computed, rounded to pages */
	uint64_t computed_tokens;	/* prefill tokens computed, exact */
	uint64_t cached_tokens;		/* prefix hits of newly admitted requests */
	uint64_t context_tokens;	/* KV tokens read by the decode rows */

	uint32_t running;		/* PREFILL, MIXED: running batch before this pass; DECODE: rows */
	uint32_t queued;		/* waiting requests left */
	enum pass_wait waiting_for;	/* why the first of them was not taken */
	uint64_t kv_free, kv_evictable, kv_capacity;	/* tokens, after allocation for this pass */
	uint64_t kv_used_before;	/* tokens in use when the pass was logged: prefill before, decode after allocation */
	double new_token_ratio;
};

static inline uint64_t pass_kv_used(const struct pass_record *p)
{
	return p->kv_capacity - p->kv_free - p->kv_evictable;
}

#endif

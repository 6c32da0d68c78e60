/* engine/memory.h - does the configuration fit on the GPU, item by item.
 *
 * Items are in GiB; unknown ones carry a band [lo, hi].  `inside` items are paid
 * from the engine's memory fraction (weights, KV cache), the others from what is
 * left.  The verdict compares what is left with the need at start-up and with the
 * largest pass that the run really had:
 *   fits         even the upper ends fit
 *   at risk      the lower ends fit, the upper do not: runs, with a warning
 *   does not fit the lower ends do not: the run stops with exit 3
 */
#ifndef ENGINE_MEMORY_H
#define ENGINE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum memory_verdict { MEMORY_FITS, MEMORY_AT_RISK, MEMORY_DOES_NOT_FIT };
extern const char *const memory_verdict_name[];

#define MEMORY_ITEMS 16

struct memory_item {
	const char *label;
	double lo, hi;			/* GiB */
	bool inside;
	const char *note;		/* how it was found; "" if plain */
};

struct memory_report {
	struct memory_item item[MEMORY_ITEMS];
	size_t n;
	double total_gib;		/* free before weights (M0) */
	double outside_gib;		/* left outside the fraction */
	double need_lo, need_hi;	/* sum of the items outside */
	enum memory_verdict verdict;
	uint64_t kv_tokens;		/* max_total_num_tokens */
	char sentence[240];		/* the verdict in words */
	char warning[240];		/* a pass the flags allow but the run never had; "" if none */
};

/* Append an item; label and note are not copied.  More than MEMORY_ITEMS is a BUG. */
void memory_add(struct memory_report *m, const char *label, double lo, double hi, bool inside, const char *note);
enum memory_verdict memory_judge(double outside_gib, double need_lo, double need_hi);

#endif

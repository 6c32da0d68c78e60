/* PrefillAdder: who joins the next prefill batch (rules 6, 20.12).
 *
 * Comparisons are >= throughout: a request that needs exactly what is left is
 * refused.  A newcomer is charged its whole clipped max_new_tokens; running
 * requests only new_token_ratio of what they may still produce.
 */
#include "config.h"

#include <string.h>

#include "base/bug.h"
#include "base/mem.h"
#include "engine/sglang.h"

#define IGNORE_EOS_RESERVE_TOKENS 1

static int64_t clipped(const struct sg_adder *a, uint64_t max_new)
{
	int64_t clip = a->params->clip_max_new_tokens_estimation;

	return max_new < (uint64_t)clip ? (int64_t)max_new : clip;
}

static int64_t ceil_page(const struct sg_adder *a, uint64_t tokens)
{
	return (int64_t)kv_round_up(a->pool, tokens);
}

static double obtainable(const struct sg_adder *a)
{
	return (double)(a->pool->free + (a->tree ? a->tree->evictable : 0));
}

double sg_rem_total(const struct sg_adder *a)
{
	return obtainable(a) - a->off_total;
}

static double rem_current(const struct sg_adder *a)
{
	return obtainable(a) - a->off_cur;
}

/* Tokens that the running rows may still take, in batch order: the sum is of doubles. */
void sg_adder_begin(struct sg_adder *a, uint64_t mixed)
{
	double sum = 0;

	for (size_t i = 0; i < a->running->n; i++) {
		const struct sg_req *r = a->running->row[i];
		int64_t left = (int64_t)r->max_new - (int64_t)r->out, clip = a->params->clip_max_new_tokens_estimation;

		sum += (double)(left < clip ? left : clip) * a->ratio;
	}
	a->off_total = (double)mixed + sum;
	a->off_cur = (double)mixed;
	a->rem_input = a->params->max_prefill_tokens - (int64_t)mixed;
	a->chunking = a->params->chunked_prefill_size > 0;
	a->rem_chunk = a->chunking ? a->params->chunked_prefill_size - (int64_t)mixed : 0;
	a->can_run->n = 0;
	a->new_chunked = NULL;
	a->log_hit = a->log_new = 0;
	a->ndrain = 0;
	a->drained = a->overdrawn = false;
}

static void charge(struct sg_adder *a, uint64_t hit, uint64_t extend, int64_t new_tokens)
{
	int64_t pages = ceil_page(a, extend);

	a->off_total += (double)(pages + new_tokens);
	a->off_cur += (double)pages;
	a->rem_input -= pages;
	if (a->chunking)
		a->rem_chunk -= pages;
	a->log_hit += hit;
	a->log_new += (uint64_t)pages;
}

static enum sg_add budget_state(const struct sg_adder *a)
{
	if (sg_rem_total(a) <= 0 || rem_current(a) <= 0)
		return SG_NO_TOKEN;
	if (a->rem_input <= 0 || (a->chunking && a->rem_chunk <= 0))
		return SG_OTHER;
	return SG_CONTINUE;
}

/* The chunked request goes first, without a look at memory in 0.4.9. Returns it if it stays partial. */
struct sg_req *sg_add_chunked(struct sg_adder *a, struct sg_req *r)
{
	int64_t room = a->rem_chunk;
	bool partial;

	if (a->params->version >= SG_0_5_6 && (double)room > sg_rem_total(a))
		room = (int64_t)sg_rem_total(a);
	partial = (int64_t)r->extend > room;
	if (partial)
		r->extend = room > 0 ? (uint64_t)room : 0;
	r->fill = r->prefix + r->extend;
	sg_rows_push(a->can_run, r);
	charge(a, 0, r->extend, partial ? 0 : clipped(a, r->max_new));
	return partial ? r : NULL;
}

static void take_whole(struct sg_adder *a, struct sg_req *r, uint64_t hit)
{
	sg_rows_push(a->can_run, r);
	charge(a, hit, r->extend, clipped(a, r->max_new));
}

static void take_part(struct sg_adder *a, struct sg_req *r, uint64_t hit, int64_t part)
{
	r->extend = (uint64_t)part;
	r->fill = r->prefix + r->extend;
	sg_rows_push(a->can_run, r);
	a->new_chunked = r;
	charge(a, hit, r->extend, 0);
}

/* The list of running, chosen and offered requests by tokens left, as the exact-drain test walks it. */
static void drain_add(struct sg_adder *a, const struct sg_req *r, bool sorted)
{
	double left = (double)r->max_new * (r->ignore_eos ? 1.0 : a->ratio) - (double)r->out;
	size_t at = a->ndrain;

	if (left <= 0)
		return;
	ARRAY_ROOM(a->drain, a->ndrain, a->capdrain);
	if (sorted && a->ndrain > 0) {
		/* before the first with at least as much left; if there is none, before the LAST entry */
		for (at = 0; at < a->ndrain - 1 && left > a->drain[at].left; at++)
			;
	}
	memmove(a->drain + at + 1, a->drain + at, (a->ndrain - at) * sizeof(*a->drain));
	a->drain[at] = (struct sg_drain){ left, r->input_len + r->out };
	a->ndrain++;
}

static void drain_sort(struct sg_adder *a)
{
	for (size_t i = 1; i < a->ndrain; i++) {	/* insertion: stable, and the list is short */
		struct sg_drain d = a->drain[i];
		size_t j = i;

		for (; j > 0 && a->drain[j - 1].left > d.left; j--)
			a->drain[j] = a->drain[j - 1];
		a->drain[j] = d;
	}
}

static void drain_list(struct sg_adder *a, const struct sg_req *r)
{
	if (a->drained) {
		drain_add(a, r, true);
		return;
	}
	a->drained = true;
	drain_add(a, r, false);
	for (size_t i = 0; i < a->running->n; i++)
		drain_add(a, a->running->row[i], false);
	for (size_t i = 0; i < a->can_run->n; i++)
		drain_add(a, a->can_run->row[i], false);
	drain_sort(a);
}

/* Would the batch with r drain without running short? */
static bool drains(const struct sg_adder *a, const struct sg_req *r)
{
	uint64_t own = a->params->version >= SG_0_5_6 ? kv_round_up(a->pool, r->extend) : r->input_len;
	double rem = rem_current(a) - (double)own, freed = 0;

	for (size_t i = 0; i < a->ndrain; i++) {
		double rows = (double)(a->ndrain - i);

		if (rem + freed - a->drain[i].left * rows <= IGNORE_EOS_RESERVE_TOKENS * rows)
			return false;
		freed += (double)a->drain[i].occupied;
	}
	return true;
}

/* Fixed output length and no radix cache: the exact-drain test. */
static enum sg_add add_ignore_eos(struct sg_adder *a, struct sg_req *r)
{
	double room = rem_current(a) < sg_rem_total(a) ? rem_current(a) : sg_rem_total(a);

	if ((double)ceil_page(a, r->extend) > room)
		return SG_NO_TOKEN;
	drain_list(a, r);
	if (!drains(a, r))
		return SG_NO_TOKEN;
	if (!a->chunking || (int64_t)r->extend <= a->rem_chunk) {
		take_whole(a, r, 0);
	} else {
		if (a->rem_chunk <= 0) {
			a->overdrawn = a->rem_chunk < 0;
			return SG_OTHER;
		}
		take_part(a, r, 0, a->rem_chunk);
	}
	return budget_state(a);
}

/* What a newcomer reserves: 0.5.6 no longer counts what it has already produced. */
static int64_t need_of(const struct sg_adder *a, const struct sg_req *r)
{
	uint64_t new_tokens = r->max_new;

	if (a->params->version >= SG_0_5_6)
		new_tokens = r->max_new > r->out ? r->max_new - r->out : 0;
	return (int64_t)r->extend + clipped(a, new_tokens);
}

static enum sg_add refuse(const struct sg_adder *a, const struct sg_req *r)
{
	if ((double)need_of(a, r) >= sg_rem_total(a))
		return SG_NO_TOKEN;
	if (ceil_page(a, r->extend) >= a->rem_input && a->can_run->n > 0)
		return SG_OTHER;
	return SG_CONTINUE;
}

static int64_t partial_length(const struct sg_adder *a)
{
	int64_t page = (int64_t)a->pool->page;

	return a->params->version >= SG_0_5_6 ? a->rem_chunk / page * page : a->rem_chunk - page + 1;
}

/* With r's prefix locked: its tokens no longer count as obtainable. */
static enum sg_add join(struct sg_adder *a, struct sg_req *r)
{
	enum sg_add no = refuse(a, r);

	if (no != SG_CONTINUE)
		return no;
	if (!a->chunking || ceil_page(a, r->extend) <= a->rem_chunk) {
		take_whole(a, r, r->prefix);
		return SG_CONTINUE;
	}
	if (partial_length(a) <= 0)
		return SG_OTHER;
	take_part(a, r, r->prefix, partial_length(a));
	return SG_CONTINUE;
}

enum sg_add sg_add_one(struct sg_adder *a, struct sg_req *r)
{
	enum sg_add no;
	size_t before = a->can_run->n;

	if (r->ignore_eos && !a->tree)
		return add_ignore_eos(a, r);
	no = refuse(a, r);
	if (no != SG_CONTINUE)
		return no;
	if (a->tree)
		radix_lock(a->tree, r->node);
	no = join(a, r);
	if (no != SG_CONTINUE) {
		if (a->tree)
			radix_unlock(a->tree, r->node);
		return no;
	}
	BUG_ON(a->can_run->n != before + 1);	/* joined: the lock stays */
	return budget_state(a);
}

/* Materialize: admission, token budget and memory in one, oldest first (rules 1.2, 1.3).
 *
 * Every sequence asks for blocks for its whole context and one token more, even if
 * only a chunk of it runs.  One that finds too little memory is skipped, and
 * younger ones are still tried.  What an older one needs is taken from the youngest:
 * their blocks become cached, the tail of each oldest, and only what is overwritten
 * is computed again.
 */
#include "config.h"

#include <stdio.h>

#include "base/mem.h"
#include "engine/turbomind.h"

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* The loop takes as many requests as there is room for, in order (1.1). */
static void take_incoming(struct tm *e)
{
	size_t room = (size_t)e->params->max_batch_size - e->seqs.n, n = least(e->incoming.n, room);

	if (n == 0)
		return;
	e->waiters.still = false;
	for (size_t i = 0; i < n; i++) {
		struct tm_seq *s = e->incoming.seq[i];

		s->place = TM_INSIDE;
		s->age = ++e->ages;
		tm_seqs_push(&e->seqs, s);
	}
	for (size_t i = n; i < e->incoming.n; i++)
		e->incoming.seq[i - n] = e->incoming.seq[i];
	e->incoming.n -= n;
}

/* Preempted sequences keep what was not overwritten: whole blocks from the front. */
static void lock_cached(struct tm *e, struct tm_seq *s)
{
	if (s->status != TM_CACHED)
		return;
	s->nblock = tm_blocks_verify(&e->blocks, s->block, s->nblock);
	tm_blocks_lock(&e->blocks, s->block, s->nblock);
	s->cache = least(s->cache, s->nblock * e->block_len);
	s->hit = s->cache;
	s->status = TM_LOCKED;
}

/* 0.6.0 asks the trie once, for a new prompt; 0.11.0 whenever nothing has KV. */
static void match(struct tm *e, struct tm_seq *s)
{
	if (e->trie && s->nblock == 0 && (e->v011 || !s->matched))
		tm_trie_match(e, s);
}

/* AdjustMaxInputCount.  A row of the group wants one token: only the others want more tokens than they are. */
static void note_wanted(struct tm *e)
{
	uint64_t iters = (uint64_t)e->params->prefill_iters;
	uint64_t more = e->waiters.tokens - (e->seqs.n - e->group.n);

	e->window[e->window_at] = more > 0 ? (more + iters - 1) / iters : 0;
	e->window_at = e->window_at + 1 < iters ? e->window_at + 1 : 0;
	e->iteration++;
}

static uint64_t budget(const struct tm *e)
{
	const struct tm_params *p = e->params;
	uint64_t widest = 0;

	for (uint64_t i = 0; i < (uint64_t)p->prefill_iters; i++)
		widest = e->window[i] > widest ? e->window[i] : widest;
	widest += e->seqs.n;
	if (widest < (uint64_t)p->tokens_per_iter)
		widest = (uint64_t)p->tokens_per_iter;
	return least(widest, (uint64_t)p->max_forward);
}

/* Blocks that preempting sequence v and all younger ones would free. */
static uint64_t unlocks(struct tm *e, size_t v)
{
	struct tm_books *b = &e->books;

	if (v == e->seqs.n)
		return 0;
	while (b->tried > v) {
		struct tm_seq *s = e->seqs.seq[--b->tried];

		b->unlocked += tm_trial_unlock(&e->blocks, s->block, s->nblock);
		s->unlocks = b->unlocked;
	}
	return e->seqs.seq[v]->unlocks;
}

/* `count` blocks: free ones, cached ones, those of the youngest sequences down to `spared` (Transaction).
 * False: nothing has changed. */
static bool take(struct tm *e, uint64_t count, size_t spared)
{
	struct tm_books *b = &e->books;
	uint64_t unused = least(b->free, count), evict, preempted = 0;
	size_t v = b->last;

	count -= unused;
	evict = least(b->cached, count);
	count -= evict;
	if (count > 0 && unlocks(e, spared) - unlocks(e, b->last) < count)
		return false;
	while (count > preempted)
		preempted = unlocks(e, --v) - unlocks(e, b->last);
	evict += count;
	b->free -= unused;
	b->cached = b->cached + preempted - evict;
	b->evict += evict;
	b->last = v;
	return true;
}

/* Sequence i is active, or nothing has changed. */
static bool reserve(struct tm *e, size_t i)
{
	struct tm_seq *s = e->seqs.seq[i];
	struct tm_books *b = &e->books;

	if (b->tokens == 0 || !take(e, s->required, i + 1))
		return false;
	s->input = least(tm_context(s) - s->cache, b->tokens);
	b->tokens -= s->input;
	return true;
}

/* A second preemption before the prompt is complete again goes on with the first, for whoever listens. */
void tm_preempt(struct tm *e, struct tm_seq *s)
{
	bool told = s->served && (s->steady || !s->again);

	tm_blocks_touch(&e->blocks, s->block, s->nblock);
	tm_blocks_unlock(&e->blocks, s->block, s->nblock);
	s->status = TM_CACHED;
	s->steady = false;
	s->input = 0;
	s->again |= s->served;
	s->served = false;
	if (!told)
		return;
	PROBE_CALL(e->env.probe, retract, s->request, tm_newest(e), e->env.sim->now);
}

static void evict(struct tm *e, uint64_t blocks)
{
	if (blocks == 0)
		return;
	for (uint64_t i = 0; i < blocks; i++) {
		uint32_t id = tm_blocks_evict(&e->blocks);

		if (e->trie)
			tm_trie_forget(e, id);
	}
	PROBE_CALL(e->env.probe, evict, blocks * e->block_len, e->env.sim->now);
}

void tm_assign(struct tm *e, struct tm_seq *s, uint64_t blocks)
{
	for (uint64_t i = 0; i < blocks; i++) {
		ARRAY_ROOM(s->block, s->nblock, s->capblock);
		s->block[s->nblock++] = tm_blocks_take(&e->blocks);
	}
}

static void owe(struct tm *e, uint64_t blocks)
{
	e->blocks.owed += blocks;
	e->group.held += blocks;
}

/* locked -> cached -> free -> active */
static void carry_out(struct tm *e, uint64_t owed, bool others)
{
	for (size_t i = e->seqs.n; i-- > e->books.last;)
		tm_preempt(e, e->seqs.seq[i]);
	evict(e, e->books.evict);
	owe(e, owed);
	for (size_t i = e->group.n; others && i < e->seqs.n; i++) {
		struct tm_seq *s = e->seqs.seq[i];

		if (s->input > 0)
			tm_assign(e, s, s->required);
		if (s->status != TM_CACHED)
			s->status = s->input > 0 ? TM_ACTIVE : TM_LOCKED;
		e->changed |= s->was_active != (s->input > 0);
		s->was_active = s->input > 0;
	}
}

static void prepare(struct tm *e, struct tm_seq *s)
{
	uint64_t need;

	lock_cached(e, s);
	match(e, s);
	need = tm_blocks_for(e, tm_context(s) + 1);
	s->required = need > s->nblock ? need - s->nblock : 0;
	s->input = 0;
}

/* Nobody behind the group could run, and nothing has changed for them since. */
static bool all_wait(const struct tm *e)
{
	const struct tm_waiters *w = &e->waiters;
	uint64_t unused = tm_blocks_free(&e->blocks) + e->blocks.ncached;

	return w->still && unused < w->blocks && unused >= tm_group_wants(e) &&
	       w->trie == tm_trie_added(e->trie);
}

/* The rows of the group ask one by one, oldest first, for a block each.  As long as nobody of them is
 * preempted for another, that is one request for all; the youngest goes out until it is so. */
static uint64_t reserve_group(struct tm *e)
{
	while (!take(e, tm_group_wants(e), e->group.n))
		prepare(e, tm_group_pop(e));
	e->books.tokens -= e->group.n;
	return tm_group_wants(e);
}

/* Those behind the group, each by itself. */
static void reserve_others(struct tm *e)
{
	struct tm_waiters *w = &e->waiters;
	uint64_t younger = 0;		/* blocks of those behind */
	bool any = false;

	for (size_t i = e->group.n; i < e->books.last; i++)
		any |= reserve(e, i);
	w->still = !any && e->books.last == e->seqs.n;
	w->blocks = UINT64_MAX;
	w->trie = tm_trie_added(e->trie);
	for (size_t i = e->seqs.n; w->still && i-- > e->group.n;) {
		const struct tm_seq *s = e->seqs.seq[i];

		w->blocks = least(w->blocks, s->required > younger ? s->required - younger : 0);
		younger += s->nblock;
	}
}

static void prepare_others(struct tm *e)
{
	struct tm_waiters *w = &e->waiters;

	w->tokens = 0;
	for (size_t i = e->group.n; i < e->seqs.n; i++) {
		struct tm_seq *s = e->seqs.seq[i];

		prepare(e, s);
		w->tokens += tm_context(s) - s->cache;
	}
}

/* The group is looked at as a whole; the others, too, as long as they can only wait. */
static void materialize(struct tm *e)
{
	bool others = !all_wait(e);
	uint64_t owed = tm_group_wants(e);

	if (others)
		prepare_others(e);
	note_wanted(e);
	if (!others && owed <= tm_blocks_free(&e->blocks)) {
		owe(e, owed);
		return;
	}
	e->books = (struct tm_books){
		.tokens = others ? budget(e) : e->group.n,
		.free = tm_blocks_free(&e->blocks), .cached = e->blocks.ncached,
		.last = e->seqs.n, .tried = e->seqs.n,
	};
	tm_trial_begin(&e->blocks);
	owed = reserve_group(e);
	if (others)
		reserve_others(e);
	carry_out(e, owed, others);
}

/* The real engine ends here with a failed check. */
static void no_blocks(struct tm *e)
{
	const struct tm_seq *s = e->seqs.seq[0];

	e->hung = true;
	snprintf(e->why_hung, sizeof(e->why_hung), "the server would end here: No enough blocks. "
		 "(request %lu needs %lu more blocks for %lu tokens; %lu are free, %lu cached, of %lu)",
		 s->request->id, s->required, tm_context(s) + 1, e->blocks.nfree, e->blocks.ncached,
		 e->blocks.n);
}

bool tm_plan(struct tm *e)
{
	tm_drop_aborted(e);
	take_incoming(e);
	if (e->seqs.n == 0)
		return false;
	tm_without_limit(e);
	materialize(e);
	tm_make_rows(e);
	if (tm_rows(e) == 0)
		no_blocks(e);
	return tm_rows(e) > 0;
}

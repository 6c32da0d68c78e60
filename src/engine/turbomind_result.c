/* The end of an iteration: all tokens at once, whatever mini-batch made them (rules 1.4, 1.5).
 *
 * The length criterion lets one token more through than asked for: a request that
 * no stop token ends takes max_tokens + 1 iterations.  Its client counts max_tokens.
 */
#include "config.h"

#include <string.h>

#include "engine/turbomind.h"

void tm_end(struct tm *e, struct tm_seq *s, const struct pass_record *p, enum request_end end)
{
	struct request *q = s->request;

	s->ended = true;
	q->t_finish = e->env.sim->now;
	q->end = end;
	q->output_done = s->out < s->want ? s->out : s->want;
	q->engine = NULL;
	PROBE_CALL(e->env.probe, finish, q, p, end == REQUEST_OK, e->env.sim->now);
	e->env.finished(e->env.ctx, q);
}

/* Blocks of a request that ended: with prefix caching they stay until somebody needs them. */
static void give_up_blocks(struct tm *e, struct tm_seq *s)
{
	if (s->status == TM_CACHED) {
		s->nblock = tm_blocks_verify(&e->blocks, s->block, s->nblock);
		if (!e->trie)
			tm_blocks_drop(&e->blocks, s->block, s->nblock);
	} else if (e->trie) {
		tm_blocks_touch(&e->blocks, s->block, s->nblock);
		tm_blocks_unlock(&e->blocks, s->block, s->nblock);
	} else {
		tm_blocks_give_back(&e->blocks, s->block, s->nblock);
	}
	s->nblock = 0;
}

/* 0.6.0: the whole blocks of a prompt after its first iteration, computed or not.  0.11.0: what is
 * computed, and never the sequence's last block. */
static void cache_prompt(struct tm *e, struct tm_seq *s)
{
	uint64_t most = (s->nblock - 1) * e->block_len;

	if (!e->trie)
		return;
	if (!e->v011) {
		if (!s->inserted)
			tm_trie_insert(e, s, s->prompt);
		s->inserted = true;
	} else if (s->cache <= s->prompt) {
		tm_trie_insert(e, s, s->cache < most ? s->cache : most);
	}
}

static void cache_generation(struct tm *e, struct tm_seq *s)
{
	uint64_t most = (s->nblock - 1) * e->block_len;

	if (e->trie && e->v011)
		tm_trie_insert(e, s, s->cache < most ? s->cache : most);
}

static void token(struct tm *e, struct tm_seq *s, const struct pass_record *p)
{
	struct request *q = s->request;

	s->out++;
	s->steady = true;
	if (s->out > s->want)		/* the one too many */
		return;
	PROBE_CALL(e->env.probe, token, q, p, e->env.sim->now);
	if (q->t_first < 0) {
		q->t_first = e->env.sim->now;
		e->env.first_token(e->env.ctx, q);
	}
}

/* It is out of e->seqs with the next sweep(). */
static void leave(struct tm *e, struct tm_seq *s, const struct pass_record *p, enum request_end end)
{
	size_t i = e->gone.n;

	give_up_blocks(e, s);
	e->aborts -= s->abort;
	tm_end(e, s, p, end);
	tm_slots_return(e);
	e->changed = true;
	tm_seqs_push(&e->gone, s);
	for (; i > 0 && e->gone.seq[i - 1]->age > s->age; i--)
		e->gone.seq[i] = e->gone.seq[i - 1];
	e->gone.seq[i] = s;
}

/* Its iteration is over: it leaves with its last token, or if nobody waits for more. */
static void end_row(struct tm *e, struct tm_seq *s, const struct pass_record *p)
{
	bool whole = s->out >= s->want + s->runs_over;

	if (whole)
		cache_generation(e, s);
	if (whole || s->abort)
		leave(e, s, p, whole ? REQUEST_OK : REQUEST_TIMEOUT);
}

/* Where s is in e->seqs, from `lo` on. */
static size_t place_of(const struct tm *e, size_t lo, const struct tm_seq *s)
{
	size_t hi = e->seqs.n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (e->seqs.seq[mid]->age < s->age)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void sweep(struct tm *e)
{
	struct tm_seq **seq = e->seqs.seq, **gone = e->gone.seq;
	size_t from, to;

	if (e->gone.n == 0)
		return;
	to = from = place_of(e, 0, gone[0]);
	for (size_t i = 0; i < e->gone.n; i++) {
		size_t begin = from + 1;

		from = i + 1 < e->gone.n ? place_of(e, begin, gone[i + 1]) : e->seqs.n;
		memmove(seq + to, seq + begin, (from - begin) * sizeof(*seq));
		to += from - begin;
		tm_seq_free(e, gone[i]);
	}
	e->seqs.n = to;
	e->gone.n = 0;
}

void tm_drop_aborted(struct tm *e)
{
	size_t group = e->group.n;

	for (size_t i = 0; e->aborts > 0 && i < e->seqs.n; i++) {
		struct tm_seq *s = e->seqs.seq[i];

		if (!s->abort)
			continue;
		if (i < group)
			tm_group_drop(e, s);
		else
			e->waiters.still = false;
		leave(e, s, NULL, REQUEST_TIMEOUT);
	}
	sweep(e);
}

/* The group's rows are the first of the batch. */
void tm_finish(struct tm *e)
{
	const struct pass_record *p = tm_newest(e);
	const struct tm_seqs *ending = tm_group_step(e, p);

	for (size_t i = 0; i < ending->n; i++)
		end_row(e, ending->seq[i], p);
	for (size_t i = 0; i < e->nrow; i++) {
		const struct tm_row *r = &e->row[i];
		struct tm_seq *s = r->seq;

		s->cache = r->context;
		s->served = true;
		if (!r->partial)
			token(e, s, p);
		cache_prompt(e, s);
		end_row(e, s, p);
	}
	sweep(e);
	tm_group_fill(e);
	for (size_t i = 0; i < e->nmini; i++)
		PROBE_CALL(e->env.probe, done, &e->mini[i].record, e->env.sim->now);
}

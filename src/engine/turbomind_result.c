/* The end of an iteration: all tokens at once, whatever mini-batch made them (rules 1.4, 1.5).
 *
 * The length criterion lets one token more through than asked for: a request that
 * no stop token ends takes max_tokens + 1 iterations.  Its client counts max_tokens.
 */
#include "config.h"

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
	} else {
		tm_blocks_touch(&e->blocks, s->block, s->nblock);
		tm_blocks_unlock(&e->blocks, s->block, s->nblock);
	}
	if (!e->trie)
		tm_blocks_drop(&e->blocks, s->block, s->nblock);
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

static void leave(struct tm *e, struct tm_seq *s, const struct pass_record *p, enum request_end end)
{
	give_up_blocks(e, s);
	tm_end(e, s, p, end);
	tm_slots_return(e);
	e->changed = true;
}

static void sweep(struct tm *e)
{
	size_t n = 0;

	for (size_t i = 0; i < e->seqs.n; i++) {
		struct tm_seq *s = e->seqs.seq[i];

		if (s->ended)
			tm_seq_free(e, s);
		else
			e->seqs.seq[n++] = s;
	}
	e->seqs.n = n;
}

void tm_drop_aborted(struct tm *e)
{
	bool any = false;

	for (size_t i = 0; i < e->seqs.n; i++) {
		struct tm_seq *s = e->seqs.seq[i];

		if (!s->abort)
			continue;
		leave(e, s, NULL, REQUEST_TIMEOUT);
		any = true;
	}
	if (any)
		sweep(e);
}

void tm_finish(struct tm *e)
{
	const struct pass_record *p = &e->newest;
	bool any = false;

	for (size_t i = 0; i < e->nrow; i++) {
		const struct tm_row *r = &e->row[i];
		struct tm_seq *s = r->seq;
		bool whole;

		s->cache = r->context;
		s->served = true;
		if (!r->partial)
			token(e, s, p);
		cache_prompt(e, s);
		whole = s->out >= s->want + s->runs_over;
		if (whole)
			cache_generation(e, s);
		if (whole || s->abort)
			leave(e, s, p, whole ? REQUEST_OK : REQUEST_TIMEOUT);
		any |= s->ended;
	}
	if (any)
		sweep(e);
	for (size_t i = 0; i < e->nmini; i++)
		PROBE_CALL(e->env.probe, done, &e->mini[i].record, e->env.sim->now);
}

/* tests/turbomind_world.c - what must hold in every pass of TurboMind. */
#include "config.h"

#include "lmdeploy_world.h"

#include "harness.h"

/* The sums over the group are those of its rows. */
static void group_adds_up(const struct tm *e)
{
	const struct tm_group *g = &e->group;
	uint64_t context = 0, held = 0, owed = 0, begin = 0, tellers = 0;

	for (size_t i = 0; i < g->n; i++) {
		const struct tm_seq *s = e->seqs.seq[i];
		uint64_t known = tm_group_context(e, s), blocks = tm_blocks_for(e, known + 1);

		ck_assert(s->steady);
		ck_assert_uint_eq(s->status, TM_ACTIVE);
		ck_assert_uint_gt(s->due, g->steps);
		context += known;
		held += blocks;
		owed += blocks - s->nblock;
		begin += known % e->block_len == 0;
		tellers += s->tells;
	}
	ck_assert_uint_eq(context, g->context);
	ck_assert_uint_eq(held, g->held);
	ck_assert_uint_eq(owed, e->blocks.owed);
	ck_assert_uint_eq(begin, tm_group_wants(e));
	ck_assert_uint_eq(tellers, g->tellers);
	ck_assert_uint_eq(g->nheap, g->n);
	for (size_t i = 1; i < e->seqs.n; i++)
		ck_assert_uint_gt(e->seqs.seq[i]->age, e->seqs.seq[i - 1]->age);
}

static void launched(struct world *w, const struct pass_record *p)
{
	const struct tm *e = w->tm;
	const struct pass_shape *s = &e->mini[e->current].shape;
	static const char letter[PASS_KINDS] = { 'P', 'D', 'M' };

	group_adds_up(e);
	ck_assert_uint_le(e->seqs.n + e->incoming.n, (size_t)w->tm_params.max_batch_size);
	ck_assert_uint_le(s->prefill_tokens + s->decode_rows, (size_t)w->tm_params.max_forward);
	w->most_rows = tm_rows(e) > w->most_rows ? tm_rows(e) : w->most_rows;
	world_write(w->text, sizeof(w->text), "%c%ld-%ld", letter[p->kind], p->start / MS, p->end / MS);
	world_write(w->tokens_text, sizeof(w->tokens_text), "Q%lu/K%lu", s->prefill_tokens + s->decode_rows,
		    s->prefill_context);
}

const struct backend turbomind = { &engine_turbomind, launched, true };

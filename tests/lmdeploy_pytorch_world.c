/* tests/lmdeploy_pytorch_world.c - what must hold in every pass of LMDeploy's PyTorch engine. */
#include "config.h"

#include "lmdeploy_world.h"

#include "harness.h"

/* Counts over rows are those of the rows. */
static void rows_add_up(const struct pt *e)
{
	const struct pt_group *g = e->current;
	uint64_t locked = 0, enrolled = 0, unfinished = 0;

	for (size_t i = 0; i < e->running.n; i++) {
		locked += e->running.seq[i]->status == PT_LOCKED;
		enrolled += e->running.seq[i]->enrolled;
	}
	ck_assert_uint_eq(locked, e->nlocked);
	ck_assert_uint_eq(enrolled, e->told.enrolled);
	if (g->prefill)
		return;
	for (size_t i = 0; i < g->n; i++) {
		const struct pt_seq *s = g->row[i].seq;

		unfinished += s->round == g && s->want - s->out > g->done;
	}
	ck_assert_uint_eq(unfinished, g->unfinished);
}

static void launched(struct world *w, const struct pass_record *p)
{
	static const char letter[PASS_KINDS] = { 'P', 'D', 'M' };
	const struct pt *e = w->pt;
	size_t blocks = e->free + pt_trie_nodes(e->trie);

	rows_add_up(e);
	ck_assert_int_ne(p->kind, PASS_MIXED);
	ck_assert_uint_le(p->new_tokens, (size_t)w->pt_params.prefill_tokens);
	ck_assert_uint_le(e->running.n, (size_t)w->pt_params.max_batch_size);
	for (size_t i = 0; i < e->all.n; i++)
		if (e->all.seq[i]->life > 0)
			blocks += e->all.seq[i]->nblock - e->all.seq[i]->nshared;
	ck_assert_uint_eq(blocks, e->nblocks);		/* every block has one owner */
	w->most_rows = e->running.n > w->most_rows ? e->running.n : w->most_rows;
	world_write(w->text, sizeof(w->text), "%c%u:%ld-%ld", letter[p->kind], p->prefill_rows + p->decode_rows,
		    p->start / MS, p->end / MS);
}

void world_pool(struct world *w, uint64_t blocks)
{
	int64_t session = (int64_t)(blocks - 1) * w->pt_params.cache_block_seq_len;

	w->pt->nblocks = w->pt->free = blocks;
	if (session < w->pt_params.session)
		w->pt_params.session = session;
}

const struct backend lmdeploy_pytorch = { &engine_lmdeploy_pytorch, launched, false };

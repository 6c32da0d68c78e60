/* Rows and mini-batches of an iteration (rules 1.4).
 *
 * Rows of one token first, the group's before all, then prefill rows by length, the partial one last.
 * Prefill rows are split greedily; the first mini-batch carries all rows of one
 * token.  Each mini-batch is a pass that reads all weights; lm_head and sampling
 * run once, after the last.
 */
#include "config.h"

#include <stdlib.h>

#include "base/mem.h"
#include "engine/turbomind.h"

static int by_batch_order(const void *a, const void *b)
{
	const struct tm_row *x = a, *y = b;
	uint64_t p = x->partial ? UINT64_MAX : x->input, q = y->partial ? UINT64_MAX : y->input;

	if (x->input == 1 || y->input == 1)	/* also where it is the last token of a prompt */
		p = x->input, q = y->input;
	if (p != q)
		return p < q ? -1 : 1;
	return x->rank < y->rank ? -1 : x->rank > y->rank;
}

static void collect(struct tm *e)
{
	bool sorted = true;

	e->nrow = 0;
	if (e->waiters.still)		/* none of them runs */
		return;
	for (size_t i = e->group.n; i < e->seqs.n; i++) {
		struct tm_seq *s = e->seqs.seq[i];
		uint64_t context = s->cache + s->input;

		if (s->input == 0)
			continue;
		ARRAY_ROOM(e->row, e->nrow, e->caprow);
		e->row[e->nrow++] = (struct tm_row){
			.seq = s, .input = s->input, .context = context, .prefill = !s->steady,
			.partial = context < tm_context(s), .rank = i,
		};
		sorted = sorted && s->input == 1;
	}
	if (!sorted)
		qsort(e->row, e->nrow, sizeof(*e->row), by_batch_order);
}

/* All rows of the group: one token each. */
static void add_group(struct tm_mini *m, const struct tm_group *g)
{
	m->group = m->ndecode = m->nsteady = g->n;
	m->max_q = g->n > 0;
	m->shape.decode_rows = (uint32_t)g->n;
	m->shape.decode_context = m->steady_context = g->context;
}

static void add_row(struct tm_mini *m, const struct tm_row *r)
{
	struct pass_shape *s = &m->shape;
	double q = (double)r->input, before = (double)(r->context - r->input);

	m->n++;
	m->max_q = r->input > m->max_q ? r->input : m->max_q;
	m->max_k = r->context > m->max_k ? r->context : m->max_k;
	if (r->input == 1) {
		m->ndecode++;
		s->decode_rows++;
		s->decode_context += r->context;
	} else {
		s->prefill_rows++;
		s->prefill_tokens += r->input;
		s->prefill_context += r->context;
		s->prefill_longest = r->context > s->prefill_longest ? r->context : s->prefill_longest;
		s->prefill_pairs += q * (before + (q + 1) / 2);
	}
	if (r->prefill) {
		m->record.prefill_rows++;
		m->record.new_tokens += r->input;
		m->record.computed_tokens += r->input;
		m->record.cached_tokens += r->seq->served ? 0 : r->seq->hit;
	} else {
		m->nsteady++;
		m->steady_context += r->context;
	}
}

static struct tm_mini *open_mini(struct tm *e, size_t first)
{
	ARRAY_ROOM(e->mini, e->nmini, e->capmini);
	e->mini[e->nmini] = (struct tm_mini){ .first = first };
	e->mini[e->nmini].shape.launch_ms = e->params->host.launch_ms;
	return &e->mini[e->nmini++];
}

static void split(struct tm *e)
{
	uint64_t most_q = (uint64_t)e->params->max_forward, most_k = (uint64_t)e->params->session;
	struct tm_mini *m = open_mini(e, 0);

	add_group(m, &e->group);
	for (size_t i = 0; i < e->nrow; i++) {
		const struct tm_row *r = &e->row[i];
		const struct pass_shape *s = &m->shape;

		if (r->input > 1 && m->group + m->n > 0 &&
		    (s->prefill_tokens + s->decode_rows + r->input > most_q ||
		     s->prefill_context + r->context > most_k))
			m = open_mini(e, i);
		add_row(m, r);
	}
}

static void fill_record(const struct tm *e, struct tm_mini *m)
{
	struct pass_record *rec = &m->record;

	rec->kind = rec->prefill_rows == 0 ? PASS_DECODE : m->nsteady == 0 ? PASS_PREFILL : PASS_MIXED;
	rec->decode_rows = (uint32_t)m->nsteady;
	rec->context_tokens = m->steady_context;
	rec->running = (uint32_t)m->nsteady;
	rec->queued = (uint32_t)(e->seqs.n - tm_rows(e) + e->incoming.n + e->slots.waiting);
	rec->kv_capacity = e->blocks.n * e->block_len;
	rec->kv_free = tm_blocks_free(&e->blocks) * e->block_len;
	rec->kv_evictable = e->blocks.ncached * e->block_len;
	tm_without_pool(e, rec);
	rec->kv_used_before = rec->kv_capacity - rec->kv_free - rec->kv_evictable;
}

/* The pass of the iteration before was of the group alone, and so is this one: only its context is another. */
static bool is_again(const struct tm *e)
{
	return e->nmini == 1 && e->nrow == 0 && e->mini[0].n == 0 && e->mini[0].group == e->group.n &&
	       e->group.n > 0;
}

void tm_make_rows(struct tm *e)
{
	size_t partial = 0;

	collect(e);
	e->again = is_again(e);
	if (e->again) {
		e->mini[0].shape.decode_context = e->mini[0].steady_context = e->group.context;
		fill_record(e, &e->mini[0]);
		return;
	}
	e->nmini = 0;
	if (tm_rows(e) == 0)
		return;
	split(e);
	for (size_t i = 0; i < e->nrow; i++)
		partial += e->row[i].partial;
	e->mini[e->nmini - 1].shape.sampled_rows = (uint32_t)(tm_rows(e) - partial);
	for (size_t i = 0; i < e->nmini; i++)
		fill_record(e, &e->mini[i]);
}

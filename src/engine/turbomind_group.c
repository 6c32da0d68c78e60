/* The rows that decode: what an iteration needs to know of them, without looking at them.
 *
 * Once its prompt is complete a sequence gets one token in each iteration, until it ends or memory runs out.
 * The oldest sequences do so together: the first `n` of tm.seqs are the group.  A token of all of
 * them is a step, and a row's counts are what they were when it came in plus the steps since.  Their
 * sums grow by the number of rows; how many of them begin a block with the next token is a count by
 * residue, since context minus steps is a constant of the row; who gets its last token with which step waits in a heap.
 *
 * A row that begins a block owes it: the block is out of the free ones (tm_blocks.owed), but
 * the row takes it only when it leaves, since which block it is changes nothing.
 *
 * A sequence that ends by length makes one token more than it tells (rules 1.4): in the group, but
 * not in the probe's lockstep batch any longer.
 */
#include "config.h"

#include <stdlib.h>

#include "base/bug.h"
#include "base/mem.h"
#include "engine/turbomind.h"

#define NOWHERE SIZE_MAX		/* not in the heap */

void tm_group_init(struct tm *e)
{
	e->group.rows_of = arena_alloc(e->env.arena, e->block_len * sizeof(*e->group.rows_of));
}

void tm_group_release(struct tm *e)
{
	free(e->group.heap);
	free(e->group.ending.seq);
}

/* ---- heap: by the step that gives the last token, then by age */

static bool sooner(const struct tm_seq *a, const struct tm_seq *b)
{
	return a->due != b->due ? a->due < b->due : a->age < b->age;
}

static void put(struct tm_group *g, size_t i, struct tm_seq *s)
{
	g->heap[i] = s;
	s->at = i;
}

static void heap_up(struct tm_group *g, size_t i, struct tm_seq *s)
{
	for (; i > 0 && sooner(s, g->heap[(i - 1) / 2]); i = (i - 1) / 2)
		put(g, i, g->heap[(i - 1) / 2]);
	put(g, i, s);
}

static void heap_down(struct tm_group *g, size_t i, struct tm_seq *s)
{
	for (;;) {
		size_t c = 2 * i + 1;

		if (c >= g->nheap)
			break;
		if (c + 1 < g->nheap && sooner(g->heap[c + 1], g->heap[c]))
			c++;
		if (!sooner(g->heap[c], s))
			break;
		put(g, i, g->heap[c]);
		i = c;
	}
	put(g, i, s);
}

static void heap_add(struct tm_group *g, struct tm_seq *s)
{
	ARRAY_ROOM(g->heap, g->nheap, g->capheap);
	heap_up(g, g->nheap++, s);
}

static void heap_remove(struct tm_group *g, struct tm_seq *s)
{
	struct tm_seq *last = g->heap[--g->nheap];
	size_t hole = s->at;

	s->at = NOWHERE;
	if (last == s)
		return;
	if (hole > 0 && sooner(last, g->heap[(hole - 1) / 2]))
		heap_up(g, hole, last);
	else
		heap_down(g, hole, last);
}

/* ---- coming and going */

static uint64_t *class_of(const struct tm *e, const struct tm_seq *s)
{
	const struct tm_group *g = &e->group;

	return &g->rows_of[(tm_context(s) + e->block_len - g->phase) % e->block_len];
}

/* What is left for s to tell; 0: only the token too many. */
static uint64_t left(const struct tm_seq *s)
{
	return s->want - s->out;
}

static void stop_telling(struct tm *e, struct tm_seq *s)
{
	if (!s->tells)
		return;
	s->tells = false;
	e->group.tellers--;
	PROBE_CALL(e->env.probe, leave, s->request, e->env.sim->now);
}

static void join(struct tm *e, struct tm_seq *s)
{
	struct tm_group *g = &e->group;

	g->n++;
	g->context += tm_context(s);
	g->held += s->nblock;
	++*class_of(e, s);
	s->from = g->steps;
	s->tells = left(s) > 0;
	s->due = g->steps + (s->tells ? left(s) : 1);
	heap_add(g, s);
	if (!s->tells)
		return;
	g->tellers++;
	PROBE_CALL(e->env.probe, join, s->request, e->env.sim->now);
}

/* Its counts are its own again, and it has its blocks. */
static void leave(struct tm *e, struct tm_seq *s)
{
	struct tm_group *g = &e->group;
	uint64_t steps = g->steps - s->from, blocks;

	stop_telling(e, s);
	s->out += steps;
	s->cache += steps;
	--*class_of(e, s);
	g->context -= tm_context(s);
	g->n--;
	blocks = tm_blocks_for(e, tm_context(s));
	g->held -= blocks;
	e->blocks.owed -= blocks - s->nblock;
	tm_assign(e, s, blocks - s->nblock);
}

void tm_group_fill(struct tm *e)
{
	struct tm_group *g = &e->group;

	while (g->n < e->seqs.n && e->seqs.seq[g->n]->steady && e->seqs.seq[g->n]->input > 0)
		join(e, e->seqs.seq[g->n]);
}

void tm_group_drop(struct tm *e, struct tm_seq *s)
{
	heap_remove(&e->group, s);
	leave(e, s);
}

struct tm_seq *tm_group_pop(struct tm *e)
{
	struct tm_seq *s = e->seqs.seq[e->group.n - 1];

	tm_group_drop(e, s);
	return s;
}

/* ---- an iteration */

uint64_t tm_group_context(const struct tm *e, const struct tm_seq *s)
{
	return tm_context(s) + (e->group.steps - s->from);
}

uint64_t tm_group_wants(const struct tm *e)
{
	const struct tm_group *g = &e->group;

	return g->rows_of[g->phase > 0 ? e->block_len - g->phase : 0];
}

/* Rows whose newest token was their last, oldest first.  Who runs over stays for one more. */
static void pop_due(struct tm *e, struct tm_seqs *ending)
{
	struct tm_group *g = &e->group;

	while (g->nheap > 0 && g->heap[0]->due <= g->steps) {
		struct tm_seq *s = g->heap[0];

		if (s->tells && s->runs_over) {
			stop_telling(e, s);
			s->due++;
			heap_down(g, 0, s);
			continue;
		}
		heap_remove(g, s);
		tm_seqs_push(ending, s);
	}
}

/* Rows whose clients have left: rare enough to look at every row. */
static void add_aborted(struct tm *e, struct tm_seqs *ending)
{
	for (size_t i = 0; i < e->group.n; i++) {
		struct tm_seq *s = e->seqs.seq[i];
		size_t k = ending->n;

		if (!s->abort || s->at == NOWHERE)
			continue;
		heap_remove(&e->group, s);
		tm_seqs_push(ending, s);
		for (; k > 0 && ending->seq[k - 1]->age > s->age; k--)
			ending->seq[k] = ending->seq[k - 1];
		ending->seq[k] = s;
	}
}

const struct tm_seqs *tm_group_step(struct tm *e, const struct pass_record *p)
{
	struct tm_group *g = &e->group;
	struct tm_seqs *ending = &g->ending;

	ending->n = 0;
	if (g->n == 0)
		return ending;
	g->steps++;
	g->phase = g->phase + 1 < e->block_len ? g->phase + 1 : 0;
	g->context += g->n;
	if (g->tellers > 0)
		PROBE_CALL(e->env.probe, step, p, (uint32_t)g->tellers, e->env.sim->now);
	pop_due(e, ending);
	if (e->aborts > 0)
		add_aborted(e, ending);
	for (size_t i = 0; i < ending->n; i++)
		leave(e, ending->seq[i]);
	return ending;
}

/* The batch of the next prefill, and of the next decode round (rules 2.1, 2.2).
 *
 * Prefill: first come, first served by arrive_time; the first that does not fit ends
 * the batch.  Blocks are needed for the prompt only.  arrive_time is the time of
 * submission in 0.11 and of the newest token in 0.6, so there a preempted
 * request queues behind those that wait.
 *
 * Decode: every row gets blocks for a whole round in advance, so each is looked at once a round.
 *   0.6   rows in the order they came to run; one that finds none waits, and its
 *         blocks are there for the rows behind it: the oldest go first
 *   0.11  rows by arrive_time; the youngest go first
 */
#include "config.h"

#include <string.h>

#include "base/mem.h"
#include "engine/lmdeploy_pytorch.h"

static void copy_list(struct pt_seqs *to, const struct pt_seqs *from)
{
	to->n = 0;
	for (size_t i = 0; i < from->n; i++)
		pt_seqs_push(to, from->seq[i]);
}

/* Lists are sorted but for a few. */
static void sort_by_arrival(struct pt_seqs *l)
{
	for (size_t i = 1; i < l->n; i++) {
		struct pt_seq *s = l->seq[i];
		size_t k = i;

		for (; k > 0 && l->seq[k - 1]->arrive > s->arrive; k--)
			l->seq[k] = l->seq[k - 1];
		l->seq[k] = s;
	}
}

static void add_row(struct pt_group *g, struct pt_seq *s)
{
	ARRAY_ROOM(g->row, g->n, g->cap);
	g->row[g->n++] = (struct pt_row){ .seq = s, .fresh = pt_known(s) - s->kv, .before = s->kv };
	s->groups++;
}

static void open_group(struct pt_group *g, bool prefill)
{
	g->prefill = prefill;
	g->n = 0;
	g->passes = 1;
	g->done = 0;
	g->context = 0;
}

static void admit(struct pt *e, struct pt_group *g, struct pt_seq *s)
{
	pt_take(e, s, 0);
	pt_leave(&e->waiting, s);
	pt_enter(e, &e->running, s);
	s->status = PT_RUNNING;
	s->hit = s->kv;
	add_row(g, s);
}

bool pt_schedule_prefill(struct pt *e, struct pt_group *g)
{
	size_t room = (size_t)e->params->max_batch_size - e->running.n;
	uint64_t tokens = 0, most = (uint64_t)e->params->prefill_tokens;

	open_group(g, true);
	copy_list(&e->sorted, &e->waiting);
	sort_by_arrival(&e->sorted);
	for (size_t i = 0; i < e->sorted.n && g->n < room; i++) {
		struct pt_seq *s = e->sorted.seq[i];

		if (g->n > 0 && tokens + pt_known(s) - s->kv > most)
			break;
		pt_trie_match(e, s);
		if (!pt_make_room(e, s, 0, e->sorted.seq + i + 1, e->sorted.n - i - 1))
			break;
		tokens += pt_known(s) - s->kv;
		admit(e, g, s);
	}
	if (tokens > most)		/* alone, cut, its chunks back to back */
		g->passes = (tokens + most - 1) / most;
	return g->n > 0;
}

/* Its blocks stay until somebody needs them. */
static void preempt(struct pt *e, struct pt_seq *s)
{
	pt_leave(&e->running, s);
	pt_enter(e, &e->waiting, s);
	s->status = PT_WAITING;
	if (!s->served)
		return;
	pt_deliver(e);
	pt_expel(e, s);
	pt_told_leave(e, s);
	s->served = false;
	s->again = true;
	PROBE_CALL(e->env.probe, retract, s->request, &e->pass.record, e->env.sim->now);
}

static bool fits(struct pt *e, const struct pt_seq *s)
{
	return pt_make_room(e, s, (uint64_t)e->params->prefill_interval, e->waiting.seq, e->waiting.n);
}

static void grow(struct pt *e, struct pt_seq *s)
{
	pt_take(e, s, (uint64_t)e->params->prefill_interval);
	pt_trie_insert(e, s);
}

static void extend_oldest_last(struct pt *e)
{
	for (size_t i = 0; i < e->sorted.n; i++) {
		if (fits(e, e->sorted.seq[i]))
			grow(e, e->sorted.seq[i]);
		else
			preempt(e, e->sorted.seq[i]);
	}
}

static void extend_oldest_first(struct pt *e)
{
	size_t last = e->sorted.n;

	sort_by_arrival(&e->sorted);
	for (size_t i = 0; i < last; i++) {
		struct pt_seq *s = e->sorted.seq[i];
		bool room;

		while (!(room = fits(e, s)) && last > i + 1)
			preempt(e, e->sorted.seq[--last]);
		if (room)
			grow(e, s);
		else
			preempt(e, s);
	}
}

/* Who gets a last token with which forward: lists of rows, each in order. */
static void sort_by_length(struct pt_group *g)
{
	while (g->capfirst <= g->passes) {
		size_t n = g->capfirst;

		ARRAY_ROOM(g->first_with, n, g->capfirst);
	}
	memset(g->first_with, 0, (g->passes + 1) * sizeof(*g->first_with));
	for (size_t i = g->n; g->shortest <= g->passes && i-- > 0;) {
		struct pt_row *r = &g->row[i];
		uint64_t left = r->seq->want - r->seq->out;

		if (left > g->passes)
			continue;
		r->same = g->first_with[left];
		g->first_with[left] = i + 1;
	}
}

static void add_rows(struct pt *e, struct pt_group *g)
{
	g->unfinished = 0;
	g->shortest = UINT64_MAX;
	for (size_t i = 0; i < e->running.n; i++) {
		struct pt_seq *s = e->running.seq[i];
		uint64_t left = s->want - s->out;

		if (s->status != PT_RUNNING)
			continue;
		ARRAY_ROOM(g->row, g->n, g->cap);
		g->row[g->n++].seq = s;
		g->context += pt_known(s);
		g->unfinished += left > 0;
		g->shortest = left < g->shortest ? left : g->shortest;
		s->round = g;
		s->groups++;
	}
	sort_by_length(g);
}

/* Every row gets its blocks from the free ones: nobody is evicted, so order has no meaning.  With prefix caching it
 * has, since blocks come into the trie. */
static bool all_fit(struct pt *e)
{
	uint64_t extra = (uint64_t)e->params->prefill_interval, need = 0;

	if (e->trie)
		return false;
	e->sorted.n = 0;		/* those who need any */
	for (size_t i = 0; i < e->running.n; i++) {
		struct pt_seq *s = e->running.seq[i];
		uint64_t blocks = s->status == PT_RUNNING ? pt_required(e, s, extra) : 0;

		if (blocks > 0)
			pt_seqs_push(&e->sorted, s);
		need += blocks;
	}
	if (need > e->free)
		return false;
	for (size_t i = 0; i < e->sorted.n; i++)
		pt_take(e, e->sorted.seq[i], extra);
	return true;
}

static void extend(struct pt *e)
{
	e->sorted.n = 0;
	for (size_t i = 0; i < e->running.n; i++)
		if (e->running.seq[i]->status == PT_RUNNING)
			pt_seqs_push(&e->sorted, e->running.seq[i]);
	if (e->v011)
		extend_oldest_first(e);
	else
		extend_oldest_last(e);
}

bool pt_schedule_decode(struct pt *e, struct pt_group *g, uint64_t steps)
{
	open_group(g, false);
	g->passes = steps;
	if (!all_fit(e))
		extend(e);
	add_rows(e, g);
	return g->n > 0;
}

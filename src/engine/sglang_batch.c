/* The running batch: what a decode pass needs to know of its rows, without looking at them.
 *
 * Rows in the batch have one token more of KV with each allocation (`allocs`), rows in step one
 * output token more with each result of a decode or mixed pass (`steps`).  So a row's numbers are what they were
 * when it came in plus the difference of a counter, sums over rows grow by the number of rows, and a
 * test "is this count a multiple of the page" is a constant of the row modulo the page: rows are counted by
 * it.  Who ends with which step is known when a row falls in step, and waits in a heap.
 *
 * In the batch and in step are two things: in the overlap loop a new row is allocated its first slot
 * before its first token is known, and it falls in step with that token; and decode rows that ride in a
 * mixed pass have left the batch but not the step.
 */
#include "config.h"

#include <stdlib.h>

#include "base/bug.h"
#include "base/mem.h"
#include "engine/sglang.h"

struct sg_due {				/* entry of the heap */
	uint64_t step, rank;		/* the row ends with this step; its place in the batch */
	struct sg_req *row;
};

/* ---- the heap of those in step */

static void heap_changed(struct sg_batch *b)
{
	b->first_due = b->nheap > 0 ? b->heap[0].step : UINT64_MAX;
}

void sg_batch_init(struct sg *e)
{
	struct sg_batch *b = &e->running;
	uint64_t page = e->pool.page;

	heap_changed(b);
	if (page == 1)
		return;
	b->kv_class = arena_alloc(e->env.arena, page * sizeof(*b->kv_class));
	b->out_class = arena_alloc(e->env.arena, page * sizeof(*b->out_class));
}

void sg_batch_release(struct sg *e)
{
	struct sg_batch *b = &e->running;

	free(b->rows.row);
	free(b->due.row);
	free(b->aborts.row);
	free(b->heap);
}

static bool sooner(const struct sg_due *a, const struct sg_due *b)
{
	return a->step != b->step ? a->step < b->step : a->rank < b->rank;
}

static void heap_down(struct sg_batch *b, size_t i)
{
	struct sg_due e = b->heap[i];

	for (;;) {
		size_t c = 2 * i + 1;

		if (c >= b->nheap)
			break;
		if (c + 1 < b->nheap && sooner(&b->heap[c + 1], &b->heap[c]))
			c++;
		if (!sooner(&b->heap[c], &e))
			break;
		b->heap[i] = b->heap[c];
		i = c;
	}
	b->heap[i] = e;
}

static void heap_up(struct sg_batch *b, size_t i, struct sg_due e)
{
	while (i > 0 && sooner(&e, &b->heap[(i - 1) / 2])) {
		b->heap[i] = b->heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	b->heap[i] = e;
}

static void heap_remove(struct sg_batch *b, size_t i)
{
	struct sg_due last = b->heap[--b->nheap];

	if (i > 0 && i < b->nheap && sooner(&last, &b->heap[(i - 1) / 2])) {
		heap_up(b, i, last);
	} else if (i < b->nheap) {
		b->heap[i] = last;
		heap_down(b, i);
	}
	heap_changed(b);
}

/* ---- counting rows by their class */

static void count_kv(struct sg *e, const struct sg_req *r, uint64_t change)
{
	struct sg_batch *b = &e->running;
	uint64_t page = e->pool.page;

	b->context += change * (r->kv + (b->allocs - r->kv_from));
	b->constrained += r->grammar >= 0 ? change : 0;
	if (page > 1)
		b->kv_class[(r->kv + page - r->kv_from % page) % page] += change;
}

/* The class of a row not in step is made anew when its token comes. */
static void count_out(struct sg *e, struct sg_req *r)
{
	struct sg_batch *b = &e->running;
	uint64_t page = e->pool.page;

	if (page == 1)
		return;
	r->out_class = (uint32_t)((r->input_len + r->out + page - (r->stepping ? r->out_from : b->steps) % page) % page);
	b->out_class[r->out_class]++;
}

static void uncount_out(struct sg *e, const struct sg_req *r)
{
	if (e->pool.page > 1)
		e->running.out_class[r->out_class]--;
}

/* ---- in the batch */

void sg_batch_add(struct sg *e, struct sg_req *r)
{
	struct sg_batch *b = &e->running;

	r->in_running = r->merged = true;
	r->kv_from = b->allocs;
	r->rank = b->next_rank++;
	sg_rows_push(&b->rows, r);
	count_kv(e, r, 1);
	count_out(e, r);
}

void sg_batch_drop(struct sg *e, struct sg_req *r)
{
	struct sg_batch *b = &e->running;

	count_kv(e, r, (uint64_t)-1);
	uncount_out(e, r);
	r->kv += b->allocs - r->kv_from;
	r->in_running = false;
}

/* Drop finished rows, keeping the order. */
void sg_filter_running(struct sg *e)
{
	struct sg_batch *b = &e->running;
	struct sg_rows *rows = &b->rows;
	size_t n = 0;

	if (b->finished == 0)
		return;
	for (size_t i = 0; i < rows->n; i++) {
		if (rows->row[i]->finished)
			sg_batch_drop(e, rows->row[i]);
		else
			rows->row[n++] = rows->row[i];
	}
	BUG_ON(rows->n - n != b->finished);
	rows->n = n;
	b->finished = 0;
}

/* Bring r->out and r->kv of all rows up to date, for those who look at rows. */
void sg_batch_sync(struct sg *e)
{
	struct sg_batch *b = &e->running;

	for (size_t i = 0; i < b->rows.n; i++) {
		struct sg_req *r = b->rows.row[i];

		r->kv += b->allocs - r->kv_from;
		r->kv_from = b->allocs;
		if (r->stepping)
			r->out += b->steps - r->out_from;
		if (r->stepping)
			r->out_from = b->steps;
	}
}

/* The rows are in a new order; the pass whose result is pending was in the old one. */
void sg_batch_reordered(struct sg *e)
{
	struct sg_batch *b = &e->running;

	b->reordered = e->turn;
	for (size_t i = 0; i < b->rows.n; i++) {
		struct sg_req *r = b->rows.row[i];

		r->rank_before = r->rank;
		r->rank = b->next_rank++;
	}
	for (size_t i = 0; i < b->nheap; i++)
		b->heap[i].rank = b->heap[i].row->rank;
	for (size_t i = b->nheap / 2; i-- > 0;)
		heap_down(b, i);
}

/* ---- in step */

/* All tokens of r so far are known: from now on each result of a pass with decode rows gives it one. */
void sg_step_join(struct sg *e, struct sg_req *r)
{
	struct sg_batch *b = &e->running;

	r->stepping = true;
	r->out_from = b->steps;
	if (r->in_running) {
		uncount_out(e, r);
		count_out(e, r);
	}
	b->stepping++;
	ARRAY_ROOM(b->heap, b->nheap, b->capheap);
	heap_up(b, b->nheap++, (struct sg_due){ b->steps + (r->output_len - r->out), r->rank, r });
	heap_changed(b);
	if (r->abort)
		sg_rows_push(&b->aborts, r);
	PROBE_CALL(e->env.probe, join, r->request, e->env.sim->now);
}

static void forget_abort(struct sg_batch *b, const struct sg_req *r)
{
	for (size_t i = 0; i < b->aborts.n; i++)
		if (b->aborts.row[i] == r)
			b->aborts.row[i] = b->aborts.row[--b->aborts.n];
}

/* r leaves before its last token or with it: r->out is up to date again. */
void sg_step_leave(struct sg *e, struct sg_req *r)
{
	struct sg_batch *b = &e->running;
	size_t i = 0;

	r->out += b->steps - r->out_from;
	if (r->out < r->output_len) {	/* else it was popped; who leaves early is searched for */
		while (b->heap[i].row != r)
			i++;
		heap_remove(b, i);
	}
	if (r->abort)
		forget_abort(b, r);
	r->stepping = false;
	b->stepping--;
	PROBE_CALL(e->env.probe, leave, r->request, e->env.sim->now);
}

static uint64_t rank_in_pass(const struct sg *e, const struct sg_req *r)
{
	return e->overlap && e->running.reordered == e->turn ? r->rank_before : r->rank;
}

/* The rows that end with the next step, in the order of the pass; those whose clients have left are not among them. */
const struct sg_rows *sg_step_due(struct sg *e)
{
	struct sg_batch *b = &e->running;
	struct sg_rows *due = &b->due;

	while (b->first_due <= b->steps + 1) {
		struct sg_req *r = b->heap[0].row;
		size_t i = due->n;

		heap_remove(b, 0);
		sg_rows_push(due, r);
		for (; i > 0 && rank_in_pass(e, due->row[i - 1]) > rank_in_pass(e, r); i--)
			due->row[i] = due->row[i - 1];
		due->row[i] = r;
	}
	return due;
}

/* Each row in step has a token; returns the rows that end with it, in the order of the pass. */
struct sg_rows *sg_step(struct sg *e)
{
	struct sg_batch *b = &e->running;
	struct sg_rows *due = &b->due;

	if (!sg_step_ends(e)) {
		b->steps++;
		return due;
	}
	sg_step_due(e);
	b->steps++;
	for (size_t k = 0; k < b->aborts.n; k++) {
		struct sg_req *r = b->aborts.row[k];
		size_t i = due->n;

		if (r->out + (b->steps - r->out_from) >= r->output_len)
			continue;	/* it has all it wanted: there already */
		sg_rows_push(due, r);
		for (; i > 0 && rank_in_pass(e, due->row[i - 1]) > rank_in_pass(e, r); i--)
			due->row[i] = due->row[i - 1];
		due->row[i] = r;
	}
	return due;
}

/* ---- sums over the rows */

void sg_batch_check(struct sg *e)
{
	const struct sg_batch *b = &e->running;
	uint64_t page = e->pool.page, context = 0, constrained = 0, new_pages = 0, starts = 0;

	sg_batch_sync(e);
	for (size_t i = 0; i < b->rows.n; i++) {
		const struct sg_req *r = b->rows.row[i];

		BUG_ON(r->out >= r->output_len || r->finished || (i > 0 && r->rank <= b->rows.row[i - 1]->rank));
		context += r->kv;
		constrained += r->grammar >= 0;
		new_pages += r->kv % page == 0;
		starts += (r->input_len + r->out) % page == 0;
	}
	BUG_ON(context != b->context || constrained != b->constrained);
	BUG_ON(new_pages != sg_batch_new_pages(e) || starts != sg_batch_page_starts(e, 0));
	for (size_t i = 0; i < b->nheap; i++)
		BUG_ON(b->heap[i].step != b->steps + (b->heap[i].row->output_len - b->heap[i].row->out) &&
		       b->heap[i].row->in_running);
}

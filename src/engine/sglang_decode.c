/* The running batch: one token for each row, or somebody has to go (rules 7, 8, 20.1-3, 20.8, 20.9). */
#include "config.h"

#include <stdlib.h>

#include "base/mem.h"
#include "engine/sglang.h"

#define RETRACT_DECODE_STEPS 20

/* Tokens that the next step will allocate, as the check reckons them.  With pages the overlap loop looks one token
 * ahead, because out lags; right after a prefill batch it is off by one token (20.2). */
static uint64_t next_step_tokens(const struct sg *e)
{
	return sg_batch_page_starts(e, e->overlap ? 0 : 1) * e->pool.page;
}

static bool decode_memory_suffices(struct sg *e)
{
	uint64_t need = next_step_tokens(e);

	if (e->pool.free < need)
		sg_evict(e, need);
	return e->pool.free >= need;
}

/* Most output first, then shortest prompt; the victim is the last.  Equal ones keep their order. */
static int by_retract_order(const void *a, const void *b)
{
	const struct waiting *x = a, *y = b;
	const struct sg_req *r = x->item, *s = y->item;

	if (r->out != s->out)
		return r->out > s->out ? -1 : 1;
	if (r->input_len != s->input_len)
		return r->input_len < s->input_len ? -1 : 1;
	return x->rank < y->rank ? -1 : x->rank > y->rank;
}

/* The batch stays in this order afterwards (20.1). */
static void sort_for_retraction(struct sg *e)
{
	struct sg_rows *rows = &e->running.rows;

	e->nscratch = 0;
	for (size_t i = 0; i < rows->n; i++) {
		ARRAY_ROOM(e->scratch, e->nscratch, e->capscratch);
		e->scratch[e->nscratch++] = (struct waiting){ .item = rows->row[i], .rank = i };
	}
	qsort(e->scratch, rows->n, sizeof(*e->scratch), by_retract_order);
	for (size_t i = 0; i < rows->n; i++)
		rows->row[i] = e->scratch[i].item;
	sg_batch_reordered(e);
}

static void retract_one(struct sg *e, struct sg_req *r, size_t remaining)
{
	uint64_t want = RETRACT_DECODE_STEPS * remaining;

	sg_batch_drop(e, r);
	if (r->stepping)
		sg_step_leave(e, r);
	sg_free_retracted(e, r);
	if (e->radix)
		sg_evict(e, want > e->pool.free ? want - e->pool.free : 0);
	r->retracted = r->again = true;
	r->merged = false;
	r->is_chunked = 0;
	r->prefix = r->kv = 0;
	PROBE_CALL(e->env.probe, retract, r->request, e->last ? &e->last->record : NULL, e->env.sim->now);
	sg_queue_push(e, r);
}

static bool short_of_memory(struct sg *e)
{
	if (e->v056)
		return !decode_memory_suffices(e);
	return e->pool.free < RETRACT_DECODE_STEPS * e->running.rows.n;
}

static double ratio_of_survivors(const struct sg *e)
{
	const struct sg_rows *rows = &e->running.rows;
	uint64_t out = 0, max_new = e->v056 ? 1 : 0;
	double ratio;

	for (size_t i = 0; i < rows->n; i++) {
		out += rows->row[i]->out;
		max_new += rows->row[i]->max_new;
	}
	ratio = (double)(out + RETRACT_DECODE_STEPS * rows->n) / (double)max_new;
	return ratio < 1.0 ? ratio : 1.0;
}

static void retract(struct sg *e)
{
	struct sg_rows *rows = &e->running.rows;
	bool first = true;

	sg_batch_sync(e);
	if (rows->n > 1)
		sort_for_retraction(e);
	while (first || short_of_memory(e)) {
		if (rows->n == 1) {
			if (e->pool.free == 0)
				sg_server_dies(e, "No space left for only one request");
			break;
		}
		first = false;
		rows->n--;
		retract_one(e, rows->row[rows->n], rows->n);
	}
	e->ratio = ratio_of_survivors(e);
}

bool sg_update_running(struct sg *e)
{
	struct sg_rows *rows = &e->running.rows;
	size_t before = rows->n;

	sg_filter_running(e);
	if (rows->n == 0) {
		e->running.full = false;
		return false;
	}
	if (!decode_memory_suffices(e))
		retract(e);
	else
		e->ratio = e->ratio - e->ratio_decay > e->ratio_min ? e->ratio - e->ratio_decay : e->ratio_min;
	if (rows->n < before)
		e->running.full = false;
	sg_decode_alloc(e);
	return true;
}

void sg_decode_alloc(struct sg *e)
{
	struct sg_batch *b = &e->running;
	uint64_t want = b->rows.n * e->pool.page;

	if (e->pool.free < want)
		sg_evict(e, want);
	if (!kv_pool_take(&e->pool, sg_batch_new_pages(e)))
		sg_server_dies(e, "Decode out of memory: no free KV memory for the next token of each row");
	b->allocs++;
	b->context += b->rows.n;
}

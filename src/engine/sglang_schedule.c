/* The scheduling half of a turn: get_next_batch_to_run and get_new_batch_prefill (rules 4, 5, 20.4-7).
 *
 * Prefill always wins: as long as a prefill batch can be formed no decode step
 * runs.  `full` (batch_is_full) latches admission shut until the running batch
 * shrinks, a partial or finished request drops out of the last prefill batch, or
 * the running batch is replaced.
 */
#include "config.h"

#include <string.h>

#include "base/bug.h"
#include "engine/sglang.h"

/* The pass slot that is not last_batch's. */
static struct sg_pass *fresh_pass(struct sg *e)
{
	struct sg_pass *p = e->last == &e->slot[0] ? &e->slot[1] : &e->slot[0];

	BUG_ON(p->open);
	p->record = (struct pass_record){ .seq = e->passes };
	p->shape = (struct pass_shape){ 0 };
	p->rows.n = 0;
	p->nprefill = p->ndecode = p->constrained = 0;
	p->wasted = p->run = 0;
	p->chunked = NULL;
	p->continued = p->again = false;
	return p;
}

/* The last prefill or mixed batch joins the running batch, without what has ended and the partial request. */
static void merge_last(struct sg *e, const struct sg_pass *last)
{
	struct sg_batch *run = &e->running;
	size_t kept = 0;
	bool replace = run->rows.n == 0;

	for (size_t i = 0; i < last->rows.n; i++) {
		struct sg_req *r = last->rows.row[i];

		if (r->finished || r->rejected || r == e->chunked || r == last->chunked)
			continue;
		kept++;
		sg_batch_add(e, r);
		if (!e->overlap && !r->stepping)
			sg_step_join(e, r);	/* overlap: once the result of this batch has been processed */
	}
	if (kept < last->rows.n)
		run->full = false;
	if (kept > 0 && replace)
		run->full = false;	/* the batch takes its place and brings its own clear flag (20.5) */
}

/* len(fill_ids) and the tree match; without a tree (a continued chunk) the prefix stays as it is. */
void sg_req_init_next_round(struct sg *e, struct sg_req *r, struct radix *tree)
{
	r->fill = r->input_len + r->out;
	if (tree) {
		struct tokens key = sg_tokens(r, r->fill - 1);

		r->prefix = radix_match(tree, &key, &r->node);
		e->matched++;
	}
	r->extend = r->fill - r->prefix;
}

static uint64_t allocatable(const struct sg *e, size_t running)
{
	return e->max_running > running ? e->max_running - running : 0;
}

/* Fill the adder from the queue, in order, until somebody is refused. */
static void admit(struct sg *e, size_t running)
{
	struct sg_adder *a = &e->adder;

	for (size_t i = 0; i < e->nqueue; i++) {
		struct sg_req *r = e->queue[e->head + i].item;
		enum sg_add res;

		if (a->can_run->n >= allocatable(e, running)) {
			e->running.full = true;
			e->waiting_for = WAIT_SLOTS;
			return;
		}
		e->looked_at++;
		sg_req_init_next_round(e, r, e->radix ? &e->tree : NULL);
		res = sg_add_one(a, r);
		if (a->overdrawn)
			sg_server_dies(e, "AssertionError: a prompt is cut to a negative length (pages with mixed chunk)");
		if (res == SG_NO_TOKEN)
			e->running.full = true;
		e->waiting_for = res == SG_NO_TOKEN ? WAIT_MEMORY : WAIT_BUDGET;
		if (res != SG_CONTINUE)
			return;
	}
}

/* The chosen ones are the first of the queue: admission stops at the first refusal. */
static void take_from_queue(struct sg *e, size_t n)
{
	BUG_ON(n > e->nqueue);
	e->head += n;
	e->nqueue -= n;
	if (e->nqueue == 0)
		e->head = 0;
}

/* What the log line of a prefill batch says: before its memory is allocated (14). */
static void record_prefill(struct sg *e, struct sg_pass *p, size_t running)
{
	struct pass_record *rec = &p->record;

	rec->kind = PASS_PREFILL;
	rec->prefill_rows = (uint32_t)p->nprefill;
	rec->new_tokens = e->adder.log_new;
	rec->cached_tokens = e->adder.log_hit;
	rec->running = (uint32_t)running;
	rec->kv_used_before = e->pool.capacity - e->pool.free - sg_evictable(e);
}

static void mark_prefill_rows(struct sg *e, struct sg_pass *p)
{
	struct pass_shape *s = &p->shape;

	for (size_t i = 0; i < p->nprefill; i++) {
		struct sg_req *r = p->rows.row[i];
		uint64_t computed = sg_computed(e, r);
		double q = (double)computed, k = (double)(r->fill - computed);

		r->retracted = false;
		r->kv = r->fill;
		p->constrained += r->grammar >= 0;
		s->prefill_tokens += computed;
		s->prefill_context += r->fill;
		s->prefill_longest = r->fill > s->prefill_longest ? r->fill : s->prefill_longest;
		s->prefill_pairs += q * (k + (q + 1) / 2);
		s->sampled_rows++;
	}
	s->prefill_rows = (uint32_t)p->nprefill;
	p->record.computed_tokens = s->prefill_tokens;
	p->chunked = e->chunked;
}

static void add_decode_rows(struct sg *e, struct sg_pass *p)
{
	p->ndecode = e->running.rows.n;
	p->constrained += e->running.constrained;
	p->shape.decode_context = e->running.context;
	p->shape.decode_rows = (uint32_t)p->ndecode;
	p->shape.sampled_rows += p->shape.decode_rows;
	p->record.decode_rows = p->shape.decode_rows;
	p->record.context_tokens = p->shape.decode_context;
}

/* Mixed chunk: the decode rows ride behind the prefill rows; the running batch becomes empty, its flag stays (20.7). */
static void mix_running(struct sg *e, struct sg_pass *p)
{
	sg_filter_running(e);
	if (e->running.rows.n > 0) {
		sg_decode_alloc(e);
		add_decode_rows(e, p);
		p->record.kind = PASS_MIXED;
	}
	for (size_t i = 0; i < e->running.rows.n; i++) {	/* they come back with this batch */
		sg_rows_push(&p->rows, e->running.rows.row[i]);
		sg_batch_drop(e, e->running.rows.row[i]);
	}
	e->running.rows.n = 0;
}

static struct sg_pass *prefill_batch(struct sg *e)
{
	size_t running = e->running.rows.n;
	bool mixing = e->params->enable_mixed_chunk && e->params->chunked_prefill_size > 0;
	struct sg_pass *p;

	if (sg_grammar_waiting(e))
		sg_grammar_move_ready(e);
	if ((e->running.full || e->nqueue == 0) && !e->chunked)
		return NULL;
	if (allocatable(e, running) == 0 && !e->chunked) {
		e->running.full = true;
		e->waiting_for = WAIT_SLOTS;
		return NULL;
	}
	if (e->nqueue > 0)
		e->matched += e->policy->order(e->policy_state, e->queue + e->head, e->nqueue, &e->tree);
	sg_batch_sync(e);
	p = fresh_pass(e);
	e->adder.can_run = &p->rows;
	e->adder.ratio = e->ratio;
	sg_adder_begin(&e->adder, mixing ? running : 0);
	p->continued = e->chunked != NULL;
	if (e->chunked) {
		sg_req_init_next_round(e, e->chunked, NULL);
		e->chunked = sg_add_chunked(&e->adder, e->chunked);
	}
	admit(e, running);
	if (p->rows.n == 0)
		return NULL;
	take_from_queue(e, p->rows.n - p->continued);
	if (e->adder.new_chunked)
		e->chunked = e->adder.new_chunked;
	if (e->chunked)
		e->chunked->is_chunked++;
	p->nprefill = p->rows.n;
	record_prefill(e, p, running);
	sg_prefill_alloc(e, &p->rows);
	mark_prefill_rows(e, p);
	if (mixing && running > 0)
		mix_running(e, p);
	return p;
}

/* A decode pass like the one before, but for what time and context change.  From the third of a run on the
 * slot has the rest already. */
static struct sg_pass *same_again(struct sg *e)
{
	struct sg_pass *p = e->last == &e->slot[0] ? &e->slot[1] : &e->slot[0];

	BUG_ON(p->open);
	if (p->run != e->last->run) {
		struct sg_rows rows = p->rows;

		*p = *e->last;
		p->rows = rows;
		p->nprefill = p->rows.n = 0;
		p->chunked = NULL;
		p->continued = p->open = false;
	}
	p->again = true;
	p->wasted = 0;
	p->record.seq = e->passes;
	p->shape.decode_context = p->record.context_tokens = e->running.context;
	p->record.kv_used_before = e->pool.capacity - e->pool.free - sg_evictable(e);
	return p;
}

static struct sg_pass *decode_batch(struct sg *e)
{
	const struct sg_pass *last = e->last;
	struct sg_pass *p;

	if (e->running.rows.n == 0 || !sg_update_running(e))
		return NULL;
	if (e->env.sim->step)
		sg_batch_check(e);
	else if (last && last->record.kind == PASS_DECODE && last->ndecode == e->running.rows.n &&
		 last->constrained == e->running.constrained)
		return same_again(e);
	p = fresh_pass(e);
	p->run = ++e->runs;
	p->record.kind = PASS_DECODE;
	p->record.running = (uint32_t)e->running.rows.n;
	add_decode_rows(e, p);
	p->shape.padded_rows = sg_graph_size(e->params, p->shape.decode_rows);
	p->record.padded_rows = p->shape.padded_rows;
	p->record.kv_used_before = e->pool.capacity - e->pool.free - sg_evictable(e);
	return p;
}

struct sg_pass *sg_plan(struct sg *e)
{
	struct sg_pass *p;

	e->turn++;
	e->looked_at = e->matched = e->evict_walked = e->finishes = 0;
	e->grammar_wait = 0;
	if (e->chunked)
		sg_cache_unfinished(e, e->chunked);
	if (e->last && e->last->record.kind != PASS_DECODE)
		merge_last(e, e->last);
	p = prefill_batch(e);
	if (!p)
		p = decode_batch(e);
	e->current = p;
	if (!p)
		return NULL;
	e->passes++;
	p->open = true;
	p->record.queued = (uint32_t)e->nqueue;
	p->record.waiting_for = e->nqueue > 0 ? e->waiting_for : WAIT_UNKNOWN;
	p->record.kv_free = e->pool.free;
	p->record.kv_evictable = sg_evictable(e);
	p->record.kv_capacity = e->pool.capacity;
	p->record.new_token_ratio = e->ratio;
	return p;
}

/* The latch is set on an empty running batch: nothing is left that could clear it (20.10). */
bool sg_stuck(const struct sg *e)
{
	return e->nqueue > 0 && e->running.full && e->running.rows.n == 0 && !e->chunked && !e->last;
}

/* SGLang (RadixAttention, prefill first), versions 0.4.9 and 0.5.6: the plug-in. */
#include "config.h"

#include "engine/sglang.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/hash.h"
#include "base/mem.h"

#define FIXED_SPARE 5	/* max_req_input_len = max_req_len - 5 */

void sg_rows_push(struct sg_rows *rows, struct sg_req *r)
{
	ARRAY_ROOM(rows->row, rows->n, rows->cap);
	rows->row[rows->n++] = r;
}

/* At the tail of waiting_queue: arrivals, and retracted requests with what they have produced. */
void sg_queue_push(struct sg *e, struct sg_req *r)
{
	if (e->head + e->nqueue == e->capqueue) {
		if (e->head > 0)
			memmove(e->queue, e->queue + e->head, e->nqueue * sizeof(*e->queue));
		e->head = 0;
		ARRAY_ROOM(e->queue, e->nqueue, e->capqueue);
	}
	e->queue[e->head + e->nqueue++] = (struct waiting){
		.item = r, .lookup = sg_tokens(r, r->input_len + r->out - 1), .max_new_tokens = r->max_new,
	};
}

/* What cannot go on in the real server ends the run with the reason. */
void sg_server_dies(struct sg *e, const char *why)
{
	if (e->hung)
		return;
	e->hung = true;
	snprintf(e->why_hung, sizeof(e->why_hung), "the server would end here: %s (pool of %lu tokens, %lu free, %lu "
		 "evictable, %zu running, %zu waiting)", why, e->pool.capacity, e->pool.free, sg_evictable(e),
		 e->running.rows.n, e->nqueue);
}

static void fill_lengths(struct sg *e, struct sg_req *r, const struct request *q)
{
	uint64_t room;

	r->rejected = q->input_len >= e->max_prompt;
	r->max_new = q->max_new_tokens;
	if (r->rejected) {	/* its prompt is replaced by [0], its max_new stays (20.13) */
		r->input_len = r->output_len = 1;
		return;
	}
	room = e->max_req - q->input_len - 1;
	r->input_len = q->input_len;
	r->max_new = r->max_new < room ? r->max_new : room;
	r->output_len = q->output_len < r->max_new ? q->output_len : r->max_new;
}

struct sg_req *sg_req_new(struct sg *e, struct request *q)
{
	struct sg_req *r = slab_take(&e->reqs);
	size_t nprompt = q->nprompt;

	*r = (struct sg_req){ .request = q, .id = q->id, .grammar = q->grammar, .ignore_eos = q->ignore_eos };
	fill_lengths(e, r, q);
	if (r->rejected)
		nprompt = 1;
	r->nspan = nprompt + 1;
	r->span = spanstore_get(&e->spans, r->nspan);
	if (r->rejected)
		r->span[0] = (struct span){ hash_string("sglang: prompt of a rejected request"), 0, 1 };
	else
		memcpy(r->span, q->prompt, nprompt * sizeof(*r->span));
	r->span[nprompt] = (struct span){ q->output_stream, 0, r->output_len };
	q->engine = r;
	return r;
}

static void init_ratio(struct sg *e)
{
	const struct sg_params *p = e->params;
	double init = p->init_new_token_ratio * p->schedule_conservativeness;
	double least;

	e->ratio_init = init < 1.0 ? init : 1.0;
	least = e->ratio_init * p->min_new_token_ratio_factor;
	e->ratio_min = least < 1.0 ? least : 1.0;
	e->ratio_decay = (e->ratio_init - e->ratio_min) / (double)p->new_token_ratio_decay_steps;
	e->ratio = e->ratio_init;
}

static void init_policy(struct sg *e)
{
	e->policy = policies[e->params->schedule_policy];
	if (!e->radix && e->policy->needs_tree)
		e->policy = policy_find("fcfs");
	rng_init(&e->policy_rng, e->env.seed, e->env.replication, "policy", 0);
	if (e->policy->create)
		e->policy_state = e->policy->create(e->env.arena, &e->policy_rng);
}

static void init_limits(struct sg *e, uint64_t max_total)
{
	uint64_t context = (uint64_t)e->params->context_length;

	e->max_running = sg_max_running(e->params, max_total);
	e->max_req = (context < max_total ? context : max_total) - 1;
	e->max_prompt = e->max_req > FIXED_SPARE ? e->max_req - FIXED_SPARE : 0;
}

static void *sglang_create(const void *params, const struct engine_env *env)
{
	struct sg *e = arena_alloc(env->arena, sizeof(*e));
	uint64_t max_total;

	e->params = params;
	e->env = *env;
	sg_without_params(e);
	e->radix = !e->params->disable_radix_cache;
	e->overlap = !e->params->disable_overlap_schedule;
	e->v056 = e->params->version >= SG_0_5_6;
	max_total = sg_max_total_tokens(e->params, env->gpu, env->model);
	BUG_ON(max_total == 0);
	kv_pool_init(&e->pool, sg_without_capacity(e, max_total), (uint64_t)e->params->page_size);
	arena_init(&e->tree_arena, ARENA_CHUNK);
	radix_init(&e->tree, &e->tree_arena, e->pool.page);
	sg_batch_init(e);
	spanstore_init(&e->spans, env->arena);
	slab_init(&e->reqs, env->arena, sizeof(struct sg_req));
	init_ratio(e);
	init_policy(e);
	init_limits(e, max_total);
	e->grammars = sg_grammars_new(env->arena);
	e->adder.params = e->params;
	e->adder.tree = e->radix ? &e->tree : NULL;
	e->adder.pool = &e->pool;
	e->adder.running = &e->running.rows;
	e->asleep = true;
	return e;
}

static void sglang_release(void *self)
{
	struct sg *e = self;

	if (e->policy->release)
		e->policy->release(e->policy_state);
	sg_grammars_release(e->grammars);
	radix_release(&e->tree);
	arena_release(&e->tree_arena);
	free(e->queue);
	free(e->scratch);
	sg_batch_release(e);
	free(e->slot[0].rows.row);
	free(e->slot[1].rows.row);
	free(e->adder.drain);
}

static void sglang_arrive(void *self, struct request *q)
{
	struct sg *e = self;
	struct sg_req *r = sg_req_new(e, q);

	PROBE_CALL(e->env.probe, arrive, q, e->env.sim->now);
	if (!sg_grammar_hold(e, r))
		sg_queue_push(e, r);
	if (e->asleep)
		sg_wake(e, e->env.sim->now);
}

static bool leave_queue(struct sg *e, const struct sg_req *r)
{
	for (size_t i = 0; i < e->nqueue; i++) {
		struct waiting *w = e->queue + e->head + i;

		if (w->item != r)
			continue;
		memmove(w, w + 1, (e->nqueue - i - 1) * sizeof(*w));
		e->nqueue--;
		return true;
	}
	return false;
}

static void sglang_cancel(void *self, struct request *q)
{
	struct sg *e = self;
	struct sg_req *r = q->engine;

	if (leave_queue(e, r) || sg_grammar_cancel(e, r)) {
		sg_finish_request(e, r, NULL, REQUEST_TIMEOUT);
		return;
	}
	r->abort = true;
	if (r->stepping)
		sg_rows_push(&e->running.aborts, r);
}

static bool sglang_balanced(const void *self)
{
	const struct sg *e = self;

	radix_check(&e->tree);
	return e->pool.free + sg_evictable(e) == e->pool.capacity && e->tree.protected_tokens == 0;
}

static void sglang_frontend(const void *params, struct frontend_params *out)
{
	const struct sg_params *p = params;

	*out = p->frontend;
	out->chunk_tokens = p->stream_interval;
}

static uint64_t sglang_longest_request(const void *params, uint64_t kv_tokens)
{
	uint64_t context = (uint64_t)((const struct sg_params *)params)->context_length;
	uint64_t least = context < kv_tokens ? context : kv_tokens;

	return least > FIXED_SPARE + 2 ? least - FIXED_SPARE - 2 : 0;
}

static const char *sglang_cost_kind(const void *params)
{
	return sg_cost_names[((const struct sg_params *)params)->cost];
}

static int64_t sglang_tensor_parallel(const void *params)
{
	return ((const struct sg_params *)params)->tp_size;
}

static const char *sglang_explain_hang(const void *self)
{
	return ((const struct sg *)self)->why_hung;
}

const struct engine engine_sglang = {
	.name = "sglang",
	.help = "SGLang: radix prefix cache, prefill first, overlap loop; versions 0.4.9 and 0.5.6",
	.keys = &sg_keys,
	.fit = sg_fit,
	.resolve = sg_resolve,
	.memory = sg_memory,
	.frontend = sglang_frontend,
	.longest_request = sglang_longest_request,
	.cost_kind = sglang_cost_kind,
	.tensor_parallel = sglang_tensor_parallel,
	.create = sglang_create,
	.release = sglang_release,
	.arrive = sglang_arrive,
	.cancel = sglang_cancel,
	.log_line = sg_log_line,
	.start_line = sg_log_start,
	.balanced = sglang_balanced,
	.explain_hang = sglang_explain_hang,
};

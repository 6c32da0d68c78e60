/* LMDeploy's PyTorch engine, versions 0.6.0, 0.6.1 and 0.11.0: the plug-in. */
#include "config.h"

#include "engine/lmdeploy_pytorch.h"

#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/mem.h"
#include "engine/mechanism.h"

void pt_seqs_push(struct pt_seqs *l, struct pt_seq *s)
{
	ARRAY_ROOM(l->seq, l->n, l->cap);
	l->seq[l->n++] = s;
}

/* Seats grow, so each of the three lists is sorted by them. */
void pt_enter(struct pt *e, struct pt_seqs *l, struct pt_seq *s)
{
	s->seat = ++e->seats;
	pt_seqs_push(l, s);
}

void pt_leave(struct pt_seqs *l, const struct pt_seq *s)
{
	size_t lo = 0, hi = l->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (l->seq[mid]->seat < s->seat)
			lo = mid + 1;
		else
			hi = mid;
	}
	BUG_ON(lo == l->n || l->seq[lo] != s);
	memmove(l->seq + lo, l->seq + lo + 1, (--l->n - lo) * sizeof(struct pt_seq *));
}

/* The answer ends where the session does. */
static void fill_lengths(const struct pt *e, struct pt_seq *s, const struct request *q)
{
	uint64_t room = (uint64_t)e->params->session - q->input_len;
	uint64_t most = q->max_new_tokens < room ? q->max_new_tokens : room;

	s->prompt = q->input_len;
	s->want = q->output_len < most ? q->output_len : most;
}

/* A sequence keeps its array of keys when it goes to the spare list. */
static struct pt_seq *seq_new(struct pt *e, struct request *q)
{
	struct pt_seq *s = e->spare;

	if (s) {
		e->spare = s->next;
		*s = (struct pt_seq){ .keys = { .key = s->keys.key, .cap = s->keys.cap } };
	} else {
		s = arena_alloc(e->env.arena, sizeof(*s));
		pt_seqs_push(&e->all, s);
	}
	s->request = q;
	s->id = q->id;
	s->life = ++e->lives;
	q->engine = s;
	fill_lengths(e, s, q);
	return s;
}

void pt_seq_free(struct pt *e, struct pt_seq *s)
{
	s->life = 0;
	s->next = e->spare;
	e->spare = s;
}

/* ---- instances */

static void instance_taken(void *self, void *item)
{
	struct pt_seq *s = item;

	s->place = PT_IN_INBOX;
	s->waiter = NULL;
	pt_send(self, s, false);
}

/* The server has ended the session, too. */
static void instance_back(void *self, void *item)
{
	pt_send(self, item, true);
}

static void init_slots(struct pt *e)
{
	bool polled = !e->v011 && !is_without(e->env.without, MECHANISM_API);
	struct slots *s = &e->slots;

	lmdeploy_slots(&e->params->frontend, polled, e->params->max_batch_size, s);
	s->engine = e;
	s->taken = instance_taken;
	s->back = instance_back;
	rng_init(&s->rng, e->env.seed, e->env.replication, "engine instances", 0);
	slots_init(s, e->env.sim, e->env.arena);
}

/* ---- the plug-in */

static void *pytorch_create(const void *params, const struct engine_env *env)
{
	struct pt *e = arena_alloc(env->arena, sizeof(*e));
	const struct model *m = env->model;
	struct pt_params resolved = *(const struct pt_params *)params;

	e->params = params;
	e->env = *env;
	e->v011 = e->params->version >= PT_0_11_0;
	pt_without_params(e);
	e->block_len = (uint64_t)e->params->cache_block_seq_len;
	e->step.cost = env->cost;
	e->step.kv_scale = pt_kv_bytes_per_token(e->params, m) / model_kv_bytes_per_token(m, e->params->tp);
	e->step.pair_flops = 4.0 * (double)(m->heads * m->head_dim * m->layers);
	e->nblocks = e->free = pt_without_capacity(e, pt_block_count(&resolved, env->gpu, m));
	BUG_ON(e->nblocks == 0);
	if (e->params->enable_prefix_caching)
		e->trie = pt_trie_new(env->arena, e->nblocks);
	init_slots(e);
	e->asleep = e->taker = true;
	return e;
}

static void pytorch_release(void *self)
{
	struct pt *e = self;

	for (size_t i = 0; i < e->all.n; i++)
		free(e->all.seq[i]->keys.key);
	free(e->all.seq);
	free(e->inbox);
	free(e->waiting.seq);
	free(e->running.seq);
	free(e->hanging.seq);
	free(e->sorted.seq);
	free(e->group[0].row);
	free(e->group[1].row);
	free(e->group[0].first_with);
	free(e->group[1].first_with);
	free(e->output);
	pt_trie_release(e->trie);
}

static void reject(struct pt *e, struct request *q)
{
	q->t_finish = e->env.sim->now;
	q->end = REQUEST_REJECTED;
	q->output_done = 0;
	PROBE_CALL(e->env.probe, finish, q, NULL, false, e->env.sim->now);
	e->env.finished(e->env.ctx, q);
}

/* A prompt that leaves no room for a token is refused before the engine sees it. */
static void pytorch_arrive(void *self, struct request *q)
{
	struct pt *e = self;
	struct pt_seq *s;

	PROBE_CALL(e->env.probe, arrive, q, e->env.sim->now);
	if (q->input_len >= (uint64_t)e->params->session) {
		reject(e, q);
		return;
	}
	s = seq_new(e, q);
	s->waiter = slots_enter(&e->slots, s, s->id);
}

/* Rows of a frozen batch go on being computed; nobody listens any longer. */
static void pytorch_cancel(void *self, struct request *q)
{
	struct pt *e = self;
	struct pt_seq *s = q->engine;
	bool at_pool = s->place == PT_AT_POOL;

	if (at_pool)
		slots_leave(&e->slots, s->waiter);
	else if (s->place == PT_IN_INBOX)
		pt_withdraw(e, s);
	else if (s->status != PT_STOPPED)
		pt_stop(e, s);
	pt_told_leave(e, s);
	pt_end(e, s, NULL, REQUEST_TIMEOUT);
	if (at_pool)
		pt_seq_free(e, s);
	else
		slots_return(&e->slots, s, s->id);
}

static bool pytorch_balanced(const void *self)
{
	const struct pt *e = self;

	uint64_t cached = pt_trie_nodes(e->trie);

	return e->free + cached == e->nblocks && pt_trie_unused(e->trie) == cached &&
	       slots_balanced(&e->slots) && e->ninbox == 0 && e->hanging.n == 0 && !pt_unfinished(e);
}

static void pytorch_frontend(const void *params, struct frontend_params *out)
{
	lmdeploy_way(&((const struct pt_params *)params)->frontend, out);
}

static uint64_t pytorch_longest_request(const void *params, uint64_t kv_tokens)
{
	uint64_t session = (uint64_t)((const struct pt_params *)params)->session;
	uint64_t least = session < kv_tokens ? session : kv_tokens;

	return least > 1 ? least - 1 : 0;
}

static const char *pytorch_cost_kind(const void *params)
{
	return pt_cost_names[((const struct pt_params *)params)->cost];
}

static int64_t pytorch_tensor_parallel(const void *params)
{
	return ((const struct pt_params *)params)->tp;
}

const struct engine engine_lmdeploy_pytorch = {
	.name = "lmdeploy_pytorch",
	.help = "LMDeploy's PyTorch engine: prefill batches between decode rounds; versions 0.6.0, "
		"0.6.1 and 0.11.0",
	.keys = &pt_keys,
	.fit = pt_fit,
	.resolve = pt_resolve,
	.memory = pt_memory,
	.frontend = pytorch_frontend,
	.longest_request = pytorch_longest_request,
	.cost_kind = pytorch_cost_kind,
	.tensor_parallel = pytorch_tensor_parallel,
	.create = pytorch_create,
	.release = pytorch_release,
	.arrive = pytorch_arrive,
	.cancel = pytorch_cancel,
	.log_line = pt_log_line,
	.start_line = pt_log_start,
	.balanced = pytorch_balanced,
};

/* TurboMind, LMDeploy's C++ engine, versions 0.6.0 and 0.11.0: the plug-in. */
#include "config.h"

#include "engine/turbomind.h"

#include <stdlib.h>

#include "base/bug.h"
#include "base/mem.h"
#include "engine/mechanism.h"

void tm_seqs_push(struct tm_seqs *l, struct tm_seq *s)
{
	ARRAY_ROOM(l->seq, l->n, l->cap);
	l->seq[l->n++] = s;
}

/* The prefill kernel runs beside the decode kernel, on a stream of its own: the shorter one is free. */
static double attention_overlap_ns(const struct tm *e, const struct pass_shape *s, double attention_ns)
{
	const struct gpu *g = e->env.gpu;
	const struct model *m = e->env.model;
	double bytes = tm_kv_bytes_per_token(e->params, m) * (double)s->decode_context;
	double decode = bytes / (g->bandwidth_gb_s * g->kv_eff);
	double prefill = attention_ns - decode - 1e3 * g->attention_floor_us * (double)m->layers;

	if (s->prefill_rows == 0 || prefill <= 0 || is_without(e->env.without, MECHANISM_KERNELS))
		return 0;
	return decode < prefill ? decode : prefill;
}

/* Flattening pages reads the context and writes it once more (1.4); quantized KV is read at its own
 * size.  Both are KV traffic like that of decode rows, without their arithmetic. */
void tm_cost(const struct tm *e, const struct pass_shape *s, struct pass_cost *out)
{
	struct pass_shape t = *s;
	double free_ns;
	double read = (double)s->decode_context + (double)s->prefill_context;
	double kv = e->step.kv_scale * read + (double)s->prefill_context;

	if (is_without(e->env.without, MECHANISM_KERNELS))	/* KV is read once, prefill's by cost_of() */
		kv = e->step.kv_scale * (double)s->decode_context;
	t.decode_context = (uint64_t)(kv + 0.5);
	cost_of(e->env.cost, &t, out);
	free_ns = attention_overlap_ns(e, s, out->part_ns[PART_ATTENTION]);
	out->part_ns[PART_ATTENTION] -= free_ns;
	out->total_ns -= free_ns;
	out->flops += e->step.pair_flops * ((double)s->decode_context - (double)t.decode_context);
}

/* The sequence ends at session_len - 1 at the latest. */
static void fill_lengths(const struct tm *e, struct tm_seq *s, const struct request *q)
{
	uint64_t room = (uint64_t)e->params->session - 1 - q->input_len;
	uint64_t most = q->max_new_tokens < room ? q->max_new_tokens : room;

	s->prompt = q->input_len;
	s->want = q->output_len < most ? q->output_len : most;
	s->runs_over = s->want == most;
}

/* A sequence keeps its arrays when it goes to the spare list. */
static struct tm_seq *seq_new(struct tm *e, struct request *q)
{
	struct tm_seq *s = e->spare;

	if (s) {
		e->spare = s->next;
		*s = (struct tm_seq){
			.block = s->block, .capblock = s->capblock,
			.keys = { .key = s->keys.key, .cap = s->keys.cap },
		};
	} else {
		s = arena_alloc(e->env.arena, sizeof(*s));
		tm_seqs_push(&e->all, s);
	}
	s->request = q;
	q->engine = s;
	fill_lengths(e, s, q);
	return s;
}

void tm_seq_free(struct tm *e, struct tm_seq *s)
{
	s->next = e->spare;
	e->spare = s;
}

static void *turbomind_create(const void *params, const struct engine_env *env)
{
	struct tm *e = arena_alloc(env->arena, sizeof(*e));
	const struct model *m = env->model;
	uint64_t blocks;

	e->params = params;
	e->env = *env;
	e->v011 = e->params->version >= TM_0_11_0;
	tm_without_params(e);
	e->block_len = (uint64_t)e->params->cache_block_seq_len;
	e->step.cost = env->cost;
	e->step.kv_scale = tm_kv_bytes_per_token(e->params, m) / model_kv_bytes_per_token(m, e->params->tp);
	e->step.pair_flops = 4.0 * (double)(m->heads * m->head_dim * m->layers);
	blocks = tm_block_count(e->params, env->gpu, m);
	BUG_ON(blocks == 0);
	tm_blocks_init(&e->blocks, env->arena, blocks);
	if (e->params->enable_prefix_caching)
		e->trie = tm_trie_new(env->arena, blocks);
	tm_group_init(e);
	tm_slots_init(e);
	e->window = arena_alloc(env->arena, (size_t)e->params->prefill_iters * sizeof(*e->window));
	e->asleep = true;
	return e;
}

static void turbomind_release(void *self)
{
	struct tm *e = self;

	for (size_t i = 0; i < e->all.n; i++) {
		free(e->all.seq[i]->block);
		free(e->all.seq[i]->keys.key);
	}
	free(e->all.seq);
	free(e->incoming.seq);
	free(e->seqs.seq);
	free(e->gone.seq);
	free(e->row);
	free(e->mini);
	tm_group_release(e);
	tm_trie_release(e->trie);
	tm_blocks_release(&e->blocks);
}

static void reject(struct tm *e, struct request *q)
{
	q->t_finish = e->env.sim->now;
	q->end = REQUEST_REJECTED;
	q->output_done = 0;
	PROBE_CALL(e->env.probe, finish, q, NULL, false, e->env.sim->now);
	e->env.finished(e->env.ctx, q);
}

/* A prompt that leaves no room for two tokens is refused before the engine sees it. */
static void turbomind_arrive(void *self, struct request *q)
{
	struct tm *e = self;

	PROBE_CALL(e->env.probe, arrive, q, e->env.sim->now);
	if (q->input_len + 1 >= (uint64_t)e->params->session)
		reject(e, q);
	else
		tm_slots_enter(e, seq_new(e, q));
}

static void turbomind_cancel(void *self, struct request *q)
{
	struct tm *e = self;
	struct tm_seq *s = q->engine;

	if (tm_slots_leave(e, s))
		return;
	s->abort = true;
	e->aborts++;
}

static bool turbomind_balanced(const void *self)
{
	const struct tm *e = self;

	return tm_blocks_check(&e->blocks) && slots_balanced(&e->slots) && e->seqs.n == 0;
}

static void turbomind_frontend(const void *params, struct frontend_params *out)
{
	lmdeploy_way(&((const struct tm_params *)params)->frontend, out);
}

static uint64_t turbomind_longest_request(const void *params, uint64_t kv_tokens)
{
	uint64_t session = (uint64_t)((const struct tm_params *)params)->session;
	uint64_t least = session < kv_tokens ? session : kv_tokens;

	return least > 2 ? least - 2 : 0;
}

static const char *turbomind_cost_kind(const void *params)
{
	return tm_cost_names[((const struct tm_params *)params)->cost];
}

static int64_t turbomind_tensor_parallel(const void *params)
{
	return ((const struct tm_params *)params)->tp;
}

static const char *turbomind_explain_hang(const void *self)
{
	return ((const struct tm *)self)->why_hung;
}

const struct engine engine_turbomind = {
	.name = "turbomind",
	.help = "LMDeploy's TurboMind: prompts and decode rows in one pass; versions 0.6.0 and 0.11.0",
	.keys = &tm_keys,
	.fit = tm_fit,
	.resolve = tm_resolve,
	.memory = tm_memory,
	.frontend = turbomind_frontend,
	.longest_request = turbomind_longest_request,
	.cost_kind = turbomind_cost_kind,
	.tensor_parallel = turbomind_tensor_parallel,
	.create = turbomind_create,
	.release = turbomind_release,
	.arrive = turbomind_arrive,
	.cancel = turbomind_cancel,
	.log_line = tm_log_line,
	.start_line = tm_log_start,
	.balanced = turbomind_balanced,
	.explain_hang = turbomind_explain_hang,
};

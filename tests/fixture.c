/* fixture.c - a scenario by hand. */
#include "config.h"

#include "fixture.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/bug.h"

#define KV_TOKENS	1000

/* ---- plain_engine */

struct plain {
	const struct plain_params *p;
	struct engine_env env;
	struct request *queue[1024];	/* ring */
	size_t head, tail;
	struct request *current;
	bool cancelled;			/* the current one */
	struct pass_record pass;
	uint64_t arrived, launched;
	char why[80];
};

static void plain_memory(const void *params, const struct gpu *gpu, const struct model *model,
			 const struct cost_model *cost, const struct pass_shape *largest,
			 struct memory_report *out)
{
	const struct plain_params *p = params;

	(void)gpu, (void)model, (void)cost;
	*out = (struct memory_report){ .kv_tokens = KV_TOKENS, .verdict = p->verdict };
	snprintf(out->sentence, sizeof(out->sentence), "largest pass: %" PRIu64 " tokens, %" PRIu32 " rows",
		 largest ? largest->prefill_tokens : 0, largest ? largest->sampled_rows : 0);
}

static void plain_frontend(const void *params, struct frontend_params *out)
{
	*out = ((const struct plain_params *)params)->frontend;
}

static uint64_t plain_longest(const void *params, uint64_t kv_tokens)
{
	(void)params;
	return kv_tokens;
}

static void *plain_create(const void *params, const struct engine_env *env)
{
	struct plain *e = arena_alloc(env->arena, sizeof(*e));

	e->p = params;
	e->env = *env;
	return e;
}

static void plain_release(void *self)
{
	(void)self;
}

static void on_pass(void *self, void *object);

static void launch(struct plain *e, bool prefill)
{
	sim_time now = e->env.sim->now;
	sim_time length = sim_time_from_ms(prefill ? e->p->prefill_ms : e->p->decode_ms);

	e->pass = (struct pass_record){
		.seq = e->launched++, .kind = prefill ? PASS_PREFILL : PASS_DECODE, .planned = now,
		.start = now, .end = now + length, .decode_alone = prefill ? 0 : length, .power_w = 200,
		.prefill_rows = prefill, .decode_rows = !prefill,
		.computed_tokens = prefill ? e->current->input_len : 0,
		.kv_capacity = KV_TOKENS, .kv_free = KV_TOKENS - e->current->input_len,
	};
	e->pass.part_ns[PART_LINEAR] = (double)length;
	PROBE_CALL(e->env.probe, launch, &e->pass, now);
	if (prefill)
		PROBE_CALL(e->env.probe, prefill, e->current, &e->pass, 0, (uint32_t)e->current->input_len,
			   true, false);
	sim_at(e->env.sim, e->pass.end, EV_STEP_DONE, on_pass, e, NULL, e->pass.seq);
}

static void next(struct plain *e)
{
	e->current = NULL;
	if (e->head == e->tail) {
		PROBE_CALL(e->env.probe, idle, e->env.sim->now);
		return;
	}
	e->current = e->queue[e->head++ % 1024];
	e->cancelled = false;
	launch(e, true);
}

static void finish(struct plain *e, struct request *r, const struct pass_record *p, enum request_end end)
{
	r->end = end;
	r->t_finish = e->env.sim->now;
	PROBE_CALL(e->env.probe, finish, r, p, end == REQUEST_OK, e->env.sim->now);
	e->env.finished(e->env.ctx, r);
}

static void on_pass(void *self, void *object)
{
	struct plain *e = self;
	struct request *r = e->current;
	sim_time now = e->env.sim->now;
	bool last;

	(void)object;
	PROBE_CALL(e->env.probe, token, r, &e->pass, now);
	if (r->output_done++ == 0) {
		r->t_first = now;
		e->env.first_token(e->env.ctx, r);
	}
	last = r->output_done + e->p->short_answers >= r->output_len;
	if (last || e->cancelled)
		finish(e, r, &e->pass, last ? REQUEST_OK : REQUEST_TIMEOUT);
	PROBE_CALL(e->env.probe, done, &e->pass, now);
	if (last || e->cancelled)
		next(e);
	else
		launch(e, false);
}

static void plain_arrive(void *self, struct request *r)
{
	struct plain *e = self;
	sim_time now = e->env.sim->now;

	PROBE_CALL(e->env.probe, arrive, r, now);
	if (e->p->reject_over && r->input_len > e->p->reject_over) {
		finish(e, r, NULL, REQUEST_REJECTED);
		return;
	}
	BUG_ON(e->tail - e->head == 1024);
	e->queue[e->tail++ % 1024] = r;
	if (++e->arrived == e->p->hang_at) {
		snprintf(e->why, sizeof(e->why), "request %" PRIu64 " does not fit", r->id);
		PROBE_CALL(e->env.probe, hang, (uint32_t)(e->tail - e->head), now);
	} else if (!e->current) {
		next(e);
	}
}

static void plain_cancel(void *self, struct request *r)
{
	struct plain *e = self;
	size_t at = e->head;

	if (r == e->current) {
		e->cancelled = true;
		return;
	}
	while (e->queue[at % 1024] != r)
		at++;
	for (; at + 1 < e->tail; at++)
		e->queue[at % 1024] = e->queue[(at + 1) % 1024];
	e->tail--;
	finish(e, r, NULL, REQUEST_TIMEOUT);
}

static size_t plain_log_line(void *self, const struct pass_record *p, sim_time now, char *buf, size_t size)
{
	(void)self;
	return (size_t)snprintf(buf, size, "%s %" PRIu64 " at %" PRId64, pass_kind_name[p->kind], p->seq,
				now);
}

static size_t plain_start_line(const void *self, char *buf, size_t size)
{
	(void)self;
	return (size_t)snprintf(buf, size, "ready");
}

static bool plain_balanced(const void *self)
{
	const struct plain *e = self;

	return !e->p->leaks && !e->current;
}

static const char *plain_explain_hang(const void *self)
{
	const struct plain *e = self;

	return e->p->explains ? e->why : NULL;
}

const struct engine plain_engine = {
	.name = "plain", .memory = plain_memory, .frontend = plain_frontend,
	.longest_request = plain_longest, .create = plain_create, .release = plain_release,
	.arrive = plain_arrive, .cancel = plain_cancel,
	.log_line = plain_log_line, .start_line = plain_start_line, .balanced = plain_balanced,
	.explain_hang = plain_explain_hang,
};

/* ---- the scenario */

void fixture_init(struct scenario *s, const struct engine *e, void *engine_params, const struct workload *w,
		  void *workload_params, int64_t replications)
{
	*s = (struct scenario){
		.name = "by hand", .engine = e, .engine_params = engine_params,
		.workload = w, .workload_params = workload_params,
		.gpu = { .name = "GPU", .idle_w = 100, .memory_bound_w = 200, .limit_w = 300,
			 .fp16_tflops = 150, .bandwidth_gb_s = 700, .bandwidth_eff = 0.8,
			 .matmul_eff = 0.8, .kv_eff = 0.8,
			 .prefill_attention_eff = 0.5, .smooth_p = 6, .free_gib = 44, .vram_gib = 48,
			 .smi_mib = 46068, .sms = 84, .linear_table = "" },
		.model = { .name = "model", .layers = 32, .hidden = 4096, .heads = 32, .kv_heads = 8,
			   .head_dim = 128, .ffn = 14336, .vocab = 128256, .max_context = 8192,
			   .weight_bytes_per_param = 2, .kv_bytes_per_value = 2, .weights_gib = 14.98,
			   .mfu_params_billion = 8 },
		.run = { .seed = 1, .replications = replications },
	};
	s->cost = cost_new_fixed(10e6, &s->gpu, &s->model);
}

void fixture_release(struct scenario *s)
{
	cost_free(s->cost);
}

struct run_result *fixture_run(const struct scenario *s, int64_t threads)
{
	const struct run_options o = { .threads = threads };

	return run_scenario(s, &o);
}

/* cost/cost.c - a cost model's making, and a pass put together from its parts. */
#include "config.h"

#include "cost/cost.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cost/parts.h"

#define ACTIVATION_BYTES	2.0
#define SAMPLING_VOCAB		128256.0	/* logits a row that gpu.sampling_row_us is given for */

const char *const linear_op_name[LINEAR_OPS] = { "qkv", "o", "gate_up", "down", "lm_head" };

static const char *fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The message lives until the thread's next failure. */
static _Thread_local char fail_text[512];

static const char *fail(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(fail_text, sizeof(fail_text), fmt, ap);
	va_end(ap);
	return fail_text;
}

/* Columns of qkv and gate_up, rows of o and down are split over the GPUs, as are lm_head's columns. */
static void set_shapes(struct cost_model *c)
{
	const struct model *m = &c->model;
	double d = (double)m->hidden, q = (double)(m->heads * m->head_dim);
	double kv = (double)(m->kv_heads * m->head_dim), ff = (double)m->ffn;
	int op;

	c->shape[OP_QKV] = (struct linear_shape){ .in = d, .out = (q + 2.0 * kv) / c->tp };
	c->shape[OP_O] = (struct linear_shape){ .in = q / c->tp, .out = d };
	c->shape[OP_GATE_UP] = (struct linear_shape){ .in = d, .out = 2.0 * ff / c->tp };
	c->shape[OP_DOWN] = (struct linear_shape){ .in = ff / c->tp, .out = d };
	c->shape[OP_LM_HEAD] = (struct linear_shape){ .in = d, .out = (double)m->vocab / c->tp };
	for (op = 0; op < LINEAR_OPS; op++) {
		double params = c->shape[op].in * c->shape[op].out;

		c->shape[op].weight_bytes = params * (double)m->weight_bytes_per_param;
		if (op == OP_LM_HEAD)
			c->head_params = params * c->tp;
		else
			c->layer_params += params * c->tp * (double)m->layers;
	}
}

/* Other: bytes a token moves in one layer, 2 each: two norms (read, write: 4 d), rotary on
 * queries and keys (2 (h + hkv) dh), gated activation (3 ff), two residual adds (6 d).
 * Norms and adds run whole on every GPU, the others are split.
 * All-reduce: two a layer of d values a token, each crossing the link 2 (n - 1) / n times (ring;
 * Thakur, Rabenseifner, Gropp 2005, section 4.4). */
static void set_small_parts(struct cost_model *c)
{
	const struct gpu *g = &c->gpu;
	const struct model *m = &c->model;
	double layers = (double)m->layers, d = (double)m->hidden;
	double split = 2.0 * (double)((m->heads + m->kv_heads) * m->head_dim) + 3.0 * (double)m->ffn;

	c->other_token_ns = layers * ACTIVATION_BYTES * (10.0 * d + split / c->tp) * c->roofline.byte_ns;
	c->other_floor_ns = layers * 1e3 * g->other_floor_us;
	c->sampling_base_ns = 1e3 * g->sampling_base_us;
	c->sampling_row_ns = 1e3 * g->sampling_row_us * (double)m->vocab / SAMPLING_VOCAB;
	if (c->tp > 1.0) {
		c->reduce_base_ns = 2.0 * layers * 1e3 * g->link_latency_us;
		c->reduce_token_ns = 2.0 * layers * ACTIVATION_BYTES * d * 2.0 * (c->tp - 1.0) / c->tp /
				     g->link_gb_s;
	}
}

static struct cost_model *model_new(const struct gpu *gpu, const struct model *model, int64_t tp)
{
	struct cost_model *c = xcalloc(1, sizeof(*c));

	c->gpu = *gpu;
	c->model = *model;
	c->tp = (double)tp;
	c->fixed_ns = -1.0;
	set_shapes(c);
	roofline_init(&c->roofline, gpu);
	attention_init(&c->attention, gpu, model, c->tp);
	set_small_parts(c);
	c->pair_flops = 4.0 * (double)(model->heads * model->head_dim * model->layers);
	c->kv_bytes = model_kv_bytes_per_token(model, 1);
	return c;
}

static double op_ns(const struct cost_model *c, enum linear_op op, double tokens)
{
	if (!(tokens > 0.0))
		return 0.0;
	if (c->table)
		return linear_table_op_ns(c->table, op, &c->shape[op], tokens);
	return roofline_op_ns(&c->roofline, &c->shape[op], tokens);
}

static double layers_compute(const struct cost_model *c, double tokens)
{
	return (double)c->model.layers * (op_ns(c, OP_QKV, tokens) + op_ns(c, OP_O, tokens) +
					  op_ns(c, OP_GATE_UP, tokens) + op_ns(c, OP_DOWN, tokens));
}

/* Token counts are whole and mostly small: the times of small ones are looked up. */
static void memoize(struct cost_model *c)
{
	size_t i;

	c->layers_ns = xcalloc(COST_MEMO, sizeof(double));
	c->head_ns = xcalloc(COST_MEMO, sizeof(double));
	for (i = 0; i < COST_MEMO; i++) {
		c->layers_ns[i] = layers_compute(c, (double)i);
		c->head_ns[i] = op_ns(c, OP_LM_HEAD, (double)i);
	}
}

static double linear_ns(const struct cost_model *c, uint64_t tokens, uint64_t rows)
{
	double ns = tokens < COST_MEMO ? c->layers_ns[tokens] : layers_compute(c, (double)tokens);

	ns += rows < COST_MEMO ? c->head_ns[rows] : op_ns(c, OP_LM_HEAD, (double)rows);
	return ns;
}

static const char *check(const char *kind, const struct gpu *gpu, const struct model *model,
			 int64_t tp)
{
	if (strcmp(kind, "roofline") != 0 && strcmp(kind, "table") != 0 && strcmp(kind, "ideal") != 0)
		return fail("cost '%s': expected roofline or table", kind);
	if (tp < 1 || model->heads % tp != 0 || model->kv_heads % tp != 0)
		return fail("tp = %lld does not divide the model's %lld heads and %lld KV heads",
			    (long long)tp, (long long)model->heads, (long long)model->kv_heads);
	if (tp > 1 && !(gpu->link_gb_s > 0.0))
		return fail("tp = %lld needs link_gb_s of the GPU, which is 0", (long long)tp);
	return NULL;
}

static void describe(struct cost_model *c, const char *path)
{
	const char *base = path ? strrchr(path, '/') : NULL;

	if (c->table)
		snprintf(c->describe, sizeof(c->describe),
			 "table %s: matrices measured to %.0f tokens, linear above; the rest roofline",
			 base ? base + 1 : path, linear_table_last(c->table));
	else
		snprintf(c->describe, sizeof(c->describe),
			 "roofline: weights at %.0f GB/s, large matrices at %.0f TFLOP/s, p = %g",
			 1.0 / c->roofline.byte_ns, 1e-3 / c->roofline.flop_ns, c->roofline.p);
}

struct cost_model *cost_new(const char *kind, const struct gpu *gpu, const struct model *model,
			    int64_t tp, const char *table_path, char **error)
{
	const char *wrong = check(kind, gpu, model, tp);
	struct linear_table *table = NULL;
	struct cost_model *c;

	if (!wrong && strcmp(kind, "table") == 0) {
		if (!table_path || !*table_path)
			wrong = fail("cost 'table': the GPU has no linear_table");
		else if (!(table = linear_table_read(table_path, fail_text, sizeof(fail_text))))
			wrong = fail_text;
	}
	if (wrong) {
		*error = fail_text;
		return NULL;
	}
	c = model_new(gpu, model, tp);
	if (strcmp(kind, "ideal") == 0) {
		ideal_init(c);
		return c;
	}
	c->table = table;
	memoize(c);
	describe(c, table_path);
	return c;
}

struct cost_model *cost_new_fixed(double pass_ns, const struct gpu *gpu, const struct model *model)
{
	struct cost_model *c = model_new(gpu, model, 1);

	c->fixed_ns = pass_ns;
	snprintf(c->describe, sizeof(c->describe), "fixed: every pass takes %g ms", pass_ns / 1e6);
	return c;
}

void cost_free(struct cost_model *c)
{
	if (!c)
		return;
	linear_table_free(c->table);
	free(c->layers_ns);
	free(c->head_ns);
	free(c);
}

double weights_read(const struct cost_model *c, const struct pass_shape *s)
{
	double params = s->prefill_tokens + s->decode_rows > 0 ? c->layer_params : 0.0;

	if (s->sampled_rows > 0)
		params += c->head_params;
	return params * (double)c->model.weight_bytes_per_param;
}

double kv_read(const struct cost_model *c, const struct pass_shape *s)
{
	return c->kv_bytes * ((double)s->prefill_context + (double)s->decode_context);
}

/* What the pass is for: rows that pad a graph do not count. */
static void count_work(const struct cost_model *c, const struct pass_shape *s, struct pass_cost *out)
{
	double tokens = (double)s->prefill_tokens + (double)s->decode_rows;
	double rows = (double)s->sampled_rows;

	out->flops = 2.0 * (tokens * c->layer_params + rows * c->head_params) +
		     c->pair_flops * (s->prefill_pairs + (double)s->decode_context);
	out->bytes = weights_read(c, s) + kv_read(c, s);
}

/* A replayed graph computes padding rows like real ones, lm_head included; the sampler runs
 * outside the graph, on the real rows only. */
static void set_parts(const struct cost_model *c, const struct pass_shape *s, double *part)
{
	bool graph = s->padded_rows > 0;
	uint64_t tokens = graph ? s->padded_rows : s->prefill_tokens + s->decode_rows;
	uint64_t rows = graph ? s->padded_rows : s->sampled_rows;
	double t = (double)tokens, gpu_ns = 0.0;
	int i;

	if (tokens == 0)
		return;
	part[PART_LINEAR] = linear_ns(c, tokens, rows);
	part[PART_ATTENTION] = attention_ns(&c->attention, s);
	part[PART_OTHER] = t * c->other_token_ns;
	if (part[PART_OTHER] < c->other_floor_ns)
		part[PART_OTHER] = c->other_floor_ns;
	if (s->sampled_rows)
		part[PART_SAMPLING] = c->sampling_base_ns + c->sampling_row_ns * (double)s->sampled_rows;
	part[PART_COMMUNICATION] = c->reduce_base_ns + c->reduce_token_ns * t;
	for (i = 0; i < PART_LAUNCH; i++)
		gpu_ns += part[i];
	if (!graph && 1e6 * s->launch_ms > gpu_ns)
		part[PART_LAUNCH] = 1e6 * s->launch_ms - gpu_ns;
}

void cost_of(const struct cost_model *c, const struct pass_shape *s, struct pass_cost *out)
{
	int i;

	*out = (struct pass_cost){ 0 };
	if (c->fixed_ns >= 0.0)
		out->part_ns[PART_LINEAR] = c->fixed_ns;
	else if (c->ideal_byte_ns > 0.0)
		ideal_parts(c, s, out->part_ns);
	else
		set_parts(c, s, out->part_ns);
	for (i = 0; i < PASS_PARTS; i++)
		out->total_ns += out->part_ns[i];
	count_work(c, s, out);
}

void cost_line_init(struct cost_line *l, const struct cost_model *c, const struct pass_shape *s)
{
	double tokens = (double)s->prefill_tokens + (double)s->decode_rows, rows = (double)s->sampled_rows;

	*l = (struct cost_line){ .cost = c, .shape = *s };
	l->affine = c->fixed_ns < 0.0 && !(c->ideal_byte_ns > 0.0) && s->prefill_rows == 0 && s->prefill_tokens == 0 &&
		    s->decode_rows > 0;
	l->eager_ns = s->padded_rows > 0 ? 0.0 : 1e6 * s->launch_ms;
	l->flops = 2.0 * (tokens * c->layer_params + rows * c->head_params);
	l->bytes = weights_read(c, s);
	cost_of(c, s, &l->pass);
}

const struct pass_cost *cost_line_at(struct cost_line *l, uint64_t decode_context)
{
	const struct cost_model *c = l->cost;
	struct pass_cost *p = &l->pass;
	double gpu_ns = 0.0;

	l->shape.decode_context = decode_context;
	if (!l->affine) {
		cost_of(c, &l->shape, p);
		return p;
	}
	p->part_ns[PART_ATTENTION] = attention_decode_ns(&c->attention, decode_context);
	for (int i = 0; i < PART_LAUNCH; i++)
		gpu_ns += p->part_ns[i];
	p->part_ns[PART_LAUNCH] = l->eager_ns > gpu_ns ? l->eager_ns - gpu_ns : 0.0;
	p->total_ns = gpu_ns + p->part_ns[PART_LAUNCH];
	p->flops = l->flops + c->pair_flops * (l->shape.prefill_pairs + (double)decode_context);
	p->bytes = l->bytes + c->kv_bytes * (double)decode_context;	/* kv_read() */
	return p;
}

double cost_weight_bytes(const struct cost_model *c)
{
	return (c->layer_params + c->head_params) * (double)c->model.weight_bytes_per_param;
}

const char *cost_describe(const struct cost_model *c)
{
	return c->describe;
}

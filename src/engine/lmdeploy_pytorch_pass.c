/* One forward: its rows, its CUDA graph, its time (rules 2.1, 2.2).
 *
 *   0.6    a graph for any forward of at most 512 tokens, prefill too, padded to a power of two,
 *          captured when first needed; lm_head runs on all tokens of a prefill
 *   0.11   graphs for decode only, all captured at start-up; lm_head on the last tokens
 */
#include "config.h"

#include "engine/lmdeploy_pytorch.h"

#define GRAPH_TOKENS	512	/* 0.6: largest forward that uses a graph */
#define GRAPH_STEP	256	/* 0.11: powers of two up to this, multiples of it above */

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t power_of_two(uint64_t n)
{
	uint64_t p = 1;

	while (p < n)
		p *= 2;
	return p;
}

uint32_t pt_graph_size(const struct pt *e, bool prefill, uint64_t tokens)
{
	uint64_t most = (uint64_t)e->params->max_batch_size, size;

	if (e->params->eager_mode || (e->v011 ? prefill || tokens > most : tokens > GRAPH_TOKENS))
		return 0;
	if (!e->v011)
		return (uint32_t)power_of_two(tokens);
	size = (tokens + GRAPH_STEP - 1) / GRAPH_STEP * GRAPH_STEP;
	return (uint32_t)least(tokens <= GRAPH_STEP ? power_of_two(tokens) : size, most);
}

/* Tokens of row r computed in this pass; those before it have KV. */
static uint64_t part(const struct pt *e, const struct pt_group *g, const struct pt_row *r,
		     uint64_t *before)
{
	uint64_t chunk = (uint64_t)e->params->prefill_tokens, skip = g->done * chunk;

	*before = r->before;
	if (g->passes == 1)
		return r->fresh;
	*before += skip;
	return least(r->fresh - skip, chunk);
}

static void add_prefill_row(struct pt *e, uint64_t before, uint64_t q)
{
	struct pass_shape *s = &e->pass.shape;
	uint64_t costs = pt_computed(e, q), context = before + q;

	e->pass.record.computed_tokens += q;
	s->prefill_rows++;
	s->prefill_tokens += costs;
	s->prefill_context += context;
	s->prefill_pairs += (double)costs * ((double)(context - costs) + (double)(costs + 1) / 2);
	s->prefill_longest = context > s->prefill_longest ? context : s->prefill_longest;
}

static void shape_prefill(struct pt *e, const struct pt_group *g)
{
	bool last = g->done + 1 == g->passes;
	struct pass_shape *s = &e->pass.shape;
	struct pass_record *rec = &e->pass.record;

	for (size_t i = 0; i < g->n; i++) {
		uint64_t before, q = part(e, g, &g->row[i], &before);

		add_prefill_row(e, before, q);
		if (g->done == 0)
			rec->cached_tokens += before;
	}
	s->sampled_rows = last ? s->prefill_rows : 0;
	e->pass.lm_head_rows = e->v011 ? 0 : (double)s->prefill_tokens;
	rec->kind = PASS_PREFILL;
	rec->prefill_rows = s->prefill_rows;
	rec->new_tokens = rec->computed_tokens;
}

static void shape_decode(struct pt *e, const struct pt_group *g)
{
	struct pass_shape *s = &e->pass.shape;
	struct pass_record *rec = &e->pass.record;

	s->decode_rows = s->sampled_rows = (uint32_t)g->n;
	s->decode_context = g->context + g->done * g->n;
	rec->kind = PASS_DECODE;
	rec->decode_rows = s->decode_rows;
	rec->context_tokens = s->decode_context;
}

static void fill_record(struct pt *e, const struct pt_group *g)
{
	struct pass_record *rec = &e->pass.record;

	rec->padded_rows = e->pass.shape.padded_rows;
	rec->running = (uint32_t)(g->prefill ? e->running.n - g->n : g->n);
	rec->queued = (uint32_t)(e->waiting.n + e->ninbox + e->slots.waiting);
	rec->kv_capacity = e->nblocks * e->block_len;
	rec->kv_free = e->free * e->block_len;
	rec->kv_evictable = pt_trie_unused(e->trie) * e->block_len;
	rec->kv_used_before = rec->kv_capacity - rec->kv_free - rec->kv_evictable;
}

void pt_pass_plan(struct pt *e, const struct pt_group *g)
{
	struct pass_shape *s = &e->pass.shape;

	if (!g->prefill && g->done > 0) {	/* but for its context as the one before */
		s->decode_context += g->n;
		e->pass.record.seq = e->passes;
		e->pass.record.context_tokens = s->decode_context;
		fill_record(e, g);
		return;
	}
	e->pass = (struct pt_pass){ .record = { .seq = e->passes } };
	if (g->prefill)
		shape_prefill(e, g);
	else
		shape_decode(e, g);
	s->padded_rows = pt_graph_size(e, g->prefill, s->prefill_tokens + s->decode_rows);
	fill_record(e, g);
}

/* lm_head on more rows than are sampled: the time of those rows, but the sampler's only for its own. */
static void prefill_cost(const struct pt *e, struct pass_cost *out)
{
	struct pass_shape s = e->pass.shape;
	struct pass_cost sampled;
	double sampling;

	cost_of(e->env.cost, &s, out);
	if (s.padded_rows > 0 || !(e->pass.lm_head_rows > (double)s.sampled_rows))
		return;
	sampled = *out;
	s.sampled_rows = (uint32_t)e->pass.lm_head_rows;
	cost_of(e->env.cost, &s, out);
	sampling = sampled.part_ns[PART_SAMPLING] - out->part_ns[PART_SAMPLING];
	out->part_ns[PART_SAMPLING] += sampling;
	out->total_ns += sampling;
	out->flops = sampled.flops;	/* rows that nobody reads are no useful work */
	out->bytes = sampled.bytes;
}

static void tell(struct pt *e, const struct pt_group *g)
{
	const struct pass_record *rec = &e->pass.record;
	sim_time now = e->env.sim->now;

	PROBE_CALL(e->env.probe, launch, rec, now);
	for (size_t i = 0; g->prefill && i < g->n; i++) {
		const struct pt_seq *s = g->row[i].seq;
		uint64_t before, q = part(e, g, &g->row[i], &before);

		if (s->request)
			PROBE_CALL(e->env.probe, prefill, s->request, rec,
				   g->done == 0 ? (uint32_t)before : 0, (uint32_t)q,
				   g->done + 1 == g->passes, s->again);
	}
}

void pt_pass_run(struct pt *e, const struct pt_group *g, sim_time planned, sim_time start,
		 sim_time launched)
{
	struct pass_record *rec = &e->pass.record;
	bool free_of_charge = g->prefill && pt_prefill_is_free(e);
	struct pass_cost c;
	sim_time busy;

	if (free_of_charge)
		c = (struct pass_cost){ 0 };
	else if (g->prefill)
		prefill_cost(e, &c);
	else
		lmdeploy_step_cost(&e->step, &e->pass.shape, &c);
	busy = sim_time_from_ns(c.total_ns);
	rec->planned = planned;
	rec->start = start;
	rec->end = start + busy > launched || free_of_charge ? start + busy : launched;
	e->host_done = rec->end > launched ? rec->end : launched;
	for (int i = 0; i < PASS_PARTS; i++)
		rec->part_ns[i] = c.part_ns[i];
	rec->part_ns[PART_LAUNCH] += (double)(rec->end - rec->start - busy);
	rec->flops = c.flops;
	rec->bytes = c.bytes;
	rec->power_w = cost_power_w(e->env.cost, &c);
	rec->decode_alone = rec->kind == PASS_DECODE ? rec->end - rec->start : 0;
	e->passes++;
	tell(e, g);
}

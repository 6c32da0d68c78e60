/* SGLang's own log lines, to lay beside a real log (rules 14).
 *
 * A prefill (or mixed) line is written when the batch is scheduled, before its
 * memory is taken; a decode line when the result of every decode_log_interval-th
 * decode batch is processed.  gen throughput = sum of decode batch sizes since the
 * previous decode line / time since it.
 */
#include "config.h"

#include <stdio.h>

#include "engine/sglang.h"

static size_t prefill_line(const struct sg *e, const struct pass_record *p, char *buf, size_t size)
{
	double usage = (double)p->kv_used_before / (double)p->kv_capacity;
	int n;

	if (e->v056)
		n = snprintf(buf, size, "Prefill batch, #new-seq: %u, #new-token: %lu, #cached-token: %lu, "
			     "token usage: %.2f, #running-req: %u, #queue-req: %u, ", p->prefill_rows,
			     p->new_tokens, p->cached_tokens, usage, p->running, p->queued);
	else
		n = snprintf(buf, size, "Prefill batch. #new-seq: %u, #new-token: %lu, #cached-token: %lu, "
			     "#token: %lu, token usage: %.2f, #running-req: %u, #queue-req: %u", p->prefill_rows,
			     p->new_tokens, p->cached_tokens, p->kv_used_before, usage, p->running, p->queued);
	return n > 0 ? (size_t)n : 0;
}

static size_t decode_line(struct sg *e, const struct pass_record *p, sim_time now, char *buf, size_t size)
{
	uint64_t used = e->pool.capacity - e->pool.free - sg_evictable(e);
	double gap = s_of(now - e->log_since), usage = (double)used / (double)e->pool.capacity;
	double throughput = gap > 0 ? (double)e->log_tokens / gap : 0;
	const char *graph = p->padded_rows > 0 ? "True" : "False";
	int n;

	e->log_tokens = 0;
	e->log_since = now;
	if (e->v056)
		n = snprintf(buf, size, "Decode batch, #running-req: %u, #token: %lu, token usage: %.2f, "
			     "cuda graph: %s, gen throughput (token/s): %.2f, #queue-req: %zu, ", p->decode_rows, used,
			     usage, graph, throughput, e->nqueue);
	else
		n = snprintf(buf, size, "Decode batch. #running-req: %u, #token: %lu, token usage: %.2f, "
			     "cuda graph: %s, gen throughput (token/s): %.2f, #queue-req: %zu", p->decode_rows, used,
			     usage, graph, throughput, e->nqueue);
	return n > 0 ? (size_t)n : 0;
}

size_t sg_log_line(void *self, const struct pass_record *p, sim_time now, char *buf, size_t size)
{
	struct sg *e = self;

	if (p->kind != PASS_DECODE)
		return prefill_line(e, p, buf, size);
	e->log_tokens += p->decode_rows;
	if (++e->log_decodes % (uint64_t)e->params->decode_log_interval != 0)
		return 0;
	return decode_line(e, p, now, buf, size);
}

/* The line SGLang prints when it is ready to serve. */
size_t sg_log_start(const void *self, char *buf, size_t size)
{
	const struct sg *e = self;
	const struct sg_params *p = e->params;
	struct memory_report m;
	int n;

	sg_memory(p, e->env.gpu, e->env.model, e->env.cost, NULL, &m);
	n = snprintf(buf, size, "max_total_num_tokens=%lu, chunked_prefill_size=%ld, max_prefill_tokens=%ld, "
		     "max_running_requests=%lu, context_len=%ld, available_gpu_mem=%.2f GB", e->pool.capacity,
		     p->chunked_prefill_size, p->max_prefill_tokens, e->max_running, p->context_length,
		     m.outside_gib - (m.need_lo + m.need_hi) / 2);
	return n > 0 ? (size_t)n : 0;
}

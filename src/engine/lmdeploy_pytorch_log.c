/* The engine's own log lines, to lay beside a real log at log level DEBUG: one for each prefill batch
 * and each decode round, when its forwards begin.
 */
#include "config.h"

#include <stdio.h>

#include "engine/lmdeploy_pytorch.h"

size_t pt_log_line(void *self, const struct pass_record *p, sim_time now, char *buf, size_t size)
{
	const struct pt *e = self;
	bool decode = p->kind == PASS_DECODE;
	uint32_t rows = decode ? p->decode_rows : p->prefill_rows;
	uint64_t tokens = decode ? p->decode_rows : p->new_tokens;
	int n;

	(void)now;
	if (!e->current || e->current->done > 0)
		return 0;
	if (e->v011)
		n = snprintf(buf, size, "<ForwardTask> rank[0]: batch_size=%u num_tokens=%lu "
			     "is_decoding=%s", rows, tokens, decode ? "True" : "False");
	else
		n = snprintf(buf, size, "<ForwardTask>: batch_size=%u num_tokens=%lu", rows, tokens);
	return n > 0 ? (size_t)n : 0;
}

size_t pt_log_start(const void *self, char *buf, size_t size)
{
	const struct pt *e = self;
	const struct pt_params *p = e->params;
	int n = snprintf(buf, size, "build CacheEngine with config:CacheConfig(max_batches=%ld, "
			 "block_size=%ld, num_gpu_blocks=%lu, cache_max_entry_count=%g, "
			 "max_prefill_token_num=%ld, enable_prefix_caching=%s)", (long)p->max_batch_size,
			 (long)p->cache_block_seq_len, e->nblocks, p->cache_max_entry_count,
			 (long)p->prefill_tokens, p->enable_prefix_caching ? "True" : "False");

	return n > 0 ? (size_t)n : 0;
}

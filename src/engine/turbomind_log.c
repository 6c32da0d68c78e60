/* TurboMind's own log lines, to lay beside a real log at log level INFO.
 *
 * It writes a line for each mini-batch with prefill rows, when it is launched;
 * what it says of decode steps is not simulated.
 */
#include "config.h"

#include <stdio.h>

#include "engine/turbomind.h"

/* The longest row of a mini-batch: only its log line asks for that of the group. */
static uint64_t longest(const struct tm *e, const struct tm_mini *m)
{
	uint64_t most = m->max_k;

	for (size_t i = 0; i < m->group; i++) {
		uint64_t context = tm_group_context(e, e->seqs.seq[i]);

		most = context > most ? context : most;
	}
	return most;
}

size_t tm_log_line(void *self, const struct pass_record *p, sim_time now, char *buf, size_t size)
{
	const struct tm *e = self;
	const struct tm_mini *m = &e->mini[e->current];
	const struct pass_shape *s = &m->shape;
	size_t first = e->current > 0 ? e->group.n + m->first : 0, rows = m->group + m->n;
	int n;

	(void)now;
	if (p->kind == PASS_DECODE || s->prefill_rows == 0)
		return 0;
	n = snprintf(buf, size, "[TM][INFO] [Forward] [%zu, %zu), dc_bsz = %zu, pf_bsz = %zu, "
		     "n_tok = %lu, max_q = %lu, max_k = %lu", first, first + rows, m->ndecode, rows - m->ndecode,
		     s->prefill_tokens + s->decode_rows, m->max_q, longest(e, m));
	return n > 0 ? (size_t)n : 0;
}

size_t tm_log_start(const void *self, char *buf, size_t size)
{
	const struct tm *e = self;
	int n = snprintf(buf, size, "[TM][INFO] [BlockManager] max_block_count = %lu", e->blocks.n);

	return n > 0 ? (size_t)n : 0;
}

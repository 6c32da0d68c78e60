#include "config.h"

#include "engine/block_keys.h"

#include "base/hash.h"
#include "base/mem.h"

/* Where in the list of spans a walk is: `at` tokens passed, span `i` begins after `before` of them. */
struct walk {
	const struct request *q;
	size_t i;
	uint64_t at, before;
};

/* Span i of prompt and answer as one list. */
static struct span span_at(const struct request *q, size_t i)
{
	if (i < q->nprompt)
		return q->prompt[i];
	return (struct span){ q->output_stream, 0, UINT64_MAX };
}

/* The next `n` tokens or fewer, all of one span. */
static struct span step(struct walk *w, uint64_t n)
{
	struct span p = span_at(w->q, w->i);
	uint64_t skip = w->at - w->before;

	p.offset += skip;
	p.length -= skip;
	if (n < p.length) {
		p.length = n;
	} else {
		w->before = w->at + p.length;
		w->i++;
	}
	w->at += p.length;
	return p;
}

static uint64_t add_run(uint64_t key, const struct span *run)
{
	return hash_join(hash_join(hash_join(key, run->stream), run->offset), run->length);
}

/* Key of the next block behind `key`. */
static uint64_t block_key(struct walk *w, uint64_t key, uint64_t left)
{
	struct span run = { 0, 0, 0 };

	while (left > 0) {
		struct span p = step(w, left);

		left -= p.length;
		if (run.length > 0 && run.stream == p.stream && run.offset + run.length == p.offset) {
			run.length += p.length;
			continue;
		}
		if (run.length > 0)
			key = add_run(key, &run);
		run = p;
	}
	return add_run(key, &run);
}

void block_keys_fill(struct block_keys *k, const struct request *q, uint64_t block_len, size_t n)
{
	struct walk w = { q, 0, k->n * block_len, 0 };

	while (w.i < q->nprompt && w.before + q->prompt[w.i].length <= w.at)
		w.before += q->prompt[w.i++].length;
	while (k->n < n) {
		uint64_t above = k->n > 0 ? k->key[k->n - 1] : 0;

		ARRAY_ROOM(k->key, k->n, k->cap);
		k->key[k->n] = block_key(&w, above, block_len);
		k->n++;
	}
}

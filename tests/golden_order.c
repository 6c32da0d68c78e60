/* golden_order FILE... - scheduling policies against the real ones (golden/README.md, order.txt). */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "golden_util.h"
#include "policy/policy.h"

struct world {
	struct golden g;
	struct arena arena;
	struct radix tree;
	const struct policy *policy;
	struct waiting *queue;
	size_t n, cap;
	bool open;			/* a case is being read */
};

static void end_case(struct world *w)
{
	if (w->open) {
		radix_release(&w->tree);
		arena_release(&w->arena);
	}
	w->open = false;
	w->n = 0;
}

static void begin_case(struct world *w, const char *name)
{
	end_case(w);
	w->policy = policy_find(name);
	if (!w->policy)
		golden_bad(&w->g, "unknown policy");
	arena_init(&w->arena, ARENA_CHUNK);
	radix_init(&w->tree, &w->arena, 1);
	w->open = true;
}

/* Spans at s, copied into the case's arena; `minus` tokens are cut from the end. */
static struct tokens key_of(struct world *w, const char **s, uint64_t minus)
{
	static struct span span[GOLDEN_SPANS];
	size_t n = golden_spans(&w->g, s, span);
	struct span *copy = arena_alloc(&w->arena, (n + 1) * sizeof(*copy));

	if (n == 0)
		golden_bad(&w->g, "no spans");
	memcpy(copy, span, n * sizeof(*copy));
	return (struct tokens){ copy, n, span_total(copy, n) - minus };
}

static void add_request(struct world *w, const char *s)
{
	uint64_t id, max_new;
	int used;
	struct tokens lookup;

	if (sscanf(s, "%lu %n", &id, &used) != 1)
		golden_bad(&w->g, "no id");
	s += used;
	lookup = key_of(w, &s, 1);
	if (sscanf(s, "max_new %lu", &max_new) != 1)
		golden_bad(&w->g, "no max_new");
	if (w->n == w->cap) {
		w->cap = w->cap ? 2 * w->cap : 64;
		w->queue = realloc(w->queue, w->cap * sizeof(*w->queue));
	}
	w->queue[w->n++] = (struct waiting){
		.item = (void *)(uintptr_t)id, .lookup = lookup, .max_new_tokens = max_new,
	};
}

static void run_policy(struct world *w, const char *expected)
{
	struct rng rng;
	void *self;
	size_t room = 16 * (w->n + 1), used = 0;
	char *got = calloc(1, room);

	rng_init(&rng, 1, 0, "policy", 0);
	self = w->policy->create ? w->policy->create(&w->arena, &rng) : NULL;
	w->policy->order(self, w->queue, w->n, &w->tree);
	for (size_t i = 0; i < w->n; i++)
		used += (size_t)snprintf(got + used, room - used, "%s%lu", i ? " " : "",
					 (uintptr_t)w->queue[i].item);
	golden_compare(&w->g, expected, got);
	radix_check(&w->tree);
	if (w->policy->release)
		w->policy->release(self);
	free(got);
}

static void line(struct world *w)
{
	const char *s = w->g.text;
	char name[32];

	if (sscanf(s, "case %*u policy %31s", name) == 1) {
		begin_case(w, name);
	} else if (s[0] != '#' && s[0] != '\0' && !w->open) {
		golden_bad(&w->g, "expected 'case k policy NAME'");
	} else if (strncmp(s, "cached ", 7) == 0) {
		struct tokens key;

		s += 7;
		key = key_of(w, &s, 0);
		radix_insert(&w->tree, &key);
	} else if (strncmp(s, "request ", 8) == 0) {
		add_request(w, s + 8);
	} else if (strncmp(s, "order ", 6) == 0) {
		run_policy(w, s + 6);
	} else if (s[0] != '#' && s[0] != '\0') {
		golden_bad(&w->g, "unknown line");
	}
}

int main(int argc, char **argv)
{
	static struct world w;

	for (int i = 1; i < argc; i++) {
		golden_open(&w.g, argv[i]);
		while (golden_next(&w.g))
			line(&w);
		end_case(&w);
		golden_close(&w.g);
	}
	free(w.queue);
	return golden_end(&w.g);
}

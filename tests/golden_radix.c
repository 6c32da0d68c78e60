/* golden_radix FILE... - the radix tree against operations of SGLang's own (golden/README.md, radix-NNN.txt). */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "golden_util.h"
#include "kv/pool.h"
#include "kv/radix.h"

struct world {
	struct golden g;
	struct arena arena;
	struct radix tree;
	struct kv_pool pool;
	struct radix_node **lock;	/* the list of held locks */
	size_t nlock;
	struct span span[GOLDEN_SPANS];
	char got[256];
};

static struct tokens key_of(struct world *w, const char *s)
{
	size_t n = golden_spans(&w->g, &s, w->span);

	return (struct tokens){ w->span, n, span_total(w->span, n) };
}

static void do_match(struct world *w, const char *s)
{
	struct tokens k = key_of(w, s);

	snprintf(w->got, sizeof(w->got), "%lu", radix_match(&w->tree, &k, NULL));
}

static void do_store(struct world *w, const char *s)
{
	struct tokens k = key_of(w, s);
	struct radix_node *node;
	uint64_t stored = kv_round_down(&w->pool, k.length), hit, need;
	bool ok;

	hit = radix_match(&w->tree, &k, &node);
	radix_lock(&w->tree, node);
	need = stored > hit ? stored - hit : 0;
	if (w->pool.free < need)
		kv_pool_give(&w->pool, radix_evict(&w->tree, need) / w->pool.page);
	ok = kv_pool_take(&w->pool, need / w->pool.page);
	if (ok) {
		uint64_t there = radix_insert(&w->tree, &k);

		kv_pool_give(&w->pool, (there - hit) / w->pool.page);	/* duplicates */
	}
	radix_unlock(&w->tree, node);
	snprintf(w->got, sizeof(w->got), "%lu %s %lu %lu", hit, ok ? "ok" : "full", w->pool.free, w->tree.evictable);
}

static void do_lock(struct world *w, const char *s)
{
	struct tokens k = key_of(w, s);
	struct radix_node *node;
	uint64_t hit = radix_match(&w->tree, &k, &node);

	radix_lock(&w->tree, node);
	w->lock = realloc(w->lock, (w->nlock + 1) * sizeof(*w->lock));
	w->lock[w->nlock++] = node;
	snprintf(w->got, sizeof(w->got), "%lu %lu %lu", hit, w->tree.evictable, w->tree.protected_tokens);
}

static void do_unlock(struct world *w, const char *s)
{
	size_t i = strtoul(s, NULL, 10);

	if (i >= w->nlock)
		golden_bad(&w->g, "no such lock");
	radix_unlock(&w->tree, w->lock[i]);
	memmove(w->lock + i, w->lock + i + 1, (--w->nlock - i) * sizeof(*w->lock));
	snprintf(w->got, sizeof(w->got), "%lu %lu", w->tree.evictable, w->tree.protected_tokens);
}

static void do_evict(struct world *w, const char *s)
{
	uint64_t freed = radix_evict(&w->tree, strtoul(s, NULL, 10));

	kv_pool_give(&w->pool, freed / w->pool.page);
	snprintf(w->got, sizeof(w->got), "%lu %lu", freed, w->tree.evictable);
}

static const struct {
	const char *name;
	void (*run)(struct world *w, const char *rest);
} verb[] = {
	{ "match ", do_match }, { "store ", do_store }, { "lock ", do_lock },
	{ "unlock ", do_unlock }, { "evict ", do_evict },
};

static void operation(struct world *w)
{
	char *expected = strstr(w->g.text, " = ");

	if (!expected)
		golden_bad(&w->g, "no result");
	*expected = '\0';
	expected += 3;
	for (size_t i = 0; i < sizeof(verb) / sizeof(verb[0]); i++) {
		size_t n = strlen(verb[i].name);

		if (strncmp(w->g.text, verb[i].name, n) != 0)
			continue;
		verb[i].run(w, w->g.text + n);
		golden_compare(&w->g, expected, w->got);
		radix_check(&w->tree);
		if (w->pool.free + w->tree.evictable + w->tree.protected_tokens != w->pool.capacity)
			golden_compare(&w->g, "free + evictable + protected = capacity", "something else");
		return;
	}
	golden_bad(&w->g, "unknown operation");
}

static void run_file(struct world *w, const char *file)
{
	uint64_t capacity, page;

	golden_open(&w->g, file);
	if (!golden_next(&w->g) || sscanf(w->g.text, "# capacity %lu page %lu", &capacity, &page) != 2 || page == 0)
		golden_bad(&w->g, "expected '# capacity C page P'");
	arena_init(&w->arena, ARENA_CHUNK);
	radix_init(&w->tree, &w->arena, page);
	kv_pool_init(&w->pool, capacity, page);
	w->nlock = 0;
	while (golden_next(&w->g))
		if (w->g.text[0] != '#' && w->g.text[0] != '\0')
			operation(w);
	golden_close(&w->g);
	radix_release(&w->tree);
	arena_release(&w->arena);
}

int main(int argc, char **argv)
{
	static struct world w;

	for (int i = 1; i < argc; i++)
		run_file(&w, argv[i]);
	free(w.lock);
	return golden_end(&w.g);
}

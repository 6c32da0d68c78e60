/* The radix tree against a naive list of strings, under random operations. */
#include "config.h"

#include "harness.h"

#include "base/arena.h"
#include "core/rng.h"
#include "kv/pool.h"
#include "kv/radix.h"

#define SEED		20260101u
#define OPERATIONS	100000
#define MAX_KEY		40
#define MAX_NODES	4096
#define MAX_LOCKS	12
#define CAPACITY	600

/* The reference: nodes as arrays of tokens, found by walking, nothing clever. */
struct naive_node {
	int token[MAX_KEY];
	int n, parent, locks;
	unsigned long stamp;
	bool used;
};

struct naive {
	struct naive_node node[MAX_NODES];
	int count;			/* slots ever used; node 0 is the root */
	unsigned long clock;
	int page;
};

static int naive_new(struct naive *t, int parent)
{
	for (int i = 1; i < MAX_NODES; i++) {
		if (t->node[i].used)
			continue;
		t->node[i] = (struct naive_node){ .used = true, .parent = parent };
		if (i >= t->count)
			t->count = i + 1;
		return i;
	}
	abort();
}

static int naive_common(const struct naive *t, int n, const int *key, int len)
{
	int k = 0;

	while (k < len && k < t->node[n].n && key[k] == t->node[n].token[k])
		k++;
	return k / t->page * t->page;
}

static int naive_child(const struct naive *t, int n, const int *key, int len)
{
	for (int i = 1; i < t->count; i++)
		if (t->node[i].used && t->node[i].parent == n && naive_common(t, i, key, len) > 0)
			return i;
	return 0;
}

static int naive_split(struct naive *t, int n, int at)
{
	int upper = naive_new(t, t->node[n].parent);

	memcpy(t->node[upper].token, t->node[n].token, (size_t)at * sizeof(int));
	t->node[upper].n = at;
	t->node[upper].stamp = ++t->clock;
	t->node[upper].locks = t->node[n].locks;
	memmove(t->node[n].token, t->node[n].token + at, (size_t)(t->node[n].n - at) * sizeof(int));
	t->node[n].n -= at;
	t->node[n].parent = upper;
	return upper;
}

static int naive_walk(struct naive *t, const int *key, int len, int *done)
{
	int n = 0, c;

	t->node[0].stamp = ++t->clock;
	*done = 0;
	while ((c = naive_child(t, n, key + *done, len - *done))) {
		int k = naive_common(t, c, key + *done, len - *done);

		t->node[c].stamp = ++t->clock;
		*done += k;
		if (k < t->node[c].n)
			return naive_split(t, c, k);
		n = c;
	}
	return n;
}

static int naive_insert(struct naive *t, const int *key, int len)
{
	int done, n, leaf;

	len = len / t->page * t->page;
	n = naive_walk(t, key, len, &done);
	if (done == len)
		return done;
	leaf = naive_new(t, n);
	memcpy(t->node[leaf].token, key + done, (size_t)(len - done) * sizeof(int));
	t->node[leaf].n = len - done;
	t->node[leaf].stamp = ++t->clock;
	return done;
}

static void naive_lock(struct naive *t, int n, int by)
{
	for (; n != 0; n = t->node[n].parent)
		t->node[n].locks += by;
}

static bool naive_leaf(const struct naive *t, int n)
{
	for (int i = 1; i < t->count; i++)
		if (t->node[i].used && t->node[i].parent == n)
			return false;
	return true;
}

static int naive_evict(struct naive *t, int want)
{
	int freed = 0;

	while (freed < want) {
		int oldest = 0;

		for (int i = 1; i < t->count; i++)
			if (t->node[i].used && t->node[i].locks == 0 && naive_leaf(t, i) &&
			    (oldest == 0 || t->node[i].stamp < t->node[oldest].stamp))
				oldest = i;
		if (oldest == 0)
			break;
		freed += t->node[oldest].n;
		t->node[oldest].used = false;
	}
	return freed;
}

static uint64_t naive_sum(const struct naive *t, bool locked)
{
	uint64_t sum = 0;

	for (int i = 1; i < t->count; i++)
		if (t->node[i].used && (t->node[i].locks > 0) == locked)
			sum += (uint64_t)t->node[i].n;
	return sum;
}

/* A key over few streams, so that prefixes are shared and splits happen; cut into spans at random places, because
 * how a sequence is cut must not matter. */
static size_t random_key(const gsl_rng *rng, struct span *span, int *token, int *len)
{
	size_t n = 0;
	int runs = 1 + (int)gsl_rng_uniform_int(rng, 4);

	*len = 0;
	for (int r = 0; r < runs; r++) {
		uint64_t stream = gsl_rng_uniform_int(rng, 3), run = 1 + gsl_rng_uniform_int(rng, 9);

		for (uint64_t i = 0; i < run; i++)
			token[(*len)++] = (int)(stream * 1000 + i);
		for (uint64_t i = 0; i < run;) {
			uint64_t piece = 1 + gsl_rng_uniform_int(rng, run - i);

			span[n++] = (struct span){ stream, i, piece };
			i += piece;
		}
	}
	return n;
}

static void check_same(const struct radix *t, const struct naive *ref, int op)
{
	ck_assert_msg(t->evictable == naive_sum(ref, false), "operation %d: evictable %lu, naive %lu", op,
		      (unsigned long)t->evictable, (unsigned long)naive_sum(ref, false));
	ck_assert_msg(t->protected_tokens == naive_sum(ref, true), "operation %d: protected differs", op);
}

static void against_naive(uint64_t page)
{
	static struct naive ref;
	struct arena arena;
	struct radix tree;
	struct rng rng;
	struct radix_node *lock[MAX_LOCKS];
	int lock_ref[MAX_LOCKS], locks = 0;

	printf("seed %u, page %lu\n", SEED, (unsigned long)page);
	memset(&ref, 0, sizeof(ref));
	ref.count = 1;
	ref.page = (int)page;
	rng_init(&rng, SEED, 0, "check_radix", page);
	arena_init(&arena, ARENA_CHUNK);
	radix_init(&tree, &arena, page);
	for (int op = 0; op < OPERATIONS; op++) {
		struct span span[MAX_KEY];
		int token[MAX_KEY], len, done;
		size_t n = random_key(&rng.gsl, span, token, &len);
		struct tokens key = { span, n, (uint64_t)len };
		unsigned long what = gsl_rng_uniform_int(&rng.gsl, 10);
		struct radix_node *node;

		if (what < 3) {
			naive_walk(&ref, token, len / ref.page * ref.page, &done);
			ck_assert_uint_eq(radix_match(&tree, &key, NULL), (uint64_t)done);
		} else if (what < 7) {
			done = naive_insert(&ref, token, len);
			ck_assert_uint_eq(radix_insert(&tree, &key), (uint64_t)done);
		} else if (what == 7 && locks < MAX_LOCKS) {
			lock_ref[locks] = naive_walk(&ref, token, len / ref.page * ref.page, &done);
			ck_assert_uint_eq(radix_match(&tree, &key, &node), (uint64_t)done);
			naive_lock(&ref, lock_ref[locks], 1);
			radix_lock(&tree, node);
			lock[locks++] = node;
		} else if (what == 8 && locks > 0) {
			size_t i = gsl_rng_uniform_int(&rng.gsl, (unsigned long)locks);

			naive_lock(&ref, lock_ref[i], -1);
			radix_unlock(&tree, lock[i]);
			lock[i] = lock[--locks];
			lock_ref[i] = lock_ref[locks];
		} else if (tree.evictable + tree.protected_tokens > CAPACITY) {
			int want = 1 + (int)gsl_rng_uniform_int(&rng.gsl, 60);

			ck_assert_uint_eq(radix_evict(&tree, (uint64_t)want), (uint64_t)naive_evict(&ref, want));
		}
		check_same(&tree, &ref, op);
		if (op % 64 == 0)
			radix_check(&tree);
	}
	radix_release(&tree);
	arena_release(&arena);
}

START_TEST(page_1) { against_naive(1); } END_TEST
START_TEST(page_4) { against_naive(4); } END_TEST

/* A tree that lives long must not grow beyond its largest state. */
START_TEST(memory_is_reused)
{
	struct arena arena;
	struct radix tree;
	const void *chunk;

	arena_init(&arena, ARENA_CHUNK);
	radix_init(&tree, &arena, 1);
	for (uint64_t i = 0; i < 200; i++)
		radix_insert(&tree, &(struct tokens){ &(struct span){ i, 0, 10 }, 1, 10 });
	chunk = arena.current;
	for (uint64_t i = 200; i < 100000; i++) {
		ck_assert_uint_eq(radix_evict(&tree, 10), 10);
		radix_insert(&tree, &(struct tokens){ &(struct span){ i, 0, 10 }, 1, 10 });
	}
	ck_assert_ptr_eq(chunk, arena.current);
	ck_assert_uint_eq(tree.evictable, 2000);
	radix_release(&tree);
	arena_release(&arena);
}
END_TEST

/* A prompt of a million tokens in two spans costs nodes and spans, not tokens. */
START_TEST(long_keys_are_cheap)
{
	struct span a[] = { { 1, 0, 600000 }, { 2, 0, 400000 } }, b[] = { { 1, 0, 600000 }, { 3, 0, 400000 } };
	struct arena arena;
	struct radix tree;

	arena_init(&arena, ARENA_CHUNK);
	radix_init(&tree, &arena, 16);
	ck_assert_uint_eq(radix_insert(&tree, &(struct tokens){ a, 2, 1000000 }), 0);
	ck_assert_uint_eq(radix_match(&tree, &(struct tokens){ b, 2, 999999 }, NULL), 600000);
	ck_assert_uint_eq(tree.nodes, 2);
	ck_assert_ptr_eq(arena.first, arena.current);
	radix_check(&tree);
	radix_release(&tree);
	arena_release(&arena);
}
END_TEST

START_TEST(pool_counts_pages)
{
	struct kv_pool p;

	kv_pool_init(&p, 64, 16);
	ck_assert(kv_pool_take(&p, 3));
	ck_assert(!kv_pool_take(&p, 2));
	ck_assert_uint_eq(p.free, 16);
	kv_pool_give(&p, 3);
	ck_assert_uint_eq(p.free, 64);
	ck_assert_uint_eq(kv_pages(&p, 17), 2);
	ck_assert_uint_eq(kv_round_up(&p, 17), 32);
	ck_assert_uint_eq(kv_round_down(&p, 31), 16);
}
END_TEST

START_TEST(giving_too_much_aborts)
{
	struct kv_pool p;

	kv_pool_init(&p, 64, 16);
	kv_pool_give(&p, 1);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("radix");
	TCase *t = tcase_create("radix");

	tcase_set_timeout(t, 300);
	tcase_add_test(t, page_1);
	tcase_add_test(t, page_4);
	tcase_add_test(t, memory_is_reused);
	tcase_add_test(t, long_keys_are_cheap);
	tcase_add_test(t, pool_counts_pages);
	if (harness_forks())
		tcase_add_test_raise_signal(t, giving_too_much_aborts, SIGABRT);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return harness_run(suite());
}

/* check_arena.c - memory for a run, and objects that come and go in it. */
#include "config.h"

#include "base/arena.h"

#include "base/slab.h"
#include "harness.h"

static struct arena arena;

static void setup(void)
{
	arena_init(&arena, 1024);
}

static void teardown(void)
{
	arena_release(&arena);
}

static bool all_zero(const unsigned char *p, size_t n)
{
	while (n > 0 && *p == 0)
		p++, n--;
	return n == 0;
}

/* Pieces of every size are aligned, zeroed and do not overlap, before and after resets. */
START_TEST(pieces_are_apart)
{
	unsigned char *piece[200];

	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < 200; i++) {
			piece[i] = arena_alloc(&arena, i);
			ck_assert_uint_eq((uintptr_t)piece[i] % 16, 0);
			ck_assert(all_zero(piece[i], i));
			memset(piece[i], (int)i, i);
		}
		for (size_t i = 0; i < 200; i++)
			for (size_t k = 0; k < i; k++)
				ck_assert_uint_eq(piece[i][k], i);
		arena_reset(&arena);
	}
}
END_TEST

START_TEST(empty_pieces_differ)
{
	ck_assert_ptr_ne(arena_alloc(&arena, 0), arena_alloc(&arena, 0));
}
END_TEST

START_TEST(larger_than_a_chunk)
{
	unsigned char *small = arena_alloc(&arena, 10), *large = arena_alloc(&arena, 100000);

	ck_assert(all_zero(large, 100000));
	memset(large, 0xff, 100000);
	ck_assert(all_zero(small, 10));
	ck_assert(all_zero(arena_alloc(&arena, 10), 10));
}
END_TEST

static size_t chunks_held(void)
{
	size_t n = 0;

	/* The list begins with the next pointer in every chunk. */
	for (void *c = arena.first; c; c = *(void **)c)
		n++;
	return n;
}

/* The same requests after a reset need no new chunk, whatever their sizes. */
START_TEST(reset_reuses_chunks)
{
	size_t held = 0;

	for (int round = 0; round < 10; round++) {
		for (size_t i = 0; i < 100; i++)
			arena_alloc(&arena, i % 7 == 3 ? 3000 + i : 100);
		if (round == 0)
			held = chunks_held();
		ck_assert_uint_eq(chunks_held(), held);
		arena_reset(&arena);
	}
	ck_assert_uint_gt(held, 10);
}
END_TEST

START_TEST(small_pieces_share_chunks)
{
	for (int i = 0; i < 64; i++)
		arena_alloc(&arena, 16);
	ck_assert_uint_eq(chunks_held(), 1);
}
END_TEST

/* A kept chunk that is too small is neither overrun nor lost: the new one goes in front of it. */
START_TEST(larger_request_after_reset)
{
	unsigned char *piece[4];
	size_t held;

	for (int i = 0; i < 4; i++)
		piece[i] = arena_alloc(&arena, 1000);
	held = chunks_held();
	ck_assert_uint_eq(held, 4);
	arena_reset(&arena);
	ck_assert_ptr_eq(arena_alloc(&arena, 1000), piece[0]);
	memset(arena_alloc(&arena, 5000), 0xff, 5000);
	ck_assert_uint_eq(chunks_held(), held + 1);
	for (int i = 1; i < 4; i++)
		ck_assert_ptr_eq(arena_alloc(&arena, 1000), piece[i]);
	ck_assert_uint_eq(chunks_held(), held + 1);
}
END_TEST

START_TEST(release_leaves_a_usable_arena)
{
	arena_alloc(&arena, 5000);
	arena_release(&arena);
	ck_assert_ptr_null(arena.first);
	ck_assert_ptr_nonnull(arena_alloc(&arena, 1));
}
END_TEST

START_TEST(strings)
{
	char longer[3000];

	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	ck_assert_str_eq(arena_strdup(&arena, "llama"), "llama");
	ck_assert_str_eq(arena_strdup(&arena, ""), "");
	ck_assert_str_eq(arena_printf(&arena, "%s/%d", "users", 50), "users/50");
	ck_assert_str_eq(arena_printf(&arena, "%s", longer), longer);
}
END_TEST

/* 16 letters and their end do not fit into one unit of 16: the neighbour must not be the end. */
START_TEST(strings_have_room_for_their_end)
{
	const char *made = arena_printf(&arena, "%s", "0123456789abcdef");
	char *neighbour = arena_alloc(&arena, 1);
	const char *copied = arena_strdup(&arena, "0123456789abcdef");

	*neighbour = 'x';
	*(char *)arena_alloc(&arena, 1) = 'x';
	ck_assert_uint_eq(strlen(made), 16);
	ck_assert_uint_eq(strlen(copied), 16);
}
END_TEST

START_TEST(refuses_chunks_of_nothing)
{
	arena_init(&arena, 0);
}
END_TEST

struct thing {
	void *link;
	int payload[5];
};

START_TEST(slab_hands_out_zeroed_objects)
{
	struct slab slab;
	struct thing *a, *b;

	slab_init(&slab, &arena, sizeof(struct thing));
	a = slab_alloc(&slab);
	b = slab_alloc(&slab);
	ck_assert_ptr_ne(a, b);
	memset(a, 0xff, sizeof(*a));
	ck_assert(all_zero((unsigned char *)b, sizeof(*b)));
	slab_free(&slab, a);
	ck_assert_ptr_eq(slab_alloc(&slab), a);
	ck_assert(all_zero((unsigned char *)a, sizeof(*a)));
	ck_assert_uint_eq(slab.live, 2);
}
END_TEST

/* Steady state takes nothing from the arena: ten live objects, ten thousand lives. */
START_TEST(slab_recycles)
{
	struct slab slab;
	struct thing *live[10];
	size_t used, chunks;

	slab_init(&slab, &arena, sizeof(struct thing));
	for (int i = 0; i < 10; i++)
		live[i] = slab_alloc(&slab);
	used = arena.used;
	chunks = chunks_held();
	for (int i = 0; i < 10000; i++) {
		slab_free(&slab, live[i * 7 % 10]);
		live[i * 7 % 10] = slab_alloc(&slab);
		live[i * 7 % 10]->payload[0] = i;
	}
	ck_assert_uint_eq(arena.used, used);
	ck_assert_uint_eq(chunks_held(), chunks);
	ck_assert_uint_eq(slab.live, 10);
}
END_TEST

START_TEST(slab_refuses_tiny_objects)
{
	struct slab slab;

	slab_init(&slab, &arena, 1);
}
END_TEST

START_TEST(slab_refuses_more_than_it_gave)
{
	struct slab slab;
	struct thing *a;

	slab_init(&slab, &arena, sizeof(struct thing));
	a = slab_alloc(&slab);
	slab_free(&slab, a);
	slab_free(&slab, a);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("arena");
	TCase *tc = tcase_create("arena"), *slab = tcase_create("slab");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, pieces_are_apart);
	tcase_add_test(tc, empty_pieces_differ);
	tcase_add_test(tc, larger_than_a_chunk);
	tcase_add_test(tc, reset_reuses_chunks);
	tcase_add_test(tc, small_pieces_share_chunks);
	tcase_add_test(tc, larger_request_after_reset);
	tcase_add_test(tc, release_leaves_a_usable_arena);
	tcase_add_test(tc, strings);
	tcase_add_test(tc, strings_have_room_for_their_end);
	harness_add_bug_test(tc, refuses_chunks_of_nothing);
	suite_add_tcase(s, tc);

	tcase_add_checked_fixture(slab, setup, teardown);
	tcase_add_test(slab, slab_hands_out_zeroed_objects);
	tcase_add_test(slab, slab_recycles);
	harness_add_bug_test(slab, slab_refuses_tiny_objects);
	harness_add_bug_test(slab, slab_refuses_more_than_it_gave);
	suite_add_tcase(s, slab);
	return harness_run(s);
}

/* check_sim.c - the clock, the digest and the context of bugs. */
#include "config.h"

#include "core/sim.h"

#include "base/bug.h"
#include "base/hash.h"
#include "core/pass.h"
#include "harness.h"

/* A handler's world: what happened, in order. */
struct trace {
	struct sim *sim;
	char text[64];
	size_t n;
};

static void note(void *self, void *object)
{
	struct trace *t = self;

	ck_assert_int_eq(bug_context.now, t->sim->now);
	ck_assert_uint_eq(bug_context.digest, t->sim->digest);
	t->text[t->n++] = *(const char *)object;
}

static char a[] = "a", b[] = "b", c[] = "c", d[] = "d";

START_TEST(runs_in_order)
{
	struct sim s;
	struct trace t = { .sim = &s };

	sim_init(&s, 1, 0);
	sim_at(&s, 20, EV_STEP_DONE, note, &t, d, 0);
	sim_at(&s, 10, EV_WAKE, note, &t, c, 0);
	sim_at(&s, 10, EV_ARRIVAL, note, &t, a, 0);
	sim_at(&s, 10, EV_ARRIVAL, note, &t, b, 0);
	sim_run(&s);
	ck_assert_str_eq(t.text, "abcd");
	ck_assert_int_eq(s.now, 20);
	ck_assert_uint_eq(s.events, 4);
	sim_release(&s);
}
END_TEST

static void chain(void *self, void *object)
{
	struct trace *t = self;

	note(self, object);
	if (t->n < 10)		/* at the same time: allowed, and runs before later events */
		sim_at(t->sim, t->sim->now, EV_ARRIVAL, chain, t, a, t->n);
}

START_TEST(handlers_schedule)
{
	struct sim s;
	struct trace t = { .sim = &s };

	sim_init(&s, 1, 0);
	sim_at(&s, 5, EV_ARRIVAL, chain, &t, a, 0);
	sim_at(&s, 6, EV_ARRIVAL, note, &t, b, 0);
	sim_run(&s);
	ck_assert_str_eq(t.text, "aaaaaaaaaab");
	sim_release(&s);
}
END_TEST

static void stop(void *self, void *object)
{
	struct trace *t = self;

	note(self, object);
	sim_stop(t->sim);
}

START_TEST(stops_at_once)
{
	struct sim s;
	struct trace t = { .sim = &s };

	sim_init(&s, 1, 0);
	sim_at(&s, 1, EV_ARRIVAL, note, &t, a, 0);
	sim_at(&s, 2, EV_ARRIVAL, stop, &t, b, 0);
	sim_at(&s, 2, EV_WAKE, note, &t, c, 0);
	sim_run(&s);
	ck_assert_str_eq(t.text, "ab");
	ck_assert_int_eq(s.now, 2);
	sim_release(&s);
}
END_TEST

/* Two events; the digest of their history. */
static uint64_t digest_of(sim_time t, enum event_class class, uint64_t id, uint64_t seed)
{
	struct sim s;
	struct trace trace = { .sim = &s };
	uint64_t digest;

	sim_init(&s, seed, 0);
	sim_at(&s, 1, EV_ARRIVAL, note, &trace, a, 9);
	sim_at(&s, t, class, note, &trace, b, id);
	sim_run(&s);
	digest = s.digest;
	sim_release(&s);
	return digest;
}

START_TEST(digest_is_the_history)
{
	uint64_t digest = digest_of(10, EV_WAKE, 3, 1), expected = 0;

	ck_assert_uint_eq(digest, digest_of(10, EV_WAKE, 3, 1));
	ck_assert_uint_eq(digest, digest_of(10, EV_WAKE, 3, 2));	/* not of the seed */
	ck_assert_uint_ne(digest, digest_of(11, EV_WAKE, 3, 1));
	ck_assert_uint_ne(digest, digest_of(10, EV_CLIENT, 3, 1));
	ck_assert_uint_ne(digest, digest_of(10, EV_WAKE, 4, 1));

	expected = hash_join(hash_join(hash_join(expected, 1), EV_ARRIVAL), 9);
	expected = hash_join(hash_join(hash_join(expected, 10), EV_WAKE), 3);
	ck_assert_uint_eq(digest, expected);
}
END_TEST

START_TEST(init_sets_the_context)
{
	struct sim s;

	sim_init(&s, 42, 7);
	ck_assert_uint_eq(bug_context.seed, 42);
	ck_assert_uint_eq(bug_context.replication, 7);
	ck_assert_int_eq(bug_context.now, 0);
	ck_assert_uint_eq(bug_context.digest, 0);
	sim_release(&s);
}
END_TEST

static void reach_back(void *self, void *object)
{
	struct trace *t = self;

	sim_at(t->sim, t->sim->now - 1, EV_ARRIVAL, note, t, object, 0);
}

START_TEST(the_past_is_a_bug)
{
	struct sim s;
	struct trace t = { .sim = &s };

	sim_init(&s, 1, 0);
	sim_at(&s, 5, EV_ARRIVAL, reach_back, &t, a, 0);
	sim_run(&s);
}
END_TEST

/* A chain of events through the queue, and passed by whenever nobody precedes them: one history. */
struct chain {
	struct sim *sim;
	struct trace *t;
	int left;
};

static void link_of_chain(void *self, void *object)
{
	struct chain *l = self;

	for (; l->left > 0; l->left--) {
		sim_time next = l->sim->now + 3;

		if (!sim_is_next(l->sim, next, EV_WAKE)) {
			l->left--;
			sim_at(l->sim, next, EV_WAKE, link_of_chain, l, object, (uint64_t)l->left);
			return;
		}
		sim_pass(l->sim, next, EV_WAKE, (uint64_t)l->left - 1);
	}
}

static uint64_t digest_of_chain(bool step, uint64_t *events)
{
	struct sim s;
	struct trace t = { .sim = &s };
	struct chain l = { .sim = &s, .t = &t, .left = 100 };

	sim_init(&s, 1, 0);
	s.step = step;
	for (sim_time at = 0; at < 200; at += 7)
		sim_at(&s, at, at % 2 ? EV_ARRIVAL : EV_CLIENT, note, &t, a, 1000 + (uint64_t)at);
	sim_at(&s, 0, EV_WAKE, link_of_chain, &l, a, 100);
	sim_run(&s);
	ck_assert_int_eq(s.now, 300);
	*events = s.events;
	sim_release(&s);
	return s.digest;
}

START_TEST(passed_events_are_history)
{
	uint64_t passed, queued;

	ck_assert_uint_eq(digest_of_chain(false, &passed), digest_of_chain(true, &queued));
	ck_assert_uint_eq(passed, queued);
	ck_assert_uint_eq(passed, 29 + 101);
}
END_TEST

START_TEST(what_is_next)
{
	struct sim s;
	struct trace t = { .sim = &s };

	sim_init(&s, 1, 0);
	ck_assert(sim_is_next(&s, 50, EV_STOP));
	sim_at(&s, 20, EV_ARRIVAL, note, &t, a, 0);
	ck_assert(sim_is_next(&s, 19, EV_STOP));
	ck_assert(sim_is_next(&s, 20, EV_ABORT));
	ck_assert(!sim_is_next(&s, 20, EV_ARRIVAL));	/* was there first */
	ck_assert(!sim_is_next(&s, 20, EV_WAKE));
	ck_assert(!sim_is_next(&s, 21, EV_STEP_DONE));
	sim_stop(&s);
	ck_assert(!sim_is_next(&s, 0, EV_STEP_DONE));
	sim_release(&s);
}
END_TEST

START_TEST(parts_and_kinds_have_names)
{
	for (int i = 0; i < PASS_KINDS; i++)
		ck_assert_ptr_nonnull(pass_kind_name[i]);
	for (int i = 0; i < PASS_PARTS; i++)
		ck_assert_ptr_nonnull(pass_part_name[i]);
	ck_assert_str_eq(pass_kind_name[PASS_MIXED], "mixed");
	ck_assert_str_eq(pass_part_name[PART_LAUNCH], "launch");
}
END_TEST

START_TEST(used_memory_is_what_is_left)
{
	struct pass_record p = { .kv_free = 10, .kv_evictable = 20, .kv_capacity = 100 };

	ck_assert_uint_eq(pass_kv_used(&p), 70);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("sim");
	TCase *tc = tcase_create("sim"), *pass = tcase_create("pass");

	tcase_add_test(tc, runs_in_order);
	tcase_add_test(tc, handlers_schedule);
	tcase_add_test(tc, stops_at_once);
	tcase_add_test(tc, digest_is_the_history);
	tcase_add_test(tc, init_sets_the_context);
	tcase_add_test(tc, passed_events_are_history);
	tcase_add_test(tc, what_is_next);
	harness_add_bug_test(tc, the_past_is_a_bug);
	suite_add_tcase(s, tc);
	tcase_add_test(pass, parts_and_kinds_have_names);
	tcase_add_test(pass, used_memory_is_what_is_left);
	suite_add_tcase(s, pass);
	return harness_run(s);
}

/* check_evq.c - the order of events is a property of their keys. */
#include "config.h"

#include "core/evq.h"

#include "core/rng.h"
#include "harness.h"

#define OPERATIONS	100000

static void nothing(void *self, void *object)
{
	(void)self;
	(void)object;
}

static void push(struct evq *q, sim_time t, enum event_class c, uint64_t id)
{
	evq_push(q, t, c, nothing, NULL, NULL, id);
}

START_TEST(empty_pops_nothing)
{
	struct evq q;
	struct event e;

	evq_init(&q);
	ck_assert(!evq_pop(&q, &e));
	push(&q, 5, EV_WAKE, 1);
	ck_assert(evq_pop(&q, &e));
	ck_assert(!evq_pop(&q, &e));
	evq_release(&q);
}
END_TEST

START_TEST(event_comes_back_whole)
{
	struct evq q;
	struct event e;
	int self, object;

	evq_init(&q);
	evq_push(&q, 77, EV_CLIENT, nothing, &self, &object, 1234);
	ck_assert(evq_pop(&q, &e));
	ck_assert_int_eq(e.t, 77);
	ck_assert_int_eq(event_class_of(&e), EV_CLIENT);
	ck_assert(e.fn == nothing);
	ck_assert_ptr_eq(e.self, &self);
	ck_assert_ptr_eq(e.object, &object);
	ck_assert_uint_eq(e.id, 1234);
	evq_release(&q);
}
END_TEST

/* Time first, then class as in the enum, then first come first served. */
START_TEST(total_order)
{
	struct evq q;
	struct event e;
	uint64_t expected = 0;

	evq_init(&q);
	for (int c = EV_CLASSES - 1; c >= 0; c--)
		for (uint64_t k = 0; k < 2; k++)
			push(&q, 10, (enum event_class)c, 2 * (uint64_t)c + k);
	push(&q, 9, EV_STOP, 1000);
	push(&q, 11, EV_STEP_DONE, 1001);
	ck_assert(evq_pop(&q, &e));
	ck_assert_uint_eq(e.id, 1000);
	while (evq_pop(&q, &e) && e.t == 10)
		ck_assert_uint_eq(e.id, expected++);
	ck_assert_uint_eq(expected, 2 * EV_CLASSES);
	ck_assert_uint_eq(e.id, 1001);
	evq_release(&q);
}
END_TEST

/* The model: an array kept sorted by insertion; equal (t, class) behind each other. */
struct model {
	struct entry { sim_time t; int class; uint64_t id; } *entry;
	size_t n;
};

static void model_push(struct model *m, struct entry e)
{
	size_t i = m->n++;

	while (i > 0 && (m->entry[i - 1].t > e.t ||
			 (m->entry[i - 1].t == e.t && m->entry[i - 1].class > e.class))) {
		m->entry[i] = m->entry[i - 1];
		i--;
	}
	m->entry[i] = e;
}

static void model_pop_equals(struct model *m, struct evq *q)
{
	struct event e;

	ck_assert_int_eq(evq_pop(q, &e), m->n > 0);
	if (m->n == 0)
		return;
	ck_assert_int_eq(e.t, m->entry[0].t);
	ck_assert_int_eq(event_class_of(&e), m->entry[0].class);
	ck_assert_uint_eq(e.id, m->entry[0].id);
	memmove(m->entry, m->entry + 1, --m->n * sizeof(*m->entry));
}

/* Times from a small range, so that ties are the rule; phases that grow and phases that drain. */
START_TEST(equals_a_sorted_array)
{
	struct rng rng;
	struct evq q;
	struct model m = { calloc(OPERATIONS, sizeof(struct entry)), 0 };
	sim_time base = 0;

	rng_init(&rng, harness_seed(), 0, "check_evq", 0);
	evq_init(&q);
	for (uint64_t i = 0; i < OPERATIONS; i++) {
		unsigned long grow = i / 1000 % 2 ? 40 : 60;

		base += (sim_time)gsl_rng_uniform_int(&rng.gsl, 2);
		if (gsl_rng_uniform_int(&rng.gsl, 100) < grow) {
			struct entry e = { base + (sim_time)gsl_rng_uniform_int(&rng.gsl, 50),
					   (int)gsl_rng_uniform_int(&rng.gsl, EV_CLASSES), i };

			push(&q, e.t, (enum event_class)e.class, e.id);
			model_push(&m, e);
		} else {
			model_pop_equals(&m, &q);
		}
		ck_assert_uint_eq(q.n, m.n);
	}
	while (m.n > 0)
		model_pop_equals(&m, &q);
	model_pop_equals(&m, &q);
	evq_release(&q);
	free(m.entry);
}
END_TEST

/* Push 1000 events; before each, `extra` others that leave at once: the heap takes other shapes. */
static void order_with_detours(uint64_t seed, int extra, uint64_t order[1000])
{
	struct rng rng;
	struct evq q;
	struct event e;

	rng_init(&rng, seed, 0, "check_evq_shape", 0);
	evq_init(&q);
	for (uint64_t i = 0; i < 1000; i++) {
		for (int k = 0; k < extra; k++)
			push(&q, -1 - k, EV_ABORT, UINT64_MAX);
		for (int k = 0; k < extra; k++) {
			ck_assert(evq_pop(&q, &e));
			ck_assert_uint_eq(e.id, UINT64_MAX);
		}
		push(&q, (sim_time)gsl_rng_uniform_int(&rng.gsl, 20), EV_ARRIVAL, i);
	}
	for (int i = 0; i < 1000; i++) {
		ck_assert(evq_pop(&q, &e));
		order[i] = e.id;
	}
	evq_release(&q);
}

START_TEST(order_is_independent_of_shape)
{
	static const int extras[] = { 1, 3, 20 };
	static uint64_t plain[1000], detour[1000];
	uint64_t seed = harness_seed();

	order_with_detours(seed, 0, plain);
	for (size_t i = 0; i < 3; i++) {
		order_with_detours(seed, extras[i], detour);
		ck_assert_mem_eq(plain, detour, sizeof(plain));
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("evq");
	TCase *tc = tcase_create("evq");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, empty_pops_nothing);
	tcase_add_test(tc, event_comes_back_whole);
	tcase_add_test(tc, total_order);
	tcase_add_test(tc, equals_a_sorted_array);
	tcase_add_test(tc, order_is_independent_of_shape);
	suite_add_tcase(s, tc);
	return harness_run(s);
}

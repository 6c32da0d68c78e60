/* check_shared_prefix.c - how much prompts share, who is cold, and that it is one row of requests
 * whatever the server does. */
#include "config.h"

#include "work/workload.h"

#include <math.h>

#include "fake_server.h"
#include "harness.h"

#define PROMPT	1000

static const struct workload *shared_prefix(void)
{
	const struct workload *w = workload_find("shared_prefix");

	ck_assert_ptr_nonnull(w);
	return w;
}

static void *chat_params(int64_t users, int64_t rounds, double shared, double cold)
{
	const struct workload *w = shared_prefix();
	void *params = params_new(w);
	static int64_t n;

	n = users;
	set_users(w, params, 1, &n);
	set_int(w, params, "requests_per_user", rounds);
	set_int(w, params, "groups", 8);
	set_int(w, params, "prompt_tokens", PROMPT);
	set_int(w, params, "max_tokens", 64);
	set_real(w, params, "shared_share", shared);
	set_real(w, params, "cold_share", cold);
	set_dist(w, params, "output_tokens", exponential(30));
	set_dist(w, params, "think_s", constant(0));
	return params;
}

/* Tokens that two prompts have in common from their beginning. */
static uint64_t common(const struct sent *a, const struct sent *b)
{
	return a->prompt[0].stream == b->prompt[0].stream
		       ? (a->prompt[0].length < b->prompt[0].length ? a->prompt[0].length
								    : b->prompt[0].length)
		       : 0;
}

START_TEST(prompts_share_what_is_asked)
{
	static const double share[] = { 0, 0.3, 0.95, 1 };
	static const uint64_t tokens[] = { 0, 300, 950,
					   PROMPT - 1 }; /* one token at least is the request's own */
	void *params = chat_params(20, 20, share[_i], 0.25);
	struct fake f = { .latency = NS_PER_MS, .keep_prompts = true };
	size_t cold = 0, alike = 0;

	fake_run(&f, shared_prefix(), params, harness_seed(), 0);
	ck_assert_uint_eq(f.n, 400);
	for (size_t i = 0; i < f.n; i++) {
		const struct sent *a = &f.sent[i];

		ck_assert_uint_eq(a->r.input_len, PROMPT);
		ck_assert(a->r.kind == REQUEST_COLD || a->r.kind == REQUEST_WARM);
		cold += a->r.kind == REQUEST_COLD;
		for (size_t k = 0; k < i; k++) {
			uint64_t n = common(a, &f.sent[k]);

			ck_assert(n == 0 || n == tokens[_i]);
			ck_assert(n == 0 ||
				  (a->r.kind == REQUEST_WARM && f.sent[k].r.kind == REQUEST_WARM));
			alike += n > 0;
		}
	}
	ck_assert_double_eq_tol((double)cold / 400, 0.25, 0.11);	/* five standard errors */
	if (share[_i] > 0)	/* 8 groups of some 300 */
		ck_assert_double_eq_tol((double)alike / (300.0 * 299.0 / 2.0 / 8.0), 1, 0.5);
	fake_release(&f);
	free(params);
}
END_TEST

/* The answers' time, how many are out and how much they share change nothing of what the i-th request
 * is. */
START_TEST(the_row_is_the_same)
{
	void *params = chat_params(10, 10, 0.5, 0.2), *other = chat_params(10, 10, 0.9, 0.2);
	struct fake slow = { .latency = 7 * (sim_time)NS_PER_S }, fast = { .latency = NS_PER_MS };

	set_dist(shared_prefix(), other, "think_s", exponential(3));
	fake_run(&slow, shared_prefix(), params, 3, 1);
	fake_run(&fast, shared_prefix(), other, 3, 1);
	ck_assert_uint_eq(slow.n, fast.n);
	for (size_t i = 0; i < slow.n; i++) {
		const struct request *a = &slow.sent[i].r, *b = &fast.sent[i].r;

		ck_assert_uint_eq(a->index, b->index);
		ck_assert_int_eq(a->kind, b->kind);
		ck_assert_uint_eq(a->output_len, b->output_len);
	}
	fake_release(&slow);
	fake_release(&fast);
	free(params);
	free(other);
}
END_TEST

START_TEST(caps_are_as_asked)
{
	for (int exact = 0; exact < 2; exact++) {
		void *params = chat_params(5, 10, 0.5, 0);
		struct fake f = { .latency = NS_PER_MS };

		*(bool *)param_at(shared_prefix()->keys, params, "exact_cap", KEY_BOOL) = exact;
		fake_run(&f, shared_prefix(), params, 1, 0);
		for (size_t i = 0; i < f.n; i++)
			ck_assert_uint_eq(f.sent[i].r.max_new_tokens,
					  exact ? f.sent[i].r.output_len : 64);
		fake_release(&f);
		free(params);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("shared_prefix");
	TCase *tc = tcase_create("shared_prefix");

	tcase_add_loop_test(tc, prompts_share_what_is_asked, 0, 4);
	tcase_add_test(tc, the_row_is_the_same);
	tcase_add_test(tc, caps_are_as_asked);
	suite_add_tcase(suite, tc);
	return harness_run(suite);
}

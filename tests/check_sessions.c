/* check_sessions.c - conversations: what the next turn sends is what was said so far. */
#include "config.h"

#include "work/workload.h"

#include <math.h>

#include "fake_server.h"
#include "harness.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))

static const struct workload *sessions(void)
{
	const struct workload *w = workload_find("sessions");

	ck_assert_ptr_nonnull(w);
	return w;
}

static void *chat_params(size_t nlevels, const int64_t *users)
{
	const struct workload *w = sessions();
	void *params = params_new(w);

	set_users(w, params, nlevels, users);
	set_int(w, params, "sessions_per_user", 3);
	set_dist(w, params, "turns", uniform(4, 10));
	set_dist(w, params, "system_tokens", uniform(100, 200));
	set_int(w, params, "system_prompts", 4);
	set_dist(w, params, "user_tokens", exponential(80));
	set_int(w, params, "template_tokens", 10);
	set_dist(w, params, "output_tokens", exponential(150));
	set_int(w, params, "max_tokens", 256);
	set_dist(w, params, "think_s", uniform(2, 9));
	set_dist(w, params, "session_gap_s", constant(20));
	set_dist(w, params, "start_s", uniform(0, 30));
	set_real(w, params, "idle_s", 4);
	return params;
}

/* The request of the same user that came before i in the log, NULL: none in this level. */
static const struct sent *before(const struct fake *f, size_t i)
{
	for (size_t j = i; j-- > 0 && f->sent[j].r.level == f->sent[i].r.level;)
		if (f->sent[j].r.user == f->sent[i].r.user)
			return &f->sent[j];
	return NULL;
}

static const struct span *last_span(const struct sent *s)
{
	return &s->prompt[s->r.nprompt - 1];
}

START_TEST(history_grows_exactly)
{
	void *params = chat_params(2, (int64_t[]){ 6, 9 });
	struct fake f = { .latency = 3 * (sim_time)NS_PER_S, .keep_prompts = true };
	size_t first = 0;

	fake_run(&f, sessions(), params, 1, 0);
	for (size_t i = 0; i < f.n; i++) {
		const struct sent *s = &f.sent[i], *p = before(&f, i);
		const struct span *added = last_span(s);

		ck_assert_uint_gt(added->length, 10);
		for (size_t j = 0; j < i; j++)		/* what the user says is new */
			ck_assert_uint_ne(last_span(&f.sent[j])->stream, added->stream);
		if (s->r.turn == 0) {
			ck_assert_uint_eq(s->r.nprompt, 2);
			first++;
			continue;
		}
		ck_assert_uint_eq(s->r.turn, p->r.turn + 1);
		ck_assert_uint_eq(s->r.nprompt, p->r.nprompt + 2);
		ck_assert_mem_eq(s->prompt, p->prompt, p->r.nprompt * sizeof(*p->prompt));
		ck_assert_uint_eq(s->prompt[p->r.nprompt].stream, p->r.output_stream);
		ck_assert_uint_eq(s->prompt[p->r.nprompt].offset, 0);
		ck_assert_uint_eq(s->prompt[p->r.nprompt].length, p->r.output_len);
		ck_assert_uint_eq(s->r.input_len, p->r.input_len + p->r.output_len + added->length);
	}
	ck_assert_uint_eq(first, 15 * 3);
	fake_release(&f);
	free(params);
}
END_TEST

START_TEST(pauses)
{
	void *params = chat_params(2, (int64_t[]){ 20, 10 });
	struct fake f = { .latency = 3 * (sim_time)NS_PER_S };
	double first = INFINITY;

	fake_run(&f, sessions(), params, 2, 0);
	for (size_t i = 0; i < f.n; i++) {
		const struct sent *s = &f.sent[i], *p = before(&f, i);
		double pause = p ? s_of(s->r.t_send - p->t_done) : s_of(s->r.t_send - f.level[0].begin);

		if (p && s->r.turn > 0)
			ck_assert(pause >= 2 && pause <= 9);
		else if (p)
			ck_assert_double_eq(pause, 20);
		else if (s->r.level == 0)
			ck_assert(pause >= 0 && pause <= 30);
		if (s->r.level == 1 && !p)
			first = fmin(first, s_of(s->r.t_send - f.level[0].end));
	}
	ck_assert(first >= 4 && first < 34);	/* idle_s, and the earliest start of the next level */
	ck_assert_int_eq(f.level[1].end, f.sent[f.n - 1].t_done);
	fake_release(&f);
	free(params);
}
END_TEST

START_TEST(turns_and_system_prompts)
{
	void *params = chat_params(1, (int64_t[]){ 200 });
	struct fake f = { .latency = NS_PER_MS, .keep_prompts = true };
	uint64_t stream[8], length[8];
	size_t turns[11] = { 0 }, nstreams = 0, uses[8] = { 0 };

	fake_run(&f, sessions(), params, 3, 0);
	for (size_t i = 0; i < f.n; i++) {
		size_t k = 0;

		ck_assert_uint_lt(f.sent[i].r.turn, 10);
		turns[f.sent[i].r.turn + 1]++;
		while (k < nstreams && stream[k] != f.sent[i].prompt[0].stream)
			k++;
		if (k == nstreams) {
			stream[nstreams] = f.sent[i].prompt[0].stream;
			length[nstreams++] = f.sent[i].prompt[0].length;
		}
		ck_assert_uint_le(nstreams, 4);
		ck_assert_uint_eq(f.sent[i].prompt[0].length, length[k]);
		uses[k] += f.sent[i].r.turn == 0;
	}
	for (size_t k = 1; k <= 4; k++)			/* each conversation has at least four turns */
		ck_assert_uint_eq(turns[k], 600);
	ck_assert_uint_gt(turns[10], 0);
	for (size_t k = 0; k < 4; k++)			/* 600 draws of 1/4: 4 sd are 42 */
		ck_assert_double_eq_tol((double)uses[k], 150, 42);
	fake_release(&f);
	free(params);
}
END_TEST

START_TEST(same_conversations_for_every_server)
{
	void *params = chat_params(2, (int64_t[]){ 10, 20 });
	struct fake fast = { .latency = 0, .keep_prompts = true };
	struct fake slow = { .latency = 40 * (sim_time)NS_PER_S, .keep_prompts = true };

	fake_run(&fast, sessions(), params, 11, 4);
	fake_run(&slow, sessions(), params, 11, 4);
	ck_assert_uint_eq(fast.n, slow.n);
	for (size_t i = 0; i < fast.n; i++) {
		const struct sent *a = &fast.sent[i], *b = fake_find(&slow, a->r.index);

		ck_assert_uint_eq(a->r.output_len, b->r.output_len);
		ck_assert_uint_eq(a->r.nprompt, b->r.nprompt);
		ck_assert_mem_eq(a->prompt, b->prompt, a->r.nprompt * sizeof(*a->prompt));
	}
	fake_release(&fast);
	fake_release(&slow);
	free(params);
}
END_TEST

/* An error ends the conversation; the user goes on with the next one. */
START_TEST(failures_end_conversations)
{
	void *params = chat_params(1, (int64_t[]){ 30 });
	struct fake f = { .latency = NS_PER_S, .fail_every = 7 };
	size_t first = 0, failed = 0;

	fake_run(&f, sessions(), params, 1, 0);
	for (size_t i = 0; i < f.n; i++) {
		const struct sent *p = before(&f, i);

		first += f.sent[i].r.turn == 0;
		failed += f.sent[i].r.index % 7 == 1;
		if (p && p->r.index % 7 == 1)
			ck_assert_uint_eq(f.sent[i].r.turn, 0);
	}
	ck_assert_uint_eq(first, 90);
	ck_assert_uint_gt(failed, 20);
	fake_release(&f);
	free(params);
}
END_TEST

START_TEST(timeouts_end_conversations)
{
	void *params = chat_params(1, (int64_t[]){ 5 });
	struct fake f = { .latency = 31 * (sim_time)NS_PER_S };

	set_real(sessions(), params, "timeout_s", 30);
	fake_run(&f, sessions(), params, 1, 0);
	ck_assert_uint_eq(f.n, 15);		/* one turn a conversation */
	fake_release(&f);
	free(params);
}
END_TEST

START_TEST(context_is_never_passed)
{
	void *params = chat_params(1, (int64_t[]){ 50 });
	struct fake f = { .latency = NS_PER_S };
	size_t close = 0;

	set_int(sessions(), params, "max_context", 1200);
	ck_assert_uint_eq(sessions()->longest_prompt(params), 1200 - 256);
	fake_run(&f, sessions(), params, 1, 0);
	for (size_t i = 0; i < f.n; i++) {
		ck_assert_uint_le(f.sent[i].r.input_len + 256, 1200);
		close += f.sent[i].r.input_len + 256 > 1000;
	}
	ck_assert_uint_gt(close, 20);		/* it was the context that ended many of them */
	fake_release(&f);
	free(params);
}
END_TEST

/* A level whose conversations all end before their first turn has a begin and an end all the same. */
START_TEST(nothing_fits)
{
	void *params = chat_params(2, (int64_t[]){ 3, 2 });
	struct fake f = { .latency = NS_PER_S };

	set_int(sessions(), params, "max_context", 10);
	fake_run(&f, sessions(), params, 1, 0);
	ck_assert_uint_eq(f.n, 0);
	ck_assert_uint_eq(f.nlevels, 2);
	fake_release(&f);
	free(params);
}
END_TEST

START_TEST(longest_is_a_bound)
{
	void *params = chat_params(1, (int64_t[]){ 3 });

	ck_assert_uint_eq(sessions()->longest_prompt(params), 0);	/* an exponential has no end */
	set_dist(sessions(), params, "user_tokens", uniform(1, 90));
	ck_assert_uint_eq(sessions()->longest_prompt(params), 200 + 10 * 100 + 9 * 256);
	set_int(sessions(), params, "max_context", 100000);
	ck_assert_uint_eq(sessions()->longest_prompt(params), 200 + 10 * 100 + 9 * 256);
	free(params);
}
END_TEST

START_TEST(mistakes_are_told)
{
	void *params = chat_params(1, (int64_t[]){ 3 });
	struct diag d;

	set_int(sessions(), params, "max_context", 495);	/* 150 + 80 + 10 + 256 = 496 */
	diag_init(&d);
	sessions()->check(params, "x.cfg", 3, &d);
	ck_assert_uint_eq(d.n, 1);
	ck_assert_str_eq(d.message[0].text, "'max_context' = 495 has no room for a first turn; "
			 "expected at least the mean system prompt and turn plus max_tokens, 496 tokens");
	diag_release(&d);
	diag_init(&d);
	set_int(sessions(), params, "max_context", 496);
	sessions()->check(params, "x.cfg", 3, &d);
	ck_assert_uint_eq(d.n, 0);
	diag_release(&d);
	free(params);
}
END_TEST

/* Memory is that of the slots and their longest conversation, however many are held. */
START_TEST(memory_is_bounded)
{
	size_t used[2];

	for (size_t k = 0; k < 2; k++) {
		void *params = chat_params(1, (int64_t[]){ 8 });
		struct fake f = { .latency = NS_PER_MS };

		set_dist(sessions(), params, "turns", constant(10));
		set_int(sessions(), params, "sessions_per_user", k ? 300 : 1);
		fake_run(&f, sessions(), params, 1, 0);
		ck_assert_uint_eq(f.n, k ? 24000 : 80);
		ck_assert_ptr_eq(f.arena.first, f.arena.current);
		used[k] = f.arena.used;
		fake_release(&f);
		free(params);
	}
	ck_assert_uint_eq(used[0], used[1]);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("sessions");
	TCase *t = tcase_create("sessions");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, history_grows_exactly);
	tcase_add_test(t, pauses);
	tcase_add_test(t, turns_and_system_prompts);
	tcase_add_test(t, same_conversations_for_every_server);
	tcase_add_test(t, failures_end_conversations);
	tcase_add_test(t, timeouts_end_conversations);
	tcase_add_test(t, context_is_never_passed);
	tcase_add_test(t, nothing_fits);
	tcase_add_test(t, longest_is_a_bound);
	tcase_add_test(t, mistakes_are_told);
	tcase_add_test(t, memory_is_bounded);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return harness_run(suite());
}

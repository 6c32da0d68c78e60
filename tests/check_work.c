/* check_work.c - the closed loop of users who think. */
#include "config.h"

#include "work/workload.h"

#include <math.h>

#include "fake_server.h"
#include "harness.h"
#include "work/prompts.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))

/* The eight prompts of the v5 client: its token lengths and shared first tokens. */
static struct prompt_params v5_prompt[] = {
	{ .weight = 1, .spans = "head:5 explain:2 quantum:6 tail:5" },
	{ .weight = 1, .spans = "head:5 write:2 python:7 tail:5" },
	{ .weight = 1, .spans = "head:5 what:1 exercise:6 tail:5" },
	{ .weight = 1, .spans = "head:5 water:5 tail:5" },
	{ .weight = 1, .spans = "head:5 photosynthesis:6 tail:5" },
	{ .weight = 1, .spans = "head:5 explain:2 learning:6 tail:5" },
	{ .weight = 1, .spans = "head:5 what:1 seasons:5 tail:5" },
	{ .weight = 1, .spans = "head:5 write:2 haiku:5 tail:5" },
};

static const struct workload *closed_loop(void)
{
	const struct workload *w = workload_find("closed_loop");

	ck_assert_ptr_nonnull(w);
	return w;
}

static void set_prompts(void *params, struct prompt_params *p, size_t n)
{
	struct sub_list *list = param_at(closed_loop()->keys, params, "prompts", KEY_LIST);

	*list = (struct sub_list){ p, n };
}

/* The v5 client, but for its levels: nlevels of users[]. */
static void *v5_params(size_t nlevels, const int64_t *users)
{
	const struct workload *w = closed_loop();
	void *params = params_new(w);

	for (size_t i = 0; i < N(v5_prompt); i++)
		v5_prompt[i].output = constant(i == 7 ? 20 : 128);
	set_users(w, params, nlevels, users);
	set_int(w, params, "requests_per_user", 5);
	set_int(w, params, "max_tokens", 128);
	set_dist(w, params, "think_s", uniform(0.5, 2.0));
	set_real(w, params, "timeout_s", 60);
	set_real(w, params, "idle_s", 5);
	set_prompts(params, v5_prompt, N(v5_prompt));
	return params;
}

static void set_warmup(void *params, int64_t users, int64_t requests, double idle_s)
{
	const struct key_table *t = closed_loop()->keys;
	char *sub = param_at(t, params, "warmup", KEY_SUB);

	for (size_t i = 0; i < t->n; i++)
		if (t->key[i].type == KEY_SUB && (char *)params + t->key[i].offset == sub) {
			*(bool *)((char *)params + t->key[i].offset_present) = true;
			t = t->key[i].sub;
			break;
		}
	*(int64_t *)param_at(t, sub, "users", KEY_INT) = users;
	*(int64_t *)param_at(t, sub, "requests_per_user", KEY_INT) = requests;
	*(double *)param_at(t, sub, "idle_s", KEY_REAL) = idle_s;
}

START_TEST(registry)
{
	ck_assert_ptr_null(workload_find("closed"));
	ck_assert_ptr_null(workload_find(""));
	for (size_t i = 0; workloads[i]; i++)
		ck_assert_ptr_eq(workload_find(workloads[i]->name), workloads[i]);
}
END_TEST

START_TEST(v5_levels_and_counts)
{
	void *params = v5_params(3, (int64_t[]){ 10, 50, 100 });
	const char *label[] = { "warm-up", "10 users", "50 users", "100 users" };
	size_t requests[] = { 20, 50, 250, 500 };
	double idle[] = { 3, 5, 5 };
	struct fake f = { .latency = NS_PER_S };
	struct level_info info;

	set_warmup(params, 5, 4, 3.0);
	fake_run(&f, closed_loop(), params, 1, 0);
	ck_assert_uint_eq(f.nlevels, 4);
	for (size_t i = 0; i < 4; i++) {
		ck_assert(closed_loop()->level(params, i, &info));
		ck_assert_str_eq(info.label, label[i]);
		ck_assert(info.reported == (i > 0));
		ck_assert_uint_eq(f.level[i].last - f.level[i].first, requests[i]);
		for (size_t k = 0; k < (size_t)info.users; k++)	/* all at once */
			ck_assert_int_eq(f.sent[f.level[i].first + k].r.t_send, f.level[i].begin);
		if (i > 0)
			ck_assert_double_eq(s_of(f.level[i].begin - f.level[i - 1].end), idle[i - 1]);
	}
	ck_assert_int_eq(f.level[0].begin, 0);
	fake_release(&f);
	free(params);
}
END_TEST

/* After every answer, the last one too, between 0.5 and 2 s; the level ends with the last thought. */
START_TEST(users_think)
{
	void *params = v5_params(1, (int64_t[]){ 40 });
	struct fake f = { .latency = 700 * NS_PER_MS };
	sim_time done[40] = { 0 }, end = 0;
	double sum = 0;
	size_t n = 0;

	fake_run(&f, closed_loop(), params, 3, 0);
	for (size_t i = 0; i < f.n; i++) {
		const struct request *r = &f.sent[i].r;

		if (r->turn > 0) {
			double think = s_of(r->t_send - done[r->user]);

			ck_assert(think >= 0.5 && think <= 2.0);
			sum += think;
			n++;
		}
		done[r->user] = f.sent[i].t_done;
	}
	for (size_t u = 0; u < 40; u++)
		end = done[u] > end ? done[u] : end;
	ck_assert_int_ge(f.level[0].end, end + NS_PER_S / 2);
	ck_assert_int_le(f.level[0].end, end + 2 * NS_PER_S);
	ck_assert_double_eq_tol(sum / (double)n, 1.25, 0.13);	/* 3.8 sd of the mean of 160 */
	fake_release(&f);
	free(params);
}
END_TEST

static void assert_same_request(const struct sent *a, const struct sent *b)
{
	ck_assert_uint_eq(a->r.user, b->r.user);
	ck_assert_uint_eq(a->r.turn, b->r.turn);
	ck_assert_uint_eq(a->r.output_len, b->r.output_len);
	ck_assert_uint_eq(a->r.output_stream, b->r.output_stream);
	ck_assert_int_eq(a->r.grammar, b->r.grammar);
	ck_assert_uint_eq(a->r.nprompt, b->r.nprompt);
	ck_assert_mem_eq(a->prompt, b->prompt, a->r.nprompt * sizeof(*a->prompt));
}

/* A slower server and other levels change neither what is asked nor how long users think. */
START_TEST(same_requests_for_every_server)
{
	void *params = v5_params(3, (int64_t[]){ 10, 50, 7 });
	void *alone = v5_params(1, (int64_t[]){ 50 });
	struct fake fast = { .latency = 0, .keep_prompts = true };
	struct fake slow = { .latency = 20 * (sim_time)NS_PER_S, .keep_prompts = true };
	struct fake only = { .latency = NS_PER_S, .keep_prompts = true };

	fake_run(&fast, closed_loop(), params, 11, 4);
	fake_run(&slow, closed_loop(), params, 11, 4);
	fake_run(&only, closed_loop(), alone, 11, 4);
	ck_assert_uint_eq(fast.n, slow.n);
	for (size_t i = 0; i < fast.n; i++)
		assert_same_request(&fast.sent[i], fake_find(&slow, fast.sent[i].r.index));
	for (size_t i = 0; i < only.n; i++)
		assert_same_request(&only.sent[i], fake_find(&fast, only.sent[i].r.index));
	for (size_t i = 0; i < fast.nlevels; i++)	/* 5 requests, 20 s slower each */
		ck_assert_int_eq(slow.level[i].end - slow.level[i].begin,
				 fast.level[i].end - fast.level[i].begin + 100 * (sim_time)NS_PER_S);
	fake_release(&fast);
	fake_release(&slow);
	fake_release(&only);
	free(params);
	free(alone);
}
END_TEST

START_TEST(indices_and_answers_are_unique)
{
	void *params = v5_params(4, (int64_t[]){ 8, 8, 1, 8 });
	struct fake f = { .latency = NS_PER_MS };

	set_warmup(params, 8, 5, 0);
	fake_run(&f, closed_loop(), params, 1, 0);
	for (size_t i = 0; i < f.n; i++)
		for (size_t j = 0; j < i; j++) {
			ck_assert_uint_ne(f.sent[i].r.index, f.sent[j].r.index);
			ck_assert_uint_ne(f.sent[i].r.output_stream, f.sent[j].r.output_stream);
		}
	fake_release(&f);
	free(params);
}
END_TEST

/* The v5 client: mean prompt 17.0 tokens with the template, mean answer 114.5. */
START_TEST(v5_means)
{
	void *params = v5_params(3, (int64_t[]){ 10, 50, 100 });
	double in = 0, out = 0, sd_in, sd_out, n = 0;

	for (uint32_t rep = 0; rep < 20; rep++) {
		struct fake f = { .latency = NS_PER_S };

		fake_run(&f, closed_loop(), params, 5, rep);
		for (size_t i = 0; i < f.n; i++) {
			in += (double)f.sent[i].r.input_len;
			out += (double)f.sent[i].r.output_len;
		}
		n += (double)f.n;
		fake_release(&f);
	}
	ck_assert_double_eq(n, 20 * 800);
	sd_in = sqrt(1.5 / n);			/* lengths 18 19 17 15 16 18 16 17: variance 1.5 */
	sd_out = 108 * sqrt(1.0 / 8 * 7 / 8 / n);
	ck_assert_double_eq_tol(in / n, 17.0, 4 * sd_in);
	ck_assert_double_eq_tol(out / n, 114.5, 4 * sd_out);
	ck_assert_uint_eq(closed_loop()->longest_prompt(params), 19);
	free(params);
}
END_TEST

START_TEST(shared_first_tokens)
{
	struct prompt_set set;
	struct sub_list list = { v5_prompt, N(v5_prompt) };
	static const size_t length[] = { 18, 19, 17, 15, 16, 18, 16, 17 };
	static const size_t shares[][3] = { { 0, 5, 2 }, { 1, 7, 2 }, { 2, 6, 1 } };
	struct arena a;

	arena_init(&a, ARENA_CHUNK);
	prompt_set_init(&set, &list, &a);
	for (size_t i = 0; i < set.n; i++)
		ck_assert_uint_eq(set.prompt[i].length, length[i]);
	for (size_t i = 0; i < N(shares); i++) {
		const struct span *x = set.prompt[shares[i][0]].span, *y = set.prompt[shares[i][1]].span;

		ck_assert_mem_eq(x, y, 2 * sizeof(*x));
		ck_assert_uint_eq(x[1].length, shares[i][2]);
		ck_assert_uint_ne(x[2].stream, y[2].stream);
	}
	arena_release(&a);
}
END_TEST

START_TEST(weights)
{
	struct prompt_params p[] = {
		{ .weight = 3, .spans = "a:1" }, { .weight = 0, .spans = "b:2" },
		{ .weight = 1, .spans = "c:3" }, { .weight = 0, .spans = "d:4" },
	};
	void *params = v5_params(1, (int64_t[]){ 100 });
	struct fake f = { .latency = NS_PER_MS };
	size_t count[5] = { 0 };

	for (size_t i = 0; i < N(p); i++)
		p[i].output = uniform(0, 400);
	set_prompts(params, p, N(p));
	set_int(closed_loop(), params, "requests_per_user", 100);
	fake_run(&f, closed_loop(), params, 2, 0);
	for (size_t i = 0; i < f.n; i++)
		count[f.sent[i].r.input_len]++;
	ck_assert_uint_eq(count[2] + count[4], 0);
	ck_assert_double_eq_tol((double)count[1] / (double)f.n, 0.75, 0.0174);	/* 4 sd of 10000 draws */
	fake_release(&f);
	free(params);
}
END_TEST

/* Everybody gives up after 60 s, thinks, and goes on. */
START_TEST(timeouts)
{
	void *params = v5_params(2, (int64_t[]){ 3, 4 });
	struct fake f = { .latency = 61 * (sim_time)NS_PER_S };

	ck_assert_double_eq(closed_loop()->client_timeout_s(params), 60);
	fake_run(&f, closed_loop(), params, 1, 0);
	ck_assert_uint_eq(f.n, 35);
	ck_assert_int_ge(f.level[0].end, 5 * 60 * (sim_time)NS_PER_S);
	ck_assert_int_le(f.level[0].end, 5 * 62 * (sim_time)NS_PER_S);
	fake_release(&f);
	free(params);
}
END_TEST

START_TEST(grammars)
{
	void *params = v5_params(1, (int64_t[]){ 100 });
	char *sub = param_at(closed_loop()->keys, params, "grammar", KEY_SUB);
	struct fake f = { .latency = NS_PER_MS };
	size_t count[5] = { 0 };

	*(double *)(void *)sub = 0.5;
	((int64_t *)(void *)sub)[1] = 4;
	set_int(closed_loop(), params, "requests_per_user", 100);
	fake_run(&f, closed_loop(), params, 2, 0);
	for (size_t i = 0; i < f.n; i++) {
		ck_assert_int_lt(f.sent[i].r.grammar, 4);
		count[f.sent[i].r.grammar + 1]++;
	}
	ck_assert_double_eq_tol((double)count[0], 5000, 200);	/* 4 sd */
	for (size_t i = 1; i < 5; i++)
		ck_assert_double_eq_tol((double)count[i], 1250, 132);
	fake_release(&f);
	free(params);
}
END_TEST

/* A think time of centuries stops at the horizon instead of overflowing the clock. */
START_TEST(endless_thoughts)
{
	const struct dist endless = { .kind = DIST_WEIBULL, .a = 1e300, .b = 0.01, .max = INFINITY };
	void *params = v5_params(1, (int64_t[]){ 2 });
	struct fake f = { .latency = 0 };

	set_dist(closed_loop(), params, "think_s", endless);
	set_int(closed_loop(), params, "requests_per_user", 50);
	fake_run(&f, closed_loop(), params, 1, 0);
	ck_assert_uint_eq(f.n, 100);
	ck_assert_int_le(f.level[0].end, SIM_TIME_MAX / 2);
	fake_release(&f);
	free(params);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("work");
	TCase *c = tcase_create("closed loop");

	tcase_add_test(c, registry);
	tcase_add_test(c, v5_levels_and_counts);
	tcase_add_test(c, users_think);
	tcase_add_test(c, same_requests_for_every_server);
	tcase_add_test(c, indices_and_answers_are_unique);
	tcase_add_test(c, v5_means);
	tcase_add_test(c, shared_first_tokens);
	tcase_add_test(c, weights);
	tcase_add_test(c, timeouts);
	tcase_add_test(c, grammars);
	tcase_add_test(c, endless_thoughts);
	suite_add_tcase(s, c);
	return s;
}

int main(void)
{
	return harness_run(suite());
}

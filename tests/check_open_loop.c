/* check_open_loop.c - arrivals at a rate: how many, how regular, and that nothing else changes them. */
#include "config.h"

#include "work/workload.h"

#include <math.h>

#include "fake_server.h"
#include "harness.h"
#include "work/prompts.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))

enum { POISSON, CONSTANT, GAMMA };

static struct prompt_params prompt[2];

static const struct workload *open_loop(void)
{
	const struct workload *w = workload_find("open_loop");

	ck_assert_ptr_nonnull(w);
	return w;
}

static void set_rates(void *params, size_t n, double *rate)
{
	struct real_list *list = param_at(open_loop()->keys, params, "rates", KEY_REALS);

	*list = (struct real_list){ rate, n };
}

static void set_arrivals(void *params, int kind, double cv)
{
	*(int *)param_at(open_loop()->keys, params, "arrivals", KEY_ENUM) = kind;
	set_real(open_loop(), params, "cv", cv);
}

/* Prompts of two kinds: 5 shared tokens and some of its own; 7 shared ones. */
static void *chat_params(size_t n, double *rate, int64_t requests)
{
	const struct workload *w = open_loop();
	void *params = params_new(w);
	struct sub_list *list = param_at(w->keys, params, "prompts", KEY_LIST);

	prompt[0] = (struct prompt_params){ .weight = 3, .spans = "head:5", .own = uniform(10, 20),
					    .output = exponential(50) };
	prompt[1] = (struct prompt_params){ .weight = 1, .spans = "fixed:7", .own = constant(0),
					    .output = constant(9) };
	*list = (struct sub_list){ prompt, N(prompt) };
	set_rates(params, n, rate);
	set_arrivals(params, POISSON, 1);
	set_int(w, params, "requests", requests);
	set_int(w, params, "max_tokens", 64);
	set_real(w, params, "idle_s", 5);
	return params;
}

/* Mean and coefficient of variation of the gaps before the requests of a level, in s. */
static double gaps(const struct fake *f, size_t level, double *cv)
{
	const struct level_seen *l = &f->level[level];
	double sum = 0, squares = 0, n = (double)(l->last - l->first - 1);

	for (size_t i = l->first + 1; i < l->last; i++) {
		double gap = s_of(f->sent[i].r.t_send - f->sent[i - 1].r.t_send);

		sum += gap;
		squares += gap * gap;
	}
	*cv = sqrt(fmax(squares / n - sum / n * (sum / n), 0)) / (sum / n);
	return sum / n;
}

/* Limits: five standard errors of the mean and of the coefficient of variation of 3,999 gaps, roughly. */
START_TEST(gaps_are_as_asked)
{
	static const struct { int kind; double cv, mean_tol, cv_tol; } c[] = {
		{ POISSON, 1, 0.08, 0.1 }, { CONSTANT, 1, 1e-6, 1e-6 }, { GAMMA, 0.25, 0.02, 0.03 },
		{ GAMMA, 3, 0.25, 0.6 },
	};
	double rate[] = { 20, 500 };
	void *params = chat_params(2, rate, 4000);
	struct fake f = { .latency = 100 * NS_PER_MS };
	uint64_t seed = harness_seed();

	set_arrivals(params, c[_i].kind, c[_i].cv);
	fake_run(&f, open_loop(), params, seed, 0);
	ck_assert_uint_eq(f.nlevels, 2);
	for (size_t i = 0; i < 2; i++) {
		double cv, mean = gaps(&f, i, &cv);

		ck_assert_uint_eq(f.level[i].last - f.level[i].first, 4000);
		ck_assert_double_eq_tol(mean * rate[i], 1, c[_i].mean_tol);
		ck_assert_double_eq_tol(cv, c[_i].kind == CONSTANT ? 0 : c[_i].cv, c[_i].cv_tol);
	}
	fake_release(&f);
	free(params);
}
END_TEST

START_TEST(levels_follow_each_other)
{
	double rate[] = { 2, 8.5, 2 };
	void *params = chat_params(3, rate, 30);
	static const char *const label[] = { "2 req/s", "8.5 req/s", "2 req/s" };
	struct fake f = { .latency = 2 * (sim_time)NS_PER_S };
	struct level_info info;

	fake_run(&f, open_loop(), params, 1, 0);
	ck_assert_uint_eq(f.nlevels, 3);
	for (size_t i = 0; i < 3; i++) {
		ck_assert(open_loop()->level(params, i, &info));
		ck_assert_str_eq(info.label, label[i]);
		ck_assert_int_eq(info.users, 0);
		ck_assert_int_eq(f.level[i].end, f.sent[f.level[i].last - 1].t_done);
		if (i > 0)
			ck_assert_int_ge(f.level[i].begin, f.level[i - 1].end + 5 * (sim_time)NS_PER_S);
	}
	for (size_t i = 0; i < f.n; i++)		/* no two ask the same, not even at the same rate */
		for (size_t j = 0; j < i; j++)
			ck_assert_uint_ne(f.sent[i].r.index, f.sent[j].r.index);
	fake_release(&f);
	free(params);
}
END_TEST

/* 3.5 s at 2 a second, regular: at 0.5, 1, ... 3.5. */
START_TEST(duration_ends_a_level)
{
	double rate[] = { 2, 0.1 };
	void *params = chat_params(2, rate, 0);
	struct fake f = { .latency = NS_PER_S };

	set_real(open_loop(), params, "duration_s", 3.5);
	set_arrivals(params, CONSTANT, 1);
	fake_run(&f, open_loop(), params, 1, 0);
	ck_assert_uint_eq(f.nlevels, 2);
	ck_assert_uint_eq(f.n, 7);
	ck_assert_int_eq(f.sent[0].r.t_send, NS_PER_S / 2);
	ck_assert_int_eq(f.sent[6].r.t_send, 7 * (sim_time)NS_PER_S / 2);
	ck_assert_uint_eq(f.level[1].first, f.level[1].last);	/* nobody came */
	fake_release(&f);
	free(params);
}
END_TEST


/* Another server and another level before it change neither when nor what is asked. */
START_TEST(requests_depend_on_nothing_else)
{
	double one[] = { 12.5 }, two[] = { 3, 12.5 };
	void *a = chat_params(1, one, 200), *b = chat_params(2, two, 200);
	struct fake f = { .latency = NS_PER_S, .keep_prompts = true };
	struct fake g = { .latency = 20 * (sim_time)NS_PER_S, .keep_prompts = true };
	sim_time first;

	fake_run(&f, open_loop(), a, 7, 3);
	fake_run(&g, open_loop(), b, 7, 3);
	first = g.sent[g.level[1].first].r.t_send;
	for (size_t i = 0; i < f.n; i++) {
		const struct request *r = &f.sent[i].r, *q = &fake_find(&g, r->index)->r;

		ck_assert_int_eq(r->t_send - f.sent[0].r.t_send, q->t_send - first);
		ck_assert_uint_eq(r->output_len, q->output_len);
		ck_assert_uint_eq(r->output_stream, q->output_stream);
		ck_assert_uint_eq(r->nprompt, q->nprompt);
		ck_assert_mem_eq(f.sent[i].prompt, fake_find(&g, r->index)->prompt,
				 r->nprompt * sizeof(struct span));
	}
	fake_release(&f);
	fake_release(&g);
	free(a);
	free(b);
}
END_TEST

START_TEST(prompts_share_what_they_say)
{
	double rate[] = { 100 };
	void *params = chat_params(1, rate, 400);
	struct fake f = { .latency = NS_PER_S, .keep_prompts = true };
	size_t fixed = 0, first = SIZE_MAX;

	fake_run(&f, open_loop(), params, 1, 0);
	for (size_t i = 0; i < f.n; i++) {
		const struct sent *s = &f.sent[i];

		if (s->r.nprompt == 1) {
			ck_assert_uint_eq(s->r.input_len, 7);
			ck_assert_uint_eq(s->r.output_len, 9);
			fixed++;
			continue;
		}
		first = first == SIZE_MAX ? i : first;
		ck_assert_uint_eq(s->r.nprompt, 2);
		ck_assert_mem_eq(&s->prompt[0], &f.sent[first].prompt[0], sizeof(struct span));
		ck_assert(s->prompt[1].length >= 10 && s->prompt[1].length <= 20);
		for (size_t j = first; j < i; j++)
			ck_assert(f.sent[j].r.nprompt == 1 ||
				  f.sent[j].prompt[1].stream != s->prompt[1].stream);
	}
	ck_assert(fixed > 60 && fixed < 140);		/* 100, five standard deviations */
	fake_release(&f);
	free(params);
}
END_TEST

START_TEST(warm_up_comes_first)
{
	double rate[] = { 10 };
	void *params = chat_params(1, rate, 50);
	const struct key_table *t = open_loop()->keys;
	char *sub = param_at(t, params, "warmup", KEY_SUB);
	struct fake f = { .latency = NS_PER_S };
	struct level_info info;

	for (size_t i = 0; i < t->n; i++)
		if (t->key[i].offset_present != SIZE_MAX) {
			*(bool *)((char *)params + t->key[i].offset_present) = true;
			t = t->key[i].sub;
			break;
		}
	*(double *)param_at(t, sub, "rate", KEY_REAL) = 4;
	*(int64_t *)param_at(t, sub, "requests", KEY_INT) = 12;
	fake_run(&f, open_loop(), params, 1, 0);
	ck_assert_uint_eq(f.nlevels, 2);
	ck_assert(open_loop()->level(params, 0, &info) && !info.reported);
	ck_assert_uint_eq(f.level[0].last, 12);
	ck_assert_uint_eq(f.level[1].last - f.level[1].first, 50);
	fake_release(&f);
	free(params);
}
END_TEST

static void complains(void *params, const char *expected)
{
	struct diag d;

	diag_init(&d);
	open_loop()->check(params, "x.cfg", 3, &d);
	ck_assert_uint_eq(d.n, expected ? 1 : 0);
	if (expected)
		ck_assert_str_eq(d.message[0].text, expected);
	diag_release(&d);
}

START_TEST(contradictions_are_refused)
{
	double rate[] = { 10 };
	void *params = chat_params(1, rate, 50);

	complains(params, NULL);
	set_real(open_loop(), params, "duration_s", 60);
	complains(params, "both 'requests' and 'duration_s' are given; expected one of them");
	set_int(open_loop(), params, "requests", 0);
	complains(params, NULL);
	set_real(open_loop(), params, "duration_s", 0);
	complains(params, "neither 'requests' nor 'duration_s' is given; expected one of them");
	set_int(open_loop(), params, "requests", 1);
	set_arrivals(params, POISSON, 2);
	complains(params, "'cv' = 2 means nothing with arrivals = \"poisson\"; expected \"gamma\"");
	set_arrivals(params, GAMMA, 2);
	complains(params, NULL);
	free(params);
}
END_TEST

START_TEST(longest_prompt)
{
	double rate[] = { 10 };
	void *params = chat_params(1, rate, 50);

	ck_assert_uint_eq(open_loop()->longest_prompt(params), 25);
	prompt[0].own = exponential(10);
	ck_assert_uint_eq(open_loop()->longest_prompt(params), 0);	/* not known */
	prompt[0].own.max = 100;
	ck_assert_uint_eq(open_loop()->longest_prompt(params), 105);
	free(params);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("open_loop");
	TCase *tc = tcase_create("open_loop");

	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, gaps_are_as_asked, 0, 4);
	tcase_add_test(tc, levels_follow_each_other);
	tcase_add_test(tc, duration_ends_a_level);
	tcase_add_test(tc, requests_depend_on_nothing_else);
	tcase_add_test(tc, prompts_share_what_they_say);
	tcase_add_test(tc, warm_up_comes_first);
	tcase_add_test(tc, contradictions_are_refused);
	tcase_add_test(tc, longest_prompt);
	suite_add_tcase(suite, tc);
	return harness_run(suite);
}

/* check_scenarios.c - the scenarios ask for what their comments say.
 *
 * The workload of each is read from its file and driven against a server with
 * one fixed latency, so that nothing here depends on an engine.
 */
#include "config.h"

#include "work/workload.h"

#include <math.h>
#include <string.h>

#include "config/cfgfile.h"
#include "config/keyread.h"
#include "fake_server.h"
#include "harness.h"

/* KV pool of one A40 at mem_fraction_static = 0.90, tokens: (0.90 * 43.9 GiB - 14.98 GiB) / 128 KiB. */
#define POOL	200949.0

struct loaded {
	struct cfgfile file;
	struct arena arena;
	const struct workload *w;
	void *params;
};

static void load(struct loaded *l, const char *name)
{
	static const char *const also[] = { "type", NULL };
	const char *data = getenv("SERVESIM_DATA"), *type;
	const config_setting_t *group;
	struct key_reader reader;
	struct diag errors;
	char *path;

	arena_init(&l->arena, ARENA_CHUNK);
	diag_init(&errors);
	path = arena_printf(&l->arena, "%s/scenarios/%s", data ? data : ".", name);
	ck_assert_int_eq(cfgfile_read(&l->file, path, &errors), 0);
	group = config_setting_get_member(cfgfile_root(&l->file), "workload");
	ck_assert(config_setting_lookup_string(group, "type", &type));
	l->w = workload_find(type);
	ck_assert_ptr_nonnull(l->w);
	l->params = arena_alloc(&l->arena, l->w->keys->struct_size);
	reader = (struct key_reader){ &l->file, &l->arena, &errors };
	key_read(&reader, l->w->keys, &(struct key_group){ group, group, "workload", also }, l->params);
	l->w->check(l->params, path, 1, &errors);
	diag_print(&errors, stdout);
	ck_assert_uint_eq(errors.n, 0);
	diag_release(&errors);
}

static void unload(struct loaded *l)
{
	cfgfile_release(&l->file);
	arena_release(&l->arena);
}

START_TEST(v5_is_the_client_that_was_measured)
{
	static const size_t users[] = { 5, 10, 50, 100 }, each[] = { 4, 5, 5, 5 };
	static const double idle[] = { 3, 5, 5 };
	double in = 0, out = 0, n = 0;
	struct loaded l;

	load(&l, "v5-sglang.cfg");
	ck_assert_double_eq(l.w->client_timeout_s(l.params), 60);
	ck_assert_uint_eq(l.w->longest_prompt(l.params), 19);
	for (uint32_t rep = 0; rep < 20; rep++) {
		struct fake f = { .latency = 4 * (sim_time)NS_PER_S };

		fake_run(&f, l.w, l.params, 1, rep);
		ck_assert_uint_eq(f.nlevels, 4);
		for (size_t i = 0; i < 4; i++) {
			ck_assert_uint_eq(f.level[i].last - f.level[i].first, users[i] * each[i]);
			if (i > 0)
				ck_assert_double_eq(s_of(f.level[i].begin - f.level[i - 1].end),
						    idle[i - 1]);
		}
		for (size_t i = 0; i < f.n; i++) {
			ck_assert(!f.sent[i].r.stream && !f.sent[i].r.ignore_eos);
			in += (double)f.sent[i].r.input_len;
			out += (double)f.sent[i].r.output_len;
		}
		n += (double)f.n;
		fake_release(&f);
	}
	/* variances as in check_work.c */
	ck_assert_double_eq_tol(in / n, 17.0, 4 * sqrt(1.5 / n));
	ck_assert_double_eq_tol(out / n, 114.5, 4 * 108 * sqrt(7.0 / 64 / n));
	unload(&l);
}
END_TEST

/* What users would like the server to remember, and what their conversations are like. */
struct demand {
	double token_s, user_s;		/* own history x time, and time, of all conversations */
	uint64_t system[64];		/* streams of the system prompts */
	size_t nsystem;
	double system_tokens;		/* of each of them */
	size_t conversations, early;	/* all; of fewer than 4 turns */
};

static void count_system(struct demand *d, const struct span *prompt)
{
	size_t k = 0;

	while (k < d->nsystem && d->system[k] != prompt->stream)
		k++;
	ck_assert_uint_lt(k, sizeof(d->system) / sizeof(d->system[0]));
	d->system[k] = prompt->stream;
	d->nsystem += k == d->nsystem;
	d->system_tokens = (double)prompt->length;
}

/* A conversation is alive from its first turn to its last answer; its history is the prompt and the
 * answer of the newest turn.  A system prompt is counted once, not per conversation. */
static void measure(const struct fake *f, size_t level, struct demand *d)
{
	const struct sent *last[1000] = { NULL };

	for (size_t i = f->level[level].first; i < f->level[level].last; i++) {
		const struct sent *s = &f->sent[i], *p = last[s->r.user];
		double hold = s_of(s->t_done - s->r.t_send);

		ck_assert_uint_le(s->r.input_len + s->r.max_new_tokens, 8192);
		ck_assert_uint_lt(s->r.turn, 10);
		ck_assert(s->r.stream);
		if (s->r.turn == 0) {
			count_system(d, &s->prompt[0]);
			d->conversations++;
			d->early += p && p->r.turn < 3;
		} else {
			double before = (double)(p->r.input_len + p->r.output_len) - d->system_tokens;

			d->token_s += before * s_of(s->r.t_send - p->t_done);
			d->user_s += s_of(s->r.t_send - p->t_done);
		}
		d->token_s += ((double)(s->r.input_len + s->r.output_len) - d->system_tokens) * hold;
		d->user_s += hold;
		last[s->r.user] = s;
	}
}

/* The comments of multiturn.cfg: live histories want 1.6, 1.9, 2.3 and 2.7 times the pool. */
START_TEST(multiturn_wants_more_than_the_pool)
{
	static const double times[] = { 1.57, 1.92, 2.28, 2.63 };
	struct loaded l;

	load(&l, "multiturn.cfg");
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		struct demand d = { 0 };
		struct level_info info;
		double want;

		ck_assert(l.w->level(l.params, i, &info));
		ck_assert(info.reported);
		for (uint32_t rep = 0; rep < 5; rep++) {
			struct fake f = { .latency = 30 * (sim_time)NS_PER_S, .keep_prompts = true };

			fake_run(&f, l.w, l.params, 1, rep);
			measure(&f, i, &d);
			fake_release(&f);
		}
		want = (double)info.users * d.token_s / d.user_s + (double)d.nsystem * d.system_tokens;
		printf("%s: %.0f tokens a conversation, %.0f in all, %.2f times the pool; "
		       "%zu of %zu end early\n", info.label, d.token_s / d.user_s, want, want / POOL,
		       d.early, d.conversations);
		ck_assert_double_eq_tol(want / POOL, times[i], 0.04);
		ck_assert(want / POOL >= 1.5 && want / POOL <= 3.0);
		ck_assert_uint_le(200 * d.early, d.conversations);
	}
	unload(&l);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("scenarios");
	TCase *t = tcase_create("scenarios");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, v5_is_the_client_that_was_measured);
	tcase_add_test(t, multiturn_wants_more_than_the_pool);
	suite_add_tcase(s, t);
	return s;
}

int main(void)
{
	return harness_run(suite());
}

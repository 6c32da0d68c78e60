/* tests/fake_server.c - a server with one fixed latency. */
#include "config.h"

#include "fake_server.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define USERS	4096

static void answer(void *self, void *object)
{
	struct fake *f = self;
	struct request *r = object;
	double timeout = f->w->client_timeout_s(f->params);
	bool late = timeout > 0 && s_of(f->latency) > timeout;
	bool refused = f->fail_every > 0 && r->index % f->fail_every == 1;

	r->end = late ? REQUEST_TIMEOUT : refused ? REQUEST_REJECTED : REQUEST_OK;
	r->output_done = r->end == REQUEST_OK ? r->output_len : 0;
	f->out[r->user] = false;
	f->w->done(f->self, r);
}

static void submit(void *ctx, struct request *r)
{
	struct fake *f = ctx;
	double timeout = f->w->client_timeout_s(f->params);
	sim_time t = f->sim.now + f->latency;
	struct sent *s;

	if (timeout > 0 && s_of(f->latency) > timeout)
		t = f->sim.now + sim_time_from_s(timeout);
	ck_assert_int_eq(r->t_send, f->sim.now);
	ck_assert(f->in_level);
	ck_assert_uint_eq(r->level, f->nlevels - 1);
	ck_assert_uint_lt(r->user, USERS);
	ck_assert(!f->out[r->user]);		/* one at a time */
	ck_assert_uint_eq(r->id, f->n);
	ck_assert_uint_eq(r->input_len, span_total(r->prompt, r->nprompt));
	ck_assert_uint_ge(r->output_len, 1);
	ck_assert_uint_le(r->output_len, r->max_new_tokens);
	ck_assert_int_eq(r->t_first, -1);
	f->out[r->user] = true;
	ARRAY_ROOM(f->sent, f->n, f->cap);
	s = &f->sent[f->n++];
	*s = (struct sent){ .r = *r, .t_done = t };
	if (f->keep_prompts) {
		s->prompt = xcalloc(r->nprompt, sizeof(*s->prompt));
		memcpy(s->prompt, r->prompt, r->nprompt * sizeof(*s->prompt));
	}
	sim_at(&f->sim, t, EV_CLIENT, answer, f, r, r->id);
}

static void level_begin(void *ctx, uint32_t level)
{
	struct fake *f = ctx;

	ck_assert(!f->in_level);
	ck_assert_uint_eq(level, f->nlevels);
	ck_assert_uint_lt(level, sizeof(f->level) / sizeof(f->level[0]));
	f->in_level = true;
	f->level[f->nlevels++] = (struct level_seen){ .begin = f->sim.now, .first = f->n };
}

static void level_end(void *ctx, uint32_t level)
{
	struct fake *f = ctx;

	ck_assert(f->in_level);
	ck_assert_uint_eq(level, f->nlevels - 1);
	for (size_t u = 0; u < USERS; u++)
		ck_assert(!f->out[u]);
	f->in_level = false;
	f->level[level].end = f->sim.now;
	f->level[level].last = f->n;
}

void fake_run(struct fake *f, const struct workload *w, const void *params, uint64_t seed,
	      uint32_t replication)
{
	struct level_info info;
	struct work_env env;

	f->w = w;
	f->params = params;
	f->out = xcalloc(USERS, sizeof(*f->out));
	sim_init(&f->sim, seed, replication);
	arena_init(&f->arena, 4 << 20);
	env = (struct work_env){ .sim = &f->sim, .arena = &f->arena, .seed = seed,
				 .replication = replication, .submit = submit,
				 .level_begin = level_begin, .level_end = level_end, .ctx = f };
	f->self = w->create(params, &env);
	w->start(f->self);
	sim_run(&f->sim);
	ck_assert(!f->in_level);
	ck_assert(!w->level(params, f->nlevels, &info));	/* all levels have run */
}

void fake_release(struct fake *f)
{
	if (f->w->release)
		f->w->release(f->self);
	for (size_t i = 0; i < f->n; i++)
		free(f->sent[i].prompt);
	free(f->sent);
	free(f->out);
	sim_release(&f->sim);
	arena_release(&f->arena);
}

const struct sent *fake_find(const struct fake *f, uint64_t index)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->sent[i].r.index == index)
			return &f->sent[i];
	ck_abort_msg("no request has index %llu", (unsigned long long)index);
	return NULL;
}

void *params_new(const struct workload *w)
{
	return xcalloc(1, w->keys->struct_size);
}

void *param_at(const struct key_table *t, void *params, const char *name, enum key_type type)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->key[i].name, name) == 0) {
			ck_assert_int_eq(t->key[i].type, type);
			return (char *)params + t->key[i].offset;
		}
	ck_abort_msg("no key '%s'", name);
	return NULL;
}

void set_int(const struct workload *w, void *params, const char *name, int64_t v)
{
	*(int64_t *)param_at(w->keys, params, name, KEY_INT) = v;
}

void set_real(const struct workload *w, void *params, const char *name, double v)
{
	*(double *)param_at(w->keys, params, name, KEY_REAL) = v;
}

void set_dist(const struct workload *w, void *params, const char *name, struct dist d)
{
	*(struct dist *)param_at(w->keys, params, name, KEY_DIST) = d;
}

void set_users(const struct workload *w, void *params, size_t n, const int64_t *v)
{
	struct int_list *users = param_at(w->keys, params, "users", KEY_INTS);

	users->n = n;
	memcpy(users->v, v, n * sizeof(*v));
}

struct dist constant(double v)
{
	return (struct dist){ .kind = DIST_CONSTANT, .a = v, .max = INFINITY };
}

struct dist uniform(double lo, double hi)
{
	return (struct dist){ .kind = DIST_UNIFORM, .a = lo, .b = hi, .max = INFINITY };
}

struct dist exponential(double mean)
{
	return (struct dist){ .kind = DIST_EXPONENTIAL, .a = mean, .max = INFINITY };
}

/* fixture_work.c - workloads by hand: a script, and a Poisson stream. */
#include "config.h"

#include <gsl/gsl_randist.h>
#include <stdio.h>

#include "base/slab.h"
#include "core/rng.h"
#include "fixture.h"

/* ---- script */

struct script {
	const struct script_params *p;
	struct work_env env;
	struct request *request;	/* of a level, reused by the next */
	uint64_t sent;
	size_t out, level;
};

static bool script_level(const void *params, size_t i, struct level_info *out)
{
	const struct script_params *p = params;

	if (i >= p->nlevels)
		return false;
	*out = (struct level_info){ .users = (int64_t)i + 1, .reported = i > 0 || !p->warmup };
	snprintf(out->label, sizeof(out->label), "level %zu", i);
	return true;
}

static void *script_create(const void *params, const struct work_env *env)
{
	struct script *w = arena_alloc(env->arena, sizeof(*w));

	w->p = params;
	w->env = *env;
	w->request = arena_alloc(env->arena, w->p->nlines * sizeof(*w->request));
	return w;
}

static void script_send(void *self, void *object)
{
	struct script *w = self;
	struct request *r = object;
	const struct script_line *line = &w->p->line[r - w->request];

	*r = (struct request){ .id = w->sent, .index = w->sent, .level = (uint32_t)w->level, .grammar = -1,
			       .input_len = line->input_len, .max_new_tokens = line->output_len,
			       .output_len = line->output_len, .stream = line->stream,
			       .t_send = w->env.sim->now };
	w->sent++;
	w->env.submit(w->env.ctx, r);
}

static void script_begin(void *self, void *object)
{
	struct script *w = self;

	(void)object;
	w->out = w->p->nlines;
	w->env.level_begin(w->env.ctx, (uint32_t)w->level);
	for (size_t i = 0; i < w->p->nlines; i++)
		sim_at(w->env.sim, w->env.sim->now + sim_time_from_ms(w->p->line[i].send_ms), EV_CLIENT,
		       script_send, w, &w->request[i], i);
}

static void script_start(void *self)
{
	script_begin(self, NULL);
}

static void script_done(void *self, struct request *r)
{
	struct script *w = self;

	*r = (struct request){ .id = UINT64_MAX };	/* nobody may look at it any more */
	if (--w->out > 0)
		return;
	w->env.level_end(w->env.ctx, (uint32_t)w->level);
	if (++w->level < w->p->nlevels)
		sim_at(w->env.sim, w->env.sim->now + sim_time_from_ms(w->p->gap_ms), EV_CLIENT,
		       script_begin, w, NULL, w->level);
}

static double script_timeout_s(const void *params)
{
	return ((const struct script_params *)params)->timeout_s;
}

const struct workload script_workload = {
	.name = "script", .level = script_level, .create = script_create, .start = script_start,
	.done = script_done, .client_timeout_s = script_timeout_s,
};

/* ---- Poisson */

struct poisson {
	const struct poisson_params *p;
	struct work_env env;
	struct rng gaps, lengths;
	struct slab requests;
	struct span prompt;
	uint64_t sent, out;
};

static bool poisson_level(const void *params, size_t i, struct level_info *out)
{
	(void)params;
	*out = (struct level_info){ .reported = i == 1 };
	snprintf(out->label, sizeof(out->label), "%s", i ? "measured" : "warm-up");
	return i < 2;
}

static void *poisson_create(const void *params, const struct work_env *env)
{
	struct poisson *w = arena_alloc(env->arena, sizeof(*w));

	w->p = params;
	w->env = *env;
	slab_init(&w->requests, env->arena, sizeof(struct request));
	rng_init(&w->gaps, env->seed, env->replication, "gaps", 0);
	rng_init(&w->lengths, env->seed, env->replication, "lengths", 0);
	w->prompt = (struct span){ .stream = 1, .length = 10 };
	return w;
}

static sim_time poisson_gap(struct poisson *w)
{
	return sim_time_from_s(gsl_ran_exponential(&w->gaps.gsl, 1 / w->p->rate));
}

static void poisson_send(void *self, void *object)
{
	struct poisson *w = self;
	struct request *r = slab_alloc(&w->requests);
	const struct poisson_params *p = w->p;

	(void)object;
	if (w->sent == 0 || w->sent == p->warmup)
		w->env.level_begin(w->env.ctx, w->sent > 0);
	*r = (struct request){ .id = w->sent, .index = w->sent, .level = w->sent >= p->warmup,
			       .grammar = -1, .prompt = &w->prompt, .nprompt = 1,
			       .input_len = w->prompt.length, .output_len = 1,
			       .output_stream = 1000 + w->sent, .t_send = w->env.sim->now };
	if (p->output_mean > 1)
		r->output_len = gsl_ran_geometric(&w->lengths.gsl, 1.0 / p->output_mean);
	r->max_new_tokens = r->output_len;
	w->sent++;
	w->out++;
	if (w->sent < p->n)
		sim_at(w->env.sim, w->env.sim->now + poisson_gap(w), EV_CLIENT, poisson_send, w, NULL,
		       w->sent);
	w->env.submit(w->env.ctx, r);
}

static void poisson_start(void *self)
{
	struct poisson *w = self;

	sim_at(w->env.sim, w->env.sim->now, EV_CLIENT, poisson_send, w, NULL, 0);
}

static void poisson_done(void *self, struct request *r)
{
	struct poisson *w = self;

	slab_free(&w->requests, r);
	if (--w->out == 0 && w->sent == w->p->n)
		w->env.level_end(w->env.ctx, 1);
}

static double poisson_timeout_s(const void *params)
{
	(void)params;
	return 0;
}

const struct workload poisson_workload = {
	.name = "poisson", .level = poisson_level, .create = poisson_create, .start = poisson_start,
	.done = poisson_done, .client_timeout_s = poisson_timeout_s,
};

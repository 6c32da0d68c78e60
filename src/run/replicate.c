/* run/replicate.c - set up, run, collect. */
#include "config.h"

#include "run/replicate.h"

#include <stdlib.h>

#include "base/mem.h"
#include "run/englog.h"
#include "run/server.h"
#include "run/timeline.h"

struct replica {			/* what lives as long as the replication */
	struct arena arena;
	struct sim sim;
	struct metrics metrics;
	struct timeline_recorder timeline;
	struct engine_log log;
	struct server server;
};

/* Listeners in the order of their calls: others read what the metrics have brought up to date. */
static void listen(struct replica *x, const struct replicate_job *job)
{
	struct probe *last = &x->metrics.probe;

	if (job->timeline) {
		timeline_init(&x->timeline, &x->arena, &x->metrics.meter);
		last = last->next = &x->timeline.probe;
	}
	if (job->engine_log) {
		englog_init(&x->log, job->engine_log, job->scenario->engine);
		last->next = &x->log.probe;
	}
}

static void say_hang(const struct replica *x, const struct scenario *s, struct replication *out)
{
	const char *why = s->engine->explain_hang ? s->engine->explain_hang(x->server.engine) : NULL;

	out->hang = true;
	if (why)
		snprintf(out->hang_text, sizeof(out->hang_text), "%s", why);
	else
		snprintf(out->hang_text, sizeof(out->hang_text),
			 "nothing runs and nothing is admitted any more, with %lu request%s waiting",
			 (unsigned long)x->server.hang_queued, x->server.hang_queued == 1 ? "" : "s");
}

static void collect_timeline(struct replica *x, const struct replicate_job *job, struct timeline *out)
{
	const size_t most = sizeof(out->level) / sizeof(out->level[0]);
	sim_time end = 0;
	size_t k;

	for (size_t i = 0; i < job->nlevels && out->nlevels < most; i++) {
		const struct level_tally *l = &x->metrics.level[i];

		if (!l->begun)
			continue;
		k = out->nlevels++;
		out->level[k].begin_s = s_of(l->first.t);
		out->level[k].end_s = s_of(l->told);
		out->level[k].reported = job->level[i].reported;
		snprintf(out->level[k].label, sizeof(out->level[k].label), "%s", job->level[i].label);
		end = l->told > end ? l->told : end;
	}
	timeline_finish(&x->timeline, end, out);
}

static void collect(struct replica *x, const struct replicate_job *job, struct replication *out)
{
	const struct scenario *s = job->scenario;

	*out = (struct replication){ .digest = x->sim.digest, .events = x->sim.events,
				     .largest = x->metrics.largest };
	out->level = xcalloc(job->nlevels ? job->nlevels : 1, sizeof(*out->level));
	for (size_t i = 0; i < job->nlevels; i++) {
		level_numbers_of(&x->metrics, i, &job->level[i], &s->model, &s->gpu, &out->level[i]);
		coverage_join(&out->coverage, &out->level[i].coverage);
	}
	if (job->timeline)
		collect_timeline(x, job, &out->timeline);
	if (x->server.hang)
		say_hang(x, s, out);
	out->balanced = x->server.hang || s->engine->balanced(x->server.engine);
}

void replicate(const struct replicate_job *job, struct replication *out)
{
	const struct scenario *s = job->scenario;
	struct replica *x = xcalloc(1, sizeof(*x));

	arena_init(&x->arena, ARENA_CHUNK);
	sim_init(&x->sim, (uint64_t)s->run.seed, job->number);
	x->sim.step = s->run.step;
	metrics_init(&x->metrics, &x->arena, job->nlevels, cost_idle_w(s->cost),
		     (size_t)s->run.exact_samples);
	x->metrics.slo = s->has_slo ? &s->slo : NULL;
	x->metrics.longest = s->engine->longest_request(s->engine_params, job->kv_tokens);
	listen(x, job);
	server_init(&x->server, s, job->number, &x->sim, &x->arena, &x->metrics, &x->metrics.probe);
	if (job->engine_log)
		englog_start(&x->log, x->server.engine);
	server_run(&x->server);
	collect(x, job, out);
	server_release(&x->server);
	metrics_release(&x->metrics);
	sim_release(&x->sim);
	arena_release(&x->arena);
	free(x);
}

void replication_release(struct replication *r)
{
	free(r->level);
	free(r->timeline.point);
	*r = (struct replication){ 0 };
}

/* run/run.c - a pool of threads for the replications, and the verdict on memory. */
#include "config.h"

#include "run/run.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/bug.h"
#include "base/mem.h"
#include "run/merge.h"
#include "run/preset.h"
#include "run/replicate.h"

#define LEVELS_MAX	4096		/* of a workload; more is a workload without end */

struct pool {				/* shared by the threads of a run */
	const struct replicate_job *job;	/* n of them */
	struct replication *out;
	size_t n;
	const struct run_options *options;
	pthread_mutex_t lock;		/* of the two counters, and of progress() */
	size_t next, done;
};

static bool take(struct pool *p, size_t *k)
{
	bool any;

	pthread_mutex_lock(&p->lock);
	any = p->next < p->n;
	*k = p->next;
	p->next += any;
	pthread_mutex_unlock(&p->lock);
	return any;
}

static void put(struct pool *p)
{
	const struct run_options *o = p->options;

	pthread_mutex_lock(&p->lock);
	p->done++;
	if (o->progress)
		o->progress(o->progress_ctx, (int64_t)p->done, (int64_t)p->n);
	pthread_mutex_unlock(&p->lock);
}

static void *work(void *arg)
{
	struct pool *p = arg;
	size_t k;

	while (take(p, &k)) {
		replicate(&p->job[k], &p->out[k]);
		put(p);
	}
	return NULL;
}

static size_t threads_for(int64_t asked, size_t n)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	size_t threads = asked > 0 ? (size_t)asked : cores > 0 ? (size_t)cores : 1;

	return threads < n ? threads : n;
}

/* This thread works too: a pool of one starts no other.  A thread that does not start is one fewer. */
static void run_pool(struct pool *p)
{
	size_t nthreads = threads_for(p->options->threads, p->n), started = 0;
	pthread_t *thread = xcalloc(nthreads, sizeof(*thread));

	pthread_mutex_init(&p->lock, NULL);
	while (started + 1 < nthreads && pthread_create(&thread[started], NULL, work, p) == 0)
		started++;
	work(p);
	for (size_t i = 0; i < started; i++)
		pthread_join(thread[i], NULL);
	pthread_mutex_destroy(&p->lock);
	free(thread);
}

static struct level_info *levels_of(const struct scenario *s, size_t *n)
{
	struct level_info *level = NULL, info;
	size_t cap = 0;

	for (*n = 0; s->workload->level(s->workload_params, *n, &info); level[(*n)++] = info) {
		BUG_ON(*n >= LEVELS_MAX);
		ARRAY_ROOM(level, *n, cap);
	}
	return level;
}

/* The shape of a recorded prefill pass, as far as counts tell: rows are taken to be of equal length. */
static struct pass_shape shape_of(const struct pass_record *p)
{
	double rows = p->prefill_rows, mean = (double)p->computed_tokens / rows;
	double behind = (double)p->cached_tokens / rows;

	return (struct pass_shape){
		.prefill_rows = p->prefill_rows,
		.prefill_tokens = p->computed_tokens,
		.prefill_context = p->computed_tokens + p->cached_tokens,
		.prefill_pairs = rows * mean * (behind + (mean + 1.0) / 2.0),
		.decode_rows = p->decode_rows,
		.decode_context = p->context_tokens,
		.sampled_rows = p->prefill_rows + p->decode_rows,
		.padded_rows = p->padded_rows,
	};
}

static void judge_memory(struct run_result *out, const struct replication *r, size_t n)
{
	const struct scenario *s = out->scenario;
	const struct pass_record *largest = &r[0].largest;
	struct pass_shape shape;

	for (size_t k = 1; k < n; k++)
		if (r[k].largest.computed_tokens > largest->computed_tokens)
			largest = &r[k].largest;
	if (largest->prefill_rows > 0) {
		shape = shape_of(largest);
		s->engine->memory(s->engine_params, &s->gpu, &s->model, s->cost, &shape, &out->memory);
	}
	if (out->memory.verdict != MEMORY_FITS)
		merge_warn(out, "memory: %s", out->memory.sentence);
	if (out->memory.warning[0])
		merge_warn(out, "memory: %s", out->memory.warning);
}

static void run_all(struct run_result *out, const struct run_options *o)
{
	const struct scenario *s = out->scenario;
	size_t n = (size_t)s->run.replications, nlevels;
	struct level_info *level = levels_of(s, &nlevels);
	struct replicate_job *job = xcalloc(n, sizeof(*job));
	struct replication *r = xcalloc(n, sizeof(*r));
	struct pool pool = { .job = job, .out = r, .n = n, .options = o };

	for (size_t k = 0; k < n; k++)
		job[k] = (struct replicate_job){
			.scenario = s, .number = (uint32_t)k, .level = level, .nlevels = nlevels,
			.kv_tokens = out->memory.kv_tokens, .timeline = k == 0,
			.engine_log = k == 0 ? o->engine_log : NULL,
		};
	run_pool(&pool);
	merge_replications(out, r, n, level, nlevels);
	judge_memory(out, r, n);
	for (size_t k = 0; k < n; k++)
		coverage_join(&out->coverage, &r[k].coverage);
	for (size_t i = 0; i < out->nlevels; i++)
		coverage_level(&out->coverage, out->level[i].info.users);
	preset_warn(out);
	merge_measured(out);
	for (size_t k = 0; k < n; k++)
		replication_release(&r[k]);
	free(r);
	free(job);
	free(level);
}

struct run_result *run_scenario(const struct scenario *s, const struct run_options *o)
{
	struct run_result *out = xcalloc(1, sizeof(*out));

	arena_init(&out->arena, ARENA_CHUNK);
	out->scenario = s;
	out->mean_abs_error_pct = (double)NAN;
	s->engine->memory(s->engine_params, &s->gpu, &s->model, s->cost, NULL, &out->memory);
	if (out->memory.verdict != MEMORY_DOES_NOT_FIT)
		run_all(out, o);
	return out;
}

void run_result_free(struct run_result *r)
{
	if (!r)
		return;
	arena_release(&r->arena);
	free(r);
}

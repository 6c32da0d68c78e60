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
	struct replication **out;
	size_t n;
	const struct run_options *options;
	pthread_mutex_t lock;		/* of the two counters, and of progress() */
	size_t next, done;
};

struct run {
	const struct scenario *scenario;
	struct level_info *level;	/* all of the workload, in order; owned */
	size_t nlevels;
	struct replication **done;	/* n of them; owned, each on its own: threads write to them */
	size_t n, cap;
	size_t first;			/* number of done[0] */
	struct memory_report memory;
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
		replicate(&p->job[k], p->out[k]);
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

static void judge_memory(struct run_result *out, struct replication *const *r, size_t n)
{
	const struct scenario *s = out->scenario;
	const struct pass_record *largest = &r[0]->largest;
	struct pass_shape shape;

	for (size_t k = 1; k < n; k++)
		if (r[k]->largest.computed_tokens > largest->computed_tokens)
			largest = &r[k]->largest;
	if (largest->prefill_rows > 0) {
		shape = shape_of(largest);
		s->engine->memory(s->engine_params, &s->gpu, &s->model, s->cost, &shape, &out->memory);
	}
	if (out->memory.verdict != MEMORY_FITS)
		merge_warn(out, "memory: %s", out->memory.sentence);
	if (out->memory.warning[0])
		merge_warn(out, "memory: %s", out->memory.warning);
}

struct run *run_begin(const struct scenario *s)
{
	struct run *r = xcalloc(1, sizeof(*r));

	r->scenario = s;
	s->engine->memory(s->engine_params, &s->gpu, &s->model, s->cost, NULL, &r->memory);
	r->level = levels_of(s, &r->nlevels);
	return r;
}

struct run *run_begin_at(const struct scenario *s, size_t first)
{
	struct run *r = run_begin(s);

	r->first = first;
	return r;
}

/* A job for each replication that run r still lacks. */
static void add_jobs(struct run *r, size_t target, const struct run_options *o, struct pool *p, struct replicate_job *job)
{
	for (; r->n < target; p->n++) {
		ARRAY_ROOM(r->done, r->n, r->cap);
		r->done[r->n] = p->out[p->n] = xcalloc(1, sizeof(struct replication));
		job[p->n] = (struct replicate_job){
			.scenario = r->scenario, .number = (uint32_t)(r->first + r->n), .level = r->level, .nlevels = r->nlevels,
			.kv_tokens = r->memory.kv_tokens, .timeline = r->n == 0,
			.engine_log = r->n == 0 ? o->engine_log : NULL,
		};
		r->n++;
	}
}

void run_grow(struct run *const *r, const size_t *n, size_t nruns, const struct run_options *o)
{
	struct pool pool = { .options = o };
	struct replicate_job *job;
	size_t most = 0;

	for (size_t i = 0; i < nruns; i++)
		most += n[i] > r[i]->n ? n[i] - r[i]->n : 0;
	job = xcalloc(most + 1, sizeof(*job));
	pool.out = xcalloc(most + 1, sizeof(*pool.out));
	pool.job = job;
	for (size_t i = 0; i < nruns; i++)
		if (r[i]->memory.verdict != MEMORY_DOES_NOT_FIT)
			add_jobs(r[i], n[i], o, &pool, job);
	if (pool.n > 0)
		run_pool(&pool);
	free(pool.out);
	free(job);
}

size_t run_replications(const struct run *r)
{
	return r->n;
}

const struct scenario *run_scenario_of(const struct run *r)
{
	return r->scenario;
}

const struct memory_report *run_memory(const struct run *r)
{
	return &r->memory;
}

/* Index among all levels of reported level i; the number of levels if there is none. */
static size_t reported(const struct run *r, size_t i)
{
	size_t k = 0;

	for (; k < r->nlevels; k++)
		if (r->level[k].reported && i-- == 0)
			break;
	return k;
}

size_t run_levels(const struct run *r)
{
	size_t n = 0;

	for (size_t k = 0; k < r->nlevels; k++)
		n += r->level[k].reported;
	return n;
}

const struct level_info *run_level(const struct run *r, size_t level)
{
	size_t k = reported(r, level);

	BUG_ON(k == r->nlevels);
	return &r->level[k];
}

double run_sample(const struct run *r, size_t level, enum metric m, size_t k)
{
	size_t i = reported(r, level);

	BUG_ON(i == r->nlevels || k >= r->n);
	return r->done[k]->level[i].metric[m];
}

double run_sample_cause(const struct run *r, size_t level, enum cause c, size_t k)
{
	size_t i = reported(r, level);

	BUG_ON(i == r->nlevels || k >= r->n);
	return r->done[k]->level[i].cause_ms[c];
}

uint64_t run_digest(const struct run *r, size_t k)
{
	BUG_ON(k >= r->n);
	return r->done[k]->digest;
}

bool run_hangs(const struct run *r)
{
	for (size_t k = 0; k < r->n; k++)
		if (r->done[k]->hang)
			return true;
	return false;
}

struct run_result *run_result_of(const struct run *r)
{
	struct run_result *out = xcalloc(1, sizeof(*out));

	arena_init(&out->arena, ARENA_CHUNK);
	out->scenario = r->scenario;
	out->mean_abs_error_pct = (double)NAN;
	out->memory = r->memory;
	out->replications = r->n;
	if (r->n == 0)
		return out;
	merge_replications(out, r->done, r->n, r->level, r->nlevels);
	judge_memory(out, r->done, r->n);
	for (size_t k = 0; k < r->n; k++)
		coverage_join(&out->coverage, &r->done[k]->coverage);
	for (size_t i = 0; i < out->nlevels; i++)
		coverage_level(&out->coverage, out->level[i].info.users);
	preset_warn(out);
	merge_measured(out);
	return out;
}

void run_end(struct run *r)
{
	if (!r)
		return;
	for (size_t k = 0; k < r->n; k++) {
		replication_release(r->done[k]);
		free(r->done[k]);
	}
	free(r->done);
	free(r->level);
	free(r);
}

struct run_result *run_scenario(const struct scenario *s, const struct run_options *o)
{
	struct run *r = run_begin(s);
	size_t n = (size_t)s->run.replications;
	struct run_result *out;

	run_grow(&r, &n, 1, o);
	out = run_result_of(r);
	run_end(r);
	return out;
}

void run_result_free(struct run_result *r)
{
	if (!r)
		return;
	arena_release(&r->arena);
	free(r);
}

/* jobpool.c - a queue of jobs, threads that do them, a queue of answers. */
#include "config.h"

#include "jobpool.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/bug.h"
#include "base/mem.h"

struct task {
	uint64_t index;
	struct job job;
	int64_t threads;
	char *answer;			/* of a finished one; owned */
	size_t bytes;
};

struct tasks {				/* first in, first out */
	struct task *task;
	size_t first, n, cap;		/* task[first..n) */
};

struct jobpool {
	const struct crew *crew;
	pthread_t *thread;
	size_t nthreads;
	pthread_mutex_t lock;		/* of all below */
	pthread_cond_t work, finished;
	struct tasks todo, done;
	bool stop;
};

static void push(struct tasks *t, const struct task *task)
{
	if (t->first == t->n)
		t->first = t->n = 0;
	ARRAY_ROOM(t->task, t->n, t->cap);
	t->task[t->n++] = *task;
}

static bool pop(struct tasks *t, struct task *out)
{
	bool any = t->first < t->n;

	if (any)
		*out = t->task[t->first++];
	return any;
}

static void answer(const struct crew *crew, struct task *t)
{
	FILE *f = open_memstream(&t->answer, &t->bytes);

	BUG_ON(!f);
	crew->work(crew->ctx, &t->job, t->threads, f);
	BUG_ON(fclose(f) != 0);
}

static void *work(void *arg)
{
	struct jobpool *p = arg;
	struct task t;

	pthread_mutex_lock(&p->lock);
	while (!p->stop) {
		if (!pop(&p->todo, &t)) {
			pthread_cond_wait(&p->work, &p->lock);
			continue;
		}
		pthread_mutex_unlock(&p->lock);
		answer(p->crew, &t);
		pthread_mutex_lock(&p->lock);
		push(&p->done, &t);
		pthread_cond_signal(&p->finished);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

struct jobpool *jobpool_start(const struct crew *crew, int64_t threads)
{
	struct jobpool *p = xcalloc(1, sizeof(*p));

	p->crew = crew;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->work, NULL);
	pthread_cond_init(&p->finished, NULL);
	p->thread = xcalloc((size_t)threads, sizeof(*p->thread));
	while (p->nthreads < (size_t)threads &&
	       pthread_create(&p->thread[p->nthreads], NULL, work, p) == 0)
		p->nthreads++;
	return p;
}

void jobpool_put(struct jobpool *p, uint64_t index, const struct job *job, int64_t threads)
{
	struct task t = { .index = index, .job = *job, .threads = threads };

	if (p->nthreads == 0)
		answer(p->crew, &t);
	pthread_mutex_lock(&p->lock);
	push(p->nthreads == 0 ? &p->done : &p->todo, &t);
	pthread_cond_signal(&p->work);
	pthread_mutex_unlock(&p->lock);
}

char *jobpool_take(struct jobpool *p, uint64_t *index, size_t *bytes)
{
	struct task t;
	bool any;

	pthread_mutex_lock(&p->lock);
	any = pop(&p->done, &t);
	pthread_mutex_unlock(&p->lock);
	if (!any)
		return NULL;
	*index = t.index;
	*bytes = t.bytes;
	return t.answer;
}

void jobpool_wait(struct jobpool *p, int ms)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += ms * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	pthread_mutex_lock(&p->lock);
	if (p->done.first == p->done.n)
		pthread_cond_timedwait(&p->finished, &p->lock, &until);
	pthread_mutex_unlock(&p->lock);
}

void jobpool_stop(struct jobpool *p)
{
	struct task t;

	pthread_mutex_lock(&p->lock);
	p->stop = true;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
	for (size_t i = 0; i < p->nthreads; i++)
		pthread_join(p->thread[i], NULL);
	while (pop(&p->done, &t))
		free(t.answer);
	pthread_cond_destroy(&p->finished);
	pthread_cond_destroy(&p->work);
	pthread_mutex_destroy(&p->lock);
	free(p->todo.task);
	free(p->done.task);
	free(p->thread);
	free(p);
}

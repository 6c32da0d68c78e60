/* ranks.c - who does which job.
 *
 * Rank 0 works too: its main thread hands out jobs, collects answers and sleeps in between, a
 * millisecond at a time when there are others to listen to, while its other threads work like those of
 * any rank.  Nobody gets more jobs than it has threads for, so that the last jobs are spread over all.
 *
 * Messages: hello (threads of the rank), a job, an answer (index of the job, then the text); none at all
 * (no bytes) is the end.
 */
#include "config.h"

#include "ranks.h"

#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/bug.h"
#include "base/mem.h"
#include "jobpool.h"
#include "message.h"

#define LISTEN_MS	1		/* with other ranks: how late a message may be heard */
#define TICK_MS		50

struct ranks {
	int self, n;
	int stderr_kept;		/* a copy of stderr while this rank is silent; -1: it is not */
	bool agreed;			/* the others serve */
	int64_t *slots;			/* rank 0: threads of each; [0] is set by each ranks_do() */
	bool *greeted;
};

struct order {				/* what travels to a rank */
	uint64_t index;
	int64_t threads;
	struct job job;
};

struct batch {				/* a ranks_do() under way */
	struct ranks *ranks;
	const struct crew *crew;
	const struct job *job;
	size_t n, next, answered;
	size_t *given;			/* by rank: jobs without an answer */
	int64_t each;			/* threads a job may use */
	struct jobpool *pool;
	bool good;
};

static void pause_ms(int ms)
{
	struct timespec t = { .tv_nsec = ms * 1000000L };

	nanosleep(&t, NULL);
}

/* What other ranks would print, rank 0 prints. */
static void hush(struct ranks *r)
{
	int null = open("/dev/null", O_WRONLY);

	BUG_ON(null < 0);
	fflush(NULL);
	r->stderr_kept = dup(STDERR_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	close(null);
}

static void speak(struct ranks *r)
{
	if (r->stderr_kept < 0)
		return;
	fflush(stderr);
	dup2(r->stderr_kept, STDERR_FILENO);
	close(r->stderr_kept);
	r->stderr_kept = -1;
}

struct ranks *ranks_join(void)
{
	struct ranks *r = xcalloc(1, sizeof(*r));

	message_join();
	r->self = message_self();
	r->n = message_ranks();
	r->stderr_kept = -1;
	r->slots = xcalloc((size_t)r->n, sizeof(*r->slots));
	r->greeted = xcalloc((size_t)r->n, sizeof(*r->greeted));
	if (r->self > 0)
		hush(r);
	return r;
}

int ranks_self(const struct ranks *r)
{
	return r->self;
}

int ranks_count(const struct ranks *r)
{
	return r->n;
}

bool ranks_agree(struct ranks *r, uint64_t fingerprint)
{
	bool same = message_same(fingerprint);

	speak(r);
	if (!same && r->self == 0 && fingerprint)
		fputs("servesim: another rank reads the scenario differently, or cannot read it: does it find the same files?\n",
		      stderr);
	r->agreed = same && fingerprint;
	return r->agreed;
}

void ranks_leave(struct ranks *r)
{
	for (int k = 1; k < r->n && r->self == 0 && r->agreed; k++)
		message_send(k, NULL, 0);
	speak(r);
	message_leave();
	free(r->slots);
	free(r->greeted);
	free(r);
}

int64_t ranks_threads(int64_t asked)
{
	cpu_set_t set;

	if (asked > 0)
		return asked;
	if (sched_getaffinity(0, sizeof(set), &set) == 0)
		return CPU_COUNT(&set);
	return sysconf(_SC_NPROCESSORS_ONLN) > 0 ? sysconf(_SC_NPROCESSORS_ONLN) : 1;
}

/* ---- rank 0 */

static void hear_answer(struct batch *b, int from, uint64_t index, char *text, size_t bytes)
{
	BUG_ON(index >= b->n || b->given[from] == 0);
	b->given[from]--;
	b->answered++;
	if (b->good)
		b->good = b->crew->done(b->crew->ctx, &b->job[index], text, bytes);
}

static void hear(struct batch *b, int from, char *data, size_t bytes)
{
	struct ranks *r = b->ranks;
	uint64_t index;

	BUG_ON(bytes < sizeof(index));
	memcpy(&index, data, sizeof(index));
	if (r->greeted[from]) {
		hear_answer(b, from, index, data + sizeof(index), bytes - sizeof(index));
	} else {
		r->slots[from] = (int64_t)index;
		r->greeted[from] = true;
	}
	free(data);
}

/* The first batch waits for all to say how many threads they have. */
static void greet(struct batch *b)
{
	struct ranks *r = b->ranks;
	int waiting = 0, from;
	size_t bytes;

	for (int k = 1; k < r->n; k++)
		waiting += !r->greeted[k];
	while (waiting > 0) {
		char *data = message_poll(&from, &bytes);

		if (data)
			hear(b, from, data, bytes);
		else
			pause_ms(LISTEN_MS);
		waiting -= data != NULL;
	}
}

static void share_out(struct batch *b)
{
	int64_t slots = 0;

	for (int k = 0; k < b->ranks->n; k++)
		slots += b->ranks->slots[k];
	b->each = (slots + (int64_t)b->n - 1) / (int64_t)b->n;
}

static void give(struct batch *b, int to)
{
	struct order o = { .index = b->next, .threads = b->each, .job = b->job[b->next] };

	b->given[to]++;
	b->next++;
	if (to == 0)
		jobpool_put(b->pool, o.index, &o.job, o.threads);
	else
		message_send(to, &o, sizeof(o));
}

/* In turn, so that the first jobs are spread over all ranks. */
static void give_all(struct batch *b)
{
	bool any = true;

	while (any && b->good) {
		any = false;
		for (int k = 0; k < b->ranks->n && b->next < b->n; k++) {
			int64_t room = (b->ranks->slots[k] + b->each - 1) / b->each;

			if ((int64_t)b->given[k] < room) {
				give(b, k);
				any = true;
			}
		}
	}
}

static bool collect(struct batch *b)
{
	bool any = false;
	uint64_t index;
	size_t bytes;
	char *data;
	int from;

	while ((data = jobpool_take(b->pool, &index, &bytes))) {
		hear_answer(b, 0, index, data, bytes);
		free(data);
		any = true;
	}
	while ((data = message_poll(&from, &bytes))) {
		hear(b, from, data, bytes);
		any = true;
	}
	return any;
}

static void tick(const struct batch *b, int64_t *last)
{
	struct timespec t;
	int64_t now;

	clock_gettime(CLOCK_MONOTONIC, &t);
	now = t.tv_sec * 1000 + t.tv_nsec / 1000000;
	if (b->crew->tick && now - *last >= TICK_MS) {
		*last = now;
		b->crew->tick(b->crew->ctx);
	}
}

bool ranks_do(struct ranks *r, const struct crew *crew, const struct job *job, size_t n)
{
	struct batch b = { .ranks = r, .crew = crew, .job = job, .n = n, .good = true };
	int64_t last = 0;

	if (n == 0)
		return true;
	b.given = xcalloc((size_t)r->n, sizeof(*b.given));
	r->slots[0] = ranks_threads(crew->threads);
	greet(&b);
	share_out(&b);
	b.pool = jobpool_start(crew, r->slots[0] < (int64_t)n ? r->slots[0] : (int64_t)n);
	do {
		give_all(&b);
		if (!collect(&b))
			jobpool_wait(b.pool, r->n > 1 ? LISTEN_MS : TICK_MS);
		tick(&b, &last);
	} while (b.good ? b.answered < n : b.answered < b.next);
	jobpool_stop(b.pool);
	free(b.given);
	return b.good;
}

/* ---- the others */

static void send_answers(struct jobpool *pool)
{
	uint64_t index;
	size_t bytes;
	char *text;

	while ((text = jobpool_take(pool, &index, &bytes))) {
		char *data = xcalloc(sizeof(index) + bytes, 1);

		memcpy(data, &index, sizeof(index));
		memcpy(data + sizeof(index), text, bytes);
		message_send(0, data, sizeof(index) + bytes);
		free(data);
		free(text);
	}
}

/* False: that was the end. */
static bool take_order(struct jobpool *pool, char *data, size_t bytes)
{
	struct order o;

	if (bytes == sizeof(o)) {
		memcpy(&o, data, sizeof(o));
		jobpool_put(pool, o.index, &o.job, o.threads);
	}
	free(data);
	return bytes > 0;
}

void ranks_serve(struct ranks *r, const struct crew *crew)
{
	int64_t slots = ranks_threads(crew->threads);
	struct jobpool *pool = jobpool_start(crew, slots);
	bool more = true;
	size_t bytes;
	int from;

	BUG_ON(r->self == 0);
	message_send(0, &slots, sizeof(slots));
	while (more) {
		char *data = message_poll(&from, &bytes);

		if (data)
			more = take_order(pool, data, bytes);
		else
			jobpool_wait(pool, LISTEN_MS);
		send_answers(pool);
	}
	jobpool_stop(pool);
}

/* ranks.h - jobs shared by threads, and under mpirun by the threads of several processes, called ranks.
 *
 * A job is a point of a grid and some of its replications; what it answers is text that only the command
 * understands.  Every rank runs the same program with the same arguments and reads the same files; rank
 * 0 hands out the jobs, does its share of them, and is the only one that writes.  A command is used like
 * this:
 *
 *	struct ranks *r = ranks_join();			first of all: other ranks are silent from here on
 *	...						options, scenario, points: the same on every rank
 *	if (!ranks_agree(r, fingerprint))		0: what was read is wrong; said by rank 0
 *		status = EXIT_BAD_INPUT;
 *	else if (ranks_self(r) > 0)
 *		ranks_serve(r, &crew);			until rank 0 leaves
 *	else
 *		while (...)
 *			ranks_do(r, &crew, job, n);	a batch; as many batches as it takes
 *	ranks_leave(r);					always, also after --help
 *
 * An answer must depend on its job alone; answers come in any order, so what is made of them must not
 * depend on it. Then results are the same, digit for digit, for any number of threads and ranks.
 */
#ifndef RANKS_H
#define RANKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct job {
	int64_t point;
	int64_t first, n;		/* replications first .. first + n - 1 */
};

struct crew {
	void *ctx;
	int64_t threads;		/* of each rank; 0: all cores it may use */
	/* Does a job and writes the answer; called by several threads at once.  `threads`: how many it
	 * may use itself, more than 1 when there are fewer jobs than threads. */
	void (*work)(void *ctx, const struct job *job, int64_t threads, FILE *answer);
	/* Rank 0, in the thread that called ranks_do(): answers as they come.  False: give up (it has
	 * said why). */
	bool (*done)(void *ctx, const struct job *job, const char *answer, size_t bytes);
	/* The same thread, some twenty times a second: progress, signals.  May be NULL. */
	void (*tick)(void *ctx);
};

struct ranks;

struct ranks *ranks_join(void);
int ranks_self(const struct ranks *r);	/* 0: the one that leads, or alone */
int ranks_count(const struct ranks *r);
/* Do all ranks have this number?  0 says that input was wrong, which rank 0 has told its user: false,
 * and nothing is printed unless another rank alone finds it wrong. */
bool ranks_agree(struct ranks *r, uint64_t fingerprint);
/* Every job once, on rank 0; false: done() gave up, jobs under way were thrown away. */
bool ranks_do(struct ranks *r, const struct crew *crew, const struct job *job, size_t n);
void ranks_serve(struct ranks *r, const struct crew *crew);	/* on the others */
void ranks_leave(struct ranks *r);
/* 0 becomes the number of cores this process may run on: under mpirun fewer than the machine has. */
int64_t ranks_threads(int64_t asked);

#endif

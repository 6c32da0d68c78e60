/* jobpool.h - jobs done by the threads of this process; ranks.h says what a job is.  For ranks.c
 * only. */
#ifndef JOBPOOL_H
#define JOBPOOL_H

#include "ranks.h"

struct jobpool;

/* Threads that do not start are fewer; if none does, jobpool_put() does the job itself. */
struct jobpool *jobpool_start(const struct crew *crew, int64_t threads);
/* `job` is copied; `threads`: how many it may use. */
void jobpool_put(struct jobpool *p, uint64_t index, const struct job *job, int64_t threads);
/* A finished one: its answer (malloc'd) and index; NULL: none is finished. */
char *jobpool_take(struct jobpool *p, uint64_t *index, size_t *bytes);
void jobpool_wait(struct jobpool *p, int ms);	/* until one is finished, but no longer */
/* Jobs under way are finished and thrown away. */
void jobpool_stop(struct jobpool *p);

#endif

/* work/levels.h - a row of user counts, one after the other.
 *
 * Workloads with a fixed number of users at a time share this: at the start of
 * a level all its users enter at once; each does its rounds (requests,
 * conversations) and reports that it is done; when the last one is, the level
 * ends, and the next one starts idle_s later.  The server is never reset in
 * between: what it has cached stays cached.
 *
 * level_begin() is called just before the level's first request is sent,
 * level_end() when its last user is done.
 *
 * Request indices: the level's key, the user and a number within the user,
 * packed.  The key is made from the user count, not from the place in the row,
 * so a level of 50 users asks the same whatever other levels are run.
 */
#ifndef WORK_LEVELS_H
#define WORK_LEVELS_H

#include <stdbool.h>
#include <stdint.h>

#include "config/key.h"
#include "work/workload.h"

#define LEVEL_USERS_MAX		100000	/* < 2^17 */
#define LEVEL_NUMBER_BITS	24	/* of the number within a user */

struct level_spec {
	struct level_info info;
	uint64_t key;			/* unique in the run; 0: the warm-up */
	uint32_t users;
	uint32_t rounds;		/* of each user */
	double idle_s;			/* from its end to the start of the next level */
};

struct levels {
	struct work_env env;
	/* Level i; false: there is none. */
	bool (*spec)(const void *params, size_t i, struct level_spec *out);
	/* The level starts now: schedule the user's first event. */
	void (*enter)(void *self, uint32_t user);
	const void *params;
	void *self;
	struct level_spec level;	/* the current one */
	uint32_t current;
	uint32_t busy;			/* users not done yet */
	bool begun;
	uint64_t sent;			/* requests so far, all levels */
};

/* Fill `out` for users->v[i], as a reported level. */
bool levels_of_users(const struct int_list *users, size_t i, int64_t rounds, double idle_s,
		     struct level_spec *out);

/* Most users that any level has. */
uint32_t levels_most_users(bool (*spec)(const void *, size_t, struct level_spec *), const void *params);

void levels_start(struct levels *l);
uint64_t levels_index(const struct levels *l, uint32_t user, uint64_t number);

/* Hand r over, with its id, level, and times set. */
void levels_submit(struct levels *l, struct request *r);
void levels_user_done(struct levels *l);

#endif

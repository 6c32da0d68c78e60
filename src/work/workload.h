/* work/workload.h - who asks what, when, with which tokens.
 *
 * Contract
 *   - create() allocates from env->arena; start() schedules the first client
 *     events (class EV_CLIENT) on env->sim.
 *   - A request is handed over by env->submit(env->ctx, r) at r->t_send == now.
 *     The owner of env calls done(self, r) when the client has the answer, the
 *     error, or has given up; r may be recycled by the workload in that call.
 *   - A run is a row of levels, one after the other (user counts, rates); the
 *     workload announces each with level_begin() and level_end().  Requests
 *     carry their level.  Levels with reported == false (warm-up) are not shown.
 *     After the last level_end() the workload schedules nothing more.
 *   - Draws of a request are keyed by request.index: they do not depend on the
 *     order in which requests happen to be sent.
 */
#ifndef WORK_WORKLOAD_H
#define WORK_WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/units.h"
#include "config/key.h"
#include "core/sim.h"
#include "work/request.h"

struct level_info {
	char label[40];			/* "10 users" */
	int64_t users;			/* 0 if the level is not a user count */
	double rate;			/* requests a second; 0 if it is not a rate */
	bool reported;
};

struct work_env {
	struct sim *sim;
	struct arena *arena;		/* lives as long as the replication */
	uint64_t seed;
	uint32_t replication;
	void (*submit)(void *ctx, struct request *r);
	void (*level_begin)(void *ctx, uint32_t level);
	void (*level_end)(void *ctx, uint32_t level);
	void *ctx;
};

struct workload {
	const char *name;		/* workload.type */
	const char *help;
	const struct key_table *keys;
	/* Checks that no single key can express (e.g. min <= max); adds to d. `file`, `line`: the workload group. */
	void (*check)(void *params, const char *file, int line, struct diag *d);
	/* Longest prompt it can send, tokens; 0 if not known before the run. */
	uint64_t (*longest_prompt)(const void *params);
	/* Level i of the run, in the order they happen; false when i is past the last. */
	bool (*level)(const void *params, size_t i, struct level_info *out);
	void *(*create)(const void *params, const struct work_env *env);	/* env is copied */
	void (*start)(void *self);
	void (*done)(void *self, struct request *r);
	void (*release)(void *self);	/* gives back what is not from the arena; NULL: nothing is */
	double (*client_timeout_s)(const void *params);	/* 0: none */
};

/* NULL-terminated list of all workloads (workloads.def), and lookup by name (NULL: none). */
extern const struct workload *const workloads[];
const struct workload *workload_find(const char *name);

#endif

/* run/flight.h - one request between its sending and the moment its client is told.
 *
 * The run's own state of a request; request.observer points here.  The server
 * makes it when the request is sent and may keep it after the client was told
 * (`request` is NULL then), until the last event about it has happened: the
 * request itself belongs to the workload, which may reuse it once told.
 */
#ifndef RUN_FLIGHT_H
#define RUN_FLIGHT_H

#include <stdbool.h>
#include <stdint.h>

#include "run/attribution.h"
#include "run/itl.h"
#include "work/request.h"

enum flight_place { FLIGHT_WAY_IN, FLIGHT_ENGINE, FLIGHT_WAY_BACK };
enum flight_step { FLIGHT_ALONE, FLIGHT_FRESH, FLIGHT_IN_STEP };	/* run/lockstep.h */

struct flight {
	struct request *request;	/* NULL: its client has been told */
	/* run/server.c */
	struct flight *prev, *next;	/* those whose client waits, in order of sending */
	sim_time deadline;		/* the client gives up then */
	enum flight_place place;
	bool given_up;			/* the engine was asked to cancel it */
	uint64_t chunk_of;		/* 1 + seq of the pass whose chunk of it is on the way out */
	uint64_t chunk_class, chunk_from;	/* in a lockstep batch: its class, steps of the run when it joined */
	/* run/attribution.c */
	struct account account;
	/* run/metrics.c */
	bool admitted, in_batch;	/* ever; now */
	uint32_t hit;			/* prompt tokens in the cache at its first admission */
	uint64_t tokens;		/* told by the engine so far, without the steps since it joined a lockstep batch */
	sim_time t_token;		/* the newest of these */
	struct itl_trace itl;
	/* run/lockstep.c */
	enum flight_step step;
	uint64_t joined_at;		/* steps of the run when it joined */
	uint64_t first_run;		/* IN_STEP: its first gap in the level's group runs */
	struct flight *step_prev, *step_next;	/* FRESH */
};

static inline struct flight *flight_of(const struct request *r) { return r->observer; }

#endif

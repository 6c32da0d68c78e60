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

struct flight {
	struct request *request;	/* NULL: its client has been told */
	/* run/server.c */
	struct flight *prev, *next;	/* those whose client waits, in order of sending */
	sim_time deadline;		/* the client gives up then */
	enum flight_place place;
	bool given_up;			/* the engine was asked to cancel it */
	uint64_t chunk_of;		/* 1 + seq of the pass whose chunk of it is on the way out */
	/* run/attribution.c */
	struct account account;
	/* run/metrics.c */
	bool admitted, in_batch;	/* ever; now */
	uint32_t hit;			/* prompt tokens in the cache at its first admission */
	uint64_t tokens;		/* told by the engine so far */
	sim_time t_token;		/* the newest */
	struct itl_trace itl;
};

static inline struct flight *flight_of(const struct request *r) { return r->observer; }

#endif

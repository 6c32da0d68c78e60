/* run/server.h - clients, front end and engine of one replication, joined.
 *
 *   workload --submit--> way in --arrive--> engine --finished--> way back --done--> workload
 *
 * Who owns a request.  It belongs to the workload until done(); the workload may
 * reuse it then.  Events on the way in and back therefore carry the flight
 * (run/flight.h), not the request: when its client has given up in between, the
 * flight stays as a shell without a request until its event has come.
 *
 * Clients that give up (client_timeout_s > 0).  On the way in or back the client
 * is told at the deadline, exactly.  Inside the engine the request is cancelled
 * at the deadline and its client told when the engine has let go of it: at once
 * when it was waiting, with the end of the running pass otherwise.  So a client
 * may go on up to a pass late, and no request is ever reused under the engine.
 * The deadlines are in the order of sending: one pending event serves them all.
 */
#ifndef RUN_SERVER_H
#define RUN_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/slab.h"
#include "core/sim.h"
#include "run/flight.h"
#include "run/frontend.h"
#include "run/metrics.h"
#include "run/scenario.h"

struct server {
	const struct scenario *scenario;
	struct sim *sim;		/* not owned, like the arena and the metrics */
	struct metrics *metrics;
	struct frontend frontend;
	struct slab flights;
	struct flight *oldest, *newest;	/* whose clients wait */
	uint64_t waiting;		/* how many */
	sim_time patience;		/* of a client; 0: without end */
	bool watching;			/* the event for the oldest deadline is pending */
	uint64_t chunks;		/* rows streaming on, of the pass being processed */
	uint64_t steps, step_seq;	/* of the lockstep batch: how many so far, the pass of the newest */
	uint64_t *chunk_rows;		/* its streaming rows, by (tokens - steps) modulo chunk_tokens */
	void *engine, *work;		/* live objects of the plug-ins */
	bool hang;
	uint32_t hang_queued;
	struct probe probe;
};

/* `probes`: the other listeners, metrics among them; the server's own goes behind them. */
void server_init(struct server *v, const struct scenario *s, uint32_t replication, struct sim *sim,
		 struct arena *arena, struct metrics *metrics, struct probe *probes);
void server_run(struct server *v);	/* until nothing is left to do, or the engine hangs */
void server_release(struct server *v);

#endif

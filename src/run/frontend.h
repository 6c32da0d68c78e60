/* run/frontend.h - the way between client and scheduler, both directions.
 *
 * Each direction is one single-threaded process with a first-in, first-out
 * queue (struct frontend_params), behind or before a fixed latency:
 *
 *   in:   t_send + in_latency -> [in_service + in_token * prompt tokens] -> scheduler
 *   out:  scheduler -> [out_service an answer, out_chunk a streamed chunk] -> + out_latency -> client
 *
 * Requests enter in the order of their sending and all have the same latency, so
 * the time of leaving is known on entry: no events, O(1) a call.  The calls of
 * one direction must come in the order of time.
 */
#ifndef RUN_FRONTEND_H
#define RUN_FRONTEND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/units.h"
#include "engine/engine.h"

struct frontend {
	sim_time in_latency, out_latency, out_service, out_chunk;
	double in_service_ns, in_token_ns;
	uint64_t chunk_tokens;
	sim_time in_free, out_free;	/* when each process has worked off its queue */
};

void frontend_init(struct frontend *f, const struct frontend_params *p);
/* A request sent now reaches the scheduler at the returned time. */
sim_time frontend_in(struct frontend *f, sim_time now, uint64_t prompt_tokens);
/* An answer complete at the scheduler now is with the client at the returned time. */
sim_time frontend_answer(struct frontend *f, sim_time now);
/* The same for a streamed first token. */
sim_time frontend_first_chunk(struct frontend *f, sim_time now);
/* When a streaming client alone would see a token that the scheduler has now; takes no turn. */
sim_time frontend_first_alone(const struct frontend *f, sim_time now);
/* Does the n-th token of a streamed answer, from 1, go out on its own?  (The last one goes with the answer.) */
bool frontend_sends(const struct frontend *f, uint64_t n);
/* `n` further chunks enter the way out now. */
void frontend_chunks(struct frontend *f, sim_time now, uint64_t n);

#endif

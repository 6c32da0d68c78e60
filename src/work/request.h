/* work/request.h - one request, from the client's hand to its answer.
 *
 * The workload makes it and owns it (slab); it fills the first block and keeps
 * the spans alive until done() returned.  The front end and the engine fill the
 * times; the engine hangs its own state in `engine`.
 */
#ifndef WORK_REQUEST_H
#define WORK_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/units.h"
#include "work/span.h"

enum request_end {
	REQUEST_OK,
	REQUEST_REJECTED,		/* prompt over the limit: HTTP error */
	REQUEST_TIMEOUT,		/* the client gave up */
};

/* What a workload may say of a request, for metrics only: no engine looks at it. */
enum request_kind {
	REQUEST_PLAIN,
	REQUEST_WARM,			/* others bring a part of its prompt, too */
	REQUEST_COLD,			/* all of its prompt is its own */
};

struct request {
	uint64_t id;			/* 0, 1, ... in order of creation within a replication */
	uint64_t index;			/* key of its random draws: the same in every configuration */
	uint32_t level;			/* workload level it counts for */
	uint32_t user, turn;		/* who asks, how many-th time */
	const struct span *prompt;	/* nprompt spans, template included */
	size_t nprompt;
	uint64_t input_len;		/* tokens of the prompt */
	uint64_t max_new_tokens;
	uint64_t output_len;		/* tokens it will really produce, 1 .. max_new_tokens */
	uint64_t output_stream;		/* its j-th output token is (output_stream, j); unique a request */
	enum request_kind kind;
	bool ignore_eos;
	bool stream;			/* the client reads token by token */
	int32_t grammar;		/* schema number of constrained output, -1: none */

	sim_time t_send;		/* client sends */
	sim_time t_arrive;		/* reaches the scheduler process */
	sim_time t_first;		/* scheduler has the first output token; -1 before */
	sim_time t_finish;		/* scheduler has the last output token */
	sim_time t_first_client;	/* first token reaches a streaming client (or would) */
	sim_time t_done;		/* the client has the whole answer */
	enum request_end end;
	uint64_t output_done;		/* output tokens delivered when it ended */

	void *engine;			/* the engine's state of it */
	void *observer;			/* the metrics' state of it */
};

#endif

/* tests/turbomind_world.h - one TurboMind server with a fixed cost of 10 ms a pass, and what it said. */
#ifndef TESTS_TURBOMIND_WORLD_H
#define TESTS_TURBOMIND_WORLD_H

#include "base/arena.h"
#include "core/sim.h"
#include "engine/turbomind.h"

#define MS ((sim_time)NS_PER_MS)
#define WORLD_REQUESTS 512

/* No time but that of passes; engine instances come back 1 ms after a request's end. */
#define NO_HOST										\
	"host = { gap_ms = 0; row_us = 0; rebuild_ms = 0; trie_node_us = 0; d2h_gb_s = 1000; }; "	\
	"frontend = { stream_poll_ms = 0; slot_jitter_ms = 0; slot_return_ms = 1; };"

struct seen {				/* of one request */
	uint64_t tokens, prefills, retractions;
	uint64_t hit, extend;		/* of its last prefill row */
	sim_time start;			/* of its first iteration; -1 before */
	bool in_step;			/* in the lockstep batch (core/probe.h), since that step */
	uint64_t joined;
};

struct world {
	struct arena arena;
	struct sim sim;
	struct tm_params params;
	struct cost_model *cost;
	struct probe probe;
	struct tm *engine;
	struct request *request;
	struct span *span;
	struct seen *seen;
	size_t n, finished, hangs, warnings, most_rows, tokens, retractions;
	uint64_t steps, in_step;	/* of the lockstep batch: how many, its rows now */
	bool fifo;			/* they must start in the order of arrival */
	sim_time last_end;
	char text[4096];		/* "P0-10 D10-20 ...": passes in launch order */
	char tokens_text[4096];		/* "Q10/K5 ...": tokens computed, context of the prefill rows */
};

struct tm_params world_params(struct arena *arena, const char *text, const struct gpu *gpu,
			      size_t *warnings);
void world_open(struct world *w, const char *flags);
void world_close(struct world *w);
/* A request of `shared` tokens everybody has and `own` of its own. */
struct request *world_ask(struct world *w, sim_time t, uint64_t shared, uint64_t own,
			  uint64_t max_new, uint64_t output);
void world_cancel(struct world *w, sim_time t, struct request *r);
/* Run to the end; everybody must have an answer, and the memory must add up. */
void world_run(struct world *w);

#endif

/* tests/lmdeploy_pytorch_world.h - one PyTorch server of LMDeploy, 10 ms a forward, and what it said. */
#ifndef TESTS_LMDEPLOY_PYTORCH_WORLD_H
#define TESTS_LMDEPLOY_PYTORCH_WORLD_H

#include "base/arena.h"
#include "core/sim.h"
#include "engine/lmdeploy_pytorch.h"
#include "run/attribution.h"

#define MS ((sim_time)NS_PER_MS)
#define WORLD_REQUESTS 512

/* No time but that of forwards; a session is over 1 ms after a request's end. */
#define NO_HOST										\
	"host = { idle_poll_ms = 0; schedule_gap_ms = 0; step_gap_ms = 0; launch_eager_ms = 0; "	\
	"launch_graph_ms = 0; capture_ms = 0; }; "						\
	"frontend = { output_poll_ms = 0; slot_jitter_ms = 0; slot_return_ms = 1; };"

struct seen {				/* of one request */
	uint64_t tokens, prefills, retractions;
	uint64_t hit, extend;		/* of its last prefill row */
	sim_time start, second;		/* of its first forward; its second token; -1 before */
	bool in_step;			/* in the lockstep batch (core/probe.h) */
};

struct world {
	struct arena arena;
	struct sim sim;
	struct pt_params params;
	struct cost_model *cost;
	struct probe probe;
	struct pt *engine;
	struct request *request;
	struct span *span;
	struct seen *seen;
	struct account *account;	/* where each request's time goes */
	struct ledger ledger;
	size_t n, finished, warnings, tokens, retractions, most_running, in_step;
	bool fifo;			/* they must start in the order of arrival */
	sim_time last_end;
	double first_linear_ns;		/* matrices of the first pass */
	char text[8192];		/* "P1:0-10 D2:10-20 ...": kind, rows, time of passes */
};

struct pt_params world_params(struct arena *arena, const char *text, const struct gpu *gpu,
			      size_t *warnings);
void world_open(struct world *w, const char *flags);
void world_pool(struct world *w, uint64_t blocks);	/* before anybody asks */
void world_close(struct world *w);
/* A request of `shared` tokens everybody has and `own` of its own. */
struct request *world_new(struct world *w, uint64_t shared, uint64_t own, uint64_t max_new,
			  uint64_t output);
/* The same, arriving at t. */
struct request *world_ask(struct world *w, sim_time t, uint64_t shared, uint64_t own,
			  uint64_t max_new, uint64_t output);
/* The same, in the engine at once, without any time passing: for tests of rules. */
struct pt_seq *world_put(struct world *w, uint64_t shared, uint64_t own);
void world_cancel(struct world *w, sim_time t, struct request *r);
/* Run to the end; everybody must have an answer, and the memory must add up. */
void world_run(struct world *w);

#endif

/* tests/lmdeploy_world.h - one server of LMDeploy, either backend, 10 ms a pass, and what it said.
 *
 * The world checks on the way what holds for both (passes do not overlap, rows in step, the causes of each
 * latency) and for the backend (struct backend).
 */
#ifndef TESTS_LMDEPLOY_WORLD_H
#define TESTS_LMDEPLOY_WORLD_H

#include "base/arena.h"
#include "core/sim.h"
#include "engine/lmdeploy_pytorch.h"
#include "engine/turbomind.h"
#include "run/attribution.h"

#define MS ((sim_time)NS_PER_MS)
#define WORLD_REQUESTS 512

/* No time but that of passes; an engine instance comes back 1 ms after a request's end. */
#define TM_NO_HOST										\
	"host = { gap_ms = 0; row_us = 0; rebuild_ms = 0; trie_node_us = 0; d2h_gb_s = 1000; }; "	\
	"frontend = { stream_poll_ms = 0; slot_jitter_ms = 0; slot_return_ms = 1; };"
#define PT_NO_HOST										\
	"host = { idle_poll_ms = 0; schedule_gap_ms = 0; step_gap_ms = 0; launch_eager_ms = 0; "	\
	"launch_graph_ms = 0; capture_ms = 0; }; "						\
	"frontend = { output_poll_ms = 0; slot_jitter_ms = 0; slot_return_ms = 1; };"

struct seen {				/* of one request */
	uint64_t tokens, prefills, retractions;
	uint64_t hit, extend;		/* of its last prefill row */
	sim_time start, second;		/* its first pass was planned; its second token; -1 before */
	bool in_step;			/* in the lockstep batch (core/probe.h) */
};

struct world;

struct backend {
	const struct engine *engine;
	/* A pass is launched: check, and write it down. */
	void (*launched)(struct world *w, const struct pass_record *p);
	bool last_pass_tells;		/* tokens come with the pass launched last */
};
extern const struct backend turbomind, lmdeploy_pytorch;

struct world {
	struct arena arena;
	struct sim sim;
	const struct backend *backend;
	union {
		struct tm_params tm_params;
		struct pt_params pt_params;
	};
	union {
		void *engine;
		struct tm *tm;
		struct pt *pt;
	};
	struct cost_model *cost;
	struct probe probe;
	struct request *request;
	struct span *span;
	struct seen *seen;
	struct account *account;	/* where each request's time goes */
	struct ledger ledger;
	size_t n, finished, warnings, most_rows, tokens, retractions;
	uint64_t in_step;		/* rows of the lockstep batch */
	bool fifo;			/* they must start in the order of arrival */
	sim_time last_end;
	double first_linear_ns;		/* matrices of the first pass */
	char text[8192];		/* passes in launch order; TurboMind "P0-10 D10-20 ...", PyTorch "P1:0-10 D2:10-20 ..." */
	char tokens_text[4096];		/* TurboMind: "Q10/K5 ...": tokens computed, context of the prefill rows */
};

/* Parameters from text, resolved. */
void world_params(const struct engine *engine, struct arena *arena, const char *text, const struct gpu *gpu,
		  void *params, size_t *warnings);
void world_open(struct world *w, const struct backend *backend, const char *flags);
void world_pool(struct world *w, uint64_t blocks);	/* PyTorch; before anybody asks */
void world_close(struct world *w);
void world_write(char *text, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* A request of `shared` tokens everybody has and `own` of its own. */
struct request *world_new(struct world *w, uint64_t shared, uint64_t own, uint64_t max_new, uint64_t output);
/* The same, arriving at t. */
struct request *world_ask(struct world *w, sim_time t, uint64_t shared, uint64_t own,
			  uint64_t max_new, uint64_t output);
/* The same, in the PyTorch engine at once, without any time passing: for tests of rules. */
struct pt_seq *world_put(struct world *w, uint64_t shared, uint64_t own);
void world_cancel(struct world *w, sim_time t, struct request *r);
/* Run to the end; everybody must have an answer, and the memory must add up. */
void world_run(struct world *w);

#endif

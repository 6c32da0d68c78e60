/* engine/engine.h - what runs in the next pass.
 *
 * An engine is a plug-in: its parameters (key table), derived defaults, memory
 * plan, and a live server that is told of arrivals and tells the probe what it
 * does.  It schedules its own turns on env->sim; it has no I/O and no clock of
 * its own.
 *
 * Contract of a live engine
 *   - arrive(self, r): r reached the scheduler process at sim->now.
 *   - For each request the engine calls env->token(ctx, r) when its first token
 *     is known, and env->finished(ctx, r) exactly once; r->end, t_first,
 *     t_finish, output_done are set before.  After finished() the engine keeps
 *     no pointer to r except inside passes already launched, and never calls the probe with it again.
 *   - cancel(self, r): the client gave up; finished() follows at once or with a later pass.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "config/gpu.h"
#include "config/key.h"
#include "config/model.h"
#include "core/probe.h"
#include "core/sim.h"
#include "cost/cost.h"
#include "engine/memory.h"
#include "work/request.h"

struct engine_env {
	struct sim *sim;
	struct arena *arena;
	const struct probe *probe;
	const struct cost_model *cost;
	const struct gpu *gpu;
	const struct model *model;
	uint64_t seed;
	uint32_t replication;
	unsigned without;		/* mechanisms switched off: engine/mechanism.h */
	void (*first_token)(void *ctx, struct request *r);
	void (*finished)(void *ctx, struct request *r);
	void *ctx;
};

/* The way between client and scheduler (HTTP, tokenizer, detokenizer), in ms.  Each direction is one
 * single-threaded process: a fixed latency, and a serial service time that makes bursts queue. */
struct frontend_params {
	double in_latency_ms, in_service_ms, in_token_us;	/* per request; per prompt token */
	double out_latency_ms, out_service_ms, out_chunk_us;	/* per answer; per streamed chunk */
	int64_t chunk_tokens;		/* tokens from one streamed chunk to the next; 0 as 1 */
};

/* A key of the engine that measurements may decide: a time of the host or of the way of a request. */
struct engine_fit {
	const char *key;		/* below the engine's group: "host.plan_row_ms"; NULL: end of the table */
	double scale;			/* a change that shows, in the key's unit */
	bool usual;			/* fitted if nobody says what to fit */
};

struct engine {
	const char *name;		/* engine.type */
	const char *help;
	const struct key_table *keys;
	/* Fill AUTO parameters and check combinations; `file`, `line`: the engine group. */
	void (*resolve)(void *params, const struct gpu *gpu, const struct model *model,
			const char *file, int line, struct diag *errors, struct diag *warnings);
	/* Memory plan: capacity and start-up needs; `largest`: largest prefill pass that ran, NULL before the run. */
	void (*memory)(const void *params, const struct gpu *gpu, const struct model *model,
		       const struct cost_model *cost, const struct pass_shape *largest, struct memory_report *out);
	void (*frontend)(const void *params, struct frontend_params *out);
	uint64_t (*longest_request)(const void *params, uint64_t kv_tokens);	/* prompt tokens it accepts at most */
	const char *(*cost_kind)(const void *params);
	int64_t (*tensor_parallel)(const void *params);
	void *(*create)(const void *params, const struct engine_env *env);
	void (*release)(void *self);
	void (*arrive)(void *self, struct request *r);
	void (*cancel)(void *self, struct request *r);
	const struct engine_fit *fit;	/* optional */
	/* The engine's own log line of a pass, without newline; 0: this pass writes none.  `t`: seconds. */
	size_t (*log_line)(void *self, const struct pass_record *p, sim_time now, char *buf, size_t size);
	/* Bookkeeping at the end of a replication (no request left): true if memory adds up (free + cached = capacity). */
	bool (*balanced)(const void *self);
	/* Optional (NULL): after probe hang(), a sentence that names the request and the cause; owned by the engine. */
	const char *(*explain_hang)(const void *self);
	/* Optional: the line the engine logs when it is ready, as log_line(). */
	size_t (*start_line)(const void *self, char *buf, size_t size);
};

extern const struct engine *const engines[];		/* NULL-terminated, from engines.def */
const struct engine *engine_find(const char *name);

#endif

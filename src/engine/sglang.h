/* engine/sglang.h - SGLang's scheduler: its state, and who touches it.  Internal to the engine.
 *
 * Source: SGLang v0.4.9 (comments name rules by their number in doc/rules.md), proved line by
 * line on schedules of the real code (tests/golden_sched.c).
 *
 *   sglang.c            the plug-in: creation, arrivals, aborts
 *   sglang_params.c     flags, defaults that depend on the GPU (11, 12)
 *   sglang_memory.c     mem_fraction_static -> max_total_num_tokens, what must fit beside it (11)
 *   sglang_schedule.c   get_next_batch_to_run, get_new_batch_prefill (4, 5)
 *   sglang_admission.c  PrefillAdder (6)
 *   sglang_batch.c      the running batch and its sums: O(1) a decode pass
 *   sglang_decode.c     update_running_batch, retraction, new_token_ratio (7)
 *   sglang_kv.c         allocation, cache_unfinished_req, cache_finished_req (8, 9)
 *   sglang_result.c     process_batch_result (1, 3)
 *   sglang_loop.c       the two event loops in time (3)
 *   sglang_grammar.c    constrained output (13)
 *   sglang_log.c        its log lines (14)
 *   sglang_without.c    mechanisms switched off (engine/mechanism.h)
 *
 * The rules know no time: a turn is sg_plan() then sg_finish_turn(), and a test
 * can count turns instead of nanoseconds.
 */
#ifndef ENGINE_SGLANG_H
#define ENGINE_SGLANG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slab.h"
#include "config/key.h"
#include "engine/engine.h"
#include "kv/pool.h"
#include "kv/radix.h"
#include "policy/policy.h"

enum sg_version { SG_0_4_9, SG_0_5_6 };

/* Host times of the scheduler process.  Not in any table of the project's own; see presets. */
struct sg_host {
	double recv_ms;			/* T_recv: draining the socket, every turn */
	double sched_decode_ms, sched_decode_row_ms;	/* T_sched of a decode batch: base, per row */
	double sched_prefill_ms, sched_prefill_req_ms, sched_prefill_token_us;	/* base, per request looked at, per new token */
	double match_us;		/* one walk of the radix tree by a policy */
	double evict_node_us;		/* eviction walks the whole tree: per node of it */
	double plan_decode_ms, plan_prefill_ms, plan_row_ms;	/* T_plan: the GPU idles in front of a pass; per row */
	double launch_graph_ms, launch_eager_ms;	/* T_launch: one graph replay; kernels of an eager pass */
	double post_ms, post_row_ms;	/* T_post: base, per row */
	double post_finish_ms;		/* per request that ends */
	double grammar_mask_ms;		/* per constrained row and step */
	double grammar_compile_ms;	/* once a schema */
};

struct sg_params {
	int version;			/* enum sg_version */
	double mem_fraction_static;
	int64_t context_length, max_total_tokens, max_running_requests, chunked_prefill_size, max_prefill_tokens;
	int64_t page_size, cuda_graph_max_bs, tp_size, stream_interval, decode_log_interval;
	int schedule_policy;		/* index into policies[] */
	double schedule_conservativeness;
	bool disable_radix_cache, disable_overlap_schedule, enable_mixed_chunk, disable_cuda_graph;
	int cost;			/* index into sg_cost_names */
	int64_t clip_max_new_tokens_estimation;	/* SGLANG_CLIP_MAX_NEW_TOKENS_ESTIMATION */
	double init_new_token_ratio, min_new_token_ratio_factor;
	int64_t new_token_ratio_decay_steps;
	struct sg_host host;
	struct frontend_params frontend;
	int64_t max_graph;		/* resolved: largest captured batch size, 0 none */
};

extern const char *const sg_cost_names[];
extern const struct key_table sg_keys;
extern const struct engine_fit sg_fit[];
void sg_resolve(void *params, const struct gpu *gpu, const struct model *model, const char *file, int line,
		struct diag *errors, struct diag *warnings);
uint64_t sg_max_total_tokens(const struct sg_params *p, const struct gpu *gpu, const struct model *model);
uint64_t sg_request_slots(const struct sg_params *p, uint64_t max_total);
uint64_t sg_max_running(const struct sg_params *p, uint64_t max_total);
void sg_memory(const void *params, const struct gpu *gpu, const struct model *model, const struct cost_model *cost,
	       const struct pass_shape *largest, struct memory_report *out);
/* Batch size whose captured graph runs b rows; 0: eager. */
uint32_t sg_graph_size(const struct sg_params *p, uint64_t b);

/* A request inside the scheduler. Lengths in tokens. */
struct sg_req {
	struct request *request;	/* NULL once it has ended */
	uint64_t id;			/* request->id */
	struct span *span;		/* prompt, then the output as last span */
	size_t nspan;
	uint64_t input_len, output_len, max_new;
	int32_t grammar;
	bool ignore_eos;
	bool rejected;			/* prompt too long: runs one token [0], then answers with an error */
	bool abort;			/* the client left: ends with its next token */
	bool finished;			/* its end has been processed */
	bool retracted;			/* since its last prefill was planned */
	bool again;			/* was retracted before */
	bool in_running;		/* is in the running batch's rows */
	bool merged;			/* was put there, and has not been retracted since: decode passes have it */
	bool stepping;			/* gets its tokens by sg_step() */
	uint32_t is_chunked;		/* partial prefills planned and not yet processed */
	uint64_t out;			/* output tokens the scheduler knows: len(output_ids); while stepping, as of step out_from */
	uint64_t fill;			/* len(fill_ids): tokens after the coming prefill */
	uint64_t prefix;		/* len(prefix_indices): tokens with KV before it */
	uint64_t extend;		/* extend_input_len */
	uint64_t kv;			/* sequence length with KV allocated; in the running batch, as of allocation kv_from */
	uint64_t out_from, kv_from;	/* sg_batch_sync() */
	uint64_t rank, rank_before;	/* place in the batch, among the rows there: grows; before the last reordering */
	uint32_t out_class;		/* sglang_batch.c */
	struct radix_node *node;	/* last_node; locked while it runs */
	uint64_t finish_turn;
	struct sg_req *next_dead;
};

struct sg_rows {
	struct sg_req **row;
	size_t n, cap;
};

/* running_batch */
struct sg_batch {
	struct sg_rows rows;		/* in order; finished ones until they are filtered */
	size_t finished;		/* how many these are */
	bool full;			/* batch_is_full: the admission latch */
	/* sums over the rows, kept as they come and go; sglang_batch.c */
	uint64_t allocs;		/* so many times each row got a slot */
	uint64_t context;		/* KV tokens */
	uint64_t constrained;		/* rows with a grammar */
	uint64_t *kv_class, *out_class;	/* rows by (kv - allocs), (input + out - steps) modulo the page; NULL: page 1 */
	/* rows in step, which are these and, during a mixed pass, its decode rows */
	uint64_t steps;			/* so many tokens each of them got */
	size_t stepping;
	struct sg_due *heap;		/* by the step that ends them */
	size_t nheap, capheap;
	uint64_t first_due;		/* of the first there; UINT64_MAX: there is none */
	struct sg_rows due;		/* popped: they end with the next step */
	struct sg_rows aborts;		/* in step, but their clients have left */
	uint64_t next_rank, reordered;	/* the turn of the last reordering */
};

/* One planned pass and what its result needs. */
struct sg_pass {
	struct pass_record record;
	struct pass_shape shape;
	struct sg_rows rows;		/* prefill rows; MIXED: then decode rows; DECODE: none, they are the running batch */
	size_t nprefill, ndecode;	/* rows of each part */
	size_t constrained;		/* rows with a grammar */
	uint64_t wasted;		/* decode rows that ended one pass ago, whose slot began a page */
	struct sg_req *chunked;		/* the partial request among them */
	bool open;			/* launched, result not yet processed */
	sim_time post;			/* DECODE: T_post if nobody ends */
	bool again;			/* a decode pass of as many rows as the one before: what follows from that is known */
	uint64_t run;			/* DECODE: number of the run of such passes; else 0 */
	bool continued;			/* row 0 is the chunked request of an earlier pass */
};

/* PrefillAdder: one admission attempt. */
struct sg_adder {
	const struct sg_params *params;
	struct radix *tree;		/* NULL: radix cache disabled */
	const struct kv_pool *pool;
	const struct sg_rows *running;
	double ratio;
	double off_total, off_cur;
	int64_t rem_input, rem_chunk;
	bool chunking;
	struct sg_rows *can_run;
	struct sg_req *new_chunked;
	uint64_t log_hit, log_new;
	struct sg_drain { double left; uint64_t occupied; } *drain;	/* ignore_eos path: sorted by left */
	size_t ndrain, capdrain;
	bool drained;			/* the list has been made */
	bool overdrawn;			/* ignore_eos path with less than no chunk left: the real one cuts the prompt to a
					 * negative length, and an assertion ends the server */
};

enum sg_add { SG_CONTINUE, SG_NO_TOKEN, SG_OTHER };

struct sg_grammars;

struct sg {
	const struct sg_params *params;
	struct engine_env env;
	struct kv_pool pool;
	struct radix tree;
	bool radix;			/* false: ChunkCache */
	bool overlap, v056;
	struct arena tree_arena;
	struct spanstore spans;
	struct slab reqs;
	const struct policy *policy;
	void *policy_state;
	struct rng policy_rng;
	uint64_t max_running, max_prompt, max_req;
	double ratio, ratio_init, ratio_min, ratio_decay;

	struct waiting *queue;		/* waiting_queue: queue[head..head+n) */
	size_t head, nqueue, capqueue;
	struct waiting *scratch;	/* of the retraction sort */
	size_t nscratch, capscratch;
	struct sg_batch running;
	enum pass_wait waiting_for;	/* why the last admission attempt stopped */
	struct sg_req *chunked;		/* chunked_req */
	struct sg_pass slot[2];
	struct sg_pass *last;		/* last_batch; NULL: none */
	struct sg_pass *current;	/* planned in this turn */
	struct sg_adder adder;
	struct sg_grammars *grammars;
	struct sg_req *dead_first, *dead_last;	/* ended, but rows may still point at them */

	uint64_t turn, passes, runs;
	bool hung;
	char why_hung[400];
	/* what the turn cost the host, counted by the rules, priced by the loop */
	uint64_t looked_at, matched, evict_walked, finishes;	/* evict_walked: nodes of the tree, each eviction */
	sim_time grammar_wait;
	/* the loop */
	bool asleep;
	bool wake_set;
	sim_time cpu;			/* when the host part of the current turn is over */
	sim_time gpu_free;
	struct sg_step_times {		/* of a decode pass like the newest */
		sim_time sched, gap, launch, post, mask;	/* T_recv + T_sched; T_plan; T_launch; T_post without an end */
		struct cost_line cost;
	} step;
	/* the log */
	uint64_t log_decodes, log_tokens;
	sim_time log_since;
};

/* sglang.c */
extern const struct engine engine_sglang;
struct sg_req *sg_req_new(struct sg *e, struct request *r);
void sg_queue_push(struct sg *e, struct sg_req *r);
void sg_rows_push(struct sg_rows *rows, struct sg_req *r);
void sg_server_dies(struct sg *e, const char *why);

/* sglang_schedule.c */
struct sg_pass *sg_plan(struct sg *e);	/* the scheduling half of a turn; NULL: nothing to run */
void sg_req_init_next_round(struct sg *e, struct sg_req *r, struct radix *tree);
bool sg_stuck(const struct sg *e);	/* requests wait and no future turn will serve them (20.10) */

/* sglang_admission.c */
void sg_adder_begin(struct sg_adder *a, uint64_t mixed);
struct sg_req *sg_add_chunked(struct sg_adder *a, struct sg_req *r);
enum sg_add sg_add_one(struct sg_adder *a, struct sg_req *r);
double sg_rem_total(const struct sg_adder *a);

/* sglang_batch.c */
void sg_batch_init(struct sg *e);
void sg_batch_release(struct sg *e);
void sg_batch_add(struct sg *e, struct sg_req *r);	/* at the end */
void sg_batch_drop(struct sg *e, struct sg_req *r);	/* the caller takes it out of the rows */
void sg_filter_running(struct sg *e);
void sg_batch_sync(struct sg *e);
void sg_batch_reordered(struct sg *e);
void sg_batch_check(struct sg *e);		/* --step: BUG unless each sum is that of its rows; looks at all */
void sg_step_join(struct sg *e, struct sg_req *r);
void sg_step_leave(struct sg *e, struct sg_req *r);
const struct sg_rows *sg_step_due(struct sg *e);
struct sg_rows *sg_step(struct sg *e);

/* Pages that one more token of each row begins. */
static inline uint64_t sg_batch_new_pages(const struct sg *e)
{
	const struct sg_batch *b = &e->running;
	uint64_t page = e->pool.page;

	return page == 1 ? b->rows.n : b->kv_class[(page - b->allocs % page) % page];
}

/* Rows for whom input + out - ahead is a multiple of the page. */
static inline uint64_t sg_batch_page_starts(const struct sg *e, uint64_t ahead)
{
	const struct sg_batch *b = &e->running;
	uint64_t page = e->pool.page;

	return page == 1 ? b->rows.n : b->out_class[(ahead % page + page - b->steps % page) % page];
}

/* Does anyone end with the next step? */
static inline bool sg_step_ends(const struct sg *e)
{
	const struct sg_batch *b = &e->running;

	return b->due.n > 0 || b->aborts.n > 0 || b->first_due <= b->steps + 1;
}

/* sglang_decode.c */
bool sg_update_running(struct sg *e);	/* false: no row left */
void sg_decode_alloc(struct sg *e);	/* one slot for each running row */

/* sglang_kv.c */
struct tokens sg_tokens(const struct sg_req *r, uint64_t length);
void sg_evict(struct sg *e, uint64_t tokens);
void sg_prefill_alloc(struct sg *e, const struct sg_rows *rows);
void sg_cache_unfinished(struct sg *e, struct sg_req *r);
void sg_cache_finished(struct sg *e, struct sg_req *r);
void sg_free_retracted(struct sg *e, struct sg_req *r);
static inline uint64_t sg_evictable(const struct sg *e) { return e->radix ? e->tree.evictable : 0; }

/* sglang_result.c */
/* The result half of a turn: overlap processes the previous pass, normal the current one.  False: there was
 * neither a batch nor a pending result (the turn was idle). */
bool sg_finish_turn(struct sg *e);
void sg_finish_request(struct sg *e, struct sg_req *r, const struct sg_pass *p, enum request_end end);

/* sglang_grammar.c */
struct sg_grammars *sg_grammars_new(struct arena *arena);
void sg_grammars_release(struct sg_grammars *g);
bool sg_grammar_hold(struct sg *e, struct sg_req *r);		/* true: r waits for its grammar */
void sg_grammar_move_ready(struct sg *e);
bool sg_grammar_waiting(const struct sg *e);
sim_time sg_grammar_next(const struct sg *e);			/* when the first becomes ready; SIM_TIME_MAX: none */
bool sg_grammar_cancel(struct sg *e, struct sg_req *r);

/* sglang_loop.c */
void sg_wake(struct sg *e, sim_time t);

/* sglang_without.c */
void sg_without_params(struct sg *e);		/* e->params becomes what is left of it */
uint64_t sg_without_capacity(const struct sg *e, uint64_t max_total);
uint64_t sg_computed(const struct sg *e, const struct sg_req *r);	/* tokens of its prefill row that cost time */
bool sg_prefills_are_free(const struct sg *e);

/* sglang_log.c */
size_t sg_log_line(void *self, const struct pass_record *p, sim_time now, char *buf, size_t size);
size_t sg_log_start(const void *self, char *buf, size_t size);

#endif

/* engine/lmdeploy_pytorch.h - LMDeploy's PyTorch engine: its state, and who touches it.
 * Internal to the engine.
 *
 * Source: LMDeploy v0.6.0, v0.6.1 (pull request 2477) and v0.11.0 (comments name rules by their
 * number in doc/rules.md).
 *
 *   lmdeploy_pytorch.c           the plug-in: creation, arrivals, cancellation
 *   lmdeploy_pytorch_params.c    flags, defaults that depend on the GPU (4.1)
 *   lmdeploy_pytorch_memory.c    cache_max_entry_count -> blocks, what must fit beside them (3)
 *   lmdeploy_pytorch_blocks.c    who owns how many blocks; what is evicted for whom (2.1, 2.2)
 *   lmdeploy_pytorch_trie.c      prefix caching (2.3)
 *   lmdeploy_pytorch_schedule.c  the batch of the next prefill, of the next decode round (2.1, 2.2)
 *   lmdeploy_pytorch_pass.c      one forward: rows, CUDA graphs, cost
 *   lmdeploy_pytorch_result.c    tokens out, requests that end; responses held back (2.2)
 *   lmdeploy_pytorch_told.c      which rows listeners know to get tokens in step
 *   lmdeploy_pytorch_inbox.c     messages to the engine: add, end of session
 *   lmdeploy_pytorch_loop.c      the loop in time, and of it
 *   lmdeploy_pytorch_steps.c       what is particular to 0.6: synchronous steps (2.1)
 *   lmdeploy_pytorch_rounds.c      what is particular to 0.11: locked groups, prefetch (2.2)
 *   lmdeploy_pytorch_log.c       its log lines
 *   lmdeploy_pytorch_without.c   mechanisms switched off (engine/mechanism.h)
 *
 * A sequence of n known tokens has KV for its first `kv` ones; the newest never has KV yet.
 * A group is a frozen batch: one prefill, or the forwards of one decode round.  A row of a round gets a token
 * with each of its forwards: its counts are brought up to date when it ends or the round is over.
 */
#ifndef ENGINE_LMDEPLOY_PYTORCH_H
#define ENGINE_LMDEPLOY_PYTORCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slab.h"
#include "config/key.h"
#include "engine/block_keys.h"
#include "engine/engine.h"
#include "engine/lmdeploy.h"
#include "engine/slots.h"

enum pt_version { PT_0_6_0, PT_0_6_1, PT_0_11_0 };

struct pt_host {
	double idle_poll_ms;		/* 0.6: an idle loop looks for requests this often */
	double schedule_gap_ms;		/* GPU idle in front of a batch when nothing is in flight */
	double step_gap_ms;		/* 0.6: GPU idle behind a forward: copies, next launch */
	double launch_eager_ms, launch_graph_ms;	/* kernels of an eager forward; a graph */
	double capture_ms;		/* 0.6: capturing a graph at its first use */
};

struct pt_params {
	int version;			/* enum pt_version */
	double cache_max_entry_count;
	int64_t cache_block_seq_len, max_batch_size, session_len, max_prefill_token_num;
	int64_t prefill_interval;
	int64_t quant_policy, tp;
	bool enable_prefix_caching, eager_mode;
	int cost;			/* index into pt_cost_names */
	struct pt_host host;
	struct lmdeploy_frontend frontend;
	/* resolved */
	int64_t prefill_tokens;		/* max_prefill_token_num, halved until 16 blocks fit */
	int64_t session;		/* session_len, a block less than the pool at most */
};

extern const char *const pt_versions[];
extern const char *const pt_cost_names[];
extern const struct key_table pt_keys;
extern const struct engine_fit pt_fit[];
void pt_resolve(void *params, const struct gpu *gpu, const struct model *model, const char *file,
		int line, struct diag *errors, struct diag *warnings);
double pt_kv_bytes_per_token(const struct pt_params *p, const struct model *m);	/* on one GPU */
/* Set prefill_tokens; the blocks beside it. */
uint64_t pt_block_count(struct pt_params *p, const struct gpu *gpu, const struct model *m);
void pt_memory(const void *params, const struct gpu *gpu, const struct model *model,
	       const struct cost_model *cost, const struct pass_shape *largest,
	       struct memory_report *out);

/* ---- sequences */

struct pt_node;				/* of the trie: one block */
struct pt_group;

enum pt_place { PT_AT_POOL, PT_IN_INBOX, PT_INSIDE };
enum pt_status { PT_WAITING, PT_RUNNING, PT_LOCKED, PT_STOPPED };

struct pt_seq {
	struct request *request;	/* NULL: it has ended */
	uint64_t id;			/* of the request */
	uint64_t life;			/* unique: another each time the struct is used again */
	enum pt_place place;
	enum pt_status status;
	struct slot_waiter *waiter;	/* at the pool */
	uint64_t prompt;		/* tokens */
	uint64_t want, out, told;	/* tokens to make; known to the scheduler; delivered */
	uint64_t kv;			/* leading tokens with KV */
	uint64_t hit;			/* kv when its prefill was scheduled */
	uint64_t arrive;		/* arrive_time: order among waiting */
	uint64_t seat;			/* order in the list it is in */
	uint64_t nblock;		/* blocks it holds, shared ones included */
	uint64_t nshared;		/* leading ones that are nodes of the trie */
	struct pt_node *node;		/* the last of these; NULL: none */
	struct block_keys keys;
	bool served, again;		/* prefilled since arrival or preemption; was preempted */
	unsigned groups;		/* that have a row of it */
	bool over;			/* its session has ended */
	struct pt_seq *next;		/* spare list */
	struct pt_group *round;		/* the decode round it is in: `out`, `kv` are as of its beginning */
	/* lmdeploy_pytorch_told.c */
	bool enrolled, in_step;		/* gets its tokens in step: as scheduled, as delivered */
	uint64_t told_from;		/* in_step: `told` is as of that step */
};

struct pt_seqs {
	struct pt_seq **seq;
	size_t n, cap;
};

struct pt_row {
	struct pt_seq *seq;
	uint64_t fresh, before;		/* prefill: tokens to compute, tokens with KV */
	size_t same;			/* decode: the next row with as many tokens to come, 1 + index; 0: none */
};

struct pt_group {
	bool prefill;
	struct pt_row *row;
	size_t n, cap;
	uint64_t passes, done;		/* forwards: chunks of a prefill, steps of a round */
	uint64_t context;		/* decode: KV tokens read by the first step, all rows */
	size_t *first_with;		/* decode: [0..passes]: the first row with so many tokens to come, 1 + index */
	size_t capfirst;
	size_t unfinished;		/* decode: rows with tokens to come */
	uint64_t shortest;		/* decode: fewest tokens to come at its beginning */
	sim_time launch;		/* 0.11: of one forward by the host */
	sim_time sent;			/* 0.11: when its first kernels can start */
	sim_time launched;		/* 0.11: when the host has launched all of it */
};

struct pt_pass {			/* the one in flight */
	struct pass_shape shape;
	struct pass_record record;
	double lm_head_rows;		/* rows of logits, if more than are sampled */
};

struct pt_message {			/* add a sequence, or end its session */
	struct pt_seq *seq;		/* NULL: withdrawn */
	bool end;
};

/* What a pass did to a row, not yet delivered.  Tokens of rows in step are not among them. */
enum pt_what {
	PT_TOKEN,
	PT_JOIN, PT_LEAVE,		/* rows in step, before the pass's tokens */
	PT_LAST,			/* the pass's token is its last: it leaves, too */
	PT_FINISH
};

struct pt_output {
	struct pt_seq *seq;
	uint64_t life;
	enum pt_what what;
};

/* Passes whose outputs can be held back: more than half a round, fewer than listeners remember. */
#define PT_HELD 12

struct pt_held {
	struct pass_record record;
	size_t before, end;		/* of its outputs: those before its tokens, all */
	bool step;			/* rows in step have a token each */
};

struct pt_told {			/* lmdeploy_pytorch_told.c */
	uint64_t rows;			/* in step, as delivered */
	uint64_t steps;			/* so many tokens each of them was told */
	uint64_t enrolled;		/* in step, as scheduled */
};

struct pt_trie;

struct pt {
	const struct pt_params *params;
	struct engine_env env;
	bool v011;
	uint64_t block_len;
	uint64_t nblocks, free;
	struct pt_trie *trie;		/* NULL: no prefix caching */
	struct slots slots;
	struct pt_seqs all;		/* every one ever made: they keep their arrays */
	struct pt_seq *spare;
	uint64_t lives, stamps, seats;

	struct pt_message *inbox;
	size_t ninbox, capinbox;
	struct pt_seqs waiting, running, hanging;	/* in the order they entered */
	size_t nlocked;			/* of running */
	struct pt_seqs sorted;		/* scratch */
	struct pt_group group[2];
	struct pt_group *current, *next;	/* NULL: none */
	bool after_prefill;		/* 0.6.0: the decode half of a cycle is due */
	struct pt_pass pass;		/* launched last */
	struct lmdeploy_step step;	/* forwards of decode rounds */
	uint64_t passes;
	sim_time host_done;		/* when the host has launched it */
	uint64_t captured[2];		/* 0.6: sizes of graphs, a bit each; decode, prefill */

	struct pt_output *output;
	size_t noutput, capoutput;
	struct pt_held held[PT_HELD];
	size_t nheld;
	struct pt_told told;
	bool closed;			/* 0.11: the window for messages and responses */
	bool taker;			/* 0.11: a coroutine waits for one more message */

	bool asleep, wake_set;
	sim_time idle_since;
};

static inline uint64_t pt_known(const struct pt_seq *s) { return s->prompt + s->out; }

/* lmdeploy_pytorch.c */
extern const struct engine engine_lmdeploy_pytorch;
void pt_seqs_push(struct pt_seqs *l, struct pt_seq *s);
void pt_enter(struct pt *e, struct pt_seqs *l, struct pt_seq *s);	/* waiting, running or hanging: at its end */
void pt_leave(struct pt_seqs *l, const struct pt_seq *s);
void pt_seq_free(struct pt *e, struct pt_seq *s);

/* lmdeploy_pytorch_blocks.c */
/* Blocks that s needs for `extra` tokens more. */
static inline uint64_t pt_required(const struct pt *e, const struct pt_seq *s, uint64_t extra)
{
	uint64_t tokens = pt_known(s) + extra;

	if (tokens <= s->nblock * e->block_len)		/* mostly so, and a division is slow */
		return 0;
	return (tokens + e->block_len - 1) / e->block_len - s->nblock;
}

/* Free what may go until s can have them: hanging, then waiting ones, newest first; then the cache. */
bool pt_make_room(struct pt *e, const struct pt_seq *s, uint64_t extra, struct pt_seq *const *waiting,
		  size_t n);
void pt_take(struct pt *e, struct pt_seq *s, uint64_t extra);
void pt_give_up(struct pt *e, struct pt_seq *s);	/* all its blocks; it has no KV any longer */

/* lmdeploy_pytorch_trie.c */
struct pt_trie *pt_trie_new(struct arena *arena, uint64_t blocks);	/* of the pool */
void pt_trie_release(struct pt_trie *t);
void pt_trie_match(struct pt *e, struct pt_seq *s);	/* its next blocks come from the trie */
void pt_trie_insert(struct pt *e, struct pt_seq *s);	/* its whole blocks go into the trie */
void pt_trie_unlock(struct pt *e, struct pt_seq *s);
void pt_trie_evict(struct pt *e, uint64_t blocks);	/* or as many as can go: oldest leaves first */
uint64_t pt_trie_nodes(const struct pt_trie *t);
uint64_t pt_trie_unused(const struct pt_trie *t);	/* nodes that no sequence holds */
uint64_t pt_trie_leaves(const struct pt_trie *t);
uint64_t pt_trie_holders(const struct pt_node *n);	/* sequences */
struct pt_node *pt_trie_parent(struct pt_node *n);	/* NULL: it is the first block */

/* lmdeploy_pytorch_schedule.c */
static inline size_t pt_unlocked(const struct pt *e) { return e->running.n - e->nlocked; }	/* num_running() */
bool pt_schedule_prefill(struct pt *e, struct pt_group *g);	/* false: nobody can be admitted */
bool pt_schedule_decode(struct pt *e, struct pt_group *g, uint64_t steps);

/* lmdeploy_pytorch_pass.c */
uint32_t pt_graph_size(const struct pt *e, bool prefill, uint64_t tokens);	/* 0: eager */
void pt_pass_plan(struct pt *e, const struct pt_group *g);
/* It starts when the GPU is told to, and ends no earlier than the host has launched it. */
void pt_pass_run(struct pt *e, const struct pt_group *g, sim_time planned, sim_time start,
		 sim_time launched);

/* lmdeploy_pytorch_result.c */
void pt_outputs(struct pt *e, struct pt_group *g);	/* the pass in flight is over */
void pt_deliver(struct pt *e);
void pt_end(struct pt *e, struct pt_seq *s, const struct pass_record *p, enum request_end end);
void pt_stop(struct pt *e, struct pt_seq *s);		/* it becomes a hanging one */
void pt_put_out(struct pt *e, struct pt_seq *s, enum pt_what what);
void pt_group_close(struct pt *e, struct pt_group *g);	/* its rows have all their tokens of it */

/* lmdeploy_pytorch_told.c */
void pt_enroll(struct pt *e, const struct pt_group *g);	/* its first outputs are there */
void pt_expel(struct pt *e, struct pt_seq *s);		/* no tokens in step any longer */
void pt_told_join(struct pt *e, struct pt_seq *s);
void pt_told_leave(struct pt *e, struct pt_seq *s);	/* if it is in step: s->told is up to date */
void pt_told_step(struct pt *e, const struct pass_record *p);

/* lmdeploy_pytorch_inbox.c */
void pt_send(struct pt *e, struct pt_seq *s, bool end);
void pt_read_inbox(struct pt *e);
void pt_withdraw(struct pt *e, const struct pt_seq *s);
bool pt_unfinished(const struct pt *e);

/* lmdeploy_pytorch_loop.c */
void pt_wake(struct pt *e, sim_time t);
void pt_sleep(struct pt *e);

/* lmdeploy_pytorch_steps.c, lmdeploy_pytorch_rounds.c */
sim_time pt_steps_begin(struct pt *e);
sim_time pt_steps_go_on(struct pt *e);
sim_time pt_rounds_begin(struct pt *e);
sim_time pt_rounds_go_on(struct pt *e);
void pt_window_open(struct pt *e);
bool pt_round_is_cut(const struct pt *e, uint64_t step);	/* 0.6: after step 0, 1, ... */
bool pt_do_prefill(const struct pt *e);				/* 0.11 */

/* lmdeploy_pytorch_without.c */
void pt_without_params(struct pt *e);		/* e->params becomes what is left of it */
uint64_t pt_without_capacity(const struct pt *e, uint64_t blocks);
uint64_t pt_computed(const struct pt *e, uint64_t fresh);	/* how many of them take time */
bool pt_prefill_is_free(const struct pt *e);

/* lmdeploy_pytorch_log.c */
size_t pt_log_line(void *self, const struct pass_record *p, sim_time now, char *buf, size_t size);
size_t pt_log_start(const void *self, char *buf, size_t size);

#endif

/* engine/turbomind.h - LMDeploy's TurboMind: its state, and who touches it.  Internal to the engine.
 *
 * Source: LMDeploy v0.6.0 and v0.11.0 (comments name rules by their number in doc/rules.md).
 *
 *   turbomind.c           the plug-in: creation, arrivals, cancellation
 *   turbomind_params.c    flags, defaults that depend on the GPU, what Python makes of them (1.3, 4.1)
 *   turbomind_memory.c    cache_max_entry_count -> blocks, what must fit beside them (3)
 *   turbomind_blocks.c    BlockManager: free, cached, active blocks (1.6)
 *   turbomind_trie.c      BlockTrie: prefix caching (1.5)
 *   turbomind_schedule.c  Materialize: who is active, with how many tokens (1.2, 1.3)
 *   turbomind_group.c     the rows that decode: O(1) an iteration
 *   turbomind_forward.c   rows and mini-batches of an iteration (1.4)
 *   turbomind_result.c    tokens out, requests that end (1.4)
 *   turbomind_loop.c      the loop in time (1.1, 1.7)
 *   turbomind_slots.c     the pool of engine instances in Python (4.2)
 *   turbomind_log.c       its log lines
 *   turbomind_without.c   mechanisms switched off (engine/mechanism.h)
 *
 * The rules know no time: an iteration is tm_plan() then tm_finish().  A sequence
 * of n known tokens has KV for its first `cache` ones; the last token known never has KV yet.
 */
#ifndef ENGINE_TURBOMIND_H
#define ENGINE_TURBOMIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slab.h"
#include "config/key.h"
#include "engine/block_keys.h"
#include "engine/engine.h"
#include "engine/lmdeploy.h"
#include "engine/slots.h"

enum tm_version { TM_0_6_0, TM_0_11_0 };

/* Times between the iterations, while the GPU waits (1.7). */
struct tm_host {
	double gap_ms, row_us;		/* taking requests, Materialize, copies: base, per row */
	double rebuild_ms;		/* sampling state is made anew when the set of rows changes */
	double trie_node_us;		/* prefix caching walks the whole trie: per node */
	double launch_ms;		/* launching the kernels of a mini-batch: a floor of its time */
	double d2h_gb_s;		/* device to host */
};

struct tm_params {
	int version;			/* enum tm_version */
	double cache_max_entry_count;	/* below 1: share of free memory; else blocks */
	int64_t cache_block_seq_len, max_batch_size, session_len, max_prefill_token_num;
	int64_t num_tokens_per_iter, max_prefill_iters, quant_policy, tp;
	bool enable_prefix_caching;
	int cost;			/* index into tm_cost_names */
	struct tm_host host;
	struct lmdeploy_frontend frontend;
	/* resolved: what the engine gets from Python */
	int64_t tokens_per_iter, prefill_iters;	/* after the overrides of 1.3 */
	int64_t max_forward;		/* max_prefill_token_num + max_batch_size */
	int64_t session;		/* session_len, cut to the pool */
};

extern const char *const tm_cost_names[];
extern const char *const tm_versions[];
extern const struct key_table tm_keys;
extern const struct engine_fit tm_fit[];
void tm_resolve(void *params, const struct gpu *gpu, const struct model *model, const char *file,
		int line, struct diag *errors, struct diag *warnings);
double tm_kv_bytes_per_token(const struct tm_params *p, const struct model *m);	/* on one GPU */
uint64_t tm_block_count(const struct tm_params *p, const struct gpu *gpu, const struct model *m);
void tm_memory(const void *params, const struct gpu *gpu, const struct model *model,
	       const struct cost_model *cost, const struct pass_shape *largest,
	       struct memory_report *out);

/* ---- blocks */

struct tm_node;

struct tm_block {
	uint64_t stamp;			/* of its last touch */
	uint64_t unique;		/* of its contents; 0: none */
	uint32_t use;			/* sequences that hold it */
	bool cached;			/* use == 0 and contents kept */
	uint64_t trial;			/* the trial in which `left` counts */
	uint32_t left;
	struct tm_node *node;		/* trie node that points here */
};

struct tm_old {				/* of the heap of cached blocks */
	uint64_t stamp;
	uint32_t id;
};

struct tm_blocks {
	struct tm_block *block;
	uint32_t *free;			/* stack: which ids are taken changes nothing */
	uint64_t n, nfree, ncached;
	struct tm_old *old;		/* heap, oldest first */
	size_t nold, capold;
	uint64_t clock, uniques, trial;
	uint64_t owed;			/* free ones that rows of the group will take */
};

struct tm_ref {				/* a block as a sequence remembers it */
	uint32_t id;
	uint64_t unique;
};

static inline uint64_t tm_blocks_free(const struct tm_blocks *b) { return b->nfree - b->owed; }
void tm_blocks_init(struct tm_blocks *b, struct arena *arena, uint64_t n);
void tm_blocks_grow(struct tm_blocks *b, struct arena *arena, uint64_t n);	/* to n blocks, none of them lost */
void tm_blocks_release(struct tm_blocks *b);
struct tm_ref tm_blocks_take(struct tm_blocks *b);		/* a free one, with use 1 */
uint32_t tm_blocks_evict(struct tm_blocks *b);			/* the oldest cached one becomes free */
void tm_blocks_lock(struct tm_blocks *b, const struct tm_ref *r, size_t n);
void tm_blocks_unlock(struct tm_blocks *b, const struct tm_ref *r, size_t n);	/* use 0: cached */
/* Backwards: the tail is oldest. */
void tm_blocks_touch(struct tm_blocks *b, const struct tm_ref *r, size_t n);
/* active -> free at once: where nothing is shared and contents are no use */
void tm_blocks_give_back(struct tm_blocks *b, const struct tm_ref *r, size_t n);
/* cached -> free, contents lost */
void tm_blocks_drop(struct tm_blocks *b, const struct tm_ref *r, size_t n);
/* How many of them, from the first, still have their contents. */
size_t tm_blocks_verify(const struct tm_blocks *b, const struct tm_ref *r, size_t n);
/* What if: how many of each sequence's blocks would be cached, after all before in this trial. */
void tm_trial_begin(struct tm_blocks *b);
uint64_t tm_trial_unlock(struct tm_blocks *b, const struct tm_ref *r, size_t n);
bool tm_blocks_check(const struct tm_blocks *b);

/* ---- sequences */

enum tm_place { TM_AT_POOL, TM_INCOMING, TM_INSIDE };
enum tm_status { TM_CACHED, TM_LOCKED, TM_ACTIVE };

struct tm_seq {
	struct request *request;
	enum tm_place place;
	struct slot_waiter *waiter;	/* at the pool */
	enum tm_status status;
	uint64_t age;			/* smaller is older: order in the engine */
	uint64_t prompt;		/* tokens */
	uint64_t want, out;		/* tokens the client gets; made, the one too many included */
	bool runs_over;			/* ends by length, so one token after `want` (1.4) */
	bool abort;			/* the client left */
	bool served;			/* prefill was told since its arrival or its last preemption */
	bool steady;			/* its prompt is complete: it decodes */
	bool again;			/* was preempted */
	bool matched, inserted;		/* the trie has been asked once; has its prompt (0.6.0) */
	bool ended;
	bool was_active;		/* in the iteration before */
	uint64_t hit;			/* tokens found in the trie, or left after a preemption */
	uint64_t cache;			/* cache_len: leading tokens with KV */
	uint64_t input;			/* tokens in this iteration; 0: inactive */
	uint64_t required;		/* blocks it needs for this iteration */
	uint64_t unlocks;		/* blocks that preempting it and all younger ones would free */
	struct tm_ref *block;
	size_t nblock, capblock;
	struct block_keys keys;
	struct tm_seq *next;		/* spare list */
	/* in the group: `out`, `cache` and blocks are as of step `from` */
	uint64_t from, due;		/* due: the step that gives it its last token, or the one too many */
	size_t at;			/* in the heap */
	bool tells;			/* it has tokens to tell: a row of the probe's lockstep batch */
};

struct tm_seqs {
	struct tm_seq **seq;
	size_t n, cap;
};

/* turbomind_group.c: the oldest sequences, all of which decode. */
struct tm_group {
	size_t n;			/* the first n of tm.seqs */
	uint64_t steps, phase;		/* tokens each of them got so far; modulo the block */
	uint64_t context;		/* tokens known, all rows */
	uint64_t held;			/* their blocks, owed ones included */
	uint64_t *rows_of;		/* rows by (context - steps) modulo the block */
	size_t tellers;			/* rows in the probe's lockstep batch */
	struct tm_seq **heap;		/* by due, age */
	size_t nheap, capheap;
	struct tm_seqs ending;		/* of the newest step */
};

/* Sequences behind the group none of which ran in the iteration before. */
struct tm_waiters {
	bool still;			/* that is so, and nobody has come or gone since */
	uint64_t tokens;		/* they would compute */
	uint64_t blocks;		/* with so many free or cached ones or fewer, none of them can run */
	uint64_t trie;			/* tm_trie_added() then */
};

struct tm_row {
	struct tm_seq *seq;
	uint64_t input, context;	/* tokens computed, tokens with KV afterwards */
	bool prefill;			/* told as one: everything that is not steady decoding */
	bool partial;
	size_t rank;			/* age: order of equal ones */
};

/* A mini-batch: one pass through the model. */
struct tm_mini {
	size_t first, n;		/* of tm.row */
	size_t group;			/* rows of the group, in front of these */
	size_t ndecode, nsteady;	/* its rows of one token; those that decode */
	uint64_t steady_context;
	uint64_t max_q, max_k;
	struct pass_shape shape;
	struct pass_record record;
};

/* Materialize's books: what is decided, before it is done (Schedule, Transaction). */
struct tm_books {
	uint64_t tokens;		/* left of the budget */
	uint64_t free, cached;		/* blocks */
	uint64_t evict;			/* blocks to evict */
	size_t last;			/* sequences from here on are preempted */
	size_t tried;			/* sequences from here on are unlocked in the trial */
	uint64_t unlocked;		/* blocks that the trial freed */
};

struct tm_trie;

struct tm {
	const struct tm_params *params;
	struct engine_env env;
	bool v011;
	uint64_t block_len;
	struct tm_blocks blocks;
	struct tm_trie *trie;		/* NULL: no prefix caching */
	struct tm_seqs all;		/* every one ever made: they keep their arrays */
	struct tm_seq *spare;
	struct slots slots;		/* engine instances */
	struct tm_seqs incoming;	/* have a slot; the loop takes them at its next turn */
	struct tm_seqs seqs;		/* in the engine, oldest first */
	struct tm_seqs gone;		/* ended, and still among them */
	struct tm_group group;
	struct tm_waiters waiters;
	uint64_t ages;
	size_t aborts;			/* sequences inside whose clients have left */
	uint64_t *window;		/* prefill tokens wanted in the last prefill_iters iterations */
	uint64_t window_at;		/* the oldest of these */
	uint64_t iteration;
	struct tm_books books;
	struct tm_row *row;		/* of sequences behind the group */
	size_t nrow, caprow;
	struct tm_mini *mini;
	size_t nmini, capmini, current;
	bool again;			/* its only pass has the rows of the one before: the group's, as many */
	struct lmdeploy_step step;	/* passes like that */
	uint64_t passes;
	bool changed;			/* the set of rows, since the iteration before */
	bool asleep, wake_set, hung;
	char why_hung[300];
};

static inline uint64_t tm_context(const struct tm_seq *s) { return s->prompt + s->out; }
static inline uint64_t tm_blocks_for(const struct tm *e, uint64_t tokens)
{
	return (tokens + e->block_len - 1) / e->block_len;
}
/* The pass launched last: that of the iteration before until rows are made anew. */
static inline const struct pass_record *tm_newest(const struct tm *e) { return &e->mini[e->current].record; }
static inline size_t tm_rows(const struct tm *e) { return e->group.n + e->nrow; }	/* of the iteration */

/* turbomind.c */
extern const struct engine engine_turbomind;
void tm_seqs_push(struct tm_seqs *l, struct tm_seq *s);
void tm_seq_free(struct tm *e, struct tm_seq *s);
void tm_cost(const struct tm *e, const struct pass_shape *s, struct pass_cost *out);

/* turbomind_trie.c */
struct tm_trie *tm_trie_new(struct arena *arena, uint64_t blocks);	/* of the pool */
void tm_trie_release(struct tm_trie *t);
uint64_t tm_trie_nodes(const struct tm_trie *t);
uint64_t tm_trie_added(const struct tm_trie *t);	/* nodes, ever: who found nothing will not until it grows */
void tm_trie_match(struct tm *e, struct tm_seq *s);	/* its leading blocks come from the trie */
void tm_trie_insert(struct tm *e, struct tm_seq *s, uint64_t tokens);	/* whole blocks of its head */
void tm_trie_forget(struct tm *e, uint32_t block);		/* a block has lost its contents */

/* turbomind_schedule.c */
void tm_preempt(struct tm *e, struct tm_seq *s);		/* its blocks become cached */
void tm_assign(struct tm *e, struct tm_seq *s, uint64_t blocks);	/* free ones */
bool tm_plan(struct tm *e);	/* the half of an iteration before the GPU; false: nothing to run */

/* turbomind_group.c */
void tm_group_init(struct tm *e);
void tm_group_release(struct tm *e);
uint64_t tm_group_wants(const struct tm *e);		/* blocks, for one token more of each row */
uint64_t tm_group_context(const struct tm *e, const struct tm_seq *s);	/* tokens known of a row */
void tm_group_fill(struct tm *e);			/* those next in age that decode come in */
void tm_group_drop(struct tm *e, struct tm_seq *s);	/* the caller takes it out of e->seqs */
struct tm_seq *tm_group_pop(struct tm *e);		/* the youngest goes out */
/* Each row has a token, made by p; who ends with it, oldest first, is out. */
const struct tm_seqs *tm_group_step(struct tm *e, const struct pass_record *p);

/* turbomind_forward.c */
void tm_make_rows(struct tm *e);

/* turbomind_result.c */
void tm_end(struct tm *e, struct tm_seq *s, const struct pass_record *p, enum request_end end);
void tm_drop_aborted(struct tm *e);
void tm_finish(struct tm *e);	/* the half after it */

/* turbomind_loop.c */
void tm_wake(struct tm *e);

/* turbomind_slots.c */
void tm_slots_init(struct tm *e);
void tm_slots_enter(struct tm *e, struct tm_seq *s);
void tm_slots_return(struct tm *e);
bool tm_slots_leave(struct tm *e, struct tm_seq *s);	/* false: it is inside the engine */

/* turbomind_without.c */
void tm_without_params(struct tm *e);		/* e->params becomes what is left of it */
void tm_without_limit(struct tm *e);		/* before Materialize: as many free blocks as it could take */
void tm_without_pool(const struct tm *e, struct pass_record *rec);	/* its pool, if it never fills */
struct pass_shape tm_computed(const struct tm *e, const struct tm_mini *m);	/* what of m costs time */
bool tm_prefill_is_free(const struct tm *e);

/* turbomind_log.c */
size_t tm_log_line(void *self, const struct pass_record *p, sim_time now, char *buf, size_t size);
size_t tm_log_start(const void *self, char *buf, size_t size);

#endif

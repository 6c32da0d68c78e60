/* core/probe.h - what an engine tells the world, without knowing it.
 *
 * An engine calls the probe_* functions below; listeners (metrics, attribution,
 * timeline, log writers, tests) hang in a list and get each call in list order.
 * Listeners never change the simulation.  Any operation may be NULL.
 *
 * Order of calls for one pass p:  launch(p), then prefill(r, p) for each
 * prefill row in batch order; later, when its result is processed, step(p) or
 * token(r, p) and finish(r, p) in batch order, then done(p).  Times never decrease between
 * calls except that p->start and p->end of a launched pass lie in the future.
 *
 * Tokens: one by one, or in step.
 *
 *   token(r, p)   r got one token.  O(rows) a pass.
 *   step(p, n)    each of the n rows of the lockstep batch got one.  O(1) a pass: listeners reckon
 *                 what a row got when it leaves, from the number of steps in between.
 *
 * The lockstep batch is what listeners know of the running batch: r is in it from join(r) to
 * leave(r).  An engine may use both for one request, in turn; while a row is in the batch nothing but
 * step() gives it a token.  One batch an engine.
 *
 *   join(r)       all tokens of r so far have been told, at least one; the next step() gives it one.
 *                 So a new row usually joins right after token() of its prefill pass, or later, before
 *                 the result of its first decode pass is processed.
 *   leave(r)      r is out; what step() gave it stays.  Needed before finish(r), retract(r), and
 *                 before token(r): call it after the step() that gave r its last token,
 *                 and before a step() whose token r must not get (retracted while the pass ran).
 *
 * The result of a decode pass whose rows are all in the batch:
 *   step(p, rows); then for each row that ends, in batch order: leave(r), finish(r, p); done(p).
 * Joining and leaving in any order gives the same results.
 */
#ifndef CORE_PROBE_H
#define CORE_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/units.h"
#include "core/pass.h"

struct request;				/* work/request.h */

struct probe_ops {
	/* r reached the scheduler process */
	void (*arrive)(void *self, const struct request *r, sim_time now);
	/* pass p was handed to the GPU */
	void (*launch)(void *self, const struct pass_record *p, sim_time now);
	/* r is a prefill row of p: `hit` tokens came from the cache (0 for a continued chunk), `extend` are
	 * computed; `last`: this completes the prompt; `again`: prefill after a retraction */
	void (*prefill)(void *self, const struct request *r, const struct pass_record *p,
			uint32_t hit, uint32_t extend, bool last, bool again);
	/* the scheduler has an output token of r, made by pass p */
	void (*token)(void *self, const struct request *r, const struct pass_record *p, sim_time now);
	/* r is a row of the lockstep batch from now on */
	void (*join)(void *self, const struct request *r, sim_time now);
	/* each row of the lockstep batch has an output token, made by pass p; rows >= 1: how many these are */
	void (*step)(void *self, const struct pass_record *p, uint32_t rows, sim_time now);
	/* r is no row of it any longer */
	void (*leave)(void *self, const struct request *r, sim_time now);
	/* r ended (ok) or was aborted or rejected (!ok), with the result of p; p is NULL if no pass was involved */
	void (*finish)(void *self, const struct request *r, const struct pass_record *p, bool ok, sim_time now);
	/* r lost its KV memory and went back to the queue; `last` is the newest pass launched before that */
	void (*retract)(void *self, const struct request *r, const struct pass_record *last, sim_time now);
	/* the cache gave up `tokens` */
	void (*evict)(void *self, uint64_t tokens, sim_time now);
	/* the result of p has been processed */
	void (*done)(void *self, const struct pass_record *p, sim_time now);
	/* a scheduling turn found nothing to run and no result outstanding */
	void (*idle)(void *self, sim_time now);
	/* requests wait and will never be served (SGLang: rules 20.10 of doc/rules.md) */
	void (*hang)(void *self, uint32_t queued, sim_time now);
};

struct probe {
	const struct probe_ops *ops;
	void *self;
	struct probe *next;
};

#define PROBE_CALL(list, op, ...) do {						\
	for (const struct probe *p_ = (list); p_; p_ = p_->next)		\
		if (p_->ops->op)						\
			p_->ops->op(p_->self, __VA_ARGS__);			\
} while (0)

#endif

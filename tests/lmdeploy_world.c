/* tests/lmdeploy_world.c - see lmdeploy_world.h. */
#include "config.h"

#include "lmdeploy_world.h"

#include "harness.h"

#include <stdarg.h>

#include "base/mem.h"
#include "config/cfgfile.h"
#include "config/keyread.h"
#include "cost_fixture.h"

void world_params(const struct engine *engine, struct arena *arena, const char *text, const struct gpu *gpu,
		  void *params, size_t *warned)
{
	struct cfgfile f;
	struct diag errors, warnings;
	struct key_reader r = { .file = &f, .arena = arena, .errors = &errors };

	diag_init(&errors);
	diag_init(&warnings);
	ck_assert_int_eq(cfgfile_parse(&f, "test.cfg", text, strlen(text), &errors), 0);
	key_read(&r, engine->keys, &(struct key_group){ .setting = cfgfile_root(&f), .label = "engine" }, params);
	if (errors.n == 0)
		engine->resolve(params, gpu, &llama, "test.cfg", 1, &errors, &warnings);
	if (errors.n > 0)
		diag_print(&errors, stderr);
	ck_assert_uint_eq(errors.n, 0);
	*warned = warnings.n;
	cfgfile_release(&f);
	diag_release(&errors);
	diag_release(&warnings);
}

/* Behind what is there, while there is room. */
void world_write(char *text, size_t size, const char *format, ...)
{
	size_t used = strlen(text);
	va_list ap;

	if (used + 64 >= size)
		return;
	if (used > 0)
		text[used++] = ' ';
	va_start(ap, format);
	vsnprintf(text + used, size - used, format, ap);
	va_end(ap);
}

/* ---- the probe */

static void on_arrive(void *self, const struct request *r, sim_time now)
{
	struct world *w = self;

	account_open(&w->account[r->id], now);
	account_arrive(&w->account[r->id], now);
}

static void on_launch(void *self, const struct pass_record *p, sim_time now)
{
	struct world *w = self;

	ck_assert_int_ge(p->start, w->last_end);	/* passes do not overlap */
	ck_assert_int_ge(p->start, now);
	ck_assert_uint_le(p->kv_free + p->kv_evictable, p->kv_capacity);
	w->last_end = p->end;
	ledger_launch(&w->ledger, p);
	if (w->first_linear_ns == 0)
		w->first_linear_ns = p->part_ns[PART_LINEAR];
	w->backend->launched(w, p);
}

static void on_prefill(void *self, const struct request *r, const struct pass_record *p, uint32_t hit,
		       uint32_t extend, bool last, bool again)
{
	struct world *w = self;
	struct seen *s = &w->seen[r->id];

	ck_assert(!s->in_step);
	ck_assert_int_eq(again, s->retractions > 0);
	ck_assert_uint_gt(extend, 0);
	account_prefill(&w->account[r->id], &w->ledger, p->seq, last);
	s->prefills++;
	s->hit = hit;
	s->extend = extend;
	if (s->start < 0)
		s->start = p->planned;
}

static void count_token(struct world *w, const struct request *r, const struct pass_record *p, sim_time now)
{
	struct seen *s = &w->seen[r->id];

	ck_assert_int_ge(now, p->end);
	if (w->backend->last_pass_tells)
		ck_assert_int_eq(p->end, w->last_end);
	account_token(&w->account[r->id], &w->ledger, p->seq, now);
	if (++s->tokens == 2)
		s->second = now;
	w->tokens++;
}

static void on_token(void *self, const struct request *r, const struct pass_record *p, sim_time now)
{
	struct world *w = self;

	ck_assert(!w->seen[r->id].in_step);
	count_token(w, r, p, now);
}

static void on_join(void *self, const struct request *r, sim_time now)
{
	struct world *w = self;

	(void)now;
	ck_assert(!w->seen[r->id].in_step);
	ck_assert_uint_gt(w->seen[r->id].tokens, 0);
	w->seen[r->id].in_step = true;
	w->in_step++;
}

static void on_step(void *self, const struct pass_record *p, uint32_t rows, sim_time now)
{
	struct world *w = self;

	ck_assert_uint_eq(rows, w->in_step);
	for (size_t i = 0; i < w->n; i++)
		if (w->seen[i].in_step)
			count_token(w, &w->request[i], p, now);
}

static void on_leave(void *self, const struct request *r, sim_time now)
{
	struct world *w = self;

	(void)now;
	ck_assert(w->seen[r->id].in_step);
	w->seen[r->id].in_step = false;
	w->in_step--;
}

static void on_retract(void *self, const struct request *r, const struct pass_record *last, sim_time now)
{
	struct world *w = self;

	ck_assert(!w->seen[r->id].in_step);
	account_retract(&w->account[r->id], &w->ledger, last->seq, now);
	w->seen[r->id].retractions++;
	w->retractions++;
}

/* The causes of its latency must add up (BUG if not). */
static void on_finish(void *self, const struct request *r, const struct pass_record *p, bool ok,
		      sim_time now)
{
	struct world *w = self;

	(void)ok;
	ck_assert(!w->seen[r->id].in_step);
	account_finish(&w->account[r->id], &w->ledger, p, now);
	account_close(&w->account[r->id], r->t_arrive, r->t_first, now);
}

static void on_hang(void *self, uint32_t queued, sim_time now)
{
	struct world *w = self;

	(void)now, (void)queued;
	ck_abort_msg("%s", w->backend->engine->explain_hang(w->engine));
}

static const struct probe_ops ops = {
	.arrive = on_arrive, .finish = on_finish, .launch = on_launch, .prefill = on_prefill,
	.token = on_token, .join = on_join, .step = on_step, .leave = on_leave, .retract = on_retract,
	.hang = on_hang,
};

static void on_first(void *ctx, struct request *r)
{
	(void)ctx;
	ck_assert_int_ge(r->t_first, r->t_arrive);
}

static void on_finished(void *ctx, struct request *r)
{
	struct world *w = ctx;

	w->finished++;
	ck_assert_int_eq(r->t_finish, w->sim.now);
	ck_assert_uint_eq(w->seen[r->id].tokens, r->output_done);
}

/* ---- the world */

void world_open(struct world *w, const struct backend *backend, const char *flags)
{
	memset(w, 0, sizeof(*w));
	arena_init(&w->arena, ARENA_CHUNK);
	w->backend = backend;
	world_params(backend->engine, &w->arena, flags, &a40, &w->tm_params, &w->warnings);
	w->cost = cost_new_fixed(10e6, &a40, &llama);
	sim_init(&w->sim, 1, 0);
	w->probe = (struct probe){ .ops = &ops, .self = w };
	w->engine = backend->engine->create(&w->tm_params, &(struct engine_env){
		.sim = &w->sim, .arena = &w->arena, .probe = &w->probe, .cost = w->cost, .gpu = &a40,
		.model = &llama, .seed = 1, .first_token = on_first, .finished = on_finished, .ctx = w,
	});
	w->request = xcalloc(WORLD_REQUESTS, sizeof(*w->request));
	w->span = xcalloc(2 * WORLD_REQUESTS, sizeof(*w->span));
	w->seen = xcalloc(WORLD_REQUESTS, sizeof(*w->seen));
	w->account = xcalloc(WORLD_REQUESTS, sizeof(*w->account));
	ledger_init(&w->ledger, 100);
}

void world_close(struct world *w)
{
	w->backend->engine->release(w->engine);
	sim_release(&w->sim);
	cost_free(w->cost);
	free(w->request);
	free(w->span);
	free(w->seen);
	free(w->account);
	arena_release(&w->arena);
}

static void arrive(void *self, void *object)
{
	struct world *w = self;
	struct request *r = object;

	r->t_arrive = w->sim.now;
	w->backend->engine->arrive(w->engine, r);
}

struct request *world_new(struct world *w, uint64_t shared, uint64_t own, uint64_t max_new, uint64_t output)
{
	struct request *r = &w->request[w->n];
	struct span *s = &w->span[2 * w->n];

	ck_assert_uint_lt(w->n, WORLD_REQUESTS);
	*r = (struct request){
		.id = w->n, .index = w->n, .prompt = s, .input_len = shared + own,
		.max_new_tokens = max_new, .output_len = output, .output_stream = 1000000 + w->n,
		.t_first = -1, .grammar = -1,
	};
	if (shared > 0)
		s[r->nprompt++] = (struct span){ 7, 0, shared };
	if (own > 0)
		s[r->nprompt++] = (struct span){ 1000 + w->n, 0, own };
	w->seen[w->n].start = w->seen[w->n].second = -1;
	w->n++;
	return r;
}

struct request *world_ask(struct world *w, sim_time t, uint64_t shared, uint64_t own, uint64_t max_new,
			  uint64_t output)
{
	struct request *r = world_new(w, shared, own, max_new, output);

	sim_at(&w->sim, t, EV_ARRIVAL, arrive, w, r, r->id);
	return r;
}

struct pt_seq *world_put(struct world *w, uint64_t shared, uint64_t own)
{
	struct request *r = world_new(w, shared, own, 1000, 1000);
	struct pt_seq *s;

	arrive(w, r);
	s = r->engine;
	pt_read_inbox(w->pt);
	return s;
}

static void cancel(void *self, void *object)
{
	struct world *w = self;
	struct request *r = object;

	if (r->t_finish == 0)
		w->backend->engine->cancel(w->engine, r);
}

void world_cancel(struct world *w, sim_time t, struct request *r)
{
	sim_at(&w->sim, t, EV_ABORT, cancel, w, r, r->id);
}

void world_run(struct world *w)
{
	sim_run(&w->sim);
	ck_assert_uint_eq(w->finished, w->n);
	for (size_t i = 1; w->fifo && i < w->n; i++)
		ck_assert_int_ge(w->seen[i].start, w->seen[i - 1].start);
	ck_assert(w->backend->engine->balanced(w->engine));
}

/* tests/turbomind_world.c - see turbomind_world.h. */
#include "config.h"

#include "turbomind_world.h"

#include "harness.h"

#include "base/mem.h"
#include "config/cfgfile.h"
#include "config/keyread.h"
#include "cost_fixture.h"

struct tm_params world_params(struct arena *arena, const char *text, const struct gpu *gpu,
			      size_t *warned)
{
	struct tm_params p;
	struct cfgfile f;
	struct diag errors, warnings;
	struct key_reader r = { .file = &f, .arena = arena, .errors = &errors };

	diag_init(&errors);
	diag_init(&warnings);
	ck_assert_int_eq(cfgfile_parse(&f, "test.cfg", text, strlen(text), &errors), 0);
	key_read(&r, &tm_keys, &(struct key_group){ .setting = cfgfile_root(&f), .label = "engine" },
		 &p);
	if (errors.n == 0)
		tm_resolve(&p, gpu, &llama, "test.cfg", 1, &errors, &warnings);
	if (errors.n > 0)
		diag_print(&errors, stderr);
	ck_assert_uint_eq(errors.n, 0);
	*warned = warnings.n;
	cfgfile_release(&f);
	diag_release(&errors);
	diag_release(&warnings);
	return p;
}

static void on_launch(void *self, const struct pass_record *p, sim_time now)
{
	struct world *w = self;
	const struct tm *e = w->engine;
	const struct pass_shape *s = &e->mini[e->current].shape;
	static const char letter[PASS_KINDS] = { 'P', 'D', 'M' };
	size_t used = strlen(w->text), inside = e->seqs.n + e->incoming.n;

	ck_assert_int_ge(p->start, w->last_end);	/* passes do not overlap */
	ck_assert_int_ge(p->start, now);
	ck_assert_uint_le(p->kv_free + p->kv_evictable, p->kv_capacity);
	ck_assert_uint_le(inside, (size_t)w->params.max_batch_size);
	ck_assert_uint_le(s->prefill_tokens + s->decode_rows, (size_t)w->params.max_forward);
	w->most_rows = tm_rows(e) > w->most_rows ? tm_rows(e) : w->most_rows;
	w->last_end = p->end;
	if (used < sizeof(w->text) - 64)
		snprintf(w->text + used, sizeof(w->text) - used, "%s%c%ld-%ld", used ? " " : "",
			 letter[p->kind], p->start / MS, p->end / MS);
	used = strlen(w->tokens_text);
	if (used < sizeof(w->tokens_text) - 64)
		snprintf(w->tokens_text + used, sizeof(w->tokens_text) - used, "%sQ%lu/K%lu",
			 used ? " " : "", s->prefill_tokens + s->decode_rows, s->prefill_context);
}

static void on_prefill(void *self, const struct request *r, const struct pass_record *p,
		       uint32_t hit, uint32_t extend, bool last, bool again)
{
	struct world *w = self;
	struct seen *s = &w->seen[r->id];

	(void)last;
	ck_assert_int_eq(again, s->retractions > 0);
	s->prefills++;
	s->hit = hit;
	s->extend = extend;
	if (s->start >= 0)
		return;
	s->start = p->planned;
}

static void on_token(void *self, const struct request *r, const struct pass_record *p, sim_time now)
{
	struct world *w = self;

	ck_assert_int_ge(now, p->end);
	ck_assert_int_eq(p->end, w->last_end);	/* all tokens of an iteration come with its last pass */
	ck_assert(!w->seen[r->id].in_step);
	w->seen[r->id].tokens++;
	w->tokens++;
}

static void on_join(void *self, const struct request *r, sim_time now)
{
	struct world *w = self;
	struct seen *s = &w->seen[r->id];

	(void)now;
	ck_assert(!s->in_step);
	s->in_step = true;
	s->joined = w->steps;
	w->in_step++;
}

static void on_step(void *self, const struct pass_record *p, uint32_t rows, sim_time now)
{
	struct world *w = self;

	ck_assert_int_ge(now, p->end);
	ck_assert_int_eq(p->end, w->last_end);
	ck_assert_uint_eq(rows, w->in_step);
	w->steps++;
	w->tokens += rows;
}

static void on_leave(void *self, const struct request *r, sim_time now)
{
	struct world *w = self;
	struct seen *s = &w->seen[r->id];

	(void)now;
	ck_assert(s->in_step);
	s->in_step = false;
	s->tokens += w->steps - s->joined;
	w->in_step--;
}

static void on_retract(void *self, const struct request *r, const struct pass_record *last, sim_time now)
{
	struct world *w = self;

	ck_assert_int_ge(now, last->end);
	ck_assert(!w->seen[r->id].in_step);
	w->seen[r->id].retractions++;
	w->retractions++;
}

static void on_hang(void *self, uint32_t queued, sim_time now)
{
	struct world *w = self;

	(void)now;
	ck_assert_uint_gt(queued, 0);
	w->hangs++;
	sim_stop(&w->sim);
}

static const struct probe_ops ops = {
	.launch = on_launch, .prefill = on_prefill, .token = on_token, .join = on_join, .step = on_step,
	.leave = on_leave, .retract = on_retract, .hang = on_hang,
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
	ck_assert(!w->seen[r->id].in_step);
	ck_assert_uint_eq(w->seen[r->id].tokens, r->output_done);
}

void world_open(struct world *w, const char *flags)
{
	memset(w, 0, sizeof(*w));
	arena_init(&w->arena, ARENA_CHUNK);
	w->params = world_params(&w->arena, flags, &a40, &w->warnings);
	w->cost = cost_new_fixed(10e6, &a40, &llama);
	sim_init(&w->sim, 1, 0);
	w->probe = (struct probe){ .ops = &ops, .self = w };
	w->engine = engine_turbomind.create(&w->params, &(struct engine_env){
		.sim = &w->sim, .arena = &w->arena, .probe = &w->probe, .cost = w->cost,
		.gpu = &a40, .model = &llama, .seed = 1,
		.first_token = on_first, .finished = on_finished, .ctx = w,
	});
	w->request = xcalloc(WORLD_REQUESTS, sizeof(*w->request));
	w->span = xcalloc(2 * WORLD_REQUESTS, sizeof(*w->span));
	w->seen = xcalloc(WORLD_REQUESTS, sizeof(*w->seen));
}

void world_close(struct world *w)
{
	engine_turbomind.release(w->engine);
	sim_release(&w->sim);
	cost_free(w->cost);
	free(w->request);
	free(w->span);
	free(w->seen);
	arena_release(&w->arena);
}

static void arrive(void *self, void *object)
{
	struct world *w = self;
	struct request *r = object;

	r->t_arrive = w->sim.now;
	engine_turbomind.arrive(w->engine, r);
}

struct request *world_ask(struct world *w, sim_time t, uint64_t shared, uint64_t own,
			  uint64_t max_new, uint64_t output)
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
	w->seen[w->n].start = -1;
	w->n++;
	sim_at(&w->sim, t, EV_ARRIVAL, arrive, w, r, r->id);
	return r;
}

static void cancel(void *self, void *object)
{
	struct world *w = self;
	struct request *r = object;

	if (r->t_finish == 0)
		engine_turbomind.cancel(w->engine, r);
}

void world_cancel(struct world *w, sim_time t, struct request *r)
{
	sim_at(&w->sim, t, EV_ABORT, cancel, w, r, r->id);
}

void world_run(struct world *w)
{
	sim_run(&w->sim);
	ck_assert_msg(w->hangs == 0, "%s", engine_turbomind.explain_hang(w->engine));
	ck_assert_uint_eq(w->finished, w->n);
	for (size_t i = 1; w->fifo && i < w->n; i++)
		ck_assert_int_ge(w->seen[i].start, w->seen[i - 1].start);
	ck_assert(engine_turbomind.balanced(w->engine));
}

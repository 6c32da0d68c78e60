/* run/server.c - the events between clients and engine. */
#include "config.h"

#include "run/server.h"

#include <inttypes.h>

#include "base/bug.h"

static const struct probe_ops server_probe_ops;

/* ---- clients who wait */

static void wait_begin(struct server *v, struct flight *f)
{
	f->prev = v->newest;
	if (v->newest)
		v->newest->next = f;
	else
		v->oldest = f;
	v->newest = f;
	v->waiting++;
}

static void wait_end(struct server *v, struct flight *f)
{
	if (f->prev)
		f->prev->next = f->next;
	else
		v->oldest = f->next;
	if (f->next)
		f->next->prev = f->prev;
	else
		v->newest = f->prev;
	f->prev = f->next = NULL;
	v->waiting--;
}

/* The client has its answer, its error, or has given up.  The request is the workload's again. */
static void tell(struct server *v, struct flight *f)
{
	struct request *r = f->request;

	r->t_done = v->sim->now;
	wait_end(v, f);
	metrics_told(v->metrics, f, v->sim->now);
	f->request = NULL;
	r->observer = NULL;
	v->scenario->workload->done(v->work, r);
}

/* ---- way in and back */

static void on_arrival(void *self, void *object)
{
	struct server *v = self;
	struct flight *f = object;

	if (!f->request) {		/* the client gave up before */
		slab_free(&v->flights, f);
		return;
	}
	f->place = FLIGHT_ENGINE;
	f->request->t_arrive = v->sim->now;
	v->scenario->engine->arrive(v->engine, f->request);
}

static void on_answer(void *self, void *object)
{
	struct server *v = self;
	struct flight *f = object;

	if (f->request)
		tell(v, f);
	slab_free(&v->flights, f);
}

/* Engine: the first token of r is known. */
static void on_first_token(void *ctx, struct request *r)
{
	struct server *v = ctx;
	sim_time now = v->sim->now;

	if (r->t_first_client < 0)
		r->t_first_client = r->stream ? frontend_first_chunk(&v->frontend, now)
					      : frontend_first_alone(&v->frontend, now);
}

/* Engine: r has ended. */
static void on_finished(void *ctx, struct request *r)
{
	struct server *v = ctx;
	struct flight *f = flight_of(r);
	sim_time t = v->sim->now;

	BUG_ON(f->place != FLIGHT_ENGINE);
	f->place = FLIGHT_WAY_BACK;
	r->t_finish = t;
	if (f->given_up)
		r->end = REQUEST_TIMEOUT;	/* the client waits for nothing but our word */
	else
		t = frontend_answer(&v->frontend, t);
	sim_at(v->sim, t, EV_CLIENT, on_answer, v, f, r->id);
}

/* ---- clients who give up */

static void watch(struct server *v);

static void give_up(struct server *v, struct flight *f)
{
	struct request *r = f->request;

	r->end = REQUEST_TIMEOUT;
	if (f->place != FLIGHT_ENGINE) {
		tell(v, f);
		return;
	}
	f->given_up = true;
	v->scenario->engine->cancel(v->engine, r);
}

static void on_deadline(void *self, void *object)
{
	struct server *v = self;
	struct flight *f, *next;

	(void)object;
	for (f = v->oldest; f && f->deadline <= v->sim->now; f = next) {
		next = f->next;
		if (!f->given_up)
			give_up(v, f);
	}
	v->watching = false;
	watch(v);
}

/* Keep one event pending for the first client that may still give up. */
static void watch(struct server *v)
{
	struct flight *f = v->oldest;

	if (v->watching || v->patience == 0)
		return;
	while (f && f->given_up)	/* those that the engine is letting go: a pass's worth at most */
		f = f->next;
	if (!f)
		return;
	v->watching = true;
	sim_at(v->sim, f->deadline, EV_ABORT, on_deadline, v, NULL, 0);
}

/* Workload: r is sent now. */
static void on_submit(void *ctx, struct request *r)
{
	struct server *v = ctx;
	struct flight *f = slab_alloc(&v->flights);
	sim_time now = v->sim->now, arrival = frontend_in(&v->frontend, now, r->input_len);

	BUG_ON(r->t_send != now);
	f->request = r;
	f->deadline = now + v->patience;
	r->observer = f;
	r->t_arrive = r->t_first = r->t_first_client = r->t_finish = r->t_done = -1;
	wait_begin(v, f);
	metrics_sent(v->metrics, f, now);
	sim_at(v->sim, arrival, EV_ARRIVAL, on_arrival, v, f, r->id);
	watch(v);
}

static void on_level_begin(void *ctx, uint32_t level)
{
	struct server *v = ctx;

	metrics_level(v->metrics, level);
}

static void on_level_end(void *ctx, uint32_t level)
{
	(void)ctx, (void)level;		/* the next begin ends it */
}

/* ---- streamed chunks: each row that streams on costs the way out a turn, a pass's rows in one lump */

static void on_token(void *self, const struct request *r, const struct pass_record *p, sim_time now)
{
	struct server *v = self;
	struct flight *f = flight_of(r);

	(void)now;
	if (!r->stream || f->tokens < 2 || !frontend_sends(&v->frontend, f->tokens))
		return;			/* the first went by on_first_token() */
	f->chunk_of = p->seq + 1;
	v->chunks++;
}

/* Rows of a lockstep batch all have one token more with every step, so which of them send a chunk follows from
 * tokens - steps, a constant of the row, modulo the tokens of a chunk: O(1) a step. */
static uint64_t chunk_class(const struct server *v, uint64_t tokens, uint64_t steps)
{
	uint64_t every = v->frontend.chunk_tokens;

	return (tokens % every + every - steps % every) % every;
}

static void on_join(void *self, const struct request *r, sim_time now)
{
	struct server *v = self;
	struct flight *f = flight_of(r);

	(void)now;
	if (!r->stream)
		return;
	f->chunk_class = chunk_class(v, f->tokens, v->steps);
	f->chunk_from = v->steps;
	v->chunk_rows[f->chunk_class]++;
}

static void on_step(void *self, const struct pass_record *p, uint32_t rows, sim_time now)
{
	struct server *v = self;

	(void)rows, (void)now;
	v->steps++;
	v->step_seq = p->seq;
	v->chunks += v->chunk_rows[chunk_class(v, 1, v->steps)];	/* frontend_sends(): every chunk_tokens from 1 */
}

static void on_leave(void *self, const struct request *r, sim_time now)
{
	struct server *v = self;
	struct flight *f = flight_of(r);

	(void)now;
	if (!r->stream)
		return;
	v->chunk_rows[f->chunk_class]--;
	if (v->steps > f->chunk_from && f->chunk_class == chunk_class(v, 1, v->steps))
		f->chunk_of = v->step_seq + 1;
}

static void on_finish(void *self, const struct request *r, const struct pass_record *p, bool ok,
		      sim_time now)
{
	struct server *v = self;

	(void)ok, (void)now;
	if (p && flight_of(r)->chunk_of == p->seq + 1)
		v->chunks--;		/* its last chunk is the answer's */
}

static void on_done(void *self, const struct pass_record *p, sim_time now)
{
	struct server *v = self;

	(void)p;
	frontend_chunks(&v->frontend, now, v->chunks);
	v->chunks = 0;
}

static void on_hang(void *self, uint32_t queued, sim_time now)
{
	struct server *v = self;

	(void)now;
	v->hang = true;
	v->hang_queued = queued;
	sim_stop(v->sim);
}

static const struct probe_ops server_probe_ops = {
	.token = on_token,
	.join = on_join,
	.step = on_step,
	.leave = on_leave,
	.finish = on_finish,
	.done = on_done,
	.hang = on_hang,
};

/* ---- the whole */

static void create_engine(struct server *v, uint32_t replication, struct arena *arena,
			  const struct probe *probes)
{
	const struct scenario *s = v->scenario;
	const struct engine_env env = {
		.sim = v->sim, .arena = arena, .probe = probes,
		.cost = s->cost, .gpu = &s->gpu, .model = &s->model,
		.seed = (uint64_t)s->run.seed, .replication = replication,
		.without = s->without,
		.first_token = on_first_token, .finished = on_finished, .ctx = v,
	};
	struct frontend_params way = { 0 };

	v->engine = s->engine->create(s->engine_params, &env);
	if (!is_without(s->without, MECHANISM_API))
		s->engine->frontend(s->engine_params, &way);
	frontend_init(&v->frontend, &way);
	v->chunk_rows = arena_alloc(arena, v->frontend.chunk_tokens * sizeof(*v->chunk_rows));
}

static void create_workload(struct server *v, uint32_t replication, struct arena *arena)
{
	const struct scenario *s = v->scenario;
	const struct work_env env = {
		.sim = v->sim, .arena = arena, .seed = (uint64_t)s->run.seed, .replication = replication,
		.submit = on_submit, .level_begin = on_level_begin, .level_end = on_level_end, .ctx = v,
	};

	v->work = s->workload->create(s->workload_params, &env);
	v->patience = sim_time_from_s(s->workload->client_timeout_s(s->workload_params));
}

void server_init(struct server *v, const struct scenario *s, uint32_t replication, struct sim *sim,
		 struct arena *arena, struct metrics *metrics, struct probe *probes)
{
	struct probe *last = probes;

	*v = (struct server){ .scenario = s, .sim = sim, .metrics = metrics,
			      .probe = { .ops = &server_probe_ops, .self = v } };
	slab_init(&v->flights, arena, sizeof(struct flight));
	while (last->next)
		last = last->next;
	last->next = &v->probe;
	create_engine(v, replication, arena, probes);
	create_workload(v, replication, arena);
}

void server_run(struct server *v)
{
	v->scenario->workload->start(v->work);
	sim_run(v->sim);
	if (!v->hang && v->waiting > 0)
		BUG("%" PRIu64 " requests never ended, the first is %" PRIu64, v->waiting,
		    v->oldest->request->id);
}

void server_release(struct server *v)
{
	v->scenario->engine->release(v->engine);
	if (v->scenario->workload->release)
		v->scenario->workload->release(v->work);
}

/* run/metrics.c - counting by level. */
#include "config.h"

#include "run/metrics.h"

#include "base/bug.h"

static const struct probe_ops metrics_probe_ops;

static void level_init(struct metrics *m, struct level_tally *l, size_t exact)
{
	struct samples *s[] = { &l->ttft, &l->tpot, &l->e2e, &l->client_ttft, &l->warm_ttft, &l->cold_ttft };

	for (size_t i = 0; i < sizeof(s) / sizeof(s[0]); i++) {
		samples_init(s[i]);
		samples_limit(s[i], exact);
	}
	itl_init(&l->itl, exact);
	lockstep_init(&l->lockstep, &l->itl, &m->itl_nodes);
}

void metrics_init(struct metrics *m, struct arena *arena, size_t nlevels, double idle_w, size_t exact)
{
	*m = (struct metrics){ .nlevels = nlevels };
	ledger_init(&m->ledger, idle_w);
	meter_init(&m->meter, &m->ledger);
	slab_init(&m->itl_nodes, arena, sizeof(struct itl_node));
	m->level = arena_alloc(arena, nlevels * sizeof(*m->level));
	for (size_t i = 0; i < nlevels; i++)
		level_init(m, &m->level[i], exact);
	m->stepping = arena_alloc(arena, nlevels * sizeof(struct level_tally *));
	m->probe = (struct probe){ .ops = &metrics_probe_ops, .self = m };
}

void metrics_release(struct metrics *m)
{
	for (size_t i = 0; i < m->nlevels; i++) {
		samples_release(&m->level[i].ttft);
		samples_release(&m->level[i].tpot);
		samples_release(&m->level[i].e2e);
		samples_release(&m->level[i].client_ttft);
		samples_release(&m->level[i].warm_ttft);
		samples_release(&m->level[i].cold_ttft);
		itl_release(&m->level[i].itl);
	}
}

void metrics_level(struct metrics *m, uint32_t level)
{
	BUG_ON(level >= m->nlevels);
	m->current = level;
}

static struct level_tally *level_of(struct metrics *m, const struct request *r)
{
	BUG_ON(r->level >= m->nlevels);
	return &m->level[r->level];
}

/* ---- the client's side */

void metrics_sent(struct metrics *m, struct flight *f, sim_time now)
{
	struct level_tally *l = level_of(m, f->request);

	if (!m->any_sent)
		meter_read(&m->meter, now, &m->run_begin);
	m->any_sent = true;
	if (!l->begun)
		meter_read(&m->meter, now, &l->first);
	l->begun = true;
	l->sent++;
	l->cold += f->request->kind == REQUEST_COLD;
	account_open(&f->account, now);
}

/* What clients who stream call TTFT, and those who do not.  In nearly every level all are of one kind.
 * Call it before ttft and e2e have the request. */
static void count_client(struct level_tally *l, bool streams, double ttft)
{
	enum level_clients kind = streams ? CLIENTS_STREAM : CLIENTS_WAIT;

	if (l->clients == CLIENTS_NONE)
		l->clients = kind;
	if (l->clients == kind)
		return;
	if (l->clients != CLIENTS_BOTH)
		samples_copy(&l->client_ttft, l->clients == CLIENTS_STREAM ? &l->ttft : &l->e2e);
	l->clients = CLIENTS_BOTH;
	samples_add(&l->client_ttft, ttft, 1);
}

static void count_latencies(struct level_tally *l, const struct request *r, const struct slo *slo)
{
	double e2e = ms_of(r->t_done - r->t_send), ttft = ms_of(r->t_first_client - r->t_send);
	double tpot = r->output_done > 1 ? (e2e - ttft) / (double)(r->output_done - 1) : 0.0;
	double client = r->stream ? ttft : e2e;

	count_client(l, r->stream, client);
	samples_add(&l->e2e, e2e, 1);
	samples_add(&l->ttft, ttft, 1);
	if (r->kind != REQUEST_PLAIN)
		samples_add(r->kind == REQUEST_COLD ? &l->cold_ttft : &l->warm_ttft, ttft, 1);
	if (r->output_done > 1)
		samples_add(&l->tpot, tpot, 1);
	if (slo)
		l->met += slo_met(slo, &(struct slo){ ttft, tpot, e2e, client });
	if (e2e > 0)
		l->tokens_per_s += (double)r->output_done / (e2e / 1e3);
}

static void count_answer(struct metrics *m, struct level_tally *l, const struct flight *f, sim_time now)
{
	const struct request *r = f->request;

	BUG_ON(!f->account.has_first || r->t_first_client < 0);
	l->completed++;
	l->input_tokens += r->input_len;
	l->output_tokens += r->output_done;
	l->audit.asked += r->output_len;
	l->audit.received += r->output_done;
	/* The engine may end an answer where its context does; anything else missing is a fault. */
	if (r->output_done < r->output_len && m->longest && r->input_len + r->output_done >= m->longest)
		l->audit.cut += r->output_len - r->output_done;
	count_latencies(l, r, m->slo);
	for (int c = 0; c < CAUSES; c++) {
		l->cause[c] += f->account.cause[c];
		l->first_cause[c] += f->account.first[c];
	}
	meter_read(&m->meter, now, &l->last);
	l->answered = true;
}

void metrics_told(struct metrics *m, struct flight *f, sim_time now)
{
	struct request *r = f->request;
	struct level_tally *l = level_of(m, r);

	account_close(&f->account, r->t_send, r->t_first_client, now);
	l->audit.ended++;
	l->audit.latency_ns += r->t_done - r->t_send;
	for (int c = 0; c < CAUSES; c++)
		l->audit.explained_ns += f->account.cause[c];
	l->told = now;
	if (f->admitted && r->end != REQUEST_REJECTED) {
		l->prompt_tokens += r->input_len;
		l->hit_tokens += f->hit;
	}
	if (f->place != FLIGHT_WAY_IN) {
		l->audit.sojourn_ns += r->t_finish - r->t_arrive;
		l->audit.delivered += r->output_done;
	}
	if (r->end == REQUEST_OK) {
		count_answer(m, l, f, now);
	} else {
		l->failed++;
		l->cold_failed += r->kind == REQUEST_COLD;
		itl_revoke(&l->itl, &f->itl);
	}
	itl_forget(&l->itl, &f->itl, &m->itl_nodes);
}

/* ---- the engine's side: requests */

static void audit_in_server(struct level_audit *a, sim_time now, int64_t change)
{
	a->in_server_ns += a->in_server * (now - a->since);
	a->since = now;
	a->in_server += change;
	BUG_ON(a->in_server < 0);
}

static void on_arrive(void *self, const struct request *r, sim_time now)
{
	struct metrics *m = self;

	account_arrive(&flight_of(r)->account, now);
	audit_in_server(&level_of(m, r)->audit, now, +1);
	meter_advance(&m->meter, now);
	m->meter.queued++;
}

static void on_prefill(void *self, const struct request *r, const struct pass_record *p,
		       uint32_t hit, uint32_t extend, bool last, bool again)
{
	struct metrics *m = self;
	struct flight *f = flight_of(r);

	(void)extend, (void)again;
	account_prefill(&f->account, &m->ledger, p->seq, last);
	if (!f->in_batch) {		/* the meter is at the launch of p already */
		m->meter.queued--;
		m->meter.running++;
	}
	f->in_batch = true;
	if (!f->admitted)		/* hits of a second admission are its own tokens: not counted */
		f->hit = hit;
	f->admitted = true;
}

static void on_token(void *self, const struct request *r, const struct pass_record *p, sim_time now)
{
	struct metrics *m = self;
	struct flight *f = flight_of(r);
	struct level_tally *l = level_of(m, r);

	BUG_ON(f->step != FLIGHT_ALONE);
	account_token(&f->account, &m->ledger, p->seq, now);
	l->audit.sampled++;
	if (f->tokens++ > 0)
		itl_add(&l->itl, &f->itl, &m->itl_nodes, now - f->t_token, now);
	f->t_token = now;
}

static void on_join(void *self, const struct request *r, sim_time now)
{
	struct metrics *m = self;
	struct level_tally *l = level_of(m, r);

	(void)now;
	if (lockstep_rows(&l->lockstep) == 0)
		m->stepping[m->nstepping++] = l;
	lockstep_join(&l->lockstep, flight_of(r), m->steps);
}

static void on_step(void *self, const struct pass_record *p, uint32_t rows, sim_time now)
{
	struct metrics *m = self;
	uint64_t sum = 0;

	(void)p;
	m->steps++;
	for (size_t i = 0; i < m->nstepping; i++) {
		struct level_tally *l = m->stepping[i];

		lockstep_step(&l->lockstep, now);
		l->audit.sampled += l->lockstep.rows;
		sum += l->lockstep.rows;
	}
	BUG_ON(sum != rows);
}

static void on_leave(void *self, const struct request *r, sim_time now)
{
	struct metrics *m = self;
	struct level_tally *l = level_of(m, r);
	size_t i = 0;

	(void)now;
	lockstep_leave(&l->lockstep, flight_of(r), m->steps);
	if (lockstep_rows(&l->lockstep) > 0)
		return;
	while (m->stepping[i] != l)	/* as many as levels overlap: one, at most two or three */
		i++;
	m->stepping[i] = m->stepping[--m->nstepping];
}

static void on_finish(void *self, const struct request *r, const struct pass_record *p, bool ok,
		      sim_time now)
{
	struct metrics *m = self;
	struct flight *f = flight_of(r);

	BUG_ON(f->step != FLIGHT_ALONE);
	(void)ok;
	account_finish(&f->account, &m->ledger, p, now);
	audit_in_server(&level_of(m, r)->audit, now, -1);
	meter_advance(&m->meter, now);
	if (f->in_batch)
		m->meter.running--;
	else
		m->meter.queued--;
	f->in_batch = false;
}

static void on_retract(void *self, const struct request *r, const struct pass_record *last, sim_time now)
{
	struct metrics *m = self;
	struct flight *f = flight_of(r);

	BUG_ON(!f->in_batch || f->step != FLIGHT_ALONE);
	account_retract(&f->account, &m->ledger, last->seq, now);
	level_of(m, r)->retractions++;
	meter_advance(&m->meter, now);
	m->meter.running--;
	m->meter.queued++;
	f->in_batch = false;
}

/* ---- the engine's side: passes and memory */

static void on_launch(void *self, const struct pass_record *p, sim_time now)
{
	struct metrics *m = self;
	struct level_tally *l = &m->level[m->current];
	bool wrong = p->kv_free + p->kv_evictable > p->kv_capacity;

	ledger_launch(&m->ledger, p);
	meter_advance(&m->meter, now);
	meter_launch(&m->meter, p);
	l->audit.passes++;
	l->audit.kv_wrong += wrong;
	if (p->kv_capacity > 0 && !wrong)
		m->meter.kv = (double)pass_kv_used(p) / (double)p->kv_capacity;
	if (m->meter.kv > l->kv_peak)
		l->kv_peak = m->meter.kv;
	l->passes[p->kind]++;
	l->pass_ns[p->kind] += p->end - p->start;
	l->step_rows += p->decode_rows;
	l->step_bytes += p->decode_rows * p->bytes;
	l->part_ns[PART_LINEAR] += p->part_ns[PART_LINEAR];
	l->part_ns[PART_ATTENTION] += p->part_ns[PART_ATTENTION];
	l->part_ns[PART_OTHER] += p->part_ns[PART_OTHER];
	l->part_ns[PART_SAMPLING] += p->part_ns[PART_SAMPLING];
	l->part_ns[PART_COMMUNICATION] += p->part_ns[PART_COMMUNICATION];
	l->part_ns[PART_LAUNCH] += p->part_ns[PART_LAUNCH];
	coverage_pass(&l->coverage, p);
	if (p->computed_tokens > m->largest.computed_tokens)
		m->largest = *p;
}

static void on_evict(void *self, uint64_t tokens, sim_time now)
{
	struct metrics *m = self;

	(void)now;
	m->level[m->current].evicted += tokens;
}

/* Nothing runs and no result is outstanding: nobody uses memory. */
static void on_idle(void *self, sim_time now)
{
	struct metrics *m = self;

	meter_advance(&m->meter, now);
	m->meter.kv = 0.0;
}

static const struct probe_ops metrics_probe_ops = {
	.arrive = on_arrive,
	.launch = on_launch,
	.prefill = on_prefill,
	.token = on_token,
	.join = on_join,
	.step = on_step,
	.leave = on_leave,
	.finish = on_finish,
	.retract = on_retract,
	.evict = on_evict,
	.idle = on_idle,
};

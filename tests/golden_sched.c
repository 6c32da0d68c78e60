/* golden_sched FILE... - whole schedules of the real SGLang v0.4.9, line by line (golden/sched/README.md).
 *
 * The simulator's own engine runs with a logical clock: one turn of its loop is
 * one pass, and the time of a pass is 1.  Nothing of the rules is repeated here.
 */
#include "config.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/sglang.h"
#include "golden_util.h"

struct world {
	struct golden g;
	struct arena arena;
	struct sg_params params;
	struct gpu gpu;
	struct model model;
	struct sim sim;
	struct probe probe;
	struct sg *engine;
	struct request **request;	/* by number in the file */
	uint64_t *at;			/* pass of arrival */
	uint64_t *number;		/* number in the file, for printing */
	size_t n, cap;
	size_t arrived, ended;
	uint64_t pass;
	char **line;			/* what the engine does, in order */
	size_t nline, capline, compared;
	char *retracted;		/* of this pass */
	bool idle;			/* in a series of idle passes */
	uint64_t steps;
};

static void say(struct world *w, char *text)
{
	ARRAY_ROOM(w->line, w->nline, w->capline);
	w->line[w->nline++] = text;
}

static char *join(char *a, char *b)
{
	char *s = xasprintf("%s%s", a ? a : "", b);

	free(a);
	free(b);
	return s;
}

static void on_retract(void *self, const struct request *r, const struct pass_record *last, sim_time now)
{
	struct world *w = self;

	(void)last, (void)now;
	w->retracted = join(w->retracted, xasprintf(" %lu", r->id));
}

static void on_finish(void *self, const struct request *r, const struct pass_record *p, bool ok, sim_time now)
{
	struct world *w = self;

	(void)p, (void)ok, (void)now;
	say(w, xasprintf("finish %lu %lu", w->pass, r->id));
	w->ended++;
}

static const struct probe_ops ops = { .retract = on_retract, .finish = on_finish };

static void nothing(void *ctx, struct request *r)
{
	(void)ctx, (void)r;
}

static const struct sg_req *decode_row(const struct sg *e, const struct sg_pass *p, size_t i)
{
	return p->record.kind == PASS_DECODE ? e->running.rows.row[i] : p->rows.row[p->nprefill + i];
}

static void say_step(struct world *w, const struct sg_pass *p)
{
	const struct pass_record *r = &p->record;
	char *s = xasprintf("step %lu %s new-seq=%u new-token=%lu cached-token=%lu running=%u queue=%u avail=%lu "
			    "evictable=%lu ratio=%.6f", w->pass, pass_kind_name[r->kind], r->prefill_rows, r->new_tokens,
			    r->cached_tokens, r->running, r->queued, r->kv_free, r->kv_evictable, r->new_token_ratio);

	for (size_t i = 0; i < p->nprefill; i++)
		s = join(s, xasprintf("%s %lu:%lu(%lu)", i == 0 ? " reqs" : "", p->rows.row[i]->id,
				      p->rows.row[i]->extend, p->rows.row[i]->prefix));
	for (size_t i = 0; i < p->ndecode; i++)
		s = join(s, xasprintf("%s %lu", i == 0 ? " decode" : "", decode_row(w->engine, p, i)->id));
	say(w, s);
	w->steps++;
}

static void arrivals(struct world *w)
{
	while (w->arrived < w->n && w->at[w->arrived] <= w->pass)
		engine_sglang.arrive(w->engine, w->request[w->arrived++]);
}

/* One turn of the scheduler; the engine sees it as one unit of time. */
static void turn(struct world *w)
{
	struct sg_pass *p;

	w->sim.now = (sim_time)w->pass;
	arrivals(w);
	p = sg_plan(w->engine);
	if (w->retracted)
		say(w, join(xasprintf("retract %lu", w->pass), w->retracted));
	w->retracted = NULL;
	if (p)
		say_step(w, p);
	if (sg_finish_turn(w->engine)) {
		w->idle = false;
	} else if (!w->idle) {
		say(w, xasprintf("idle %lu", w->pass));
		w->idle = true;
	}
	w->pass++;
}

static void simulate(struct world *w)
{
	struct sg *e;

	if (w->params.max_total_tokens <= 0)
		golden_bad(&w->g, "expected 'param max_total_num_tokens N' before this");
	arena_init(&w->arena, ARENA_CHUNK);
	sim_init(&w->sim, 1, 0);
	w->probe = (struct probe){ .ops = &ops, .self = w };
	w->engine = e = engine_sglang.create(&w->params, &(struct engine_env){
		.sim = &w->sim, .arena = &w->arena, .probe = &w->probe, .gpu = &w->gpu, .model = &w->model, .seed = 1,
		.first_token = nothing, .finished = nothing, .ctx = w,
	});
	w->pass = w->steps = 0;
	w->arrived = w->ended = 0;
	w->idle = false;
	while (w->ended < w->n && !(sg_stuck(e) && w->arrived == w->n) && !e->hung) {
		if (w->idle && (e->nqueue == 0 || sg_stuck(e)) && w->arrived < w->n && w->at[w->arrived] > w->pass)
			w->pass = w->at[w->arrived];	/* nothing happens in the passes between */
		turn(w);
	}
	while (!w->idle && !e->hung)	/* pending results of wasted rows */
		turn(w);
	if (w->ended == w->n)
		say(w, xasprintf("end steps=%lu avail=%lu evictable=%lu", w->steps, e->pool.free, sg_evictable(e)));
	else
		say(w, xasprintf("hang queue=%zu avail=%lu evictable=%lu", e->nqueue, e->pool.free, sg_evictable(e)));
	if (e->radix)
		radix_check(&e->tree);
}

static void end_case(struct world *w)
{
	if (w->engine) {
		for (; w->compared < w->nline; w->compared++)
			golden_compare(&w->g, "(end of file)", w->line[w->compared]);
		engine_sglang.release(w->engine);
		sim_release(&w->sim);
		arena_release(&w->arena);
	}
	for (size_t i = 0; i < w->nline; i++)
		free(w->line[i]);
	for (size_t i = 0; i < w->n; i++) {
		free((void *)(uintptr_t)w->request[i]->prompt);
		free(w->request[i]);
	}
	w->nline = w->compared = w->n = 0;
	w->engine = NULL;
	/* the values that params of a file do not give: rules 5-7 */
	w->params = (struct sg_params){
		.max_prefill_tokens = 16384, .page_size = 1, .schedule_conservativeness = 1.0, .tp_size = 1,
		.context_length = 1 << 30, .chunked_prefill_size = -1, .max_running_requests = KEY_AUTO_INT,
		.clip_max_new_tokens_estimation = 4096, .init_new_token_ratio = 0.7, .min_new_token_ratio_factor = 0.14,
		.new_token_ratio_decay_steps = 600, .decode_log_interval = 40, .mem_fraction_static = 1.0,
	};
	/* a card whose memory is exactly what max_total_num_tokens says */
	w->gpu = (struct gpu){ .name = "logical", .free_gib = 1e9 };
	w->model = (struct model){ .layers = 1, .kv_heads = 1, .head_dim = 1, .kv_bytes_per_value = 2 };
}

static void set_policy(struct world *w, const char *name)
{
	for (int i = 0; policy_names[i]; i++) {
		if (strcmp(policy_names[i], name) == 0) {
			w->params.schedule_policy = i;
			return;
		}
	}
	golden_bad(&w->g, "unknown policy");
}

static void param(struct world *w, const char *key, const char *value)
{
	struct sg_params *p = &w->params;
	long n = atol(value);
	bool on = strcmp(value, "on") == 0;

	if (strcmp(key, "loop") == 0)
		p->disable_overlap_schedule = strcmp(value, "normal") == 0;
	else if (strcmp(key, "max_total_num_tokens") == 0)
		p->max_total_tokens = n;
	else if (strcmp(key, "max_running_requests") == 0)
		p->max_running_requests = n;
	else if (strcmp(key, "chunked_prefill_size") == 0)
		p->chunked_prefill_size = n;
	else if (strcmp(key, "max_prefill_tokens") == 0)
		p->max_prefill_tokens = n;
	else if (strcmp(key, "page_size") == 0)
		p->page_size = n;
	else if (strcmp(key, "policy") == 0)
		set_policy(w, value);
	else if (strcmp(key, "radix") == 0)
		p->disable_radix_cache = !on;
	else if (strcmp(key, "mixed_chunk") == 0)
		p->enable_mixed_chunk = on;
	else if (strcmp(key, "schedule_conservativeness") == 0)
		p->schedule_conservativeness = atof(value);
	else
		golden_bad(&w->g, "unknown param");
}

static void request(struct world *w, const char *s)
{
	static struct span span[GOLDEN_SPANS];
	struct request *r = xcalloc(1, sizeof(*r));
	struct span *prompt;
	uint64_t at;
	int used, eos;

	if (sscanf(s, "%lu at %lu prompt %n", &r->id, &at, &used) != 2)
		golden_bad(&w->g, "expected 'request ID at PASS prompt'");
	s += used;
	r->nprompt = golden_spans(&w->g, &s, span);
	if (sscanf(s, "max_new %lu output %lu out %lu ignore_eos %d", &r->max_new_tokens, &r->output_len,
		   &r->output_stream, &eos) != 4 || r->nprompt == 0)
		golden_bad(&w->g, "expected 'max_new N output M out STREAM ignore_eos 0|1'");
	prompt = xcalloc(r->nprompt, sizeof(*prompt));
	memcpy(prompt, span, r->nprompt * sizeof(*prompt));
	r->prompt = prompt;
	r->input_len = span_total(prompt, r->nprompt);
	r->ignore_eos = eos != 0;
	r->grammar = -1;
	r->t_first = -1;
	if (w->n == w->cap) {
		w->cap = w->cap ? 2 * w->cap : 64;
		w->request = xrealloc(w->request, w->cap, sizeof(struct request *));
		w->at = xrealloc(w->at, w->cap, sizeof(*w->at));
	}
	w->request[w->n] = r;
	w->at[w->n++] = at;
}

static void line(struct world *w)
{
	const char *s = w->g.text;
	char key[64], value[64];

	if (s[0] == '#' || s[0] == '\0')
		return;
	if (sscanf(s, "param %63s %63s", key, value) == 2) {
		param(w, key, value);
	} else if (strncmp(s, "request ", 8) == 0) {
		request(w, s + 8);
	} else {
		if (!w->engine)
			simulate(w);
		golden_compare(&w->g, s, w->compared < w->nline ? w->line[w->compared] : "(nothing more)");
		w->compared++;
	}
}

int main(int argc, char **argv)
{
	static struct world w;

	for (int i = 1; i < argc; i++) {
		end_case(&w);
		golden_open(&w.g, argv[i]);
		while (golden_next(&w.g))
			line(&w);
		end_case(&w);
		golden_close(&w.g);
	}
	end_case(&w);
	free(w.line);
	free(w.request);
	free(w.at);
	return golden_end(&w.g);
}

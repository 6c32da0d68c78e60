/* work/trace.c - requests that somebody recorded, at the times they came.
 *
 * The file is read twice, never held: once when the scenario is loaded, to the end and for every
 * mistake, then row by row as the run goes on.  A row is out of memory when its answer is back.
 *
 * Times count from the file's first row.  The window [start_s, stop_s) takes a part out; its first
 * row is sent when the run starts.  `repeat` plays the window again, end to end: the gap to the
 * next round is the mean gap, so the rate stays what it was; what the requests of a round share
 * they share with each other, not with the round before, so hit rates stay, too.  `rate_scale` is
 * last and makes all gaps shorter.
 *
 * Nothing is drawn: replications differ in what engines draw only.
 */
#include "config.h"

#include "work/workload.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/bug.h"
#include "base/hash.h"
#include "base/mem.h"
#include "config/datafile.h"
#include "work/draw.h"
#include "work/levels.h"
#include "work/tracefile.h"
#include "work/tracewindow.h"

#define SECONDS_MAX	1e9		/* of the whole replay */
#define PATH_BYTES	4096

struct trace_params {
	const char *file;
	int format;
	double rate_scale, start_s, stop_s, timeout_s;
	int64_t repeat, max_requests, cut_prompt_tokens, max_tokens;
	bool stream, ignore_eos;
	/* found by the check */
	char path[PATH_BYTES];
	uint64_t rows, longest;		/* of the window: how many, tokens of the longest prompt */
	sim_time first, period;		/* the window's first row; from a round to the next */
};

#define KEY(field, type, unit, lo, hi, dflt, help) \
	{ #field, type, unit, lo, hi, dflt, help, offsetof(struct trace_params, field), \
	  NULL, NULL, SIZE_MAX }

static const struct key keys[] = {
	KEY(file, KEY_STR, "", 0, 0, NULL,
	    "the trace, beside the scenario or in a data folder; plain, .gz or .zst"),
	{ "format", KEY_ENUM, "", 0, 0, "auto", "its form; auto: what the first line shows",
	  offsetof(struct trace_params, format), trace_form_name, NULL, SIZE_MAX },
	KEY(rate_scale, KEY_REAL, "", 1e-6, 1e6, "1.0", "requests come this many times as fast"),
	KEY(repeat, KEY_INT, "", 1, 1e9, "1", "the trace is played so often, end to end"),
	KEY(max_requests, KEY_INT, "requests", 0, 1e12, "0", "the run is over after so many; 0: all"),
	KEY(start_s, KEY_REAL, "s", 0, SECONDS_MAX, "0.0",
	    "what came earlier is left out, from the trace's first request on"),
	KEY(stop_s, KEY_REAL, "s", 0, SECONDS_MAX, "0.0",
	    "what came then or later is left out; 0: nothing"),
	KEY(cut_prompt_tokens, KEY_INT, "tokens", 0, TRACE_TOKENS_MAX, "0",
	    "longer prompts are cut to this; 0: never"),
	KEY(max_tokens, KEY_INT, "tokens", 0, TRACE_TOKENS_MAX, "0",
	    "cap of an answer, as sent with the request; 0: its recorded length"),
	KEY(stream, KEY_BOOL, "", 0, 0, "true", "the client reads token by token"),
	KEY(timeout_s, KEY_REAL, "s", 0, 1e6, "600.0", "the client gives up after this; 0: never"),
	KEY(ignore_eos, KEY_BOOL, "", 0, 0, "false",
	    "the request asks the server not to stop at the end-of-text token"),
};

static const struct key_table trace_keys = {
	keys, sizeof(keys) / sizeof(keys[0]), sizeof(struct trace_params)
};

/*
 * Check: the first look at the file
 */

static uint64_t cut(const struct trace_params *p, uint64_t input)
{
	uint64_t most = (uint64_t)p->cut_prompt_tokens;

	return most > 0 && input > most ? most : input;
}

static void measure(struct trace_params *p, const char *file, int line, struct diag *d)
{
	struct trace_window w;
	struct trace_file f;
	struct trace_row row;
	size_t before = d->n;
	sim_time last = 0;

	p->rows = p->longest = 0;
	trace_window_init(&w, p->start_s, p->stop_s);
	trace_open(&f, p->path, (enum trace_form)p->format, d);
	for (; trace_window_next(&w, &f, true, &row); p->rows++) {
		uint64_t input = cut(p, row.input);

		if (p->rows == 0)
			p->first = row.t;
		last = row.t;
		p->longest = input > p->longest ? input : p->longest;
	}
	if (d->n == before && f.rows == 0)
		diag_add(d, p->path, 0, "no request in the trace");
	else if (d->n == before && p->rows == 0)
		diag_add(d, file, line, "no request of '%s' comes between 'start_s' = %g and 'stop_s' = "
			 "%g; it has %lu in %g s", p->file, p->start_s, p->stop_s, (unsigned long)f.rows,
			 s_of(f.before - w.zero));
	trace_close(&f);
	p->period = 0;
	if (p->rows > 1)
		p->period = sim_time_from_ns((double)(last - p->first) * (double)p->rows
					     / (double)(p->rows - 1));
}

static void trace_check(void *params, const char *file, int line, struct diag *d)
{
	struct trace_params *p = params;
	char *path = datafile_find(file, NULL, p->file, "");
	size_t before = d->n;

	if (p->stop_s > 0 && p->stop_s <= p->start_s)
		diag_add(d, file, line, "'stop_s' = %g is not behind 'start_s' = %g", p->stop_s,
			 p->start_s);
	if (!path)
		diag_add(d, file, line, "'file': there is no file '%s', beside the scenario or in the data "
			 "folders", p->file);
	else if ((size_t)snprintf(p->path, sizeof(p->path), "%s", path) >= sizeof(p->path))
		diag_add(d, file, line, "'file': the path is too long");
	free(path);
	if (d->n > before)
		return;
	measure(p, file, line, d);
	if (d->n > before)
		return;
	if (p->repeat > 1 && p->period == 0)
		diag_add(d, file, line, "'repeat' needs requests at different times; those of '%s' all come at "
			 "once", p->file);
	if ((double)p->repeat * s_of(p->period) / p->rate_scale > SECONDS_MAX)
		diag_add(d, file, line, "the replay takes %g s; expected at most %g",
			 (double)p->repeat * s_of(p->period) / p->rate_scale, SECONDS_MAX);
}

static uint64_t trace_longest_prompt(const void *params)
{
	return ((const struct trace_params *)params)->longest;
}

/*
 * Run
 */

struct out {				/* a request that is out, or the next one */
	struct request request;
	struct span *room;		/* of its prompt; kept when the struct is used again */
	size_t cap;
	struct out *free;
};

struct trace {
	const struct trace_params *p;
	struct levels levels;		/* with one user: the source */
	struct trace_file file;
	struct diag errors;		/* of the second look: none are expected */
	struct trace_window window;
	sim_time start;
	uint64_t round, number;		/* rounds played, requests read */
	struct out *next, *free;
	sim_time next_t;
	uint64_t busy;			/* requests that are out, and one for the source itself */
};

/* The first look found nothing wrong: somebody has changed the file. */
static void changed(struct trace *w)
{
	diag_print(&w->errors, stderr);
	fprintf(stderr, "servesim: %s has changed since it was checked\n", w->p->path);
	exit(1);
}

static void open_file(struct trace *w)
{
	trace_window_init(&w->window, w->p->start_s, w->p->stop_s);
	trace_open(&w->file, w->p->path, (enum trace_form)w->p->format, &w->errors);
}

/* The next row, of the next round if need be; false: that was all. */
static bool read_row(struct trace *w, struct trace_row *row)
{
	uint64_t most = (uint64_t)w->p->max_requests;

	if (most > 0 && w->number == most)
		return false;
	while (!trace_window_next(&w->window, &w->file, false, row)) {
		if (w->errors.n > 0)
			changed(w);
		w->round++;
		if (w->round == (uint64_t)w->p->repeat)
			return false;
		if (w->number < w->round)	/* a round without a row */
			changed(w);
		trace_close(&w->file);
		open_file(w);
	}
	w->number++;
	return true;
}

static struct out *take(struct trace *w)
{
	struct out *o = w->free;

	if (!o)
		return arena_alloc(w->levels.env.arena, sizeof(*o));
	w->free = o->free;
	return o;
}

static void make_room(struct trace *w, struct out *o, size_t n)
{
	if (n <= o->cap)
		return;
	while (o->cap < n)
		o->cap = o->cap ? 2 * o->cap : 4;
	o->room = arena_alloc(w->levels.env.arena, o->cap * sizeof(*o->room));
}

/* Copy the row's prompt, as long as it may be; every round has tokens of its own. */
static void fill_prompt(struct trace *w, const struct trace_row *row, struct out *o)
{
	struct request *r = &o->request;
	uint64_t most = cut(w->p, row->input);

	make_room(w, o, row->nprompt);
	r->input_len = 0;
	for (r->nprompt = 0; r->nprompt < row->nprompt && r->input_len < most; r->nprompt++) {
		struct span s = row->prompt[r->nprompt];

		if (w->round > 0)
			s.stream = hash_join(w->round, s.stream);
		if (s.length > most - r->input_len)
			s.length = most - r->input_len;
		r->input_len += s.length;
		o->room[r->nprompt] = s;
	}
	r->prompt = o->room;
}

static struct out *read_next(struct trace *w)
{
	struct trace_row row;
	struct out *o;
	uint64_t index = w->number;
	sim_time t;

	if (!read_row(w, &row))
		return NULL;
	o = take(w);
	t = row.t - w->p->first + (sim_time)w->round * w->p->period;
	w->next_t = w->start + sim_time_from_ns((double)t / w->p->rate_scale);
	o->request = (struct request){
		.index = index, .user = (uint32_t)index,
		.output_len = row.output, .max_new_tokens = row.output,
		.output_stream = answer_stream(index),
		.ignore_eos = w->p->ignore_eos, .stream = w->p->stream, .grammar = -1,
	};
	if (w->p->max_tokens > 0) {
		o->request.max_new_tokens = (uint64_t)w->p->max_tokens;
		if (row.output > o->request.max_new_tokens)
			o->request.output_len = o->request.max_new_tokens;
	}
	fill_prompt(w, &row, o);
	return o;
}

/* The source has had its last word, or a request has come back. */
static void one_less(struct trace *w)
{
	if (--w->busy == 0)
		levels_user_done(&w->levels);
}

static void send(void *self, void *object);

static void schedule_next(struct trace *w)
{
	w->next = read_next(w);
	if (w->next)
		sim_at(w->levels.env.sim, w->next_t, EV_CLIENT, send, w, NULL, w->next->request.index);
	else
		one_less(w);
}

static void send(void *self, void *object)
{
	struct trace *w = self;
	struct out *o = w->next;

	(void)object;
	w->busy++;
	schedule_next(w);
	levels_submit(&w->levels, &o->request);
}

static void source_enter(void *self, uint32_t user)
{
	struct trace *w = self;

	(void)user;
	w->start = w->levels.env.sim->now;
	w->busy = 1;
	schedule_next(w);
}

/* One level, named after its mean rate. */
static bool trace_spec(const void *params, size_t i, struct level_spec *out)
{
	const struct trace_params *p = params;

	*out = (struct level_spec){ .info = { .label = "trace", .reported = true }, .users = 1 };
	if (p->period > 0)
		snprintf(out->info.label, sizeof(out->info.label), "%.3g req/s",
			 (double)p->rows / s_of(p->period) * p->rate_scale);
	return i == 0;
}

static bool trace_level(const void *params, size_t i, struct level_info *out)
{
	struct level_spec spec;

	if (!trace_spec(params, i, &spec))
		return false;
	*out = spec.info;
	return true;
}

static void *trace_create(const void *params, const struct work_env *env)
{
	struct trace *w = arena_alloc(env->arena, sizeof(*w));

	w->p = params;
	w->levels = (struct levels){ .env = *env, .spec = trace_spec, .enter = source_enter,
				     .params = params, .self = w };
	diag_init(&w->errors);
	open_file(w);
	return w;
}

static void trace_start(void *self)
{
	struct trace *w = self;

	levels_start(&w->levels);
}

static void trace_done(void *self, struct request *r)
{
	struct trace *w = self;
	struct out *o = (struct out *)(void *)r;	/* its first member */

	o->free = w->free;
	w->free = o;
	one_less(w);
}

static void trace_release(void *self)
{
	struct trace *w = self;

	trace_close(&w->file);
	diag_release(&w->errors);
}

static double trace_timeout_s(const void *params)
{
	return ((const struct trace_params *)params)->timeout_s;
}

extern const struct workload workload_trace;
const struct workload workload_trace = {
	.name = "trace",
	.help = "recorded requests: Mooncake's and Azure's traces, or a table of your own",
	.keys = &trace_keys,
	.check = trace_check,
	.longest_prompt = trace_longest_prompt,
	.level = trace_level,
	.create = trace_create,
	.start = trace_start,
	.done = trace_done,
	.release = trace_release,
	.client_timeout_s = trace_timeout_s,
};

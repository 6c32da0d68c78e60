/* work/open_loop.c - requests that come at a rate, whether or not the ones before were answered.
 *
 * A level is a rate.  Its clock starts when the level does; the gaps between requests, the first
 * one's too, are drawn with the mean 1 / rate.  After `requests` of them, or when `duration_s` is over,
 * nobody asks any more, and the level ends with its last answer.  What a server cannot keep up with
 * piles up: memory is as much as the requests that are out need.
 *
 * Request i of a level asks the same and has the same gap, in units of the mean, whatever the engine
 * does and whatever other levels are run.
 */
#include "config.h"

#include "work/workload.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/bug.h"
#include "base/slab.h"
#include "core/rng.h"
#include "work/draw.h"
#include "work/levels.h"
#include "work/prompts.h"

#define LEVELS_MAX	64
#define REPEAT_BITS	6		/* LEVELS_MAX levels of one rate */
#define NUMBER_BITS	34		/* of a request in its level */
#define REQUESTS_MAX	1e10		/* < 2^NUMBER_BITS */
#define RATE_MIN	1e-6
#define RATE_MAX	1e9
#define RATE_SHIFT	7		/* drops these bits of a float; 24 stay below its sign */

enum arrivals { ARRIVALS_POISSON, ARRIVALS_CONSTANT, ARRIVALS_GAMMA };

static const char *const arrivals_name[] = { "poisson", "constant", "gamma", NULL };

struct open_warmup {
	double rate, idle_s;
	int64_t requests;
};

struct open_loop_params {
	struct real_list rates;
	int arrivals;
	double cv, duration_s, timeout_s, idle_s;
	int64_t requests, max_tokens;
	bool stream, ignore_eos, has_warmup;
	struct open_warmup warmup;
	struct sub_list prompts;
	struct grammar_params grammar;
};

struct out {				/* a request that is out, and the room for its prompt */
	struct request request;
	struct span room[];
};

struct open_loop {
	const struct open_loop_params *p;
	struct levels levels;		/* with one user: the source */
	struct prompt_set prompts;
	struct slab outs;
	double rate;			/* of the level */
	uint64_t number, most;		/* requests of the level: so far, at most */
	sim_time until;			/* nobody asks after that */
	uint64_t busy;			/* requests that are out, and one for the source itself */
};

#define WARMUP_KEY(field, type, unit, lo, hi, dflt, help) \
	{ #field, type, unit, lo, hi, dflt, help, offsetof(struct open_warmup, field), \
	  NULL, NULL, SIZE_MAX }

static const struct key warmup_key[] = {
	WARMUP_KEY(rate, KEY_REAL, "1/s", RATE_MIN, RATE_MAX, NULL, "requests a second of the warm-up"),
	WARMUP_KEY(requests, KEY_INT, "requests", 1, REQUESTS_MAX, NULL, "how many"),
	WARMUP_KEY(idle_s, KEY_REAL, "s", 0, 86400, "0.0", "pause after the warm-up"),
};

static const struct key_table warmup_keys = {
	warmup_key, sizeof(warmup_key) / sizeof(warmup_key[0]), sizeof(struct open_warmup)
};

#define KEY(field, type, unit, lo, hi, dflt, help) \
	{ #field, type, unit, lo, hi, dflt, help, offsetof(struct open_loop_params, field), \
	  NULL, NULL, SIZE_MAX }

static const struct key keys[] = {
	KEY(rates, KEY_REALS, "1/s", RATE_MIN, RATE_MAX, NULL,
	    "requests a second; several numbers are levels, run one after the other"),
	{ "arrivals", KEY_ENUM, "", 0, 0, "poisson", "how the gaps between requests vary",
	  offsetof(struct open_loop_params, arrivals), arrivals_name, NULL, SIZE_MAX },
	KEY(cv, KEY_REAL, "", 0.01, 100, "1.0",
	    "coefficient of variation of gamma gaps; 1 is Poisson, above it they come in bursts"),
	KEY(requests, KEY_INT, "requests", 0, REQUESTS_MAX, "0",
	    "requests of a level; 0: as many as come in duration_s"),
	KEY(duration_s, KEY_REAL, "s", 0, 1e8, "0.0",
	    "a level asks for this long; 0: until it has had its requests"),
	KEY(stream, KEY_BOOL, "", 0, 0, "true", "the client reads token by token"),
	KEY(max_tokens, KEY_INT, "tokens", 1, 1e7, NULL, "cap of an answer, as sent with the request"),
	KEY(timeout_s, KEY_REAL, "s", 0, 1e6, "600.0", "the client gives up after this; 0: never"),
	KEY(idle_s, KEY_REAL, "s", 0, 86400, "5.0", "pause after each level"),
	{ "warmup", KEY_SUB, "", 0, 0, KEY_OPTIONAL_TEXT, "a first level that is not reported",
	  offsetof(struct open_loop_params, warmup), NULL, &warmup_keys,
	  offsetof(struct open_loop_params, has_warmup) },
	{ "prompts", KEY_LIST, "", 0, 0, NULL, "what is asked; one is drawn for each request",
	  offsetof(struct open_loop_params, prompts), NULL, &prompt_keys, SIZE_MAX },
	KEY(ignore_eos, KEY_BOOL, "", 0, 0, "false",
	    "the request asks the server not to stop at the end-of-text token"),
	{ "grammar", KEY_SUB, "", 0, 0, "", "requests whose output must follow a schema",
	  offsetof(struct open_loop_params, grammar), NULL, &grammar_keys, SIZE_MAX },
};

static const struct key_table open_loop_keys = {
	keys, sizeof(keys) / sizeof(keys[0]), sizeof(struct open_loop_params)
};

static void open_loop_check(void *params, const char *file, int line, struct diag *d)
{
	const struct open_loop_params *p = params;

	prompts_check(&p->prompts, file, line, d);
	if ((p->requests > 0) == (p->duration_s > 0))
		diag_add(d, file, line, p->requests > 0
			 ? "both 'requests' and 'duration_s' are given; expected one of them"
			 : "neither 'requests' nor 'duration_s' is given; expected one of them");
	if (p->arrivals != ARRIVALS_GAMMA && (p->cv < 1 || p->cv > 1))
		diag_add(d, file, line, "'cv' = %g means nothing with arrivals = \"%s\"; expected "
			 "\"gamma\"", p->cv, arrivals_name[p->arrivals]);
	if (p->rates.n > LEVELS_MAX)
		diag_add(d, file, line, "'rates' has %zu numbers; expected at most %d", p->rates.n,
			 LEVELS_MAX);
	for (size_t i = 0; i < p->rates.n; i++)
		if (p->duration_s * p->rates.v[i] > REQUESTS_MAX / 2)
			diag_add(d, file, line, "%g s at %g requests a second are too many; expected at "
				 "most %g requests", p->duration_s, p->rates.v[i], REQUESTS_MAX / 2);
}

static uint64_t open_loop_longest_prompt(const void *params)
{
	const struct open_loop_params *p = params;

	return prompts_longest(&p->prompts);
}

/* 24 bits of a positive rate; rates that differ by less than 1 in 10^5 may have the same. */
static uint64_t rate_key(double rate)
{
	float f = (float)rate;
	uint32_t bits;

	memcpy(&bits, &f, sizeof(bits));
	return bits >> RATE_SHIFT;
}

/* Level i, the warm-up being number 0 if there is one. */
static bool open_loop_spec(const void *params, size_t i, struct level_spec *out)
{
	const struct open_loop_params *p = params;
	uint64_t repeat = 0;

	if (p->has_warmup && i-- == 0) {
		*out = (struct level_spec){ .info = { .label = "warm-up" }, .users = 1,
					    .idle_s = p->warmup.idle_s };
		return true;
	}
	if (i >= p->rates.n)
		return false;
	for (size_t j = 0; j < i; j++)
		repeat += rate_key(p->rates.v[j]) == rate_key(p->rates.v[i]);
	*out = (struct level_spec){ .info = { .rate = p->rates.v[i], .reported = true }, .users = 1,
				    .idle_s = p->idle_s,
				    .key = rate_key(p->rates.v[i]) << REPEAT_BITS | repeat };
	snprintf(out->info.label, sizeof(out->info.label), "%.6g req/s", p->rates.v[i]);
	return true;
}

static bool open_loop_level(const void *params, size_t i, struct level_info *out)
{
	struct level_spec spec;

	if (!open_loop_spec(params, i, &spec))
		return false;
	*out = spec.info;
	return true;
}

static uint64_t request_index(const struct open_loop *w)
{
	return w->levels.level.key << NUMBER_BITS | w->number;
}

/* Gamma of shape 1 / cv^2 has the coefficient of variation cv. */
static double gap_s(const struct open_loop *w, uint64_t index)
{
	const struct work_env *env = &w->levels.env;
	double squared = w->p->cv * w->p->cv;
	struct dist unit = { .kind = DIST_GAMMA, .a = 1 / squared, .b = squared, .max = (double)INFINITY };
	struct rng rng;

	if (w->p->arrivals == ARRIVALS_CONSTANT)
		return 1 / w->rate;
	rng_init(&rng, env->seed, env->replication, "gap", index);
	if (w->p->arrivals == ARRIVALS_POISSON)
		unit = (struct dist){ .kind = DIST_EXPONENTIAL, .a = 1, .max = (double)INFINITY };
	return dist_draw(&unit, &rng.gsl) / w->rate;
}

/* The source has had its last word, or a request has come back. */
static void one_less(struct open_loop *w)
{
	if (--w->busy == 0)
		levels_user_done(&w->levels);
}

static void send(void *self, void *object);

static void schedule_next(struct open_loop *w)
{
	const struct work_env *env = &w->levels.env;
	uint64_t index = request_index(w);
	sim_time t;

	if (w->number == w->most) {
		one_less(w);
		return;
	}
	t = later(env, gap_s(w, index));
	if (t > w->until)
		one_less(w);
	else
		sim_at(env->sim, t, EV_CLIENT, send, w, NULL, index);
}

static void send(void *self, void *object)
{
	struct open_loop *w = self;
	const struct work_env *env = &w->levels.env;
	struct out *o = slab_alloc(&w->outs);
	uint64_t index = request_index(w);

	(void)object;
	o->request = (struct request){
		.index = index, .user = (uint32_t)w->number,
		.ignore_eos = w->p->ignore_eos, .stream = w->p->stream,
		.grammar = draw_grammar(env, index, &w->p->grammar),
	};
	prompt_set_ask(&w->prompts, env, w->p->max_tokens, o->room, &o->request);
	w->number++;
	w->busy++;
	schedule_next(w);
	levels_submit(&w->levels, &o->request);
}

/* The level starts now. */
static void source_enter(void *self, uint32_t user)
{
	struct open_loop *w = self;
	const struct open_loop_params *p = w->p;
	bool warmup = p->has_warmup && w->levels.current == 0;

	(void)user;
	w->rate = warmup ? p->warmup.rate : p->rates.v[w->levels.current - p->has_warmup];
	w->most = (uint64_t)REQUESTS_MAX;
	if (warmup || p->requests > 0)
		w->most = (uint64_t)(warmup ? p->warmup.requests : p->requests);
	w->until = warmup || p->requests > 0 ? SIM_TIME_MAX : later(&w->levels.env, p->duration_s);
	w->number = 0;
	w->busy = 1;
	schedule_next(w);
}

static void open_loop_done(void *self, struct request *r)
{
	struct open_loop *w = self;

	slab_free(&w->outs, r);			/* the first member of its struct out */
	one_less(w);
}

static void *open_loop_create(const void *params, const struct work_env *env)
{
	struct open_loop *w = arena_alloc(env->arena, sizeof(*w));

	w->p = params;
	w->levels = (struct levels){ .env = *env, .spec = open_loop_spec, .enter = source_enter,
				     .params = params, .self = w };
	prompt_set_init(&w->prompts, &w->p->prompts, env->arena);
	slab_init(&w->outs, env->arena,
		  sizeof(struct out) + prompt_set_room(&w->prompts) * sizeof(struct span));
	return w;
}

static void open_loop_start(void *self)
{
	struct open_loop *w = self;

	levels_start(&w->levels);
}

static double open_loop_timeout_s(const void *params)
{
	return ((const struct open_loop_params *)params)->timeout_s;
}

extern const struct workload workload_open_loop;
const struct workload workload_open_loop = {
	.name = "open_loop",
	.help = "requests that come at a rate, however long answers take",
	.keys = &open_loop_keys,
	.check = open_loop_check,
	.longest_prompt = open_loop_longest_prompt,
	.level = open_loop_level,
	.create = open_loop_create,
	.start = open_loop_start,
	.done = open_loop_done,
	.client_timeout_s = open_loop_timeout_s,
};

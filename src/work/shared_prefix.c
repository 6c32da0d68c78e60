/* work/shared_prefix.c - prompts that begin alike: groups of requests, each with a common prefix.
 *
 * What SGLang's benchmark client calls generated-shared-prefix, with a limited number of requests out at
 * a time: instructions, a document or examples that many requests bring along, then what each one asks.
 * A prompt has
 *
 *   prefix of its group: shared_share of prompt_tokens | own text: the rest
 *
 * A cold request (cold_share of them) belongs to no group: all of its prompt is its own.  It never
 * finds any of it in a cache, so it is what a policy that prefers cached prompts may starve;
 * requests are marked, and metrics tell the two kinds apart (request.kind).
 *
 * A level has `users` requests out at a time, users x requests_per_user in all: whoever has an answer
 * sends the next one of the row.  So the row of requests is the same whatever the server does, and
 * what a policy changes is only when each of them is served.
 */
#include "config.h"

#include "work/workload.h"

#include <math.h>

#include "base/hash.h"
#include "work/draw.h"
#include "work/levels.h"

#define REQUESTS_MAX	100		/* x LEVEL_USERS_MAX < 2^LEVEL_NUMBER_BITS */
#define TOKENS_MAX	10000000
#define GROUPS_MAX	1000000

struct shared_prefix_params {
	struct int_list users;
	int64_t requests_per_user, groups, prompt_tokens, max_tokens;
	double shared_share, cold_share;
	struct dist output_tokens, think_s;
	bool exact_cap, stream, ignore_eos;
	double timeout_s, idle_s;
	struct grammar_params grammar;
};

struct slot {
	struct request request;		/* the one that is out */
	struct span prompt[2];
};

struct shared_prefix {
	const struct shared_prefix_params *p;
	struct levels levels;
	struct slot *slot;		/* of the largest level */
	uint64_t next, most;		/* request of the row that is sent next; how long the row is */
};

#define KEY(field, type, unit, lo, hi, dflt, help) \
	{ #field, type, unit, lo, hi, dflt, help, offsetof(struct shared_prefix_params, field), \
	  NULL, NULL, SIZE_MAX }

static const struct key keys[] = {
	KEY(users, KEY_INTS, "users", 1, LEVEL_USERS_MAX, NULL,
	    "requests out at a time; several numbers are levels, run one after the other"),
	KEY(requests_per_user, KEY_INT, "requests", 1, REQUESTS_MAX, NULL,
	    "a level has users x this many requests"),
	KEY(groups, KEY_INT, "", 1, GROUPS_MAX, NULL,
	    "different prefixes; each request has one of them"),
	KEY(prompt_tokens, KEY_INT, "tokens", 1, TOKENS_MAX, NULL, "length of a prompt"),
	KEY(shared_share, KEY_REAL, "", 0, 1, NULL,
	    "share of a prompt that is its group's prefix; one token at least is its own"),
	KEY(cold_share, KEY_REAL, "", 0, 1, "0.0", "share of requests whose whole prompt is their own"),
	KEY(output_tokens, KEY_DIST, "tokens", 0, TOKENS_MAX, NULL,
	    "tokens of an answer, cut to 1 .. max_tokens"),
	KEY(max_tokens, KEY_INT, "tokens", 1, TOKENS_MAX, NULL,
	    "cap of an answer, as sent with the request"),
	KEY(exact_cap, KEY_BOOL, "", 0, 0, "false",
	    "each request asks for exactly as many tokens as its answer has, as SGLang's benchmark "
	    "client does"),
	KEY(think_s, KEY_DIST, "s", 0, 86400, "0.0", "pause between an answer and the next request"),
	KEY(stream, KEY_BOOL, "", 0, 0, "true", "the client reads token by token"),
	KEY(timeout_s, KEY_REAL, "s", 0, 1e6, "600.0", "the client gives up after this; 0: never"),
	KEY(idle_s, KEY_REAL, "s", 0, 86400, "5.0", "pause after each level"),
	KEY(ignore_eos, KEY_BOOL, "", 0, 0, "false",
	    "the request asks the server not to stop at the end-of-text token"),
	{ "grammar", KEY_SUB, "", 0, 0, "", "requests whose output must follow a schema",
	  offsetof(struct shared_prefix_params, grammar), NULL, &grammar_keys, SIZE_MAX },
};

static const struct key_table shared_prefix_keys = {
	keys, sizeof(keys) / sizeof(keys[0]), sizeof(struct shared_prefix_params)
};

static void shared_prefix_check(void *params, const char *file, int line, struct diag *d)
{
	(void)params, (void)file, (void)line, (void)d;	/* its keys say it all */
}

static uint64_t shared_prefix_longest_prompt(const void *params)
{
	return (uint64_t)((const struct shared_prefix_params *)params)->prompt_tokens;
}

static bool shared_prefix_spec(const void *params, size_t i, struct level_spec *out)
{
	const struct shared_prefix_params *p = params;

	return levels_of_users(&p->users, i, p->requests_per_user, p->idle_s, out);
}

static bool shared_prefix_level(const void *params, size_t i, struct level_info *out)
{
	struct level_spec spec;

	if (!shared_prefix_spec(params, i, &spec))
		return false;
	*out = spec.info;
	return true;
}

/* Which group a request belongs to does not depend on how much it shares with it. */
static void ask(const struct shared_prefix *w, uint64_t index, struct slot *s)
{
	const struct shared_prefix_params *p = w->p;
	const struct work_env *env = &w->levels.env;
	bool cold = draw_share(env, "cold", index) < p->cold_share;
	uint64_t group = (uint64_t)(draw_share(env, "group", index) * (double)p->groups);
	int64_t shared = cold ? 0 : llround(p->shared_share * (double)p->prompt_tokens);
	uint64_t output;
	size_t n = 0;

	if (shared >= p->prompt_tokens)
		shared = p->prompt_tokens - 1;
	if (shared > 0)
		s->prompt[n++] = (struct span){ .stream = hash_join(hash_string("prefix"), group),
						.length = (uint64_t)shared };
	s->prompt[n++] = (struct span){ .stream = own_stream(index),
					.length = (uint64_t)(p->prompt_tokens - shared) };
	output = (uint64_t)draw_int(env, "output", index, &p->output_tokens, 1, p->max_tokens);
	s->request = (struct request){
		.index = index, .user = (uint32_t)(s - w->slot),
		.prompt = s->prompt, .nprompt = n, .input_len = (uint64_t)p->prompt_tokens,
		.kind = cold ? REQUEST_COLD : REQUEST_WARM,
		.max_new_tokens = p->exact_cap ? output : (uint64_t)p->max_tokens,
		.output_len = output,
		.output_stream = answer_stream(index),
		.ignore_eos = p->ignore_eos, .stream = p->stream,
		.grammar = draw_grammar(env, index, &p->grammar),
	};
}

static void slot_send(void *self, void *object)
{
	struct shared_prefix *w = self;
	struct slot *s = object;

	if (w->next == w->most) {
		levels_user_done(&w->levels);
		return;
	}
	ask(w, levels_index(&w->levels, 0, w->next++), s);
	levels_submit(&w->levels, &s->request);
}

static void slot_enter(void *self, uint32_t number)
{
	struct shared_prefix *w = self;

	if (number == 0) {
		w->next = 0;
		w->most = (uint64_t)w->levels.level.users * w->levels.level.rounds;
	}
	sim_at(w->levels.env.sim, w->levels.env.sim->now, EV_CLIENT, slot_send, w, &w->slot[number],
	       levels_index(&w->levels, number, 0));
}

static void shared_prefix_done(void *self, struct request *r)
{
	struct shared_prefix *w = self;
	const struct work_env *env = &w->levels.env;

	sim_at(env->sim, draw_later(env, "think", r->index, &w->p->think_s), EV_CLIENT, slot_send, w,
	       &w->slot[r->user], r->index);
}

static void *shared_prefix_create(const void *params, const struct work_env *env)
{
	struct shared_prefix *w = arena_alloc(env->arena, sizeof(*w));

	w->p = params;
	w->levels = (struct levels){ .env = *env, .spec = shared_prefix_spec, .enter = slot_enter,
				     .params = params, .self = w };
	w->slot = arena_alloc(env->arena,
			      levels_most_users(shared_prefix_spec, params) * sizeof(*w->slot));
	return w;
}

static void shared_prefix_start(void *self)
{
	struct shared_prefix *w = self;

	levels_start(&w->levels);
}

static double shared_prefix_timeout_s(const void *params)
{
	return ((const struct shared_prefix_params *)params)->timeout_s;
}

extern const struct workload workload_shared_prefix;
const struct workload workload_shared_prefix = {
	.name = "shared_prefix",
	.help = "groups of requests whose prompts begin alike, so many out at a time",
	.keys = &shared_prefix_keys,
	.check = shared_prefix_check,
	.longest_prompt = shared_prefix_longest_prompt,
	.level = shared_prefix_level,
	.create = shared_prefix_create,
	.start = shared_prefix_start,
	.done = shared_prefix_done,
	.client_timeout_s = shared_prefix_timeout_s,
};

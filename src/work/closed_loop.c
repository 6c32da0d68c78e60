/* work/closed_loop.c - users who ask, wait for the answer, think, and ask again.
 *
 * At the start of a level all its users send at once.  Each has one request at
 * a time; after every answer, the last one too, it thinks, and the level is
 * over when everybody has thought for the last time.  A request that fails or
 * that the client gives up on counts like an answer: its user goes on.
 */
#include "config.h"

#include "work/workload.h"

#include "work/draw.h"
#include "work/levels.h"
#include "work/prompts.h"

struct warmup_params {
	int64_t users, requests_per_user;
	double idle_s;
};

struct closed_loop_params {
	struct int_list users;
	int64_t requests_per_user;
	struct dist think_s;
	bool stream, ignore_eos;
	int64_t max_tokens;
	double timeout_s, idle_s;
	bool has_warmup;
	struct warmup_params warmup;
	struct sub_list prompts;
	struct grammar_params grammar;
};

struct user {
	uint32_t turn;			/* requests answered in this level */
	struct request request;		/* the one that is out */
	struct span *room;		/* of its prompt */
};

struct closed_loop {
	const struct closed_loop_params *p;
	struct levels levels;
	struct prompt_set prompts;
	struct user *user;		/* of the largest level */
};

#define REQUESTS_MAX	1000000		/* < 2^LEVEL_NUMBER_BITS */

#define WARMUP_KEY(field, type, unit, lo, hi, dflt, help) \
	{ #field, type, unit, lo, hi, dflt, help, offsetof(struct warmup_params, field), \
	  NULL, NULL, SIZE_MAX }

static const struct key warmup_key[] = {
	WARMUP_KEY(users, KEY_INT, "users", 1, LEVEL_USERS_MAX, NULL, "users of the warm-up"),
	WARMUP_KEY(requests_per_user, KEY_INT, "requests", 1, REQUESTS_MAX, NULL,
	    "requests of each of them"),
	WARMUP_KEY(idle_s, KEY_REAL, "s", 0, 86400, "0.0", "pause after the warm-up"),
};

static const struct key_table warmup_keys = {
	warmup_key, sizeof(warmup_key) / sizeof(warmup_key[0]), sizeof(struct warmup_params)
};

#define KEY(field, type, unit, lo, hi, dflt, help) \
	{ #field, type, unit, lo, hi, dflt, help, offsetof(struct closed_loop_params, field), \
	  NULL, NULL, SIZE_MAX }

static const struct key keys[] = {
	KEY(users, KEY_INTS, "users", 1, LEVEL_USERS_MAX, NULL,
	    "users at a time; several numbers are levels, run one after the other"),
	KEY(requests_per_user, KEY_INT, "requests", 1, REQUESTS_MAX, NULL,
	    "requests each user sends in a level"),
	KEY(think_s, KEY_DIST, "s", 0, 86400, "0.0", "pause of a user after each answer"),
	KEY(stream, KEY_BOOL, "", 0, 0, "true", "the client reads token by token"),
	KEY(max_tokens, KEY_INT, "tokens", 1, 1e7, NULL,
	    "cap of an answer, as sent with the request"),
	KEY(timeout_s, KEY_REAL, "s", 0, 1e6, "60.0", "the client gives up after this; 0: never"),
	KEY(idle_s, KEY_REAL, "s", 0, 86400, "5.0", "pause after each level"),
	{ "warmup", KEY_SUB, "", 0, 0, KEY_OPTIONAL_TEXT, "a first level that is not reported",
	  offsetof(struct closed_loop_params, warmup), NULL, &warmup_keys,
	  offsetof(struct closed_loop_params, has_warmup) },
	{ "prompts", KEY_LIST, "", 0, 0, NULL, "what users ask; one is drawn for each request",
	  offsetof(struct closed_loop_params, prompts), NULL, &prompt_keys, SIZE_MAX },
	KEY(ignore_eos, KEY_BOOL, "", 0, 0, "false",
	    "the request asks the server not to stop at the end-of-text token"),
	{ "grammar", KEY_SUB, "", 0, 0, "", "requests whose output must follow a schema",
	  offsetof(struct closed_loop_params, grammar), NULL, &grammar_keys, SIZE_MAX },
};

static const struct key_table closed_loop_keys = {
	keys, sizeof(keys) / sizeof(keys[0]), sizeof(struct closed_loop_params)
};

static void closed_loop_check(void *params, const char *file, int line, struct diag *d)
{
	const struct closed_loop_params *p = params;

	prompts_check(&p->prompts, file, line, d);
}

static uint64_t closed_loop_longest_prompt(const void *params)
{
	const struct closed_loop_params *p = params;

	return prompts_longest(&p->prompts);
}

/* Level i, the warm-up being number 0 if there is one. */
static bool closed_loop_spec(const void *params, size_t i, struct level_spec *out)
{
	const struct closed_loop_params *p = params;
	const struct warmup_params *w = &p->warmup;

	if (!p->has_warmup)
		return levels_of_users(&p->users, i, p->requests_per_user, p->idle_s, out);
	if (i > 0)
		return levels_of_users(&p->users, i - 1, p->requests_per_user, p->idle_s, out);
	*out = (struct level_spec){ .info = { .label = "warm-up", .users = w->users },
				    .users = (uint32_t)w->users,
				    .rounds = (uint32_t)w->requests_per_user, .idle_s = w->idle_s };
	return true;
}

static bool closed_loop_level(const void *params, size_t i, struct level_info *out)
{
	struct level_spec spec;

	if (!closed_loop_spec(params, i, &spec))
		return false;
	*out = spec.info;
	return true;
}

static void user_send(void *self, void *object)
{
	struct closed_loop *w = self;
	const struct work_env *env = &w->levels.env;
	struct user *u = object;
	uint32_t number = (uint32_t)(u - w->user);
	uint64_t index = levels_index(&w->levels, number, u->turn);

	u->request = (struct request){
		.index = index, .user = number, .turn = u->turn,
		.ignore_eos = w->p->ignore_eos, .stream = w->p->stream,
		.grammar = draw_grammar(env, index, &w->p->grammar),
	};
	prompt_set_ask(&w->prompts, env, w->p->max_tokens, u->room, &u->request);
	levels_submit(&w->levels, &u->request);
}

/* The user has thought about its answer: the next request, or the end. */
static void user_next(void *self, void *object)
{
	struct closed_loop *w = self;
	struct user *u = object;

	if (u->turn < w->levels.level.rounds)
		user_send(w, u);
	else
		levels_user_done(&w->levels);
}

static void user_enter(void *self, uint32_t number)
{
	struct closed_loop *w = self;
	struct user *u = &w->user[number];

	u->turn = 0;
	sim_at(w->levels.env.sim, w->levels.env.sim->now, EV_CLIENT, user_send, w, u,
	       levels_index(&w->levels, number, 0));
}

static void closed_loop_done(void *self, struct request *r)
{
	struct closed_loop *w = self;
	const struct work_env *env = &w->levels.env;
	struct user *u = &w->user[r->user];

	u->turn++;
	sim_at(env->sim, draw_later(env, "think", r->index, &w->p->think_s), EV_CLIENT,
	       user_next, w, u, r->index);
}

static void *closed_loop_create(const void *params, const struct work_env *env)
{
	struct closed_loop *w = arena_alloc(env->arena, sizeof(*w));
	uint32_t users = levels_most_users(closed_loop_spec, params);
	size_t room;

	w->p = params;
	w->levels = (struct levels){ .env = *env, .spec = closed_loop_spec, .enter = user_enter,
				     .params = params, .self = w };
	w->user = arena_alloc(env->arena, users * sizeof(*w->user));
	prompt_set_init(&w->prompts, &w->p->prompts, env->arena);
	room = prompt_set_room(&w->prompts);
	for (uint32_t i = 0; i < users && room > 0; i++)
		w->user[i].room = arena_alloc(env->arena, room * sizeof(struct span));
	return w;
}

static void closed_loop_start(void *self)
{
	struct closed_loop *w = self;

	levels_start(&w->levels);
}

static double closed_loop_timeout_s(const void *params)
{
	return ((const struct closed_loop_params *)params)->timeout_s;
}

extern const struct workload workload_closed_loop;
const struct workload workload_closed_loop = {
	.name = "closed_loop",
	.help = "users with fixed prompts who think between requests",
	.keys = &closed_loop_keys,
	.check = closed_loop_check,
	.longest_prompt = closed_loop_longest_prompt,
	.level = closed_loop_level,
	.create = closed_loop_create,
	.start = closed_loop_start,
	.done = closed_loop_done,
	.client_timeout_s = closed_loop_timeout_s,
};

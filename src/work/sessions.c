/* work/sessions.c - conversations: every turn sends the whole history.
 *
 * A level has `users` slots; each holds sessions_per_user conversations, one
 * after the other.  The prompt of a turn is
 *
 *   system | user 0 | answer 0 | user 1 | answer 1 | ... | user k
 *
 * where the system prompt is one of a few that all conversations share, a
 * user's part is new text with the chat template's tokens around it, and an
 * answer is the tokens that the server really produced: it finds in its cache
 * what it wrote itself, as long as it could keep it.
 *
 * A conversation ends with its last turn, with a turn that failed, or before a
 * turn whose prompt and max_tokens would pass max_context.
 *
 * With keep_load a user who has had them goes on with further conversations until
 * everybody has; then nobody begins another turn.  So the number of users that a
 * level is named after is there until its end, and rates and averages over the
 * level are those of that load.  How many conversations that makes depends on the
 * server; each is the same whatever the server does.
 *
 * Memory: a slot keeps one array of spans, used by its conversations in turn
 * and doubled when one has more turns than any before: it depends on the
 * number of slots and turns, not on how many conversations are held.
 */
#include "config.h"

#include "work/workload.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "work/draw.h"
#include "work/levels.h"

#define TURN_BITS	10
#define TURNS_MAX	1000		/* < 2^TURN_BITS */
#define SESSIONS_MAX	10000		/* < 2^(LEVEL_NUMBER_BITS - TURN_BITS) */
#define TOKENS_MAX	10000000	/* of one part of a prompt */

struct sessions_params {
	struct int_list users;
	int64_t sessions_per_user;
	struct dist turns, system_tokens, user_tokens, output_tokens, think_s, session_gap_s, start_s;
	int64_t system_prompts, template_tokens, max_tokens, max_context;
	bool stream, ignore_eos, keep_load;
	double timeout_s, idle_s;
	struct grammar_params grammar;
};

struct slot {
	uint32_t session;		/* conversations that are over, in this level */
	uint32_t turn, turns;		/* of the current one: answered; planned */
	struct span *history;		/* the conversation so far */
	size_t n, cap;
	uint64_t length;		/* tokens in it */
	struct request request;		/* the turn that is out */
};

struct sessions {
	const struct sessions_params *p;
	struct levels levels;
	struct slot *slot;		/* of the largest level */
	int64_t owing;			/* users of the level who have not had sessions_per_user conversations */
};

#define KEY(field, type, unit, lo, hi, dflt, help) \
	{ #field, type, unit, lo, hi, dflt, help, offsetof(struct sessions_params, field), \
	  NULL, NULL, SIZE_MAX }

static const struct key keys[] = {
	KEY(users, KEY_INTS, "users", 1, LEVEL_USERS_MAX, NULL,
	    "conversations at a time; several numbers are levels, run one after the other"),
	KEY(sessions_per_user, KEY_INT, "conversations", 1, SESSIONS_MAX, "1",
	    "conversations of each user in a level, one after the other"),
	KEY(turns, KEY_DIST, "turns", 1, TURNS_MAX, NULL, "requests of a conversation"),
	KEY(system_tokens, KEY_DIST, "tokens", 0, TOKENS_MAX, "0", "length of a system prompt"),
	KEY(system_prompts, KEY_INT, "", 1, 1e6, "1",
	    "different system prompts; each conversation uses one of them"),
	KEY(user_tokens, KEY_DIST, "tokens", 0, TOKENS_MAX, NULL, "new text of a turn"),
	KEY(template_tokens, KEY_INT, "tokens", 0, TOKENS_MAX, "10",
	    "what the chat template adds to a turn"),
	KEY(output_tokens, KEY_DIST, "tokens", 0, TOKENS_MAX, NULL,
	    "tokens of an answer, cut to 1 .. max_tokens"),
	KEY(max_tokens, KEY_INT, "tokens", 1, TOKENS_MAX, NULL,
	    "cap of an answer, as sent with the request"),
	KEY(keep_load, KEY_BOOL, "", 0, 0, "true",
	    "users who have had their conversations go on until all have, so that the load does not fade"),
	KEY(max_context, KEY_INT, "tokens", 0, 1e9, "0",
	    "a conversation ends before prompt + max_tokens would pass this; 0: never"),
	KEY(think_s, KEY_DIST, "s", 0, 86400, "0.0", "pause between an answer and the next turn"),
	KEY(session_gap_s, KEY_DIST, "s", 0, 86400, "0.0",
	    "pause between two conversations of a user"),
	KEY(start_s, KEY_DIST, "s", 0, 86400, "0.0",
	    "when a user's first conversation begins, from the start of the level"),
	KEY(stream, KEY_BOOL, "", 0, 0, "true", "the client reads token by token"),
	KEY(timeout_s, KEY_REAL, "s", 0, 1e6, "600.0", "the client gives up after this; 0: never"),
	KEY(idle_s, KEY_REAL, "s", 0, 86400, "5.0", "pause after each level"),
	KEY(ignore_eos, KEY_BOOL, "", 0, 0, "false",
	    "the request asks the server not to stop at the end-of-text token"),
	{ "grammar", KEY_SUB, "", 0, 0, "", "requests whose output must follow a schema",
	  offsetof(struct sessions_params, grammar), NULL, &grammar_keys, SIZE_MAX },
};

static const struct key_table sessions_keys = {
	keys, sizeof(keys) / sizeof(keys[0]), sizeof(struct sessions_params)
};

static void sessions_check(void *params, const char *file, int line, struct diag *d)
{
	const struct sessions_params *p = params;
	double first = dist_mean(&p->system_tokens) + dist_mean(&p->user_tokens)
		+ (double)(p->template_tokens + p->max_tokens);

	if (p->max_context > 0 && first > (double)p->max_context)
		diag_add(d, file, line, "'max_context' = %lld has no room for a first turn; expected at "
			 "least the mean system prompt and turn plus max_tokens, %.0f tokens",
			 (long long)p->max_context, ceil(first));
}

static uint64_t sessions_longest_prompt(const void *params)
{
	const struct sessions_params *p = params;
	double turns = fmin(dist_max(&p->turns), TURNS_MAX);
	double answer = fmin(dist_max(&p->output_tokens), (double)p->max_tokens);
	double user = fmin(dist_max(&p->user_tokens), TOKENS_MAX) + (double)p->template_tokens;
	double system = fmin(dist_max(&p->system_tokens), TOKENS_MAX);
	double longest = system + turns * user + (turns - 1) * answer;

	if (p->max_context > 0)
		return (uint64_t)fmin(longest, (double)(p->max_context - p->max_tokens));
	if (isinf(dist_max(&p->turns) + dist_max(&p->user_tokens) + dist_max(&p->system_tokens)))
		return 0;
	return (uint64_t)longest;
}

static bool sessions_spec(const void *params, size_t i, struct level_spec *out)
{
	const struct sessions_params *p = params;

	return levels_of_users(&p->users, i, p->sessions_per_user, p->idle_s, out);
}

static bool sessions_level(const void *params, size_t i, struct level_info *out)
{
	struct level_spec spec;

	if (!sessions_spec(params, i, &spec))
		return false;
	*out = spec.info;
	return true;
}

/* Key of the draws of a turn of the slot's conversation; that of turn 0 serves the conversation too. */
static uint64_t turn_index(const struct sessions *w, const struct slot *s, uint32_t turn)
{
	uint64_t number = (uint64_t)s->session << TURN_BITS | turn;

	return levels_index(&w->levels, (uint32_t)(s - w->slot), number);
}

static void history_add(struct sessions *w, struct slot *s, struct span span)
{
	if (s->n == s->cap) {
		size_t cap = s->cap ? 2 * s->cap : 8;
		struct span *bigger = arena_alloc(w->levels.env.arena, cap * sizeof(*bigger));

		if (s->n)
			memcpy(bigger, s->history, s->n * sizeof(*bigger));
		s->history = bigger;
		s->cap = cap;
	}
	s->history[s->n++] = span;
	s->length += span.length;
}

static void session_begin(void *self, void *object);

/* Everybody has had the conversations asked for: with keep_load nobody says anything more. */
static bool closing(const struct sessions *w)
{
	return w->p->keep_load && w->owing == 0;
}

static void session_end(struct sessions *w, struct slot *s)
{
	const struct work_env *env = &w->levels.env;
	uint64_t index = turn_index(w, s, 0);

	s->session++;
	if (s->session == w->levels.level.rounds)
		w->owing--;
	if (w->p->keep_load ? closing(w) || s->session == SESSIONS_MAX : s->session == w->levels.level.rounds)
		levels_user_done(&w->levels);
	else
		sim_at(env->sim, draw_later(env, "session_gap", index, &w->p->session_gap_s), EV_CLIENT,
		       session_begin, w, s, turn_index(w, s, 0));
}

static void turn_send(void *self, void *object)
{
	struct sessions *w = self;
	const struct work_env *env = &w->levels.env;
	struct slot *s = object;
	uint64_t index = turn_index(w, s, s->turn), room;
	int64_t user = draw_int(env, "user_tokens", index, &w->p->user_tokens, 1, TOKENS_MAX);

	if (closing(w)) {
		levels_user_done(&w->levels);
		return;
	}
	room = w->p->max_context > 0 ? (uint64_t)w->p->max_context : UINT64_MAX;
	history_add(w, s, (struct span){ .stream = hash_join(hash_string("user"), index),
					 .length = (uint64_t)(user + w->p->template_tokens) });
	if (s->length + (uint64_t)w->p->max_tokens > room) {
		session_end(w, s);
		return;
	}
	s->request = (struct request){
		.index = index, .user = (uint32_t)(s - w->slot), .turn = s->turn,
		.prompt = s->history, .nprompt = s->n, .input_len = s->length,
		.max_new_tokens = (uint64_t)w->p->max_tokens,
		.output_len = (uint64_t)draw_int(env, "output", index, &w->p->output_tokens,
						 1, w->p->max_tokens),
		.output_stream = answer_stream(index),
		.ignore_eos = w->p->ignore_eos, .stream = w->p->stream,
		.grammar = draw_grammar(env, index, &w->p->grammar),
	};
	levels_submit(&w->levels, &s->request);
}

static void session_begin(void *self, void *object)
{
	struct sessions *w = self;
	const struct work_env *env = &w->levels.env;
	struct slot *s = object;
	uint64_t index = turn_index(w, s, 0);
	double prompts = (double)w->p->system_prompts;
	uint64_t system = (uint64_t)(draw_share(env, "system_prompt", index) * prompts);
	int64_t length = draw_int(env, "system_tokens", system, &w->p->system_tokens, 0, TOKENS_MAX);

	s->n = 0;
	s->length = 0;
	s->turn = 0;
	s->turns = (uint32_t)draw_int(env, "turns", index, &w->p->turns, 1, TURNS_MAX);
	if (length > 0)
		history_add(w, s, (struct span){ .stream = hash_join(hash_string("system"), system),
						 .length = (uint64_t)length });
	turn_send(w, s);
}

static void slot_enter(void *self, uint32_t number)
{
	struct sessions *w = self;
	const struct work_env *env = &w->levels.env;
	struct slot *s = &w->slot[number];
	uint64_t index;

	s->session = 0;
	if (number == 0)
		w->owing = w->levels.level.info.users;
	index = turn_index(w, s, 0);
	sim_at(env->sim, draw_later(env, "start", index, &w->p->start_s), EV_CLIENT,
	       session_begin, w, s, index);
}

static void sessions_done(void *self, struct request *r)
{
	struct sessions *w = self;
	const struct work_env *env = &w->levels.env;
	struct slot *s = &w->slot[r->user];

	if (closing(w)) {
		levels_user_done(&w->levels);
		return;
	}
	if (r->end != REQUEST_OK || ++s->turn == s->turns) {
		session_end(w, s);
		return;
	}
	history_add(w, s, (struct span){ .stream = r->output_stream, .length = r->output_done });
	sim_at(env->sim, draw_later(env, "think", r->index, &w->p->think_s), EV_CLIENT, turn_send, w, s,
	       turn_index(w, s, s->turn));
}

static void *sessions_create(const void *params, const struct work_env *env)
{
	struct sessions *w = arena_alloc(env->arena, sizeof(*w));

	w->p = params;
	w->levels = (struct levels){ .env = *env, .spec = sessions_spec, .enter = slot_enter,
				     .params = params, .self = w };
	w->slot = arena_alloc(env->arena, levels_most_users(sessions_spec, params) * sizeof(*w->slot));
	return w;
}

static void sessions_start(void *self)
{
	struct sessions *w = self;

	levels_start(&w->levels);
}

static double sessions_timeout_s(const void *params)
{
	return ((const struct sessions_params *)params)->timeout_s;
}

extern const struct workload workload_sessions;
const struct workload workload_sessions = {
	.name = "sessions",
	.help = "conversations whose every turn sends the whole history",
	.keys = &sessions_keys,
	.check = sessions_check,
	.longest_prompt = sessions_longest_prompt,
	.level = sessions_level,
	.create = sessions_create,
	.start = sessions_start,
	.done = sessions_done,
	.client_timeout_s = sessions_timeout_s,
};

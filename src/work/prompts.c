/* work/prompts.c - prompts: spans, then tokens of their own. */
#include "config.h"

#include "work/prompts.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "base/bug.h"
#include "base/hash.h"
#include "work/draw.h"

#define KEY(field, type, unit, lo, hi, dflt, help) \
	{ #field, type, unit, lo, hi, dflt, help, offsetof(struct prompt_params, field), \
	  NULL, NULL, SIZE_MAX }

static const struct key keys[] = {
	KEY(weight, KEY_REAL, "", 0, 1e9, "1.0", "how often it is drawn, relative to the others"),
	KEY(spans, KEY_STR, "tokens", 0, 0, NULL,
	    "its tokens: spans NAME:LENGTH or NAME:OFFSET+LENGTH; equal names are equal tokens"),
	KEY(own, KEY_DIST, "tokens", 0, SPAN_TOKENS_MAX, "0",
	    "tokens behind the spans that are each request's own"),
	KEY(output, KEY_DIST, "tokens", 0, 1e7, NULL,
	    "tokens of the answer, cut to 1 .. max_tokens"),
};

const struct key_table prompt_keys = {
	keys, sizeof(keys) / sizeof(keys[0]), sizeof(struct prompt_params)
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.';
}

/* The stream of a name: FNV-1a, as base/hash.h's hash_string(), over n characters. */
static uint64_t stream_of(const char *name, size_t n)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < n; i++)
		h = (h ^ (unsigned char)name[i]) * UINT64_C(0x100000001b3);
	return hash_join(hash_string("prompt"), h);
}

/* Digits at *s as a number, cut to just above SPAN_TOKENS_MAX; false: there are none. */
static bool read_number(const char **s, const char *end, uint64_t *out)
{
	const char *p = *s;

	*out = 0;
	for (; p < end && isdigit((unsigned char)*p); p++)
		if (*out <= SPAN_TOKENS_MAX)
			*out = *out * 10 + (uint64_t)(*p - '0');
	if (p == *s)
		return false;
	*s = p;
	return true;
}

static enum span_word read_word(const char *s, const char *end, struct span *out)
{
	const char *name = s;

	while (s < end && is_name(*s))
		s++;
	if (s == name || s == end || *s != ':')
		return SPAN_BAD_FORM;
	*out = (struct span){ .stream = stream_of(name, (size_t)(s - name)) };
	s++;
	if (!read_number(&s, end, &out->length))
		return SPAN_BAD_FORM;
	if (s < end && *s == '+') {
		s++;
		out->offset = out->length;
		if (!read_number(&s, end, &out->length))
			return SPAN_BAD_FORM;
	}
	if (s != end)
		return SPAN_BAD_FORM;
	if (out->length < 1 || out->length > SPAN_TOKENS_MAX || out->offset > SPAN_TOKENS_MAX)
		return SPAN_BAD_LENGTH;
	return SPAN_OK;
}

enum span_word span_read(const char **text, const char **word, int *length, struct span *out)
{
	const char *s = *text;

	while (is_blank(*s))
		s++;
	*word = s;
	while (*s && !is_blank(*s))
		s++;
	*text = s;
	*length = (int)(s - *word);
	return *length ? read_word(*word, s, out) : SPAN_END;
}

static bool has_own(const struct prompt_params *p)
{
	return dist_max(&p->own) > 0;
}

/* Spans in a prompt's text, and their tokens; complaints go to d (NULL: it is known to be right). */
static size_t text_scan(const struct prompt_params *p, uint64_t *tokens, size_t number, const char *file,
			int line, struct diag *d)
{
	const char *text = p->spans;
	enum span_word w;
	struct span span;
	const char *word;
	size_t n = 0;
	int length;

	*tokens = 0;
	while ((w = span_read(&text, &word, &length, &span)) != SPAN_END) {
		n++;
		if (w == SPAN_OK)
			*tokens += span.length;
		else if (!d)
			BUG("prompts[%zu] was not checked", number);
		else if (w == SPAN_BAD_FORM)
			diag_add(d, file, line, "prompts[%zu]: '%.*s' is not a span; "
				 "expected NAME:LENGTH or NAME:OFFSET+LENGTH", number, length, word);
		else
			diag_add(d, file, line, "prompts[%zu]: '%.*s' is out of range; "
				 "expected a length of 1 to %d tokens",
				 number, length, word, SPAN_TOKENS_MAX);
	}
	if (n == 0 && d && !has_own(p))
		diag_add(d, file, line, "prompts[%zu]: 'spans' is empty; expected at least one span",
			 number);
	return n;
}

void prompts_check(const struct sub_list *prompts, const char *file, int line, struct diag *d)
{
	const struct prompt_params *p = prompts->item;
	double weight = 0;
	uint64_t tokens;

	for (size_t i = 0; i < prompts->n; i++) {
		text_scan(&p[i], &tokens, i, file, line, d);
		weight += p[i].weight;
	}
	if (!(weight > 0))
		diag_add(d, file, line, "no prompt has a weight; expected at least one above 0");
}

uint64_t prompts_longest(const struct sub_list *prompts)
{
	const struct prompt_params *p = prompts->item;
	uint64_t longest = 0, tokens;

	for (size_t i = 0; i < prompts->n; i++) {
		text_scan(&p[i], &tokens, i, NULL, 0, NULL);
		if (isinf(dist_max(&p[i].own)))
			return 0;
		tokens += (uint64_t)fmin(ceil(dist_max(&p[i].own)), SPAN_TOKENS_MAX);
		longest = tokens > longest ? tokens : longest;
	}
	return longest;
}

static void prompt_init(struct prompt *prompt, const struct prompt_params *p, size_t number,
			struct arena *arena)
{
	const char *text = p->spans, *word;
	struct span *span;
	int length;

	prompt->n = text_scan(p, &prompt->length, number, NULL, 0, NULL);
	span = arena_alloc(arena, prompt->n * sizeof(*span));
	for (size_t i = 0; i < prompt->n; i++)
		span_read(&text, &word, &length, &span[i]);
	prompt->span = span;
	prompt->own = has_own(p) ? &p->own : NULL;
	prompt->output = &p->output;
}

void prompt_set_init(struct prompt_set *set, const struct sub_list *prompts, struct arena *arena)
{
	const struct prompt_params *p = prompts->item;
	double sum = 0;

	set->n = prompts->n;
	set->prompt = arena_alloc(arena, set->n * sizeof(*set->prompt));
	for (size_t i = 0; i < set->n; i++) {
		prompt_init(&set->prompt[i], &p[i], i, arena);
		set->prompt[i].upto = sum += p[i].weight;
	}
}

const struct prompt *prompt_set_draw(const struct prompt_set *set, const struct work_env *env,
				     uint64_t index)
{
	double x;

	if (set->n == 1)
		return set->prompt;
	x = draw_share(env, "prompt", index) * set->prompt[set->n - 1].upto;
	for (size_t i = 0; i < set->n; i++)
		if (x < set->prompt[i].upto)
			return &set->prompt[i];
	return &set->prompt[set->n - 1];	/* rounding: u < 1, but u * w may be w */
}

size_t prompt_set_room(const struct prompt_set *set)
{
	size_t most = 0;

	for (size_t i = 0; i < set->n; i++)
		if (set->prompt[i].own && set->prompt[i].n >= most)
			most = set->prompt[i].n + 1;
	return most;
}

/* The fixed spans are shared by all; only who has tokens of its own gets a copy. */
static void add_own(const struct prompt *p, const struct work_env *env, struct span *room,
		    struct request *r)
{
	int64_t least = p->n == 0, own = draw_int(env, "own", r->index, p->own, least, SPAN_TOKENS_MAX);

	if (own == 0)
		return;
	if (p->n > 0)
		memcpy(room, p->span, p->n * sizeof(*room));
	room[p->n] = (struct span){ .stream = own_stream(r->index),
				    .length = (uint64_t)own };
	r->prompt = room;
	r->nprompt = p->n + 1;
	r->input_len += (uint64_t)own;
}

void prompt_set_ask(const struct prompt_set *set, const struct work_env *env, int64_t max_tokens,
		    struct span *room, struct request *r)
{
	const struct prompt *p = prompt_set_draw(set, env, r->index);

	r->prompt = p->span;
	r->nprompt = p->n;
	r->input_len = p->length;
	if (p->own)
		add_own(p, env, room, r);
	r->max_new_tokens = (uint64_t)max_tokens;
	r->output_len = (uint64_t)draw_int(env, "output", r->index, p->output, 1, max_tokens);
	r->output_stream = answer_stream(r->index);
}

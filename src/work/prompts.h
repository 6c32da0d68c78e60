/* work/prompts.h - what a request asks: fixed spans that others share, then tokens of its own.
 *
 * The text of a prompt is a row of spans separated by blanks, each
 *   NAME:LENGTH           the first LENGTH tokens of the stream NAME
 *   NAME:OFFSET+LENGTH    LENGTH tokens of it from token OFFSET on
 * NAME is made of letters, digits and _ - . ; equal names are the same tokens,
 * in all prompts of the scenario; different names share nothing.  Behind them come `own` tokens,
 * drawn for each request, which no other request has.
 */
#ifndef WORK_PROMPTS_H
#define WORK_PROMPTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"
#include "config/key.h"
#include "stat/dist.h"
#include "work/span.h"
#include "work/workload.h"

#define SPAN_TOKENS_MAX	1000000000

struct prompt_params {			/* one group of the list `prompts` */
	double weight;
	const char *spans;		/* may be blank if `own` is never 0 */
	struct dist own;		/* tokens behind them, each request's own */
	struct dist output;		/* tokens, before the cap of max_tokens */
};

extern const struct key_table prompt_keys;

struct prompt {
	const struct span *span;
	size_t n;
	uint64_t length;		/* tokens in them */
	const struct dist *own;		/* NULL: never any */
	const struct dist *output;
	double upto;			/* sum of the weights up to this one */
};

struct prompt_set {			/* in the arena of its maker */
	struct prompt *prompt;
	size_t n;
};

enum span_word { SPAN_END, SPAN_OK, SPAN_BAD_FORM, SPAN_BAD_LENGTH };

/* Read the next word at *text into `out`; [*word, *word + *length) is the word.  Moves *text past it. */
enum span_word span_read(const char **text, const char **word, int *length, struct span *out);

void prompts_check(const struct sub_list *prompts, const char *file, int line, struct diag *d);
uint64_t prompts_longest(const struct sub_list *prompts);	/* tokens; 0: no limit is known */
void prompt_set_init(struct prompt_set *set, const struct sub_list *prompts, struct arena *arena);
const struct prompt *prompt_set_draw(const struct prompt_set *set, const struct work_env *env,
				     uint64_t index);
/* Spans that prompt_set_ask() may need for a request; 0: none. */
size_t prompt_set_room(const struct prompt_set *set);
/* Draw the prompt and the length of the answer of r (its index is set) into prompt, nprompt, input_len,
 * max_new_tokens, output_len and output_stream.  `room` belongs to r until it is done. */
void prompt_set_ask(const struct prompt_set *set, const struct work_env *env, int64_t max_tokens,
		    struct span *room, struct request *r);

#endif

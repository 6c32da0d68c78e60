/* engine/launch.h - the command that starts a real server: its flags, what they are here, and both ways
 * between them.
 *
 * Each engine has a table (engine/launch_NAME.c): a flag is a line that says which key it sets, or why
 * it sets none.  Spellings and arities are those of the program's own parser: sglang/srt/server_args.py
 * of SGLang 0.4.9 and 0.5.6, lmdeploy/cli/serve.py and utils.py of LMDeploy 0.6.0 and 0.11.0.  Both use
 * Python's argparse, so a beginning of a flag that only one flag has stands for it (--tp), --flag=value
 * is --flag value, and of repeated flags the last counts.
 *
 * A command says everything about its flags: a key whose flag is not in it has the engine's default.
 */
#ifndef ENGINE_LAUNCH_H
#define ENGINE_LAUNCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "config/shell.h"
#include "engine/engine.h"

enum launch_kind {
	LAUNCH_KEY,			/* sets the key to its value */
	LAUNCH_SWITCH,			/* sets the key, a bool, to true */
	LAUNCH_ENV,			/* an environment variable that sets the key */
	LAUNCH_MODEL,			/* says which model */
	LAUNCH_BACKEND,			/* says which engine; read when the command is opened */
	LAUNCH_SILENT,			/* does not touch performance */
	LAUNCH_WARN,			/* does, but is not simulated: `text` says what that means */
	LAUNCH_REFUSE,			/* a prediction without it would be of another server: `text` says why */
};

struct launch_flag {
	const char *names;		/* separated by blanks; of a key: the usual spelling, then others */
	enum launch_kind kind;
	char takes;			/* values: '0', '1', '?' at most one, '*' any number */
	const char *key;		/* below the engine's group; NULL: none */
	const char *since, *until;	/* first and last of the simulated versions that have it; NULL: no limit */
	const char *harmless;		/* values that change nothing; of a key: values without `text`, NULL: all */
	const char *text;		/* WARN, REFUSE: behind "--flag: "; KEY: of other values than `harmless` */
};

struct launch_not_flag {		/* a key that no flag of the program sets */
	const char *key;
	bool server;			/* a property of the server: a command without it means another server */
	const char *why;
};

struct launch_table {
	const char *engine;		/* engine.type */
	const char *product;		/* "SGLang", for messages */
	const char *command;		/* what starts it, words separated by blanks */
	const char *model_flag;		/* NULL: the model is an operand */
	const char *const *fixed;	/* words behind the model, NULL-terminated: those that choose this engine */
	const struct launch_flag *own, *shared;	/* together its flags; shared: with another table, or NULL */
	size_t nown, nshared;
	const struct launch_not_flag *not_flag;	/* ends with key NULL */
};

extern const struct launch_table launch_sglang, launch_turbomind, launch_lmdeploy_pytorch;
extern const struct launch_table *const launch_tables[];	/* NULL-terminated */
const struct launch_table *launch_table_of(const char *engine);	/* NULL: none */
static inline size_t launch_flags(const struct launch_table *t) { return t->nown + t->nshared; }
static inline const struct launch_flag *launch_flag_at(const struct launch_table *t, size_t i)
{
	return i < t->nown ? &t->own[i] : &t->shared[i - t->nown];
}
bool launch_flag_is_of(const struct launch_flag *f, const char *version);
/* Step through the names of a flag: *p from f->names; length of the next one at *name, 0: no more. */
size_t launch_name(const char **p, const char **name);
/* The flag of this name, or, if `version` is not NULL, the only one of that version that begins so.
 * NULL: none; then *n is how many begin so.  version NULL: exact names of any version. */
const struct launch_flag *launch_flag_named(const struct launch_table *t, const char *name,
					    const char *version, size_t *n);
/* The flag that sets a key of the engine in this version; NULL: none. */
const struct launch_flag *launch_flag_of_key(const struct launch_table *t, const char *key,
					     const char *version);

/* What a command says. */
struct launch_setting {
	const char *key;		/* below the engine's group */
	char *value;			/* owned; in scenario notation */
	char *said;			/* owned; "--launch --tp 2", for messages */
};

struct launch {
	const struct launch_table *table;	/* which program */
	char *version;			/* of the container image, "0.4.9"; NULL: not told */
	char *image_version;		/* as the image has it, "0.4.9.post3"; NULL: none */
	char *model, *model_said;	/* NULL: not told */
	struct launch_setting *setting;	/* in the order of the command */
	size_t n, cap;
	struct shell_words words;
	const char *file;		/* not owned; NULL: the command was given itself */
	size_t first, args;		/* words: of the command, and behind the program */
};

/* Find the server's command in `text`; file: where it is from, NULL: from the command line.  false:
 * none, or not readable; the reason is in errors.  Release in both cases. */
bool launch_open(struct launch *l, const char *text, const char *file, struct diag *errors);
/* Read its flags as this version has them. */
void launch_read(struct launch *l, const char *version, struct diag *errors, struct diag *warnings);
void launch_release(struct launch *l);

/* The other way. */
struct launch_command {
	char *version;			/* owned: of the program the command is for */
	char **env, **arg;		/* owned: "NAME=VALUE"; the command's words */
	size_t nenv, narg, capenv, caparg;
};

/* The program and the model's operand or flag; then one key after the other, values in scenario
 * notation. launch_command_key(): false if no flag of the version says it. */
void launch_command_begin(struct launch_command *c, const struct launch_table *t, const char *version,
			  const char *model);
bool launch_command_key(struct launch_command *c, const struct launch_table *t, const char *key,
			const char *value);
/* As a shell reads it, on one line or a flag a line; malloc'd, no newline at the end. */
char *launch_command_text(const struct launch_command *c, bool one_line);
void launch_command_release(struct launch_command *c);

#endif

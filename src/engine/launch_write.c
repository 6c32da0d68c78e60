/* engine/launch_write.c - a command from settings. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/launch.h"

static void add_arg(struct launch_command *c, char *word)
{
	ARRAY_ROOM(c->arg, c->narg, c->caparg);
	c->arg[c->narg++] = word;
}

void launch_command_begin(struct launch_command *c, const struct launch_table *t, const char *version,
			  const char *model)
{
	const char *p = t->command, *word;
	size_t n;

	*c = (struct launch_command){ .version = xstrdup(version) };
	while ((n = launch_name(&p, &word)) > 0)
		add_arg(c, xasprintf("%.*s", (int)n, word));
	if (t->model_flag)
		add_arg(c, xstrdup(t->model_flag));
	add_arg(c, xstrdup(model));
	for (size_t i = 0; t->fixed[i]; i++)
		add_arg(c, xstrdup(t->fixed[i]));
}

/* "fcfs" without its quotes; the keys' choices need no escapes. */
static char *plain(const char *value)
{
	size_t n = strlen(value);

	if (n >= 2 && value[0] == '"' && value[n - 1] == '"')
		return xasprintf("%.*s", (int)n - 2, value + 1);
	return xstrdup(value);
}

bool launch_command_key(struct launch_command *c, const struct launch_table *t, const char *key,
			const char *value)
{
	const struct launch_flag *f = launch_flag_of_key(t, key, c->version);
	char *name, *v;

	if (!f)
		return false;
	name = xasprintf("%.*s", (int)strcspn(f->names, " "), f->names);
	v = plain(value);
	if (f->kind == LAUNCH_ENV) {
		ARRAY_ROOM(c->env, c->nenv, c->capenv);
		c->env[c->nenv++] = xasprintf("%s=%s", name, v);
	} else if (f->kind == LAUNCH_KEY) {
		add_arg(c, xstrdup(name));
		add_arg(c, xstrdup(v));
	} else if (strcmp(v, "true") == 0) {
		add_arg(c, xstrdup(name));
	}
	free(name);
	free(v);
	return true;
}

static void append(char **text, const char *between, const char *word)
{
	char *all = *text ? xasprintf("%s%s%s", *text, between, word) : xstrdup(word);

	free(*text);
	*text = all;
}

char *launch_command_text(const struct launch_command *c, bool one_line)
{
	const char *next = one_line ? " " : " \\\n\t";
	char *text = NULL;

	for (size_t i = 0; i < c->nenv; i++) {
		size_t n = strcspn(c->env[i], "=") + 1;
		char *value = shell_quote(c->env[i] + n), *all = xasprintf("%.*s%s", (int)n, c->env[i], value);

		append(&text, " ", all);
		free(value);
		free(all);
	}
	for (size_t i = 0; i < c->narg; i++) {
		char *word = shell_quote(c->arg[i]);

		append(&text, strncmp(word, "--", 2) == 0 ? next : " ", word);
		free(word);
	}
	return text;
}

void launch_command_release(struct launch_command *c)
{
	for (size_t i = 0; i < c->nenv; i++)
		free(c->env[i]);
	for (size_t i = 0; i < c->narg; i++)
		free(c->arg[i]);
	free(c->version);
	free(c->env);
	free(c->arg);
	*c = (struct launch_command){ 0 };
}

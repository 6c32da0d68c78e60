/* report/json_launch.c - a launch command for programs: what to put into the environment, and the words to start. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/json_parts.h"

static json_t *env_of(const struct launch_command *c)
{
	json_t *env = json_object();

	for (size_t i = 0; i < c->nenv; i++) {
		size_t n = strcspn(c->env[i], "=");
		char *name = xasprintf("%.*s", (int)n, c->env[i]);

		json_put(env, name, json_text(c->env[i] + n + 1));
		free(name);
	}
	return env;
}

json_t *json_launch(const struct launch_command *c, const struct diag *notes)
{
	json_t *o = json_object(), *argv = json_array(), *said = json_array();
	char *text = launch_command_text(c, true);

	for (size_t i = 0; i < c->narg; i++)
		json_array_append_new(argv, json_text(c->arg[i]));
	for (size_t i = 0; i < notes->n; i++)
		json_array_append_new(said, json_text(notes->message[i].text));
	json_put(o, "version", json_text(c->version));
	json_put(o, "env", env_of(c));
	json_put(o, "argv", argv);
	json_put(o, "command", json_text(text));
	json_put(o, "notes", said);
	free(text);
	return o;
}

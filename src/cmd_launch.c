/* servesim launch - the command that starts a scenario's engine as a real server. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "cmd_run.h"
#include "options.h"
#include "report/json_parts.h"
#include "run/launch_export.h"

static json_t *json_command(const struct scenario *s, const struct launch_command *c,
			    const struct diag *notes)
{
	json_t *o = json_launch(c, notes);

	json_put(o, "engine", json_text(s->engine->name));
	if (s->label)
		json_put(o, "label", json_text(s->label));
	return o;
}

static void print_text(const struct scenario *s, const struct launch_command *c, bool first)
{
	char *text = launch_command_text(c, false);

	if (s->label)
		printf("%s# %s\n", first ? "" : "\n", s->label);
	puts(text);
	free(text);
}

/* One variant: printed, or added to `commands`. */
static void launch(const struct scenario *s, const struct options *o, bool first, json_t *commands)
{
	struct launch_command c;
	struct diag notes;

	diag_init(&notes);
	launch_of_scenario(&c, s, NULL, 0, &notes);
	if (commands)
		json_array_append_new(commands, json_command(s, &c, &notes));
	else
		print_text(s, &c, first);
	if (!o->quiet)
		run_warnings(&notes);
	launch_command_release(&c);
	diag_release(&notes);
}

/* false: a message is on stderr. */
static bool load(struct scenario **s, const struct options *o, size_t variant)
{
	struct diag errors;

	diag_init(&errors);
	*s = scenario_load_variant(o->scenario, o->set, o->nset, variant, &errors);
	diag_print(&errors, stderr);
	diag_release(&errors);
	if (*s && !o->quiet)
		run_warnings(&(*s)->warnings);
	return *s != NULL;
}

/* The exit code: a server that would end out of memory gets no command. */
static int launch_all(const struct options *o, json_t *commands)
{
	int status = EXIT_DONE;
	size_t n = 1;

	for (size_t i = 0; i < n && status == EXIT_DONE; i++) {
		struct scenario *s;

		if (!load(&s, o, i))
			return EXIT_BAD_INPUT;
		if (s->memory.verdict == MEMORY_DOES_NOT_FIT)
			status = run_cannot(s, &s->memory);
		else
			launch(s, o, i == 0, commands);
		n = s->nvariants;
		scenario_free(s);
	}
	return status;
}

static int run(const struct options *o)
{
	json_t *document, *commands;
	int status;

	if (o->format == FORMAT_CSV) {
		fputs("servesim: --format csv: a command is text or json\n", stderr);
		return EXIT_BAD_INPUT;
	}
	if (o->format == FORMAT_TEXT)
		return launch_all(o, NULL);
	document = json_object();
	commands = json_array();
	json_put(document, "schema", json_text("servesim.launch/1"));
	status = launch_all(o, commands);
	json_put(document, "commands", commands);
	if (status == EXIT_DONE)
		json_write(document, stdout);
	else
		json_decref(document);
	return status;
}

int cmd_launch(int argc, char **argv)
{
	struct options o;
	enum options_outcome outcome = options_parse(&o, argc, argv);
	int status = outcome == OPTIONS_HELPED ? EXIT_DONE : EXIT_BAD_INPUT;

	if (outcome == OPTIONS_RUN)
		status = run(&o);
	options_release(&o);
	return status;
}

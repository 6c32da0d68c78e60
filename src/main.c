/* main.c - which command. */
#include "config.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cmd.h"
#include "config/keyread.h"
#include "options.h"
#include "stat/gsl_guard.h"

static const struct command {
	const char *name, *operand, *help;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "run", "SCENARIO", "simulate, print the report, write results and charts", cmd_run },
	{ "compare", "SCENARIO", "configurations on the same requests: differences, how sure they are, what to do", cmd_compare },
	{ "explain", "SCENARIO", "what each mechanism of the server costs, one by one, down to the GPU's bandwidth",
	  cmd_explain },
	{ "calibrate", "SCENARIO", "an engine's times from measured values, with intervals and a preset", cmd_calibrate },
	{ "launch", "SCENARIO", "the command that starts the engine of a scenario as a real server", cmd_launch },
	{ "sweep", "SCENARIO", "a grid of settings; what is finished is kept, and a stopped sweep goes on", cmd_sweep },
	{ "tune", "SCENARIO", "the best settings under service-level objectives, and the command that launches them", cmd_tune },
	{ "list", "[gpus|models|engines|policies|workloads|mechanisms|charts]", "what there is, with all settings",
	  cmd_list },
	{ "cache", "TRACE", "prefix-cache hits of a trace against cache size", cmd_cache },
	{ "log", "FILE", "what a server's own log says: step time, prefill cost, cache hits, KV size", cmd_log },
};
#define COMMANDS	(sizeof(commands) / sizeof(commands[0]))

static void help(void)
{
	puts("usage: servesim SCENARIO [options]        the same as: servesim run SCENARIO\n"
	     "       servesim COMMAND [arguments]\n"
	     "A discrete-event simulator of LLM serving.\n");
	for (size_t i = 0; i < COMMANDS; i++)
		printf("  %-9s %-9s %s\n", commands[i].name,
		       strlen(commands[i].operand) > 9 ? "[KIND]" : commands[i].operand,
		       commands[i].help);
	puts("\nOptions of run:");
	options_help(OPTIONS_OF_RUN);
	puts("\n'servesim COMMAND --help' says more. Exit: 0 done, 1 failed while running,\n"
	     "2 bad input or usage, 3 the configuration cannot run.");
}

static int unknown_command(const char *word)
{
	const char *name[COMMANDS];
	char *hint;

	for (size_t i = 0; i < COMMANDS; i++)
		name[i] = commands[i].name;
	hint = key_choices(word, name, COMMANDS);
	fprintf(stderr, "servesim: unknown command '%s': neither a scenario file nor one of %s\n"
		"Try 'servesim --help'.\n", word, hint);
	free(hint);
	return EXIT_BAD_INPUT;
}

static int dispatch(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : NULL;

	if (!word) {
		fputs("servesim: which scenario or command?\nTry 'servesim --help'.\n", stderr);
		return EXIT_BAD_INPUT;
	}
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
		help();
		return EXIT_DONE;
	}
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(word, commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	if (word[0] == '-' || strpbrk(word, "./") || access(word, F_OK) == 0)
		return cmd_run(argc, argv);
	return unknown_command(word);
}

/* What was printed has arrived, or the exit code says so. */
static int close_output(int status)
{
	bool bad = ferror(stdout) != 0;

	errno = 0;
	bad |= fclose(stdout) != 0;
	if (!bad)
		return status;
	fprintf(stderr, "servesim: cannot write to standard output%s%s\n", errno ? ": " : "",
		errno ? strerror(errno) : "");
	return status ? status : EXIT_FAILED;
}

int main(int argc, char **argv)
{
	gsl_guard_install();
	return close_output(dispatch(argc, argv));
}

/* options.c - getopt_long, with messages of our own. */
#include "config.h"

#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/suggest.h"

enum option_id {
	OPT_SET = 256, OPT_SEED, OPT_REPLICATIONS, OPT_THREADS, OPT_STEP, OPT_FORMAT, OPT_OUT, OPT_NO_CHARTS, OPT_CHECK,
	OPT_DUMP, OPT_ENGINE_LOG, OPT_WITHOUT, OPT_METRIC, OPT_LEVEL, OPT_VARIANT,
	OPT_MEASURED, OPT_FIT, OPT_WRITE, OPT_CROSS_VALIDATE,
	OPT_VARY, OPT_PRECISION, OPT_MAX_REPLICATIONS, OPT_RESTART, OPT_GOAL, OPT_SLO,
	OPT_LAUNCH, OPT_QUIET, OPT_VERSION, OPT_HELP
};

#define OF_ALL		(OPTIONS_OF_RUN | OPTIONS_OF_EXPLAIN | OPTIONS_OF_CALIBRATE | OF_MANY)
#define OF_ALL_AND_LAUNCH	(OF_ALL | OPTIONS_OF_LAUNCH)
#define OF_MANY		(OPTIONS_OF_COMPARE | OPTIONS_OF_SWEEP | OPTIONS_OF_TUNE)	/* configurations */
#define OF_PRECISE	(OPTIONS_OF_COMPARE | OPTIONS_OF_TUNE)

static const struct {
	const char *name, *argument, *help;
	int id;
	unsigned commands;		/* enum options_of */
} known[] = {
	{ "set", "PATH=VALUE", "change a setting: engine.mem_fraction_static=0.85, gpu.bandwidth_gb_s=900", OPT_SET, OF_ALL_AND_LAUNCH },
	{ "launch", "COMMAND", "take the engine's settings from the command that starts the real server, or a file with it",
	  OPT_LAUNCH, OF_ALL_AND_LAUNCH },
	{ "seed", "N", "run.seed: which random numbers", OPT_SEED, OF_ALL },
	{ "replications", "N", "run.replications: independent runs", OPT_REPLICATIONS, OF_ALL },
	{ "threads", "N", "run.threads: 0 uses all cores; changes no result", OPT_THREADS, OF_ALL },
	{ "step", NULL, "run.step: do not jump over runs of decode steps; changes no result", OPT_STEP, OF_ALL },
	{ "format", "FORMAT", "text (default), json or csv on standard output", OPT_FORMAT, OF_ALL_AND_LAUNCH },
	{ "without", "NAME", "switch a mechanism off; may be repeated ('servesim list mechanisms')", OPT_WITHOUT, OF_ALL },
	{ "out", "DIR", "folder for result files and charts (default out/SCENARIO)", OPT_OUT, OF_ALL },
	{ "no-charts", NULL, "draw no charts", OPT_NO_CHARTS, OF_ALL },
	{ "check", NULL, "validate only", OPT_CHECK, OF_ALL },
	{ "dump", NULL, "print the effective configuration, with the origin of each value", OPT_DUMP, OF_ALL },
	{ "engine-log", "FILE", "write the engine's own log lines of replication 0", OPT_ENGINE_LOG, OF_ALL & ~OPTIONS_OF_CALIBRATE },
	{ "engine-log", "FILE", "fit to the log of an SGLang server, in place of measured values", OPT_ENGINE_LOG, OPTIONS_OF_CALIBRATE },
	{ "quiet", NULL, "no progress bar, no warnings on standard error", OPT_QUIET, OF_ALL_AND_LAUNCH },
	{ "metric", "NAME", "which metric to explain or draw", OPT_METRIC, OPTIONS_OF_EXPLAIN | OPTIONS_OF_COMPARE | OPTIONS_OF_SWEEP },
	{ "level", "LEVEL", "only this level: its label, or how many users", OPT_LEVEL, OPTIONS_OF_EXPLAIN | OF_MANY },
	{ "variant", "LABEL", "of a scenario with variants (default the first)", OPT_VARIANT, OPTIONS_OF_EXPLAIN },
	{ "measured", "FILE", "measured values, in place of the scenario's own", OPT_MEASURED, OPTIONS_OF_CALIBRATE },
	{ "fit", "NAME,...", "which times (default: those that such data can decide)", OPT_FIT, OPTIONS_OF_CALIBRATE },
	{ "write", "PRESET", "write the fit as a preset that scenarios can name", OPT_WRITE, OPTIONS_OF_CALIBRATE },
	{ "cross-validate", NULL, "predict each load from the others", OPT_CROSS_VALIDATE, OPTIONS_OF_CALIBRATE },
	{ "vary", "PATH=VALUES", "an axis: A,B,C, or LO:HI:STEP, or log:LO:HI:N, or LO..HI; may be repeated", OPT_VARY, OF_MANY },
	{ "precision", "PCT", "replicate until intervals are as narrow as this, in % of the mean", OPT_PRECISION, OF_PRECISE },
	{ "max-replications", "N", "but at most so often", OPT_MAX_REPLICATIONS, OF_PRECISE },
	{ "restart", NULL, "begin again: forget what an earlier sweep left in the folder", OPT_RESTART, OPTIONS_OF_SWEEP },
	{ "goal", "'max METRIC'", "what to maximise or minimise: 'max output_throughput', 'min ttft_ms.p95'", OPT_GOAL,
	  OPTIONS_OF_TUNE },
	{ "slo", "'METRIC<VALUE'", "what must hold: 'ttft_ms.p95<2000'; may be repeated", OPT_SLO, OPTIONS_OF_TUNE },
	{ "version", NULL, "print the version", OPT_VERSION, OF_ALL_AND_LAUNCH },
	{ "help", NULL, "print this", OPT_HELP, OF_ALL_AND_LAUNCH },
};
#define KNOWN	(sizeof(known) / sizeof(known[0]))

static bool applies(size_t i, enum options_of command)
{
	return known[i].commands & command;
}

void options_help(enum options_of command)
{
	for (size_t i = 0; i < KNOWN; i++) {
		char text[40];

		if (!applies(i, command))
			continue;
		snprintf(text, sizeof(text), "--%s %s", known[i].name,
			 known[i].argument ? known[i].argument : "");
		printf("  %-22s %s\n", text, known[i].help);
	}
}

static const struct {
	const char *word;
	enum options_of command;
	const char *what;
} commands[] = {
	{ "run", OPTIONS_OF_RUN, "Simulate, print the report, write results and charts." },
	{ "explain", OPTIONS_OF_EXPLAIN,
	  "Simulate as it is, then with one mechanism more switched off each time, down to the bandwidth of the\n"
	  "GPU: what each costs, as a table and a chart." },
	{ "calibrate", OPTIONS_OF_CALIBRATE,
	  "Fit the times of the engine to measured values: parameters with intervals, what the data cannot tell,\n"
	  "every number's error, and a preset for later runs." },
	{ "compare", OPTIONS_OF_COMPARE,
	  "Configurations on the same requests: paired differences with intervals, and what they mean." },
	{ "sweep", OPTIONS_OF_SWEEP,
	  "Every point of a grid of settings; results are written as they come, and a sweep that was stopped goes on." },
	{ "tune", OPTIONS_OF_TUNE,
	  "The best settings under service-level objectives, how sure that is, and the command that launches them." },
	{ "launch", OPTIONS_OF_LAUNCH, "Print the command that starts the engine of a scenario as a real server." },
};
#define COMMANDS	(sizeof(commands) / sizeof(commands[0]))

static void help(enum options_of command)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (commands[i].command == command)
			printf("usage: servesim %s SCENARIO [options]\n%s\n\n", commands[i].word, commands[i].what);
	options_help(command);
	puts("\nExit: 0 done, 1 failed while running, 2 bad input or usage, 3 the configuration cannot run.");
}

static void add_set(struct options *o, char *path, const char *value, const char *option)
{
	ARRAY_ROOM(o->set, o->nset, o->capset);
	o->set[o->nset++] = (struct scenario_override){ .path = path, .value = value, .option = option };
}

static enum options_outcome parse_set(struct options *o, const char *text)
{
	const char *equals = strchr(text, '=');

	if (!equals || equals == text) {
		fprintf(stderr, "servesim: --set %s: not of the form PATH=VALUE\n", text);
		return OPTIONS_WRONG;
	}
	add_set(o, xasprintf("%.*s", (int)(equals - text), text), equals + 1, NULL);
	return OPTIONS_RUN;
}

static enum options_outcome parse_format(struct options *o, const char *text)
{
	static const char *const name[] = { "text", "json", "csv" };

	for (size_t i = 0; i < 3; i++) {
		if (strcmp(text, name[i]) == 0) {
			o->format = (enum output_format)i;
			return OPTIONS_RUN;
		}
	}
	fprintf(stderr, "servesim: --format %s: not one of text, json, csv\n", text);
	return OPTIONS_WRONG;
}

static enum options_outcome unknown(enum options_of command, const char *arg)
{
	const char *name[KNOWN], *near;
	size_t n = 0;
	char *word = xasprintf("%.*s", (int)strcspn(arg, "="), arg);

	for (size_t i = 0; i < KNOWN; i++)
		if (applies(i, command))
			name[n++] = known[i].name;
	near = suggest(word + strspn(word, "-"), name, n);
	if (near)
		fprintf(stderr, "servesim: unknown option '%s'; did you mean '--%s'?\n", word, near);
	else
		fprintf(stderr, "servesim: unknown option '%s'\n", word);
	free(word);
	return OPTIONS_WRONG;
}

static void add_without(struct options *o, const char *name)
{
	char *all = o->without ? xasprintf("%s,%s", o->without, name) : xstrdup(name);

	free(o->without);
	o->without = all;
}

static void add_word(struct words *w, const char *word)
{
	ARRAY_ROOM(w->word, w->n, w->cap);
	w->word[w->n++] = word;
}

/* Options of compare, sweep and tune; some are of explain, too. */
static void take_many(struct options *o, enum option_id id, const char *argument)
{
	if (id == OPT_VARY)
		add_word(&o->vary, argument);
	else if (id == OPT_SLO)
		add_word(&o->slo, argument);
	else if (id == OPT_GOAL)
		o->goal = argument;
	else if (id == OPT_METRIC)
		o->metric = argument;
	else if (id == OPT_LEVEL)
		o->level = argument;
	else if (id == OPT_VARIANT)
		o->variant = argument;
	else if (id == OPT_PRECISION)
		o->precision = argument;
	else if (id == OPT_MAX_REPLICATIONS)
		o->max_replications = argument;
	else
		o->restart = true;
}

/* Options that are short for settings of the group run. */
static void take_run(struct options *o, enum option_id id, const char *argument)
{
	if (id == OPT_SEED)
		add_set(o, xstrdup("run.seed"), argument, "--seed");
	else if (id == OPT_REPLICATIONS)
		add_set(o, xstrdup("run.replications"), argument, "--replications");
	else if (id == OPT_THREADS)
		add_set(o, xstrdup("run.threads"), argument, "--threads");
	else
		add_set(o, xstrdup("run.step"), "true", "--step");
}

static void take_calibrate(struct options *o, enum option_id id, const char *argument)
{
	if (id == OPT_MEASURED)
		add_set(o, xstrdup("measured"), argument, "--measured");
	else if (id == OPT_FIT)
		o->fit = argument;
	else if (id == OPT_WRITE)
		o->write = argument;
	else
		o->cross_validate = true;
}

static enum options_outcome take(struct options *o, int id, const char *argument)
{
	switch ((enum option_id)id) {
	case OPT_SET:
		return parse_set(o, argument);
	case OPT_SEED:
	case OPT_REPLICATIONS:
	case OPT_THREADS:
	case OPT_STEP:
		take_run(o, (enum option_id)id, argument);
		break;
	case OPT_LAUNCH:
		add_set(o, xstrdup("launch"), argument, "--launch");
		break;
	case OPT_FORMAT:
		return parse_format(o, argument);
	case OPT_WITHOUT:
		add_without(o, argument);
		break;
	case OPT_OUT:
		o->out = argument;
		break;
	case OPT_NO_CHARTS:
		o->charts = false;
		break;
	case OPT_CHECK:
		o->check = true;
		break;
	case OPT_DUMP:
		o->dump = true;
		break;
	case OPT_ENGINE_LOG:
		o->engine_log = argument;
		break;
	case OPT_MEASURED:
	case OPT_FIT:
	case OPT_WRITE:
	case OPT_CROSS_VALIDATE:
		take_calibrate(o, (enum option_id)id, argument);
		break;
	case OPT_METRIC:
	case OPT_LEVEL:
	case OPT_VARIANT:
	case OPT_VARY:
	case OPT_PRECISION:
	case OPT_MAX_REPLICATIONS:
	case OPT_RESTART:
	case OPT_GOAL:
	case OPT_SLO:
		take_many(o, (enum option_id)id, argument);
		break;
	case OPT_QUIET:
		o->quiet = true;
		break;
	case OPT_VERSION:
		puts("servesim " PACKAGE_VERSION);
		return OPTIONS_HELPED;
	case OPT_HELP:
		help(o->command);
		return OPTIONS_HELPED;
	}
	return OPTIONS_RUN;
}

/* Options for getopt_long: those of the command, and a line of zeros. */
static void make_long(enum options_of command, struct option out[KNOWN + 1])
{
	size_t n = 0;

	for (size_t i = 0; i < KNOWN; i++)
		if (applies(i, command))
			out[n++] = (struct option){ known[i].name,
						    known[i].argument ? required_argument : no_argument, NULL,
						    known[i].id };
	out[n] = (struct option){ 0 };
}

static enum options_outcome parse_operands(struct options *o, int n, char **operand)
{
	if (n == 0) {
		fputs("servesim: which scenario?\n", stderr);
		return OPTIONS_WRONG;
	}
	if (n > 1) {
		fprintf(stderr, "servesim: one scenario at a time: what is '%s'?\n", operand[1]);
		return OPTIONS_WRONG;
	}
	o->scenario = operand[0];
	if (o->without)
		add_set(o, xstrdup("without"), o->without, "--without");
	return OPTIONS_RUN;
}

/* The command's place in commands[]; a scenario alone is run. */
static size_t command_of(const char *word)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(word, commands[i].word) == 0)
			return i;
	return 0;
}

static enum options_outcome parse(struct options *o, int argc, char **argv)
{
	struct option options[KNOWN + 1];
	int id;

	make_long(o->command, options);
	opterr = 0;
	optind = 0;			/* GNU: start afresh */
	while ((id = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		enum options_outcome outcome;

		if (id == ':') {
			fprintf(stderr, "servesim: option '%s' needs a value\n", argv[optind - 1]);
			return OPTIONS_WRONG;
		}
		if (id == '?' && optopt >= OPT_SET) {
			fprintf(stderr, "servesim: option '%.*s' takes no value\n",
				(int)strcspn(argv[optind - 1], "="), argv[optind - 1]);
			return OPTIONS_WRONG;
		}
		if (id == '?')
			outcome = unknown(o->command, argv[optind - 1]);
		else
			outcome = take(o, id == 'h' ? OPT_HELP : id, optarg);
		if (outcome != OPTIONS_RUN)
			return outcome;
	}
	return parse_operands(o, argc - optind, argv + optind);
}

enum options_outcome options_parse(struct options *o, int argc, char **argv)
{
	size_t command = command_of(argc > 0 ? argv[0] : "");
	enum options_outcome outcome;

	*o = (struct options){ .charts = true, .command = commands[command].command };
	outcome = parse(o, argc, argv);
	if (outcome == OPTIONS_WRONG)
		fprintf(stderr, "Try 'servesim %s --help'.\n", commands[command].word);
	return outcome;
}

void options_release(struct options *o)
{
	for (size_t i = 0; i < o->nset; i++) {
		union { const char *in; char *out; } path = { .in = o->set[i].path };	/* add_set()'s */

		free(path.out);
	}
	free(o->set);
	free(o->vary.word);
	free(o->slo.word);
	free(o->without);
	*o = (struct options){ 0 };
}

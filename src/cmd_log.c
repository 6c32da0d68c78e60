/* servesim log - what a server's own log says about its times. */
#include "config.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "report/enginelog_report.h"

struct log_options {
	const char *file, *scenario;
	long interval;
	bool json;
};

static void help(void)
{
	puts("usage: servesim log FILE [options]\n"
	     "What the log of an SGLang server says: time of a decode step, cost of prefill, cache hits, KV size.\n"
	     "\n"
	     "  --interval N           decode passes between two decode lines (default 40)\n"
	     "  --scenario SCENARIO    also the engine's host times: measured less this scenario's GPU\n"
	     "  --format text|json     (default text)\n"
	     "  --help\n"
	     "\nExit: 0 done, 1 failed while writing, 2 bad input or usage.");
}

static bool wrong(const char *text, const char *value)
{
	fprintf(stderr, "servesim: log: %s%s%s%s\nTry 'servesim log --help'.\n", text, value ? " '" : "",
		value ? value : "", value ? "'" : "");
	return false;
}

enum { OPT_INTERVAL = 256, OPT_SCENARIO, OPT_FORMAT, OPT_HELP };

static const struct option known[] = {
	{ "interval", required_argument, NULL, OPT_INTERVAL },
	{ "scenario", required_argument, NULL, OPT_SCENARIO },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "help", no_argument, NULL, OPT_HELP },
	{ 0 }
};

static bool parse_option(struct log_options *o, int option)
{
	char *end;

	switch (option) {
	case OPT_INTERVAL:
		o->interval = strtol(optarg, &end, 10);
		return (*end == '\0' && o->interval >= 1 && o->interval <= 1 << 20) ||
		       wrong("--interval must be an integer in [1, 1048576], not", optarg);
	case OPT_SCENARIO:
		o->scenario = optarg;
		return true;
	case OPT_FORMAT:
		o->json = strcmp(optarg, "json") == 0;
		return o->json || strcmp(optarg, "text") == 0 || wrong("--format must be text or json, not", optarg);
	default:
		fputs("Try 'servesim log --help'.\n", stderr);	/* getopt has said what is wrong */
		return false;
	}
}

/* 0: go on; else the exit code, as 1 + code. */
static int parse(struct log_options *o, int argc, char **argv)
{
	int option;

	*o = (struct log_options){ .interval = 40 };
	optind = 1;
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (option == OPT_HELP) {
			help();
			return 1 + EXIT_DONE;
		}
		if (!parse_option(o, option))
			return 1 + EXIT_BAD_INPUT;
	}
	if (optind + 1 == argc)
		o->file = argv[optind];
	else
		wrong(optind == argc ? "which log?" : "one log only, but also", optind == argc ? NULL : argv[optind + 1]);
	return o->file ? 0 : 1 + EXIT_BAD_INPUT;
}

static bool read_log(struct enginelog *l, const char *path)
{
	struct diag errors;
	bool ok;

	diag_init(&errors);
	ok = enginelog_read_file(l, path, &errors);
	diag_print(&errors, stderr);
	diag_release(&errors);
	return ok;
}

/* NULL: said why. */
static struct scenario *load(const char *path)
{
	struct diag errors;
	struct scenario *s;

	diag_init(&errors);
	s = scenario_load(path, NULL, 0, &errors);
	diag_print(&errors, stderr);
	diag_release(&errors);
	if (s && strcmp(s->engine->name, "sglang") != 0) {
		fprintf(stderr, "servesim: log: the engine of %s is %s; expected sglang\n", path, s->engine->name);
		scenario_free(s);
		s = NULL;
	}
	return s;
}

static void print(const struct log_options *o, const struct enginelog *l, const struct scenario *s)
{
	struct log_host host;
	struct log_fit fit;

	enginelog_fit(l, o->interval, &fit);
	if (s)
		enginelog_host(l, &fit, s, &host);
	(o->json ? enginelog_json : enginelog_text)(l, &fit, s ? &host : NULL, stdout);
	enginelog_fit_release(&fit);
}

int cmd_log(int argc, char **argv)
{
	struct scenario *s = NULL;
	struct log_options o;
	struct enginelog l;
	int code = parse(&o, argc, argv);
	bool ok;

	if (code > 0)
		return code - 1;
	enginelog_init(&l);
	ok = read_log(&l, o.file) && (!o.scenario || (s = load(o.scenario)));
	if (ok)
		print(&o, &l, s);
	if (s)
		scenario_free(s);
	enginelog_release(&l);
	return ok ? EXIT_DONE : EXIT_BAD_INPUT;
}

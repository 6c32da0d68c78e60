/* options.h - the command line of `servesim run`, and of `servesim explain` and `servesim calibrate`, which have some more. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "run/scenario.h"

enum output_format { FORMAT_TEXT, FORMAT_JSON, FORMAT_CSV };

enum options_of { OPTIONS_OF_RUN, OPTIONS_OF_EXPLAIN, OPTIONS_OF_CALIBRATE };

struct options {
	const char *scenario;		/* path */
	struct scenario_override *set;	/* owned, with its paths; --seed and its like are among them */
	size_t nset, capset;
	enum output_format format;
	const char *out;		/* folder for files; NULL: not given */
	const char *engine_log;		/* NULL: none */
	const char *metric, *level, *variant;	/* of explain; NULL: not given */
	char *without;			/* owned: all --without, with commas between; NULL: none */
	const char *fit, *write;	/* of calibrate; NULL: not given */
	bool cross_validate;
	enum options_of command;
	bool charts, check, dump, quiet;
};

enum options_outcome {
	OPTIONS_RUN,			/* go on */
	OPTIONS_HELPED,			/* --help or --version was all: exit 0 */
	OPTIONS_WRONG,			/* usage error, reported on stderr: exit 2 */
};

enum options_outcome options_parse(struct options *o, int argc, char **argv);
void options_release(struct options *o);
void options_help(enum options_of command);		/* the list of options, on stdout */

#endif

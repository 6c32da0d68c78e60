/* options.h - the command line of the commands that load a scenario: common options, and each command's own. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "run/scenario.h"

enum output_format { FORMAT_TEXT, FORMAT_JSON, FORMAT_CSV };

enum options_of {			/* bits: an option may belong to several commands */
	OPTIONS_OF_RUN = 1, OPTIONS_OF_EXPLAIN = 2, OPTIONS_OF_CALIBRATE = 4,
	OPTIONS_OF_COMPARE = 8, OPTIONS_OF_SWEEP = 16, OPTIONS_OF_TUNE = 32,
	OPTIONS_OF_LAUNCH = 64
};

struct words {				/* of an option that may be repeated, in order */
	const char **word;		/* owned, the strings are not */
	size_t n, cap;
};

struct options {
	const char *scenario;		/* path */
	struct scenario_override *set;	/* owned, with its paths; --seed and its like are among them */
	size_t nset, capset;
	enum output_format format;
	const char *out;		/* folder for files; NULL: not given */
	const char *engine_log;		/* NULL: none */
	const char *metric, *level, *variant;	/* of explain, compare, sweep and tune; NULL: not given */
	char *without;			/* owned: all --without, with commas between; NULL: none */
	const char *fit, *write;	/* of calibrate; NULL: not given */
	bool cross_validate;
	struct words vary;		/* of compare, sweep and tune: axes (run/vary.h) */
	struct words slo;		/* of tune */
	const char *goal;		/* of tune; NULL: not given */
	const char *precision, *max_replications;	/* of compare and tune; NULL: not given */
	bool restart;			/* of sweep: begin again instead of resuming */
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

/* run/scenario.h - a validated scenario: everything a run needs, immutable.
 *
 * scenario_load() reads SCENARIO.cfg, hw/GPU.cfg and models/MODEL.cfg, applies
 * the --set list, fills defaults, and checks everything.  All errors are
 * reported at once in `errors`; NULL is returned if there is any.  After that
 * nothing can fail on user input.
 *
 * Relative names: GPU and model are looked up as hw/NAME.cfg and models/NAME.cfg where
 * config/datafile.h says (presets as presets/NAME.cfg); `measured` in these folders and
 * in a folder scenarios/ of theirs.
 *
 * Settings of the command line go to the scenario's tree; those that begin with
 * "gpu." or "model." to the tree of that file.  { "launch", COMMAND or FILE, "--launch" } is the command that
 * starts the real server (engine/launch.h); its settings come over the scenario's and under the other options'.
 */
#ifndef RUN_SCENARIO_H
#define RUN_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/diag.h"
#include "config/gpu.h"
#include "config/keydump.h"
#include "config/model.h"
#include "cost/cost.h"
#include "engine/engine.h"
#include "engine/mechanism.h"
#include "run/preset.h"
#include "run/slo.h"
#include "work/workload.h"

struct run_params {
	int64_t seed;			/* >= 0 */
	int64_t replications;		/* >= 1 */
	int64_t threads;		/* 0: all cores; not part of the result */
	int64_t exact_samples;		/* most different values of a metric and level kept exactly; more: a sketch */
	bool step;			/* no run of decode steps is jumped (core/sim.h); not part of the result */
};

struct measured_value {			/* one number of the `measured` file */
	int64_t users;			/* level it belongs to */
	const char *metric;		/* our metric name */
	double value;			/* in the metric's unit */
	bool headline;			/* counts in the mean absolute error of the run */
};

enum measured_curve { MEASURED_CURVE_NONE, MEASURED_CURVE_MICHAELIS_MENTEN };

struct headline_value {			/* a number of one level */
	const char *metric;
	int64_t users;
};

/* A line of a published head-to-head table, to be predicted: one value for all variants, or one each, where the
 * published line compares different things. */
struct headline_row {
	const char *label, *note;
	struct sub_list values;		/* struct headline_value */
	struct real_list reported;	/* as published, a variant each; may be empty */
};

struct scenario {
	struct arena arena;		/* owns everything below */
	const char *path;		/* as given */
	const char *name;		/* scenario's own name */
	const char *label;		/* the variant's; NULL: the scenario has no variants */
	size_t nvariants;		/* of the scenario file, >= 1 */
	const char *vary;		/* axes it names itself, as written (run/vary.h reads them); NULL: none */
	const char *gpu_name, *model_name;	/* as in the scenario: "a40" */
	struct gpu gpu;
	struct model model;
	const struct engine *engine;
	void *engine_params;
	const char *preset_name;	/* engine.preset; NULL: none */
	const struct preset *preset;	/* NULL: none */
	const struct workload *workload;
	void *workload_params;
	struct run_params run;
	bool has_slo;			/* there is a group `slo`, with one limit at least */
	struct slo slo;			/* limits on single requests (run/slo.h) */
	const char *without_names;	/* as in the scenario: "host_gaps,api" */
	unsigned without;		/* mechanisms switched off (engine/mechanism.h) */
	struct cost_model *cost;	/* owned */
	const char *table_path;		/* measured kernel times that the cost model read; NULL: none */
	const char *measured_path;	/* NULL: none */
	const char *measured_engine;	/* row filter in the measured file */
	int measured_curve;		/* enum measured_curve: drawn through the measured throughputs */
	struct measured_value *measured;
	size_t nmeasured;
	struct sub_list headline;	/* struct headline_row */
	struct diag warnings;
	uint64_t config_hash;		/* of the effective configuration (threads excluded) */
	struct dump_entry *dump;	/* effective configuration, in file order; owned (config/keydump.h) */
	size_t ndump;
	struct memory_report memory;	/* before the run */
	const char *cannot_run;		/* why the engine refuses this workload; NULL: it does not */
};

struct scenario_override {		/* --set PATH=VALUE, --seed N = run.seed=N, ... */
	const char *path, *value;
	const char *option;		/* the option it was given with, NULL: "--set" */
};

/* A scenario may list variants = ( { label = "..."; set = { engine = { ... }; ... }; }, ... ): one configuration
 * each, made by laying `set` over the file; options of the command line come on top of that, except
 * those that begin with "variants", which change the list.  `variant`: which one, from 0; a scenario
 * without the list has one variant, itself.  scenario_load() loads the first. */
struct scenario *scenario_load_variant(const char *path, const struct scenario_override *set, size_t nset,
				       size_t variant, struct diag *errors);
struct scenario *scenario_load(const char *path, const struct scenario_override *set, size_t nset,
			       struct diag *errors);
void scenario_free(struct scenario *s);
/* The n variants in scenario notation, each value with its origin as a comment; the GPU's and the model's as comments.
 * What is written reads back as the same configurations. */
void scenario_dump(struct scenario *const *s, size_t n, FILE *out);

/* false: the setting changes how a run is made, not what comes out. */
bool scenario_setting_counts(const char *path);

#endif

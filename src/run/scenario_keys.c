/* run/scenario_keys.c - the keys of a scenario file outside its engine and workload. */
#include "config.h"

#include "run/scenario_load.h"

#define KEY(key_name, type, dflt, help, field) \
	{ key_name, type, "", 0, 0, dflt, help, offsetof(struct scenario, field), NULL, NULL, SIZE_MAX }
#define RUN_KEY(field, lo, hi, dflt, help) \
	{ #field, KEY_INT, "", lo, hi, dflt, help, offsetof(struct run_params, field), NULL, NULL, \
	  SIZE_MAX }

#define SEED_MAX	9007199254740991.0	/* 2^53 - 1: exact as a double, and so in JSON */

static const struct key run_keys[] = {
	RUN_KEY(seed, 0, SEED_MAX, "1", "which random numbers"),
	RUN_KEY(replications, 1, 10000, "20", "independent runs; intervals are over these"),
	RUN_KEY(threads, 0, 1024, "0", "threads that share the replications; 0: all cores"),
};

static const struct key_table run_table = {
	run_keys, sizeof(run_keys) / sizeof(run_keys[0]), sizeof(struct run_params)
};

static const struct key keys[] = {
	KEY("name", KEY_STR, KEY_AUTO_TEXT, "title of reports and charts", name),
	KEY("gpu", KEY_STR, NULL, "hw/NAME.cfg", gpu_name),
	KEY("model", KEY_STR, NULL, "models/NAME.cfg", model_name),
	{ "run", KEY_SUB, "", 0, 0, "", "seed and repetitions", offsetof(struct scenario, run), NULL,
	  &run_table, SIZE_MAX },
	KEY("without", KEY_STR, "", "mechanisms switched off, with commas between", without_names),
	KEY("measured", KEY_STR, "", "CSV with measured values to compare with", measured_path),
	KEY("measured_engine", KEY_STR, KEY_AUTO_TEXT, "which rows of it; the engine's type if left out",
	    measured_engine),
};

const struct key_table scenario_keys = { keys, sizeof(keys) / sizeof(keys[0]), sizeof(struct scenario) };
const size_t scenario_head_keys = 3;

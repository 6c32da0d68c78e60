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
	RUN_KEY(exact_samples, 1000, 1e9, "200000", "different values of a metric up to which percentiles are exact"),
	{ "step", KEY_BOOL, "", 0, 0, "false", "one event after the other, without jumping over runs of decode steps",
	  offsetof(struct run_params, step), NULL, NULL, SIZE_MAX },
};

static const struct key_table run_table = {
	run_keys, sizeof(run_keys) / sizeof(run_keys[0]), sizeof(struct run_params)
};

#define IN(type, field, key_type, unit, lo, hi, dflt, help, sub) \
	{ #field, key_type, unit, lo, hi, dflt, help, offsetof(struct type, field), NULL, sub, SIZE_MAX }

static const struct key value_keys[] = {
	IN(headline_value, metric, KEY_STR, "", 0, 0, NULL, "metric, as in the JSON: ttft_ms.p95", NULL),
	IN(headline_value, users, KEY_INT, "users", 0, 1e9, NULL, "level", NULL),
};

static const struct key_table value_table = {
	value_keys, sizeof(value_keys) / sizeof(value_keys[0]), sizeof(struct headline_value)
};

static const struct key row_keys[] = {
	IN(headline_row, label, KEY_STR, "", 0, 0, NULL, "name of the row", NULL),
	IN(headline_row, note, KEY_STR, "", 0, 0, "", "what the row really compares", NULL),
	IN(headline_row, values, KEY_LIST, "", 0, 0, "", "one number for all variants, or one each", &value_table),
	IN(headline_row, reported, KEY_REALS, "", -1e15, 1e15, "[]", "as published, one a variant", NULL),
};

static const struct key_table row_table = {
	row_keys, sizeof(row_keys) / sizeof(row_keys[0]), sizeof(struct headline_row)
};

static const char *const curve_names[] = { "none", "michaelis_menten", NULL };

static const struct key keys[] = {
	KEY("name", KEY_STR, KEY_AUTO_TEXT, "title of reports and charts", name),
	KEY("gpu", KEY_STR, NULL, "hw/NAME.cfg", gpu_name),
	KEY("model", KEY_STR, NULL, "models/NAME.cfg", model_name),
	{ "run", KEY_SUB, "", 0, 0, "", "seed and repetitions", offsetof(struct scenario, run), NULL,
	  &run_table, SIZE_MAX },
	{ "headline", KEY_LIST, "", 0, 0, "", "rows of a published table to predict", offsetof(struct scenario, headline),
	  NULL, &row_table, SIZE_MAX },
	KEY("without", KEY_STR, "", "mechanisms switched off, with commas between", without_names),
	KEY("measured", KEY_STR, "", "CSV with measured values to compare with", measured_path),
	KEY("measured_engine", KEY_STR, KEY_AUTO_TEXT, "which rows of it; the engine's type if left out",
	    measured_engine),
	{ "measured_curve", KEY_ENUM, "", 0, 0, "none", "curve to draw through the measured throughputs",
	  offsetof(struct scenario, measured_curve), curve_names, NULL, SIZE_MAX },
	/* the last: scenario_dump.c leaves it out where there is none */
	{ "slo", KEY_SUB, "", 0, 0, KEY_OPTIONAL_TEXT, "limits that a request must meet to count in goodput",
	  offsetof(struct scenario, slo), NULL, &slo_keys, offsetof(struct scenario, has_slo) },
};

const struct key_table scenario_keys = { keys, sizeof(keys) / sizeof(keys[0]), sizeof(struct scenario) };
const size_t scenario_head_keys = 3;

/* Where a name in it is wrong, that was said. */
void scenario_check_slo(struct loader *l)
{
	const config_setting_t *at = config_setting_get_member(cfgfile_root(&l->file), "slo");
	int known = 0;

	for (size_t i = 0; l->s->has_slo && i < slo_keys.n; i++)
		known += config_setting_get_member(at, slo_keys.key[i].name) != NULL;
	if (l->s->has_slo && !slo_any(&l->s->slo) && config_setting_length(at) == known)
		cfg_error(&l->file, at, l->errors, "'slo' sets no limit; expected one at least of ttft_ms, tpot_ms, "
			  "e2e_ms, client_ttft_ms");
}

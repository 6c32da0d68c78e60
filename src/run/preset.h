/* run/preset.h - an engine's times as fitted to measurements, in a file of their own: presets/NAME.cfg.
 *
 * engine = { type = "sglang"; preset = "sglang-0.4.9"; ... } takes what the preset's group `engine`
 * sets and the scenario does not.  The file records how it was made (command, data and their hash,
 * error, date of the data) and what the data covered; a run beyond that is told so.
 */
#ifndef RUN_PRESET_H
#define RUN_PRESET_H

#include <stddef.h>

#include "config/key.h"
#include "run/coverage.h"

struct preset {
	const char *type;		/* engine.type it is for */
	const char *command, *data, *data_hash, *data_date;
	const char *gpu, *model;	/* names of the data files it was fitted with */
	double mean_error_pct, worst_error_pct;
	struct coverage valid;
};

extern const struct key_table preset_keys;

struct run_result;

/* Warnings into the result for everything its preset never saw. */
void preset_warn(struct run_result *r);

#endif

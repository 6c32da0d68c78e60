/* report/preset_file.h - a fit as a file that scenarios can name: presets/NAME.cfg, which run/preset.h reads. */
#ifndef REPORT_PRESET_FILE_H
#define REPORT_PRESET_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include "base/arena.h"
#include "run/preset.h"
#include "run/scenario.h"

struct preset_setting {
	const char *path, *unit;	/* "engine.host.plan_row_ms" */
	double value, lo, hi;		/* 95% interval */
	bool seen;			/* false: the data hardly decide it */
};

/* remark: a comment, NULL for none. Nothing goes in but these: the same fit gives the same bytes. */
void preset_print(const struct preset *p, const char *remark, const struct preset_setting *v, size_t n, FILE *out);
/* The command of a fit: scenario and settings as given, without folders and threads; in the arena. */
const char *preset_command(const char *path, const struct scenario_override *set, size_t nset, struct arena *a);
const char *preset_base_name(const char *path);	/* a part of path */

#endif

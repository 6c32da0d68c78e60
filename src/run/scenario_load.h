/* run/scenario_load.h - parts of scenario_load(), for run/scenario*.c only. */
#ifndef RUN_SCENARIO_LOAD_H
#define RUN_SCENARIO_LOAD_H

#include "config/cfgfile.h"
#include "config/keyread.h"
#include "run/scenario.h"

struct loader {
	struct scenario *s;
	struct diag *errors;
	struct cfgfile file, gpu, model;
	bool have_gpu, have_model;	/* the trees exist */
	char *gpu_path, *model_path;	/* owned; as found */
	const config_setting_t *engine, *workload;	/* their groups; NULL: not there or of the wrong type */
	struct cfg_option *option;	/* of the command line, in the scenario's arena */
	size_t noptions;
	size_t variant;			/* which to load */
	struct cfg_option laid;		/* "origin" of what the variant sets */
	struct cfg_option preset_laid;	/* the same of the preset */
};

/* The list of variants: checked, the wanted one laid over the tree, and taken out of it. */
void scenario_apply_variant(struct loader *l);
void scenario_check_headline(struct loader *l);
void scenario_check_slo(struct loader *l);	/* a group `slo` has one limit at least */
/* The axes of `vary`, which are no setting of a run (run/vary.h reads them), taken out of the tree. */
void scenario_take_vary(struct loader *l);

/* engine.preset: found, read, and put under the engine's settings. */
void scenario_apply_preset(struct loader *l);

/* --launch: a server's command, over the scenario and its variant, under the other options. */
bool scenario_is_launch(const struct cfg_option *o);
void scenario_apply_launch(struct loader *l);

/* Mechanisms switched off: the options, once all others are laid; then the key `without`. */
bool scenario_is_without(const struct cfg_option *o);
void scenario_apply_without(struct loader *l);
void scenario_read_without(struct loader *l);

/* The settings of the scenario file itself; the first `scenario_head_keys` come before engine and workload. */
extern const struct key_table scenario_keys;
extern const size_t scenario_head_keys;

/* Entries and hash of everything that was read. */
void scenario_dump_build(struct loader *l);

#endif

#include "config.h"

#include "run/preset.h"

#include <inttypes.h>
#include <string.h>

#include "run/merge.h"
#include "run/result.h"

#define STR(name, dflt, help) \
	{ #name, KEY_STR, "", 0, 0, dflt, help, offsetof(struct preset, name), NULL, NULL, SIZE_MAX }
#define PCT(name, help) \
	{ #name, KEY_REAL, "%", 0, 1e6, NULL, help, offsetof(struct preset, name), NULL, NULL, SIZE_MAX }
#define INT(name, unit, help) \
	{ #name, KEY_INT, unit, 0, 1e12, "0", help, offsetof(struct coverage, name), NULL, NULL, SIZE_MAX }

static const struct key valid_key[] = {
	INT(batch, "rows", "largest batch of a decode pass"),
	{ "context_tokens", KEY_REAL, "tokens", 0, 1e12, "0.0", "largest mean context of a row",
	  offsetof(struct coverage, context_tokens), NULL, NULL, SIZE_MAX },
	INT(prefill_tokens, "tokens", "most prompt tokens computed in a pass"),
	INT(users_min, "users", "smallest load"),
	INT(users_max, "users", "largest load"),
};
static const struct key_table valid_keys = {
	valid_key, sizeof(valid_key) / sizeof(valid_key[0]), sizeof(struct coverage),
};

static const struct key key[] = {
	STR(type, NULL, "engine it is for"),
	STR(command, "", "how it was made"),
	STR(data, "", "measurements it was fitted to"),
	STR(data_hash, "", "of their file"),
	STR(data_date, "unknown", "of the measurements"),
	STR(gpu, NULL, "GPU of the fit"),
	STR(model, NULL, "model of the fit"),
	PCT(mean_error_pct, "mean absolute error over the data"),
	PCT(worst_error_pct, "largest error"),
	{ "valid", KEY_SUB, "", 0, 0, "", "what the data covered", offsetof(struct preset, valid), NULL, &valid_keys,
	  SIZE_MAX },
};
const struct key_table preset_keys = { key, sizeof(key) / sizeof(key[0]), sizeof(struct preset) };

static void warn_name(struct run_result *r, const char *what, const char *ours, const char *seen)
{
	if (strcmp(ours, seen) != 0)
		merge_warn(r, "preset %s was fitted with %s \"%s\", not \"%s\": extrapolated", r->scenario->preset_name, what,
			   seen, ours);
}

static void warn_above(struct run_result *r, const char *what, double ours, const char *unit, double seen)
{
	if (ours > seen * 1.005)	/* maxima of other seeds differ a little */
		merge_warn(r, "%s %.0f%s was never seen by preset %s, whose data end at %.0f: extrapolated", what, ours,
			   unit, r->scenario->preset_name, seen);
}

void preset_warn(struct run_result *r)
{
	const struct preset *p = r->scenario->preset;
	const struct coverage *c = &r->coverage;

	if (!p)
		return;
	warn_name(r, "GPU", r->scenario->gpu_name, p->gpu);
	warn_name(r, "model", r->scenario->model_name, p->model);
	warn_above(r, "batch", (double)c->batch, "", (double)p->valid.batch);
	warn_above(r, "a mean context of", c->context_tokens, " tokens", p->valid.context_tokens);
	warn_above(r, "a prefill of", (double)c->prefill_tokens, " tokens", (double)p->valid.prefill_tokens);
	if (p->valid.users_max > 0)	/* 0: fitted to a log, which knows no users */
		warn_above(r, "a load of", (double)c->users_max, " users", (double)p->valid.users_max);
	if (c->users_min > 0 && c->users_min < p->valid.users_min)
		merge_warn(r, "a load of %" PRId64 " users was never seen by preset %s, whose data begin at %" PRId64
			   ": extrapolated", c->users_min, r->scenario->preset_name, p->valid.users_min);
}

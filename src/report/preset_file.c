/* report/preset_file.c - a fit as a file that scenarios can name. */
#include "config.h"

#include "report/calibration.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "config/cfgprint.h"
#include "config/shell.h"

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* A value of an option: a file without its folder, a launch command as a shell reads it. */
static const char *value_of(const struct scenario_override *o, struct arena *a)
{
	char *quoted;
	const char *text;

	if (strcmp(o->path, "launch") != 0 || !strpbrk(o->value, " \t\n"))
		return base_name(o->value);
	quoted = shell_quote(o->value);
	text = arena_strdup(a, quoted);
	free(quoted);
	return text;
}

/* As given, but for folders, threads and where the file goes, which do not change it. */
static const char *command_of(const struct calibration *c, struct arena *a)
{
	const char *text = arena_printf(a, "servesim calibrate %s", base_name(c->path));

	for (size_t i = 0; i < c->nset; i++) {
		const struct scenario_override *o = &c->set[i];

		if (!scenario_setting_counts(o->path))
			continue;
		text = o->option ? arena_printf(a, "%s %s %s", text, o->option, value_of(o, a)) :
			arena_printf(a, "%s --set %s=%s", text, o->path, o->value);
	}
	if (c->names)
		text = arena_printf(a, "%s --fit %s", text, c->names);
	return isfinite(c->held_out_mean_pct) ? arena_printf(a, "%s --cross-validate", text) : text;
}

/* The settings by group: "engine.host.plan_row_ms" goes into host = { ... }.  Those of a GPU are no engine's. */
static void settings(const struct calibration *c, FILE *out)
{
	char open[80] = "";

	fputs("engine = {\n", out);
	for (size_t i = 0; i < c->nparams; i++) {
		const struct calibrate_param *p = &c->param[i];
		const char *name = strncmp(p->path, "engine.", 7) == 0 ? p->path + 7 : NULL;
		const char *dot = name ? strchr(name, '.') : NULL;
		char group[80] = "", value[40];

		if (!name)
			continue;
		if (dot)
			snprintf(group, sizeof(group), "%.*s", (int)(dot - name), name);
		if (*open && strcmp(open, group) != 0)
			fputs("\t};\n", out);
		if (*group && strcmp(open, group) != 0)
			fprintf(out, "\t%s = {\n", group);
		memcpy(open, group, sizeof(open));
		snprintf(value, sizeof(value), "%.4g", p->value);
		fprintf(out, "\t%s%s = %s%s;\t// %s, [%.3g, %.3g]%s\n", *group ? "\t" : "", dot ? dot + 1 : name, value,
			strpbrk(value, ".e") ? "" : ".0", p->unit, p->ci_lo, p->ci_hi,
			p->identifiable ? "" : ": the data hardly see it");
	}
	fprintf(out, "%s};\n", *open ? "\t};\n" : "");
	for (size_t i = 0; i < c->nparams; i++)
		if (strncmp(c->param[i].path, "engine.", 7) != 0)
			fprintf(out, "// %s = %.4g belongs to the GPU's file: give it there, or with --set\n", c->param[i].path,
				c->param[i].value);
}

void report_preset(const struct calibration *c, FILE *out)
{
	const struct scenario *s = c->base;
	struct arena a;

	arena_init(&a, ARENA_CHUNK);
	fputs("// Times of an engine, fitted to measurements by the command below; intervals of 95% behind them.\n"
	      "// A scenario takes them with engine = { type = ...; preset = \"this file's name without .cfg\"; }.\n\n", out);
	fprintf(out, "type            = %s;\n", cfgprint_string(&a, s->engine->name));
	fprintf(out, "command         = %s;\n", cfgprint_string(&a, command_of(c, &a)));
	fprintf(out, "data            = %s;\n", cfgprint_string(&a, base_name(s->measured_path)));
	fprintf(out, "data_hash       = \"%016" PRIx64 "\";\n", c->data_hash);
	fprintf(out, "data_date       = \"%s\";\n", c->data_date);
	fprintf(out, "gpu             = %s;\n", cfgprint_string(&a, s->gpu_name));
	fprintf(out, "model           = %s;\n", cfgprint_string(&a, s->model_name));
	fprintf(out, "mean_error_pct  = %.2f;\n", c->mean_abs_pct);
	fprintf(out, "worst_error_pct = %.2f;\n", fabs(c->worst_pct));
	if (isfinite(c->held_out_mean_pct))
		fprintf(out, "// a load left out of the fit is predicted to %.2f%%\n", c->held_out_mean_pct);
	fprintf(out, "valid           = { batch = %" PRId64 "; context_tokens = %.1f; prefill_tokens = %" PRId64
		"; users_min = %" PRId64 "; users_max = %" PRId64 "; };\n", c->coverage.batch, c->coverage.context_tokens,
		c->coverage.prefill_tokens, c->coverage.users_min, c->coverage.users_max);
	settings(c, out);
	arena_release(&a);
}

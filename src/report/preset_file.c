/* report/preset_file.c - a fit as a file that scenarios can name. */
#include "config.h"

#include "report/calibration.h"
#include "report/preset_file.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "config/cfgprint.h"
#include "config/shell.h"

const char *preset_base_name(const char *path)
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
		return preset_base_name(o->value);
	quoted = shell_quote(o->value);
	text = arena_strdup(a, quoted);
	free(quoted);
	return text;
}

/* As given, but for folders, threads and where the file goes, which do not change it. */
const char *preset_command(const char *path, const struct scenario_override *set, size_t nset, struct arena *a)
{
	const char *text = arena_printf(a, "servesim calibrate %s", preset_base_name(path));

	for (size_t i = 0; i < nset; i++) {
		const struct scenario_override *o = &set[i];

		if (!scenario_setting_counts(o->path))
			continue;
		text = o->option ? arena_printf(a, "%s %s %s", text, o->option, value_of(o, a)) :
			arena_printf(a, "%s --set %s=%s", text, o->path, o->value);
	}
	return text;
}

static const char *command_of(const struct calibration *c, struct arena *a)
{
	const char *text = preset_command(c->path, c->set, c->nset, a);

	if (c->names)
		text = arena_printf(a, "%s --fit %s", text, c->names);
	return isfinite(c->held_out_mean_pct) ? arena_printf(a, "%s --cross-validate", text) : text;
}

/* "engine.host.plan_row_ms" goes into host = { ... }; `open` is the group that is open. */
static void setting(const struct preset_setting *p, char open[80], FILE *out)
{
	const char *name = p->path + strlen("engine."), *dot = strchr(name, '.');
	char group[80] = "", value[40];

	if (dot)
		snprintf(group, sizeof(group), "%.*s", (int)(dot - name), name);
	if (*open && strcmp(open, group) != 0)
		fputs("\t};\n", out);
	if (*group && strcmp(open, group) != 0)
		fprintf(out, "\t%s = {\n", group);
	memcpy(open, group, sizeof(group));
	snprintf(value, sizeof(value), "%.4g", p->value);
	fprintf(out, "\t%s%s = %s%s;\t// %s, [%.3g, %.3g]%s\n", *group ? "\t" : "", dot ? dot + 1 : name, value,
		strpbrk(value, ".e") ? "" : ".0", p->unit, p->lo, p->hi, p->seen ? "" : ": the data hardly see it");
}

/* Settings of a GPU are no engine's. */
static void settings(const struct preset_setting *p, size_t n, FILE *out)
{
	char open[80] = "";

	fputs("engine = {\n", out);
	for (size_t i = 0; i < n; i++)
		if (strncmp(p[i].path, "engine.", 7) == 0)
			setting(&p[i], open, out);
	fprintf(out, "%s};\n", *open ? "\t};\n" : "");
	for (size_t i = 0; i < n; i++)
		if (strncmp(p[i].path, "engine.", 7) != 0)
			fprintf(out, "// %s = %.4g belongs to the GPU's file: give it there, or with --set\n", p[i].path, p[i].value);
}

void preset_print(const struct preset *p, const char *remark, const struct preset_setting *v, size_t n, FILE *out)
{
	const struct coverage *c = &p->valid;
	struct arena a;

	arena_init(&a, ARENA_CHUNK);
	fputs("// Times of an engine, fitted to measurements by the command below; intervals of 95% behind them.\n"
	      "// A scenario takes them with engine = { type = ...; preset = \"this file's name without .cfg\"; }.\n\n", out);
	fprintf(out, "type            = %s;\n", cfgprint_string(&a, p->type));
	fprintf(out, "command         = %s;\n", cfgprint_string(&a, p->command));
	fprintf(out, "data            = %s;\n", cfgprint_string(&a, p->data));
	fprintf(out, "data_hash       = \"%s\";\n", p->data_hash);
	fprintf(out, "data_date       = \"%s\";\n", p->data_date);
	fprintf(out, "gpu             = %s;\n", cfgprint_string(&a, p->gpu));
	fprintf(out, "model           = %s;\n", cfgprint_string(&a, p->model));
	fprintf(out, "mean_error_pct  = %.2f;\n", p->mean_error_pct);
	fprintf(out, "worst_error_pct = %.2f;\n", p->worst_error_pct);
	if (remark)
		fprintf(out, "// %s\n", remark);
	fprintf(out, "valid           = { batch = %" PRId64 "; context_tokens = %.1f; prefill_tokens = %" PRId64
		"; users_min = %" PRId64 "; users_max = %" PRId64 "; };\n", c->batch, c->context_tokens, c->prefill_tokens,
		c->users_min, c->users_max);
	settings(v, n, out);
	arena_release(&a);
}

void report_preset(const struct calibration *c, FILE *out)
{
	const struct scenario *s = c->base;
	struct preset_setting v[CALIBRATE_PARAMS];
	struct arena a;
	struct preset p;

	arena_init(&a, ARENA_CHUNK);
	p = (struct preset){
		.type = s->engine->name, .command = command_of(c, &a), .data = preset_base_name(s->measured_path),
		.data_hash = arena_printf(&a, "%016" PRIx64, c->data_hash), .data_date = c->data_date, .gpu = s->gpu_name,
		.model = s->model_name, .mean_error_pct = c->mean_abs_pct, .worst_error_pct = fabs(c->worst_pct),
		.valid = c->coverage,
	};
	for (size_t i = 0; i < c->nparams; i++) {
		const struct calibrate_param *q = &c->param[i];

		v[i] = (struct preset_setting){ q->path, q->unit, q->value, q->ci_lo, q->ci_hi, q->identifiable };
	}
	preset_print(&p, isfinite(c->held_out_mean_pct) ?
		     arena_printf(&a, "a load left out of the fit is predicted to %.2f%%", c->held_out_mean_pct) : NULL,
		     v, c->nparams, out);
	arena_release(&a);
}

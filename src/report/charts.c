/* report/charts.c - all charts of a result, of variants side by side, of an explanation, a fit, a
 * comparison, each as SVG and PNG. */
#include "config.h"

#include "report/report.h"

#include "base/bug.h"
#include "base/mem.h"
#include "report/calibration.h"
#include "report/chart.h"
#include "report/compare.h"
#include "report/explain.h"
#include "report/fmt.h"
#include "report/gp.h"
#include "report/tune.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const struct chart charts[] = {
#define CHART(name_, script_, help_)                                                                    \
	{ .name = #name_, .script = #script_, .help = help_, .data = chart_##name_ },
#include "report/charts.def"
	{ .name = NULL },
};

const struct chart variants_charts[] = {
#define VARIANTS_CHART(name_, script_, help_)                                                           \
	{ .name = #name_, .script = #script_, .help = help_, .variants = variants_chart_##name_ },
#include "report/charts.def"
	{ .name = NULL },
};

const struct chart ladder_charts[] = {
#define LADDER_CHART(name_, script_, help_)                                                             \
	{ .name = #name_, .script = #script_, .help = help_, .ladder = ladder_chart_##name_ },
#include "report/charts.def"
	{ .name = NULL },
};

const struct chart fit_charts[] = {
#define FIT_CHART(name_, script_, help_)                                                                \
	{ .name = #name_, .script = #script_, .help = help_, .fit = fit_chart_##name_ },
#include "report/charts.def"
	{ .name = NULL },
};

const struct chart compare_charts[] = {
#define COMPARE_CHART(name_, script_, help_)                                                            \
	{ .name = #name_, .script = #script_, .help = help_, .compare = compare_chart_##name_ },
#include "report/charts.def"
	{ .name = NULL },
};

const struct chart tune_charts[] = {
#define TUNE_CHART(name_, script_, help_)	{ .name = #name_, .script = #script_, .help = help_, .tune = tune_chart_##name_ },
#include "report/charts.def"
	{ .name = NULL },
};

static const char *const formats[] = { "svg", "png" };
#define FORMATS		(sizeof(formats) / sizeof(formats[0]))

/* mkdir -p; 0 or errno. */
static int make_dir(const char *dir)
{
	char path[PATH_MAX];
	struct stat st;

	if (snprintf(path, sizeof(path), "%s", dir) >= (int)sizeof(path))
		return ENAMETOOLONG;
	for (char *p = path + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(path, 0777) != 0 && errno != EEXIST)
			return errno;
		*p = '/';
	}
	if (mkdir(path, 0777) != 0 && errno != EEXIST)
		return errno;
	if (stat(path, &st) != 0)
		return errno;
	if (!S_ISDIR(st.st_mode))
		return ENOTDIR;
	return access(path, W_OK | X_OK) == 0 ? 0 : errno;
}

/* The folder with theme.gp: in $SERVESIM_DATA, beside the scenario's folder, installed.
 * Malloc'd; NULL: nowhere. */
static char *find_plots(const struct run_result *r)
{
	const char *data = getenv("SERVESIM_DATA"), *slash = strrchr(r->scenario->path, '/');
	char *folder[3] = { NULL, NULL, NULL }, *found = NULL;

	folder[0] = data && *data ? xasprintf("%s/plots", data) : NULL;
	folder[1] = slash ? xasprintf("%.*s/../plots", (int)(slash - r->scenario->path),
				      r->scenario->path) :
		xstrdup("../plots");
	folder[2] = xstrdup(PKGDATADIR "/plots");
	for (size_t i = 0; i < 3; i++) {
		char *theme = folder[i] && !found ? xasprintf("%s/theme.gp", folder[i]) : NULL;

		if (theme && access(theme, R_OK) == 0) {
			found = folder[i];
			folder[i] = NULL;
		}
		free(theme);
		free(folder[i]);
	}
	return found;
}

struct drawing {			/* of all charts of one result, or of n side by side */
	const struct run_result *run;	/* the first */
	struct run_result *const *variant;
	size_t n;
	const struct ladder *ladder;	/* of an explanation */
	const struct calibration *fit;
	const struct tune *tune;
	const struct compare *compare;
	const struct chart_once *once;	/* of any other thing */
	const char *dir, *program;
	char *plots;
	FILE *say;
};

static void put_path(FILE *f, const char *name, const char *folder, const char *file, const char *suffix)
{
	char path[PATH_MAX], safe[PATH_MAX];
	bool fits = snprintf(path, sizeof(path), "%s/%s.%s", folder, file, suffix) < (int)sizeof(path);

	BUG_ON(!fits || !gp_path(safe, sizeof(safe), path));	/* both folders were tried before */
	gp_string(f, name, safe);
}

static void write_script(const struct drawing *d, const struct chart *c, const char *data, FILE *f)
{
	fputs(data, f);
	put_path(f, "theme", d->plots, "theme", "gp");
	put_path(f, "script", d->plots, c->script, "gp");
	for (size_t i = 0; i < FORMATS; i++) {
		gp_string(f, "format", formats[i]);
		put_path(f, "file", d->dir, c->name, formats[i]);
		fputs("load theme\nload script\nset output\n", f);
	}
}

static bool drawn(const struct drawing *d, const struct chart *c)
{
	bool all = true;

	for (size_t i = 0; i < FORMATS; i++) {
		char *path = xasprintf("%s/%s.%s", d->dir, c->name, formats[i]);
		struct stat st;

		all = all && stat(path, &st) == 0 && st.st_size > 0;
		free(path);
	}
	return all;
}

static void remove_files(const struct drawing *d, const struct chart *c)
{
	for (size_t i = 0; i < FORMATS; i++) {
		char *path = xasprintf("%s/%s.%s", d->dir, c->name, formats[i]);

		unlink(path);
		free(path);
	}
}

static enum gp_status run_script(const struct drawing *d, const struct chart *c, const char *data,
				 char why[WHY])
{
	enum gp_status status;
	char *script = NULL;
	size_t bytes;
	FILE *f = open_memstream(&script, &bytes);

	BUG_ON(!f);
	write_script(d, c, data, f);
	BUG_ON(fclose(f) != 0);
	status = gp_run(d->program, script, bytes, why, WHY);
	free(script);
	if (status == GP_DONE && !drawn(d, c)) {
		snprintf(why, WHY, "gnuplot wrote no picture");
		status = GP_FAILED;
	}
	if (status == GP_FAILED)
		remove_files(d, c);
	return status;
}

static enum charts_status draw(const struct drawing *d, const struct chart *c)
{
	struct page page = { .run = d->run, .nvariants = d->n };
	enum gp_status status = GP_DONE;
	char why[WHY] = "", *data = NULL;
	size_t bytes;
	FILE *f = open_memstream(&data, &bytes);
	bool applies;

	BUG_ON(!f);
	applies = d->once ? d->once->data(d->once->what, f, &page, why) :
		  c->data ? c->data(d->run, f, &page, why) : c->ladder ? c->ladder(d->ladder, f, &page, why) :
		  c->fit ? c->fit(d->fit, f, &page, why) : c->compare ? c->compare(d->compare, f, &page, why) :
		  c->tune ? c->tune(d->tune, f, &page, why) :
		  c->variants(d->variant, d->n, f, &page, why);
	BUG_ON(fclose(f) != 0);
	if (applies)
		status = run_script(d, c, data, why);
	free(data);
	if (!applies && !*why)
		return CHARTS_DONE;
	if (!applies)
		fprintf(d->say, "  %s: not drawn, %s\n", c->name, why);
	else if (status == GP_DONE)
		fprintf(d->say, "  %s/%s.svg, .png: %s\n", d->dir, c->name, page.title);
	else if (status == GP_MISSING)
		fprintf(d->say, "  charts skipped: %s (gnuplot draws them; $GNUPLOT names it)\n", why);
	else
		fprintf(d->say, "  charts failed at %s: %s\n", c->name, why);
	return status == GP_DONE ? CHARTS_DONE : status == GP_MISSING ? CHARTS_NO_GNUPLOT :
		CHARTS_FAILED;
}

/* Everything gnuplot could stumble over that is not the chart's fault. */
static bool prepare(struct drawing *d)
{
	char safe[PATH_MAX];
	int error;

	/* room for "/NAME.svg" and "./" */
	if (!gp_path(safe, sizeof(safe) - 64, d->dir)) {
		fputs("  charts failed: the output folder's name is too long or has control "
		      "characters\n", d->say);
		return false;
	}
	error = make_dir(d->dir);
	if (error) {
		fprintf(d->say, "  charts failed: cannot write to %s: %s\n", d->dir, strerror(error));
		return false;
	}
	d->plots = find_plots(d->run);
	if (!d->plots || !gp_path(safe, sizeof(safe) - 64, d->plots)) {
		fputs("  charts failed: no folder plots with theme.gp in $SERVESIM_DATA, beside the "
		      "scenario's folder, or in "
		      PKGDATADIR "\n", d->say);
		return false;
	}
	return true;
}

static enum charts_status draw_all(struct drawing *d, const struct chart *c)
{
	const char *program = getenv("GNUPLOT");
	enum charts_status status = CHARTS_FAILED;

	d->program = program && *program ? program : "gnuplot";
	if (prepare(d))
		for (status = CHARTS_DONE; c->name && status == CHARTS_DONE; c++)
			status = draw(d, c);
	free(d->plots);
	return status;
}

enum charts_status report_charts(const struct run_result *r, const char *dir, FILE *say)
{
	struct drawing d = { .run = r, .n = 1, .dir = dir, .say = say };

	return draw_all(&d, charts);
}

enum charts_status report_variants_charts(struct run_result *const *r, size_t n, const char *dir,
					  FILE *say)
{
	struct drawing d = { .run = r[0], .variant = r, .n = n, .dir = dir, .say = say };

	return draw_all(&d, variants_charts);
}

enum charts_status report_explain_chart(const struct ladder *l, const char *dir, FILE *say)
{
	struct drawing d = { .run = l->rung[0], .n = 1, .ladder = l, .dir = dir, .say = say };

	return draw_all(&d, ladder_charts);
}

enum charts_status report_calibration_chart(const struct calibration *c, const char *dir, FILE *say)
{
	const struct run_result r = {
		.scenario = c->base, .replications = (size_t)c->judged
	}; /* what a page says of its run */
	struct drawing d = { .run = &r, .n = 1, .fit = c, .dir = dir, .say = say };

	return draw_all(&d, fit_charts);
}

enum charts_status report_compare_charts(const struct compare *c, const char *dir, FILE *say)
{
	struct drawing d = {
		.run = c->side[c->base].result, .n = c->running, .compare = c, .dir = dir, .say = say
	};

	return draw_all(&d, compare_charts);
}

enum charts_status charts_draw(const struct chart_once *c, size_t n, const struct run_result *run, const char *dir, FILE *say)
{
	enum charts_status status = CHARTS_DONE;

	for (size_t i = 0; i < n && status == CHARTS_DONE; i++) {
		const struct chart one[] = { { .name = c[i].name, .script = c[i].script }, { .name = NULL } };
		struct drawing d = { .run = run, .n = 1, .once = &c[i], .dir = dir, .say = say };

		status = draw_all(&d, one);
	}
	return status;
}

enum charts_status report_tune_charts(const struct tune *t, const char *dir, FILE *say)
{
	const struct run_result r = tune_as_run(t);
	struct drawing d = { .run = &r, .n = 1, .tune = t, .dir = dir, .say = say };

	return draw_all(&d, tune_charts);
}

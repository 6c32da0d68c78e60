/* cmd_calibrate.c - an engine's times from measurements. */
#include "config.h"

#include "cmd_calibrate.h"
#include "cmd_run.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "cmd_files.h"
#include "report/calibration.h"

/* Runs that a fit takes, about: for the bar only. */
static int64_t expected_runs(const struct calibration *c, bool cross_validate)
{
	int64_t a_fit = 10 * (2 * (int64_t)c->nparams + 2);

	return a_fit * (2 + (cross_validate ? (int64_t)c->nusers : 0));
}

struct bar {
	int64_t expected;
};

static void show(void *ctx, int64_t runs, double chi2)
{
	enum { WIDTH = 40 };
	const struct bar *b = ctx;
	int filled = runs < b->expected ? (int)(runs * WIDTH / b->expected) : WIDTH;

	fprintf(stderr, "\r[%.*s%*s] run %ld, chi² %.1f\033[K", filled, "########################################",
		WIDTH - filled, "", (long)runs, chi2);
	fflush(stderr);
}

static bool fit(struct calibration *c, const struct options *o)
{
	struct bar b = { .expected = expected_runs(c, o->cross_validate) };
	bool bar = !o->quiet && isatty(STDERR_FILENO), ok;

	c->progress = bar ? show : NULL;
	c->progress_ctx = &b;
	ok = calibrate_fit(c, o->cross_validate);
	if (bar)
		fputs("\r\033[K", stderr);
	if (!ok)
		fprintf(stderr, "servesim: %s: a point of the fit cannot be run to its end\n", c->path);
	return ok;
}

static void print_text(const void *c, FILE *out)	{ report_calibration_text(c, out); }
static void print_json(const void *c, FILE *out)	{ report_calibration_json(c, out); }

static enum charts_status draw(const void *c, const char *dir, FILE *say)
{
	return report_calibration_chart(c, dir, say);
}

static const struct printer printer = {
	.form = { [FORMAT_TEXT] = { "calibration.txt", print_text }, [FORMAT_JSON] = { "calibration.json", print_json } },
	.charts = draw,
};

static bool write_preset(const struct calibration *c, const char *path)
{
	struct outfile f;

	if (!outfile_open(&f, path))
		return false;
	report_preset(c, f.stream);
	return outfile_commit(&f);
}

static int hand_out(const struct calibration *c, const struct options *o)
{
	bool ok = files_hand_out(&printer, c, o) && (!o->write || write_preset(c, o->write));

	return ok ? EXIT_DONE : EXIT_FAILED;
}

static int calibrate(struct calibration *c, const struct options *o)
{
	const struct scenario *s = c->base;

	if (s->cannot_run || s->memory.verdict == MEMORY_DOES_NOT_FIT)
		return run_cannot(s, &s->memory);
	if (o->dump) {
		scenario_dump(&c->base, 1, stdout);
		return EXIT_DONE;
	}
	if (o->check) {
		printf("%s: valid; %zu parameter%s to fit to %zu numbers\n", c->path, c->nparams, c->nparams == 1 ? "" : "s",
		       c->ntargets);
		return EXIT_DONE;
	}
	return fit(c, o) ? hand_out(c, o) : EXIT_FAILED;
}

static int load(const struct options *o)
{
	struct calibration c;
	struct diag errors;
	int status = EXIT_BAD_INPUT;
	bool ok;

	diag_init(&errors);
	ok = calibrate_init(&c, o->scenario, o->set, o->nset, o->fit, &errors);
	if (ok && c.base->nvariants > 1) {
		diag_add(&errors, o->scenario, 0, "has %zu variants: calibrate fits one configuration", c.base->nvariants);
		ok = false;
	}
	diag_print(&errors, stderr);
	diag_release(&errors);
	if (ok && !o->quiet)
		run_warnings(&c.base->warnings);
	if (ok)
		status = calibrate(&c, o);
	calibrate_release(&c);
	return status;
}

int cmd_calibrate(int argc, char **argv)
{
	struct options o;
	enum options_outcome outcome = options_parse(&o, argc, argv);
	int status = outcome == OPTIONS_HELPED ? EXIT_DONE : EXIT_BAD_INPUT;

	if (outcome == OPTIONS_RUN) {
		if (o.format == FORMAT_CSV)
			fputs("servesim: --format csv is not for calibrate\n", stderr);
		else
			status = o.engine_log ? calibrate_log(&o) : load(&o);
	}
	options_release(&o);
	return status;
}

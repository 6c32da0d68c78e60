/* cmd_calibrate_log.c - servesim calibrate SCENARIO --engine-log FILE: an engine's times from its server's log. */
#include "config.h"

#include "cmd_calibrate.h"

#include <string.h>
#include <unistd.h>

#include "cmd_files.h"
#include "cmd_run.h"
#include "report/log_calibration.h"

#define TRIALS 40

static void show(void *ctx, int64_t trials, double spread_ms)
{
	(void)ctx;
	(void)spread_ms;
	fprintf(stderr, "\rsimulated log %ld of %d\033[K", (long)trials, TRIALS);
	fflush(stderr);
}

static void print_text(const void *c, FILE *out)	{ report_log_calibration_text(c, out); }
static void print_json(const void *c, FILE *out)	{ report_log_calibration_json(c, out); }

static enum charts_status draw(const void *c, const char *dir, FILE *say)
{
	return report_log_calibration_chart(c, dir, say);
}

static const struct printer printer = {
	.form = { [FORMAT_TEXT] = { "calibration.txt", print_text }, [FORMAT_JSON] = { "calibration.json", print_json } },
	.charts = draw,
};

static bool write_preset(const struct log_calibration *c, const char *path)
{
	struct outfile f;

	if (report_log_told(c) == 0) {
		fprintf(stderr, "servesim: %s: the log tells no time of the engine: no preset is written\n", c->log_path);
		return false;
	}
	if (!outfile_open(&f, path))
		return false;
	report_log_preset(c, f.stream);
	return outfile_commit(&f);
}

static int hand_out(const struct log_calibration *c, const struct options *o)
{
	bool ok = files_hand_out(&printer, c, o) && (!o->write || write_preset(c, o->write));

	return ok ? EXIT_DONE : EXIT_FAILED;
}

static int calibrate(struct log_calibration *c, const struct options *o)
{
	const struct scenario *s = c->base;
	bool bar = !o->quiet && isatty(STDERR_FILENO);

	if (s->cannot_run || s->memory.verdict == MEMORY_DOES_NOT_FIT)
		return run_cannot(s, &s->memory);
	if (o->dump) {
		scenario_dump(&c->base, 1, stdout);
		return EXIT_DONE;
	}
	if (o->check) {
		printf("%s: valid; %s: %zu prefill and %zu decode lines\n", c->path, c->log_path, c->log.count[LOGLINE_PREFILL],
		       c->log.count[LOGLINE_DECODE]);
		return EXIT_DONE;
	}
	c->progress = bar ? show : NULL;
	log_calibrate_fit(c, TRIALS);
	if (bar)
		fputs("\r\033[K", stderr);
	return hand_out(c, o);
}

/* What has no meaning beside a log; NULL: nothing. */
static const char *refused(const struct options *o)
{
	for (size_t i = 0; i < o->nset; i++)
		if (o->set[i].option && strcmp(o->set[i].option, "--measured") == 0)
			return "--engine-log and --measured are two fits: fit the log first and --write a preset, then name it with --set "
			       "engine.preset=NAME and fit the rest to --measured";
	if (o->fit)
		return "--fit is not for --engine-log: a log decides the plan_* times of engine.host, all of which are fitted";
	return o->cross_validate ? "--cross-validate is not for --engine-log: a log has no loads to leave out" : NULL;
}

int calibrate_log(const struct options *o)
{
	const char *why = refused(o);
	struct log_calibration c;
	struct diag errors;
	int status = EXIT_BAD_INPUT;
	bool ok;

	if (why) {
		fprintf(stderr, "servesim: %s\n", why);
		return status;
	}
	diag_init(&errors);
	ok = log_calibrate_init(&c, o->scenario, o->set, o->nset, o->engine_log, &errors);
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
	log_calibrate_release(&c);
	return status;
}

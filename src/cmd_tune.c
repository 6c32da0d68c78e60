/* cmd_tune.c - the best settings under service-level objectives. */
#include "config.h"

#include "cmd_run.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "cmd_files.h"
#include "report/tune.h"

#define PRECISION_PCT	1.0		/* default of --precision */
#define MOST		1000000

static void print_text(const void *t, FILE *out)	{ report_tune_text(t, out); }
static void print_json(const void *t, FILE *out)	{ report_tune_json(t, out); }
static void print_csv(const void *t, FILE *out)		{ report_tune_csv(t, out); }

static const struct printer printer = {
	.form = { [FORMAT_TEXT] = { "tune.txt", print_text }, [FORMAT_JSON] = { "tune.json", print_json },
		  [FORMAT_CSV] = { "tune.csv", print_csv } },
};

static void show(void *ctx, int64_t done, int64_t total)
{
	enum { WIDTH = 40 };
	const struct tune *t = ctx;
	int filled = total > 0 ? (int)(done * WIDTH / total) : WIDTH;
	size_t racing = tune_count(t, TUNE_RACING);

	fprintf(stderr, "\r[%.*s%*s] round %zu, %zu of %zu still race, run %" PRId64 "/%" PRId64 "\033[K", filled,
		"########################################", WIDTH - filled, "", t->rounds + 1, racing, t->n, done, total);
	fflush(stderr);
}

static void race(struct tune *t, const struct options *o)
{
	bool bar = !o->quiet && isatty(STDERR_FILENO);
	const struct run_options ro = { .threads = t->candidate[0].scenario->run.threads, .progress = bar ? show : NULL,
					.progress_ctx = t };

	tune_race(t, &ro);
	if (bar)
		fputs("\r\033[K", stderr);
}

static int outcome_of(const struct tune *t)
{
	char line[FINDING];

	if (t->winner < t->n && t->found)
		return EXIT_DONE;
	tune_finding(t, line);
	fprintf(stderr, "servesim: %s: %s\n", t->path, line);
	return t->winner == t->n ? EXIT_CANNOT_RUN : EXIT_FAILED;
}

static int go(struct tune *t, const struct options *o)
{
	if (o->check) {
		printf("%s: valid; %zu candidates, %zu cannot run; a full grid takes %zu replications\n", t->path, t->n,
		       tune_count(t, TUNE_CANNOT_RUN), tune_grid_replications(t));
		return EXIT_DONE;
	}
	if (o->dump) {
		scenario_dump(&t->candidate[0].scenario, 1, stdout);
		return EXIT_DONE;
	}
	if (o->out && !outfile_folder(o->out))
		return EXIT_FAILED;
	race(t, o);
	return files_hand_out(&printer, t, o) ? outcome_of(t) : EXIT_FAILED;
}

/* A number above `least`, at most `most`; NULL leaves it as it is. */
static void read_number(const char *option, const char *text, double least, double most, double *v, struct diag *errors)
{
	char *end;
	double x;

	if (!text)
		return;
	errno = 0;
	x = strtod(text, &end);
	if (end == text || *end || errno || !(x >= least && x <= most))
		diag_add(errors, NULL, 0, "%s %s: expected a number from %g to %g", option, text, least, most);
	else
		*v = x;
}

static bool read_words(struct tune *t, const struct options *o, struct diag *errors)
{
	double most = 0, precision = PRECISION_PCT;

	if (!o->goal)
		diag_add(errors, NULL, 0, "tune needs --goal 'max METRIC' or 'min METRIC', such as 'max output_throughput'");
	else
		tune_read_goal(&t->goal, o->goal, errors);
	if (o->slo.n > TUNE_SLOS)
		diag_add(errors, NULL, 0, "--slo: at most %d objectives", TUNE_SLOS);
	for (size_t i = 0; i < o->slo.n && i < TUNE_SLOS; i++)
		tune_read_slo(&t->slo[t->nslos++], o->slo.word[i], errors);
	read_number("--precision", o->precision, 0.001, 100, &precision, errors);
	read_number("--max-replications", o->max_replications, TUNE_START, MOST, &most, errors);
	if (most > floor(most))
		diag_add(errors, NULL, 0, "--max-replications %s: expected a whole number", o->max_replications);
	t->precision = precision / 100.0;
	t->most = (size_t)most;
	t->level = o->level;
	return errors->n == 0;
}

static bool load(struct tune *t, const struct options *o, struct diag *errors)
{
	bool words = read_words(t, o, errors);

	t->path = o->scenario;
	t->set = o->set;
	t->nset = o->nset;
	if (!grid_load(&t->grid, o->scenario, o->set, o->nset, o->vary.word, o->vary.n, errors) || !words)
		return false;
	if (t->grid.npoints < 2) {
		diag_add(errors, NULL, 0, "tune needs something to choose from: --vary PATH=A,B,... with two values or more");
		return false;
	}
	if (t->grid.npoints > TUNE_CANDIDATES) {
		diag_add(errors, NULL, 0, "a grid of %zu points: tune takes at most %d", t->grid.npoints, TUNE_CANDIDATES);
		return false;
	}
	return tune_load(t, errors);
}

static int tune(const struct options *o)
{
	struct tune t = { 0 };
	struct diag errors;
	int status = EXIT_BAD_INPUT;
	bool ok;

	diag_init(&errors);
	ok = load(&t, o, &errors);
	diag_unique(&errors);
	diag_print(&errors, stderr);
	diag_release(&errors);
	if (ok && !o->quiet)
		run_warnings(&t.candidate[0].scenario->warnings);
	if (ok)
		status = go(&t, o);
	tune_release(&t);
	return status;
}

int cmd_tune(int argc, char **argv)
{
	struct options o;
	enum options_outcome outcome = options_parse(&o, argc, argv);
	int status = outcome == OPTIONS_HELPED ? EXIT_DONE : EXIT_BAD_INPUT;

	if (outcome == OPTIONS_RUN) {
		if (o.engine_log)
			fputs("servesim: --engine-log is not for tune\n", stderr);
		else
			status = tune(&o);
	}
	options_release(&o);
	return status;
}

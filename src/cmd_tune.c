/* cmd_tune.c - the best settings under service-level objectives. */
#include "config.h"

#include "cmd_run.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "cmd_files.h"
#include "ranks.h"
#include "report/tune.h"

#define PRECISION_PCT	1.0		/* default of --precision */
#define MOST		1000000

static void print_text(const void *t, FILE *out)	{ report_tune_text(t, out); }
static void print_json(const void *t, FILE *out)	{ report_tune_json(t, out); }
static void print_csv(const void *t, FILE *out)		{ report_tune_csv(t, out); }

static enum charts_status draw(const void *t, const char *dir, FILE *say)
{
	return report_tune_charts(t, dir, say);
}

static const struct printer printer = {
	.form = { [FORMAT_TEXT] = { "tune.txt", print_text },
		  [FORMAT_JSON] = { "tune.json", print_json },
		  [FORMAT_CSV] = { "tune.csv", print_csv } },
	.charts = draw,
};

struct session {
	struct tune t;
	struct ranks *ranks;
	struct crew crew;
	bool bar;
	size_t done, jobs;		/* of the batch */
};

/* ---- replications, by threads and ranks */

static void show(const struct session *s)
{
	enum { WIDTH = 40 };
	int filled = s->jobs > 0 ? (int)(s->done * WIDTH / s->jobs) : WIDTH;

	fprintf(stderr, "\r[%.*s%*s] round %zu, %zu of %zu still race, run %zu/%zu\033[K", filled,
		"########################################", WIDTH - filled, "", s->t.rounds + 1, tune_count(&s->t, TUNE_RACING),
		s->t.n, s->done, s->jobs);
	fflush(stderr);
}

static struct tune_job as_tune_job(const struct job *j)
{
	return (struct tune_job){ .point = j->point, .first = (size_t)j->first, .n = (size_t)j->n };
}

static void work(void *ctx, const struct job *j, int64_t threads, FILE *answer)
{
	const struct session *s = ctx;
	const struct tune_job job = as_tune_job(j);

	tune_work(&s->t, &job, threads, answer);
}

static bool take(void *ctx, const struct job *j, const char *answer, size_t bytes)
{
	struct session *s = ctx;
	const struct tune_job job = as_tune_job(j);

	(void)bytes;
	tune_take(&s->t, &job, answer);
	s->done++;
	if (s->bar)
		show(s);
	return true;
}

static bool simulate(struct tune *t, const struct tune_job *job, size_t n)
{
	struct session *s = t->simulate_ctx;
	struct job *batch = xcalloc(n + 1, sizeof(*batch));
	bool ok;

	for (size_t i = 0; i < n; i++)
		batch[i] = (struct job){ .point = job[i].point, .first = (int64_t)job[i].first,
					 .n = (int64_t)job[i].n };
	s->done = 0;
	s->jobs = n;
	ok = ranks_do(s->ranks, &s->crew, batch, n);
	free(batch);
	return ok;
}

/* ---- the command */

static int outcome_of(const struct tune *t)
{
	char line[FINDING];

	if (t->winner < t->n && t->found)
		return EXIT_DONE;
	tune_finding(t, line);
	fprintf(stderr, "servesim: %s: %s\n", t->path, line);
	return t->winner == t->n ? EXIT_CANNOT_RUN : EXIT_FAILED;
}

static int check(const struct tune *t)
{
	printf("%s: valid; %zu candidates, %zu cannot run", t->path, t->n,
	       tune_count(t, TUNE_CANNOT_RUN));
	if (t->goal.load)
		printf("; the search for the largest %s starts at %g\n", t->goal.load, t->load_start);
	else
		printf("; the full grid takes %zu replications\n", tune_grid_replications(t));
	return EXIT_DONE;
}

/* The same on every rank, and not 0. */
static uint64_t fingerprint(const struct tune *t)
{
	uint64_t h = hash_join(t->base->config_hash, hash_string(t->goal.text));

	for (size_t i = 0; i < t->n; i++)
		h = hash_join(h, (uint64_t)t->candidate[i].point);
	return h | 1;
}

static int lead(struct session *s, const struct options *o)
{
	if (o->out && !outfile_folder(o->out))
		return EXIT_FAILED;
	tune_run(&s->t);
	if (s->bar)
		fputs("\r\033[K", stderr);
	if (s->t.stopped)
		return EXIT_FAILED;
	return files_hand_out(&printer, &s->t, o) ? outcome_of(&s->t) : EXIT_FAILED;
}

static int go(struct session *s, const struct options *o)
{
	int status = EXIT_DONE;

	if (o->check)
		return check(&s->t);
	if (o->dump) {
		scenario_dump(&s->t.base, 1, stdout);
		return EXIT_DONE;
	}
	s->bar = !o->quiet && isatty(STDERR_FILENO);
	s->crew = (struct crew){ .ctx = s, .threads = s->t.base->run.threads, .work = work,
				 .done = take };
	s->t.simulate = simulate;
	s->t.simulate_ctx = s;
	if (!ranks_agree(s->ranks, fingerprint(&s->t)))
		return EXIT_BAD_INPUT;
	if (ranks_self(s->ranks) > 0)
		ranks_serve(s->ranks, &s->crew);
	else
		status = lead(s, o);
	return status;
}

/* A number above `least`, at most `most`; NULL leaves it as it is. */
static void read_number(const char *option, const char *text, double least, double most, double *v,
			struct diag *errors)
{
	char *end;
	double x;

	if (!text)
		return;
	errno = 0;
	x = strtod(text, &end);
	if (end == text || *end || errno || !(x >= least && x <= most))
		diag_add(errors, NULL, 0, "%s %s: expected a number from %g to %g", option, text, least,
			 most);
	else
		*v = x;
}

static bool read_words(struct tune *t, const struct options *o, struct diag *errors)
{
	double most = 0, precision = PRECISION_PCT;

	if (!o->goal)
		diag_add(errors, NULL, 0, "tune needs --goal 'max METRIC' or 'min METRIC', such as "
			 "'max output_throughput'");
	else
		tune_read_goal(&t->goal, o->goal, errors);
	if (o->slo.n > TUNE_SLOS)
		diag_add(errors, NULL, 0, "--slo: at most %d objectives", TUNE_SLOS);
	for (size_t i = 0; i < o->slo.n && i < TUNE_SLOS; i++)
		tune_read_slo(&t->slo[t->nslos++], o->slo.word[i], errors);
	read_number("--precision", o->precision, 0.001, 100, &precision, errors);
	read_number("--max-replications", o->max_replications, TUNE_START, MOST, &most, errors);
	if (most > floor(most))
		diag_add(errors, NULL, 0, "--max-replications %s: expected a whole number",
			 o->max_replications);
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
	if (!grid_load(&t->grid, o->scenario, o->set, o->nset, o->vary.word, o->vary.n, errors) ||
	    !words)
		return false;
	if (t->grid.npoints < 2 && !t->goal.load) {
		diag_add(errors, NULL, 0, "tune needs something to choose from: --vary PATH=A,B,... "
			 "with two values or more");
		return false;
	}
	if (t->grid.npoints > TUNE_CANDIDATES) {
		diag_add(errors, NULL, 0, "a grid of %zu points: tune takes at most %d",
			 t->grid.npoints, TUNE_CANDIDATES);
		return false;
	}
	return tune_load(t, errors);
}

static int tune(struct ranks *ranks, const struct options *o)
{
	struct session s = { .ranks = ranks };
	struct diag errors;
	int status = EXIT_BAD_INPUT;
	bool ok;

	diag_init(&errors);
	ok = load(&s.t, o, &errors);
	diag_unique(&errors);
	diag_print(&errors, stderr);
	diag_release(&errors);
	if (ok && !o->quiet)
		run_warnings(&s.t.base->warnings);
	if (ok)
		status = go(&s, o);
	else
		ranks_agree(ranks, 0);
	tune_release(&s.t);
	return status;
}

int cmd_tune(int argc, char **argv)
{
	struct ranks *ranks = ranks_join();
	struct options o;
	enum options_outcome outcome = options_parse(&o, argc, argv);
	int status = outcome == OPTIONS_HELPED ? EXIT_DONE : EXIT_BAD_INPUT;

	if (outcome == OPTIONS_RUN) {
		if (o.engine_log)
			fputs("servesim: --engine-log is not for tune\n", stderr);
		else
			status = tune(ranks, &o);
	}
	options_release(&o);
	ranks_leave(ranks);
	return status;
}

/* cmd_sweep.c - every point of a grid, on threads and ranks; what is finished is never lost. */
#include "config.h"

#include "cmd_run.h"

#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "cmd_files.h"
#include "config/keyread.h"
#include "ranks.h"
#include "report/sweep.h"
#include "sweepfile.h"

struct sweeping {
	const struct options *o;
	struct sweep sweep;
	struct sweep_view view;
	struct sweepfile file;
	bool bar;
	double begin_s, work, done;	/* when it began; expected work of this run, and how much of it
					 * is done */
};

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- while it runs */

static void do_point(void *ctx, const struct job *job, int64_t threads, FILE *answer)
{
	const struct sweeping *s = ctx;
	struct sweep_run r;

	if (sweep_run(&s->sweep, (size_t)job->point, threads, &r))
		report_sweep_line(&s->sweep, (size_t)job->point, &r, answer);
	sweep_run_release(&r);
}

static bool take_record(void *ctx, const struct job *job, const char *answer, size_t bytes)
{
	struct sweeping *s = ctx;

	if (bytes == 0) {
		char *label = grid_label(&s->sweep.grid, (size_t)job->point, true);

		fprintf(stderr, "%sservesim: %s: the scenario's files have changed since the sweep began "
			"(at %s)\n",
			s->bar ? "\r\033[K" : "", s->sweep.path, label);
		free(label);
		return false;
	}
	s->done += s->sweep.point[job->point].weight;
	return sweepfile_add(&s->file, answer, bytes);
}

static void draw_bar(const struct sweeping *s)
{
	enum { WIDTH = 40 };
	size_t n = s->sweep.grid.npoints, done = s->file.there;
	int filled = (int)(done * WIDTH / n);
	double left = (seconds() - s->begin_s) * (s->work - s->done) / s->done;	/* infinite at first */

	fprintf(stderr, "\r[%.*s%*s] %zu/%zu points", filled,
		"########################################", WIDTH - filled,
		"", done, n);
	if (isfinite(left) && left >= 5940.0)
		fprintf(stderr, ", %.1f h left", left / 3600.0);
	else if (isfinite(left) && left >= 99.0)
		fprintf(stderr, ", %.0f min left", left / 60.0);
	else if (isfinite(left))
		fprintf(stderr, ", %.0f s left", ceil(left));
	fputs("\033[K", stderr);
	fflush(stderr);
}

static const int stopping[] = { SIGINT, SIGTERM, SIGHUP };
#define STOPPING	(sizeof(stopping) / sizeof(stopping[0]))

/* Signals that stop a program wait until look_up() asks for them, in this thread and those it starts. */
static void hold_signals(sigset_t *before)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < STOPPING; i++)
		sigaddset(&set, stopping[i]);
	pthread_sigmask(SIG_BLOCK, &set, before);
}

static void stop(const struct sweeping *s, int number)
{
	size_t n = s->sweep.grid.npoints;
	sigset_t set;

	if (s->bar)
		fputs("\r\033[K", stderr);
	if (s->file.dir)
		fprintf(stderr, "servesim: stopped with %zu of %zu points finished; the same command goes on "
			"from there (they are in %s/sweep.jsonl.part)\n", s->file.there, n, s->file.dir);
	else
		fprintf(stderr, "servesim: stopped with %zu of %zu points finished; without --out they are "
			"gone\n", s->file.there, n);
	signal(number, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, number);
	raise(number);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);	/* the end */
}

static void look_up(void *ctx)
{
	const struct sweeping *s = ctx;
	struct timespec now = { 0 };
	sigset_t set;
	int number;

	sigemptyset(&set);
	for (size_t i = 0; i < STOPPING; i++)
		sigaddset(&set, stopping[i]);
	number = sigtimedwait(&set, NULL, &now);
	if (number > 0)
		stop(s, number);
	if (s->bar)
		draw_bar(s);
}

/* ---- before */

static bool load(struct sweeping *s)
{
	const struct options *o = s->o;
	struct diag errors;
	bool good;

	diag_init(&errors);
	good = sweep_load(&s->sweep, o->scenario, o->set, o->nset, o->vary.word, o->vary.n, &errors);
	diag_print(&errors, stderr);
	diag_release(&errors);
	if (good && s->sweep.grid.naxes == 0) {
		fprintf(stderr, "servesim: sweep over what? --vary PATH=A,B or PATH=LO:HI:STEP, or a key "
			"'vary' in %s\n", o->scenario);
		return false;
	}
	if (good && !o->quiet)
		run_warnings(&s->sweep.warnings);
	return good;
}

static bool choose_metric(struct sweeping *s)
{
	const char *name[METRICS], *word = s->o->metric;
	char *all;

	s->view = (struct sweep_view){ .metric = { M_output_throughput, M_ttft_ms_p95 }, .nmetrics = 2 };
	if (!word)
		return true;
	if (metric_find(word) >= 0 && slo_counts((enum metric)metric_find(word)) && !s->sweep.base->has_slo) {
		fprintf(stderr, "servesim: --metric %s: %s\n", word, slo_missing);
		return false;
	}
	if (metric_find(word) >= 0) {
		s->view = (struct sweep_view){ .metric = { (enum metric)metric_find(word) },
					       .nmetrics = 1 };
		return true;
	}
	for (int m = 0; m < METRICS; m++)
		name[m] = metric_info[m].name;
	all = key_choices(word, name, METRICS);
	fprintf(stderr, "servesim: --metric %s: not one of %s\n", word, all);
	free(all);
	return false;
}

static bool choose_level(struct sweeping *s)
{
	const struct sweep *w = &s->sweep;
	const char *word = s->o->level;
	char *all;

	s->view.level = word;
	for (size_t i = 0; word && i < w->nlevels; i++) {
		size_t digits = strspn(w->level[i], "0123456789");	/* "100 users" is also 100 */

		if (strcmp(w->level[i], word) == 0 || (digits > 0 && digits == strlen(word) &&
						       strncmp(w->level[i], word, digits) == 0))
			return true;
	}
	if (!word)
		return true;
	all = key_choices(word, (const char *const *)w->level, w->nlevels);
	fprintf(stderr, "servesim: --level %s: not one of %s\n", word, all);
	free(all);
	return false;
}

static bool choose(struct sweeping *s)
{
	bool metric = choose_metric(s), level = choose_level(s);

	if (s->o->engine_log)
		fputs("servesim: --engine-log is of a single run; 'servesim run' writes it\n", stderr);
	return metric && level && !s->o->engine_log;
}

/* ---- after */

static void print(const struct sweeping *s, enum output_format format, FILE *out)
{
	const struct sweep *w = &s->sweep;

	if (format == FORMAT_TEXT)
		report_sweep_text(w, &s->view, out);
	if (format == FORMAT_CSV) {
		report_sweep_csv_head(w, out);
		for (size_t i = 0; i < w->grid.npoints; i++)
			report_sweep_csv_point(w, i, out);
	}
	if (format == FORMAT_JSON) {
		report_sweep_json_open(w, &s->view, out);
		(void)sweepfile_records(&s->file, ",", out);
		report_sweep_json_close(out);
	}
}

static void print_text(const void *what, FILE *out)
{
	print(what, FORMAT_TEXT, out);
}

static void print_json(const void *what, FILE *out)
{
	print(what, FORMAT_JSON, out);
}

static enum charts_status draw(const void *what, const char *dir, FILE *say)
{
	const struct sweeping *s = what;

	return report_sweep_charts(&s->sweep, &s->view, dir, say);
}

/* The table and the records are in the folder already: sweepfile_finish() put them there. */
static const struct printer printer = {
	.form = { [FORMAT_TEXT] = { "sweep.txt", print_text },
		  [FORMAT_JSON] = { "sweep.json", print_json } },
	.charts = draw,
	.note = ", sweep.csv, sweep.jsonl",
};

/* Exit 3 if no point at all can run: then the sweep says nothing else. */
static int hand_out(const struct sweeping *s)
{
	bool any = false;

	print(s, s->o->format, stdout);
	if (s->file.dir && !files_write(&printer, s, s->o, s->file.dir))
		return EXIT_FAILED;
	for (size_t i = 0; i < s->sweep.grid.npoints; i++)
		any = any || s->sweep.point[i].nlevels > 0;
	return any ? EXIT_DONE : EXIT_CANNOT_RUN;
}

/* ---- */

static void say_resumed(const struct sweeping *s)
{
	const struct sweepfile *f = &s->file;

	if (f->replaces && !s->o->quiet)
		fprintf(stderr, "servesim: %s: when this sweep is finished, its results replace those of "
			"another one; --out DIR keeps both\n", f->dir);
	if (s->o->quiet || f->there + f->dropped == 0)
		return;
	fprintf(stderr, "servesim: %s: %zu of %zu points were finished before", f->dir, f->there,
		s->sweep.grid.npoints);
	if (f->dropped > 0)
		fprintf(stderr, "; %zu torn line%s dropped", f->dropped,
			f->dropped == 1 ? " was" : "s were");
	fputs("\n", stderr);
}

static bool run_points(struct sweeping *s, struct ranks *r, const struct crew *crew)
{
	const struct sweep *w = &s->sweep;
	struct job *job = xcalloc(w->grid.npoints + 1, sizeof(*job));
	size_t n = 0;
	sigset_t before;
	bool good;

	for (size_t i = 0; i < w->grid.npoints; i++) {
		if (w->point[i].there)
			continue;
		job[n++].point = (int64_t)i;
		s->work += w->point[i].weight;
	}
	s->begin_s = seconds();
	s->bar = !s->o->quiet && isatty(STDERR_FILENO);
	hold_signals(&before);
	good = ranks_do(r, crew, job, n);
	if (s->bar)
		fputs("\r\033[K", stderr);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	free(job);
	return good;
}

static int lead(struct sweeping *s, struct ranks *r, const struct crew *crew)
{
	char *dir = run_folder(s->o);
	int status = sweepfile_open(&s->file, &s->sweep, dir, s->o->restart);

	if (status == EXIT_DONE) {
		say_resumed(s);
		status = run_points(s, r, crew) && sweepfile_finish(&s->file) ?
			hand_out(s) : EXIT_FAILED;
	}
	sweepfile_close(&s->file);
	free(dir);
	return status;
}

static int check(const struct sweeping *s)
{
	const struct grid *g = &s->sweep.grid;

	printf("%s: valid; %zu points:", s->sweep.path, g->npoints);
	for (size_t a = 0; a < g->naxes; a++)
		printf("%s %zu %s %s", a ? "," : "", g->axis[a].n,
		       g->axis[a].n == 1 ? "value of" : "values of", g->axis[a].path);
	puts("");
	return EXIT_DONE;
}

static int go(struct sweeping *s, struct ranks *r)
{
	const struct options *o = s->o;
	struct crew crew = { .ctx = s, .work = do_point, .done = take_record, .tick = look_up };
	bool good = load(s) && choose(s), only_look = good && (o->dump || o->check);

	if (only_look) {
		if (o->dump)
			scenario_dump(&s->sweep.base, 1, stdout);
		return o->dump ? EXIT_DONE : check(s);
	}
	if (!ranks_agree(r, good ? s->sweep.fingerprint : 0))
		return EXIT_BAD_INPUT;
	crew.threads = s->sweep.base->run.threads;
	if (ranks_self(r) == 0)
		return lead(s, r, &crew);
	ranks_serve(r, &crew);
	return EXIT_DONE;
}

int cmd_sweep(int argc, char **argv)
{
	struct ranks *r = ranks_join();
	struct options o;
	enum options_outcome outcome = options_parse(&o, argc, argv);
	int status = outcome == OPTIONS_HELPED ? EXIT_DONE : EXIT_BAD_INPUT;

	if (outcome == OPTIONS_RUN) {
		struct sweeping s = { .o = &o };

		status = go(&s, r);
		sweep_release(&s.sweep);
	}
	options_release(&o);
	ranks_leave(r);
	return status;
}

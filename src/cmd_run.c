/* cmd_run.c - simulate a scenario and hand out the results. */
#include "config.h"

#include "cmd_run.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cmd_files.h"
#include "options.h"
#include "outfile.h"
#include "report/report.h"
#include "report/text_parts.h"
#include "run/run.h"
#include "run/scenario.h"

void run_warnings(struct diag *d)
{
	diag_sort(d);
	for (size_t i = 0; i < d->n; i++) {
		const struct diag_message *m = &d->message[i];

		fputs(m->file ? m->file : "servesim", stderr);
		if (m->line > 0)
			fprintf(stderr, ":%d", m->line);
		fprintf(stderr, ": warning: %s\n", m->text);
	}
}

struct loaded {				/* the variants of the scenario, or it alone */
	struct scenario **s;
	size_t n;
};

static void unload(struct loaded *l)
{
	for (size_t i = 0; i < l->n; i++)
		scenario_free(l->s[i]);
	free(l->s);
	*l = (struct loaded){ 0 };
}

/* All variants; on any mistake all messages, each once, and an empty set. */
static struct loaded load(const struct options *o)
{
	struct loaded l = { .s = xcalloc(1, sizeof(struct scenario *)), .n = 1 };
	struct diag errors;

	diag_init(&errors);
	l.s[0] = scenario_load(o->scenario, o->set, o->nset, &errors);
	if (l.s[0] && l.s[0]->nvariants > 1) {
		l.n = l.s[0]->nvariants;
		l.s = xrealloc(l.s, l.n, sizeof(struct scenario *));
		for (size_t i = 1; i < l.n; i++)
			l.s[i] = scenario_load_variant(o->scenario, o->set, o->nset, i, &errors);
	}
	diag_unique(&errors);
	diag_print(&errors, stderr);
	for (size_t i = 0; i < l.n && !o->quiet && errors.n == 0; i++)
		run_warnings(&l.s[i]->warnings);
	if (errors.n > 0)
		unload(&l);
	diag_release(&errors);
	return l;
}

/* Exit 3: the sentence, and for memory the items it adds up from. */
int run_cannot(const struct scenario *s, const struct memory_report *m)
{
	if (m->verdict == MEMORY_DOES_NOT_FIT) {
		fprintf(stderr, "servesim: %s%s%s cannot run: %s\n", s->path, s->label ? ": " : "",
			s->label ? s->label : "", m->sentence);
		text_memory(m, stderr);
	} else {
		fprintf(stderr, "servesim: %s cannot run: %s\n", s->path, s->cannot_run);
	}
	return EXIT_CANNOT_RUN;
}

static void print_progress(void *ctx, int64_t done, int64_t total)
{
	enum { WIDTH = 40 };
	int filled = total > 0 ? (int)(done * WIDTH / total) : WIDTH;

	(void)ctx;
	fprintf(stderr, "\r[%.*s%*s] %" PRId64 "/%" PRId64, filled,
		"########################################", WIDTH - filled, "", done, total);
	fflush(stderr);
}

struct run_options run_bar_begin(const struct scenario *s, const struct options *o)
{
	bool bar = !o->quiet && isatty(STDERR_FILENO);

	return (struct run_options){ .threads = s->run.threads, .progress = bar ? print_progress : NULL };
}

void run_bar_end(const struct run_options *ro)
{
	if (ro->progress)
		fputs("\r\033[K", stderr);
}

struct run_result *run_simulate(const struct scenario *s, const struct options *o, FILE *engine_log)
{
	struct run_options ro = run_bar_begin(s, o);
	struct run_result *r;

	ro.engine_log = engine_log;
	r = run_scenario(s, &ro);
	run_bar_end(&ro);
	return r;
}

static void print_text(const void *r, FILE *out)	{ report_text(r, out); }
static void print_json(const void *r, FILE *out)	{ report_json(r, out); }
static void print_csv(const void *r, FILE *out)		{ report_csv(r, out); }

static enum charts_status draw(const void *r, const char *dir, FILE *say)
{
	return report_charts(r, dir, say);
}

static const struct printer printer = {
	.form = { [FORMAT_TEXT] = { "report.txt", print_text }, [FORMAT_JSON] = { "result.json", print_json },
		  [FORMAT_CSV] = { "result.csv", print_csv } },
	.charts = draw,
};

/* The folder for files, malloc'd; NULL: none wanted, as stdout is for a program and --out was not given. */
char *run_folder(const struct options *o)
{
	const char *slash = strrchr(o->scenario, '/'), *base = slash ? slash + 1 : o->scenario;
	size_t n = strlen(base);

	if (o->out)
		return xstrdup(o->out);
	if (o->format != FORMAT_TEXT)
		return NULL;
	if (n > 4 && strcmp(base + n - 4, ".cfg") == 0)
		n -= 4;
	return xasprintf("out/%.*s", (int)n, base);
}

bool run_write_files(const struct run_result *r, const struct options *o, const char *dir)
{
	return files_write(&printer, r, o, dir);
}

void run_say_hang(const struct run_result *r)
{
	const struct scenario *s = r->scenario;

	fprintf(stderr, "servesim: %s%s%s: %s (%zu of %ld replications; the numbers are of what was served before)\n",
		s->path, s->label ? ": " : "", s->label ? s->label : "", r->hang_text, r->hanging, (long)r->replications);
}

/* The result on stdout and in files, a hanging run's too; the exit code. */
static int hand_out(const struct run_result *r, const struct options *o)
{
	bool ok;

	if (r->memory.verdict == MEMORY_DOES_NOT_FIT)
		return run_cannot(r->scenario, &r->memory);
	if (r->hang)
		run_say_hang(r);
	ok = files_hand_out(&printer, r, o);
	return ok && !r->hang ? EXIT_DONE : EXIT_FAILED;
}

static int run(const struct scenario *s, const struct options *o)
{
	struct outfile log = { 0 };
	struct run_result *r;
	int status;

	if (o->engine_log && !outfile_open(&log, o->engine_log))
		return EXIT_FAILED;
	r = run_simulate(s, o, log.stream);
	if (log.stream && !outfile_commit(&log)) {
		run_result_free(r);
		return EXIT_FAILED;
	}
	status = hand_out(r, o);
	run_result_free(r);
	return status;
}

static int check(const struct loaded *l)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct scenario *s = l->s[i];

		printf("%s: %s%svalid; KV cache for %" PRIu64 " tokens, memory %s\n", s->path, s->label ? s->label : "",
		       s->label ? ": " : "", s->memory.kv_tokens, memory_verdict_name[s->memory.verdict]);
	}
	return EXIT_DONE;
}

/* The first variant that the engine or the memory refuses; NULL: none. */
static const struct scenario *refused(const struct loaded *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->s[i]->cannot_run || l->s[i]->memory.verdict == MEMORY_DOES_NOT_FIT)
			return l->s[i];
	return NULL;
}

static int go(const struct loaded *l, const struct options *o)
{
	const struct scenario *no = refused(l);

	if (o->dump) {
		scenario_dump(l->s, l->n, stdout);
		return EXIT_DONE;
	}
	if (no)
		return run_cannot(no, &no->memory);
	if (o->check)
		return check(l);
	if (o->out && !outfile_folder(o->out))
		return EXIT_FAILED;
	if (l->n == 1)
		return run(l->s[0], o);
	if (o->engine_log) {
		fprintf(stderr, "servesim: --engine-log: %s has %zu variants, each of which would have a log\n", o->scenario, l->n);
		return EXIT_BAD_INPUT;
	}
	return run_variants(l->s, l->n, o);
}

int cmd_run(int argc, char **argv)
{
	struct options o;
	enum options_outcome outcome = options_parse(&o, argc, argv);
	int status = outcome == OPTIONS_HELPED ? EXIT_DONE : EXIT_BAD_INPUT;

	if (outcome == OPTIONS_RUN) {
		struct loaded l = load(&o);

		if (l.n > 0)
			status = go(&l, &o);
		unload(&l);
	}
	options_release(&o);
	return status;
}

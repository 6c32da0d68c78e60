/* cmd_compare.c - configurations on the same requests: which is better, and how sure that is. */
#include "config.h"

#include "cmd_run.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cmd_files.h"
#include "config/keyread.h"
#include "report/compare.h"
#include "report/text_parts.h"
#include "run/vary.h"

#define PRECISION	1.0		/* %, unless --precision says otherwise */

static void print_text(const void *c, FILE *out)	{ report_compare_text(c, out); }
static void print_json(const void *c, FILE *out)	{ report_compare_json(c, out); }
static void print_csv(const void *c, FILE *out)		{ report_compare_csv(c, out); }

static enum charts_status draw(const void *c, const char *dir, FILE *say)
{
	return report_compare_charts(c, dir, say);
}

static const struct printer printer = {
	.form = { [FORMAT_TEXT] = { "compare.txt", print_text },
		  [FORMAT_JSON] = { "compare.json", print_json },
		  [FORMAT_CSV] = { "compare.csv", print_csv } },
	.charts = draw,
};

/* ---- options */

static bool read_number(const char *text, double *v)
{
	char *end;

	errno = 0;
	*v = strtod(text, &end);
	return *text && *end == '\0' && errno == 0 && isfinite(*v);
}

static bool read_limits(struct compare *c, const struct options *o)
{
	double v = PRECISION, n = COMPARE_MOST;

	if (o->precision && (!read_number(o->precision, &v) || !(v > 0) || v > 100)) {
		fprintf(stderr, "servesim: --precision %s: not a percentage above 0, at most 100\n",
			o->precision);
		return false;
	}
	if (o->max_replications &&
	    (!read_number(o->max_replications, &n) || n < 2 || n > 100000 || n > floor(n))) {
		fprintf(stderr, "servesim: --max-replications %s: not a whole number from 2 to 100000\n",
			o->max_replications);
		return false;
	}
	c->precision_pct = v;
	c->most = (size_t)n;
	c->level = o->level;
	return true;
}

static bool add_metric(struct compare *c, const char *name)
{
	const char *known[METRICS];
	char *all;
	int m = metric_find(name);

	for (size_t i = 0; m >= 0 && i < c->nheadline; i++)
		if (c->headline[i] == (enum metric)m)
			return true;
	if (m >= 0) {
		c->headline[c->nheadline++] = (enum metric)m;
		return true;
	}
	for (int i = 0; i < METRICS; i++)
		known[i] = metric_info[i].name;
	all = key_choices(name, known, METRICS);
	fprintf(stderr, "servesim: --metric %s: not one of %s\n", name, all);
	free(all);
	return false;
}

/* The headlines: a list with commas, or the metrics that decide between configurations most often. */
static bool read_metrics(struct compare *c, const struct options *o)
{
	char *list = xstrdup(o->metric ? o->metric : "output_throughput,ttft_ms.p95,e2e_ms.p95"),
	     *next = list;
	bool ok = true;

	while (ok && next) {
		char *name = next;

		next = strchr(next, ',');
		if (next)
			*next++ = '\0';
		ok = add_metric(c, name);
	}
	free(list);
	return ok;
}

static bool plain(const char *word)
{
	return *word &&
	       word[strspn(word,
			   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./=:,%+-")] ==
		       '\0';
}

/* Behind *s, quoted for the shell where that is needed. */
static void add_word(char **s, const char *option, const char *word)
{
	char *longer, *quoted = xcalloc(4 * strlen(word) + 3, 1), *q = quoted;

	for (const char *p = word; *p; p++)
		q += *p == '\'' ? sprintf(q, "'\\''") : sprintf(q, "%c", *p);
	longer = xasprintf(plain(word) ? "%s%s%s" : "%s%s'%s'", *s ? *s : "", option, quoted);
	free(quoted);
	free(*s);
	*s = longer;
}

static void remember(struct compare *c, const struct options *o)
{
	add_word(&c->again, "servesim compare ", o->scenario);
	for (size_t i = 0; i < o->vary.n; i++)
		add_word(&c->again, " --vary ", o->vary.word[i]);
	for (size_t i = 0; i < o->nset; i++) {
		char *set = xasprintf("%s=%s", o->set[i].path, o->set[i].value);

		if (strcmp(o->set[i].path, "run.replications") != 0 &&
		    strcmp(o->set[i].path, "run.threads") != 0)
			add_word(&c->again,
				 o->set[i].option && strcmp(o->set[i].option, "--without") == 0
					 ? " --without "
					 : " --set ",
				 o->set[i].option && strcmp(o->set[i].option, "--without") == 0
					 ? o->set[i].value
					 : set);
		free(set);
	}
	if (o->metric)
		add_word(&c->again, " --metric ", o->metric);
	if (o->level)
		add_word(&c->again, " --level ", o->level);
	if (o->precision)
		add_word(&c->again, " --precision ", o->precision);
}

/* ---- the configurations */

static void warn_once(const struct options *o, struct scenario *const *s, size_t n)
{
	struct diag all;

	diag_init(&all);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < s[i]->warnings.n; k++)
			diag_add(&all, s[i]->warnings.message[k].file, s[i]->warnings.message[k].line,
				 "%s", s[i]->warnings.message[k].text);
	diag_unique(&all);
	if (!o->quiet)
		run_warnings(&all);
	diag_release(&all);
}

/* " --set PATH=VALUE" for each axis; "" where the variants are the only one. */
static char *settings_of(const struct grid *g, size_t point)
{
	char *words = xstrdup("");

	for (size_t a = 0; a < g->naxes; a++) {
		char *one = xasprintf("%s=%s", g->axis[a].path, grid_value(g, point, a));

		if (!g->axis[a].variant)
			add_word(&words, " --set ", one);
		free(one);
	}
	return words;
}

static void load_point(struct compare *c, const struct grid *g, size_t point, const struct options *o,
		       struct diag *errors)
{
	struct scenario *s = grid_scenario(g, point, o->scenario, o->set, o->nset, errors);
	bool variants = g->axis[0].variant;
	char *label;

	if (!s)
		return;
	/* one number alone would say nothing; of several axes the title names the order */
	label = grid_label(g, point, g->naxes == 1 && !variants && g->axis[0].numeric);
	s->label = arena_strdup(&s->arena, label);
	compare_add(c, s, label, settings_of(g, point));
}

static void load_grid(struct compare *c, struct grid *g, char **what, const struct options *o,
		      struct diag *errors)
{
	if (!grid_load(g, o->scenario, o->set, o->nset, o->vary.word, o->vary.n, errors))
		return;
	if (g->npoints < 2)
		diag_add(errors, o->scenario, 0,
			 "nothing to compare: give --vary PATH=A,B, or a scenario with 'variants'");
	if (g->npoints > COMPARE_MAX)
		diag_add(errors, o->scenario, 0,
			 "%zu configurations; compare takes at most %d, sweep takes any grid",
			 g->npoints, COMPARE_MAX);
	if (g->npoints < 2 || g->npoints > COMPARE_MAX)
		return;
	for (size_t a = 0; a < g->naxes; a++) {
		char *longer = xasprintf("%s%s%s", *what ? *what : "", a ? ", " : "", g->axis[a].path);

		free(*what);
		*what = longer;
	}
	c->what = *what;
	for (size_t i = 0; i < g->npoints; i++)
		load_point(c, g, i, o, errors);
}

/* Headlines that count by limits need them in every configuration. */
static void check_limits(const struct compare *c, struct diag *errors)
{
	for (size_t i = 0; i < c->nsides; i++)
		for (size_t h = 0; h < c->nheadline; h++)
			if (slo_counts(c->headline[h]) && !c->side[i].scenario->has_slo)
				diag_add(errors, NULL, 0, "--metric %s: %s", metric_info[c->headline[h]].name,
					 slo_missing);
}

/* ---- running */

/* Its sentence and, for memory, the items it adds up from. */
static void tell_cannot(struct compare *c)
{
	for (size_t i = 0; i < c->nsides; i++) {
		struct compare_side *side = &c->side[i];

		if (!side->cannot || side->told)
			continue;
		side->told = true;
		fprintf(stderr, "servesim: %s: %s cannot run: %s\n", side->scenario->path, side->label,
			side->cannot);
		if (side->memory.verdict == MEMORY_DOES_NOT_FIT)
			text_memory(&side->memory, stderr);
	}
}

static int too_few(const struct compare *c)
{
	fprintf(stderr, "servesim: %zu of %zu configurations can run: nothing to compare\n", c->running,
		c->nsides);
	return EXIT_CANNOT_RUN;
}

static bool level_there(const struct compare *c)
{
	const struct run *r = c->side[c->base].run;
	const char *name[64];
	size_t n = 0;
	char *all;

	for (size_t i = 0; i < run_levels(r); i++) {
		if (compare_wants(c, run_level(r, i)))
			return true;
		if (n < sizeof(name) / sizeof(name[0]))
			name[n++] = run_level(r, i)->label;
	}
	all = key_choices(c->level ? c->level : "", name, n);
	fprintf(stderr, "servesim: --level %s: not one of %s\n", c->level ? c->level : "", all);
	free(all);
	return false;
}

static void check(const struct compare *c)
{
	for (size_t i = 0; i < c->nsides; i++)
		printf("%s: %s: %s%s\n", c->side[i].scenario->path, c->side[i].label,
		       c->side[i].cannot ? "cannot run: " : "valid",
		       c->side[i].cannot ? c->side[i].cannot
		       : i == c->base	 ? ", the baseline"
					 : "");
}

static int simulate(struct compare *c, const struct options *o)
{
	struct run_options ro = run_bar_begin(c->side[c->base].scenario, o);

	compare_simulate(c, &ro);
	run_bar_end(&ro);
	tell_cannot(c);			/* whose largest pass did not fit */
	if (c->running < 2)
		return too_few(c);
	for (size_t i = 0; i < c->nsides; i++)
		if (c->side[i].result && c->side[i].result->hang)
			run_say_hang(c->side[i].result);
	return files_hand_out(&printer, c, o) && !compare_hangs(c) ? EXIT_DONE : EXIT_FAILED;
}

static int compare(struct compare *c, const struct options *o)
{
	struct scenario *s[COMPARE_MAX];

	for (size_t i = 0; i < c->nsides; i++)
		s[i] = c->side[i].scenario;
	warn_once(o, s, c->nsides);
	if (o->dump) {
		scenario_dump(s, c->nsides, stdout);
		return EXIT_DONE;
	}
	compare_begin(c);
	tell_cannot(c);
	if (c->running < 2)
		return too_few(c);
	if (!level_there(c))
		return EXIT_BAD_INPUT;
	if (o->check) {
		check(c);
		return EXIT_DONE;
	}
	if (o->out && !outfile_folder(o->out))
		return EXIT_FAILED;
	return simulate(c, o);
}

static int load(const struct options *o)
{
	struct compare c = { 0 };
	struct grid g = { 0 };
	struct diag errors;
	char *what = NULL;
	int status = EXIT_BAD_INPUT;

	diag_init(&errors);
	if (read_limits(&c, o) && read_metrics(&c, o)) {
		load_grid(&c, &g, &what, o, &errors);
		check_limits(&c, &errors);
		diag_unique(&errors);
		diag_print(&errors, stderr);
		remember(&c, o);
		if (errors.n == 0)
			status = compare(&c, o);
	}
	diag_release(&errors);
	for (size_t i = 0; i < c.nsides; i++)
		scenario_free(c.side[i].scenario);
	compare_release(&c);
	grid_release(&g);
	free(what);
	return status;
}

int cmd_compare(int argc, char **argv)
{
	struct options o;
	enum options_outcome outcome = options_parse(&o, argc, argv);
	int status = outcome == OPTIONS_HELPED ? EXIT_DONE : EXIT_BAD_INPUT;

	if (outcome == OPTIONS_RUN && o.engine_log)
		fputs("servesim: --engine-log is of a single run; 'servesim run' writes it\n", stderr);
	else if (outcome == OPTIONS_RUN)
		status = load(&o);
	options_release(&o);
	return status;
}

/* cmd_explain.c - what each mechanism of the server costs: one more switched off each time. */
#include "config.h"

#include "cmd_run.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cmd_files.h"
#include "config/keyread.h"
#include "report/explain.h"

/* Which variant of the scenario; false: there is none of that label, said so. */
static bool find_variant(const struct options *o, struct diag *errors, size_t *variant)
{
	struct scenario *s = scenario_load(o->scenario, o->set, o->nset, errors);
	size_t n = s ? s->nvariants : 0;
	bool found = !o->variant;

	for (*variant = 0; s && !found; ) {
		found = s->label && strcmp(s->label, o->variant) == 0;
		if (found || ++*variant >= n)
			break;
		scenario_free(s);
		s = scenario_load_variant(o->scenario, o->set, o->nset, *variant, errors);
	}
	if (s && !found)
		fprintf(stderr, "servesim: --variant %s: %s has no such variant\n", o->variant, o->scenario);
	found = found && s;
	scenario_free(s);
	return found;
}

static bool load(struct ladder *l, const struct options *o)
{
	struct diag errors;
	size_t variant;
	bool ok;

	diag_init(&errors);
	ok = find_variant(o, &errors, &variant) &&
	     ladder_load(l, o->scenario, o->set, o->nset, variant, &errors);
	diag_print(&errors, stderr);
	diag_release(&errors);
	if (ok && !o->quiet)
		run_warnings(&l->scenario[0]->warnings);
	return ok;
}

static bool choose_metric(struct ladder *l, const struct options *o)
{
	const char *name[METRICS];
	char *all;

	for (int m = 0; m < METRICS; m++) {
		name[m] = metric_info[m].name;
		if (o->metric && strcmp(o->metric, name[m]) == 0)
			l->metric = (enum metric)m;
	}
	if (slo_counts(l->metric) && !l->scenario[0]->has_slo) {
		fprintf(stderr, "servesim: --metric %s: %s\n", o->metric, slo_missing);
		return false;
	}
	if (!o->metric || strcmp(o->metric, name[l->metric]) == 0)
		return true;
	all = key_choices(o->metric, name, METRICS);
	fprintf(stderr, "servesim: --metric %s: not one of %s\n", o->metric, all);
	free(all);
	return false;
}

/* By label or by its users. */
static bool choose_level(struct ladder *l, const struct options *o)
{
	const struct run_result *r = l->rung[0];
	const struct level_result *heaviest = finding_heaviest(r);
	const char *name[64];
	size_t n = 0;
	char *all;

	l->level = heaviest ? (size_t)(heaviest - r->level) : 0;
	l->one_level = o->level != NULL;
	for (size_t i = 0; i < r->nlevels && o->level; i++) {
		char users[24];

		snprintf(users, sizeof(users), "%ld", (long)r->level[i].info.users);
		if (strcmp(o->level, r->level[i].info.label) == 0 || strcmp(o->level, users) == 0) {
			l->level = i;
			return true;
		}
		if (n < sizeof(name) / sizeof(name[0]))
			name[n++] = r->level[i].info.label;
	}
	if (!o->level)
		return true;
	all = key_choices(o->level, name, n);
	fprintf(stderr, "servesim: --level %s: not one of %s\n", o->level, all);
	free(all);
	return false;
}

/* Every rung; an exit code other than EXIT_DONE and a message if one of them cannot be run to its end. */
static int climb(struct ladder *l, const struct options *o)
{
	for (size_t k = 0; k < l->n; k++) {
		const struct run_result *r = l->rung[k] = run_simulate(l->scenario[k], o, NULL);

		if (r->memory.verdict == MEMORY_DOES_NOT_FIT)
			return run_cannot(r->scenario, &r->memory);
		if (r->hang) {
			fprintf(stderr, "servesim: %s%s%s: %s\n", r->scenario->path, k ? " without " : "",
				k ? r->scenario->without_names : "", r->hang_text);
			return EXIT_FAILED;
		}
		if (k == 0 && !choose_level(l, o))
			return EXIT_BAD_INPUT;
	}
	return EXIT_DONE;
}

static void print_text(const void *l, FILE *out)	{ report_explain_text(l, out); }
static void print_json(const void *l, FILE *out)	{ report_explain_json(l, out); }
static void print_csv(const void *l, FILE *out)		{ report_explain_csv(l, out); }

static enum charts_status draw(const void *l, const char *dir, FILE *say)
{
	return report_explain_chart(l, dir, say);
}

static const struct printer printer = {
	.form = { [FORMAT_TEXT] = { "explain.txt", print_text }, [FORMAT_JSON] = { "explain.json", print_json },
		  [FORMAT_CSV] = { "explain.csv", print_csv } },
	.charts = draw,
};

static int explain(struct ladder *l, const struct options *o)
{
	const struct scenario *s = l->scenario[0];
	int status;

	if (o->dump) {
		scenario_dump(l->scenario, 1, stdout);
		return EXIT_DONE;
	}
	if (s->cannot_run || s->memory.verdict == MEMORY_DOES_NOT_FIT)
		return run_cannot(s, &s->memory);
	if (o->engine_log) {
		fputs("servesim: --engine-log is of a single run; 'servesim run' writes it\n", stderr);
		return EXIT_BAD_INPUT;
	}
	if (!choose_metric(l, o))
		return EXIT_BAD_INPUT;
	if (o->check) {
		printf("%s: valid; %zu runs\n", s->path, l->n);
		return EXIT_DONE;
	}
	status = climb(l, o);
	if (status == EXIT_DONE && !files_hand_out(&printer, l, o))
		status = EXIT_FAILED;
	return status;
}

int cmd_explain(int argc, char **argv)
{
	struct options o;
	enum options_outcome outcome = options_parse(&o, argc, argv);
	int status = outcome == OPTIONS_HELPED ? EXIT_DONE : EXIT_BAD_INPUT;

	if (outcome == OPTIONS_RUN) {
		struct ladder l = { 0 };

		if (load(&l, &o))
			status = explain(&l, &o);
		ladder_release(&l);
	}
	options_release(&o);
	return status;
}

/* cmd_variants.c - run a scenario that lists variants: all of them, side by side. */
#include "config.h"

#include "cmd_run.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cmd_files.h"

struct several {			/* the results, in the order of the file */
	struct run_result *const *r;
	size_t n;
};

static void print_text(const void *what, FILE *out)
{
	const struct several *v = what;

	report_variants_text(v->r, v->n, out);
}

static void print_json(const void *what, FILE *out)
{
	const struct several *v = what;

	report_variants_json(v->r, v->n, out);
}

static void print_csv(const void *what, FILE *out)
{
	const struct several *v = what;

	report_variants_csv(v->r, v->n, out);
}

/* The charts that set them side by side. */
static enum charts_status draw(const void *what, const char *dir, FILE *say)
{
	const struct several *v = what;

	return report_variants_charts(v->r, v->n, dir, say);
}

static const struct printer printer = {
	.form = { [FORMAT_TEXT] = { "report.txt", print_text }, [FORMAT_JSON] = { "result.json", print_json },
		  [FORMAT_CSV] = { "result.csv", print_csv } },
	.charts = draw,
	.note = "; each variant's own in a folder of its label",
};

/* "LMDeploy 0.6.0" -> "lmdeploy-0.6.0": a folder name. */
static char *slug(const char *label)
{
	char *s = xstrdup(label);

	for (char *c = s; *c; c++)
		*c = isalnum((unsigned char)*c) || *c == '.' ? (char)tolower((unsigned char)*c) : '-';
	if (s[0] == '.')
		s[0] = '-';
	return s;
}

/* Each variant's own files. */
static bool write_each(const struct several *v, const struct options *o, const char *dir)
{
	bool ok = true;

	for (size_t i = 0; ok && i < v->n; i++) {
		char *name = slug(v->r[i]->scenario->label), *own = xasprintf("%s/%s", dir, name);

		ok = run_write_files(v->r[i], o, own);
		free(own);
		free(name);
	}
	return ok;
}

/* All variants ran: what is told of them; the exit code. */
static int hand_out(struct run_result *const *r, size_t n, const struct options *o)
{
	const struct several v = { r, n };
	bool ok, hang = false;
	char *dir;

	for (size_t i = 0; i < n; i++) {
		if (r[i]->memory.verdict == MEMORY_DOES_NOT_FIT)
			return run_cannot(r[i]->scenario, &r[i]->memory);
		if (r[i]->hang)
			run_say_hang(r[i]);
		hang = hang || r[i]->hang;
	}
	dir = run_folder(o);
	ok = files_hand_out(&printer, &v, o) && (!dir || write_each(&v, o, dir));
	free(dir);
	return ok && !hang ? EXIT_DONE : EXIT_FAILED;
}

int run_variants(struct scenario *const *s, size_t n, const struct options *o)
{
	struct run_result **r = xcalloc(n, sizeof(*r));
	int status;

	for (size_t i = 0; i < n; i++)
		r[i] = run_simulate(s[i], o, NULL);
	status = hand_out(r, n, o);
	for (size_t i = 0; i < n; i++)
		run_result_free(r[i]);
	free(r);
	return status;
}

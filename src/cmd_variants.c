/* cmd_variants.c - run a scenario that lists variants: all of them, side by side. */
#include "config.h"

#include "cmd_run.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "outfile.h"
#include "report/report.h"

static void print_variants(struct run_result *const *r, size_t n, enum output_format format, FILE *out)
{
	if (format == FORMAT_TEXT)
		report_variants_text(r, n, out);
	else if (format == FORMAT_JSON)
		report_variants_json(r, n, out);
	else
		report_variants_csv(r, n, out);
}

static bool write_variants(struct run_result *const *r, size_t n, const char *dir, const char *name,
			   enum output_format format)
{
	char *path = xasprintf("%s/%s", dir, name);
	struct outfile f;
	bool ok = outfile_open(&f, path);

	if (ok) {
		print_variants(r, n, format, f.stream);
		ok = outfile_commit(&f);
	}
	free(path);
	return ok;
}

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

/* The charts that set them side by side; what the drawing has to say goes to `say`. */
static bool draw_variants(struct run_result *const *r, size_t n, const char *dir, FILE *say)
{
	char *text;
	size_t bytes;
	FILE *f = open_memstream(&text, &bytes);
	enum charts_status status;

	if (!f)
		return false;
	status = report_variants_charts(r, n, dir, f);
	fclose(f);
	fputs(text, status == CHARTS_FAILED ? stderr : say);
	free(text);
	return status != CHARTS_FAILED;
}

static bool write_all(struct run_result *const *r, size_t n, const struct options *o, const char *dir)
{
	FILE *say = o->format == FORMAT_TEXT ? stdout : stderr;
	bool ok = outfile_folder(dir) && write_variants(r, n, dir, "result.json", FORMAT_JSON) &&
		  write_variants(r, n, dir, "result.csv", FORMAT_CSV) &&
		  write_variants(r, n, dir, "report.txt", FORMAT_TEXT);

	if (ok && !o->quiet)
		fprintf(say, "\nResults: %s/result.json, result.csv, report.txt; each variant's own in a folder of its label\n",
			dir);
	ok = ok && (!o->charts || draw_variants(r, n, dir, say));
	for (size_t i = 0; ok && i < n; i++) {
		char *name = slug(r[i]->scenario->label), *own = xasprintf("%s/%s", dir, name);

		ok = run_write_files(r[i], o, own);
		free(own);
		free(name);
	}
	return ok;
}

/* All variants ran: what is told of them; the exit code. */
static int hand_out(struct run_result *const *r, size_t n, const struct options *o)
{
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
	print_variants(r, n, o->format, stdout);
	ok = !dir || write_all(r, n, o, dir);
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

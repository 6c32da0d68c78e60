/* cmd_files.c - print, write, draw: the same for every command. */
#include "config.h"

#include "cmd_files.h"

#include <stdlib.h>

#include "cmd_run.h"

/* What the drawing has to say goes to `out`, or to stderr if it failed. */
static bool draw(const struct printer *p, const void *what, const char *dir, FILE *out)
{
	char *text;
	size_t n;
	FILE *say = open_memstream(&text, &n);
	enum charts_status status;

	if (!say)
		return false;
	status = p->charts(what, dir, say);
	fclose(say);
	fputs(text, status == CHARTS_FAILED ? stderr : out);
	free(text);
	return status != CHARTS_FAILED;
}

bool files_write(const struct printer *p, const void *what, const struct options *o, const char *dir)
{
	static const enum output_format order[FORMATS] = { FORMAT_JSON, FORMAT_CSV, FORMAT_TEXT };
	FILE *say = o->format == FORMAT_TEXT ? stdout : stderr;
	const char *between = "/";

	if (!outfile_folder(dir))
		return false;
	for (size_t i = 0; i < FORMATS; i++)
		if (p->form[order[i]].print &&
		    !outfile_write(dir, p->form[order[i]].name, p->form[order[i]].print, what))
			return false;
	if (!o->quiet)
		fprintf(say, "\nResults: %s", dir);
	for (size_t i = 0; i < FORMATS && !o->quiet; i++) {
		if (!p->form[order[i]].print)
			continue;
		fprintf(say, "%s%s", between, p->form[order[i]].name);
		between = ", ";
	}
	if (!o->quiet)
		fprintf(say, "%s\n", p->note ? p->note : "");
	return !o->charts || !p->charts || draw(p, what, dir, say);
}

bool files_hand_out(const struct printer *p, const void *what, const struct options *o)
{
	char *dir = run_folder(o);
	bool ok;

	p->form[o->format].print(what, stdout);
	ok = !dir || files_write(p, what, o, dir);
	free(dir);
	return ok;
}

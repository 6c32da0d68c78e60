/* work/tracefile.c - rows in order, whole prompts, whatever the form. */
#include "config.h"

#include "work/tracefile.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "work/tracerow.h"

#define MAX_ERRORS	20

const char *const trace_form_name[] = { "auto", "mooncake", "azure", "csv", NULL };

static bool too_many(const struct trace_file *f)
{
	return f->errors->n - f->errors_before >= MAX_ERRORS;
}

/* The next line that is not blank; false: there is none, or it was complained about. */
static bool next_line(struct trace_file *f, char **text, size_t *n)
{
	while (!f->end) {
		enum lines_status s = lines_next(&f->lines, text, n);

		if (s == LINES_BAD)
			diag_add(f->errors, f->path, f->lines.number + 1, "%s", f->lines.why);
		f->end = s != LINES_OK;
		if (!f->end && (*text)[strspn(*text, " \t")] == '\0' && strlen(*text) == *n)
			continue;
		if (!f->end)
			return true;
	}
	return false;
}

/* The first line of a table names its columns. */
static void check_header(struct trace_file *f, const char *line)
{
	f->prefixes = strcmp(line, CSV_HEADER_PREFIX) == 0;
	if (f->form == TRACE_AZURE && strcmp(line, AZURE_HEADER) != 0)
		ROW_BAD(f, "expected the header " AZURE_HEADER);
	if (f->form == TRACE_CSV && !f->prefixes && strcmp(line, CSV_HEADER) != 0)
		ROW_BAD(f, "expected the header " CSV_HEADER " or " CSV_HEADER_PREFIX);
}

static void look_at_first_line(struct trace_file *f)
{
	char *line;
	size_t n;

	if (!next_line(f, &line, &n))
		return;
	if (f->form == TRACE_AUTO && strcmp(line, AZURE_HEADER) == 0)
		f->form = TRACE_AZURE;
	else if (f->form == TRACE_AUTO && strncmp(line, CSV_HEADER, strlen(CSV_HEADER)) == 0)
		f->form = TRACE_CSV;
	else if (f->form == TRACE_AUTO && line[strspn(line, " \t")] == '{')
		f->form = TRACE_MOONCAKE;
	if (f->form == TRACE_AUTO)
		ROW_BAD(f, "neither a JSON object nor one of the headers " AZURE_HEADER " and "
			CSV_HEADER "; what kind of trace is this?");
	else if (f->form != TRACE_MOONCAKE)
		check_header(f, line);
	f->end = f->errors->n > f->errors_before;
}

static void start(struct trace_file *f)
{
	if (lines_open(&f->lines, f->path) != LINES_OK) {
		if (f->lines.in)
			diag_add(f->errors, f->path, 1, "%s", f->lines.why);
		else
			diag_add(f->errors, NULL, 0, "%s: %s", f->path, f->lines.why);
		f->end = true;
	}
}

void trace_open(struct trace_file *f, const char *path, enum trace_form form, struct diag *errors)
{
	*f = (struct trace_file){ .path = path, .form = form, .errors = errors,
				  .errors_before = errors->n, .before = INT64_MIN };
	start(f);
	if (f->end)
		return;
	look_at_first_line(f);
	if (f->form == TRACE_MOONCAKE && !f->end) {	/* its first line is a row already */
		lines_close(&f->lines);
		start(f);
	}
}

void trace_close(struct trace_file *f)
{
	lines_close(&f->lines);
	free(f->room);
	f->room = NULL;
	f->end = true;
}

void trace_share(struct trace_file *f, struct span span)
{
	ARRAY_ROOM(f->room, f->nroom, f->cap);
	f->room[f->nroom++] = span;
}

/* What is shared, cut to the prompt, or filled up with the row's own tokens. */
static void make_prompt(struct trace_file *f, struct trace_row *row)
{
	uint64_t have = 0;
	size_t n = 0;

	while (n < f->nroom && have < row->input) {
		struct span *s = &f->room[n++];

		if (s->length > row->input - have)
			s->length = row->input - have;
		have += s->length;
	}
	f->nroom = n;
	if (have < row->input)
		trace_share(f, (struct span){ .stream = hash_join(hash_string("own"), f->rows),
					      .length = row->input - have });
	row->prompt = f->room;
	row->nprompt = f->nroom;
}

static bool read_row(struct trace_file *f, char *text, size_t n, struct trace_row *row)
{
	f->nroom = 0;
	*row = (struct trace_row){ 0 };
	if (f->form == TRACE_MOONCAKE)
		return mooncake_row(f, text, n, row);
	if (strlen(text) != n) {
		ROW_BAD(f, "the line has a byte 0");
		return false;
	}
	return f->form == TRACE_AZURE ? azure_row(f, text, row) : csv_row(f, text, row);
}

bool trace_next(struct trace_file *f, struct trace_row *row)
{
	char *text;
	size_t n;

	while (!too_many(f) && next_line(f, &text, &n)) {
		if (!read_row(f, text, n, row))
			continue;
		if (row->t < f->before) {
			ROW_BAD(f, "comes %g s before the row above; expected rows in the order of time",
				s_of(f->before - row->t));
			continue;
		}
		f->before = row->t;
		row->output += row->output == 0;
		make_prompt(f, row);
		f->rows++;
		return true;
	}
	return false;
}

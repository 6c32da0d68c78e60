/* base/diag.c - collect, sort, print. */
#include "config.h"

#include "base/diag.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void diag_init(struct diag *d)
{
	*d = (struct diag){ 0 };
}

void diag_release(struct diag *d)
{
	for (size_t i = 0; i < d->n; i++) {
		free(d->message[i].file);
		free(d->message[i].text);
	}
	free(d->message);
	diag_init(d);
}

void diag_add(struct diag *d, const char *file, int line, const char *fmt, ...)
{
	struct diag_message *m;
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	ARRAY_ROOM(d->message, d->n, d->cap);
	m = &d->message[d->n++];
	*m = (struct diag_message){ .file = file ? xstrdup(file) : NULL, .line = line, .text = text };
}

/* Sort key: which file, which line, and who came first. */
struct ranked {
	size_t file, index;
	struct diag_message message;
};

static bool same_file(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Index of the first message about the same file: orders files by first appearance. */
static size_t file_rank(const struct diag *d, size_t i)
{
	size_t k = 0;

	while (!same_file(d->message[k].file, d->message[i].file))
		k++;
	return k;
}

static int compare_ranked(const void *pa, const void *pb)
{
	const struct ranked *a = pa, *b = pb;

	if (a->file != b->file)
		return a->file < b->file ? -1 : 1;
	if (a->message.line != b->message.line)
		return a->message.line < b->message.line ? -1 : 1;
	return a->index < b->index ? -1 : 1;
}

void diag_sort(struct diag *d)
{
	struct ranked *r;

	if (d->n < 2)
		return;
	r = xcalloc(d->n, sizeof(*r));
	for (size_t i = 0; i < d->n; i++)
		r[i] = (struct ranked){ file_rank(d, i), i, d->message[i] };
	qsort(r, d->n, sizeof(*r), compare_ranked);
	for (size_t i = 0; i < d->n; i++)
		d->message[i] = r[i].message;
	free(r);
}

void diag_where(struct diag *d, size_t from, const char *where)
{
	char *says = xasprintf("--vary %s: ", where);

	for (size_t i = from; i < d->n; i++) {
		char *text = d->message[i].text;

		if (strncmp(text, says, strlen(says)) == 0)
			continue;
		d->message[i].text = xasprintf("%s (at %s)", text, where);
		free(text);
	}
	free(says);
}

void diag_unique(struct diag *d)
{
	size_t n = 0;

	diag_sort(d);
	for (size_t i = 0; i < d->n; i++) {
		struct diag_message *m = &d->message[i];
		bool seen = false;

		for (size_t k = 0; k < n && !seen; k++)
			seen = same_file(d->message[k].file, m->file) && d->message[k].line == m->line &&
			       strcmp(d->message[k].text, m->text) == 0;
		if (seen) {
			free(m->file);
			free(m->text);
		} else {
			d->message[n++] = *m;
		}
	}
	d->n = n;
}

void diag_print(struct diag *d, FILE *out)
{
	diag_sort(d);
	for (size_t i = 0; i < d->n; i++) {
		const struct diag_message *m = &d->message[i];

		if (!m->file)
			fprintf(out, "servesim: %s\n", m->text);
		else if (m->line == 0)
			fprintf(out, "%s: %s\n", m->file, m->text);
		else
			fprintf(out, "%s:%d: %s\n", m->file, m->line, m->text);
	}
}

/* run/dump_writer.c */
#include "config.h"

#include "run/dump_writer.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"

#define COMMENT_COLUMN	52

struct path {
	struct dump_part part[DUMP_DEPTH];
	size_t n;
};

static struct path split(const char *text)
{
	struct path p = { 0 };

	while (*text && p.n < DUMP_DEPTH) {
		size_t whole = strcspn(text, "."), length = strcspn(text, ".[");

		p.part[p.n++] = (struct dump_part){ text, length, length < whole ? atoi(text + length + 1) : -1 };
		text += whole + (text[whole] == '.');
	}
	return p;
}

static bool same_name(const struct dump_part *a, const struct dump_part *b)
{
	return a->length == b->length && memcmp(a->name, b->name, a->length) == 0;
}

static void indent(const struct dump_writer *w, size_t depth)
{
	for (size_t i = 0; i < depth + w->base; i++)
		fputc('\t', w->out);
}

/* Close open[depth]; `next`: the part that comes at its depth, NULL: none. */
static void close_group(struct dump_writer *w, size_t depth, const struct dump_part *next)
{
	const struct dump_part *p = &w->open[depth];
	bool goes_on = p->index >= 0 && next && same_name(p, next);

	indent(w, depth);
	fputs(p->index < 0 ? "};\n" : goes_on ? "}, {\n" : "});\n", w->out);
	if (goes_on)
		w->open[w->n++] = *next;
}

static void open_group(struct dump_writer *w, const struct dump_part *p)
{
	indent(w, w->n);
	fprintf(w->out, "%.*s = %s{\n", (int)p->length, p->name, p->index < 0 ? "" : "(");
	w->open[w->n++] = *p;
}

/* Close and open groups until the first n parts of the path are the open ones. */
static void move_to(struct dump_writer *w, const struct path *p, size_t n)
{
	size_t common = 0, open = w->n;

	BUG_ON(n > p->n);
	while (common < open && common < n && same_name(&w->open[common], &p->part[common]) &&
	       w->open[common].index == p->part[common].index)
		common++;
	for (size_t depth = open; depth > common; depth--) {
		w->n = depth - 1;
		close_group(w, depth - 1, depth - 1 == common && common < n ? &p->part[common] : NULL);
	}
	while (w->n < n)
		open_group(w, &p->part[w->n]);
}

void dump_write_comment(FILE *out, size_t column, const struct dump_entry *e)
{
	fprintf(out, "%*s// %s%s%s\n", (int)(column < COMMENT_COLUMN ? COMMENT_COLUMN - column : 1), "",
		e->unit, *e->unit ? ", " : "", e->origin);
}

void dump_write(struct dump_writer *w, const struct dump_entry *e)
{
	struct path p = split(e->path);
	const struct dump_part *last;
	size_t depth;

	BUG_ON(p.n == 0);
	depth = p.n - 1;
	last = &p.part[depth];
	move_to(w, &p, depth);
	indent(w, depth);
	fprintf(w->out, "%.*s = %s;", (int)last->length, last->name, e->value);
	dump_write_comment(w->out, 8 * depth + last->length + strlen(e->value) + 4, e);
}

void dump_close(struct dump_writer *w)
{
	const struct path top = { 0 };

	move_to(w, &top, 0);
}

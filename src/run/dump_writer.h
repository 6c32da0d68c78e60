/* run/dump_writer.h - settings by path, written as nested groups in scenario notation. */
#ifndef RUN_DUMP_WRITER_H
#define RUN_DUMP_WRITER_H

#include <stddef.h>
#include <stdio.h>

#include "config/keydump.h"

#define DUMP_DEPTH 16

/* One name of a path: "prompts[2]" is { "prompts", 7, 2 }. */
struct dump_part {
	const char *name;
	size_t length;
	int index;			/* -1: not an element of a list */
};

struct dump_writer {			/* start with { .out = ..., .base = ... } */
	FILE *out;
	size_t base;			/* tabs in front of everything */
	struct dump_part open[DUMP_DEPTH];	/* groups that are open */
	size_t n;
};

/* The next setting; settings of one group must follow each other. */
void dump_write(struct dump_writer *w, const struct dump_entry *e);
void dump_close(struct dump_writer *w);		/* what is still open */
/* "// unit, origin" behind a text that ends in `column`; ends the line. */
void dump_write_comment(FILE *out, size_t column, const struct dump_entry *e);

#endif

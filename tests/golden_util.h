/* tests/golden_util.h - reading golden vectors: lines, spans, and the closing count. */
#ifndef GOLDEN_UTIL_H
#define GOLDEN_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "work/span.h"

#define GOLDEN_SPANS 4096

struct golden {
	const char *program;		/* for messages */
	const char *file;
	unsigned long line;
	uint64_t operations, mismatches;
	char first[2048];		/* the first mismatch */
	FILE *in;
	char *text;			/* the current line, without newline */
	size_t cap;
};

/* Opens `file`; exits 2 with a message if that fails. */
void golden_open(struct golden *g, const char *file);
bool golden_next(struct golden *g);	/* false at the end */
void golden_close(struct golden *g);

/* A line that is not of the form the README describes: message and exit 2. */
_Noreturn void golden_bad(const struct golden *g, const char *what);

/* Count one operation; if expected and got differ, count and remember the mismatch. */
void golden_compare(struct golden *g, const char *expected, const char *got);

/* Parse blank-separated stream:offset+length at *s, up to the first word that is no span; returns their number. */
size_t golden_spans(const struct golden *g, const char **s, struct span *out);

/* "N operations, M mismatches", and the first mismatch; the exit status. */
int golden_end(const struct golden *g);

#endif

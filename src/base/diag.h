/* base/diag.h - what is wrong with the user's input, all of it at once.
 *
 * Readers add messages as they find them and go on; the caller prints them,
 * sorted by file (in order of first appearance) and line, and exits 2.
 * A printed line is "file:line: text", or "file: text" when line is 0, or
 * "servesim: text" when file is NULL (command line).
 * Warnings are kept apart: they never stop a run.
 */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

#include <stddef.h>
#include <stdio.h>

struct diag_message {
	char *file;			/* owned; NULL: no file */
	int line;
	char *text;			/* owned */
};

struct diag {
	struct diag_message *message;
	size_t n, cap;
};

void diag_init(struct diag *d);
void diag_release(struct diag *d);
void diag_add(struct diag *d, const char *file, int line, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* Messages from this one on get " (at WHERE)" behind them, unless they say "--vary WHERE: " themselves. */
void diag_where(struct diag *d, size_t from, const char *where);
void diag_sort(struct diag *d);
void diag_unique(struct diag *d);	/* sorts; drops repetitions of a message */
void diag_print(struct diag *d, FILE *out);	/* sorts first */

#endif

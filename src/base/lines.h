/* base/lines.h - a text file line by line: plain, gzip or Zstandard; a line of it is in memory.
 *
 * What a file is, its first bytes say, not its name.  Several gzip members or Zstandard frames
 * behind each other are one text (RFC 1952, 2.2; RFC 8878, 3).  A line ends with LF or CR LF; the
 * last one need not.  A byte order mark in front is skipped.  Data that end early or are damaged
 * are an error, never just an end.
 */
#ifndef BASE_LINES_H
#define BASE_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define LINES_LONGEST	(16 << 20)	/* bytes of a line */

enum lines_status { LINES_OK, LINES_END, LINES_BAD };

struct lines_unpacker;

struct lines {
	FILE *in;
	struct lines_unpacker *unpacker;	/* NULL: plain */
	unsigned char *packed, *buffer;	/* owned; from the file; text */
	size_t packed_at, packed_n;
	bool full;			/* the unpacker filled the buffer last time */
	size_t at, n;			/* text not given out yet: buffer[at, n) */
	char *line;			/* owned; a line that did not lie in the buffer as a whole */
	size_t cap;
	int number;			/* of the last line given out, from 1; stays at INT_MAX */
	char why[160];			/* what is wrong, after LINES_BAD */
};

/* LINES_BAD: `l` need not be closed, but may. */
enum lines_status lines_open(struct lines *l, const char *path);
/* The next line without its end, NUL-terminated, in memory of `l` until the next call; it may be
 * written to.  LINES_BAD is about the line behind l->number, and final. */
enum lines_status lines_next(struct lines *l, char **text, size_t *n);
void lines_close(struct lines *l);

#endif

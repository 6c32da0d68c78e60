/* base/lines.c - lines out of a buffer that a file or an unpacker fills. */
#include "config.h"

#include "base/lines.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/unpack.h"

#define BUFFER	(64 * 1024)

static enum lines_status bad(struct lines *l, const char *why)
{
	snprintf(l->why, sizeof(l->why), "%s", why);
	return LINES_BAD;
}

/* More bytes of the file as it is; none at its end. */
static enum lines_status read_packed(struct lines *l)
{
	l->packed_at = 0;
	l->packed_n = fread(l->packed, 1, BUFFER, l->in);
	return ferror(l->in) ? bad(l, strerror(errno)) : LINES_OK;
}

/* The buffer is empty: fill it.  LINES_END: there is nothing more. */
static enum lines_status fill(struct lines *l)
{
	l->at = l->n = 0;
	while (l->n == 0) {
		const char *why;

		if (l->packed_at == l->packed_n && !l->full && read_packed(l) != LINES_OK)
			return LINES_BAD;
		if (l->packed_n == 0 && !l->full) {
			why = l->unpacker ? unpack_end(l->unpacker) : NULL;
			return why ? bad(l, why) : LINES_END;
		}
		if (!l->unpacker) {
			memcpy(l->buffer, l->packed, l->packed_n);
			l->n = l->packed_at = l->packed_n;
			break;
		}
		why = unpack_some(l->unpacker, l->packed, l->packed_n, &l->packed_at, l->buffer, BUFFER,
				  &l->n);
		if (why)
			return bad(l, why);
		l->full = l->n == BUFFER;	/* then it may have more without being given more */
	}
	return LINES_OK;
}

enum lines_status lines_open(struct lines *l, const char *path)
{
	struct stat is;

	*l = (struct lines){ .in = fopen(path, "rb") };
	if (!l->in)
		return bad(l, strerror(errno));
	if (fstat(fileno(l->in), &is) == 0 && !S_ISREG(is.st_mode)) {	/* readers come back to a file */
		lines_close(l);
		return bad(l, "not a regular file");
	}
	l->packed = xcalloc(BUFFER, 1);
	l->buffer = xcalloc(BUFFER, 1);
	if (read_packed(l) != LINES_OK)
		return LINES_BAD;
	l->unpacker = unpack_new(l->packed, l->packed_n);
	if (fill(l) == LINES_BAD)
		return LINES_BAD;
	if (l->n >= 3 && memcmp(l->buffer, "\xef\xbb\xbf", 3) == 0)
		l->at = 3;
	return LINES_OK;
}

/* buffer[at, end) behind the `have` bytes of the line so far; with room for a NUL. */
static enum lines_status append(struct lines *l, size_t have, size_t end)
{
	size_t n = end - l->at;

	if (have + n > LINES_LONGEST)
		return bad(l, "the line is longer than 16 MiB");
	if (have + n + 1 > l->cap) {
		l->cap = 2 * (have + n + 1);
		l->line = xrealloc(l->line, l->cap, 1);
	}
	memcpy(l->line + have, l->buffer + l->at, n);
	l->at = end;
	return LINES_OK;
}

static enum lines_status give(struct lines *l, char *line, size_t length, char **text, size_t *n)
{
	if (length > 0 && line[length - 1] == '\r')
		length--;
	line[length] = '\0';
	*text = line;
	*n = length;
	l->number += l->number < INT_MAX;
	return LINES_OK;
}

enum lines_status lines_next(struct lines *l, char **text, size_t *n)
{
	size_t have = 0;

	if (l->why[0])
		return LINES_BAD;
	for (;;) {
		unsigned char *from = l->buffer + l->at, *lf = NULL;
		enum lines_status s;

		if (l->at < l->n)
			lf = memchr(from, '\n', l->n - l->at);
		if (lf && have == 0) {
			l->at += (size_t)(lf - from) + 1;
			return give(l, (char *)from, (size_t)(lf - from), text, n);
		}
		if (l->at < l->n) {
			size_t before = l->at;

			if (append(l, have, lf ? (size_t)(lf - l->buffer) : l->n) != LINES_OK)
				return LINES_BAD;
			have += l->at - before;
		}
		if (lf) {
			l->at++;
			return give(l, l->line, have, text, n);
		}
		s = fill(l);
		if (s == LINES_END && have > 0)
			return give(l, l->line, have, text, n);
		if (s != LINES_OK)
			return s;
	}
}

void lines_close(struct lines *l)
{
	if (l->in)
		fclose(l->in);
	unpack_free(l->unpacker);
	free(l->packed);
	free(l->buffer);
	free(l->line);
	*l = (struct lines){ 0 };
}

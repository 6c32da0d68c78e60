/* base/unpack.h - gzip by zlib, Zstandard by libzstd, piece by piece; for base/lines.c. */
#ifndef BASE_UNPACK_H
#define BASE_UNPACK_H

#include <stddef.h>

struct lines_unpacker;

/* By the first bytes of a file; NULL: it is not packed. */
struct lines_unpacker *unpack_new(const unsigned char *head, size_t n);
/* Unpack from in[*at, n) into out[0, cap): moves *at, sets *made (perhaps 0: give it more).  NULL, or
 * what is wrong. */
const char *unpack_some(struct lines_unpacker *u, const unsigned char *in, size_t n, size_t *at,
			unsigned char *out, size_t cap, size_t *made);
/* The file has ended: NULL if its data have, too, else what is wrong. */
const char *unpack_end(const struct lines_unpacker *u);
void unpack_free(struct lines_unpacker *u);

#endif

/* base/unpack.c - one interface to zlib's and libzstd's streams. */
#include "config.h"

#include "base/unpack.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

#include "base/bug.h"
#include "base/mem.h"

#define GZIP_ONLY	16		/* added to windowBits: gzip's header, not zlib's */

struct lines_unpacker {
	bool inside;			/* a member or frame has begun and not ended */
	bool gzip;
	z_stream z;
	ZSTD_DStream *zstd;
};

struct lines_unpacker *unpack_new(const unsigned char *head, size_t n)
{
	static const unsigned char zstd[] = { 0x28, 0xb5, 0x2f, 0xfd };		/* RFC 8878, 3.1.1 */
	bool gzip = n >= 2 && head[0] == 0x1f && head[1] == 0x8b;		/* RFC 1952, 2.3.1 */
	struct lines_unpacker *u;

	if (!gzip && !(n >= sizeof(zstd) && memcmp(head, zstd, sizeof(zstd)) == 0))
		return NULL;
	u = xcalloc(1, sizeof(*u));
	u->gzip = gzip;
	if (gzip) {
		/* fails without memory, or with another zlib than at build time */
		BUG_ON(inflateInit2(&u->z, MAX_WBITS + GZIP_ONLY) != Z_OK);
	} else {
		u->zstd = ZSTD_createDStream();
		BUG_ON(!u->zstd);
	}
	return u;
}

static const char *some_gzip(struct lines_unpacker *u, const unsigned char *in, size_t n, size_t *at,
			     unsigned char *out, size_t cap, size_t *made)
{
	int status;

	u->inside = true;
	u->z.next_in = (unsigned char *)(uintptr_t)(in + *at);	/* zlib's interface has no const here */
	u->z.avail_in = (uInt)(n - *at);
	u->z.next_out = out;
	u->z.avail_out = (uInt)cap;
	status = inflate(&u->z, Z_NO_FLUSH);
	*at = n - u->z.avail_in;
	*made = cap - u->z.avail_out;
	if (status == Z_STREAM_END) {
		u->inside = false;
		return inflateReset(&u->z) == Z_OK ? NULL : "zlib cannot go on";
	}
	return status == Z_OK || status == Z_BUF_ERROR ? NULL : "the gzip data are damaged";
}

static const char *some_zstd(struct lines_unpacker *u, const unsigned char *in, size_t n, size_t *at,
			     unsigned char *out, size_t cap, size_t *made)
{
	ZSTD_inBuffer from = { in, n, *at };
	ZSTD_outBuffer to = { out, cap, 0 };
	size_t left = ZSTD_decompressStream(u->zstd, &to, &from);

	if (ZSTD_isError(left))
		return "the Zstandard data are damaged";
	*at = from.pos;
	*made = to.pos;
	u->inside = left > 0;
	return NULL;
}

const char *unpack_some(struct lines_unpacker *u, const unsigned char *in, size_t n, size_t *at,
			unsigned char *out, size_t cap, size_t *made)
{
	*made = 0;
	if (*at == n && !u->inside)
		return NULL;
	return u->gzip ? some_gzip(u, in, n, at, out, cap, made)
		       : some_zstd(u, in, n, at, out, cap, made);
}

const char *unpack_end(const struct lines_unpacker *u)
{
	if (!u->inside)
		return NULL;
	return u->gzip ? "the gzip data end in the middle; is the file cut off?"
		       : "the Zstandard data end in the middle; is the file cut off?";
}

void unpack_free(struct lines_unpacker *u)
{
	if (!u)
		return;
	if (u->gzip)
		inflateEnd(&u->z);
	else
		ZSTD_freeDStream(u->zstd);
	free(u);
}

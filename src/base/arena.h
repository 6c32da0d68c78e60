/* base/arena.h - memory for a run: allocated piece by piece, freed at once.
 *
 * An arena hands out zeroed, 16-byte aligned memory from chunks that it takes
 * from the system as needed.  Nothing is returned singly: arena_reset() makes
 * all of it reusable (chunks are kept), arena_release() gives it back.
 * Not shared between threads.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena_chunk;

struct arena {
	struct arena_chunk *first, *current;
	size_t used;			/* bytes used in `current` */
	size_t chunk_bytes;		/* size of a normal chunk */
};

#define ARENA_CHUNK	(64 * 1024)

void arena_init(struct arena *a, size_t chunk_bytes);
void *arena_alloc(struct arena *a, size_t bytes);	/* zeroed, never NULL */
char *arena_strdup(struct arena *a, const char *s);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void arena_reset(struct arena *a);
void arena_release(struct arena *a);

#endif

/* base/arena.c - a list of chunks, filled from the front.
 *
 * Invariant: `current` is the chunk being filled; chunks after it are empty
 * (left over from before a reset) and are taken before the system is asked.
 */
#include "config.h"

#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/mem.h"

#define ALIGN	((size_t)16)

struct arena_chunk {
	struct arena_chunk *next;
	size_t bytes;			/* of data[] */
	alignas(16) unsigned char data[];
};

void arena_init(struct arena *a, size_t chunk_bytes)
{
	BUG_ON(chunk_bytes == 0);
	*a = (struct arena){ .chunk_bytes = chunk_bytes };
}

/* A new chunk behind `current`, in front of any empty ones. */
static struct arena_chunk *chunk_insert(struct arena *a, size_t bytes)
{
	struct arena_chunk *c;

	if (bytes < a->chunk_bytes)
		bytes = a->chunk_bytes;
	BUG_ON(bytes > SIZE_MAX - sizeof(*c));
	c = xrealloc(NULL, 1, sizeof(*c) + bytes);
	c->bytes = bytes;
	if (a->current) {
		c->next = a->current->next;
		a->current->next = c;
	} else {
		c->next = a->first;
		a->first = c;
	}
	return c;
}

/* Make `current` a chunk with room for `bytes`, from its start. */
static void chunk_advance(struct arena *a, size_t bytes)
{
	struct arena_chunk *c = a->current ? a->current->next : a->first;

	if (!c || c->bytes < bytes)
		c = chunk_insert(a, bytes);
	a->current = c;
	a->used = 0;
}

void *arena_alloc(struct arena *a, size_t bytes)
{
	void *p;

	BUG_ON(bytes > SIZE_MAX / 2);
	bytes = bytes ? (bytes + ALIGN - 1) & ~(ALIGN - 1) : ALIGN;
	if (!a->current || a->current->bytes - a->used < bytes)
		chunk_advance(a, bytes);
	p = a->current->data + a->used;
	a->used += bytes;
	return memset(p, 0, bytes);
}

char *arena_strdup(struct arena *a, const char *s)
{
	size_t bytes = strlen(s) + 1;

	return memcpy(arena_alloc(a, bytes), s, bytes);
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	int n;
	char *s;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	BUG_ON(n < 0);
	s = arena_alloc(a, (size_t)n + 1);
	vsnprintf(s, (size_t)n + 1, fmt, again);
	va_end(again);
	return s;
}

void arena_reset(struct arena *a)
{
	a->current = NULL;
	a->used = 0;
}

void arena_release(struct arena *a)
{
	struct arena_chunk *c, *next;

	for (c = a->first; c; c = next) {
		next = c->next;
		free(c);
	}
	arena_init(a, a->chunk_bytes);
}

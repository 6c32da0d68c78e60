/* base/mem.h - allocation that does not fail.
 *
 * A simulator that is out of memory has nothing better to do than to say so and
 * exit 1; that happens here and nowhere else.  Not used inside the event loop
 * except where a container doubles.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stdarg.h>
#include <stddef.h>

void *xcalloc(size_t n, size_t size);		/* zeroed; n * size is checked for overflow */
void *xrealloc(void *p, size_t n, size_t size);
char *xstrdup(const char *s);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *xvasprintf(const char *fmt, va_list ap) __attribute__((format(printf, 1, 0)));

/* Make room for one more element in the array p[0..n), capacity cap (size_t). */
#define ARRAY_ROOM(p, n, cap) do {						\
	if ((n) == (cap)) {							\
		(cap) = (cap) ? 2 * (cap) : 16;					\
		(p) = xrealloc((p), (cap), sizeof(*(p)));			\
	}									\
} while (0)

#endif

/* base/mem.c - the one place that notices there is no memory left. */
#include "config.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void out_of_memory(void)
{
	fputs("servesim: out of memory\n", stderr);
	exit(1);
}

/* Never 0, for which malloc may answer NULL. */
static size_t bytes_of(size_t n, size_t size)
{
	if (size && n > SIZE_MAX / size)
		out_of_memory();
	return n && size ? n * size : 1;
}

void *xcalloc(size_t n, size_t size)
{
	void *p = calloc(bytes_of(n, size), 1);

	if (!p)
		out_of_memory();
	return p;
}

void *xrealloc(void *p, size_t n, size_t size)
{
	void *q = realloc(p, bytes_of(n, size));

	if (!q)
		out_of_memory();
	return q;
}

char *xstrdup(const char *s)
{
	size_t bytes = strlen(s) + 1;

	return memcpy(xrealloc(NULL, bytes, 1), s, bytes);
}

char *xvasprintf(const char *fmt, va_list ap)
{
	char *s;

	if (vasprintf(&s, fmt, ap) < 0)
		out_of_memory();
	return s;
}

char *xasprintf(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = xvasprintf(fmt, ap);
	va_end(ap);
	return s;
}

/* base/bug.c - last words. */
#include "config.h"

#include "base/bug.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

_Thread_local struct bug_context bug_context;

void bug_at(const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s:%d: BUG: ", file, line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n  time %" PRId64 " ns, seed %" PRIu64 ", replication %" PRIu32 ", digest %016" PRIx64 "\n",
		bug_context.now, bug_context.seed, bug_context.replication, bug_context.digest);
	abort();
}

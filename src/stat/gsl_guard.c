/* stat/gsl_guard.c - GSL's error handler. */
#include "config.h"

#include "stat/gsl_guard.h"

#include <gsl/gsl_errno.h>

#include "base/bug.h"

static void on_error(const char *reason, const char *file, int line, int code)
{
	bug_at(file, line, "GSL: %s (%s)", reason, gsl_strerror(code));
}

void gsl_guard_install(void)
{
	gsl_set_error_handler(on_error);
}

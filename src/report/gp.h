/* report/gp.h - gnuplot, driven safely.
 *
 * A script is written to memory (or to any stream, in tests) and then fed to
 * gnuplot through a pipe.  Read as the file /dev/stdin it stops at its first
 * error; -d skips the user's own settings.  gnuplot's messages go to a
 * temporary file, so neither side can block the other.
 *
 * Text from users enters a script only through gp_quote(): between single
 * quotes gnuplot runs no backticks and knows no backslashes; quotes are doubled
 * and control characters, which could start a new command, become spaces.
 * Datablocks hold numbers only.
 */
#ifndef REPORT_GP_H
#define REPORT_GP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

void gp_quote(FILE *f, const char *s);				/* 's', a string expression */
void gp_string(FILE *f, const char *name, const char *value);	/* name = 'value' */
void gp_real(FILE *f, const char *name, double v);		/* name = v */
/* array name[n]; nothing for n = 0 */
void gp_reals(FILE *f, const char *name, const double *v, size_t n);
void gp_strings(FILE *f, const char *name, const char *const *s, size_t n);
/* a column of a datablock; NaN for what is not finite */
void gp_cell(FILE *f, double v);

/* A file name that gnuplot takes as nothing but a file: not "| command", "< command", "$VAR" or "~".
 * false: too long, or with control characters. */
bool gp_path(char *out, size_t size, const char *path);

enum gp_status { GP_DONE, GP_MISSING, GP_FAILED };

/* Runs `program` on the script; `why` gets one line unless GP_DONE. */
enum gp_status gp_run(const char *program, const char *script, size_t bytes, char *why, size_t size);

#endif

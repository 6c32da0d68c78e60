/* cmd_files.h - what a command hands out: one of its forms on standard output, all of them and the
 * charts in a folder. */
#ifndef CMD_FILES_H
#define CMD_FILES_H

#include <stdbool.h>
#include <stdio.h>

#include "options.h"
#include "outfile.h"
#include "report/report.h"

#define FORMATS	3			/* enum output_format */

struct printer {			/* how a command's result is told; `what` below is the result */
	struct {
		const char *name;
		outfile_print *print;
	} form[FORMATS]; /* print NULL: there is no such form */
	enum charts_status (*charts)(const void *what, const char *dir, FILE *say);	/* NULL: none */
	const char *note;		/* behind the names of the files; NULL: nothing */
};

/* All forms into dir (made if missing), told on standard output, or on stderr if that is for a
 * program; then charts unless --no-charts.  False: a message is on stderr. */
bool files_write(const struct printer *p, const void *what, const struct options *o, const char *dir);
/* The form that was asked for on standard output, then all into run_folder(), if there is one. */
bool files_hand_out(const struct printer *p, const void *what, const struct options *o);

#endif

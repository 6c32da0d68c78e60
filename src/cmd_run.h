/* cmd_run.h - the steps of `servesim run`, for the commands that run scenarios. */
#ifndef CMD_RUN_H
#define CMD_RUN_H

#include <stdbool.h>
#include <stdio.h>

#include "cmd.h"
#include "options.h"
#include "run/run.h"

void run_warnings(struct diag *d);		/* sorted, on stderr */
/* With a progress bar if stderr is a terminal and --quiet was not given; run_bar_end() takes it away again. */
struct run_options run_bar_begin(const struct scenario *s, const struct options *o);
void run_bar_end(const struct run_options *ro);
/* With a progress bar on a terminal; engine_log: NULL for none. */
struct run_result *run_simulate(const struct scenario *s, const struct options *o, FILE *engine_log);
/* Exit 3: the sentence, and for memory the items it adds up from, on stderr; returns the exit code. */
int run_cannot(const struct scenario *s, const struct memory_report *m);
void run_say_hang(const struct run_result *r);	/* the cause, on stderr */
/* The folder for files, malloc'd; NULL: none wanted, as stdout is for a program and --out was not given. */
char *run_folder(const struct options *o);
/* result.json, result.csv, report.txt and charts; false: a message is on stderr. */
bool run_write_files(const struct run_result *r, const struct options *o, const char *dir);

/* The variants of a scenario, n >= 2, side by side: the exit code. */
int run_variants(struct scenario *const *s, size_t n, const struct options *o);

#endif

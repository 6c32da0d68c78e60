/* work/tracewindow.h - the part of a trace that is played. */
#ifndef WORK_TRACEWINDOW_H
#define WORK_TRACEWINDOW_H

#include <stdbool.h>

#include "work/tracefile.h"

struct trace_window {
	sim_time from, to;		/* [from, to), from the file's first row */
	sim_time zero;			/* that row's time */
	bool begun;
};

/* stop_s 0: to the end. */
void trace_window_init(struct trace_window *w, double start_s, double stop_s);
/* The next row of the window, its time counted from the file's first row; false: there is none.
 * `whole`: go on to the end of the file even when the window is over, for what may be wrong there. */
bool trace_window_next(struct trace_window *w, struct trace_file *f, bool whole, struct trace_row *row);

#endif

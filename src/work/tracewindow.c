/* work/tracewindow.c - rows between two times. */
#include "config.h"

#include "work/tracewindow.h"

void trace_window_init(struct trace_window *w, double start_s, double stop_s)
{
	*w = (struct trace_window){ .from = sim_time_from_s(start_s),
				    .to = stop_s > 0 ? sim_time_from_s(stop_s) : SIM_TIME_MAX };
}

bool trace_window_next(struct trace_window *w, struct trace_file *f, bool whole, struct trace_row *row)
{
	while (trace_next(f, row)) {
		if (!w->begun)
			w->zero = row->t;
		w->begun = true;
		row->t -= w->zero;
		if (row->t >= w->to && !whole)
			return false;
		if (row->t >= w->from && row->t < w->to)
			return true;
	}
	return false;
}

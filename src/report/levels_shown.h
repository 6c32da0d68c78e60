/* report/levels_shown.h - which levels a chart shows when there are more than it has room for. */
#ifndef REPORT_LEVELS_SHOWN_H
#define REPORT_LEVELS_SHOWN_H

#include <stddef.h>

/* Indices of at most `most` of n levels, evenly chosen with the first and the last; returns how many. */
static inline size_t levels_shown(size_t n, size_t most, size_t *index)
{
	size_t shown = n < most ? n : most;

	for (size_t i = 0; i < shown; i++)
		index[i] = shown < 2 ? 0 : (i * (n - 1) + (shown - 1) / 2) / (shown - 1);
	return shown;
}

#endif

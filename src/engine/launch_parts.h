/* engine/launch_parts.h - parts of reading a command, for engine/launch_*.c only. */
#ifndef ENGINE_LAUNCH_PARTS_H
#define ENGINE_LAUNCH_PARTS_H

#include "engine/launch.h"

/* A message about a line of the command; 0: about all of it. */
void launch_say(const struct launch *l, struct diag *d, int line, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

#endif

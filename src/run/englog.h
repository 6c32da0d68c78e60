/* run/englog.h - the engine's own log lines, with the time of the simulation.
 *
 * A user can lay them beside the log of a real server.  Each line is
 * "[YYYY-MM-DD HH:MM:SS] " and the engine's text; the simulation starts at
 * 2025-01-01 00:00:00.  Passes with a prefill part are logged when they are
 * launched, decode passes when their result is processed, as servers do.
 */
#ifndef RUN_ENGLOG_H
#define RUN_ENGLOG_H

#include <stdio.h>

#include "core/probe.h"
#include "engine/engine.h"

struct engine_log {
	FILE *out;			/* not owned */
	const struct engine *engine;
	void *self;			/* the live engine */
	struct probe probe;
};

void englog_init(struct engine_log *l, FILE *out, const struct engine *engine);
void englog_start(struct engine_log *l, void *self);	/* the engine lives: its start-up line */

#endif

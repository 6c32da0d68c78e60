/* run/launch_export.h - the command that starts a scenario's engine as a real server. */
#ifndef RUN_LAUNCH_EXPORT_H
#define RUN_LAUNCH_EXPORT_H

#include "engine/launch.h"
#include "run/scenario.h"

/* Of what the scenario (with its options) writes, the flags that are not the engine's default on this
 * GPU with this model; and of the n paths ("engine.max_running_requests"; those of other groups are
 * passed over) each, even if it is.  What the command cannot say goes to notes.
 * launch_command_release() when done.
 *
 *	struct launch_command c;
 *	launch_of_scenario(&c, s, vary_path, nvary, &notes);
 *	text = launch_command_text(&c, false);
 */
void launch_of_scenario(struct launch_command *c, const struct scenario *s, const char *const *path,
			size_t n, struct diag *notes);

#endif

/* report/tune_launch.c - how to launch the winner. */
#include "config.h"

#include "report/tune_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/text_parts.h"
#include "run/launch_export.h"

void tune_launch(const struct tune *t, struct launch_command *c, struct diag *notes)
{
	const struct run_result r = tune_as_run(t);
	const char **path = xcalloc(t->grid.naxes + 1, sizeof(*path));

	for (size_t a = 0; a < t->grid.naxes; a++)
		path[a] = t->grid.axis[a].path;
	diag_init(notes);
	launch_of_scenario(c, r.scenario, path, t->grid.naxes, notes);
	free(path);
}

void tune_text_launch(const struct tune *t, FILE *out)
{
	struct launch_command c;
	struct diag notes;
	char *text, *line, *rest;

	tune_launch(t, &c, &notes);
	text = launch_command_text(&c, false);
	text_heading(out, "Launch", "");
	for (line = text; line; line = rest) {
		rest = strchr(line, '\n');
		if (rest)
			*rest++ = '\0';
		fprintf(out, "  %s\n", line);
	}
	for (size_t i = 0; i < notes.n; i++) {
		fputs("  ! ", out);
		fmt_wrap(out, notes.message[i].text, 4, 4, TEXT_WIDTH);
	}
	free(text);
	launch_command_release(&c);
	diag_release(&notes);
}

/* report/tune_launch.c - how to launch the winner. */
#include "config.h"

#include "report/tune_text.h"

#include <string.h>

#include "report/text_parts.h"

void tune_text_launch(const struct tune *t, FILE *out)
{
	const struct tune_candidate *c = &t->candidate[t->winner];

	text_heading(out, "Launch", "");
	fputs("  servesim run", out);
	fprintf(out, " %s", t->path);
	for (size_t a = 0; a < t->grid.naxes; a++)
		if (!t->grid.axis[a].variant)
			fprintf(out, " --set %s=%s", t->grid.axis[a].path, c->value[a]);
	fputc('\n', out);
}

/* report/tune_text.h - the parts of a search's text report that have a file of their own. */
#ifndef REPORT_TUNE_TEXT_H
#define REPORT_TUNE_TEXT_H

#include "report/tune.h"

void tune_text_say(FILE *out, const char *line);		/* a paragraph, at the text's indent */
void tune_text_launch(const struct tune *t, FILE *out);	/* the command that launches the winner */
void tune_text_knobs(const struct tune *t, FILE *out);		/* what matters */
void tune_text_runners_up(const struct tune *t, FILE *out);	/* not to be told from the winner */
void tune_text_fates(const struct tune *t, FILE *out);		/* how many were dropped, and why */
/* Where the winner stands at the end of an axis: at a wall, or at the last value tried. */
void tune_text_edges(const struct tune *t, FILE *out);
void tune_text_loads(const struct tune *t, FILE *out);		/* of a search for the largest load */

#endif

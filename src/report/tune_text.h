/* report/tune_text.h - the parts of a search's text report that have a file of their own. */
#ifndef REPORT_TUNE_TEXT_H
#define REPORT_TUNE_TEXT_H

#include "report/tune.h"

void tune_text_launch(const struct tune *t, FILE *out);	/* the command that launches the winner */

#endif

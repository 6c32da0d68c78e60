/* draw_sample.c - charts of a result made by hand: draw_sample KIND DIR.  Exit status: enum charts_status. */
#include "config.h"

#include "report/report.h"
#include "sample_result.h"

int main(int argc, char **argv)
{
	struct sample *s = argc == 3 ? sample_new(argv[1]) : NULL;
	enum charts_status status;

	if (!s) {
		fputs("usage: draw_sample v5|single|extreme|long|refused DIR\n", stderr);
		return 99;
	}
	status = report_charts(&s->result, argv[2], stdout);
	sample_free(s);
	return (int)status;
}

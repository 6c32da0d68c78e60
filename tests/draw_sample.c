/* draw_sample.c - charts of a result made by hand: draw_sample KIND DIR; exits with enum charts_status. */
#include "config.h"

#include "report/report.h"
#include "sample_result.h"

#include <string.h>

/* "pair": two with a published table; "five" */
static int draw_variants(size_t n, const char *dir)
{
	static const char *const label[] = { "SGLang 0.4.9", "LMDeploy 0.6.0", "it's `id` $HOME {x}_y",
					     "a label of forty characters, all of them", "plain" };
	struct sample *s[5];
	struct run_result *r[5];
	enum charts_status status;

	for (size_t i = 0; i < n; i++) {
		s[i] = sample_variant(label[i], 1 + 0.07 * (double)(i * i), n == 2);
		r[i] = &s[i]->result;
	}
	status = report_variants_charts(r, n, dir, stdout);
	for (size_t i = 0; i < n; i++)
		sample_free(s[i]);
	return (int)status;
}

int main(int argc, char **argv)
{
	struct sample *s;
	enum charts_status status;

	if (argc == 3 && (strcmp(argv[1], "pair") == 0 || strcmp(argv[1], "five") == 0))
		return draw_variants(*argv[1] == 'p' ? 2 : 5, argv[2]);
	s = argc == 3 ? sample_new(argv[1]) : NULL;
	if (!s) {
		fputs("usage: draw_sample v5|single|extreme|long|refused|pair|five DIR\n", stderr);
		return 99;
	}
	status = report_charts(&s->result, argv[2], stdout);
	sample_free(s);
	return (int)status;
}

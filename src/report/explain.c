/* report/explain.c - words and orders that all tellers of a ladder use. */
#include "config.h"

#include "report/explain.h"

#include "report/fmt.h"

#include <math.h>
#include <string.h>

#define WORTH_WORDS	0.01		/* share of the difference */

const char explain_fixed[] =
	"Held fixed: the random numbers, and with them prompts, lengths of answers and pauses of every user; the number "
	"of users; every rule of the engine. Not the load: who is answered sooner asks again sooner. A line is the "
	"difference to the line above it, so what a mechanism costs depends on what was switched off before it; "
	"intervals are of paired differences.";

size_t explain_levels(const struct ladder *l, size_t index[], size_t most)
{
	size_t n = 0;

	if (l->one_level) {
		index[0] = l->level;
		return 1;
	}
	for (size_t i = 0; i < l->rung[0]->nlevels && n < most; i++)
		index[n++] = i;
	return n;
}

const char *explain_subject(enum metric m)
{
	static const char *const subject[METRICS] = {
		[M_tpot_ms_mean] = "a token takes",
		[M_e2e_ms_mean] = "an answer takes",
		[M_ttft_ms_mean] = "the first token takes",
		[M_output_throughput] = "the server makes",
	};

	return subject[m];
}

char *explain_value(char buf[FMT], enum metric m, double v)
{
	char num[FMT];

	if (strcmp(metric_info[m].unit, "ms") == 0)
		return fmt_ms(buf, v);
	snprintf(buf, FMT, "%.24s%s%.16s", fmt_num(num, v), *metric_info[m].unit ? " " : "", metric_info[m].unit);
	return buf;
}

double explain_share(const struct ladder_numbers *n, size_t rung)
{
	return fabs(n->total.mean) > 0 ? n->step[rung].mean / n->total.mean : 0.0;
}

size_t explain_order(const struct ladder *l, const struct ladder_numbers *n, size_t rung[LADDER_RUNGS])
{
	size_t worth = 0;

	for (size_t i = 1; i < l->n; i++) {
		size_t k = i - 1;

		for (; k > 0 && n->sign * n->step[rung[k - 1]].mean < n->sign * n->step[i].mean; k--)
			rung[k] = rung[k - 1];
		rung[k] = i;
	}
	while (worth + 1 < l->n && n->sign * n->step[rung[worth]].mean > WORTH_WORDS * fabs(n->total.mean))
		worth++;
	return worth;
}

/* run/level.h - the numbers of one level in one replication.
 *
 * A number without data is NaN here and absent (summary.n == 0) in the result.
 */
#ifndef RUN_LEVEL_H
#define RUN_LEVEL_H

#include "run/coverage.h"
#include "run/metrics.h"
#include "run/result.h"

struct level_numbers {
	double metric[METRICS];
	double cause_ms[CAUSES], ttft_cause_ms[CAUSES];
	double pass_share[PASS_KINDS], passes[PASS_KINDS], pass_ms[PASS_KINDS];
	double part_share[PASS_PARTS], step_bytes;
	double wait_share[PASS_WAITS];	/* of the time requests spent in the queue */
	double ttft[CDF_POINTS], e2e[CDF_POINTS];
	unsigned sketched;		/* bit i: percentiles of level_family[i] are of a sketch */
	struct level_audit audit;
	struct coverage coverage;
	sim_time elapsed, busy, idle;	/* of the window */
};

#define LEVEL_FAMILIES 7
extern const char *const level_family[LEVEL_FAMILIES];	/* metrics with percentiles: "ttft_ms" */

/* Of level `i` of m; sorts its samples. */
void level_numbers_of(struct metrics *m, size_t i, const struct level_info *info,
		      const struct model *model, const struct gpu *gpu, struct level_numbers *out);

#endif

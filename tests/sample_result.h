/* sample_result.h - results made by hand, for the tests of reports and charts.
 *
 * Kinds:
 *   v5        three user counts, 20 replications, measured values for each
 *   single    one level, sessions, one replication, a full KV pool
 *   extreme   four levels over six orders of magnitude, missing metrics, zeros
 *   long      long and hostile names, seven levels
 *   refused   memory does not fit: no levels
 * All numbers come from short sums and products: no libm, the same on every machine.
 */
#ifndef SAMPLE_RESULT_H
#define SAMPLE_RESULT_H

#include "run/result.h"

struct sample {
	struct arena arena;		/* owns everything below */
	struct scenario scenario;
	struct run_result result;
};

/* NULL: no such kind. Free with sample_free(). */
struct sample *sample_new(const char *kind);
/* "v5" as a variant: `times` the throughput, a `times`-th of the latencies, all by replication; with a published
 * table of two rows if `published`. */
struct sample *sample_variant(const char *label, double times, bool published);
void sample_free(struct sample *s);

#endif

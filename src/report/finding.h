/* report/finding.h - what a result says, in sentences.
 *
 * The text report opens with the answer; every chart's title states its
 * finding.  Both come from here, so they never disagree.  Shares are of the
 * client's latency (attribution) unless a name says otherwise.
 */
#ifndef REPORT_FINDING_H
#define REPORT_FINDING_H

#include <stddef.h>

#include "run/result.h"

#define FINDING 400			/* bytes that hold any sentence or paragraph below */

/* The level with the most users; the last one if levels are not user counts.  NULL: no level has a result. */
const struct level_result *finding_heaviest(const struct run_result *r);
const struct level_result *finding_lightest(const struct run_result *r);	/* first level */

double finding_total(const struct summary cause[CAUSES]);	/* ms over all causes; 0: no data */
double finding_share(const struct summary cause[CAUSES], enum cause c);	/* 0..1 */
/* Largest cause other than decoding and the request's own prefill: what the system, not the request, costs. */
enum cause finding_overhead(const struct summary cause[CAUSES]);
const char *finding_words(enum cause c);	/* "other requests' prefill passes" */

double finding_mean(const struct level_result *l, enum metric m);	/* NaN: no data */
/* Of the time requests of a level (NULL: of all reported ones) spent waiting in the first replication, how much
 * passed while as many ran as the engine may run at once, and while running requests held 90% of the KV pool. */
struct finding_waiting {
	double total;			/* request seconds; 0: nothing waited or nothing was recorded */
	double at_cap, pool_full;	/* shares of it */
};
struct finding_waiting finding_waiting(const struct run_result *r, const struct level_result *l);
double finding_running_cap(const struct run_result *r);	/* requests; infinite if there is none */

/* from the configuration; NULL: not there */
const char *finding_setting(const struct run_result *r, const char *path);

/* what limits this configuration at its heaviest level; at level l */
void finding_limit(const struct run_result *r, char out[FINDING]);
void finding_limit_at(const struct run_result *r, const struct level_result *l, char out[FINDING]);
/* "from 10 to 100 users" */
void finding_between(const struct level_result *lo, const struct level_result *hi, char out[FINDING]);
/* throughput against users; "" for one level */
void finding_scaling(const struct run_result *r, char out[FINDING]);
/* "Llama-3-8B on NVIDIA A40, sglang 0.4.9", and ", without api, kernels" if mechanisms are switched off */
void finding_system(const struct run_result *r, char out[FINDING]);
/* Mechanisms that are off, behind what `out` says already: ", without api, kernels"; none: nothing. */
void finding_add(char out[FINDING], const char *text);		/* behind what is there, as far as it fits */
void finding_add_without(unsigned without, char out[FINDING]);
/* "mean and 95% interval of 20 seeds" */
void finding_seeds(const struct run_result *r, char out[FINDING]);

#endif

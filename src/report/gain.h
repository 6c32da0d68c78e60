/* report/gain.h - what the names of a setting gain over the first (run/gain.h), and who pays for it. */
#ifndef REPORT_GAIN_H
#define REPORT_GAIN_H

#include <stdio.h>

#include "report/finding.h"
#include "run/gain.h"

#define GAIN_WORDS	700		/* bytes that hold any sentence below */

/* Which name gains most, where, and how much: the title of the chart, without a stop. */
void gains_answer(const struct gains *g, char out[FINDING]);
/* Sentences with their stops; "": nothing to say. */
void gain_name(const struct gains *g, size_t name, char out[GAIN_WORDS]);
void gain_fallback(const struct gains *g, char out[GAIN_WORDS]); /* lpm with more than 128 waiting */
void gain_price(const struct gains *g, size_t name, char out[GAIN_WORDS]);	/* cold requests */
/* Who is starved most, as a title; false: the workload marks nobody. */
bool gains_price_answer(const struct gains *g, char out[FINDING]);

void report_gains_text(const struct gains *g, FILE *out);

#endif

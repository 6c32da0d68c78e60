/* report/finding_saturation.h - where more users no longer bring more throughput; the curve drawn. */
#ifndef REPORT_FINDING_SATURATION_H
#define REPORT_FINDING_SATURATION_H

#include <stdbool.h>

#include "report/finding.h"
#include "stat/saturation.h"

#define SATURATION_GAIN	0.10		/* throughput is flat where a doubling of users brings less */

#define SATURATION_LEVELS 5		/* with fewer, where it flattens is not worth a sentence */

struct finding_saturation {
	const struct level_result *from, *to;	/* first step that brings too little; NULL: none does */
	double gain;			/* of a doubling of users at this step, or at the last */
};

/* Levels must be rising user counts, at least three; else false. */
bool finding_saturation(const struct run_result *r, struct finding_saturation *out);
/* "Throughput flattens at 300 users, 3,716 tok/s: ..." and what limits it; "" if false above */
void finding_saturation_words(const struct run_result *r, char out[3 * FINDING]);

/* The curve that the scenario asks for (measured_curve) through measured throughputs; false: none. */
bool finding_measured_curve(const struct run_result *r, struct saturation *out);

#endif

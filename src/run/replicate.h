/* run/replicate.h - one replication: a pure function of the scenario and its number. */
#ifndef RUN_REPLICATE_H
#define RUN_REPLICATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "run/coverage.h"
#include "run/level.h"
#include "run/result.h"

struct replicate_job {
	const struct scenario *scenario;
	uint32_t number;
	const struct level_info *level;	/* all levels of the workload, in order; not owned */
	size_t nlevels;
	uint64_t kv_tokens;		/* capacity, from the memory plan */
	bool timeline;			/* record it */
	FILE *engine_log;		/* NULL: none */
};

struct replication {
	struct level_numbers *level;	/* job's nlevels; owned */
	uint64_t digest, events;
	bool balanced;			/* the engine's memory added up at the end */
	bool hang;
	char hang_text[400];
	struct pass_record largest;	/* the pass that computed most prefill tokens; zero: none did */
	struct coverage coverage;	/* of all levels */
	struct timeline timeline;	/* point is owned */
};

void replicate(const struct replicate_job *job, struct replication *out);
void replication_release(struct replication *r);

#endif

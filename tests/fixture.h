/* tests/fixture.h - a scenario by hand, for tests of run/: an engine and workloads easy to reason about.
 *
 * plain_engine serves one request at a time: a prefill pass, then one decode
 * pass a token, back to back.  Prompts over `reject_over` tokens are refused at
 * once; the `hang_at`-th arrival makes it stop for good.
 *
 * script_workload sends what its list says, level after level, each when the one
 * before is done and `gap_ms` has passed; times are from the start of the level.
 *
 * poisson_workload is one stream of `n` requests in two levels, the first of
 * them `warmup` long and not reported.
 */
#ifndef TESTS_FIXTURE_H
#define TESTS_FIXTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "run/run.h"
#include "run/scenario.h"

struct plain_params {
	double prefill_ms, decode_ms;
	struct frontend_params frontend;
	uint64_t reject_over;		/* 0: never */
	uint64_t hang_at;		/* 0: never; 1: with the first request */
	bool explains;			/* its hang */
	enum memory_verdict verdict;
	bool leaks;			/* does not balance at the end */
	bool short_answers;		/* forgets the last token */
};
extern const struct engine plain_engine;

struct script_line {
	double send_ms;
	uint64_t input_len, output_len;
	bool stream;
};

struct script_params {
	const struct script_line *line;
	size_t nlines;
	size_t nlevels;			/* the script is played once a level */
	bool warmup;			/* level 0 is not reported */
	double gap_ms, timeout_s;
};
extern const struct workload script_workload;

struct poisson_params {
	double rate;			/* requests a second */
	uint64_t warmup, n;
	double output_mean;		/* 1: always one token; else geometric */
};
extern const struct workload poisson_workload;

/* GPU: idle 100 W; model: 8 x 10^9 parameters; cost: every pass 10 ms.  Release with fixture_release(). */
void fixture_init(struct scenario *s, const struct engine *e, void *engine_params, const struct workload *w,
		  void *workload_params, int64_t replications);
void fixture_release(struct scenario *s);
struct run_result *fixture_run(const struct scenario *s, int64_t threads);

#endif

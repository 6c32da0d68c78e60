/* run/logcalibrate.h - an engine's host times from a server's log, and how far that can be trusted.
 *
 * enginelog.h guesses what a log does not say: when between two decode lines prefill passes ran and requests
 * ended.  What such guesses do to the result depends on the load.  So the estimator is tried where the truth is
 * known: the scenario is simulated with the times that were found, by other seeds, its log is read in the same
 * way, and
 *	error_k = found_k - put in,  bias = mean error_k,  spread = their standard deviation about it
 *	value = found - bias,  half interval = max(found's own, t spread sqrt(windows of a trial / of the log))
 * (indirect inference; Gourieroux, Monfort, Renault 1993).  The bias is that of the scenario's load: where
 * the log shows another one, half of the bias is left in the interval for that.
 *
 * The coefficients of step and prefill pass are of a straight line laid through passes that are not on one: what
 * was put in is then the least-squares line through the passes at the log's own lines.
 */
#ifndef RUN_LOGCALIBRATE_H
#define RUN_LOGCALIBRATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "run/enginelog.h"
#include "run/scenario.h"

enum log_param { LOG_PLAN_DECODE, LOG_PLAN_ROW, LOG_PLAN_PREFILL, LOG_HOST_PARAMS,
		 LOG_STEP = LOG_HOST_PARAMS, LOG_PREFILL = LOG_STEP + STEP_TERMS, LOG_PARAMS = LOG_PREFILL + PREFILL_TERMS };

struct log_calibration {
	const char *path, *log_path;	/* scenario, log; not owned, nor is `set` */
	const struct scenario_override *set;
	size_t nset;
	long interval;
	struct scenario *base;		/* owned */
	struct enginelog log;		/* owned */
	struct log_fit fit;		/* owned; corrected */
	struct log_host host;		/* corrected */
	double start[LOG_HOST_PARAMS];	/* the scenario's values, ms */
	double bias[LOG_PARAMS], spread[LOG_PARAMS];	/* what was subtracted; of the trials; NaN: not tried */
	size_t trials;			/* that ran to their end */
	double rows_hi, new_tokens_hi;	/* largest of the trials' logs */
	bool other_load;		/* those differ from the log's by more than a factor 2 */
	char data_date[16];		/* of the first stamp; "unknown" */
	void (*progress)(void *ctx, int64_t trials, double spread_ms);	/* may be NULL */
	void *progress_ctx;
};

extern const char *const log_param_path[LOG_HOST_PARAMS];	/* "engine.host.plan_decode_ms", ... */
/* Parameter i of a fit: a part of f or h; the pointer lives as long as they do. */
struct interval95 *log_param_of(struct log_fit *f, struct log_host *h, size_t i);

/* Load the scenario and read the log.  false: messages in errors.  Release in both cases. */
bool log_calibrate_init(struct log_calibration *c, const char *path, const struct scenario_override *set, size_t nset,
			const char *log_path, struct diag *errors);
void log_calibrate_release(struct log_calibration *c);
/* Fit, then `trials` simulations; 0: the estimator's own word. */
void log_calibrate_fit(struct log_calibration *c, size_t trials);

#endif

/* run/calibrate.h - an engine's times from measurements: simulated least squares.
 *
 * The simulator itself is the model: a point is the scenario with the parameters set, run with fixed
 * seeds (common random numbers), so that a difference between two points is due to the parameters.
 * Minimised is the sum of
 *	((simulated mean - measured) / sigma)^2,  sigma = max(sd of a single run, 1% of the measured value)
 * as what was measured is one run a level and no simulator is better than 1%.  sigma is taken at the
 * start, then again at the first optimum, where the fit is repeated.
 *
 * What is said of the fit (errors, z, chi^2, S below) is of CALIBRATE_JUDGED times as many replications, the first of
 * which are the fit's own: with twenty, a mean error of 2% is uncertain by a tenth of a point, and a run costs
 * little beside the hundreds of a fit.
 *
 * Intervals: the numbers of one level come from one run and move together, so the covariance of the
 * estimate is
 *	(J'WJ)^-1 J'W S WJ (J'WJ)^-1,  W = diag(1 / sigma^2)
 * with S the covariance of single runs over the replications (within a level; sigma^2 on its
 * diagonal), times 1 + 1/replications for our own noise, and times chi^2 / degrees of freedom if that
 * is above 1.
 */
#ifndef RUN_CALIBRATE_H
#define RUN_CALIBRATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "run/coverage.h"
#include "run/metric.h"
#include "run/scenario.h"

#define CALIBRATE_PARAMS	8
#define CALIBRATE_ALIKE		0.95	/* a correlation above this: two cannot be told apart */
#define CALIBRATE_DATE		16	/* bytes of "2025-12-10" or "unknown" */
#define CALIBRATE_JUDGED	5
#define CALIBRATE_MOST		10000		/* replications, as of run.replications */
#define CALIBRATE_FLOOR		0.01	/* of the measured value: least sigma */

struct calibrate_param {
	const char *path, *unit;	/* "engine.host.plan_row_ms"; of the key tables or the base scenario */
	double lo, hi, scale;
	double start, value;
	double sd, ci_lo, ci_hi;	/* 95%, cut at the range */
	bool at_bound;			/* the best value is an end of the range */
	bool identifiable;		/* its interval is within 2 scales, and no other moves with it */
};

struct calibrate_target {		/* one measured number */
	int64_t users;
	enum metric metric;
	double measured;
	size_t level;			/* which of calibration.users */
	double simulated, sigma, error_pct, z;	/* z = (measured - simulated) / sigma */
	double held_out_pct;		/* error when its level was left out; NaN: was not tried */
};

struct calibration {
	const char *path;		/* of the scenario; not owned, nor is `set` */
	const struct scenario_override *set;
	size_t nset;
	const char *names;		/* what to fit, as given; NULL: the usual ones; not owned */
	struct scenario *base;		/* owned */
	uint64_t data_hash;		/* of the measured file */
	char data_date[CALIBRATE_DATE];	/* the first in a comment of it */
	struct calibrate_param param[CALIBRATE_PARAMS];
	size_t nparams;
	struct calibrate_target *target;	/* owned */
	size_t ntargets;
	int64_t judged;			/* replications behind the errors */
	int64_t *users;			/* levels with data, in order of the file; owned */
	size_t nusers;
	double correlation[CALIBRATE_PARAMS][CALIBRATE_PARAMS];
	double condition;		/* largest / smallest singular value of J in scales and sigmas */
	double chi2, mean_abs_pct, worst_pct, start_abs_pct;
	double held_out_mean_pct;	/* NaN: not tried */
	size_t left_out;		/* levels that were; SIZE_MAX: not asked for */
	size_t worst;			/* which target */
	struct coverage coverage;	/* of levels with data */
	uint64_t digest;		/* of the run at the optimum, `judged` replications */
	int64_t runs;			/* of the scenario */
	void (*progress)(void *ctx, int64_t runs, double chi2);	/* may be NULL */
	void *progress_ctx;
};

/* Load scenario and measured values and choose what to fit: `names`, comma separated; NULL: the engine's usual ones.
 * false: messages in errors.  Release in both cases. */
bool calibrate_init(struct calibration *c, const char *path, const struct scenario_override *set, size_t nset,
		    const char *names, struct diag *errors);
void calibrate_release(struct calibration *c);

/* Everything above; with cross validation, which fits once a level more.  false: a point could not be run. */
bool calibrate_fit(struct calibration *c, bool cross_validate);

/* ---- steps, for run/calibrate*.c and tests */

void calibrate_data(struct calibration *c);	/* hash and date */
/* The means of all targets over n replications at a point theta[nparams]; sample: NULL, or [ntargets][n]. */
bool calibrate_simulate(struct calibration *c, const double *theta, int64_t n, double *mean, double *sample);
/* The targets' numbers at c->param[].value: simulated, sigma, error, z; chi2 and errors; cov[ntargets][ntargets], or NULL. */
bool calibrate_judge(struct calibration *c, int64_t n, double *cov);
/* Least squares over the targets with use[], from theta to theta. */
bool calibrate_minimise(struct calibration *c, const bool *use, size_t iterations, double *theta);
/* d mean / d theta, [ntargets][nparams]. */
bool calibrate_jacobian(struct calibration *c, const double *theta, double *jacobian);
/* sd, interval, correlation, identifiable, from the Jacobian and cov. */
void calibrate_intervals(struct calibration *c, const double *jacobian, const double *cov);

#endif

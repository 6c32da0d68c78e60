/* run/tune.h - the best settings under service-level objectives, for a fraction of the grid's runs.
 *
 * Candidates are the points of a grid (run/vary.h).  All are run three times on the same requests, then
 * they race: in each round those that are surely worse than one that surely meets all objectives, and
 * those that surely violate one, are dropped, and the others get more replications.  This is a race as
 * in M. Birattari, T. Stuetzle, L. Paquete, K. Varrentrapp, A racing algorithm for configuring
 * metaheuristics, GECCO 2002, with a paired moderated t in place of Friedman's test: differences on
 * common random numbers are nearly normal, and their size matters.
 *
 * Near a limit it is open for long who meets the objectives.  Then those go, too, that are surely
 * worse in the goal and surely further from every objective than a rival: if they met, it would,
 * and be better.  That costs no error of its own (tune_race.c).
 *
 * Errors.  With at most K candidates and L rounds each comparison is one-sided at level
 *	TUNE_ALPHA/2 / (K - 1) / L	for "worse than",
 *	TUNE_ALPHA/4 / L		for "violates" (shared by the objectives),
 *	TUNE_ALPHA/4 / K / L		for "meets",
 * so by Bonferroni's inequality the best candidate is dropped with a probability of at most TUNE_ALPHA.
 * That rests on differences (of logs, where all numbers are above 0) that are about normal, and
 * variances that are draws of one scaled inverse chi-square (stat/moderated.h).
 *
 * Candidates within `precision` of the leader (95% interval of the paired difference) get no more
 * replications: it does not matter which of them is the best.
 *
 * A continuous axis (LO..HI) is part of the grid with five values; when the race is over a compass
 * search (T. G. Kolda, R. M. Lewis, V. Torczon, SIAM Review 45 (2003)) looks half a step to
 * both sides of the winner, moves while that is better, and halves the step until the neighbours are
 * within `precision`.  On common random numbers the mean over the same replications is a fixed function
 * of the settings, but it has steps and plateaus and its best point is often at the wall of memory:
 * GSL's minimisers in one dimension want a bracket with strictly higher ends, and Brent's parabola a
 * smooth bottom, so neither of them fits.
 *
 * The winner was chosen for its numbers, so these flatter it.  What is reported of it comes from
 * replications that had no part in the race (`fresh`).
 */
#ifndef RUN_TUNE_H
#define RUN_TUNE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "run/run.h"
#include "run/vary.h"
#include "stat/moderated.h"

#define TUNE_START	3		/* replications of each candidate that can run */
#define TUNE_ALPHA	0.05
#define TUNE_SLOS	16
#define TUNE_ROUNDS	64
#define TUNE_CANDIDATES	20000
#define TUNE_FINE	64		/* steps of a continuous axis, of which the grid has every 16th */

struct tune_goal {
	const char *text;		/* "max output_throughput" */
	bool maximise;
	enum metric metric;
	/* a path below workload, "workload.users": the largest load is sought; NULL: a metric is */
	const char *load;
};

struct tune_slo {
	const char *text;		/* "ttft_ms.p95<2000" */
	enum metric metric;
	bool below;			/* < or <=, which are the same for a number that varies */
	double limit;
};

enum tune_fate {
	TUNE_RACING,
	TUNE_WINNER,
	TUNE_EQUAL,			/* within the precision of the winner */
	TUNE_OPEN,			/* cannot be told from the winner with all replications */
	TUNE_WORSE,
	/* an objective: surely, or on average when replications were over (unsure) */
	TUNE_VIOLATES,
	TUNE_HANGS,
	TUNE_CANNOT_RUN,
	TUNE_MEETS,			/* of a load: all objectives, surely */
	TUNE_FATES
};

extern const char *const tune_fate_name[TUNE_FATES];

struct tune_candidate {
	size_t *at;			/* of each axis, which of its values; owned */
	char **value;			/* the same as text; owned, the strings too */
	/* of a trial in a search for the largest load, in units of load_step; 0: the scenario's */
	size_t load;
	size_t setting;			/* of a trial: the candidate that is loaded so */
	int64_t point;			/* at[] and load in one number, the same in every process */
	bool refined;			/* not a point of the grid */
	char level_label[40];		/* the level that counts */
	double (*sample)[METRICS];	/* n rows: its numbers by replication, NaN: no data; owned */
	size_t n;
	enum tune_fate fate;
	bool unsure;			/* violates on average, but the interval holds the limit */
	size_t slo;			/* the one it violates most, or that binds */
	char *reason;			/* cannot run, hangs; owned, else NULL */
	/* largest load that surely meets the objectives, smallest that surely does not; 0: none seen */
	size_t meets, fails;
};

struct tune_knob {			/* what an axis matters: the winner with another value of it */
	size_t axis, candidate;
};

struct tune_job {			/* replications first .. first + n - 1 of a candidate */
	int64_t point;
	size_t first, n;
};

struct tune {
	const char *path;
	const struct scenario_override *set;	/* of the command line; not owned */
	size_t nset;
	struct grid grid;		/* owned */
	struct tune_goal goal;
	struct tune_slo slo[TUNE_SLOS];
	size_t nslos;
	const char *level;		/* label or users; NULL: the heaviest */
	double precision;		/* share: 0.01 */
	size_t most;			/* replications of a candidate */
	struct tune_candidate *candidate;	/* owned; the grid's points first, in their order */
	size_t n, cap;
	struct scenario *base;		/* of candidate 0; owned */
	/* of a search for the largest load: its unit, and where it starts */
	double load_step, load_start;
	bool load_list, load_whole;	/* it is a list of levels: "[100]"; it is a whole number */
	/* Has all jobs done, each by tune_work(), and their answers taken by tune_take(); false:
	 * stopped. */
	bool (*simulate)(struct tune *t, const struct tune_job *job, size_t n);
	void *simulate_ctx;
	/* the outcome */
	bool stopped;
	bool found;			/* a candidate meets all objectives, on average */
	bool certain;			/* and surely so, and `fresh` does not say otherwise */
	size_t winner;			/* or, if none was found, the nearest; n: nothing can run */
	struct scenario *best;		/* its scenario; owned */
	/* of the winner: replications that had no part in the race; owned */
	double (*fresh)[METRICS];
	size_t nfresh;
	size_t race, rounds;		/* replications that the race took, rounds it had */
};

/* "max METRIC", "min METRIC" or "max workload.PATH"; "METRIC<VALUE".  False: a message is in errors. */
bool tune_read_goal(struct tune_goal *g, const char *text, struct diag *errors);
bool tune_read_slo(struct tune_slo *s, const char *text, struct diag *errors);

/* t->path, set, grid, goal, slo, level, precision, most (0: the scenario's replications) are set.  Loads
 * every candidate; false and all messages in errors if any is not valid or lacks the level. */
bool tune_load(struct tune *t, struct diag *errors);
/* Race, or search for the largest load, with t->simulate (NULL: in this thread). */
void tune_run(struct tune *t);
void tune_release(struct tune *t);

/* A job, in any thread of any process that has loaded the same: what tune_take() reads. */
void tune_work(const struct tune *t, const struct tune_job *job, int64_t threads, FILE *answer);
void tune_take(struct tune *t, const struct tune_job *job, const char *answer);

/* ---- what reports ask */

/* over its replications; n = 0: no data */
struct summary tune_metric(const struct tune_candidate *c, enum metric m);
struct summary tune_fresh(const struct tune *t, enum metric m);	/* of the winner */
bool tune_fresh_meets(const struct tune *t, const struct tune_slo *s);	/* on average */
/* b over a in %, on the replications both have; of a metric that is 0, the plain difference is 0 or
 * there is no data. */
struct summary tune_difference(const struct tune_candidate *a, const struct tune_candidate *b,
			       enum metric m);
/* How far from the limit, as a share of it: above 0 is a violation. */
double tune_excess(const struct tune_slo *s, double v);
/* How far c is from meeting all objectives (largest excess, on the scale of tests), and in *slo which
 * it is of. */
double tune_worst(const struct tune *t, const struct tune_candidate *c, size_t *slo);
size_t tune_replications(const struct tune *t);		/* all that were run */
/* Of the grid's points that can run, with `most` each; of continuous axes, of a grid as fine as the
 * search. */
size_t tune_grid_replications(const struct tune *t);
char *tune_label(const struct tune *t, size_t candidate, bool paths);	/* as grid_label() */
/* Candidates that differ from `from` in one axis only, in order of axis and value; returns how many
 * (<= max). */
size_t tune_knobs(const struct tune *t, size_t from, struct tune_knob *out, size_t max);
/* in the load's own unit: users, requests a second */
double tune_load_of(const struct tune *t, size_t load);

/* Where a single further run falls with 95%: mean +- t(0.975, n - 1) sd sqrt(1 + 1/n), of logs where all
 * are above 0.  Source: W. Q. Meeker, G. J. Hahn, L. A. Escobar, Statistical Intervals, 2nd ed. (2017),
 * chapter 4, on single future observations. */
/* false: fewer than 2 */
bool tune_prediction(const struct tune *t, enum metric m, double *lo, double *hi);

#endif

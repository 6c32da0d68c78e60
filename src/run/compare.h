/* run/compare.h - configurations on the same requests: paired differences, and what they mean.
 *
 * Replication k of every configuration has the same random numbers (common random numbers), so
 * differences are taken replication by replication.  First all have `first` replications; their
 * spread decides how many more each needs (Stein's two stages, stat/stein.h), and that is all the
 * looking at data that decides anything.
 *
 * What an interval says (enum verdict), with the precision P in % of the baseline:
 *
 *	different	it leaves out 0
 *	same		it lies inside -P .. +P: the difference is smaller than what was asked for.
 *			This is the test of equivalence by two one-sided tests (Schuirmann,
 *			J. Pharmacokin. Biopharm. 15 (1987) 657), each at 2.5%, as the interval is one of
 *			95%.
 *	open		neither
 *
 * Differences in % are of the baseline's mean, which is taken as known: they leave out 0 exactly when
 * the differences do.
 */
#ifndef RUN_COMPARE_H
#define RUN_COMPARE_H

#include <stdbool.h>
#include <stddef.h>

#include "run/metric.h"
#include "run/result.h"
#include "run/run.h"

#define COMPARE_MAX		64	/* configurations */
#define COMPARE_FIRST		5	/* least replications of the first stage */
#define COMPARE_MOST		100	/* replications, if nobody says otherwise */
#define COMPARE_RUNS		1000000	/* no number of runs or replications is told above this */

enum verdict {
	VERDICT_NO_DATA,		/* no replication in which both have a value */
	VERDICT_IDENTICAL,		/* the same in every replication, digit for digit */
	VERDICT_DIFFERENT,
	VERDICT_SAME,			/* but not digit for digit */
	VERDICT_OPEN
};

/* "no data", "identical", "difference", "no difference", "not resolved" */
extern const char *const verdict_name[];

struct compare_cell {			/* a metric of a level, of one configuration over another */
	enum verdict verdict;
	struct summary base, value;	/* of each alone, over the pair's replications */
	struct summary difference;	/* value - base, in the metric's unit */
	struct summary pct;		/* the same in % of base's mean; n = 0: that is 0 */
	bool smaller;			/* different, and yet inside -P .. +P */
	int good;			/* different: +1 better than base, -1 worse, 0 neither */
	double p;			/* of no difference, two-sided t test; 1 without an interval */
	bool holm;			/* a headline that survives Holm's correction (stat/holm.h) */
	size_t more;			/* open: further replications that would settle it, if mean and
					 * spread stay; 0: unknown */
	double right_sign;		/* probability; NaN unless different (stat/power.h) */
	size_t runs_80, runs_95;	/* runs a side for 80% and 95% power; 0 unless different */
};

struct compare_level {
	char label[80];
	const struct level_result *a, *b;	/* of base and of the other; in the runs' results */
	size_t ia, ib;			/* their numbers in the runs */
	struct compare_cell cell[METRICS];
	struct summary cause_ms[CAUSES];	/* differences */
};

struct compare_pair {			/* side `of` over side `over` */
	size_t of, over;
	bool runner_up;			/* the best over the next best, when neither is the baseline */
	size_t n, first;		/* replications of both; of the first stage */
	bool identical;			/* every replication of one is the other's, digit for digit */
	struct compare_level *level;	/* owned */
	size_t nlevels;
};

struct compare_side {
	struct scenario *scenario;	/* not owned */
	char *label;			/* owned: "lpm", "mem_fraction_static=0.9" */
	char *set;			/* owned: " --set PATH=VALUE" for each axis; "": a variant */
	struct run *run;		/* NULL: the engine refuses the workload */
	struct run_result *result;	/* NULL: cannot run */
	char *cannot;			/* owned: why it cannot run; NULL: it can */
	struct memory_report memory;	/* of one that cannot: does not fit, or is not the reason */
	bool told;			/* the command has said so */
};

struct compare {
	/* in */
	const char *what;		/* what is varied: "engine.schedule_policy"; "variants" */
	char *again;			/* owned: the command, without its number of replications */
	double precision_pct;		/* P, > 0 */
	size_t most;			/* replications, >= 2 */
	enum metric headline[METRICS];	/* whose intervals are to be narrow */
	size_t nheadline;
	const char *level;		/* only this one: label, or number of users; NULL: all */
	/* sides: the scenarios in the order of the command line */
	struct compare_side side[COMPARE_MAX];
	size_t nsides;
	/* out */
	size_t base;			/* the first side that can run */
	size_t running;			/* sides that can */
	size_t first;			/* replications of the first stage */
	/* Each side that can run over the baseline, then perhaps the best over the runner-up: that pair is
	 * chosen after the fact, which its test survives (Hung, Fithian, Ann. Statist. 47 (2019) 758). */
	struct compare_pair *pair;
	size_t npairs;
	size_t best, second;		/* sides: by the first headline at the heaviest level */
	size_t intervals;		/* of headlines, over the baseline: one in 20 misses */
};

/* Takes label and set (malloc'd). */
void compare_add(struct compare *c, struct scenario *s, char *label, char *set);
/* Memory and workload before any simulation: who cannot run is told in side[].cannot; the baseline
 * is fixed. */
void compare_begin(struct compare *c);
bool compare_wants(const struct compare *c, const struct level_info *l);	/* c->level */
/* Both stages, then everything under "out".  Needs two sides that can run; on return there may be
 * fewer, as the largest pass of a run may not fit: then there are no pairs. */
void compare_simulate(struct compare *c, const struct run_options *o);
void compare_release(struct compare *c);
bool compare_hangs(const struct compare *c);

/* The cell for samples a (base) and b of n replications, the first n1 of them the first stage; NaN:
 * no data.  Everything but `holm` is set. */
void compare_judge(struct compare_cell *cell, const double *a, const double *b, size_t n, size_t n1,
		   double precision_pct, int better);
/* Total replications that the first stage asks for; at least n1, at most `most`. */
size_t compare_plan(const double *a, const double *b, size_t n1, double precision_pct, size_t most);

/* Parts of compare_simulate(), in run/compare_pair.c. */
void compare_pair_make(struct compare_pair *p, const struct compare *c);
size_t compare_pair_plan(const struct compare *c, size_t of);
void compare_correct(struct compare *c);	/* sets cell.holm */

#endif

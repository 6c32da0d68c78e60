/* run/tune.c - the candidates of a search, and what reports ask about them. */
#include "config.h"

#include "run/tune.h"
#include "run/tune_parts.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "run/paired.h"

const char *const tune_fate_name[TUNE_FATES] = {
	"racing", "winner", "equal", "open", "worse", "violates", "hangs", "cannot_run", "meets"
};

/* ---- the grid */

/* Where the grid's value i stands among all that a candidate may have. */
static size_t place_of(const struct grid_axis *a, size_t i)
{
	return a->continuous ? i * TUNE_FINE / (a->n - 1) : i;
}

bool tune_load(struct tune *t, struct diag *errors)
{
	size_t *at = xcalloc(t->grid.naxes + 1, sizeof(*at));
	double points = 1.0;
	bool is_new;

	for (size_t a = 0; a < t->grid.naxes; a++)
		points *= (double)tune_axis_size(&t->grid.axis[a]);
	if (points > 1e12)
		diag_add(errors, NULL, 0, "too many continuous axes: %.0e settings between their ends",
			 points);
	for (size_t p = 0; p < t->grid.npoints && points <= 1e12; p++) {
		for (size_t a = 0; a < t->grid.naxes; a++)
			at[a] = place_of(&t->grid.axis[a], grid_index(&t->grid, p, a));
		tune_prepare(t, tune_candidate_at(t, at, 0, &is_new), errors);
	}
	free(at);
	t->winner = t->n;
	if (errors->n == 0 && t->goal.load)
		tune_capacity_load(t, errors);
	if (errors->n > 0)
		return false;
	if (t->most == 0)
		t->most = (size_t)t->base->run.replications;
	if (t->most < TUNE_START)
		t->most = TUNE_START;
	return true;
}

/* The winner's scenario, for its launch command and its name; then replications that did not choose
 * it. */
static void measure_winner(struct tune *t)
{
	struct tune_candidate *c = &t->candidate[t->winner];
	size_t n = c->n, to = n + (t->most > 5 ? t->most : 5);
	struct diag errors;

	diag_init(&errors);
	t->best = tune_scenario(t, c->point, &errors);
	diag_release(&errors);
	if (!t->found || !tune_grow(t, &t->winner, &to, 1))
		return;
	c = &t->candidate[t->winner];
	if (c->fate == TUNE_HANGS)
		t->certain = false;
	t->nfresh = to - n;
	t->fresh = xcalloc(t->nfresh, sizeof(*t->fresh));
	memcpy(t->fresh, c->sample + n, t->nfresh * sizeof(*t->fresh));
	c->n = n;
	for (size_t s = 0; s < t->nslos; s++)
		t->certain = t->certain && tune_fresh_meets(t, &t->slo[s]);
}

void tune_run(struct tune *t)
{
	if (t->goal.load)
		tune_capacity(t);
	else
		tune_race(t);
	t->race = tune_replications(t);
	if (t->winner < t->n && !t->stopped)
		measure_winner(t);
}

void tune_release(struct tune *t)
{
	for (size_t i = 0; i < t->n; i++) {
		struct tune_candidate *c = &t->candidate[i];

		for (size_t a = 0; a < t->grid.naxes; a++)
			free(c->value[a]);
		free(c->value);
		free(c->at);
		free(c->sample);
		free(c->reason);
	}
	free(t->candidate);
	free(t->fresh);
	scenario_free(t->base);
	scenario_free(t->best);
	grid_release(&t->grid);
	*t = (struct tune){ 0 };
}

/* ---- numbers */

static struct summary over(double (*row)[METRICS], size_t n, enum metric m)
{
	double *x = xcalloc(n + 1, sizeof(*x));
	struct summary s;
	size_t have = 0;

	for (size_t k = 0; k < n; k++)
		if (isfinite(row[k][m]))
			x[have++] = row[k][m];
	s = summary_of(x, have);
	free(x);
	return s;
}

struct summary tune_metric(const struct tune_candidate *c, enum metric m)
{
	return over(c->sample, c->n, m);
}

struct summary tune_fresh(const struct tune *t, enum metric m)
{
	return over(t->fresh, t->nfresh, m);
}

bool tune_fresh_meets(const struct tune *t, const struct tune_slo *s)
{
	struct summary v = tune_fresh(t, s->metric);

	return v.n > 0 && tune_excess(s, v.mean) <= 0.0;
}

struct summary tune_difference(const struct tune_candidate *a, const struct tune_candidate *b,
			       enum metric m)
{
	size_t n = a->n < b->n ? a->n : b->n;
	double *x = xcalloc(n + 1, sizeof(*x)), *y = xcalloc(n + 1, sizeof(*y));
	struct summary s;

	for (size_t k = 0; k < n; k++) {
		x[k] = a->sample[k][m];
		y[k] = b->sample[k][m];
	}
	s = paired_difference_pct(x, y, n);
	free(x);
	free(y);
	return s;
}

double tune_excess(const struct tune_slo *s, double v)
{
	double scale = fabs(s->limit) > 0.0 ? fabs(s->limit) : 1.0;

	return (s->below ? v - s->limit : s->limit - v) / scale;
}

size_t tune_replications(const struct tune *t)
{
	size_t all = t->nfresh;

	for (size_t i = 0; i < t->n; i++)
		all += t->candidate[i].n;
	return all;
}

size_t tune_grid_replications(const struct tune *t)
{
	size_t all = 0, fine = 1;

	for (size_t a = 0; a < t->grid.naxes; a++)
		fine *= t->grid.axis[a].continuous ? TUNE_FINE + 1 : t->grid.axis[a].n;
	if (fine > t->grid.npoints)
		return fine * t->most;
	for (size_t i = 0; i < t->grid.npoints; i++)
		all += t->candidate[i].fate == TUNE_CANNOT_RUN ? 0 : t->most;
	return all;
}

char *tune_label(const struct tune *t, size_t candidate, bool paths)
{
	char *label = xstrdup(t->grid.naxes ? "" : "as it is");

	for (size_t a = 0; a < t->grid.naxes; a++) {
		const char *dot = strrchr(t->grid.axis[a].path,
					  '.'), *word = dot ? dot + 1 : t->grid.axis[a].path;
		char *longer = xasprintf("%s%s%s%s%s", label, a ? ", " : "", paths ? word : "",
					 paths ? "=" : "",
					 t->candidate[candidate].value[a]);

		free(label);
		label = longer;
	}
	return label;
}

/* The only axis in which they differ; the number of axes if it is not one. */
static size_t only_axis(const struct tune *t, size_t i, size_t k)
{
	size_t axis = t->grid.naxes, differ = t->candidate[i].load != t->candidate[k].load ? 2 : 0;

	for (size_t a = 0; a < t->grid.naxes; a++) {
		if (strcmp(t->candidate[i].value[a], t->candidate[k].value[a]) == 0)
			continue;
		axis = a;
		differ++;
	}
	return differ == 1 ? axis : t->grid.naxes;
}

size_t tune_knobs(const struct tune *t, size_t from, struct tune_knob *out, size_t max)
{
	size_t n = 0;

	for (size_t a = 0; a < t->grid.naxes; a++) {
		size_t first = n;

		for (size_t i = 0; i < t->n && n < max; i++) {
			size_t k = n;

			if (i == from || only_axis(t, from, i) != a)
				continue;
			for (; k > first &&
			     t->candidate[out[k - 1].candidate].at[a] > t->candidate[i].at[a]; k--)
				out[k] = out[k - 1];
			out[k] = (struct tune_knob){ .axis = a, .candidate = i };
			n++;
		}
	}
	return n;
}

bool tune_prediction(const struct tune *t, enum metric m, double *lo, double *hi)
{
	double *x = xcalloc(t->nfresh + 1, sizeof(*x)), half;
	bool logs = true;
	struct summary s;
	size_t n = 0;

	for (size_t k = 0; k < t->nfresh; k++) {
		if (isfinite(t->fresh[k][m]))
			x[n++] = t->fresh[k][m];
		logs = logs && !(t->fresh[k][m] <= 0.0);
	}
	for (size_t k = 0; k < n && logs; k++)
		x[k] = log(x[k]);
	s = summary_of(x, n);
	free(x);
	if (n < 2)
		return false;
	half = gsl_cdf_tdist_Pinv(0.975, (double)(n - 1)) * s.sd * sqrt(1.0 + 1.0 / (double)n);
	*lo = logs ? exp(s.mean - half) : s.mean - half;
	*hi = logs ? exp(s.mean + half) : s.mean + half;
	return true;
}

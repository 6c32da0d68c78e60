/* run/tune.c - the candidates of a search, and what reports ask about them. */
#include "config.h"

#include "run/tune.h"
#include "run/tune_parts.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/mem.h"
#include "config/keyread.h"
#include "run/paired.h"

const char *const tune_fate_name[TUNE_FATES] = {
	"racing", "winner", "equal", "open", "worse", "violates", "hangs", "cannot_run"
};

/* ---- candidates */

struct tune_candidate *tune_add(struct tune *t, const char *const *value)
{
	struct tune_candidate *c;

	ARRAY_ROOM(t->candidate, t->n, t->cap);
	c = &t->candidate[t->n++];
	*c = (struct tune_candidate){ .value = xcalloc(t->grid.naxes + 1, sizeof(*c->value)) };
	for (size_t a = 0; a < t->grid.naxes; a++)
		c->value[a] = xstrdup(value[a]);
	return c;
}

/* Index of the reported level that counts; false: none is called so, and *names (malloc'd) says which there are. */
static bool choose_level(const struct run *r, const char *wanted, size_t *level, char **names)
{
	const char *name[64];
	size_t n = 0;
	int64_t most = -1;
	char users[24];

	for (size_t i = 0; i < run_levels(r); i++) {
		const struct level_info *l = run_level(r, i);

		snprintf(users, sizeof(users), "%lld", (long long)l->users);
		if (wanted && (strcmp(wanted, l->label) == 0 || strcmp(wanted, users) == 0)) {
			*level = i;
			return true;
		}
		if (!wanted && l->users >= most) {
			most = l->users;
			*level = i;
		}
		if (n < 64)
			name[n++] = l->label;
	}
	if (wanted)
		*names = key_choices(wanted, name, n);
	return !wanted && n > 0;
}

static void judge(struct tune *t, struct tune_candidate *c, struct diag *errors)
{
	const struct scenario *s = c->scenario;
	char *names = NULL;

	if (s->cannot_run || s->memory.verdict == MEMORY_DOES_NOT_FIT) {
		c->fate = TUNE_CANNOT_RUN;
		c->reason = xstrdup(s->cannot_run ? s->cannot_run : s->memory.sentence);
	}
	c->run = run_begin(s);
	if (!choose_level(c->run, t->level, &c->level, &names) && t->level)
		diag_add(errors, NULL, 0, "--level %s: not one of %s", t->level, names);
	free(names);
	if (c->fate == TUNE_CANNOT_RUN)
		tune_drop(c, TUNE_CANNOT_RUN);
}

/* Which variant of the scenario it is. */
static size_t variant_of(const struct tune *t, const struct tune_candidate *c)
{
	const struct axis *a = t->grid.axis;
	size_t i = 0;

	if (t->grid.naxes == 0 || !a->variant)
		return 0;
	while (i < a->n && strcmp(a->value[i], c->value[0]) != 0)
		i++;
	return i;
}

bool tune_prepare(struct tune *t, struct tune_candidate *c, struct diag *errors)
{
	size_t n = t->nset, before = errors->n;
	struct scenario_override *set = xcalloc(n + t->grid.naxes + 2, sizeof(*set));

	if (n)
		memcpy(set, t->set, n * sizeof(*set));
	for (size_t a = 0; a < t->grid.naxes; a++)
		if (!t->grid.axis[a].variant)
			set[n++] = (struct scenario_override){ .path = t->grid.axis[a].path, .value = c->value[a],
							       .option = "--vary" };
	c->scenario = scenario_load_variant(t->path, set, n, variant_of(t, c), errors);
	free(set);
	if (c->scenario && errors->n == before)
		judge(t, c, errors);
	return errors->n == before;
}

bool tune_load(struct tune *t, struct diag *errors)
{
	const char **value = xcalloc(t->grid.naxes + 1, sizeof(*value));

	for (size_t p = 0; p < t->grid.npoints; p++) {
		for (size_t a = 0; a < t->grid.naxes; a++)
			value[a] = grid_value(&t->grid, p, a);
		tune_prepare(t, tune_add(t, value), errors);
	}
	free(value);
	t->winner = t->n;
	if (errors->n > 0)
		return false;
	if (t->most == 0)
		t->most = (size_t)t->candidate[0].scenario->run.replications;
	if (t->most < TUNE_START)
		t->most = TUNE_START;
	return true;
}

void tune_drop(struct tune_candidate *c, enum tune_fate fate)
{
	c->fate = fate;
	run_end(c->run);
	c->run = NULL;
}

void tune_release(struct tune *t)
{
	for (size_t i = 0; i < t->n; i++) {
		struct tune_candidate *c = &t->candidate[i];

		for (size_t a = 0; a < t->grid.naxes; a++)
			free(c->value[a]);
		free(c->value);
		run_end(c->run);
		scenario_free(c->scenario);
		free(c->sample);
		free(c->reason);
	}
	free(t->candidate);
	free(t->fresh);
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

struct summary tune_difference(const struct tune_candidate *a, const struct tune_candidate *b, enum metric m)
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
	size_t all = 0;

	for (size_t i = 0; i < t->grid.npoints; i++)
		all += t->candidate[i].fate == TUNE_CANNOT_RUN ? 0 : t->most;
	return all;
}

char *tune_label(const struct tune *t, size_t candidate, bool paths)
{
	char *label = xstrdup(t->grid.naxes ? "" : "as it is");

	for (size_t a = 0; a < t->grid.naxes; a++) {
		const char *dot = strrchr(t->grid.axis[a].path, '.'), *word = dot ? dot + 1 : t->grid.axis[a].path;
		char *longer = xasprintf("%s%s%s%s%s", label, a ? ", " : "", paths ? word : "", paths ? "=" : "",
					 t->candidate[candidate].value[a]);

		free(label);
		label = longer;
	}
	return label;
}

/* The only axis in which they differ; the number of axes if it is not one. */
static size_t only_axis(const struct tune *t, size_t i, size_t k)
{
	size_t axis = t->grid.naxes, differ = 0;

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

	for (size_t a = 0; a < t->grid.naxes; a++)
		for (size_t i = 0; i < t->n && n < max; i++)
			if (i != from && only_axis(t, from, i) == a)
				out[n++] = (struct tune_knob){ .axis = a, .candidate = i };
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

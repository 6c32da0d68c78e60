/* run/tune_point.c - a candidate as a number, as settings, and as jobs. */
#include "config.h"

#include "run/tune_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "base/mem.h"
#include "config/keyread.h"

/* ---- settings */

size_t tune_axis_size(const struct grid_axis *a)
{
	return a->continuous ? TUNE_FINE + 1 : a->n;
}

static char *value_at(const struct grid_axis *a, size_t i)
{
	return a->continuous ? axis_between(a, (double)i / TUNE_FINE) : xstrdup(a->value[i]);
}

static int64_t point_of(const struct tune *t, const size_t *at, size_t load)
{
	int64_t point = (int64_t)load;

	for (size_t a = 0; a < t->grid.naxes; a++)
		point = point * (int64_t)tune_axis_size(&t->grid.axis[a]) + (int64_t)at[a];
	return point;
}

/* The inverse of point_of(): at[] of the caller's, and the load. */
static size_t settings_of(const struct tune *t, int64_t point, size_t *at)
{
	for (size_t a = t->grid.naxes; a-- > 0;) {
		int64_t n = (int64_t)tune_axis_size(&t->grid.axis[a]);

		at[a] = (size_t)(point % n);
		point /= n;
	}
	return (size_t)point;
}

double tune_load_of(const struct tune *t, size_t load)
{
	return (double)load * t->load_step;
}

static char *load_text(const struct tune *t, size_t load)
{
	char number[40];

	snprintf(number, sizeof(number), t->load_whole ? "%.0f" : "%.9g", tune_load_of(t, load));
	if (!t->load_whole && !strpbrk(number, ".e"))
		strcat(number, ".0");
	return xasprintf(t->load_list ? "[%s]" : "%s", number);
}

struct scenario *tune_scenario(const struct tune *t, int64_t point, struct diag *errors)
{
	size_t axes = t->grid.naxes, n = t->nset, variant = 0, load;
	struct scenario_override *set = xcalloc(n + axes + 2, sizeof(*set));
	size_t *at = xcalloc(axes + 1, sizeof(*at));
	char **value = xcalloc(axes + 2, sizeof(*value));
	struct scenario *s;

	load = settings_of(t, point, at);
	if (n)
		memcpy(set, t->set, n * sizeof(*set));
	for (size_t a = 0; a < axes; a++) {
		const struct grid_axis *axis = &t->grid.axis[a];

		value[a] = value_at(axis, at[a]);
		if (axis->variant)
			variant = at[a];
		else
			set[n++] = (struct scenario_override){ .path = axis->path, .value = value[a],
							       .option = "--vary" };
	}
	if (load > 0) {
		value[axes] = load_text(t, load);
		set[n++] = (struct scenario_override){ .path = t->goal.load, .value = value[axes],
						       .option = "--goal" };
	}
	s = scenario_load_variant(t->path, set, n, variant, errors);
	for (size_t a = 0; a <= axes; a++)
		free(value[a]);
	free(value);
	free(at);
	free(set);
	return s;
}

/* ---- candidates */

static size_t find_point(const struct tune *t, int64_t point)
{
	size_t i = 0;

	while (i < t->n && t->candidate[i].point != point)
		i++;
	return i;
}

/* A whole number may stand at several places of a continuous axis. */
static bool same_values(const struct tune *t, const struct tune_candidate *c, char **value, size_t load)
{
	if (c->load != load)
		return false;
	for (size_t a = 0; a < t->grid.naxes; a++)
		if (strcmp(c->value[a], value[a]) != 0)
			return false;
	return true;
}

size_t tune_candidate_at(struct tune *t, const size_t *at, size_t load, bool *is_new)
{
	size_t axes = t->grid.naxes, i = 0;
	char **value = xcalloc(axes + 1, sizeof(*value));
	struct tune_candidate *c;

	for (size_t a = 0; a < axes; a++)
		value[a] = value_at(&t->grid.axis[a], at[a]);
	while (i < t->n && !same_values(t, &t->candidate[i], value, load))
		i++;
	*is_new = i == t->n;
	if (!*is_new) {
		for (size_t a = 0; a < axes; a++)
			free(value[a]);
		free(value);
		return i;
	}
	ARRAY_ROOM(t->candidate, t->n, t->cap);
	c = &t->candidate[t->n++];
	*c = (struct tune_candidate){ .value = value, .at = xcalloc(axes + 1, sizeof(*c->at)), .load = load,
				      .point = point_of(t, at, load) };
	for (size_t a = 0; a < axes; a++)
		c->at[a] = at[a];
	return i;
}

/* Index of the reported level that counts; run_levels(): there is none. */
static size_t choose_level(const struct run *r, const char *wanted)
{
	size_t best = run_levels(r);
	int64_t most = -1;
	char users[24];

	for (size_t i = 0; i < run_levels(r); i++) {
		const struct level_info *l = run_level(r, i);

		snprintf(users, sizeof(users), "%lld", (long long)l->users);
		if (wanted && (strcmp(wanted, l->label) == 0 || strcmp(wanted, users) == 0))
			return i;
		if (!wanted && l->users >= most) {
			most = l->users;
			best = i;
		}
	}
	return best;
}

static void no_such_level(const struct run *r, const char *wanted, struct diag *errors)
{
	const char *name[64];
	size_t n = 0;
	char *names;

	for (; n < run_levels(r) && n < 64; n++)
		name[n] = run_level(r, n)->label;
	names = key_choices(wanted, name, n);
	diag_add(errors, NULL, 0, "--level %s: not one of %s", wanted, names);
	free(names);
}

static void look_at(const struct tune *t, struct tune_candidate *c, const struct scenario *s,
		    struct diag *errors)
{
	struct run *r = run_begin(s);
	size_t level = choose_level(r, t->level);

	if (level < run_levels(r))
		memcpy(c->level_label, run_level(r, level)->label, sizeof(c->level_label));
	else if (t->level)
		no_such_level(r, t->level, errors);
	run_end(r);
	if (s->cannot_run || s->memory.verdict == MEMORY_DOES_NOT_FIT) {
		c->fate = TUNE_CANNOT_RUN;
		c->reason = xstrdup(s->cannot_run ? s->cannot_run : s->memory.sentence);
	}
}

/* The goal and the objectives have data in this scenario. */
static void check_limits(const struct tune *t, const struct scenario *s, struct diag *errors)
{
	if (s->has_slo)
		return;
	if (!t->goal.load && slo_counts(t->goal.metric))
		diag_add(errors, NULL, 0, "--goal '%s': %s", t->goal.text, slo_missing);
	for (size_t i = 0; i < t->nslos; i++)
		if (slo_counts(t->slo[i].metric))
			diag_add(errors, NULL, 0, "--slo '%s': %s", t->slo[i].text, slo_missing);
}

bool tune_prepare(struct tune *t, size_t candidate, struct diag *errors)
{
	struct tune_candidate *c = &t->candidate[candidate];
	struct scenario *s = tune_scenario(t, c->point, errors);
	size_t before = errors->n;

	if (!s)
		return false;
	check_limits(t, s, errors);
	look_at(t, c, s, errors);
	if (candidate == 0 && !t->base)
		t->base = s;
	else
		scenario_free(s);
	return errors->n == before;
}

/* ---- jobs */

/* A line a replication: "hang" or "ok", then its numbers, exactly. */
void tune_work(const struct tune *t, const struct tune_job *job, int64_t threads, FILE *answer)
{
	const struct run_options o = { .threads = threads };
	struct scenario *s;
	struct diag errors;
	struct run *r;
	size_t level;
	bool known;

	diag_init(&errors);
	s = tune_scenario(t, job->point, &errors);
	BUG_ON(!s);			/* it was loaded before */
	diag_release(&errors);
	r = run_begin_at(s, job->first);
	run_grow(&r, &job->n, 1, &o);
	level = choose_level(r, t->level);
	known = level < run_levels(r);
	for (size_t k = 0; k < job->n; k++) {
		fputs(run_hangs(r) ? "hang" : "ok", answer);
		for (int m = 0; m < METRICS; m++)
			fprintf(answer, " %a", known ? run_sample(r, level, (enum metric)m, k) : (double)NAN);
		fputc('\n', answer);
	}
	run_end(r);
	scenario_free(s);
}

static const char *read_row(const char *s, double row[METRICS], bool *hang)
{
	char *end;

	*hang = *s == 'h';
	s += strcspn(s, " ");
	for (int m = 0; m < METRICS; m++) {
		row[m] = strtod(s, &end);
		BUG_ON(end == s);
		s = end;
	}
	return s + strspn(s, "\n");
}

void tune_take(struct tune *t, const struct tune_job *job, const char *answer)
{
	struct tune_candidate *c = &t->candidate[find_point(t, job->point)];
	bool hang;

	for (size_t k = job->first; k < job->first + job->n; k++) {
		answer = read_row(answer, c->sample[k], &hang);
		if (hang && !c->reason)
			c->reason = xstrdup("a replication ended in the engine's permanent hang");
	}
}

static bool simulate_here(struct tune *t, const struct tune_job *job, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char *answer;
		size_t bytes;
		FILE *f = open_memstream(&answer, &bytes);

		BUG_ON(!f);
		tune_work(t, &job[i], 1, f);
		BUG_ON(fclose(f) != 0);
		tune_take(t, &job[i], answer);
		free(answer);
	}
	return true;
}

bool tune_grow(struct tune *t, const size_t *which, const size_t *to, size_t n)
{
	struct tune_job *job;
	size_t jobs = 0, most = 0;

	for (size_t i = 0; i < n; i++)
		most += to[i];
	job = xcalloc(most + 1, sizeof(*job));
	for (size_t i = 0; i < n; i++) {
		struct tune_candidate *c = &t->candidate[which[i]];

		c->sample = xrealloc(c->sample, to[i] > c->n ? to[i] : c->n + 1, sizeof(*c->sample));
		for (; c->n < to[i]; c->n++)
			job[jobs++] = (struct tune_job){ .point = c->point, .first = c->n, .n = 1 };
	}
	if (jobs > 0 && !(t->simulate ? t->simulate : simulate_here)(t, job, jobs))
		t->stopped = true;
	for (size_t i = 0; i < n && !t->stopped; i++)
		if (t->candidate[which[i]].reason)
			t->candidate[which[i]].fate = TUNE_HANGS;
	free(job);
	return !t->stopped;
}

/* run/merge.c - summaries over replications, in their order. */
#include "config.h"

#include "run/merge.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "run/checks.h"

void merge_warn(struct run_result *out, const char *fmt, ...)
{
	char **longer = arena_alloc(&out->arena, (out->nwarnings + 1) * sizeof(*longer));
	char text[640];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (out->nwarnings)
		memcpy(longer, out->warning, out->nwarnings * sizeof(*longer));
	longer[out->nwarnings++] = arena_strdup(&out->arena, text);
	out->warning = longer;
}

struct column {				/* one number of a level in all replications */
	struct replication *const *r;
	size_t n, level;
	double *x;			/* room for n */
};

/* `offset`: of the number in struct level_numbers.  Replications without data are left out. */
static struct summary summarise(const struct column *c, size_t offset)
{
	size_t have = 0;

	for (size_t k = 0; k < c->n; k++) {
		double v;

		memcpy(&v, (const char *)&c->r[k]->level[c->level] + offset, sizeof(v));
		if (isfinite(v))
			c->x[have++] = v;
	}
	return summary_of(c->x, have);
}

#define SUMMARISE(to, from) do {							\
	for (size_t i_ = 0; i_ < sizeof(to) / sizeof((to)[0]); i_++)			\
		(to)[i_] = summarise(&c, offsetof(struct level_numbers, from) + i_ * sizeof(double));	\
} while (0)

/* Metrics by replication, kept for paired differences between configurations. */
static void keep_samples(struct level_result *out, const struct column *c, struct arena *arena)
{
	double *x = arena_alloc(arena, METRICS * c->n * sizeof(*x));

	for (size_t m = 0; m < METRICS; m++) {
		out->sample[m] = x + m * c->n;
		for (size_t k = 0; k < c->n; k++)
			out->sample[m][k] = c->r[k]->level[c->level].metric[m];
	}
}

static void merge_level(struct level_result *out, struct column c)
{
	SUMMARISE(out->metric, metric);
	SUMMARISE(out->cause_ms, cause_ms);
	SUMMARISE(out->ttft_cause_ms, ttft_cause_ms);
	SUMMARISE(out->pass_share, pass_share);
	SUMMARISE(out->part_share, part_share);
	SUMMARISE(out->wait_share, wait_share);
	SUMMARISE(out->passes, passes);
	SUMMARISE(out->pass_ms, pass_ms);
	out->step_bytes = summarise(&c, offsetof(struct level_numbers, step_bytes));
	SUMMARISE(out->ttft.q, ttft);
	SUMMARISE(out->e2e.q, e2e);
}

static void warn_failed(struct run_result *out, const struct level_result *l)
{
	const struct summary *failed = &l->metric[M_failed], *completed = &l->metric[M_completed];

	if (failed->n > 0 && failed->mean > 0)
		merge_warn(out, "%s: %.10g of %.10g requests failed on average (rejected or given up)",
			   l->info.label, round(10 * failed->mean) / 10,
			   round(10 * (failed->mean + completed->mean)) / 10);
}

/* Never silently: which percentiles are not exact, and how far off they can be. */
static void warn_sketched(struct run_result *out, const char *label, const struct column *c)
{
	unsigned sketched = 0;
	char names[80] = "";

	for (size_t k = 0; k < c->n; k++)
		sketched |= c->r[k]->level[c->level].sketched;
	for (int i = 0; i < LEVEL_FAMILIES; i++)
		if (sketched >> i & 1)
			snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s%s",
				 names[0] ? ", " : "", level_family[i]);
	if (sketched)
		merge_warn(out, "%s: more different values than run.exact_samples: percentiles of %s are of a sketch, within %.2g%%",
			   label, names, 100 * SKETCH_ALPHA);
}

static void merge_hang(struct run_result *out, struct replication *const *r, size_t n)
{
	size_t hanging = 0;

	for (size_t k = 0; k < n; k++) {
		if (r[k]->hang && !out->hang)
			snprintf(out->hang_text, sizeof(out->hang_text), "%s", r[k]->hang_text);
		out->hang = out->hang || r[k]->hang;
		hanging += r[k]->hang;
	}
	out->hanging = hanging;
	if (hanging > 0)
		merge_warn(out, "%zu of %zu replications ended in a permanent hang; "
			   "the numbers are of what was served before", hanging, n);
}

static void merge_timeline(struct run_result *out, const struct timeline *t)
{
	size_t bytes = t->n * sizeof(*t->point);

	out->timeline = *t;
	out->timeline.point = arena_alloc(&out->arena, bytes + 1);
	if (bytes > 0)
		memcpy(out->timeline.point, t->point, bytes);
}

void merge_replications(struct run_result *out, struct replication *const *r, size_t n,
			const struct level_info *level, size_t nlevels)
{
	double *x = xcalloc(n, sizeof(*x));

	out->level = arena_alloc(&out->arena, nlevels * sizeof(*out->level) + 1);
	for (size_t k = 0; k < n; k++) {
		out->digest = hash_join(out->digest, r[k]->digest);
		out->events += r[k]->events;
	}
	for (size_t i = 0; i < nlevels; i++) {
		struct level_result *l = &out->level[out->nlevels];

		if (!level[i].reported)
			continue;
		out->nlevels++;
		l->info = level[i];
		merge_level(l, (struct column){ .r = r, .n = n, .level = i, .x = x });
		for (size_t k = 0; k < n; k++)
			coverage_join(&l->coverage, &r[k]->level[i].coverage);
		coverage_level(&l->coverage, level[i].users);
		keep_samples(l, &(struct column){ .r = r, .n = n, .level = i }, &out->arena);
		checks_fill(l, r, n, i, &out->arena);
		warn_failed(out, l);
		warn_sketched(out, l->info.label, &(struct column){ .r = r, .n = n, .level = i });
	}
	merge_hang(out, r, n);
	merge_timeline(out, &r[0]->timeline);
	free(x);
}

static struct level_result *level_with(struct run_result *out, int64_t users)
{
	for (size_t i = 0; i < out->nlevels; i++)
		if (out->level[i].info.users == users)
			return &out->level[i];
	return NULL;
}

/* Measured values belong to the scenario as it is written. */
static void warn_changed(struct run_result *out)
{
	const struct scenario *s = out->scenario;

	for (size_t i = 0; i < s->ndump; i++) {
		const struct dump_entry *d = &s->dump[i];

		if (strncmp(d->origin, "--", 2) != 0 || strncmp(d->path, "run.", 4) == 0 ||
		    strncmp(d->path, "slo", 3) == 0)
			continue;
		merge_warn(out, "the measured values are of the scenario as written, and %s was changed on the command line (%s)",
			   d->path, d->origin);
		return;
	}
}

/* Add one measured value to its level; false if there is nothing to compare it with. */
static bool compare(struct run_result *out, const struct measured_value *v)
{
	struct level_result *l = level_with(out, v->users);
	int metric = metric_find(v->metric);
	const struct summary *s = l && metric >= 0 ? &l->metric[metric] : NULL;
	double error_pct;

	if (!s || s->n == 0 || !(fabs(v->value) > 0))
		return false;
	error_pct = (s->mean - v->value) / v->value * 100.0;
	l->measured[l->nmeasured++] = (struct measured_result){
		.metric = (enum metric)metric, .value = v->value, .error_pct = error_pct,
		.z = s->n > 1 && s->sd > 0 ? (v->value - s->mean) / s->sd : (double)NAN,
	};
	if (v->headline) {
		out->mean_abs_error_pct += fabs(error_pct);
		out->nmeasured++;
	}
	return true;
}

void merge_measured(struct run_result *out)
{
	const struct scenario *s = out->scenario;
	size_t alone = 0, bytes = s->nmeasured * sizeof(struct measured_result);

	for (size_t i = 0; i < out->nlevels; i++)
		out->level[i].measured = arena_alloc(&out->arena, bytes + 1);
	out->mean_abs_error_pct = 0.0;
	for (size_t i = 0; i < s->nmeasured; i++)
		alone += !compare(out, &s->measured[i]);
	if (alone > 0)
		merge_warn(out, "%zu of %zu measured values have nothing simulated to compare with",
			   alone, s->nmeasured);
	if (out->nmeasured > 0)
		warn_changed(out);
	if (out->nmeasured > 0)
		out->mean_abs_error_pct /= (double)out->nmeasured;
	else
		out->mean_abs_error_pct = (double)NAN;
}

/* run/sweep.c - points loaded, run, and told apart. */
#include "config.h"

#include "run/sweep.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "run/datahash.h"
#include "run/paired.h"
#include "run/run.h"

const char *const sweep_status_name[] = { "ok", "hangs", "does not fit", "cannot run" };

static void add_level(struct sweep *s, const char *label)
{
	for (size_t i = 0; i < s->nlevels; i++)
		if (strcmp(s->level[i], label) == 0)
			return;
	ARRAY_ROOM(s->level, s->nlevels, s->caplevels);
	s->level[s->nlevels++] = xstrdup(label);
}

static void add_warnings(struct sweep *s, const struct scenario *of)
{
	for (size_t i = 0; i < of->warnings.n; i++)
		diag_add(&s->warnings, of->warnings.message[i].file, of->warnings.message[i].line, "%s",
			 of->warnings.message[i].text);
	diag_unique(&s->warnings);
}

static void look_at(struct sweep *s, struct sweep_point *p, const struct scenario *of)
{
	struct level_info info;

	p->config_hash = of->config_hash;
	for (size_t i = 0; of->workload->level(of->workload_params, i, &info); i++) {
		if (info.reported)
			add_level(s, info.label);
		p->weight += (double)of->run.replications * fmax(1.0, (double)info.users);
	}
	if (of->cannot_run || of->memory.verdict == MEMORY_DOES_NOT_FIT)
		p->weight = 0.0;
	add_warnings(s, of);
}

static uint64_t fingerprint(const struct sweep *s)
{
	uint64_t h = hash_string(PACKAGE_VERSION);

	for (size_t a = 0; a < s->grid.naxes; a++) {
		h = hash_join(h, hash_string(s->grid.axis[a].path));
		for (size_t i = 0; i < s->grid.axis[a].n; i++)
			h = hash_join(h, hash_string(s->grid.axis[a].value[i]));
	}
	for (size_t i = 0; i < s->grid.npoints; i++)
		h = hash_join(h, s->point[i].config_hash);
	h = hash_join(h, s->data);
	return h ? h : 1;
}

bool sweep_load(struct sweep *s, const char *path, const struct scenario_override *set, size_t nset,
		const char *const *vary, size_t nvary, struct diag *errors)
{
	size_t before = errors->n;
	struct datahash data = { 0 };

	*s = (struct sweep){ .path = path, .set = set, .nset = nset };
	diag_init(&s->warnings);
	if (!grid_load(&s->grid, path, set, nset, vary, nvary, errors))
		return false;
	s->point = xcalloc(s->grid.npoints, sizeof(*s->point));
	for (size_t i = 0; i < s->grid.npoints; i++) {
		struct scenario *one = grid_scenario(&s->grid, i, path, set, nset, errors);

		if (one)
			look_at(s, &s->point[i], one);
		else
			diag_unique(errors);	/* the same mistake at a thousand points is one */
		if (one)
			s->data = hash_join(s->data, datahash_of(&data, one));
		if (one && !s->base)
			s->base = one;
		else
			scenario_free(one);
	}
	datahash_release(&data);
	if (errors->n > before)
		return false;
	s->fingerprint = fingerprint(s);
	return true;
}

void sweep_point_forget(struct sweep_point *p)
{
	for (size_t k = 0; k < p->nlevels; k++)
		for (int m = 0; m < METRICS; m++)
			free(p->level[k].sample[m]);
	free(p->level);
	free(p->why);
	*p = (struct sweep_point){ .config_hash = p->config_hash, .weight = p->weight };
}

void sweep_release(struct sweep *s)
{
	for (size_t i = 0; s->point && i < s->grid.npoints; i++)
		sweep_point_forget(&s->point[i]);
	for (size_t i = 0; i < s->nlevels; i++)
		free(s->level[i]);
	free(s->level);
	free(s->point);
	scenario_free(s->base);
	diag_release(&s->warnings);
	grid_release(&s->grid);
	*s = (struct sweep){ 0 };
}

static void judge(struct sweep_run *r)
{
	const struct scenario *s = r->scenario;

	r->status = SWEEP_OK;
	r->why = NULL;
	if (r->result->memory.verdict == MEMORY_DOES_NOT_FIT) {
		r->status = SWEEP_DOES_NOT_FIT;
		r->why = r->result->memory.sentence;
	} else if (s->cannot_run) {
		r->status = SWEEP_CANNOT_RUN;
		r->why = s->cannot_run;
	} else if (r->result->hang) {
		r->status = SWEEP_HANGS;
		r->why = r->result->hang_text;
	}
}

bool sweep_run(const struct sweep *s, size_t point, int64_t threads, struct sweep_run *out)
{
	struct run_options o = { .threads = threads };
	struct diag errors;
	struct run *run;
	size_t n;

	*out = (struct sweep_run){ 0 };
	diag_init(&errors);
	out->scenario = grid_scenario(&s->grid, point, s->path, s->set, s->nset, &errors);
	diag_release(&errors);
	if (!out->scenario || out->scenario->config_hash != s->point[point].config_hash)
		return false;
	run = run_begin(out->scenario);
	n = out->scenario->cannot_run ? 0 : (size_t)out->scenario->run.replications;
	run_grow(&run, &n, 1, &o);
	out->result = run_result_of(run);
	run_end(run);
	judge(out);
	return true;
}

void sweep_run_release(struct sweep_run *r)
{
	run_result_free(r->result);
	scenario_free(r->scenario);
	*r = (struct sweep_run){ 0 };
}

static const struct sweep_level *heaviest(const struct sweep_point *p)
{
	const struct sweep_level *most = NULL;

	for (size_t i = 0; i < p->nlevels; i++)
		if (!most || p->level[i].info.users >= most->info.users)
			most = &p->level[i];
	return most;
}

const struct sweep_level *sweep_level(const struct sweep_point *p, const char *name)
{
	if (!name)
		return heaviest(p);
	for (size_t i = 0; i < p->nlevels; i++) {
		char users[24];

		snprintf(users, sizeof(users), "%ld", (long)p->level[i].info.users);
		if (strcmp(p->level[i].info.label, name) == 0 || strcmp(users, name) == 0)
			return &p->level[i];
	}
	return NULL;
}

static double sample_of(const struct sweep_level *l, enum metric m, size_t k)
{
	return l->metric[m].n == 0 ? (double)NAN : l->sample[m] ? l->sample[m][k] : l->metric[m].mean;
}

struct summary sweep_paired_pct(const struct sweep_point *a, const struct sweep_point *b,
				const char *level, enum metric m)
{
	const struct sweep_level *la = sweep_level(a, level), *lb = sweep_level(b, level);
	size_t n = a->replications < b->replications ? a->replications : b->replications;
	double *x = xcalloc(2 * n + 1, sizeof(*x));
	struct summary d = { 0 };

	for (size_t k = 0; k < n && la && lb; k++) {
		x[k] = sample_of(la, m, k);
		x[n + k] = sample_of(lb, m, k);
	}
	if (la && lb)
		d = paired_difference_pct(x, x + n, n);
	free(x);
	return d;
}

/* run/calibrate_init.c - what to fit, and to which numbers. */
#include "config.h"

#include "run/calibrate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/keyread.h"

#define NAMES	256

/* Key at "host.plan_row_ms" of a table; NULL: none. */
static const struct key *find_key(const struct key_table *t, const char *path)
{
	size_t n = strcspn(path, ".");

	for (size_t i = 0; i < t->n; i++) {
		const struct key *k = &t->key[i];

		if (strlen(k->name) != n || strncmp(k->name, path, n) != 0)
			continue;
		return path[n] == '.' && k->type == KEY_SUB ? find_key(k->sub, path + n + 1) :
			path[n] == '\0' && k->type == KEY_REAL ? k : NULL;
	}
	return NULL;
}

static const struct dump_entry *entry_of(const struct scenario *s, const char *path)
{
	for (size_t i = 0; i < s->ndump; i++)
		if (strcmp(s->dump[i].path, path) == 0)
			return &s->dump[i];
	return NULL;
}

/* "plan_row_ms", "host.plan_row_ms" or "engine.host.plan_row_ms" of the engine's table of what may be fitted. */
static const struct engine_fit *find_fit(const struct engine *e, const char *name)
{
	if (strncmp(name, "engine.", 7) == 0)
		name += 7;
	for (const struct engine_fit *f = e->fit; f && f->key; f++) {
		const char *last = strrchr(f->key, '.');

		if (strcmp(f->key, name) == 0 || (last && strcmp(last + 1, name) == 0))
			return f;
	}
	return NULL;
}

static bool add(struct calibration *c, const char *path, const struct key *k, double scale)
{
	const struct dump_entry *e = entry_of(c->base, path);
	struct calibrate_param *p = &c->param[c->nparams];

	if (!e || c->nparams == CALIBRATE_PARAMS)
		return false;
	for (size_t i = 0; i < c->nparams; i++)
		if (strcmp(c->param[i].path, path) == 0)
			return false;
	*p = (struct calibrate_param){ .path = e->path, .unit = k->unit, .lo = k->lo, .hi = k->hi, .scale = scale };
	p->start = p->value = strtod(e->value, NULL);
	c->nparams++;
	return true;
}

static bool add_fit(struct calibration *c, const struct engine_fit *f)
{
	const struct key *k = find_key(c->base->engine->keys, f->key);

	return k && add(c, arena_printf(&c->base->arena, "engine.%s", f->key), k, f->scale);
}

static void unknown(const struct calibration *c, const char *name, struct diag *errors)
{
	const char *known[NAMES];
	size_t n = 0;
	char *hint;

	for (const struct engine_fit *f = c->base->engine->fit; f && f->key && n < NAMES; f++)
		known[n++] = f->key;
	hint = key_choices(name, known, n);
	diag_add(errors, NULL, 0, "--fit %s: not one of %s, nor a real key of the GPU, such as gpu.bandwidth_eff", name, hint);
	free(hint);
}

static void add_named(struct calibration *c, const char *name, struct diag *errors)
{
	const struct engine_fit *f = find_fit(c->base->engine, name);
	const struct key *k = strncmp(name, "gpu.", 4) == 0 ? find_key(&gpu_keys, name + 4) : NULL;
	const struct dump_entry *e = k ? entry_of(c->base, name) : NULL;

	if (!f && !e)
		unknown(c, name, errors);
	else if (!(f ? add_fit(c, f) : add(c, name, k, fmax(0.1 * fabs(strtod(e->value, NULL)), 1e-6))))
		diag_add(errors, NULL, 0, "--fit %s: given twice, or more than %d in all", name, CALIBRATE_PARAMS);
}

static void choose(struct calibration *c, const char *names, struct diag *errors)
{
	if (!names) {
		for (const struct engine_fit *f = c->base->engine->fit; f && f->key; f++)
			if (f->usual)
				(void)add_fit(c, f);
		return;
	}
	while (*names) {
		size_t n = strcspn(names, ",");
		char *name = xasprintf("%.*s", (int)n, names);

		add_named(c, name, errors);
		free(name);
		names += n + (names[n] == ',');
	}
}

static size_t level_of(struct calibration *c, int64_t users)
{
	for (size_t i = 0; i < c->nusers; i++)
		if (c->users[i] == users)
			return i;
	c->users[c->nusers] = users;
	return c->nusers++;
}

static bool simulated(const struct scenario *s, int64_t users)
{
	struct level_info info;

	for (size_t i = 0; s->workload->level(s->workload_params, i, &info); i++)
		if (info.users == users)
			return true;
	return false;
}

static void take_targets(struct calibration *c, struct diag *errors)
{
	const struct scenario *s = c->base;

	c->target = xcalloc(s->nmeasured + 1, sizeof(*c->target));
	c->users = xcalloc(s->nmeasured + 1, sizeof(*c->users));
	for (size_t i = 0; i < s->nmeasured; i++) {
		const struct measured_value *v = &s->measured[i];
		bool new_level = c->ntargets == 0 || c->target[c->ntargets - 1].users != v->users;

		if (!v->headline)
			continue;
		if (!simulated(s, v->users)) {
			if (new_level)
				diag_add(errors, s->measured_path, 0, "%ld users were measured, but the scenario has no such level",
					 (long)v->users);
			return;
		}
		c->target[c->ntargets++] = (struct calibrate_target){
			.users = v->users, .metric = (enum metric)metric_find(v->metric), .measured = v->value,
			.level = level_of(c, v->users), .held_out_pct = (double)NAN,
		};
	}
}

bool calibrate_init(struct calibration *c, const char *path, const struct scenario_override *set, size_t nset,
		    const char *names, struct diag *errors)
{
	size_t before = errors->n;

	*c = (struct calibration){ .path = path, .set = set, .nset = nset, .names = names,
				   .held_out_mean_pct = (double)NAN, .left_out = SIZE_MAX };
	c->base = scenario_load(path, set, nset, errors);
	if (!c->base)
		return false;
	c->judged = c->base->run.replications * CALIBRATE_JUDGED;
	if (c->judged > CALIBRATE_MOST)
		c->judged = CALIBRATE_MOST;
	if (c->base->nmeasured == 0)
		diag_add(errors, path, 0, "there are no measured values to fit to; give --measured FILE.csv");
	else
		calibrate_data(c);
	if (c->base->run.replications < 2)
		diag_add(errors, path, 0, "a fit needs the spread of single runs: at least 2 replications");
	take_targets(c, errors);
	choose(c, names, errors);
	if (errors->n == before && c->nparams == 0)
		diag_add(errors, NULL, 0, "--fit: nothing to fit");
	if (errors->n == before && c->ntargets <= c->nparams)
		diag_add(errors, c->base->measured_path, 0, "%zu measured values cannot decide %zu parameters", c->ntargets,
			 c->nparams);
	return errors->n == before;
}

void calibrate_release(struct calibration *c)
{
	scenario_free(c->base);
	free(c->target);
	free(c->users);
	*c = (struct calibration){ 0 };
}

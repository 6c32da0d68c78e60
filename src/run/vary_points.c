/* run/vary_points.c - one point of a grid: its values, its name, its settings, its scenario. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "run/vary.h"

size_t grid_index(const struct grid *g, size_t point, size_t a)
{
	for (size_t i = g->naxes - 1; i > a; i--)
		point /= g->axis[i].n;
	return point % g->axis[a].n;
}

const char *grid_value(const struct grid *g, size_t point, size_t a)
{
	return g->axis[a].value[grid_index(g, point, a)];
}

char *grid_label(const struct grid *g, size_t point, bool paths)
{
	char *label = xstrdup(g->naxes ? "" : "as it is");

	for (size_t a = 0; a < g->naxes; a++) {
		const char *dot = strrchr(g->axis[a].path, '.'), *word = dot ? dot + 1 : g->axis[a].path;
		char *longer = xasprintf("%s%s%s%s%s", label, a ? ", " : "", paths ? word : "", paths ? "=" : "",
					 grid_value(g, point, a));

		free(label);
		label = longer;
	}
	return label;
}

struct scenario_override *grid_overrides(const struct grid *g, size_t point, const struct scenario_override *set, size_t nset,
					 size_t *n)
{
	struct scenario_override *out = xcalloc(nset + g->naxes + 1, sizeof(*out));

	if (nset)
		memcpy(out, set, nset * sizeof(*out));
	*n = nset;
	for (size_t a = 0; a < g->naxes; a++)
		if (!g->axis[a].variant)
			out[(*n)++] = (struct scenario_override){ .path = g->axis[a].path, .value = grid_value(g, point, a),
								  .option = "--vary" };
	return out;
}

/* Of other engines, models and workloads other things are wrong, in lines that name none of them. */
static void say_where(const struct grid *g, size_t point, struct diag *errors, size_t from)
{
	static const char *const kind[] = { "variant", "engine.type", "engine.version", "model", "gpu",
					    "workload.type" };

	for (size_t a = 0; a < g->naxes; a++) {
		char *where = xasprintf("%s=%s", g->axis[a].path, grid_value(g, point, a));

		for (size_t i = 0; i < sizeof(kind) / sizeof(kind[0]); i++)
			if (strcmp(g->axis[a].path, kind[i]) == 0)
				diag_where(errors, from, where);
		free(where);
	}
}

struct scenario *grid_scenario(const struct grid *g, size_t point, const char *scenario,
			       const struct scenario_override *set, size_t nset, struct diag *errors)
{
	size_t n, variant = g->naxes > 0 && g->axis[0].variant ? grid_index(g, point, 0) : 0,
	       before = errors->n;
	struct scenario_override *all = grid_overrides(g, point, set, nset, &n);
	struct scenario *s = scenario_load_variant(scenario, all, n, variant, errors);

	free(all);
	if (!s)
		say_where(g, point, errors, before);
	return s;
}

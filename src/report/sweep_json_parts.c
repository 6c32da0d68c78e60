/* report/sweep_json_parts.c - walls and gains of a sweep as JSON. */
#include "config.h"

#include <math.h>

#include "report/cliff.h"
#include "report/gain.h"
#include "report/json_parts.h"
#include "report/sweep.h"

static void put_setting(json_t *o, const char *key, const struct cliffs *c, size_t place)
{
	if (place != CLIFF_NONE)
		json_put(o, key, json_setting(cliff_setting(c, place)));
}

static json_t *wall(const struct cliffs *c, const struct cliff_wall *w)
{
	static const char *const cause[] = { "none", "weights", "refused", "hangs", "outside" };
	json_t *o = json_object();

	json_put(o, "cause", json_string(cause[w->cause]));
	put_setting(o, "cannot_run", c, w->out);
	put_setting(o, "runs", c, w->in);
	json_put_number(o, "at", w->at);
	return o;
}

static json_t *load(const struct cliffs *c, const struct cliff *l)
{
	json_t *o = json_object(), *all = json_object();

	json_put(o, "label", json_text(l->label));
	json_put(o, "left", wall(c, &l->left));
	json_put(o, "right", wall(c, &l->right));
	json_put_number(o, "at_risk_from", l->risk_at);
	for (size_t k = 0; k < c->nmetrics; k++) {
		json_t *p = json_object();

		put_setting(p, "best", c, l->plateau[k].best);
		put_setting(p, "from", c, l->plateau[k].from);
		put_setting(p, "to", c, l->plateau[k].to);
		json_put(all, metric_info[c->metric[k]].name, p);
	}
	json_put(o, "plateau", all);
	put_setting(o, "advice", c, l->advice);
	return o;
}

json_t *sweep_walls_json(const struct cliffs *c)
{
	json_t *o = json_object(), *loads = json_array();

	json_put(o, "path", json_text(c->sweep->grid.axis[c->axis].path));
	json_put_number(o, "tolerance_pct", CLIFF_TOLERANCE);
	put_setting(o, "advice", c, c->advice);
	for (size_t i = 0; i < c->nloads; i++)
		json_array_append_new(loads, load(c, &c->load[i]));
	json_put(o, "loads", loads);
	return o;
}

/* By point, those of the first name left out. */
json_t *sweep_gains_json(const struct gains *g)
{
	json_t *o = json_object(), *all = json_array();

	json_put(o, "path", json_text(g->sweep->grid.axis[g->axis].path));
	json_put(o, "over", json_setting(g->sweep->grid.axis[g->axis].value[0]));
	json_put(o, "metric", json_string(metric_info[g->metric].name));
	for (size_t i = 0; i < g->sweep->grid.npoints; i++) {
		json_t *p;

		if (g->pct[i].n == 0)
			continue;
		p = json_object();
		json_put_count(p, "point", i);
		json_put_summary(p, "pct", &g->pct[i]);
		json_array_append_new(all, p);
	}
	json_put(o, "points", all);
	return o;
}

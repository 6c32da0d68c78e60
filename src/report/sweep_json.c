/* report/sweep_json.c - schema servesim.sweep/1: what was swept and what it says, around the points' own
 * records. */
#include "config.h"

#include "report/sweep.h"

#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "report/cliff.h"
#include "report/gain.h"
#include "report/json_parts.h"

static const char *unit_of(const struct sweep *s, const char *path)
{
	for (size_t i = 0; i < s->base->ndump; i++)
		if (strcmp(s->base->dump[i].path, path) == 0)
			return s->base->dump[i].unit ? s->base->dump[i].unit : "";
	return "";
}

static json_t *axes(const struct sweep *s)
{
	json_t *all = json_array();

	for (size_t a = 0; a < s->grid.naxes; a++) {
		const struct grid_axis *x = &s->grid.axis[a];
		json_t *o = json_object(), *values = json_array();

		json_put(o, "path", json_text(x->path));
		if (*unit_of(s, x->path))
			json_put(o, "unit", json_text(unit_of(s, x->path)));
		for (size_t i = 0; i < x->n; i++)
			json_array_append_new(values, json_setting(x->value[i]));
		json_put(o, "values", values);
		json_array_append_new(all, o);
	}
	return all;
}

static json_t *findings(const struct sweep *s, const struct sweep_view *v)
{
	json_t *all = json_array();
	char text[FINDING];

	for (size_t i = 0; i < v->nmetrics; i++) {
		sweep_finding(s, v, v->metric[i], text);
		if (*text)
			json_array_append_new(all, json_text(text));
	}
	sweep_walls(s, false, text);
	if (*text)
		json_array_append_new(all, json_text(text));
	return all;
}

/* What the page says first: walls and plateau, gains. */
static void answers(json_t *o, const struct sweep *s, const struct sweep_view *v)
{
	char text[FINDING];
	struct cliffs walls;
	struct gains gains;

	if (cliffs_find(&walls, s, v->level, v->metric, v->nmetrics)) {
		cliffs_answer(&walls, text);
		json_put(o, "answer", json_text(text));
		json_put(o, "walls", sweep_walls_json(&walls));
		cliffs_release(&walls);
	} else if (gains_find(&gains, s, v->level, v->metric[0])) {
		gains_answer(&gains, text);
		json_put(o, "answer", json_text(text));
		json_put(o, "gains", sweep_gains_json(&gains));
		gains_release(&gains);
	}
}

void report_sweep_json_open(const struct sweep *s, const struct sweep_view *v, FILE *out)
{
	json_t *o = json_object();
	size_t best, worst;
	char *text;

	json_put(o, "schema", json_string("servesim.sweep/1"));
	json_put(o, "version", json_string(PACKAGE_VERSION));
	json_put(o, "name", json_text(s->base->name));
	json_put(o, "engine", json_text(s->base->engine->name));
	json_put(o, "gpu", json_text(s->base->gpu.name));
	json_put(o, "model", json_text(s->base->model.name));
	json_put_count(o, "seed", (uint64_t)s->base->run.seed);
	json_put_hex(o, "sweep", s->fingerprint);
	json_put(o, "axes", axes(s));
	json_put(o, "metric", json_string(metric_info[v->metric[0]].name));
	if (v->level)
		json_put(o, "level", json_text(v->level));
	json_put(o, "findings", findings(s, v));
	sweep_extremes(s, v, v->metric[0], &best, &worst);
	if (best != SWEEP_NONE) {
		json_put_count(o, "best", best);
		json_put_count(o, "worst", worst);
	}
	answers(o, s, v);
	text = json_dumps(o, JSON_INDENT(1) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(15));
	json_decref(o);
	BUG_ON(!text);
	/* without its closing "\n}" */
	fprintf(out, "%.*s,\n \"points\": [\n", (int)strlen(text) - 2, text);
	free(text);
}

void report_sweep_json_close(FILE *out)
{
	fputs(" ]\n}\n", out);
}

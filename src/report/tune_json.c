/* report/tune_json.c - the outcome of a search for programs: schema servesim.tune/1. */
#include "config.h"

#include "report/tune.h"

#include "report/json_parts.h"

static json_t *metrics_of(const struct tune *t, const struct tune_candidate *c)
{
	json_t *o = json_object();
	enum metric m[TUNE_SHOWN];
	size_t n = tune_shown(t, m);

	for (size_t i = 0; i < n; i++) {
		struct summary s = tune_metric(c, m[i]);

		json_put_summary(o, metric_info[m[i]].name, &s);
	}
	return o;
}

static json_t *settings(const struct tune *t, const struct tune_candidate *c)
{
	json_t *o = json_object();

	for (size_t a = 0; a < t->grid.naxes; a++)
		json_put(o, t->grid.axis[a].path, json_text(c->value[a]));
	return o;
}

static json_t *candidate(const struct tune *t, size_t i)
{
	const struct tune_candidate *c = &t->candidate[i];
	json_t *o = json_object();

	json_put(o, "settings", settings(t, c));
	if (c->load)
		json_put_number(o, "load", tune_load_of(t, c->load));
	if (c->meets)
		json_put_number(o, "largest_that_meets", tune_load_of(t, c->meets));
	if (c->fails)
		json_put_number(o, "smallest_that_fails", tune_load_of(t, c->fails));
	json_put(o, "fate", json_string(tune_fate_name[c->fate]));
	if (c->reason)
		json_put(o, "reason", json_text(c->reason));
	if (c->fate == TUNE_VIOLATES) {
		json_put(o, "violates", json_text(t->slo[c->slo].text));
		json_put(o, "sure", json_boolean(!c->unsure));
	}
	json_put(o, "refined", json_boolean(c->refined));
	json_put_count(o, "replications", c->n);
	json_put(o, "metrics", metrics_of(t, c));
	if (t->winner < t->n && c->n > 0 && i != t->winner && !t->goal.load) {
		struct summary d = tune_difference(&t->candidate[t->winner], c, t->goal.metric);

		json_put_summary(o, "difference_pct", &d);
	}
	return o;
}

/* The winner's numbers from replications outside the race, and where a single run falls. */
static json_t *prediction(const struct tune *t)
{
	json_t *o = json_object();
	enum metric m[TUNE_SHOWN];
	size_t n = tune_shown(t, m);

	for (size_t i = 0; i < n; i++) {
		json_t *one = json_object();
		struct summary s = tune_fresh(t, m[i]);
		double lo, hi;

		json_put_summary(one, "mean", &s);
		if (tune_prediction(t, m[i], &lo, &hi)) {
			json_put_number(one, "single_run_lo", lo);
			json_put_number(one, "single_run_hi", hi);
		}
		json_put(o, metric_info[m[i]].name, one);
	}
	return o;
}

static json_t *knobs(const struct tune *t)
{
	json_t *list = json_array();
	struct tune_knob k[200];
	size_t n = t->winner < t->n && !t->goal.load ? tune_knobs(t, t->winner, k, 200) : 0;

	for (size_t i = 0; i < n; i++) {
		const struct tune_candidate *c = &t->candidate[k[i].candidate];
		struct summary d = tune_difference(&t->candidate[t->winner], c, t->goal.metric);
		json_t *o = json_object();

		json_put(o, "path", json_text(t->grid.axis[k[i].axis].path));
		json_put(o, "value", json_text(c->value[k[i].axis]));
		json_put_summary(o, "change_pct", &d);
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *launch(const struct tune *t)
{
	struct launch_command c;
	struct diag notes;
	json_t *o;

	tune_launch(t, &c, &notes);
	o = json_launch(&c, &notes);
	launch_command_release(&c);
	diag_release(&notes);
	return o;
}

static json_t *replications(const struct tune *t)
{
	json_t *o = json_object();

	json_put_count(o, "race", t->race);
	json_put_count(o, "fresh", t->nfresh);
	if (!t->goal.load)
		json_put_count(o, "full_grid", tune_grid_replications(t));
	json_put_count(o, "rounds", t->rounds);
	return o;
}

void report_tune_json(const struct tune *t, FILE *out)
{
	const struct run_result r = tune_as_run(t);
	json_t *o = json_object(), *slos = json_array(), *all = json_array();

	json_put(o, "schema", json_string("servesim.tune/1"));
	json_put(o, "version", json_string(PACKAGE_VERSION));
	json_put(o, "scenario", json_text(r.scenario->name));
	json_put_count(o, "seed", (uint64_t)r.scenario->run.seed);
	json_put(o, "goal", json_text(t->goal.text));
	for (size_t s = 0; s < t->nslos; s++)
		json_array_append_new(slos, json_text(t->slo[s].text));
	json_put(o, "objectives", slos);
	json_put(o, "found", json_boolean(t->found));
	json_put(o, "certain", json_boolean(t->certain));
	json_put_number(o, "precision_pct", 100.0 * t->precision);
	json_put_number(o, "error_probability", TUNE_ALPHA);
	json_put(o, "replications", replications(t));
	if (t->winner < t->n) {
		json_put(o, t->found ? "winner" : "nearest", settings(t, &t->candidate[t->winner]));
		if (t->goal.load)
			json_put_number(o, "load", tune_load_of(t, t->candidate[t->winner].load));
		json_put_hex(o, "config_hash", r.scenario->config_hash);
	}
	if (t->found)
		json_put(o, "prediction", prediction(t));
	if (t->found)
		json_put(o, "launch", launch(t));
	json_put(o, "knobs", knobs(t));
	for (size_t i = 0; i < t->n; i++)
		json_array_append_new(all, candidate(t, i));
	json_put(o, "candidates", all);
	json_write(o, out);
}

/* report/calibration_json.c - the fit for programs: schema servesim.calibration/1. */
#include "config.h"

#include "report/calibration.h"

#include "report/json_parts.h"

static json_t *parameter(const struct calibration *c, size_t i)
{
	const struct calibrate_param *p = &c->param[i];
	json_t *o = json_object(), *r = json_object();

	json_put(o, "path", json_text(p->path));
	json_put(o, "unit", json_text(p->unit));
	json_put_number(o, "start", p->start);
	json_put_number(o, "value", p->value);
	json_put_number(o, "sd", p->sd);
	json_put_number(o, "lo", p->ci_lo);
	json_put_number(o, "hi", p->ci_hi);
	json_put(o, "at_bound", json_boolean(p->at_bound));
	json_put(o, "identifiable", json_boolean(p->identifiable));
	for (size_t k = 0; k < c->nparams; k++)
		json_put_number(r, c->param[k].path, c->correlation[i][k]);
	json_put(o, "correlation", r);
	return o;
}

static json_t *number(const struct calibrate_target *t)
{
	json_t *o = json_object();

	json_put_count(o, "users", (uint64_t)t->users);
	json_put(o, "metric", json_text(metric_info[t->metric].name));
	json_put(o, "unit", json_text(metric_info[t->metric].unit));
	json_put_number(o, "measured", t->measured);
	json_put_number(o, "simulated", t->simulated);
	json_put_number(o, "sigma", t->sigma);
	json_put_number(o, "error_pct", t->error_pct);
	json_put_number(o, "z", t->z);
	json_put_number(o, "left_out_error_pct", t->held_out_pct);
	return o;
}

static json_t *validity(const struct coverage *v)
{
	json_t *o = json_object();

	json_put_count(o, "batch", (uint64_t)v->batch);
	json_put_number(o, "context_tokens", v->context_tokens);
	json_put_count(o, "prefill_tokens", (uint64_t)v->prefill_tokens);
	json_put_count(o, "users_min", (uint64_t)v->users_min);
	json_put_count(o, "users_max", (uint64_t)v->users_max);
	return o;
}

void report_calibration_json(const struct calibration *c, FILE *out)
{
	json_t *o = json_object(), *params = json_array(), *numbers = json_array();

	json_put(o, "schema", json_string("servesim.calibration/1"));
	json_put(o, "scenario", json_text(c->base->name));
	json_put(o, "engine", json_text(c->base->engine->name));
	json_put(o, "data", json_text(c->base->measured_path));
	json_put_hex(o, "data_hash", c->data_hash);
	json_put(o, "data_date", json_text(c->data_date));
	json_put_count(o, "replications", (uint64_t)c->base->run.replications);
	json_put_count(o, "replications_of_errors", (uint64_t)c->judged);
	json_put_number(o, "start_abs_error_pct", c->start_abs_pct);
	json_put_number(o, "mean_abs_error_pct", c->mean_abs_pct);
	json_put_number(o, "worst_error_pct", c->worst_pct);
	json_put_number(o, "left_out_abs_error_pct", c->held_out_mean_pct);
	json_put_number(o, "chi2", c->chi2);
	json_put_count(o, "degrees_of_freedom", c->ntargets - c->nparams);
	json_put_number(o, "condition", c->condition);
	for (size_t i = 0; i < c->nparams; i++)
		json_array_append_new(params, parameter(c, i));
	for (size_t i = 0; i < c->ntargets; i++)
		json_array_append_new(numbers, number(&c->target[i]));
	json_put(o, "parameters", params);
	json_put(o, "numbers", numbers);
	json_put(o, "valid", validity(&c->coverage));
	json_put_count(o, "runs", (uint64_t)c->runs);
	json_put_hex(o, "digest", c->digest);
	json_write(o, out);
}

/* report/compare_json.c - schema servesim.compare/1. */
#include "config.h"

#include "report/compare.h"

#include "report/json_parts.h"

static json_t *cell_json(const struct compare *c, const struct compare_pair *p,
			 const struct compare_cell *x, enum metric m)
{
	json_t *o = json_object();
	char names[FINDING], words[FINDING], sentence[3 * FINDING];

	json_put(o, "verdict", json_string(verdict_name[x->verdict]));
	snprintf(sentence, sizeof(sentence), "%s: %s %s", compare_names(c, p, names),
		 metric_info[m].name, compare_verdict(x, m, words));
	json_put(o, "sentence", json_text(sentence));
	json_put_summary(o, "baseline", &x->base);
	json_put_summary(o, "value", &x->value);
	json_put_summary(o, "difference", &x->difference);
	json_put_summary(o, "difference_pct", &x->pct);
	if (x->difference.n > 1)
		json_put_number(o, "p", x->p);
	json_put(o, "holm", json_boolean(x->holm));
	if (x->more > 0)
		json_put_count(o, "more_replications", x->more);
	if (x->verdict == VERDICT_DIFFERENT) {
		json_t *real = json_object();

		json_put_number(real, "right_sign", x->right_sign);
		json_put_count(real, "runs_80", x->runs_80);
		json_put_count(real, "runs_95", x->runs_95);
		json_put(o, "real_runs", real);
	}
	return o;
}

static json_t *level_json(const struct compare *c, const struct compare_pair *p,
			  const struct compare_level *l)
{
	json_t *o = json_object(), *metrics = json_object(), *causes = json_object();

	json_put(o, "label", json_text(l->label));
	for (int m = 0; m < METRICS; m++)
		if (l->cell[m].verdict != VERDICT_NO_DATA)
			json_put(metrics, metric_info[m].name,
				 cell_json(c, p, &l->cell[m], (enum metric)m));
	json_put(o, "metrics", metrics);
	for (int k = 0; k < CAUSES; k++)
		json_put_summary(causes, cause_name[k], &l->cause_ms[k]);
	json_put(o, "attribution_ms_difference", causes);
	return o;
}

static json_t *pair_json(const struct compare *c, const struct compare_pair *p)
{
	json_t *o = json_object(), *levels = json_array();
	char why[3 * FINDING];

	json_put(o, "configuration", json_text(c->side[p->of].label));
	json_put(o, "over", json_text(c->side[p->over].label));
	json_put(o, "runner_up", json_boolean(p->runner_up));
	json_put(o, "identical", json_boolean(p->identical));
	json_put_count(o, "replications", p->n);
	compare_why(c, p, why);
	if (*why)
		json_put(o, "why", json_text(why));
	for (size_t i = 0; i < p->nlevels; i++)
		json_array_append_new(levels, level_json(c, p, &p->level[i]));
	json_put(o, "levels", levels);
	return o;
}

static json_t *side_json(const struct compare_side *s)
{
	json_t *o = json_object();

	json_put(o, "label", json_text(s->label));
	if (*s->set)
		json_put(o, "set", json_text(s->set + 1));
	if (s->cannot)
		json_put(o, "cannot_run", json_text(s->cannot));
	if (s->result)
		json_put(o, "run", json_run(s->result));
	return o;
}

void report_compare_json(const struct compare *c, FILE *out)
{
	json_t *o = json_object(), *sides = json_array(), *pairs = json_array(),
	       *headline = json_array();
	char words[3 * FINDING];

	json_put(o, "schema", json_string("servesim.compare/1"));
	json_put(o, "version", json_string(PACKAGE_VERSION));
	json_put(o, "name", json_text(c->side[c->base].scenario->name));
	json_put(o, "varied", json_text(c->what));
	json_put_count(o, "seed", (uint64_t)c->side[c->base].scenario->run.seed);
	json_put_number(o, "precision_pct", c->precision_pct);
	json_put_count(o, "first_stage", c->first);
	json_put_count(o, "max_replications", c->most);
	for (size_t h = 0; h < c->nheadline; h++)
		json_array_append_new(headline, json_string(metric_info[c->headline[h]].name));
	json_put(o, "headline", headline);
	json_put(o, "baseline", json_text(c->side[c->base].label));
	compare_answer(c, words);
	json_put(o, "answer", json_text(words));
	compare_next(c, words);
	json_put(o, "next", json_text(words));
	json_put_count(o, "intervals", c->intervals);
	for (size_t i = 0; i < c->nsides; i++)
		json_array_append_new(sides, side_json(&c->side[i]));
	json_put(o, "configurations", sides);
	for (size_t i = 0; i < c->npairs; i++)
		json_array_append_new(pairs, pair_json(c, &c->pair[i]));
	json_put(o, "comparisons", pairs);
	json_write(o, out);
}

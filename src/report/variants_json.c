/* report/variants_json.c - schema servesim.variants/1: each variant's whole result, the paired differences of each
 * over the first, and the published table if the scenario has one. */
#include "config.h"

#include "report/json_parts.h"
#include "report/report.h"
#include "report/variants.h"

static json_t *level_differences(const struct level_result *a, const struct level_result *b, size_t n)
{
	json_t *o = json_object(), *all = json_object();

	json_put(o, "label", json_text(a->info.label));
	for (int m = 0; m < METRICS; m++) {
		const double *x = a->sample[m], *y = b->sample[m];
		struct summary d = paired_difference(x, y, n), pct = paired_difference_pct(x, y, n);
		json_t *one = json_object();

		json_put_summary(one, "difference", &d);
		json_put_summary(one, "difference_pct", &pct);
		if (d.n > 0)
			json_put(all, metric_info[m].name, one);
		else
			json_decref(one);
	}
	json_put(o, "metrics", all);
	return o;
}

static json_t *differences(struct run_result *const *r, size_t n)
{
	json_t *all = json_array();

	for (size_t v = 1; v < n; v++) {
		json_t *o = json_object(), *levels = json_array();

		json_put(o, "variant", json_text(variants_label(r[v])));
		json_put(o, "over", json_text(variants_label(r[0])));
		for (size_t i = 0; i < r[0]->nlevels; i++) {
			const struct level_result *b = level_like(r[v], &r[0]->level[i]);

			if (b)
				json_array_append_new(levels, level_differences(&r[0]->level[i], b,
										(size_t)r[0]->replications));
		}
		json_put(o, "levels", levels);
		json_array_append_new(all, o);
	}
	return all;
}

static json_t *headline_row(const struct headline_row *row, struct run_result *const *r, size_t n)
{
	struct headline_result h;
	json_t *o = json_object(), *values = json_array();

	headline_predict(row, r, n, &h);
	json_put(o, "label", json_text(row->label));
	if (row->note && *row->note)
		json_put(o, "note", json_text(row->note));
	json_put(o, "like_for_like", json_boolean(h.like_for_like));
	for (size_t i = 0; i < h.n; i++) {
		json_t *v = json_object();

		json_put(v, "variant", json_text(variants_label(r[i])));
		json_put(v, "metric", json_text(h.variant[i].of->metric));
		json_put_count(v, "users", (uint64_t)h.variant[i].of->users);
		if (h.variant[i].value)
			json_put_summary(v, "predicted", h.variant[i].value);
		json_put_number(v, "measured", h.variant[i].measured);
		json_put_number(v, "reported", h.variant[i].reported);
		json_put_summary(v, "difference_pct", &h.variant[i].difference_pct);
		json_put_number(v, "reported_difference_pct", h.variant[i].reported_pct);
		json_array_append_new(values, v);
	}
	json_put(o, "values", values);
	return o;
}

void report_variants_json(struct run_result *const *r, size_t n, FILE *out)
{
	const struct sub_list *rows = &r[0]->scenario->headline;
	const struct headline_row *row = rows->item;
	json_t *o = json_object(), *variants = json_array(), *table = json_array();

	json_put(o, "schema", json_string("servesim.variants/1"));
	json_put(o, "version", json_string(PACKAGE_VERSION));
	json_put(o, "name", json_text(r[0]->scenario->name));
	json_put_count(o, "seed", (uint64_t)r[0]->scenario->run.seed);
	json_put_count(o, "replications", (uint64_t)r[0]->replications);
	for (size_t i = 0; i < n; i++) {
		json_t *v = json_object();

		json_put(v, "label", json_text(variants_label(r[i])));
		json_put(v, "run", json_run(r[i]));
		json_array_append_new(variants, v);
	}
	json_put(o, "variants", variants);
	json_put(o, "differences", differences(r, n));
	for (size_t i = 0; i < rows->n; i++)
		json_array_append_new(table, headline_row(&row[i], r, n));
	if (rows->n > 0)
		json_put(o, "headline", table);
	else
		json_decref(table);
	json_write(o, out);
}

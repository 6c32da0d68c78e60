/* report/csv.c - one row a level and metric, for spreadsheets and scripts. */
#include "config.h"

#include "report/report.h"

#include "report/csv_parts.h"
#include "report/finding.h"
#include "report/fmt.h"

#include <math.h>

void csv_field(FILE *out, const char *s)
{
	bool quote = false;

	for (const char *p = s; *p; p++)
		quote = quote || *p == ',' || *p == '"';
	if (quote)
		fputc('"', out);
	for (; *s; s++) {
		if (*s == '"')
			fputc('"', out);
		fputc(*s, out);
	}
	if (quote)
		fputc('"', out);
}

void csv_number(FILE *out, double v)
{
	fputc(',', out);
	if (isfinite(v))
		fprintf(out, "%.15g", v);
}

/* `variant` stands in front; NULL: no such column. */
static void row(FILE *out, const char *variant, const struct level_result *l, const char *metric, const char *unit,
		const struct summary *s, const struct measured_result *m)
{
	char label[sizeof(l->info.label)], first[200];
	bool interval = summary_has_interval(s);

	if (variant) {
		csv_field(out, fmt_clean(first, sizeof(first), variant));
		fputc(',', out);
	}
	csv_field(out, fmt_clean(label, sizeof(label), l->info.label));
	fprintf(out, ",%s,%s", metric, unit);
	csv_number(out, s->mean);
	csv_number(out, interval ? s->sd : (double)NAN);
	csv_number(out, interval ? s->lo : (double)NAN);
	csv_number(out, interval ? s->hi : (double)NAN);
	fprintf(out, ",%zu", s->n);
	csv_number(out, m ? m->value : (double)NAN);
	csv_number(out, m ? m->error_pct : (double)NAN);
	csv_number(out, m ? m->z : (double)NAN);
	fputc('\n', out);
}

static const struct measured_result *measured_of(const struct level_result *l, int metric)
{
	for (size_t i = 0; i < l->nmeasured; i++) {
		if ((int)l->measured[i].metric == metric)
			return &l->measured[i];
	}
	return NULL;
}

static void rows(const struct run_result *r, const char *variant, FILE *out)
{
	for (size_t i = 0; i < r->nlevels; i++) {
		const struct level_result *l = &r->level[i];

		for (int m = 0; m < METRICS; m++) {
			if (l->metric[m].n > 0)
				row(out, variant, l, metric_info[m].name, metric_info[m].unit, &l->metric[m],
				    measured_of(l, m));
		}
		for (int c = 0; c < CAUSES; c++) {
			char name[64];

			snprintf(name, sizeof(name), "attribution_ms.%s", cause_name[c]);
			if (l->cause_ms[c].n > 0)
				row(out, variant, l, name, "ms", &l->cause_ms[c], NULL);
		}
	}
}

void report_csv(const struct run_result *r, FILE *out)
{
	fputs("level,metric,unit,mean,sd,lo,hi,n,measured,error_pct,z\n", out);
	rows(r, NULL, out);
}

void report_variants_csv(struct run_result *const *r, size_t n, FILE *out)
{
	fputs("variant,level,metric,unit,mean,sd,lo,hi,n,measured,error_pct,z\n", out);
	for (size_t i = 0; i < n; i++)
		rows(r[i], r[i]->scenario->label, out);
}

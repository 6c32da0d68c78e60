/* report/compare_csv.c - one row a pair, level and metric. */
#include "config.h"

#include "report/compare.h"

#include <math.h>

#include "report/csv_parts.h"
#include "report/fmt.h"

static void word(FILE *out, const char *s)
{
	char clean[200];

	csv_field(out, fmt_clean(clean, sizeof(clean), s));
	fputc(',', out);
}

static void interval(FILE *out, const struct summary *s)
{
	csv_number(out, s->n > 0 ? s->mean : (double)NAN);
	csv_number(out, s->n > 1 ? s->lo : (double)NAN);
	csv_number(out, s->n > 1 ? s->hi : (double)NAN);
}

static void count(FILE *out, size_t n)
{
	fputc(',', out);
	if (n > 0)
		fprintf(out, "%zu", n);
}

static void row(const struct compare *c, const struct compare_pair *p, const struct compare_level *l,
		enum metric m, FILE *out)
{
	const struct compare_cell *x = &l->cell[m];

	word(out, c->side[p->of].label);
	word(out, c->side[p->over].label);
	word(out, l->label);
	fprintf(out, "%s,%s", metric_info[m].name, metric_info[m].unit);
	csv_number(out, x->base.mean);
	csv_number(out, x->base.n > 1 ? x->base.sd : (double)NAN);
	csv_number(out, x->value.mean);
	csv_number(out, x->value.n > 1 ? x->value.sd : (double)NAN);
	interval(out, &x->difference);
	interval(out, &x->pct);
	fprintf(out, ",%zu,%s", x->difference.n, verdict_name[x->verdict]);
	count(out, x->more);
	csv_number(out, x->difference.n > 1 ? x->p : (double)NAN);
	fprintf(out, ",%d", x->holm);
	csv_number(out, x->right_sign);
	count(out, x->runs_80);
	count(out, x->runs_95);
	fputc('\n', out);
}

void report_compare_csv(const struct compare *c, FILE *out)
{
	fputs("configuration,over,level,metric,unit,base_mean,base_sd,mean,sd,difference,difference_lo,"
	      "difference_hi,"
	      "difference_pct,difference_pct_lo,difference_pct_hi,n,verdict,more_replications,p,holm,"
	      "right_sign,runs_80,runs_95\n",
	      out);
	for (size_t i = 0; i < c->npairs; i++)
		for (size_t k = 0; k < c->pair[i].nlevels; k++)
			for (int m = 0; m < METRICS; m++)
				if (c->pair[i].level[k].cell[m].verdict != VERDICT_NO_DATA)
					row(c, &c->pair[i], &c->pair[i].level[k], (enum metric)m, out);
}

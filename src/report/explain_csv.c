/* report/explain_csv.c - the ladder as a table: one row a level, rung and metric. */
#include "config.h"

#include "report/explain.h"

#include "report/csv_parts.h"
#include "report/fmt.h"

#include <math.h>

static void interval(FILE *out, const struct summary *s)
{
	bool any = s->n > 0, wide = any && summary_has_interval(s);

	csv_number(out, any ? s->mean : (double)NAN);
	csv_number(out, wide ? s->lo : (double)NAN);
	csv_number(out, wide ? s->hi : (double)NAN);
}

static void rows(const struct ladder *l, size_t level, enum metric m, FILE *out)
{
	const struct level_info *info = &l->rung[0]->level[level].info;
	char label[sizeof(info->label)];
	struct ladder_numbers n;

	if (!ladder_numbers(l, level, m, &n))
		return;
	for (size_t k = 0; k < l->n; k++) {
		csv_field(out, fmt_clean(label, sizeof(label), info->label));
		fprintf(out, ",%zu,%s,%s,%s", k, k ? mechanism_info[l->off[k]].name : "", metric_info[m].name,
			metric_info[m].unit);
		interval(out, &n.value[k]);
		interval(out, &n.step[k]);
		fprintf(out, ",%zu\n", n.value[k].n);
	}
}

void report_explain_csv(const struct ladder *l, FILE *out)
{
	enum metric m[LADDER_METRICS];
	size_t count = ladder_metrics(l, m);

	fputs("level,rung,off,metric,unit,mean,lo,hi,step,step_lo,step_hi,n\n", out);
	for (size_t i = 0; i < l->rung[0]->nlevels; i++)
		for (size_t k = 0; k < count && (!l->one_level || i == l->level); k++)
			rows(l, i, m[k], out);
}

/* report/sweep_csv.c - a row a point and level. */
#include "config.h"

#include "report/sweep.h"

#include <inttypes.h>
#include <math.h>

#include "report/csv_parts.h"
#include "report/fmt.h"

void report_sweep_csv_head(const struct sweep *s, FILE *out)
{
	fputs("point", out);
	for (size_t a = 0; a < s->grid.naxes; a++) {
		fputc(',', out);
		csv_field(out, s->grid.axis[a].path);
	}
	fputs(",level,users,status,why,digest,memory,kv_tokens", out);
	for (int m = 0; m < METRICS; m++) {
		const char *name = metric_info[m].name;

		fprintf(out, ",%s.mean,%s.sd,%s.lo,%s.hi,%s.n", name, name, name, name, name);
	}
	fputc('\n', out);
}

static void summary_cells(const struct summary *v, FILE *out)
{
	bool interval = v && summary_has_interval(v);

	csv_number(out, v && v->n > 0 ? v->mean : (double)NAN);
	csv_number(out, interval ? v->sd : (double)NAN);
	csv_number(out, interval ? v->lo : (double)NAN);
	csv_number(out, interval ? v->hi : (double)NAN);
	fprintf(out, ",%zu", v ? v->n : 0);
}

/* l == NULL: the point has no level */
static void row(const struct sweep *s, size_t point, const struct sweep_level *l, FILE *out)
{
	const struct sweep_point *p = &s->point[point];
	char clean[800];

	fprintf(out, "%zu", point);
	for (size_t a = 0; a < s->grid.naxes; a++) {
		fputc(',', out);
		csv_field(out, fmt_clean(clean, sizeof(clean), grid_value(&s->grid, point, a)));
	}
	fputc(',', out);
	csv_field(out, l ? fmt_clean(clean, sizeof(clean), l->info.label) : "");
	if (l && l->info.users > 0)
		fprintf(out, ",%" PRId64, l->info.users);
	else
		fputc(',', out);
	fprintf(out, ",%s,", sweep_status_name[p->status]);
	csv_field(out, p->why ? fmt_clean(clean, sizeof(clean), p->why) : "");
	fputc(',', out);
	if (p->replications > 0)
		fprintf(out, "%016" PRIx64, p->digest);
	fprintf(out, ",%s,%" PRIu64, memory_verdict_name[p->memory], p->kv_tokens);
	for (int m = 0; m < METRICS; m++)
		summary_cells(l ? &l->metric[m] : NULL, out);
	fputc('\n', out);
}

void report_sweep_csv_point(const struct sweep *s, size_t point, FILE *out)
{
	const struct sweep_point *p = &s->point[point];

	for (size_t i = 0; i < p->nlevels; i++)
		row(s, point, &p->level[i], out);
	if (p->nlevels == 0)
		row(s, point, NULL, out);
}

/* report/variants_level.c - one level of all variants, for people; columns of all tables. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "report/fmt.h"
#include "report/text_parts.h"
#include "report/variants.h"

#define BLOCK		4		/* columns */
#define NAME_COLS	32
#define DELTA_COLS	22		/* of two variants; of more the difference stands below */
#define HEAD_COLS	15		/* a longer label gives way to its number */
#define HEAD_COLS_TWO	20

bool variants_numbered(struct run_result *const *r, size_t n)
{
	char label[64];

	for (size_t v = 0; v < n; v++)
		if (fmt_cols(variants_clean(r[v], label)) > (n == 2 ? HEAD_COLS_TWO : HEAD_COLS))
			return true;
	return false;
}

char *variants_head(struct run_result *const *r, size_t n, size_t v, char buf[64])
{
	if (variants_numbered(r, n))
		snprintf(buf, 64, "(%zu)", v + 1);
	else
		variants_clean(r[v], buf);
	return buf;
}

size_t variants_block(size_t n, size_t most, size_t *next, size_t *column)
{
	size_t k = 0;

	if (*next >= n)
		return 0;
	column[k++] = 0;
	while (*next < n && k < most)
		column[k++] = (*next)++;
	return k;
}

void variants_percent(const struct summary *d, char *out, size_t bytes)
{
	if (d->n == 0)
		snprintf(out, bytes, "–");
	else if (d->n == 1 || d->hi - d->lo < 1e-12)
		snprintf(out, bytes, "%+.1f%%", d->mean);
	else
		snprintf(out, bytes, "%+.1f%% ± %.1f", d->mean, (d->hi - d->lo) / 2);
}

struct table {				/* columns of one level */
	struct run_result *const *r;
	size_t n;			/* of all variants */
	const struct level_result *l[BLOCK];
	size_t column[BLOCK], columns, cols;	/* which variants; how many; width of one */
	FILE *out;
};

static void name(const struct table *t, size_t indent, const char *text)
{
	fprintf(t->out, "%*s", (int)indent, "");
	fmt_left(t->out, text, NAME_COLS - indent);
}

static void heads(const struct table *t)
{
	char head[64];

	name(t, 0, "");
	for (size_t k = 0; k < t->columns; k++)
		fmt_right(t->out, variants_head(t->r, t->n, t->column[k], head), t->cols);
	if (t->n == 2)
		fmt_right(t->out, "difference", DELTA_COLS);
	fputc('\n', t->out);
}

static void metric_row(const struct table *t, enum metric m)
{
	char label[80], text[64];
	bool any = false, ms = strstr(metric_info[m].name, "_ms");

	for (size_t k = 0; k < t->columns; k++)
		any = any ||
		      (t->l[k]->metric[m].n > 0 && (m != M_failed || t->l[k]->metric[m].mean > 0));
	if (!any)
		return;
	snprintf(label, sizeof(label), "%s%s%s", metric_info[m].name,
		 *metric_info[m].unit && !ms ? ", " : "", ms ? "" : metric_info[m].unit);
	name(t, 2, label);
	for (size_t k = 0; k < t->columns; k++)
		fmt_right(t->out, fmt_pm(text, &t->l[k]->metric[m]), t->cols);
	if (t->n > 2) {
		fputc('\n', t->out);
		name(t, 0, "");
		fmt_right(t->out, "", t->cols);
	}
	for (size_t k = 1; k < t->columns; k++) {
		struct summary d = variants_difference(t->r[0], t->l[0], t->l[k], m);

		variants_percent(&d, text, sizeof(text));
		fmt_right(t->out, text, t->n == 2 ? DELTA_COLS : t->cols);
	}
	fputc('\n', t->out);
}

static void cause_rows(const struct table *t)
{
	char text[2 * FMT], ms[FMT], pct[FMT];

	for (int c = 0; c < CAUSES; c++) {
		bool any = false;

		for (size_t k = 0; k < t->columns; k++)
			any = any || t->l[k]->cause_ms[c].mean > 0.0005;
		if (!any)
			continue;
		name(t, 4, cause_label[c]);
		for (size_t k = 0; k < t->columns; k++) {
			const struct summary *cause = t->l[k]->cause_ms;

			snprintf(text, sizeof(text), "%s %6s", fmt_ms(ms, cause[c].mean),
				 fmt_pct1(pct, finding_share(cause, (enum cause)c)));
			fmt_right(t->out, text, t->cols);
		}
		fputc('\n', t->out);
	}
}

void variants_level(struct run_result *const *r, size_t n, size_t level, FILE *out)
{
	struct table t = {
		.r = r, .n = n, .out = out, .cols = n == 2 ? 21 : (TEXT_WIDTH - NAME_COLS) / BLOCK
	};
	char label[64];
	size_t next = 1;

	fmt_clean(label, sizeof(label), r[0]->level[level].info.label);
	text_heading(out, label, n == 2 ? "mean ± 95% interval; difference paired, in % of the first" :
		     "mean ± 95% interval; below it the paired difference from the first");
	while ((t.columns = variants_block(n, BLOCK, &next, t.column)) > 0) {
		for (size_t k = 0; k < t.columns; k++)
			t.l[k] = level_like(r[t.column[k]], &r[0]->level[level]);
		heads(&t);
		for (size_t m = 0; m < VARIANTS_METRICS; m++)
			metric_row(&t, variants_metric[m]);
		fputs("  where a request's time goes\n", out);
		cause_rows(&t);
	}
}

/* report/compare_words.c - a cell of a comparison as a sentence. */
#include "config.h"

#include "report/compare.h"

#include <math.h>
#include <string.h>

#include "report/fmt.h"

char *compare_names(const struct compare *c, const struct compare_pair *p, char out[FINDING])
{
	char a[60], b[60];

	snprintf(out, FINDING, "%s over %s", fmt_clean(b, sizeof(b), c->side[p->of].label),
		 fmt_clean(a, sizeof(a), c->side[p->over].label));
	return out;
}

/* Decimals that tell the half-width with two digits, and the mean with not many more than three. */
static int decimals(double mean, double half)
{
	double size = fmax(half, fabs(mean) / 100);

	if (!(size > 0))
		return 1;
	return size >= 9.95 ? 0 : size >= 0.095 ? 1 : size >= 0.0095 ? 2 : 3;
}

static bool milliseconds(enum metric m)
{
	return strcmp(metric_info[m].unit, "ms") == 0;
}

/* In %, or where the baseline is 0 in the metric's unit. */
char *compare_amount(const struct compare_cell *x, enum metric m, char out[FINDING])
{
	const struct summary *s = x->pct.n > 0 ? &x->pct : &x->difference;
	int d = decimals(s->mean, (s->hi - s->lo) / 2);
	char unit[40];

	snprintf(unit, sizeof(unit), "%s%s", x->pct.n > 0 ? "%" : *metric_info[m].unit ? " " : "",
		 x->pct.n > 0 ? "" : metric_info[m].unit);
	if (s->n < 2)
		snprintf(out, FINDING, "%+.*f%s (no interval)", d, s->mean, unit);
	else
		snprintf(out, FINDING, "%+.*f%s (95%% CI %+.*f .. %+.*f)", d, s->mean, unit, d, s->lo, d,
			 s->hi);
	return out;
}

static void open_words(const struct compare_cell *x, enum metric m, char out[FINDING])
{
	char amount[FINDING], more[FMT];

	compare_amount(x, m, amount);
	if (x->more == 0 || x->more >= COMPARE_RUNS - 1)
		snprintf(out, FINDING, "not resolved: %.300s", amount);
	else
		snprintf(out, FINDING, "not resolved: %.300s; %s more replication%s would", amount,
			 fmt_count(more, (double)x->more), x->more == 1 ? "" : "s");
}

char *compare_verdict(const struct compare_cell *x, enum metric m, char out[FINDING])
{
	const struct summary *s = x->pct.n > 0 ? &x->pct : &x->difference;
	double bound = fmax(fabs(s->lo), fabs(s->hi));
	char amount[FINDING];

	switch (x->verdict) {
	case VERDICT_NO_DATA:
		snprintf(out, FINDING, "no data");
		break;
	case VERDICT_IDENTICAL:
		snprintf(out, FINDING, "identical: the same in every replication, digit for digit");
		break;
	case VERDICT_DIFFERENT:
		snprintf(out, FINDING, "%.300s%s%s", compare_amount(x, m, amount),
			 x->good > 0 ? ", better" : x->good < 0 ? ", worse" : "",
			 x->smaller ? ", but smaller than --precision" : "");
		break;
	case VERDICT_SAME:
		snprintf(out, FINDING, "no difference: within ±%.*f%s%s", decimals(0, bound), bound,
			 x->pct.n > 0 ? "%" : " ", x->pct.n > 0 ? "" : metric_info[m].unit);
		break;
	case VERDICT_OPEN:
		open_words(x, m, out);
		break;
	}
	return out;
}

char *compare_values(const struct compare_cell *x, enum metric m, char out[FINDING])
{
	char a[FMT], b[FMT];
	const char *unit = metric_info[m].unit;

	if (milliseconds(m))
		snprintf(out, FINDING, "%s → %s", fmt_ms(a, x->base.mean), fmt_ms(b, x->value.mean));
	else
		snprintf(out, FINDING, "%s → %s%s%s", fmt_num(a, x->base.mean),
			 fmt_num(b, x->value.mean), *unit ? " " : "", unit);
	return out;
}

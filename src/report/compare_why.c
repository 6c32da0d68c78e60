/* report/compare_why.c - where the time went that one configuration has more than another. */
#include "config.h"

#include "report/compare.h"

#include <math.h>

#include "report/fmt.h"

static bool resolved(const struct summary *s)
{
	return s->n > 1 && (s->lo > 0 || s->hi < 0);
}

static size_t add_cause(const struct compare_level *l, enum cause k, char *out, size_t bytes, bool first)
{
	const struct summary *d = &l->cause_ms[k];
	char mean[FMT], lo[FMT], hi[FMT];

	return (size_t)snprintf(out, bytes, "%s%s %s%s (95%% CI %s .. %s)", first ? ": " : ", ",
				cause_label[k], d->mean > 0 ? "+" : "", fmt_ms(mean, d->mean),
				fmt_ms(lo, d->lo), fmt_ms(hi, d->hi));
}

/* The causes with the largest resolved differences, at most three and each a tenth of the sum at
 * least. */
static size_t causes(const struct compare_level *l, char *out, size_t bytes)
{
	double all = 0;
	bool told[CAUSES] = { false };
	size_t used = 0;

	for (int k = 0; k < CAUSES; k++)
		all += fabs(l->cause_ms[k].mean);
	for (int i = 0; i < 3; i++) {
		int top = -1;

		for (int k = 0; k < CAUSES; k++)
			if (!told[k] && resolved(&l->cause_ms[k]) &&
			    fabs(l->cause_ms[k].mean) >= 0.1 * all &&
			    (top < 0 || fabs(l->cause_ms[k].mean) > fabs(l->cause_ms[top].mean)))
				top = k;
		if (top < 0)
			break;
		told[top] = true;
		used += add_cause(l, (enum cause)top, out + used, bytes - used, used == 0);
	}
	return used;
}

void compare_why(const struct compare *c, const struct compare_pair *p, char out[3 * FINDING])
{
	static const enum metric also[] = { M_cache_hit_rate, M_retractions, M_queued_mean,
					    M_running_mean };
	const struct compare_level *l = compare_heaviest(p);
	const struct compare_cell *x;
	char names[FINDING], values[FINDING], label[80], ms[FMT];
	size_t used = 0, head;

	*out = '\0';
	if (!l || p->identical)
		return;
	x = &l->cell[M_e2e_ms_mean];
	compare_names(c, p, names);
	fmt_clean(label, sizeof(label), l->label);
	if (x->verdict == VERDICT_DIFFERENT)
		used = (size_t)snprintf(out, 3 * FINDING, "%.140s at %s: a request takes %s %s (%.80s)",
					names, label, fmt_ms(ms, fabs(x->difference.mean)),
					x->difference.mean > 0 ? "longer" : "less",
					compare_values(x, M_e2e_ms_mean, values));
	else
		used = (size_t)snprintf(out, 3 * FINDING, "%.140s at %s: a request's mean time is %s",
					names, label,
					x->verdict == VERDICT_OPEN ? "not resolved" : "the same");
	head = used;
	used += causes(l, out + used, 3 * FINDING - used);
	for (size_t i = 0; i < sizeof(also) / sizeof(also[0]); i++)
		if (l->cell[also[i]].verdict == VERDICT_DIFFERENT)
			used += (size_t)snprintf(out + used, 3 * FINDING - used, "; %s %.80s",
						 metric_info[also[i]].name,
						 compare_values(&l->cell[also[i]], also[i], values));
	if (used == head && x->verdict != VERDICT_DIFFERENT)
		*out = '\0';
}

/* report/cliff_text.c - the page of a sweep that has walls: an answer, its reasons, the numbers by
 * value. */
#include "config.h"

#include "report/cliff.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "report/sweep.h"
#include "report/text_parts.h"

#define ALIKE 0.05 /* %: rows whose differences are nearer than that repeat each other */

static void paragraph(const char *text, FILE *out)
{
	if (!*text)
		return;
	fputs("  ", out);
	fmt_wrap(out, text, 2, 4, TEXT_WIDTH);
}

/* Is the row between two others that say the same? */
static bool repeats(const struct cliffs *c, const struct cliff *l, size_t place)
{
	if (place == 0 || place + 1 == l->n || place == l->advice)
		return false;
	for (size_t k = place - 1; k <= place + 1; k++) {
		if (cliff_point(c, l, k)->status != cliff_point(c, l, place)->status ||
		    cliff_point(c, l, k)->memory != cliff_point(c, l, place)->memory)
			return false;
		for (size_t m = 0; m < c->nmetrics; m++) {
			const struct summary *a = &l->plateau[m].difference[k],
					     *b = &l->plateau[m].difference[place];

			if (a->n != b->n || (a->n > 0 && !(fabs(a->mean - b->mean) < ALIKE)))
				return false;
		}
	}
	return true;
}

static char *share(char buf[FMT], double v)
{
	if (!isfinite(v))
		snprintf(buf, FMT, "–");
	else
		fmt_pct1(buf, v);
	return buf;
}

static double mean_of(const struct cliffs *c, const struct cliff *l, size_t place, enum metric m)
{
	const struct summary *x = cliff_value(c, l, place, m);

	return x ? x->mean : (double)NAN;
}

static void row(const struct cliffs *c, const struct cliff *l, size_t place, FILE *f)
{
	const struct sweep_point *p = cliff_point(c, l, place);
	const struct sweep_level *level = sweep_level(p, c->level);
	char num[FMT];

	fputs("  ", f);
	fmt_left(f, cliff_setting(c, place), 8);
	fmt_right(f, fmt_fixed(num, (double)p->kv_tokens, 0), 9);
	fmt_right(f, share(num, mean_of(c, l, place, M_kv_usage_mean)), 8);
	fmt_right(f, share(num, mean_of(c, l, place, M_cache_hit_rate)), 8);
	fmt_right(f, share(num, level ? level->share[CAUSE_QUEUE] : (double)NAN), 9);
	for (size_t m = 0; m < c->nmetrics; m++) {
		const struct summary *x = cliff_value(c, l, place, c->metric[m]),
				     *d = &l->plateau[m].difference[place];
		char both[4 * FMT] = "–";

		if (x && d->n > 0 && d->mean >= 900.0)
			snprintf(both, sizeof(both), "%s %7.0f×", fmt_num(num, x->mean),
				 1.0 + d->mean / 100.0);
		else if (x && d->n > 0)
			snprintf(both, sizeof(both), "%s %+7.1f%%", fmt_num(num, x->mean), d->mean);
		fmt_right(f, both, 21);
	}
	fputs("  ", f);
	if (p->status != SWEEP_OK)
		fprintf(f, "%s", sweep_status_name[p->status]);
	else if (place == l->advice)
		fputs("advised", f);
	else if (p->memory == MEMORY_AT_RISK)
		fputs("at risk", f);
	fputc('\n', f);
}

static void table(const struct cliffs *c, const struct cliff *l, FILE *out)
{
	char *text = NULL, name[FMT];
	size_t bytes;
	FILE *f = open_memstream(&text, &bytes);
	bool skipped = false;

	BUG_ON(!f);
	fputs("\n  value     KV pool  in use    hits  waiting", f);
	for (size_t m = 0; m < c->nmetrics; m++)
		fmt_right(f, fmt_short(name, sizeof(name), metric_info[c->metric[m]].name, 19), 21);
	fputs("\n             tokens          of prompts of time", f);
	for (size_t m = 0; m < c->nmetrics; m++) {
		snprintf(name, sizeof(name), "%s, and to best", metric_info[c->metric[m]].unit);
		fmt_right(f, name, 21);
	}
	fputc('\n', f);
	for (size_t i = 0; i < l->n; i++) {
		bool skip = repeats(c, l, i);

		if (skip && !skipped)
			fputs("  …\n", f);
		if (!skip)
			row(c, l, i, f);
		skipped = skip;
	}
	BUG_ON(fclose(f) != 0);
	text_print_trimmed(text, out);
	free(text);
}

static void load(const struct cliffs *c, const struct cliff *l, FILE *out)
{
	char text[CLIFF_WORDS];

	text_heading(out, "Walls and plateau", l->label);
	cliff_advice(c, l, text);
	paragraph(text, out);
	for (size_t m = 0; m < c->nmetrics; m++) {
		cliff_plateau(c, l, m, text);
		paragraph(text, out);
	}
	cliff_why(c, l, text);
	paragraph(text, out);
	cliff_left(c, l, text);
	paragraph(text, out);
	cliff_right(c, l, text);
	paragraph(text, out);
	table(c, l, out);
}

void report_cliffs_text(const struct cliffs *c, FILE *out)
{
	char text[FINDING];

	cliffs_answer(c, text);
	snprintf(text + strlen(text), sizeof(text) - strlen(text), ".");
	fmt_wrap(out, text, 0, 2, TEXT_WIDTH);
	for (size_t i = 0; i < c->nloads; i++)
		load(c, &c->load[i], out);
}

/* report/cliff_words.c - walls, plateau and advice in sentences. */
#include "config.h"

#include "report/cliff.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "report/sweep.h"

#define UNUSED		0.5		/* a pool whose peak is below that is never the limit */

const char *cliff_setting(const struct cliffs *c, size_t place)
{
	return c->sweep->grid.axis[c->axis].value[place];
}

char *cliff_at(char buf[FMT], double at)
{
	return fmt_fixed(buf, at, 3);
}

static const char *word(const struct cliffs *c)
{
	return sweep_word(&c->sweep->grid.axis[c->axis]);
}

static void add(char out[CLIFF_WORDS], const char *text)
{
	size_t n = strlen(out);

	snprintf(out + n, CLIFF_WORDS - n, "%s", text);
}

static double mean_at(const struct cliffs *c, const struct cliff *l, size_t place, enum metric m)
{
	const struct summary *x = cliff_value(c, l, place, m);

	return x ? x->mean : (double)NAN;
}

static double waiting(const struct cliffs *c, const struct cliff *l, size_t place)
{
	const struct sweep_level *level = sweep_level(cliff_point(c, l, place), c->level);

	return level ? level->share[CAUSE_QUEUE] : (double)NAN;
}

/* "80% lower", "54× as high" */
static void change(char buf[2 * FMT], double pct)
{
	char num[FMT];

	if (pct >= 100.0)
		snprintf(buf, 2 * FMT, "%s as high", fmt_times(num, 1.0 + pct / 100.0));
	else
		snprintf(buf, 2 * FMT, "%s %s", fmt_pct(num, fabs(pct) / 100.0),
			 pct < 0.0 ? "lower" : "higher");
}

/* ---- the left wall */

static void climb(const struct cliffs *c, const struct cliff *l, char out[CLIFF_WORDS])
{
	size_t first = l->left.in, from = l->plateau[0].from;
	char text[CLIFF_WORDS], much[2 * FMT], words[2 * FMT], kv[FMT], wait[FMT], lost[FMT];
	double retractions = mean_at(c, l, first, M_retractions);

	if (from == CLIFF_NONE || from <= first || l->plateau[0].difference[first].n == 0)
		return;
	change(much, l->plateau[0].difference[first].mean);
	snprintf(text, sizeof(text),
		 "  Between it and %s memory is short: at %s (a pool of %s tokens) %s is %s, and "
		 "waiting for admission is %s of a "
		 "request's time",
		 cliff_setting(c, from), cliff_setting(c, first),
		 fmt_fixed(kv, (double)cliff_point(c, l, first)->kv_tokens, 0),
		 sweep_metric_words(words, c->metric[0]), much, fmt_pct(wait, waiting(c, l, first)));
	add(out, text);
	if (retractions > 0.0) {
		snprintf(text, sizeof(text), " (%s retractions)", fmt_num(lost, retractions));
		add(out, text);
	}
	add(out, ".");
}

void cliff_left(const struct cliffs *c, const struct cliff *l, char out[CLIFF_WORDS])
{
	const struct cliff_wall *w = &l->left;
	const struct sweep_point *p = w->out == CLIFF_NONE ? NULL : cliff_point(c, l, w->out);
	char at[2 * FMT], gib[FMT];

	out[0] = '\0';
	if (w->in == CLIFF_NONE) {
		snprintf(out, CLIFF_WORDS, "Nothing runs at any %s.", word(c));
		return;
	}
	if (!p) {
		snprintf(out, CLIFF_WORDS, "No left wall: the least value, %s, runs.",
			 cliff_setting(c, 0));
	} else if (w->cause == CLIFF_WEIGHTS && isfinite(w->at)) {
		snprintf(out, CLIFF_WORDS,
			 "Left wall at %s: below it the weights, %s GiB of %s, leave nothing for the KV "
			 "cache.",
			 cliff_at(at, w->at), fmt_num(gib, p->item[0].lo),
			 fmt_num(at + FMT, p->total_gib));
	} else {
		snprintf(out, CLIFF_WORDS, "Left wall between %s and %s: %.300s",
			 cliff_setting(c, w->out), cliff_setting(c, w->in),
			 p->why ? p->why : sweep_status_name[p->status]);
		if (isfinite(l->weights_at)) {
			add(out, ".  Weights alone need ");
			add(out, cliff_at(at, l->weights_at));
		}
		add(out, ".");
	}
	climb(c, l, out);
}

/* ---- the plateau */

/* The widest interval end of a difference on the plateau, %. */
static double widest(const struct cliff_plateau *p)
{
	double most = 0.0;

	for (size_t i = p->from; i <= p->to; i++)
		most = fmax(most, fmax(fabs(p->difference[i].lo), fabs(p->difference[i].hi)));
	return most;
}

void cliff_plateau(const struct cliffs *c, const struct cliff *l, size_t metric, char out[CLIFF_WORDS])
{
	const struct cliff_plateau *p = &l->plateau[metric];
	enum metric m = c->metric[metric];
	char words[2 * FMT], amount[2 * FMT], text[CLIFF_WORDS], much[2 * FMT], num[FMT];
	const struct summary *d;

	out[0] = '\0';
	if (p->best == CLIFF_NONE)
		return;
	sweep_metric_words(words, m);
	words[0] = (char)toupper((unsigned char)words[0]);
	sweep_amount(amount, m, mean_at(c, l, p->best, m));
	if (p->from < p->to) {
		double most = widest(p);

		snprintf(out, CLIFF_WORDS, "%s is level from %s to %s: %s, ", words,
			 cliff_setting(c, p->from), cliff_setting(c, p->to), amount);
		if (most > 0.0)
			snprintf(text, sizeof(text), "differences of the same requests within ±%s%%.",
				 fmt_num(num, most));
		else
			snprintf(text, sizeof(text), "the same to the last digit.");
	} else {
		snprintf(out, CLIFF_WORDS, "%s has no plateau: best at %s%s (%s)", words,
			 cliff_setting(c, p->best),
			 p->best == l->right.in ? ", the last value that runs" : "", amount);
		snprintf(text, sizeof(text), ".");
	}
	d = l->safe == CLIFF_NONE || (l->safe >= p->from && l->safe <= p->to) ? NULL
									      : &p->difference[l->safe];
	if (d && d->n > 0) {
		text[strlen(text) - 1] = '\0';
		add(out, text);
		change(much, d->mean);
		snprintf(text, sizeof(text), "; at %s it is %s (95%% interval %+.1f to %+.1f%%).",
			 cliff_setting(c, l->safe), much, d->lo, d->hi);
	}
	add(out, text);
}

void cliff_why(const struct cliffs *c, const struct cliff *l, char out[CLIFF_WORDS])
{
	size_t at = l->advice, first = l->left.in, last = l->right.in;
	char mean[FMT], peak[FMT], a[FMT], b[FMT], wa[FMT], wb[FMT];

	out[0] = '\0';
	if (at == CLIFF_NONE || last == CLIFF_NONE || !cliff_value(c, l, at, M_kv_usage_peak))
		return;
	fmt_pct(mean, mean_at(c, l, at, M_kv_usage_mean));
	fmt_pct(peak, mean_at(c, l, at, M_kv_usage_peak));
	if (mean_at(c, l, at, M_kv_usage_peak) < UNUSED) {
		snprintf(out, CLIFF_WORDS,
			 "Why: at %s running requests hold %s of the pool in the mean and %s at its "
			 "peak; what is cached "
			 "fits, too (%s hits).  More memory has no use.",
			 cliff_setting(c, at), mean, peak,
			 fmt_pct(a, mean_at(c, l, at, M_cache_hit_rate)));
		return;
	}
	snprintf(out, CLIFF_WORDS,
		 "Why: running requests fill the pool (%s at its peak at %s), so each bit of it is more "
		 "of the past kept: "
		 "from %s to %s the hit rate rises from %s to %s, and waiting falls from %s to %s of a "
		 "request's time.",
		 peak, cliff_setting(c, at), cliff_setting(c, first), cliff_setting(c, last),
		 fmt_pct(a, mean_at(c, l, first, M_cache_hit_rate)),
		 fmt_pct(b, mean_at(c, l, last, M_cache_hit_rate)), fmt_pct(wa, waiting(c, l, first)),
		 fmt_pct(wb, waiting(c, l, last)));
}

/* ---- the right wall */

/* "0.13 request-to-token table + 0.94 to 1.57 CUDA graphs + ... = 1.71 to 2.48 GiB" */
static void arithmetic(const struct sweep_point *p, char out[CLIFF_WORDS])
{
	char text[200];
	bool any = false;

	for (size_t i = 0; i < p->nitems; i++) {
		const struct sweep_item *t = &p->item[i];

		if (t->inside)
			continue;
		if (t->hi - t->lo > 0.005)
			snprintf(text, sizeof(text), "%s%.2f to %.2f %s", any ? " + " : "", t->lo, t->hi,
				 t->label);
		else
			snprintf(text, sizeof(text), "%s%.2f %s", any ? " + " : "", t->lo, t->label);
		add(out, text);
		any = true;
	}
	snprintf(text, sizeof(text), " = %.2f to %.2f GiB", p->need_lo, p->need_hi);
	add(out, text);
}

static void risk(const struct cliff *l, char out[CLIFF_WORDS])
{
	char text[200], at[FMT];

	if (l->safe == CLIFF_NONE) {
		add(out, "  No value surely fits.");
		return;
	}
	if (!isfinite(l->risk_at) || l->safe == l->right.in)
		return;
	snprintf(text, sizeof(text),
		 "  From %s on it is at risk: the lower ends of the estimates fit, the upper do not.",
		 cliff_at(at, l->risk_at));
	add(out, text);
}

void cliff_right(const struct cliffs *c, const struct cliff *l, char out[CLIFF_WORDS])
{
	const struct cliff_wall *w = &l->right;
	const struct sweep_point *p = w->out == CLIFF_NONE ? NULL : cliff_point(c, l, w->out);
	char text[200], at[FMT];

	out[0] = '\0';
	if (w->in == CLIFF_NONE)
		return;
	if (!p) {
		snprintf(out, CLIFF_WORDS, "No right wall: the largest value, %s, runs.",
			 cliff_setting(c, l->n - 1));
	} else if (w->cause != CLIFF_OUTSIDE) {
		snprintf(out, CLIFF_WORDS, "Right wall between %s and %s: %.300s.",
			 cliff_setting(c, w->in), cliff_setting(c, w->out),
			 p->why ? p->why : sweep_status_name[p->status]);
	} else {
		if (isfinite(w->at))
			snprintf(out, CLIFF_WORDS, "Right wall at %s: outside the fraction it takes ",
				 cliff_at(at, w->at));
		else
			snprintf(out, CLIFF_WORDS,
				 "Right wall between %s and %s: outside the fraction it takes ",
				 cliff_setting(c, w->in), cliff_setting(c, w->out));
		arithmetic(cliff_point(c, l, w->needs), out);
		snprintf(text, sizeof(text), ", and %s leaves %.2f.", cliff_setting(c, w->out),
			 p->outside_gib);
		add(out, text);
	}
	risk(l, out);
}

/* ---- what to do */

void cliff_advice(const struct cliffs *c, const struct cliff *l, char out[CLIFF_WORDS])
{
	const struct sweep_point *p = l->advice == CLIFF_NONE ? NULL : cliff_point(c, l, l->advice);
	const struct cliff_plateau *first = &l->plateau[0];
	char words[2 * FMT], text[CLIFF_WORDS];

	if (!p) {
		snprintf(out, CLIFF_WORDS, "Advice: none of these values; none is sure to fit.");
		return;
	}
	snprintf(out, CLIFF_WORDS,
		 "Advice: %s %s, the largest value that surely fits (%.2f GiB outside for at most %.2f)",
		 word(c), cliff_setting(c, l->advice), p->outside_gib, p->need_hi);
	if (first->from < l->advice) {
		snprintf(text, sizeof(text), "; anything from %s on has the same %s",
			 cliff_setting(c, first->from), sweep_metric_words(words, c->metric[0]));
		add(out, text);
	}
	add(out, ".");
}

/* "level from 0.38 to 0.96 for short questions (wall 0.961)", "best at 0.9 for lpm" */
static void stretch(const struct cliffs *c, const struct cliff *l, char out[FINDING])
{
	const struct cliff_plateau *p = &l->plateau[0];
	char label[60], load[80], at[FMT], wall[FMT + 16] = "";

	fmt_short(label, sizeof(label), l->label, 40);
	snprintf(load, sizeof(load), "%s%s", *label ? " for " : "", label);
	if (isfinite(l->right.at) && c->nloads == 1)	/* several: the chart has them, and its title no room */
		snprintf(wall, sizeof(wall), " (wall %s)", cliff_at(at, l->right.at));
	if (p->best == CLIFF_NONE)
		snprintf(out, FINDING, "nothing%s", load);
	else if (p->from == p->to)
		snprintf(out, FINDING, "best at %s%s%s", cliff_setting(c, p->best), load, wall);
	else
		snprintf(out, FINDING, "level from %s to %s%s%s", cliff_setting(c, p->from),
			 cliff_setting(c, p->to), load, wall);
}

void cliffs_answer(const struct cliffs *c, char out[FINDING])
{
	char words[2 * FMT];
	size_t n;

	if (c->advice == CLIFF_NONE)
		n = (size_t)snprintf(out, FINDING, "No %s surely fits", word(c));
	else
		n = (size_t)snprintf(out, FINDING, "Launch with %s %s", word(c),
				     cliff_setting(c, c->advice));
	snprintf(out + n, FINDING - n, ": %s is ", sweep_metric_words(words, c->metric[0]));
	for (size_t i = 0; i < c->nloads; i++) {
		char text[FINDING];

		stretch(c, &c->load[i], text);
		n = strlen(out);
		snprintf(out + n, FINDING - n, "%s%s", i ? ", " : "", text);
	}
}

/* report/gain_words.c - gains and their price in sentences. */
#include "config.h"

#include "report/gain.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/sweep.h"

#define COLD	M_cold_ttft_ms_p99
#define WARM	M_warm_ttft_ms_p99
#define LONGER	1.2		/* times: less is not worth a word */

static const char *name_of(const struct gains *g, size_t name)
{
	return g->sweep->grid.axis[g->axis].value[name];
}

/* "shared_share 0.9, groups 64, users 128": the point without its name */
static void where(const struct gains *g, size_t point, char out[GAIN_WORDS])
{
	const struct grid *grid = &g->sweep->grid;
	size_t n = 0;

	out[0] = '\0';
	for (size_t a = 0; a < grid->naxes; a++)
		if (a != g->axis && n < GAIN_WORDS / 2)
			n += (size_t)snprintf(out + n, GAIN_WORDS - n, "%s%.60s %.60s", n ? ", " : "",
					      sweep_word(&grid->axis[a]), grid_value(grid, point, a));
}

static const char *pct_words(const struct gains *g, size_t point, char buf[80])
{
	const struct summary *d = &g->pct[point];

	snprintf(buf, 80, "%+.1f%% (95%% interval %+.1f to %+.1f)", d->mean, d->lo, d->hi);
	return buf;
}

/* The name with the largest gain of all that is one; 0: none gains. */
static size_t winner(const struct gains *g, bool queue_long, size_t *point)
{
	double sign = metric_info[g->metric].better < 0 ? -1.0 : 1.0, most = 0.0;
	size_t best = 0;

	for (size_t i = 0; i < g->sweep->grid.npoints; i++) {
		if (!gain_better(g, i) || gain_queue_long(g, i) != queue_long ||
		    sign * g->pct[i].mean <= most)
			continue;
		most = sign * g->pct[i].mean;
		best = grid_index(&g->sweep->grid, i, g->axis);
		*point = i;
	}
	return best;
}

void gains_answer(const struct gains *g, char out[FINDING])
{
	size_t point = 0, second = 0, name = winner(g, false, &point), other = winner(g, true, &second),
	       n;
	char words[2 * FMT], place[GAIN_WORDS];

	sweep_metric_words(words, g->metric);
	if (name == 0 && other == 0) {
		snprintf(out, FINDING, "Nothing gains %s over %.40s", words, name_of(g, 0));
		return;
	}
	if (name > 0) {
		where(g, point, place);
		n = (size_t)snprintf(out, FINDING, "%.40s gains up to %+.0f%% %s over %.40s (%.120s)",
				     name_of(g, name), g->pct[point].mean, words, name_of(g, 0), place);
	} else {
		n = (size_t)snprintf(out, FINDING, "No name gains %s over %.40s with up to 128 waiting",
				     words, name_of(g, 0));
	}
	if (other > 0 && other == name)
		snprintf(out + n, FINDING - n, "; with more than 128 waiting %+.0f%%",
			 g->pct[second].mean);
	else if (other > 0)
		snprintf(out + n, FINDING - n, "; with more than 128 waiting it is %.40s: %+.0f%%",
			 name_of(g, other), g->pct[second].mean);
}

void gain_name(const struct gains *g, size_t name, char out[GAIN_WORDS])
{
	struct gain_of o = gain_of(g, name);
	char words[2 * FMT], place[GAIN_WORDS], pct[80];
	size_t n;

	out[0] = '\0';
	if (o.n == 0)
		return;
	where(g, o.best, place);
	n = (size_t)snprintf(out, GAIN_WORDS, "%.40s: ", name_of(g, name));
	if (o.better == 0 && o.worse == 0) {
		snprintf(out + n, GAIN_WORDS - n,
			 "no %s gained or lost anywhere, beyond %g%% and chance.",
			 sweep_metric_words(words, g->metric), GAIN_NOISE);
		return;
	}
	if (o.better > 0)
		n += (size_t)snprintf(out + n, GAIN_WORDS - n,
				      "better at %zu of %zu settings, at best %s at %.160s", o.better,
				      o.n, pct_words(g, o.best, pct), place);
	if (o.worse > 0) {
		where(g, o.worst, place);
		n += (size_t)snprintf(out + n, GAIN_WORDS - n, "%sworse at %zu%s, at worst %s at %.160s",
				      o.better ? "; " : "", o.worse, o.better ? "" : " of all",
				      pct_words(g, o.worst, pct), place);
	}
	snprintf(out + n, GAIN_WORDS - n, ".");
}

/* Largest gain of a name where the queue is long, or where it is not. */
static double most_of(const struct gains *g, size_t name, bool queue_long, size_t *settings)
{
	double most = -INFINITY;

	*settings = 0;
	for (size_t i = 0; i < g->sweep->grid.npoints; i++) {
		if (grid_index(&g->sweep->grid, i, g->axis) != name || g->pct[i].n == 0 ||
		    gain_queue_long(g, i) != queue_long)
			continue;
		most = fmax(most, g->pct[i].mean);
		++*settings;
	}
	return most;
}

void gain_fallback(const struct gains *g, char out[GAIN_WORDS])
{
	const struct grid_axis *a = &g->sweep->grid.axis[g->axis];
	size_t lpm = 0, few, many;
	double below, beyond;

	out[0] = '\0';
	for (size_t i = 1; i < a->n; i++)
		if (strcmp(a->value[i], "lpm") == 0)
			lpm = i;
	if (lpm == 0 || metric_info[g->metric].better < 0)
		return;
	below = most_of(g, lpm, false, &few);
	beyond = most_of(g, lpm, true, &many);
	if (many > 0 && few > 0)
		snprintf(out, GAIN_WORDS,
			 "At %zu of %zu settings more than 128 requests wait for most of the time.  "
			 "There SGLang's lpm neither matches nor "
			 "sorts and keeps the order of arrival: it gains at most %+.1f%%, elsewhere up "
			 "to %+.1f%%.",
			 many, few + many, beyond, below);
}

/* ---- the price */

/* The point with this name (0: any but the first) whose cold requests wait longest, by how often as long
 * as under the first. */
static size_t starved(const struct gains *g, size_t name, double *times)
{
	size_t worst = SWEEP_NONE;

	*times = 0.0;
	for (size_t i = 0; i < g->sweep->grid.npoints; i++) {
		size_t k = grid_index(&g->sweep->grid, i, g->axis);
		double t = gain_mean(g, i, COLD) / gain_mean(g, gain_base(g, i), COLD);

		if (k == 0 || (name > 0 && k != name) || !(t > *times))
			continue;
		*times = t;
		worst = i;
	}
	return worst;
}

void gain_price(const struct gains *g, size_t name, char out[GAIN_WORDS])
{
	double times, failed;
	size_t p = starved(g, name, &times);
	char place[GAIN_WORDS], a[FMT], b[FMT], c[FMT], d[FMT], t[FMT];
	int n;

	out[0] = '\0';
	if (p == SWEEP_NONE || times < LONGER)
		return;
	where(g, p, place);
	failed = gain_mean(g, p, M_cold_failed);
	n = snprintf(out, GAIN_WORDS,
		     "%.40s: cold requests wait up to %s as long as under %.40s: P99 time to first "
		     "token %s against %s at %.160s "
		     "(%+.1f%% %.60s there); warm ones %s against %s",
		     name_of(g, name), fmt_times(t, times), name_of(g, 0),
		     fmt_ms(a, gain_mean(g, p, COLD)), fmt_ms(b, gain_mean(g, gain_base(g, p), COLD)),
		     place, g->pct[p].mean, metric_info[g->metric].name,
		     fmt_ms(c, gain_mean(g, p, WARM)), fmt_ms(d, gain_mean(g, gain_base(g, p), WARM)));
	if (failed > 0.0 && n < GAIN_WORDS)
		n += snprintf(out + n, GAIN_WORDS - (size_t)n, "; %s of them give up",
			      fmt_num(t, failed));
	if (n < GAIN_WORDS)
		snprintf(out + n, GAIN_WORDS - (size_t)n, ".");
}

bool gains_price_answer(const struct gains *g, char out[FINDING])
{
	size_t best = 0, winning = winner(g, false, &best), p;
	double times;
	char place[GAIN_WORDS], a[FMT], b[FMT], t[FMT];

	p = starved(g, winning, &times);
	if (p == SWEEP_NONE || times < LONGER)
		return false;
	where(g, p, place);
	snprintf(out, FINDING,
		 "Requests that share nothing pay: under %.40s their P99 time to first token is up to "
		 "%s that under %.40s, %s for %s (%.120s)",
		 grid_value(&g->sweep->grid, p, g->axis), fmt_times(t, times), name_of(g, 0),
		 fmt_ms(a, gain_mean(g, p, COLD)), fmt_ms(b, gain_mean(g, gain_base(g, p), COLD)),
		 place);
	return true;
}

/* report/variants_finding.c - sentences about variants side by side. */
#include "config.h"

#include "report/variants.h"

#include <math.h>
#include <string.h>

#include "report/fmt.h"

const enum metric variants_metric[VARIANTS_METRICS] = {
	M_output_throughput, M_per_request_throughput, M_ttft_ms_mean, M_ttft_ms_p95, M_tpot_ms_mean,
	M_e2e_ms_mean, M_e2e_ms_p95, M_failed, M_goodput, M_slo_attainment_pct, M_cache_hit_rate, M_power_w,
};

const char *variants_label(const struct run_result *r)
{
	return r->scenario->label ? r->scenario->label : r->scenario->name;
}

char *variants_clean(const struct run_result *r, char buf[64])
{
	return fmt_clean(buf, 64, variants_label(r));
}

static bool all_have(struct run_result *const *r, size_t n, const struct level_result *l)
{
	for (size_t v = 1; v < n; v++)
		if (!level_like(r[v], l))
			return false;
	return true;
}

size_t variants_levels(struct run_result *const *r, size_t n, size_t most, size_t *index)
{
	size_t found = 0;

	for (size_t i = 0; i < r[0]->nlevels && found < most; i++)
		if (all_have(r, n, &r[0]->level[i]))
			index[found++] = i;
	return found;
}

struct summary variants_difference(const struct run_result *run, const struct level_result *a,
				   const struct level_result *b, enum metric m)
{
	return paired_difference_pct(a->sample[m], b->sample[m],
				     (size_t)run->replications);
}

static bool all_answer(struct run_result *const *r, size_t n, const struct level_result *like)
{
	for (size_t v = 0; v < n; v++) {
		const struct level_result *l = level_like(r[v], like);

		if (finding_mean(l, M_failed) > 0.01 * finding_mean(l, M_completed))
			return false;
	}
	return true;
}

/* Of the levels that all have, the one with most users; NULL: none.  `answered`: only levels in which
 * next to no request fails, as those that fail are in no latency. */
static const struct level_result *heaviest(struct run_result *const *r, size_t n, bool answered)
{
	const struct level_result *best = NULL;

	for (size_t i = 0; i < r[0]->nlevels; i++) {
		const struct level_result *l = &r[0]->level[i];

		if (all_have(r, n, l) && (!answered || all_answer(r, n, l)) &&
		    (!best || l->info.users >= best->info.users))
			best = l;
	}
	return best;
}

static double value(const struct run_result *r, const struct level_result *like, enum metric m)
{
	double v = finding_mean(level_like(r, like), m);

	return metric_info[m].better < 0 ? -v : v;
}

bool variants_contest(struct run_result *const *r, size_t n, enum metric m, struct contest *c)
{
	const struct level_result *l = heaviest(r, n, strcmp(metric_info[m].unit, "ms") == 0);
	size_t best = 0, second = 1;

	if (!l)
		return false;
	for (size_t v = 1; v < n; v++)
		if (value(r[v], l, m) > value(r[best], l, m))
			best = v;
	for (size_t v = 1; v < n && best == 0; v++)
		if (value(r[v], l, m) > value(r[second], l, m))
			second = v;
	c->winner = r[best];
	c->loser = best == 0 ? r[second] : r[0];
	c->won = level_like(c->winner, l);
	c->lost = level_like(c->loser, l);
	c->pct = variants_difference(c->winner, c->lost, c->won, m);
	c->sure = c->pct.n > 0 && fabs(c->pct.mean) > 1e-9 &&
		  (c->pct.n == 1 || c->pct.lo > 0 || c->pct.hi < 0);
	return c->pct.n > 0;
}

/* Why the loser is slower: the cause that costs it most over the winner, if it explains enough. */
static void reason(const struct contest *c, char out[FINDING])
{
	static const struct { const char *before, *after; } words[CAUSES] = {
		[CAUSE_CLIENT] = { "requests spend ", " on the way to the scheduler and back" },
		[CAUSE_QUEUE] = { "requests wait ", " for admission" },
		[CAUSE_OWN_PREFILL] = { "requests need ", " for their own prefill" },
		[CAUSE_DECODE] = { "decode passes take a request ", "" },
		[CAUSE_STALL] = { "prefill passes stall every running request by ", "" },
		[CAUSE_HOST] = { "gaps between passes cost a request ", "" },
		[CAUSE_RECOMPUTE] = { "retractions cost a request ", "" },
	};
	double most = 0, total = 0;
	char label[64], ms[FMT];
	int top = 0;

	*out = '\0';
	for (int k = 0; k < CAUSES; k++) {
		double more = c->lost->cause_ms[k].mean - c->won->cause_ms[k].mean;

		total += more;
		if (more > most) {
			most = more;
			top = k;
		}
	}
	if (most < 0.4 * fabs(total) || most < 0.02 * finding_total(c->lost->cause_ms))
		return;
	snprintf(out, FINDING, ": %s's %s%s%s", variants_clean(c->loser, label), words[top].before,
		 fmt_ms(ms, c->lost->cause_ms[top].mean), words[top].after);
}

void variants_throughput(struct run_result *const *r, size_t n, char out[FINDING])
{
	struct contest c;
	char winner[64], loser[64], at[64], pct[FMT], why[FINDING];

	*out = '\0';
	if (!variants_contest(r, n, M_output_throughput, &c))
		return;
	variants_clean(c.winner, winner);
	variants_clean(c.loser, loser);
	fmt_clean(at, sizeof(at), c.won->info.label);
	reason(&c, why);
	if (c.sure)
		snprintf(out, FINDING, "%s serves %s more tokens%s%s at %s%.160s", winner,
			 fmt_pct(pct, c.pct.mean / 100), n > 2 ? " than " : "", n > 2 ? loser : "", at,
			 why);
	else
		snprintf(out, FINDING, "%s and %s serve about the same tokens at %s: %+.1f%% ± %.1f",
			 winner, loser, at, c.pct.mean, (c.pct.hi - c.pct.lo) / 2);
}

void variants_latency(struct run_result *const *r, size_t n, char out[FINDING])
{
	struct contest c;
	char winner[64], loser[64], at[64], pct[FMT], a[FMT], b[FMT];

	*out = '\0';
	if (!variants_contest(r, n, M_e2e_ms_p95, &c))
		return;
	variants_clean(c.winner, winner);
	variants_clean(c.loser, loser);
	fmt_clean(at, sizeof(at), c.won->info.label);
	fmt_ms(a, c.won->metric[M_e2e_ms_p95].mean);
	fmt_ms(b, c.lost->metric[M_e2e_ms_p95].mean);
	if (c.sure)
		snprintf(out, FINDING, "%s's P95 latency at %s is %s lower than %s's: %s against %s",
			 winner, at, fmt_pct(pct, -c.pct.mean / 100), loser, a, b);
	else
		snprintf(out, FINDING, "%s and %s have about the same P95 latency at %s: %s and %s",
			 winner, loser, at, a, b);
}

void variants_cause(struct run_result *const *r, size_t n, char out[FINDING])
{
	const struct level_result *l = heaviest(r, n, false);
	double widest = 0;
	size_t lo = 0, hi = 0;
	char words[80], a[FMT], b[FMT], more[64], less[64], at[64];
	int top = 0;

	*out = '\0';
	for (int k = 0; l && k < CAUSES; k++) {
		for (size_t v = 0; v < n; v++) {
			for (size_t w = 0; w < n; w++) {
				double d = finding_share(level_like(r[v], l)->cause_ms, (enum cause)k) -
					finding_share(level_like(r[w], l)->cause_ms, (enum cause)k);

				if (k != CAUSE_DECODE && d > widest) {
					widest = d;
					top = k;
					hi = v;
					lo = w;
				}
			}
		}
	}
	if (!l)
		return;
	fmt_clean(at, sizeof(at), l->info.label);
	if (widest < 0.02) {
		snprintf(out, FINDING, "A request's time goes the same ways in all variants at %s", at);
		return;
	}
	snprintf(words, sizeof(words), "%s", finding_words((enum cause)top));
	words[0] = (char)(words[0] >= 'a' && words[0] <= 'z' ? words[0] - 'a' + 'A' : words[0]);
	snprintf(out, FINDING, "%s %s %s of a request's time under %s at %s, %s under %s", words,
		 strstr(words, "asses") || strstr(words, "aps ") ? "are" : "is",
		 fmt_pct(a, finding_share(level_like(r[hi], l)->cause_ms, (enum cause)top)),
		 variants_clean(r[hi], more), at,
		 fmt_pct(b, finding_share(level_like(r[lo], l)->cause_ms, (enum cause)top)),
		 variants_clean(r[lo], less));
}

void variants_system(struct run_result *const *r, size_t n, char out[FINDING])
{
	bool model = true, gpu = true, without = true;
	char m[120], g[120];

	for (size_t v = 1; v < n; v++) {
		model = model && strcmp(r[v]->scenario->model.name, r[0]->scenario->model.name) == 0;
		gpu = gpu && strcmp(r[v]->scenario->gpu.name, r[0]->scenario->gpu.name) == 0;
		without = without && r[v]->scenario->without == r[0]->scenario->without;
	}
	fmt_clean(m, sizeof(m), r[0]->scenario->model.name);
	fmt_clean(g, sizeof(g), r[0]->scenario->gpu.name);
	snprintf(out, FINDING, "%s%s%s", model ? m : gpu ? "on " : "the same requests",
		 model && gpu ? " on " : "", gpu ? g : "");
	if (without)
		finding_add_without(r[0]->scenario->without, out);
}

/* report/chart_passes.c - what the GPU does, as shares of each level's time. */
#include "config.h"


#include "report/chart_bars.h"
#include "report/fmt.h"
#include "report/levels_shown.h"

#include <math.h>


static double busy(const struct level_result *l)
{
	double pct = finding_mean(l, M_gpu_busy_pct);

	return isfinite(pct) ? fmin(1.0, fmax(0.0, pct / 100.0)) : 1.0;
}

static double share_of(const struct level_result *l, enum pass_kind k)
{
	return l->pass_share[k].n > 0 ? fmax(0.0, l->pass_share[k].mean) * busy(l) : 0.0;
}

static void title(const struct run_result *r, char out[FINDING])
{
	const struct level_result *l = finding_heaviest(r);
	double prefill = share_of(l, PASS_PREFILL), mixed = share_of(l, PASS_MIXED),
		idle = 1.0 - busy(l);
	char a[FMT], b[FMT], label[sizeof(l->info.label)];

	fmt_clean(label, sizeof(label), l->info.label);
	if (idle > prefill && idle > mixed && idle > 0.2)
		snprintf(out, FINDING, "The GPU is idle %s of the time at %s", fmt_pct(a, idle), label);
	else if (mixed > prefill)
		snprintf(out, FINDING, "Mixed passes take %s of the GPU's time at %s, decode passes %s",
			 fmt_pct(a, mixed), label, fmt_pct(b, share_of(l, PASS_DECODE)));
	else
		snprintf(out, FINDING,
			 "Prefill passes take %s of the GPU's time at %s, decode passes %s",
			 fmt_pct(a, prefill), label, fmt_pct(b, share_of(l, PASS_DECODE)));
}

static void fill(const struct run_result *r, struct bars *b)
{
	size_t index[BARS_ROWS], n = levels_shown(r->nlevels, BARS_ROWS, index);

	for (size_t i = 0; i < n; i++) {
		const struct level_result *l = &r->level[index[i]];
		double passes = 0.0;
		char num[FMT];

		for (int k = 0; k < PASS_KINDS; k++)
			passes += l->passes[k].n > 0 ? l->passes[k].mean : 0.0;
		if (!(passes > 0.0))
			continue;
		bars_label(b, b->nrows, l->info.label);
		snprintf(b->row[b->nrows].total, sizeof(b->row[0].total), "%.15s passes",
			 fmt_count(num, passes));
		b->row[b->nrows].part[0] = share_of(l, PASS_DECODE);
		b->row[b->nrows].part[1] = share_of(l, PASS_MIXED);
		b->row[b->nrows].part[2] = share_of(l, PASS_PREFILL);
		b->row[b->nrows++].part[3] = 1.0 - busy(l);
	}
}

bool chart_passes(const struct run_result *r, FILE *f, struct page *page, char why[WHY])
{
	struct bars b = {
		.part = { { "decode passes", 1 }, { "mixed passes", 4 }, { "prefill passes", 2 },
			 { "idle", 8 } },
		.nparts = 4, .xlabel_share = "Share of the level's time",
	};
	char system[FINDING];
	long n = (long)r->replications;

	fill(r, &b);
	if (b.nrows == 0) {
		snprintf(why, WHY, "no pass ran");
		return false;
	}
	title(r, page->title);
	finding_system(r, system);
	snprintf(page->subtitle, FINDING, "%.200s; mean of %ld seed%s", system, n, n == 1 ? "" : "s");
	bars_write(&b, f, page);
	return true;
}

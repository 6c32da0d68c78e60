/* report/chart_waterfall.c - from the prediction to the GPU's bandwidth, one mechanism at a time. */
#include "config.h"

#include "report/axis.h"
#include "report/chart.h"
#include "report/explain.h"
#include "report/fmt.h"
#include "report/gp.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#define ROWS		(LADDER_RUNGS + 1)	/* the rungs, and what is left */
#define PITCH		29.0		/* px from bar to bar */
#define THICK		0.62		/* of it is bar */
#define BELOW_AXIS	62.0
#define ABOVE		22.0		/* px for the words over the limit */
#define FAINT		0.01		/* share of the difference below which a mechanism is grey */

enum { COLOR_NONE = 8, COLOR_WHOLE = 1, COLOR_COST = 2, COLOR_REST = 3, COLOR_GAIN = 4 };

struct falls {
	size_t n;
	double from[ROWS], to[ROWS], lo[ROWS], hi[ROWS];	/* lo, hi: interval of the end that moved */
	double color[ROWS], soft[ROWS];
	char label[ROWS][64], word[ROWS][FMT * 2];
};

static void whole(struct falls *f, const char *label, int color, enum metric m, const struct summary *s)
{
	size_t i = f->n++;

	f->to[i] = s->mean;
	f->lo[i] = s->lo;
	f->hi[i] = s->hi;
	f->color[i] = color;
	snprintf(f->label[i], sizeof(f->label[i]), "%s", label);
	explain_value(f->word[i], m, s->mean);
}

static void step(struct falls *f, const struct ladder *l, const struct ladder_numbers *n, size_t rung)
{
	const struct summary *s = &n->step[rung];
	double share = explain_share(n, rung), half = (s->hi - s->lo) / 2.0;
	char value[FMT], pct[FMT];
	size_t i = f->n++;

	f->from[i] = n->value[rung - 1].mean;
	f->to[i] = n->value[rung].mean;
	f->lo[i] = f->to[i] - half;
	f->hi[i] = f->to[i] + half;
	f->soft[i] = fabs(share) < FAINT ? 1.0 : 0.0;
	f->color[i] = fabs(share) < FAINT ? COLOR_NONE : n->sign * s->mean > 0 ? COLOR_COST : COLOR_GAIN;
	snprintf(f->label[i], sizeof(f->label[i]), "%s", mechanism_info[l->off[rung]].label);
	if (fabs(share) < 5e-4)
		snprintf(f->word[i], sizeof(f->word[i]), "no difference");
	else
		snprintf(f->word[i], sizeof(f->word[i]), "%s%s, %s%s", s->mean < 0 ? "−" : "+",
			 explain_value(value, l->metric, fabs(s->mean)), share < 0 ? "−" : "",
			 fmt_pct(pct, fabs(share)));
}

static void fill(struct falls *f, const struct ladder *l, const struct ladder_numbers *n)
{
	*f = (struct falls){ .n = 0 };
	whole(f, "as it is", COLOR_WHOLE, l->metric, &n->value[0]);
	for (size_t k = 1; k < l->n; k++)
		step(f, l, n, k);
	whole(f, l->scenario[0]->without ? "what is left" : "all switched off", COLOR_REST, l->metric,
	      &n->value[l->n - 1]);
}

static void title(const struct ladder *l, const struct ladder_numbers *n, char out[FINDING])
{
	const struct level_result *level = &l->rung[0]->level[l->level];
	char label[sizeof(level->info.label)], first[FMT], last[FMT], cost[FMT];
	size_t rung[LADDER_RUNGS], worth = explain_order(l, n, rung), used;
	const char *subject = explain_subject(l->metric);

	snprintf(out, FINDING, "At %s %s%s %s, with all switched off %s", fmt_clean(label, sizeof(label), level->info.label),
		 subject ? subject : metric_info[l->metric].name, subject ? "" : " is",
		 explain_value(first, l->metric, n->value[0].mean),
		 explain_value(last, l->metric, n->value[l->n - 1].mean));
	for (size_t i = 0; i < worth && i < 3; i++) {
		used = strlen(out);
		snprintf(out + used, FINDING - used, "%s%s %s%s", i ? ", " : ": ", mechanism_info[l->off[rung[i]]].label,
			 i ? "" : "cost ", explain_value(cost, l->metric, fabs(n->step[rung[i]].mean)));
	}
}

static double most(const struct falls *f)
{
	double x = 0.0;

	for (size_t i = 0; i < f->n; i++)
		x = fmax(x, fmax(f->hi[i], fmax(f->from[i], f->to[i])));
	return x;
}

static double widest(const struct falls *f)
{
	double px = 0.0;

	for (size_t i = 0; i < f->n; i++)
		px = fmax(px, page_text_px(f->label[i], FONT_LABEL, false));
	return px;
}

static void data(const struct falls *f, FILE *out)
{
	fputs("$bars << EOD\n", out);
	for (size_t i = 0; i < f->n; i++)
		fprintf(out, "%.15g %.15g %zu %.0f\n", fmin(f->from[i], f->to[i]), fmax(f->from[i], f->to[i]), i + 1,
			f->color[i]);
	fputs("EOD\n$whiskers << EOD\n", out);
	for (size_t i = 0; i < f->n; i++)
		if (f->hi[i] > f->lo[i])
			fprintf(out, "%.15g %.15g %zu\n", f->lo[i], f->hi[i], i + 1);
	fprintf(out, "%s\nEOD\n$links << EOD\n", "NaN NaN NaN");
	for (size_t i = 0; i + 1 < f->n; i++)
		fprintf(out, "%.15g %zu\n", f->to[i], i + 1);
	fputs("EOD\n", out);
}

/* Numbers stand right of their bar, or left of it where they would not fit. */
static void words(const struct falls *f, double px, double margin, double hi, FILE *out)
{
	const char *label[ROWS], *text[ROWS];
	double x[ROWS], left[ROWS];

	for (size_t i = 0; i < f->n; i++) {
		double end = fmax(f->hi[i], fmax(f->from[i], f->to[i])), begin = fmin(f->from[i], f->to[i]);
		double need = page_text_px(f->word[i], FONT_SMALL, true) + 10.0;

		left[i] = end / hi * px + need > px + margin && begin / hi * px > need;
		x[i] = left[i] > 0 ? fmin(begin, f->lo[i]) : end;
		label[i] = f->label[i];
		text[i] = f->word[i];
	}
	fprintf(out, "row_n = %zu\n", f->n);
	gp_strings(out, "row_label", label, f->n);
	gp_reals(out, "row_soft", f->soft, f->n);
	gp_strings(out, "word_text", text, f->n);
	gp_reals(out, "word_x", x, f->n);
	gp_reals(out, "word_left", left, f->n);
}

static void limit(const struct ladder *l, double left, double px_per_unit, FILE *out)
{
	struct ladder_limit m;
	bool any = l->metric == M_tpot_ms_mean && ladder_limit(l, l->level, &m);
	char text[200], ms[FMT];
	double at;

	fprintf(out, "limit = %d\n", any);
	if (!any)
		return;
	snprintf(text, sizeof(text), "bandwidth limit %s: (%.1f GB of weights + %.1f GB of KV cache a pass) / %.0f GB/s",
		 fmt_ms(ms, m.tpot_ms), m.weight_bytes / 1e9, m.kv_bytes / 1e9, m.bytes_per_s / 1e9);
	at = fmin(left + m.tpot_ms * px_per_unit - 4.0, PAGE_W - PAGE_MARGIN - page_text_px(text, FONT_SMALL, false));
	gp_real(out, "limit_text_x", fmax(PAGE_MARGIN, at));
	gp_real(out, "limit_x", m.tpot_ms);
	gp_string(out, "limit_text", text);
}

static void subtitle(const struct ladder *l, struct page *page)
{
	char system[FINDING], seeds[FINDING];

	finding_system(l->rung[0], system);
	finding_seeds(l->rung[0], seeds);
	snprintf(page->subtitle, FINDING, "%.160s; each bar is what switching off one mechanism more changes, on the same "
		 "requests; %.60s, differences paired", system, seeds);
}

/* Label of the axis. */
static void quantity(enum metric m, char out[FINDING])
{
	static const char *const words[METRICS] = {
		[M_tpot_ms_mean] = "Mean time a token takes (TPOT)",
		[M_e2e_ms_mean] = "Mean time to the whole answer",
		[M_ttft_ms_mean] = "Mean time to first token",
		[M_output_throughput] = "Output tokens a second",
	};

	if (words[m])
		snprintf(out, FINDING, "%s", words[m]);
	else
		snprintf(out, FINDING, "%s: %s", metric_info[m].name, metric_info[m].help);
}

bool ladder_chart_waterfall(const struct ladder *l, FILE *f, struct page *page, char why[WHY])
{
	struct ladder_numbers n;
	struct falls falls;
	struct axis x;
	char xlabel[FINDING];
	double left, right, px;

	if (!ladder_numbers(l, l->level, l->metric, &n)) {
		snprintf(why, WHY, "no data for %s", metric_info[l->metric].name);
		return false;
	}
	fill(&falls, l, &n);
	title(l, &n, page->title);
	subtitle(l, page);
	page->height = 400.0;
	page_write(f, page);
	left = PAGE_MARGIN + widest(&falls) + 10.0;
	right = PAGE_MARGIN + page_text_px(falls.word[0], FONT_SMALL, true) + 8.0;
	px = PAGE_W - left - right;
	page->height = page->top + ABOVE + 12.0 + PITCH * (double)falls.n + BELOW_AXIS;
	axis_linear(&x, most(&falls), 6, strcmp(metric_info[l->metric].unit, "ms") == 0 ? AXIS_TIMES : AXIS_NUMBERS);
	while (x.n > 1 && x.at[x.n - 1] > most(&falls))
		x.n--;
	x.hi = most(&falls);
	axis_thin(&x, px, FONT_SMALL);
	gp_real(f, "H", page->height);
	gp_real(f, "left", left);
	gp_real(f, "right", right);
	gp_real(f, "top", page->top + ABOVE + 12.0);
	gp_real(f, "below", BELOW_AXIS);
	gp_real(f, "thick", THICK);
	quantity(l->metric, xlabel);
	gp_string(f, "xlabel", xlabel);
	axis_write(f, "x", &x);
	data(&falls, f);
	words(&falls, px, right - PAGE_MARGIN, x.hi, f);
	limit(l, left, px / x.hi, f);
	return true;
}

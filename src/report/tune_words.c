/* report/tune_words.c - words and numbers that text, JSON and charts of a search share. */
#include "config.h"

#include "report/tune.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct run_result tune_as_run(const struct tune *t)
{
	return (struct run_result){ .scenario = t->best ? t->best : t->base,
				    .replications = tune_replications(t) };
}

static bool in_ms(enum metric m)
{
	return strcmp(metric_info[m].unit, "ms") == 0;
}

char *tune_value(char buf[FMT], enum metric m, double v)
{
	char num[FMT];

	if (in_ms(m))
		return fmt_ms(buf, v);
	snprintf(buf, FMT, "%.24s%s%.16s", fmt_num(num, v), *metric_info[m].unit ? " " : "",
		 metric_info[m].unit);
	return buf;
}

char *tune_value_pm(char buf[2 * FMT], enum metric m, const struct summary *s)
{
	double scale = in_ms(m) && fabs(s->mean) >= 999.5 ? 1e-3 : 1.0;
	struct summary shown = { .mean = s->mean * scale, .sd = s->sd * scale, .lo = s->lo * scale,
				 .hi = s->hi * scale, .n = s->n };
	const char *unit = scale < 1.0 ? "s" : metric_info[m].unit;
	char num[FMT];

	snprintf(buf, 2 * FMT, "%s%s%s", fmt_pm(num, &shown), *unit ? " " : "", unit);
	return buf;
}

char *tune_change(char buf[FMT], double pct)
{
	double shown = fabs(pct) < 0.05 ? 0.0 : pct;

	snprintf(buf, FMT, "%s%.1f%%", shown < 0 ? "−" : shown > 0 ? "+" : "", fabs(shown));
	return buf;
}

char *tune_change_span(char buf[2 * FMT], const struct summary *s)
{
	char mean[FMT], lo[FMT], hi[FMT];

	if (s->n == 0)
		snprintf(buf, 2 * FMT, "–");
	else
		snprintf(buf, 2 * FMT, "%.12s (%.12s to %.12s)", tune_change(mean, s->mean),
			 tune_change(lo, s->lo), tune_change(hi, s->hi));
	return buf;
}

char *tune_limit(char buf[2 * FMT], const struct tune_slo *s)
{
	char v[FMT];

	snprintf(buf, 2 * FMT, "%.40s %s %.40s", metric_info[s->metric].name, s->below ? "<" : ">",
		 tune_value(v, s->metric, s->limit));
	return buf;
}

struct ranked {
	double mean;
	size_t index;
};

static int by_goal(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->mean > y->mean || x->mean < y->mean)
		return x->mean > y->mean ? -1 : 1;
	return x->index < y->index ? -1 : 1;
}

size_t tune_best(const struct tune *t, size_t *out, size_t max)
{
	struct ranked *r = xcalloc(t->n + 1, sizeof(*r));
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++) {
		struct summary s = tune_metric(&t->candidate[i], t->goal.metric);

		if (s.n > 0)
			r[n++] = (struct ranked){ t->goal.maximise ? s.mean : -s.mean, i };
	}
	qsort(r, n, sizeof(*r), by_goal);
	for (size_t i = 0; i < n && i < max; i++)
		out[i] = r[i].index;
	free(r);
	return n < max ? n : max;
}

size_t tune_count(const struct tune *t, enum tune_fate fate)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++)
		n += t->candidate[i].fate == fate && t->candidate[i].load == 0;
	return n;
}

bool tune_violates(const struct tune *t, const struct tune_candidate *c, size_t *slo)
{
	double worst = t->nslos > 0 && c->n > 0 ? tune_worst(t, c, slo) : -1.0;

	if (c->fate == TUNE_VIOLATES)
		*slo = c->slo;
	return worst > 0.0 || c->fate == TUNE_VIOLATES || c->fate == TUNE_HANGS;
}

static void add_metric(enum metric m[TUNE_SHOWN], size_t *n, enum metric one)
{
	for (size_t i = 0; i < *n; i++)
		if (m[i] == one)
			return;
	m[(*n)++] = one;
}

size_t tune_shown(const struct tune *t, enum metric m[TUNE_SHOWN])
{
	size_t n = 0;

	if (!t->goal.load)
		add_metric(m, &n, t->goal.metric);
	for (size_t s = 0; s < t->nslos; s++)
		add_metric(m, &n, t->slo[s].metric);
	add_metric(m, &n, M_output_throughput);
	add_metric(m, &n, M_ttft_ms_p95);
	return n;
}

/* ", ttft_ms.p95 1.69 ± 0.10 s (objective: ttft_ms.p95 < 2.00 s)": the objective that is nearest to
 * its limit */
static void add_objectives(const struct tune *t, const struct tune_candidate *c, char out[FINDING])
{
	size_t used = strlen(out), slo;
	char limit[2 * FMT], value[2 * FMT];
	struct summary s;

	if (t->nslos == 0)
		return;
	tune_worst(t, c, &slo);
	s = t->found ? tune_fresh(t, t->slo[slo].metric) : tune_metric(c, t->slo[slo].metric);
	tune_value_pm(value, t->slo[slo].metric, &s);
	tune_limit(limit, &t->slo[slo]);
	snprintf(out + used, FINDING - used, "%s%s %s (objective: %s%s)", t->goal.load ? ": " : ", ",
		 metric_info[t->slo[slo].metric].name,
		 value, limit, t->certain ? "" : t->found ? ", not surely met" : ", violated");
}

char *tune_load_number(char buf[FMT], const struct tune *t, size_t load)
{
	return t->load_whole ? fmt_count(buf, tune_load_of(t, load)) : fmt_num(buf,
		tune_load_of(t, load));
}

char *tune_load_words(const struct tune *t, size_t load, char buf[FMT])
{
	char num[FMT];

	snprintf(buf, FMT, "%.20s=%.20s", strrchr(t->goal.load, '.') + 1,
		 tune_load_number(num, t, load));
	return buf;
}

/* The largest load, and from which on it fails. */
static void finding_load(const struct tune *t, const struct tune_candidate *c, char *label,
			 char out[FINDING])
{
	const struct tune_candidate *setting = &t->candidate[c->setting];
	char load[FMT], num[FMT];
	size_t used;

	tune_load_words(t, c->load, load);
	if (!t->found) {
		snprintf(out, FINDING, "No load that was tried meets the objectives. Nearest: %s with "
			 "%.160s", load, label);
		add_objectives(t, c, out);
		return;
	}
	snprintf(out, FINDING, "%s with %.160s is the largest load that %s the objectives", load, label,
		 t->certain ? "surely meets" : "met");
	add_objectives(t, c, out);
	used = strlen(out);
	if (setting->fails)
		snprintf(out + used, FINDING - used, "; %s surely fails",
			 tune_load_number(num, t, setting->fails));
	else
		snprintf(out + used, FINDING - used, "; none that was tried fails");
}

static bool hung_later(const struct tune *t)
{
	return t->found && t->candidate[t->winner].fate == TUNE_HANGS;
}

void tune_finding(const struct tune *t, char out[FINDING])
{
	const struct tune_candidate *c;
	char *label, value[2 * FMT];
	struct summary s;
	size_t used;

	if (t->winner == t->n) {
		snprintf(out, FINDING, "No candidate can run: %.300s",
			 t->candidate[0].reason ? t->candidate[0].reason : "");
		return;
	}
	c = &t->candidate[t->winner];
	label = tune_label(t, t->winner, true);
	if (t->goal.load) {
		finding_load(t, c, label, out);
		free(label);
		return;
	}
	s = t->found ? tune_fresh(t, t->goal.metric) : tune_metric(c, t->goal.metric);
	snprintf(out, FINDING, "%s%.160s: %s %s", t->found ? "Best: " :
		 "No candidate meets the objectives. Nearest: ", label,
		 metric_info[t->goal.metric].name, tune_value_pm(value, t->goal.metric, &s));
	add_objectives(t, c, out);
	used = strlen(out);
	if (hung_later(t))
		snprintf(out + used, FINDING - used, ". But it hung in a replication outside the race");
	free(label);
}

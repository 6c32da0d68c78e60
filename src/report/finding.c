/* report/finding.c */
#include "config.h"

#include "report/finding.h"

#include "report/fmt.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct level_result *finding_heaviest(const struct run_result *r)
{
	const struct level_result *best = NULL;

	for (size_t i = 0; i < r->nlevels; i++) {
		if (!best || r->level[i].info.users >= best->info.users)
			best = &r->level[i];
	}
	return best;
}

const struct level_result *finding_lightest(const struct run_result *r)
{
	const struct level_result *best = NULL;

	for (size_t i = 0; i < r->nlevels; i++) {
		if (!best || r->level[i].info.users < best->info.users)
			best = &r->level[i];
	}
	return best;
}

double finding_total(const struct summary cause[CAUSES])
{
	double total = 0.0;

	for (int c = 0; c < CAUSES; c++)
		total += cause[c].n > 0 ? cause[c].mean : 0.0;
	return total;
}

double finding_share(const struct summary cause[CAUSES], enum cause c)
{
	double total = finding_total(cause);

	return total > 0.0 && cause[c].n > 0 ? cause[c].mean / total : 0.0;
}

enum cause finding_overhead(const struct summary cause[CAUSES])
{
	enum cause best = CAUSE_STALL;

	for (int c = 0; c < CAUSES; c++) {
		if (c != CAUSE_DECODE && c != CAUSE_OWN_PREFILL &&
		    finding_share(cause, (enum cause)c) > finding_share(cause, best))
			best = (enum cause)c;
	}
	return best;
}

const char *finding_words(enum cause c)
{
	static const char *const words[CAUSES] = {
		[CAUSE_CLIENT] = "the way between client and scheduler",
		[CAUSE_QUEUE] = "waiting for admission",
		[CAUSE_OWN_PREFILL] = "its own prefill",
		[CAUSE_DECODE] = "its own decode passes",
		[CAUSE_STALL] = "other requests' prefill passes",
		[CAUSE_HOST] = "gaps between passes",
		[CAUSE_RECOMPUTE] = "recovering from retractions",
	};

	return words[c];
}

double finding_mean(const struct level_result *l, enum metric m)
{
	return l && l->metric[m].n > 0 ? l->metric[m].mean : (double)NAN;
}

const char *finding_setting(const struct run_result *r, const char *path)
{
	for (size_t i = 0; i < r->scenario->ndump; i++) {
		if (strcmp(r->scenario->dump[i].path, path) == 0)
			return r->scenario->dump[i].value;
	}
	return NULL;
}

void finding_add(char out[FINDING], const char *text)
{
	size_t n = strlen(out);

	snprintf(out + n, FINDING - n, "%s", text);
}

void finding_add_without(unsigned without, char out[FINDING])
{
	const char *before = ", without ";

	for (size_t i = 0; i < MECHANISMS; i++) {
		size_t n = strlen(out);

		if (!is_without(without, (enum mechanism)i))
			continue;
		snprintf(out + n, FINDING - n, "%s%s", before, mechanism_info[i].name);
		before = ", ";
	}
}

void finding_system(const struct run_result *r, char out[FINDING])
{
	const struct scenario *s = r->scenario;
	const char *version = finding_setting(r, "engine.version");
	char v[32] = "", model[120], gpu[120];
	size_t n = 0;

	for (; version && *version && n < sizeof(v) - 1; version++) {
		if (*version != '"')
			v[n++] = *version;
	}
	v[n] = '\0';
	snprintf(out, FINDING, "%s on %s, %s%s%s", fmt_clean(model, sizeof(model), s->model.name),
		 fmt_clean(gpu, sizeof(gpu), s->gpu.name), s->engine->name, n ? " " : "", v);
	finding_add_without(s->without, out);
}

void finding_seeds(const struct run_result *r, char out[FINDING])
{
	long n = (long)r->replications;

	if (n > 1)
		snprintf(out, FINDING, "mean and 95%% interval of %ld seeds", n);
	else
		snprintf(out, FINDING, "one seed, so no interval");
}

double finding_running_cap(const struct run_result *r)
{
	static const char *const name[] = { "engine.max_running_requests", "engine.max_batch_size" };

	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		const char *value = finding_setting(r, name[i]);
		double v = value ? strtod(value, NULL) : 0.0;

		if (v > 0.0)
			return v;
	}
	return (double)INFINITY;
}

struct finding_waiting finding_waiting(const struct run_result *r, const struct level_result *l)
{
	const struct timeline *t = &r->timeline;
	struct finding_waiting w = { .at_cap = 0.0 };
	double cap = finding_running_cap(r);

	for (size_t v = 0; v < t->nlevels; v++) {
		if (!t->level[v].reported || (l && strcmp(t->level[v].label, l->info.label) != 0))
			continue;
		for (size_t i = 0; i + 1 < t->n; i++) {
			const struct timeline_point *p = &t->point[i];
			double waiting = p->queued * (t->point[i + 1].t_s - p->t_s);

			if (p->t_s < t->level[v].begin_s || p->t_s >= t->level[v].end_s)
				continue;
			w.total += waiting;
			w.at_cap += p->running >= 0.97 * cap ? waiting : 0.0;
			w.pool_full += p->kv_used >= 0.9 ? waiting : 0.0;
		}
	}
	if (w.total > 0.0) {
		w.at_cap /= w.total;
		w.pool_full /= w.total;
	}
	return w;
}

/* What requests wait for, from the engine's own word; false: it does not say, or it is no one thing. */
static bool engine_says(const struct run_result *r, const struct level_result *l, char out[FINDING])
{
	double peak = finding_mean(l, M_kv_usage_peak), queued = finding_mean(l, M_queued_mean);
	char a[FMT], b[FMT];

	if (l->wait_share[WAIT_MEMORY].n > 0 && l->wait_share[WAIT_MEMORY].mean >= 0.5)
		snprintf(out, FINDING, peak >= 0.9 ?
			 "Memory for the KV cache is the limit: the pool is %s full at its peak, and on "
			 "average %s requests wait for room." :
			 "Memory for the KV cache is the limit: at most %s of the pool is in use, but the rest is "
			 "reserved for answers to come, and on average %s requests wait.",
			 fmt_pct(a, peak), fmt_count(b, queued));
	else if (l->wait_share[WAIT_SLOTS].n > 0 && l->wait_share[WAIT_SLOTS].mean >= 0.5)
		snprintf(out, FINDING, "The cap on running requests is the limit: %s of the waiting is for one of the %s "
			 "places to run.", fmt_pct(a, l->wait_share[WAIT_SLOTS].mean), fmt_count(b, finding_running_cap(r)));
	else if (l->wait_share[WAIT_BUDGET].n > 0 && l->wait_share[WAIT_BUDGET].mean >= 0.5)
		snprintf(out, FINDING, "Prefill is the limit: %s of the waiting is for room in a prefill pass.",
			 fmt_pct(a, l->wait_share[WAIT_BUDGET].mean));
	else
		return false;
	return true;
}

/* What requests wait for; where the engine does not say, from what the timeline shows meanwhile. */
static void queue_sentence(const struct run_result *r, const struct level_result *l, char out[FINDING])
{
	struct finding_waiting w = finding_waiting(r, l);
	double peak = finding_mean(l, M_kv_usage_peak), queued = finding_mean(l, M_queued_mean);
	char a[FMT], b[FMT];

	if (engine_says(r, l, out))
		return;
	if (w.total > 0.0 && w.at_cap >= 0.5 && w.at_cap >= w.pool_full)
		snprintf(out, FINDING,
			 "The cap on running requests is the limit: %s of the waiting happens while "
			 "%s run, as many as the engine may.", fmt_pct(a, w.at_cap),
			 fmt_count(b, finding_running_cap(r)));
	else if (w.total > 0.0 ? w.pool_full >= 0.5 : peak >= 0.9)
		snprintf(out, FINDING,
			 "Memory for the KV cache is the limit: the pool is %s full at its peak, and on "
			 "average %s requests wait for room.", fmt_pct(a, peak), fmt_count(b, queued));
	else
		snprintf(out, FINDING,
			 "Admission is the limit, not memory: requests wait although running ones mostly "
			 "hold less than 90%% of the KV pool.");
}

static void decode_sentence(const struct level_result *l, char out[FINDING])
{
	double stall = finding_share(l->cause_ms, CAUSE_STALL) /
		finding_share(l->cause_ms, CAUSE_DECODE);
	const struct summary *pass = &l->pass_ms[PASS_DECODE];
	char a[FMT], b[FMT];

	if (pass->n == 0)
		snprintf(out, FINDING, "Decode passes are the limit.");
	else if (stall >= 0.1)
		snprintf(out, FINDING,
			 "Decode passes of %s set the pace, and prefill passes between them make every "
			 "token take %s longer.", fmt_ms(a, pass->mean), fmt_pct(b, stall));
	else
		snprintf(out, FINDING,
			 "The speed of decode passes is the limit: %s each, with %s requests "
			 "in the batch.",
			 fmt_ms(a, pass->mean), fmt_count(b, finding_mean(l, M_running_mean)));
}

/* What the largest cause means for someone who wants it smaller. */
static void limit_sentence(const struct run_result *r, const struct level_result *l, enum cause top,
			   char out[FINDING])
{
	char a[FMT];

	switch (top) {
	case CAUSE_QUEUE:
		queue_sentence(r, l, out);
		break;
	case CAUSE_STALL:
		snprintf(out, FINDING,
			 "Prefill is the limit: while a prefill pass of others runs, a running request "
			 "gets no token.");
		break;
	case CAUSE_OWN_PREFILL:
		snprintf(out, FINDING,
			 "Prefill is the limit: prompts take longer than answers, with %s of their "
			 "tokens cached.",
			 fmt_pct(a, finding_mean(l, M_cache_hit_rate)));
		break;
	case CAUSE_HOST:
		snprintf(out, FINDING, "The host is the limit: the GPU waits for it between passes.");
		break;
	case CAUSE_RECOMPUTE:
		snprintf(out, FINDING,
			 "Memory is over-committed: requests lose their KV cache while running and "
			 "compute it again.");
		break;
	case CAUSE_CLIENT:
		snprintf(out, FINDING,
			 "The GPU is not the limit: requests spend their time on the way to the "
			 "scheduler and back.");
		break;
	case CAUSE_DECODE:
	case CAUSES:
	default:
		decode_sentence(l, out);
		break;
	}
}

void finding_limit(const struct run_result *r, char out[FINDING])
{
	finding_limit_at(r, finding_heaviest(r), out);
}

void finding_limit_at(const struct run_result *r, const struct level_result *l, char out[FINDING])
{
	enum cause top = CAUSE_DECODE, first, second;
	char a[FMT], b[FMT], label[sizeof(l->info.label)], why[FINDING];

	*out = '\0';
	if (r->memory.verdict == MEMORY_DOES_NOT_FIT || !l || finding_total(l->cause_ms) <= 0.0)
		return;
	for (int c = 0; c < CAUSES; c++) {
		if (finding_share(l->cause_ms, (enum cause)c) > finding_share(l->cause_ms, top))
			top = (enum cause)c;
	}
	first = top;
	second = top == CAUSE_DECODE || top == CAUSE_OWN_PREFILL ? finding_overhead(l->cause_ms) :
		CAUSE_DECODE;
	if (second != CAUSE_DECODE && finding_share(l->cause_ms, second) >= 0.1) {
		first = second;			/* what could be saved comes first */
		second = top;
	}
	/* who waits so long wants to know for what, even if something else takes longer still */
	if (finding_share(l->cause_ms, CAUSE_QUEUE) < 0.2 || !engine_says(r, l, why))
		limit_sentence(r, l, first == CAUSE_QUEUE && finding_share(l->cause_ms, first) >= 0.2 ? first : top, why);
	snprintf(out, FINDING, "At %s %s of a request's time is %s, %s %s. %.220s",
		 fmt_clean(label, sizeof(label), l->info.label),
		 fmt_pct(a, finding_share(l->cause_ms, first)),
		 finding_words(first), fmt_pct(b, finding_share(l->cause_ms, second)),
		 finding_words(second), why);
}

void finding_between(const struct level_result *lo, const struct level_result *hi, char out[FINDING])
{
	char from[sizeof(lo->info.label)], to[sizeof(hi->info.label)];

	if (lo->info.users > 0 && hi->info.users > 0)
		snprintf(out, FINDING, "from %ld to %ld users", (long)lo->info.users,
			 (long)hi->info.users);
	else
		snprintf(out, FINDING, "from %s to %s", fmt_clean(from, sizeof(from), lo->info.label),
			 fmt_clean(to, sizeof(to), hi->info.label));
}

void finding_scaling(const struct run_result *r, char out[FINDING])
{
	const struct level_result *lo = finding_lightest(r), *hi = finding_heaviest(r);
	char a[FMT], b[FMT], between[FINDING], how[FMT + 16];
	double t, p;

	*out = '\0';
	if (!lo || lo == hi)
		return;
	t = finding_mean(hi, M_output_throughput) / finding_mean(lo, M_output_throughput);
	p = finding_mean(hi, M_e2e_ms_p95) / finding_mean(lo, M_e2e_ms_p95);
	if (!isfinite(t))
		return;
	finding_between(lo, hi, between);
	if (t >= 1.05)
		snprintf(how, sizeof(how), "grows %s", fmt_times(a, t));
	else
		snprintf(how, sizeof(how), t > 0.95 ? "stays the same" : "falls to %s", fmt_pct(a, t));
	snprintf(out, FINDING, "Throughput %s %.200s%s%s", how, between,
		 isfinite(p) ? "; P95 latency " : "", isfinite(p) ? fmt_times(b, p) : "");
}

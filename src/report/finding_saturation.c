#include "config.h"

#include "report/finding_saturation.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/fmt.h"

#define POINTS	64			/* of the measured file, at most */

/* What a doubling of users would bring, at the rate of the step from a to b. */
static double gain_of(const struct level_result *a, const struct level_result *b)
{
	double times = finding_mean(b, M_output_throughput) / finding_mean(a, M_output_throughput);

	return pow(times, log(2.0) / log((double)b->info.users / (double)a->info.users)) - 1.0;
}

bool finding_saturation(const struct run_result *r, struct finding_saturation *out)
{
	*out = (struct finding_saturation){ .gain = (double)NAN };
	for (size_t i = 0; i < r->nlevels; i++)
		if (r->level[i].info.users <= (i > 0 ? r->level[i - 1].info.users : 0) ||
		    !(finding_mean(&r->level[i], M_output_throughput) > 0))
			return false;
	for (size_t i = 1; i < r->nlevels && !out->from; i++) {
		out->gain = gain_of(&r->level[i - 1], &r->level[i]);
		if (out->gain < SATURATION_GAIN) {
			out->from = &r->level[i - 1];
			out->to = &r->level[i];
		}
	}
	return r->nlevels >= 3;
}

/* Requests that nobody waited for: they are in no latency, but the server worked on them. */
static void failures(const struct run_result *r, const struct level_result *l, char out[FINDING])
{
	double failed = finding_mean(l, M_failed), done = finding_mean(l, M_completed);
	const char *timeout = finding_setting(r, "workload.timeout_s");
	char pct[FMT], s[FMT];

	*out = '\0';
	if (!(failed > 0))
		return;
	snprintf(out, FINDING, " %s of the requests there fail%s%s%s and are in no latency.",
		 fmt_pct(pct, failed / (failed + done)),
		 timeout ? ", most without an answer within " : "",
		 timeout ? fmt_num(s, strtod(timeout, NULL)) : "", timeout ? " s," : "");
}

/* What is full there and what is not: GPU, memory, slots. */
static void state(const struct run_result *r, const struct level_result *l, char out[FINDING])
{
	int top = 0;
	char busy[FMT], part[FMT], pool[FMT], running[FMT], cap[FMT];

	for (int p = 1; p < PASS_PARTS; p++)
		top = l->part_share[p].mean > l->part_share[top].mean ? p : top;
	snprintf(out, FINDING,
		 " The GPU is busy %s of the time, most of it with %s%s (%s); the KV pool is %s full at "
		 "its peak; %s requests run at a time%s%s%s.",
		 fmt_pct(busy, finding_mean(l, M_gpu_busy_pct) / 100), pass_part_name[top],
		 top == PART_LINEAR ? " layers" : "", fmt_pct(part, l->part_share[top].mean),
		 fmt_pct(pool, finding_mean(l, M_kv_usage_peak)),
		 fmt_count(running, finding_mean(l, M_running_mean)),
		 isfinite(finding_running_cap(r)) ? " of the " : "",
		 isfinite(finding_running_cap(r)) ? fmt_count(cap, finding_running_cap(r)) : "",
		 isfinite(finding_running_cap(r)) ? " that may" : "");
}

void finding_saturation_words(const struct run_result *r, char out[3 * FINDING])
{
	const struct level_result *last = finding_heaviest(r);
	struct finding_saturation s;
	char at[64], to[64], tput[FMT], why[FINDING], failed[FINDING], full[FINDING];

	*out = '\0';
	if (!finding_saturation(r, &s))
		return;
	finding_limit_at(r, s.to ? s.to : last, why);
	state(r, s.to ? s.to : last, full);
	failures(r, s.to ? s.to : last, failed);
	if (s.from)
		snprintf(out, 3 * FINDING,
			 "Throughput flattens at %s, %s tok/s: from there to %s, a doubling of users "
			 "brings %+.0f%%. %.300s%.250s%.150s",
			 fmt_clean(at, sizeof(at), s.from->info.label),
			 fmt_num(tput, finding_mean(s.from, M_output_throughput)),
			 fmt_clean(to, sizeof(to), s.to->info.label), 100 * s.gain, why, full, failed);
	else
		snprintf(out, 3 * FINDING,
			 "Throughput does not flatten up to %s, %s tok/s: a doubling of users still "
			 "brings %+.0f%% there. %.300s%.250s%.150s",
			 fmt_clean(at, sizeof(at), last->info.label),
			 fmt_num(tput, finding_mean(last, M_output_throughput)), 100 * s.gain, why, full,
			 failed);
}

bool finding_measured_curve(const struct run_result *r, struct saturation *out)
{
	const struct scenario *s = r->scenario;
	double users[POINTS], tput[POINTS];
	size_t n = 0;

	for (size_t i = 0; i < s->nmeasured && n < POINTS; i++) {
		if (strcmp(s->measured[i].metric, metric_info[M_output_throughput].name) != 0)
			continue;
		users[n] = (double)s->measured[i].users;
		tput[n++] = s->measured[i].value;
	}
	return s->measured_curve == MEASURED_CURVE_MICHAELIS_MENTEN &&
	       saturation_fit(users, tput, n, out);
}

/* sample_result.c */
#include "config.h"

#include "sample_result.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* What the levels of a kind look like; the rest follows from it. */
struct shape {
	const char *kind;
	size_t nlevels;
	int64_t users[8];
	double throughput[8];		/* output tok/s */
	double ttft[8], e2e[8];		/* ms, medians */
	double cause[8][CAUSES];	/* shares, in enum order */
	double kv_peak, hit;
	int64_t replications;
};

static const struct shape shapes[] = {
	{ "v5", 3, { 10, 50, 100 }, { 226.1, 901.2, 1641.3 }, { 82, 141, 236 }, { 3725, 4310, 5004 },
	  { { .012, .004, .018, .861, .069, .036, 0 }, { .014, .009, .021, .72, .201, .035, 0 },
	    { .016, .012, .026, .634, .274, .038, 0 } }, 0.123, 0.941, 20 },
	{ "single", 1, { 48 }, { 412.7 }, { 2610 }, { 9120 },
	  { { .004, .386, .094, .301, .163, .021, .031 } }, 0.997, 0.312, 1 },
	{ "extreme", 4, { 1, 8, 200, 5000 }, { 0.00312, 41.5, 98765.4, 1234567.8 },
	 { 0.021, 13.7, 48211, 7.3e6 },
	  { 1.13, 812.5, 61200, 2.9e7 },
	  { { 1, 0, 0, 0, 0, 0, 0 }, { .002, .001, .001, .99, .003, .003, 0 },
	   { 0, .97, .005, .01, .005, .005, .005 },
	    { .2, .2, .1, .1, .1, .1, .2 } }, 0, 0, 5 },
	{ "long", 7, { 1, 2, 4, 8, 16, 32, 64 }, { 31, 60, 118, 229, 431, 780, 1301 },
	 { 52, 53, 54, 57, 61, 74, 120 },
	  { 3900, 3910, 3925, 3950, 4010, 4200, 4800 },
	  { { .01, 0, .02, .93, .01, .03, 0 }, { .01, 0, .02, .92, .02, .03, 0 },
	   { .01, 0, .02, .9, .04, .03, 0 },
	    { .01, 0, .02, .87, .07, .03, 0 }, { .01, .01, .02, .82, .11, .03, 0 }, { .01, .02, .02,
										     .74, .18, .03, 0 },
	    { .01, .08, .02, .58, .28, .03, 0 } }, 0.4, 0.88, 10 },
	{ "refused", 0, { 0 }, { 0 }, { 0 }, { 0 }, { { 0 } }, 0, 0, 1 },
};

static struct summary around(double mean, double rel, int64_t n)
{
	double sd = n > 1 ? rel * mean : 0.0, half = n > 1 ? sd * 0.468 : 0.0;

	return (struct summary){ .mean = mean, .sd = sd, .lo = mean - half, .hi = mean + half,
				.n = (size_t)n };
}

static void family(struct level_result *l, enum metric mean, double median, double rel, int64_t n)
{
	/* mean p50 p90 p95 p99 */
	static const double of_median[] = { 1.02, 1.0, 1.18, 1.31, 1.36 };

	for (int i = 0; i < 5; i++)
		l->metric[(int)mean + i] = around(median * of_median[i], rel * (i == 4 ? 2.0 : 1.0), n);
}

static void fill_cdf(struct cdf *c, double median, int64_t n)
{
	for (int i = 0; i < CDF_POINTS; i++) {
		double p = i / 100.0, x = p - 0.5;

		c->q[i] = around(median * (1.0 + 0.35 * x + 1.1 * x * x * x + (x > 0 ?
									       6.0 * x * x * x * x :
									       0.0)), 0.02, n);
	}
}

static void fill_metrics(struct level_result *l, const struct shape *k, size_t i)
{
	int64_t n = k->replications;
	double users = (double)k->users[i], tput = k->throughput[i];

	l->metric[M_duration_s] = around(users * 5 * 114.5 / tput, 0.02, n);
	l->metric[M_completed] = around(users * 5, 0, n);
	l->metric[M_failed] = around(strcmp(k->kind, "extreme") == 0 ? 3 : 0, 0, n);
	l->metric[M_request_throughput] = around(tput / 114.5, 0.02, n);
	l->metric[M_input_throughput] = around(tput * 17 / 114.5, 0.02, n);
	l->metric[M_output_throughput] = around(tput, 0.02, n);
	l->metric[M_per_request_throughput] = around(114500.0 / k->e2e[i], 0.01, n);
	l->metric[M_mfu_pct] = around(tput * 16e9 / 149.7e10, 0.02, n);
	l->metric[M_kv_usage_peak] = around(k->kv_peak, 0.01, n);
	l->metric[M_kv_usage_mean] = around(k->kv_peak * 0.7, 0.01, n);
	l->metric[M_gpu_busy_pct] = around(96.5, 0.01, n);
	l->metric[M_running_mean] = around(users * 0.7, 0.01, n);
	l->metric[M_queued_mean] = around(users * 0.01, 0.1, n);
	if (strcmp(k->kind, "extreme") == 0)
		return;
	l->metric[M_cache_hit_rate] = around(k->hit, 0.01, n);
	l->metric[M_evicted_tokens] = around(0, 0, n);
	l->metric[M_retractions] = around(0, 0, n);
	l->metric[M_power_w] = around(289.4, 0.003, n);
	l->metric[M_tokens_per_watt] = around(tput / 255.0, 0.02, n);
	family(l, M_tpot_ms_mean, (k->e2e[i] - k->ttft[i]) / 114.5, 0.02, n);
	family(l, M_itl_ms_mean, (k->e2e[i] - k->ttft[i]) / 115.0, 0.02, n);
}

static void fill_gpu(struct level_result *l, const struct shape *k, size_t i)
{
	static const double part[PASS_PARTS] = { .81, .07, .07, .04, 0, .01 };
	int64_t n = k->replications;
	double stall = k->cause[i][CAUSE_STALL] + k->cause[i][CAUSE_OWN_PREFILL];

	l->pass_share[PASS_PREFILL] = around(stall, 0.02, n);
	l->pass_share[PASS_DECODE] = around(1.0 - stall, 0.01, n);
	l->pass_share[PASS_MIXED] = around(0, 0, n);
	l->passes[PASS_PREFILL] = around((double)k->users[i] * 3.1, 0.02, n);
	l->passes[PASS_DECODE] = around(612, 0.02, n);
	l->passes[PASS_MIXED] = around(0, 0, n);
	l->pass_ms[PASS_PREFILL] = around(33.4, 0.01, n);
	l->pass_ms[PASS_DECODE] = around(35.1, 0.01, n);
	for (int p = 0; p < PASS_PARTS; p++)
		l->part_share[p] = around(part[p], 0.01, n);
}

static void fill_checks(struct level_result *l, bool pass)
{
	l->check[0] = (struct check_result){ "little", "requests in the system 68.21, rate x time "
					    "68.21: 0.00% apart", true };
	l->check[1] = (struct check_result){ "tokens", "57,250 made, 57,250 delivered", pass };
	l->check[2] = (struct check_result){ "kv", "free + cached + in use = capacity after every run",
					    true };
	l->nchecks = 3;
}

static void add_measured(struct sample *s, struct level_result *l, enum metric m, double value)
{
	const struct summary *sim = &l->metric[m];

	l->measured[l->nmeasured++] = (struct measured_result){
		.metric = m, .value = value, .error_pct = (sim->mean - value) / value * 100.0,
		.z = sim->sd > 0.0 ? (value - sim->mean) / sim->sd : (double)NAN,
	};
	s->result.nmeasured++;
	s->result.mean_abs_error_pct = 2.1;
}

static void fill_measured(struct sample *s, struct level_result *l, size_t i)
{
	static const double v5[3][5] = {	/* SGLang's rows of the v5 table */
		{ 224.6, 31.1, 3755, 4202, 4218 }, { 894.6, 24.8, 4346, 5493, 5636 }, { 1637.6, 21.6,
										       5054, 6582,
										       6755 },
	};

	l->measured = arena_alloc(&s->arena, 5 * sizeof(*l->measured));
	add_measured(s, l, M_output_throughput, v5[i][0]);
	add_measured(s, l, M_per_request_throughput, v5[i][1]);
	add_measured(s, l, M_e2e_ms_mean, v5[i][2]);
	add_measured(s, l, M_e2e_ms_p95, v5[i][3]);
	add_measured(s, l, M_e2e_ms_p99, v5[i][4]);
}

static void fill_level(struct sample *s, const struct shape *k, size_t i)
{
	struct level_result *l = &s->result.level[i];
	int64_t n = k->replications;

	l->info.users = k->users[i];
	l->info.reported = true;
	snprintf(l->info.label, sizeof(l->info.label), strcmp(k->kind, "long") == 0 ?
		 "%ld users_{x} `id` & 'more' label" : "%ld users",
		 (long)k->users[i]);
	fill_metrics(l, k, i);
	family(l, M_ttft_ms_mean, k->ttft[i], 0.05, n);
	family(l, M_e2e_ms_mean, k->e2e[i], 0.012, n);
	if (strcmp(k->kind, "single") == 0)
		family(l, M_client_ttft_ms_mean, k->ttft[i], 0.05, n);
	else
		family(l, M_client_ttft_ms_mean, k->e2e[i], 0.012, n);
	for (int c = 0; c < CAUSES; c++) {
		double total = l->metric[M_e2e_ms_mean].mean, first = l->metric[M_ttft_ms_mean].mean;

		l->cause_ms[c] = around(k->cause[i][c] * total, 0.02, n);
		l->ttft_cause_ms[c] = around(c == CAUSE_QUEUE ? 0.3 * first : c == CAUSE_OWN_PREFILL ?
					     0.5 * first :
					     c == CAUSE_CLIENT ? 0.2 * first : 0.0, 0.02, n);
	}
	fill_gpu(l, k, i);
	fill_checks(l, strcmp(k->kind, "extreme") != 0 || i != 1);
	fill_cdf(&l->ttft, k->ttft[i], n);
	fill_cdf(&l->e2e, k->e2e[i], n);
	if (strcmp(k->kind, "v5") == 0)
		fill_measured(s, l, i);
}

/* A warm-up and then the levels, 30 s each with 5 s between them; a slow wave in each. */
static void fill_timeline(struct sample *s, const struct shape *k)
{
	struct timeline *t = &s->result.timeline;
	const size_t steps = 80;

	t->nlevels = k->nlevels + 1;
	t->n = t->nlevels * steps;
	t->point = arena_alloc(&s->arena, t->n * sizeof(*t->point));
	for (size_t v = 0; v < t->nlevels; v++) {
		double begin = 35.0 * (double)v, users = v ? (double)k->users[v - 1] : 5.0;

		t->level[v].begin_s = begin;
		t->level[v].end_s = begin + 30.0;
		t->level[v].reported = v > 0;
		snprintf(t->level[v].label, sizeof(t->level[v].label), v ? "%ld users" : "warm-up",
			 (long)users);
		for (size_t i = 0; i < steps; i++) {
			double x = (double)i / (double)steps,
				load = i < 70 ? 0.6 + 0.4 * (double)((i * 7) % 10) / 10.0 : 0.0;
			struct timeline_point *p = &t->point[v * steps + i];

			p->t_s = begin + 35.0 * x;
			p->running = (double)(int)(users * 0.8 * load);
			p->queued = (double)(int)(users * 0.2 * (load > 0.9 ? 1.0 : 0.0));
			p->kv_used = k->kv_peak * load;
			p->kv_cached = (1.0 - p->kv_used) * (0.2 + 0.15 * (double)v) * (0.5 + 0.5 * x);
			p->hit_rate = i % 5 == 0 && load > 0 ? k->hit + 0.05 * (x - 0.5) : (double)NAN;
		}
	}
}

static void fill_memory(struct memory_report *m, bool fits)
{
	static const struct memory_item items[] = {
		{ "weights", 14.98, 14.98, true, "" },
		{ "KV cache", 24.52, 24.52, true, "0.90 of what is free, less the weights" },
		{ "workspace of the attention kernels", 0.38, 0.38, false, "" },
		{ "CUDA graphs to batch 160", 1.2, 1.6, false, "measured on similar cards" },
		{ "activations of the largest pass", 0.71, 0.94, false, "prefill of 8,192 tokens" },
	};

	memcpy(m->item, items, sizeof(items));
	m->n = sizeof(items) / sizeof(items[0]);
	m->total_gib = 43.9;
	m->outside_gib = fits ? 4.39 : 0.88;
	m->need_lo = 2.29;
	m->need_hi = 2.92;
	m->kv_tokens = 200866;
	m->verdict = fits ? MEMORY_FITS : MEMORY_DOES_NOT_FIT;
	snprintf(m->sentence, sizeof(m->sentence), fits ? "Outside the fraction 4.39 GiB are left and "
		 "at most 2.92 GiB are needed." :
		 "Out of memory: needs 2.29 GiB outside the fraction, has 0.88 GiB.");
}

static void fill_scenario(struct sample *s, const struct shape *k)
{
	static const struct engine engine = { .name = "sglang" };
	static const struct workload closed = { .name = "closed_loop" },
		sessions = { .name = "sessions" };
	static struct dump_entry dump[] = {
		{ "name", "\"v5, SGLang 0.4.9\"", "", "scenarios/v5-sglang.cfg:1" },
		{ "engine.version", "\"0.4.9\"", "", "scenarios/v5-sglang.cfg:4" },
		{ "engine.mem_fraction_static", "0.9", "", "--set" },
		{ "workload.users", "[10, 50, 100]", "users", "scenarios/v5-sglang.cfg:5" },
		{ "workload.stream", "false", "", "default" },
		{ "run.seed", "1", "", "default" },
		{ "run.threads", "2", "", "--threads" },
	};
	struct scenario *c = &s->scenario;
	bool hostile = strcmp(k->kind, "long") == 0, single = strcmp(k->kind, "single") == 0;

	c->path = single ? "scenarios/multiturn.cfg" : "scenarios/v5-sglang.cfg";
	c->name = hostile ? "it's \"quoted\", `touch gp-was-here`\nsystem('touch gp-was-here')\n\xff\xfe $HOME @x _{y}" :
		single ? "Conversations on an A40" : "v5, SGLang 0.4.9";
	c->gpu.name = hostile ? "NVIDIA A40 with a name that goes on and on, 'quoted' `id`" :
		"NVIDIA A40";
	c->model.name = hostile ? "Meta-Llama-3-8B-Instruct-with-a-long-suffix_{v2}" :
		"Llama-3-8B-Instruct";
	c->engine = &engine;
	c->workload = single ? &sessions : &closed;
	c->run = (struct run_params){ .seed = 1, .replications = k->replications, .threads = 2 };
	c->measured_path = strcmp(k->kind, "v5") == 0 ? "scenarios/v5.csv" : NULL;
	c->config_hash = UINT64_C(0x3f2c91a0badc0ffe);
	c->dump = dump;
	c->ndump = sizeof(dump) / sizeof(dump[0]);
}

struct sample *sample_new(const char *kind)
{
	struct sample *s;
	const struct shape *k = NULL;
	static char warning[] = "grammar-constrained requests ask for schema 3, which no request uses";
	static char *warnings[] = { warning };

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		if (strcmp(shapes[i].kind, kind) == 0)
			k = &shapes[i];
	}
	if (!k)
		return NULL;
	s = xcalloc(1, sizeof(*s));
	arena_init(&s->arena, ARENA_CHUNK);
	fill_scenario(s, k);
	s->result.scenario = &s->scenario;
	s->result.replications = (size_t)k->replications;
	s->result.digest = UINT64_C(0x0123456789abcdef);
	s->result.events = 1234567;
	s->result.mean_abs_error_pct = (double)NAN;
	fill_memory(&s->result.memory, k->nlevels > 0);
	s->result.nlevels = k->nlevels;
	s->result.level = arena_alloc(&s->arena, (k->nlevels + 1) * sizeof(*s->result.level));
	for (size_t i = 0; i < k->nlevels; i++)
		fill_level(s, k, i);
	if (k->nlevels > 0)
		fill_timeline(s, k);
	if (strcmp(kind, "extreme") == 0) {
		s->result.warning = warnings;
		s->result.nwarnings = 1;
	}
	return s;
}

/* Values by replication whose mean and spread are those of the summary. */
static double *samples(struct sample *s, const struct summary *of)
{
	size_t n = (size_t)s->scenario.run.replications;
	double *v = arena_alloc(&s->arena, n * sizeof(*v));

	for (size_t k = 0; k < n; k++) {
		double off = ((double)((7 * k) % n) - (double)(n - 1) / 2) / (double)n;

		v[k] = of->n == 0 ? (double)NAN : of->mean + of->sd * off;
	}
	return v;
}

static void scale(struct summary *v, double times)
{
	v->mean *= times;
	v->sd *= times;
	v->lo *= times;
	v->hi *= times;
}

static const struct headline_value at_100[] = { { "output_throughput", 100 } };
static const struct headline_value unlike[] = { { "output_throughput", 10 },
						{ "per_request_throughput", 10 } };
static double published_1[] = { 1637.6, 2023.3 }, published_2[] = { 22.5, 34.5 };

static struct headline_row table[] = {
	{ "peak throughput, tok/s", "", { NULL, 1 }, { published_1, 2 } },
	{ "efficiency, tok/s a user",
	  "two different quantities, which is why this note is so long that it does not fit "
	  "on a line of the report",
	  { NULL, 2 },
	  { published_2, 2 } },
};

struct sample *sample_variant(const char *label, double times, bool published)
{
	struct sample *s = sample_new("v5");

	s->scenario.label = label;
	s->scenario.name = "A variant or more";
	for (size_t i = 0; i < s->result.nlevels; i++) {
		struct level_result *l = &s->result.level[i];

		for (int m = 0; m < METRICS; m++) {
			if (strstr(metric_info[m].name, "throughput"))
				scale(&l->metric[m], times);
			else if (strstr(metric_info[m].name, "_ms"))
				scale(&l->metric[m], 1 / times);
			l->sample[m] = samples(s, &l->metric[m]);
		}
		scale(&l->cause_ms[CAUSE_STALL], 2 / times - 1);
	}
	table[0].values.item = (void *)(uintptr_t)at_100;
	table[1].values.item = (void *)(uintptr_t)unlike;
	if (published)
		s->scenario.headline = (struct sub_list){ table, 2 };
	return s;
}

void sample_free(struct sample *s)
{
	arena_release(&s->arena);
	free(s);
}

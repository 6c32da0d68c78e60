/* run/logcalibrate.c - the log's fit, tried on simulated logs. */
#include "config.h"

#include "run/logcalibrate.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <gsl/gsl_cdf.h>

#include "base/bug.h"
#include "base/mem.h"
#include "engine/sglang.h"
#include "run/run.h"

#define OTHER_LOAD	2.0		/* times as many rows, or tokens of a prefill pass */
#define FEW_ROWS	4
#define FEW_TOKENS	100
#define FIRST_SEED	1000		/* above the scenario's: trials do not repeat the draws of a simulated log */
#define SEEDS		1000000		/* and are others for each log: what is wrong with one set is not wrong with all fits */

const char *const log_param_path[LOG_HOST_PARAMS] = {
	"engine.host.plan_decode_ms", "engine.host.plan_row_ms", "engine.host.plan_prefill_ms",
};

struct interval95 *log_param_of(struct log_fit *f, struct log_host *h, size_t i)
{
	struct interval95 *const host[] = { &h->plan_decode, &h->plan_row, &h->plan_prefill };

	return i < LOG_HOST_PARAMS ? host[i] : i < LOG_PREFILL ? &f->step[i - LOG_STEP] : &f->prefill[i - LOG_PREFILL];
}

static void date(struct log_calibration *c)
{
	snprintf(c->data_date, sizeof(c->data_date), "unknown");
	for (size_t i = 0; i < c->log.n; i++) {
		time_t t = (time_t)c->log.line[i].time_s;
		struct tm tm;

		if (isfinite(c->log.line[i].time_s) && gmtime_r(&t, &tm) &&
		    strftime(c->data_date, sizeof(c->data_date), "%Y-%m-%d", &tm) > 0)
			return;
	}
}

bool log_calibrate_init(struct log_calibration *c, const char *path, const struct scenario_override *set, size_t nset,
			const char *log_path, struct diag *errors)
{
	size_t before = errors->n;
	const struct sg_params *p;

	*c = (struct log_calibration){ .path = path, .log_path = log_path, .set = set, .nset = nset };
	enginelog_init(&c->log);
	c->base = scenario_load(path, set, nset, errors);
	if (!c->base)
		return false;
	if (strcmp(c->base->engine->name, "sglang") != 0) {
		diag_add(errors, path, 0, "--engine-log reads logs of SGLang; the engine is %s", c->base->engine->name);
		return false;
	}
	p = c->base->engine_params;
	c->interval = (long)p->decode_log_interval;
	c->start[LOG_PLAN_DECODE] = p->host.plan_decode_ms;
	c->start[LOG_PLAN_ROW] = p->host.plan_row_ms;
	c->start[LOG_PLAN_PREFILL] = p->host.plan_prefill_ms;
	if (enginelog_read_file(&c->log, c->log_path, errors))
		date(c);
	return errors->n == before;
}

void log_calibrate_release(struct log_calibration *c)
{
	scenario_free(c->base);
	enginelog_fit_release(&c->fit);
	enginelog_release(&c->log);
	*c = (struct log_calibration){ 0 };
}

/* What goes into trial k: the fit, where the log tells, inside the keys' ranges. */
static struct scenario *load(const struct log_calibration *c, size_t k, const double *plan_ms)
{
	struct scenario_override *all = xcalloc(c->nset + LOG_HOST_PARAMS + 2, sizeof(*all));
	char value[LOG_HOST_PARAMS][40], seed[40];
	size_t n = c->nset;
	struct scenario *s;
	struct diag errors;

	if (n > 0)
		memcpy(all, c->set, n * sizeof(*all));
	snprintf(seed, sizeof(seed), "%" PRId64, c->base->run.seed + FIRST_SEED + (int64_t)(c->log.hash % SEEDS + k));
	all[n++] = (struct scenario_override){ "run.seed", seed, NULL };
	all[n++] = (struct scenario_override){ "run.replications", "1", NULL };
	for (size_t i = 0; i < LOG_HOST_PARAMS; i++) {
		snprintf(value[i], sizeof(value[i]), "%#.17g", plan_ms[i]);
		all[n++] = (struct scenario_override){ log_param_path[i], value[i], NULL };
	}
	diag_init(&errors);
	s = scenario_load(c->path, all, n, &errors);
	diag_release(&errors);
	free(all);
	return s;
}

/* The log of a run, read; false: it did not come to its end. */
static bool simulate(const struct scenario *s, struct enginelog *l)
{
	struct run_options o = { .threads = 1 };
	struct run_result *r;
	char *text = NULL;
	size_t size = 0;
	bool ok;
	FILE *in;

	enginelog_init(l);
	o.engine_log = open_memstream(&text, &size);
	BUG_ON(!o.engine_log);
	r = run_scenario(s, &o);
	ok = !r->hang;
	run_result_free(r);
	BUG_ON(fclose(o.engine_log) != 0);
	in = size > 0 ? fmemopen(text, size, "r") : NULL;
	if (in) {
		enginelog_read(l, in);
		fclose(in);
	}
	free(text);
	return ok && in;
}

struct trials {
	double error[LOG_PARAMS], square[LOG_PARAMS], windows;	/* sums */
	size_t n[LOG_PARAMS];
};

static bool same_terms(const struct log_fit *a, const struct log_fit *b)
{
	return isnan(a->step[STEP_ROW].value) == isnan(b->step[STEP_ROW].value) &&
	       isnan(a->step[STEP_TOKEN].value) == isnan(b->step[STEP_TOKEN].value) &&
	       isnan(a->prefill[PREFILL_TOKEN].value) == isnan(b->prefill[PREFILL_TOKEN].value);
}

static void compare(struct trials *t, struct log_fit *f, struct log_host *h, const double *truth)
{
	for (size_t i = 0; i < LOG_PARAMS; i++) {
		const struct interval95 *v = log_param_of(f, h, i);

		if (!isfinite(v->value) || !isfinite(truth[i]))
			continue;
		t->error[i] += v->value - truth[i];
		t->square[i] += (v->value - truth[i]) * (v->value - truth[i]);
		t->n[i]++;
	}
}

static void one(struct log_calibration *c, size_t k, const double *plan_ms, struct trials *t)
{
	struct scenario *s = load(c, k, plan_ms);
	double truth[LOG_PARAMS];
	struct enginelog l;
	struct log_host h;
	struct log_fit f;

	if (!s)
		return;
	if (!s->cannot_run && s->memory.verdict != MEMORY_DOES_NOT_FIT) {
		if (simulate(s, &l)) {
			enginelog_fit(&l, c->interval, &f);
			enginelog_host(&l, &f, s, &h);
			for (size_t i = 0; i < LOG_PARAMS; i++)
				truth[i] = NAN;
			memcpy(truth, plan_ms, LOG_HOST_PARAMS * sizeof(*truth));
			if (same_terms(&f, &c->fit))	/* else a coefficient means something else */
				enginelog_lines(&l, &f, s, plan_ms, &truth[LOG_STEP], &truth[LOG_PREFILL]);
			compare(t, &f, &h, truth);
			t->windows += (double)f.nwindow;
			c->trials++;
			c->rows_hi = fmax(c->rows_hi, f.rows_hi);
			c->new_tokens_hi = fmax(c->new_tokens_hi, f.new_tokens_hi);
			enginelog_fit_release(&f);
		}
		enginelog_release(&l);
	}
	scenario_free(s);
}

static void correct(struct log_calibration *c, size_t i, const struct trials *t)
{
	struct interval95 *v = log_param_of(&c->fit, &c->host, i);
	double n = (double)t->n[i], bias = t->error[i] / n, spread, half = (v->hi - v->lo) / 2;

	c->bias[i] = c->spread[i] = NAN;
	if (t->n[i] < 3 || !isfinite(v->value))
		return;
	spread = sqrt(fmax(0, t->square[i] / n - bias * bias) * n / (n - 1) * (1 + 1 / n));
	spread *= sqrt(t->windows / (double)c->trials / (double)c->fit.nwindow);
	c->bias[i] = bias;
	c->spread[i] = spread;
	half = fmax(half, gsl_cdf_tdist_Pinv(0.975, n - 1) * spread) + (c->other_load ? fabs(bias) / 2 : 0);
	v->value -= bias;
	v->lo = v->value - half;
	v->hi = v->value + half;
}

/* `few`: a difference of which no estimate takes notice. */
static bool far(double a, double b, double few)
{
	return a > OTHER_LOAD * b + few || b > OTHER_LOAD * a + few;
}

void log_calibrate_fit(struct log_calibration *c, size_t trials)
{
	struct trials t = { .n = { 0 } };
	double plan_ms[LOG_HOST_PARAMS];

	enginelog_fit(&c->log, c->interval, &c->fit);
	enginelog_host(&c->log, &c->fit, c->base, &c->host);
	for (size_t i = 0; i < LOG_HOST_PARAMS; i++) {
		double v = log_param_of(&c->fit, &c->host, i)->value;

		plan_ms[i] = isfinite(v) ? fmin(fmax(v, 0), i == LOG_PLAN_ROW ? 10 : 100) : c->start[i];
	}
	for (size_t k = 0; k < trials; k++) {
		one(c, k, plan_ms, &t);
		if (c->progress)
			c->progress(c->progress_ctx, (int64_t)k + 1, c->fit.prefill_spread);
	}
	c->other_load = c->trials > 0 && (far(c->rows_hi, c->fit.rows_hi, FEW_ROWS) ||
					   far(c->new_tokens_hi, c->fit.new_tokens_hi, FEW_TOKENS));
	for (size_t i = 0; i < LOG_PARAMS; i++)
		correct(c, i, &t);
}

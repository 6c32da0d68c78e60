/* report/log_calibration.c - what the log says, the host times behind it, and how far they reach. */
#include "config.h"

#include "report/log_calibration.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/arena.h"
#include "engine/sglang.h"
#include "report/enginelog_report.h"
#include "report/fmt.h"
#include "report/json_parts.h"
#include "report/preset_file.h"
#include "report/text_parts.h"
#include "run/calibrate.h"

#define SEEN	2.0			/* scales: a half interval beyond this says nothing, as in run/calibrate_intervals.c */

static const char *name_of(size_t i)
{
	return log_param_path[i] + strlen("engine.");
}

static const struct interval95 *value_of(const struct log_calibration *c, size_t i)
{
	const struct interval95 *v[] = { &c->host.plan_decode, &c->host.plan_row, &c->host.plan_prefill };

	return v[i];
}

static double scale_of(const struct log_calibration *c, size_t i)
{
	for (const struct engine_fit *f = c->base->engine->fit; f && f->key; f++)
		if (strcmp(f->key, name_of(i)) == 0)
			return f->scale;
	return 1;
}

static bool told(const struct log_calibration *c, size_t i)
{
	return isfinite(value_of(c, i)->value) && value_of(c, i)->hi >= 0;
}

size_t report_log_told(const struct log_calibration *c)
{
	size_t n = 0;

	for (size_t i = 0; i < LOG_HOST_PARAMS; i++)
		n += told(c, i);
	return n;
}

static struct preset_setting setting(const struct log_calibration *c, size_t i)
{
	const struct interval95 *v = value_of(c, i);
	bool seen = (v->hi - v->lo) / 2 <= SEEN * scale_of(c, i);

	for (size_t k = 0; k < LOG_HOST_PARAMS; k++)
		seen = seen && (k == i || !(fabs(c->host.correlation[i][k]) > CALIBRATE_ALIKE));
	return (struct preset_setting){ log_param_path[i], "ms", fmax(0, v->value), fmax(0, v->lo), v->hi, seen };
}

/* All passes that the log shows, as a fit to measurements counts all passes of its runs.  A row reads its found
 * prefix, which #token may count once for many, and grows by `interval` tokens until the next line. */
static struct coverage covered(const struct log_calibration *c)
{
	struct coverage v = { 0 };
	double hit = 0, seqs = 0;

	for (size_t i = 0; i < c->log.n; i++) {
		const struct logline *q = &c->log.line[i];

		if (q->kind == LOGLINE_DECODE && q->rows > 0) {
			v.batch = (int64_t)fmax((double)v.batch, q->rows);
			v.context_tokens = fmax(v.context_tokens, q->tokens / q->rows);
		} else if (q->kind == LOGLINE_PREFILL) {
			v.prefill_tokens = (int64_t)fmax((double)v.prefill_tokens, q->new_tokens);
			hit += q->cached;
			seqs += q->new_seqs;
		}
	}
	if (v.batch > 0)
		v.context_tokens += (seqs > 0 ? hit / seqs : 0) + (double)c->interval;
	return v;
}

static void parameter(const struct log_calibration *c, size_t i, FILE *out)
{
	struct preset_setting p = setting(c, i);
	char text[120];

	if (!told(c, i)) {
		fprintf(out, "  %-24s%s; it stays at %.4g\n", name_of(i), isfinite(value_of(c, i)->value) ?
			"would be negative: the scenario's GPU is too slow" : "the log cannot tell", c->start[i]);
		return;
	}
	snprintf(text, sizeof(text), "%.4g ms  [%.3g, %.3g]", p.value, p.lo, p.hi);
	fprintf(out, "  %-24s%-32sbefore %-8.4g", name_of(i), text, c->start[i]);
	if (isfinite(c->bias[i]))
		fprintf(out, "corrected by %+.2g", -c->bias[i]);
	fprintf(out, "%s\n", p.seen ? "" : "  hardly seen");
}

static void say(const char *line, FILE *out)
{
	fputs("  ", out);
	fmt_wrap(out, line, 2, 4, TEXT_WIDTH);
}

static void trust(const struct log_calibration *c, FILE *out)
{
	const struct log_host *h = &c->host;
	char line[500];

	if (h->judged > 0) {
		snprintf(line, sizeof(line), "Time of the %zu windows that the log itself knows to 1%%: mean error %.2f%%, worst %+.2f%%.",
			 h->judged, h->mean_error_pct, h->worst_error_pct);
		say(line, out);
	}
	if (c->trials > 0) {
		snprintf(line, sizeof(line), "Corrected by %zu simulated logs, whose times were known; intervals are as wide as those ask for.",
			 c->trials);
		say(line, out);
	} else {
		say("warning: the scenario cannot be run: intervals are the estimator's own word", out);
	}
	if (c->other_load) {
		snprintf(line, sizeof(line), "warning: the scenario's load is not the log's (up to %.0f rows and %.0f prefill tokens, the "
			 "log: %.0f and %.0f): half of the correction stays in the intervals", c->rows_hi, c->new_tokens_hi,
			 c->fit.rows_hi, c->fit.new_tokens_hi);
		say(line, out);
	}
	for (size_t i = 1; i < LOG_HOST_PARAMS; i++)
		for (size_t k = 0; k < i; k++)
			if (fabs(h->correlation[i][k]) > CALIBRATE_ALIKE) {
				snprintf(line, sizeof(line), "warning: %s and %s cannot be told apart (correlation %.2f)", name_of(k), name_of(i),
					 h->correlation[i][k]);
				say(line, out);
			}
}

static void differs(const char *flag, double log, double ours, FILE *out)
{
	if (isfinite(log) && log != ours)
		fprintf(out, "  warning: the log's server had %s = %.0f, the scenario has %.0f\n", flag, log, ours);
}

/* The last start-up line beside the scenario. */
static void server(const struct log_calibration *c, FILE *out)
{
	const struct sg_params *p = c->base->engine_params;
	const struct logline *q = NULL;
	double pool = (double)sg_max_total_tokens(p, &c->base->gpu, &c->base->model);

	for (size_t i = 0; i < c->log.n; i++)
		if (c->log.line[i].kind == LOGLINE_START)
			q = &c->log.line[i];
	if (!q)
		return;
	differs("chunked_prefill_size", q->chunk, (double)p->chunked_prefill_size, out);
	differs("max_prefill_tokens", q->max_prefill, (double)p->max_prefill_tokens, out);
	differs("max_running_requests", q->max_running, (double)sg_max_running(p, sg_max_total_tokens(p, &c->base->gpu, &c->base->model)), out);
	differs("context_len", q->context, (double)p->context_length, out);
	if (fabs(q->kv_tokens - pool) > 0.01 * pool)
		fprintf(out, "  warning: the log's server had %.0f KV tokens, the scenario plans %.0f\n", q->kv_tokens, pool);
	if (isfinite(q->free_gib))
		fprintf(out, "  The log's server had %.2f GB of the GPU left for what is not planned.\n", q->free_gib);
}

void report_log_calibration_text(const struct log_calibration *c, FILE *out)
{
	struct coverage v = covered(c);
	char name[200], file[300];

	fprintf(out, "%s: host times from %s (%s)\n\n", fmt_clean(name, sizeof(name), c->base->name),
		fmt_clean(file, sizeof(file), preset_base_name(c->log_path)), c->data_date);
	enginelog_text(&c->log, &c->fit, NULL, out);
	text_heading(out, "Parameters", "measured less the scenario's GPU, with 95% interval");
	for (size_t i = 0; i < LOG_HOST_PARAMS; i++)
		parameter(c, i, out);
	trust(c, out);
	text_heading(out, "What the log covered", "");
	fprintf(out, "  batches up to %" PRId64 ", mean contexts up to %.0f tokens, prefill passes up to %" PRId64
		" tokens. A run beyond this\n  is an extrapolation.\n", v.batch, v.context_tokens, v.prefill_tokens);
	server(c, out);
}

static json_t *parameter_json(const struct log_calibration *c, size_t i)
{
	struct preset_setting p = setting(c, i);
	json_t *o = json_object();

	json_put(o, "path", json_text(p.path));
	json_put(o, "unit", json_text(p.unit));
	json_put_number(o, "start", c->start[i]);
	json_put(o, "told", json_boolean(told(c, i)));
	if (told(c, i)) {
		json_put_number(o, "value", p.value);
		json_put_number(o, "ci_lo", p.lo);
		json_put_number(o, "ci_hi", p.hi);
		json_put(o, "identifiable", json_boolean(p.seen));
	}
	json_put_number(o, "bias", c->bias[i]);
	json_put_number(o, "spread", c->spread[i]);
	return o;
}

void report_log_calibration_json(const struct log_calibration *c, FILE *out)
{
	json_t *o = json_object(), *list = json_array(), *v = json_object();
	struct coverage seen = covered(c);

	json_put(o, "schema", json_text("servesim.log-calibration/1"));
	json_put(o, "scenario", json_text(preset_base_name(c->path)));
	json_put(o, "log_file", json_text(preset_base_name(c->log_path)));
	json_put_hex(o, "log_hash", c->log.hash);
	json_put(o, "log_date", json_text(c->data_date));
	json_put(o, "log", enginelog_object(&c->log, &c->fit, NULL));
	for (size_t i = 0; i < LOG_HOST_PARAMS; i++)
		json_array_append_new(list, parameter_json(c, i));
	json_put(o, "parameters", list);
	json_put_count(o, "trials", c->trials);
	json_put(o, "other_load", json_boolean(c->other_load));
	json_put_count(o, "windows_judged", c->host.judged);
	json_put_number(o, "mean_abs_error_pct", c->host.mean_error_pct);
	json_put_number(o, "worst_error_pct", c->host.judged > 0 ? c->host.worst_error_pct : (double)NAN);
	json_put_count(v, "batch", (uint64_t)seen.batch);
	json_put_number(v, "context_tokens", seen.context_tokens);
	json_put_count(v, "prefill_tokens", (uint64_t)seen.prefill_tokens);
	json_put(o, "valid", v);
	json_write(o, out);
}

void report_log_preset(const struct log_calibration *c, FILE *out)
{
	const struct scenario *s = c->base;
	struct preset_setting v[LOG_HOST_PARAMS];
	struct arena a;
	struct preset p;
	size_t n = 0;

	arena_init(&a, ARENA_CHUNK);
	p = (struct preset){
		.type = s->engine->name, .data = preset_base_name(c->log_path), .data_date = c->data_date, .gpu = s->gpu_name,
		.command = arena_printf(&a, "%s --engine-log %s", preset_command(c->path, c->set, c->nset, &a),
					preset_base_name(c->log_path)),
		.data_hash = arena_printf(&a, "%016" PRIx64, c->log.hash), .model = s->model_name, .valid = covered(c),
		.mean_error_pct = c->host.judged > 0 ? c->host.mean_error_pct : 0,
		.worst_error_pct = c->host.judged > 0 ? fabs(c->host.worst_error_pct) : 0,
	};
	for (size_t i = 0; i < LOG_HOST_PARAMS; i++)
		if (told(c, i))
			v[n++] = setting(c, i);
	preset_print(&p, "errors are of the time between two decode lines", v, n, out);
	arena_release(&a);
}

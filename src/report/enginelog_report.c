/* report/enginelog_report.c - what a server's log says. */
#include "config.h"

#include "report/enginelog_report.h"

#include <math.h>

#include "report/json_parts.h"

static void line(FILE *out, const char *what, struct interval95 v, double factor, const char *unit)
{
	if (isnan(v.value))
		fprintf(out, "  %-34s the log cannot tell\n", what);
	else
		fprintf(out, "  %-34s %.4g %s  [%.4g, %.4g]\n", what, v.value * factor, unit, v.lo * factor, v.hi * factor);
}

static void print_traps(const struct log_fit *f, FILE *out)
{
	if (f->nclean > 0 && isnan(f->step[STEP_BASE].value))
		fputs("  Too few usable windows, or always the same number of rows: no fit.\n", out);
	else if (f->nclean > 0 && isnan(f->step[STEP_TOKEN].value))
		fputs("  Rows and tokens moved together: what a token costs is inside the cost of a row.\n", out);
	if (f->nprefill > 0 && isnan(f->prefill[PREFILL_TOKEN].value))
		fputs("  Prefill passes too much alike: what a token costs is inside the cost of a pass.\n", out);
	if (f->clock_ratio < 0.85 || f->clock_ratio > 1.15)
		fprintf(out, "  warning: by throughput these windows last %.2f times what their stamps say: is --interval %ld the "
			"server's decode_log_interval?\n", f->clock_ratio, f->interval);
	fputs("  A log does not show the time of single passes, of cached prompt tokens, nor of clients and HTTP.\n", out);
}

static void print_host(const struct log_host *h, FILE *out)
{
	static const char *const name[] = { "plan_decode_ms", "plan_row_ms", "plan_prefill_ms" };
	const struct interval95 *v[] = { &h->plan_decode, &h->plan_row, &h->plan_prefill };

	fputs("\nHost times: measured less the scenario's GPU.\n"
	      "  Where rows share prefixes the tokens they read are not in a log;\n"
	      "  the intervals span it.  Other host work is taken to hide behind the GPU.\n", out);
	for (int i = 0; i < 3; i++)
		if (isnan(v[i]->value))
			fprintf(out, "  warning: the log cannot determine engine.host.%s\n", name[i]);
		else if (v[i]->hi < 0)
			fprintf(out, "  warning: engine.host.%s would be negative, [%.4g, %.4g]: the scenario's GPU is too slow\n",
				name[i], v[i]->lo, v[i]->hi);
		else
			fprintf(out, "  --set engine.host.%s=%.4g  # [%.4g, %.4g]\n", name[i], fmax(0, v[i]->value),
				fmax(0, v[i]->lo), v[i]->hi);
}

void enginelog_text(const struct enginelog *l, const struct log_fit *f, const struct log_host *h, FILE *out)
{
	fprintf(out, "Read: %zu prefill, %zu decode, %zu start-up lines, %zu of retraction; "
		"skipped: %zu foreign, %zu malformed\n",
		l->count[LOGLINE_PREFILL], l->count[LOGLINE_DECODE], l->count[LOGLINE_START], l->count[LOGLINE_RETRACT],
		l->count[LOGLINE_FOREIGN], l->count[LOGLINE_MALFORMED]);
	if (l->ranks > 1)
		fprintf(out, "Data-parallel ranks, told apart: %zu\n", l->ranks);
	fprintf(out, "Windows between decode lines: %zu of decode passes only, %zu with prefill, %zu unusable\n\n", f->nclean,
		f->nprefill, f->unusable);
	line(out, "KV cache", f->kv_tokens, 1, "tokens");
	line(out, "prompt tokens found in the cache", f->hit_rate, 100, "%");
	line(out, "decode pass", f->step[STEP_BASE], 1, "ms");
	line(out, "  and a row", f->step[STEP_ROW], 1, "ms");
	line(out, "  and 1000 tokens of KV", f->step[STEP_TOKEN], 1e3, "ms");
	line(out, "prefill pass", f->prefill[PREFILL_BASE], 1, "ms");
	line(out, "  and 1000 new tokens", f->prefill[PREFILL_TOKEN], 1e3, "ms");
	if (f->nclean > 0)
		fprintf(out, "  seen: %.0f to %.0f rows, %.0f to %.0f tokens\n", f->rows_lo, f->rows_hi, f->tokens_lo,
			f->tokens_hi);
	if (isfinite(f->step_spread))
		fprintf(out, "  left over: %.3g ms a decode pass\n", f->step_spread);
	if (isfinite(f->prefill_spread))
		fprintf(out, "  left over: %.3g ms a window with prefill\n", f->prefill_spread);
	print_traps(f, out);
	if (h)
		print_host(h, out);
}

/* Left out: the log cannot tell. */
static void put(json_t *o, const char *key, struct interval95 v)
{
	json_t *e;

	if (isnan(v.value))
		return;
	e = json_object();
	json_put_number(e, "value", v.value);
	json_put_number(e, "lo", v.lo);
	json_put_number(e, "hi", v.hi);
	json_put(o, key, e);
}

json_t *enginelog_object(const struct enginelog *l, const struct log_fit *f, const struct log_host *h)
{
	static const char *const kind[LOGLINE_KINDS] = { "foreign", "malformed", "start", "prefill", "decode", "retract" };
	json_t *o = json_object(), *lines = json_object(), *host;

	json_put(o, "schema", json_text("servesim.log/1"));
	for (int i = 0; i < LOGLINE_KINDS; i++)
		json_put_count(lines, kind[i], l->count[i]);
	json_put(o, "lines", lines);
	json_put_count(o, "ranks", l->ranks);
	json_put_count(o, "segments", l->segments);
	json_put_count(o, "windows_decode", f->nclean);
	json_put_count(o, "windows_prefill", f->nprefill);
	json_put_count(o, "windows_unusable", f->unusable);
	put(o, "kv_tokens", f->kv_tokens);
	put(o, "hit_rate", f->hit_rate);
	put(o, "step_ms", f->step[STEP_BASE]);
	put(o, "step_row_ms", f->step[STEP_ROW]);
	put(o, "step_token_ms", f->step[STEP_TOKEN]);
	put(o, "prefill_ms", f->prefill[PREFILL_BASE]);
	put(o, "prefill_token_ms", f->prefill[PREFILL_TOKEN]);
	json_put_number(o, "step_spread_ms", f->step_spread);
	json_put_number(o, "prefill_spread_ms", f->prefill_spread);
	json_put_number(o, "rows_lo", f->rows_lo);
	json_put_number(o, "rows_hi", f->rows_hi);
	json_put_number(o, "tokens_lo", f->tokens_lo);
	json_put_number(o, "tokens_hi", f->tokens_hi);
	json_put_number(o, "clock_ratio", f->clock_ratio);
	if (h) {
		host = json_object();
		put(host, "plan_decode_ms", h->plan_decode);
		put(host, "plan_row_ms", h->plan_row);
		put(host, "plan_prefill_ms", h->plan_prefill);
		json_put(o, "host", host);
	}
	return o;
}

void enginelog_json(const struct enginelog *l, const struct log_fit *f, const struct log_host *h, FILE *out)
{
	json_write(enginelog_object(l, f, h), out);
}

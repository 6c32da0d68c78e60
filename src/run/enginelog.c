/* run/enginelog.c - lines of an SGLang server's log. */
#include "config.h"

#include "run/enginelog.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "base/mem.h"

#define MOST 1e12			/* no count of a real log is larger */

void enginelog_init(struct enginelog *l)
{
	*l = (struct enginelog){ 0 };
}

void enginelog_release(struct enginelog *l)
{
	free(l->line);
	enginelog_init(l);
}

/* The number behind `key`; NaN: no such key, or what follows is not a number with an end. */
static double number(const char *text, const char *key)
{
	const char *at = strstr(text, key);
	char *end;
	double v;

	if (!at)
		return NAN;
	at += strlen(key);
	at += *at == ' ';
	if (*at < '0' || *at > '9')
		return NAN;
	v = strtod(at, &end);
	if (*end != '\0' && !strchr(", %\t", *end))
		return NAN;
	return v >= 0 && v <= MOST ? v : (double)NAN;
}

/* Seconds since 1970 of the proleptic Gregorian calendar (days: era of 400 years, March first). */
static double seconds(int y, int m, int d, int hour, int minute, double s)
{
	long year = m <= 2 ? y - 1L : y, era = year / 400, of_era = year - era * 400;
	long day = (153L * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	long days = era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + day - 719468;

	return (double)days * 86400 + hour * 3600.0 + minute * 60.0 + s;
}

static double stamp(const char *text)
{
	const char *fine = strstr(text, "timestamp: "), *coarse = strchr(text, '[');
	int y, m, d, hour, minute;
	double s;

	if (fine && sscanf(fine, "timestamp: %4d-%2d-%2d%*1[T ]%2d:%2d:%9lf", &y, &m, &d, &hour, &minute, &s) == 6)
		return seconds(y, m, d, hour, minute, s);
	if (coarse && sscanf(coarse, "[%4d-%2d-%2d %2d:%2d:%9lf", &y, &m, &d, &hour, &minute, &s) == 6)
		return seconds(y, m, d, hour, minute, s);
	return NAN;
}

static enum logline_kind parse_start(const char *text, struct logline *o)
{
	o->kv_tokens = number(text, "max_total_num_tokens=");
	o->chunk = number(text, "chunked_prefill_size=");	/* -1, prompts are not cut, becomes NaN */
	o->max_running = number(text, "max_running_requests=");
	o->context = number(text, "context_len=");
	return o->kv_tokens > 0 ? LOGLINE_START : LOGLINE_MALFORMED;
}

/* #queue-req comes late in every version: with it the line is whole. */
static enum logline_kind parse_batch(const char *text, bool prefill, struct logline *o)
{
	o->rows = number(text, "#running-req:");
	o->queued = number(text, "#queue-req:");
	o->usage = number(text, "token usage:");
	o->tokens = number(text, "#token:");
	o->new_seqs = number(text, "#new-seq:");
	o->new_tokens = number(text, "#new-token:");
	o->cached = number(text, "#cached-token:");
	o->throughput = number(text, "gen throughput (token/s):");
	if (isnan(o->queued))
		return LOGLINE_MALFORMED;
	if (prefill)
		return isnan(o->new_seqs + o->new_tokens + o->cached) ? LOGLINE_MALFORMED : LOGLINE_PREFILL;
	return isnan(o->rows + o->tokens + o->throughput) ? LOGLINE_MALFORMED : LOGLINE_DECODE;
}

enum logline_kind enginelog_parse(const char *text, struct logline *o)
{
	bool prefill = strstr(text, "Prefill batch"), decode = strstr(text, "Decode batch");

	*o = (struct logline){ .time_s = stamp(text), .rows = NAN, .queued = NAN, .usage = NAN, .tokens = NAN,
		.throughput = NAN, .new_seqs = NAN, .new_tokens = NAN, .cached = NAN, .kv_tokens = NAN, .chunk = NAN,
		.max_running = NAN, .context = NAN };
	if (prefill && decode)
		o->kind = LOGLINE_MALFORMED;	/* two lines ran into each other */
	else if (prefill || decode)
		o->kind = parse_batch(text, prefill, o);
	else if (strstr(text, "max_total_num_tokens="))
		o->kind = parse_start(text, o);
	else
		o->kind = strstr(text, "KV cache pool is full. Retract requests") ? LOGLINE_RETRACT : LOGLINE_FOREIGN;
	return o->kind;
}

static void add(struct enginelog *l, const struct logline *line)
{
	l->count[line->kind]++;
	if (line->kind == LOGLINE_FOREIGN || line->kind == LOGLINE_MALFORMED)
		return;
	l->segments += line->kind == LOGLINE_START || l->segments == 0;
	ARRAY_ROOM(l->line, l->n, l->cap);
	l->line[l->n] = *line;
	l->line[l->n++].segment = l->segments;
}

void enginelog_read(struct enginelog *l, FILE *in)
{
	struct logline line;
	char *text = NULL;
	size_t cap = 0;
	ssize_t n;

	while ((n = getline(&text, &cap, in)) > 0) {
		bool whole = text[n - 1] == '\n';

		for (ssize_t i = 0; i < n; i++)	/* a crash leaves zeros in a file */
			if (text[i] == '\0')
				text[i] = '?';
		while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
			text[--n] = '\0';
		enginelog_parse(text, &line);
		if (!whole && line.kind > LOGLINE_MALFORMED)
			line.kind = LOGLINE_MALFORMED;	/* the last number may be cut */
		add(l, &line);
	}
	free(text);
}

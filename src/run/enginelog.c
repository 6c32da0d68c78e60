/* run/enginelog.c - lines of an SGLang server's log. */
#include "config.h"

#include "run/enginelog.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "base/hash.h"
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
	o->max_prefill = number(text, "max_prefill_tokens=");
	o->max_running = number(text, "max_running_requests=");
	o->context = number(text, "context_len=");
	o->free_gib = number(text, "available_gpu_mem=");
	return o->kv_tokens > 0 ? LOGLINE_START : LOGLINE_MALFORMED;
}

/* "[2025-07-01 12:00:01 DP3 TP0] Decode batch...": 3. */
static size_t rank_of(const char *text)
{
	const char *dp = strstr(text, " DP"), *end = strpbrk(text, "]\n");
	unsigned rank;

	return dp && end && dp < end && sscanf(dp, " DP%5u", &rank) == 1 ? rank : 0;
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

	*o = (struct logline){ .rank = rank_of(text), .time_s = stamp(text), .rows = NAN, .queued = NAN, .usage = NAN,
		.tokens = NAN, .throughput = NAN, .new_seqs = NAN, .new_tokens = NAN, .cached = NAN, .kv_tokens = NAN,
		.chunk = NAN, .max_prefill = NAN, .max_running = NAN, .context = NAN, .free_gib = NAN };
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

static void add(struct enginelog *l, const struct logline *line, size_t number)
{
	l->count[line->kind]++;
	if (line->kind == LOGLINE_FOREIGN)
		return;
	l->fine |= isfinite(line->time_s) && line->time_s != floor(line->time_s);
	ARRAY_ROOM(l->line, l->n, l->cap);
	l->line[l->n] = *line;
	l->line[l->n++].number = number;
}

static int by_rank(const void *a, const void *b)
{
	const struct logline *p = a, *q = b;

	return p->rank != q->rank ? (p->rank > q->rank) - (p->rank < q->rank) : (p->number > q->number) - (p->number < q->number);
}

/* Did the prefill pass of line p run behind the decode pass of line q, the next one? Then both saw the same
 * rows, and between the lines nobody took memory but p's requests: p's prefixes that were found, less what
 * ended.  If others ended meanwhile, the next line tells, whose rows include p's requests. */
static bool ran_behind(const struct logline *p, const struct logline *q, const struct logline *next)
{
	double grown = q->tokens - p->tokens - p->new_tokens;

	if (p->kind != LOGLINE_PREFILL || q->kind != LOGLINE_DECODE || p->rows != q->rows)
		return false;
	if (grown >= 0)
		return grown <= p->cached;
	return next && next->rows > q->rows;
}

static void order(struct enginelog *l)
{
	size_t starts = 0, moved = SIZE_MAX;

	if (l->n > 0)
		qsort(l->line, l->n, sizeof(*l->line), by_rank);
	for (size_t i = 0; i < l->n; i++) {
		struct logline *q = &l->line[i], *next = i + 1 < l->n && q[1].rank == q->rank ? q + 1 : NULL, swap;
		bool new_rank = i == 0 || q[-1].rank != q->rank;

		l->ranks += new_rank;
		starts = (new_rank ? 0 : starts) + (q->kind == LOGLINE_START);
		l->segments = starts > l->segments ? starts : l->segments;
		if (!new_rank && i - 1 != moved && ran_behind(q - 1, q, next)) {
			swap = q[-1];
			q[-1] = *q;
			*q = swap;
			q->behind = true;
			moved = i;
		}
	}
}

void enginelog_read(struct enginelog *l, FILE *in)
{
	struct logline line;
	char *text = NULL;
	size_t cap = 0, number = 0;
	ssize_t n;

	while ((n = getline(&text, &cap, in)) > 0) {
		bool whole = text[n - 1] == '\n';

		for (ssize_t i = 0; i < n; i++)	/* a crash leaves zeros in a file */
			if (text[i] == '\0')
				text[i] = '?';
		l->hash = hash_join(l->hash, hash_string(text));
		while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == '\r'))
			text[--n] = '\0';
		enginelog_parse(text, &line);
		if (!whole && line.kind > LOGLINE_MALFORMED)
			line.kind = LOGLINE_MALFORMED;	/* the last number may be cut */
		add(l, &line, ++number);
	}
	free(text);
	order(l);
}

bool enginelog_read_file(struct enginelog *l, const char *path, struct diag *errors)
{
	const size_t *n = l->count;
	FILE *in = fopen(path, "r");
	bool ok = in != NULL;

	if (in) {
		enginelog_read(l, in);
		ok = !ferror(in);
		fclose(in);
	}
	if (!ok) {
		diag_add(errors, path, 0, "cannot read: %s", strerror(errno));
	} else if (n[LOGLINE_PREFILL] + n[LOGLINE_DECODE] + n[LOGLINE_START] == 0) {
		diag_add(errors, path, 0, "no line of an SGLang server; expected \"Prefill batch\", \"Decode batch\"");
		ok = false;
	}
	return ok;
}

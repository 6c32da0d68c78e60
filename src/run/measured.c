/* run/measured.c - a small strict CSV reader: no quotes, no empty fields. */
#include "config.h"

#include "run/measured.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/suggest.h"
#include "config/utf8.h"
#include "engine/engine.h"
#include "run/metric.h"

#define COLUMNS		64
#define VALUES_MAX	100000

/* Column heads of the v5 client. */
static const struct { const char *head, *metric; } alias[] = {
	{ "throughput_tok_s", "output_throughput" },
	{ "per_request_tok_s", "per_request_throughput" },
	{ "latency_mean_ms", "e2e_ms.mean" },
	{ "latency_p95_ms", "e2e_ms.p95" },
	{ "latency_p99_ms", "e2e_ms.p99" },
	{ "tok_per_watt", "tokens_per_watt" },
};
#define ALIASES	(sizeof(alias) / sizeof(alias[0]))

/* Follow from others by arithmetic or depend on the power meter: shown, but not part of the mean error. */
static const char *const secondary[] = { "mfu_pct", "tokens_per_watt", "power_w" };

enum role { ROLE_ENGINE, ROLE_USERS, ROLE_METRIC };

struct column {
	const char *head;		/* in the arena */
	enum role role;
	const char *metric;
	bool headline;
};

struct csv {
	const char *path, *engine;
	int line;
	struct arena *arena;
	struct diag *errors;
	struct column column[COLUMNS];
	size_t ncolumns;		/* 0: the head has not come yet */
	bool has_users, has_engine;
	bool broken;			/* the head is no good: rows mean nothing */
	struct measured_value *value;	/* owned */
	size_t n, cap;
};

#define BAD(c, ...)	diag_add((c)->errors, (c)->path, (c)->line, __VA_ARGS__)

static char *trim(char *s)
{
	size_t n;

	s += strspn(s, " \t");
	for (n = strlen(s); n > 0 && strchr(" \t\r\n", s[n - 1]); n--)
		s[n - 1] = '\0';
	return s;
}

/* Cut the line at its commas; the number of fields, COLUMNS + 1 if there are more. */
static size_t cut(char *line, char *field[COLUMNS])
{
	size_t n = 0;
	char *next;

	for (; line; line = next) {
		next = strchr(line, ',');
		if (next)
			*next++ = '\0';
		if (n == COLUMNS)
			return COLUMNS + 1;
		field[n++] = trim(line);
	}
	return n;
}

static const char *metric_of(const char *head)
{
	int m = metric_find(head);

	for (size_t i = 0; i < ALIASES; i++)
		if (strcmp(alias[i].head, head) == 0)
			return alias[i].metric;
	return m < 0 ? NULL : metric_info[m].name;
}

static void unknown_column(struct csv *c, const char *head)
{
	const char *known[ALIASES + METRICS + 2] = { "engine", "users" }, *near;
	size_t n = 2;

	for (size_t i = 0; i < ALIASES; i++)
		known[n++] = alias[i].head;
	for (size_t i = 0; i < METRICS; i++)
		known[n++] = metric_info[i].name;
	near = suggest(head, known, n);
	if (near)
		BAD(c, "unknown column '%s'; did you mean '%s'?", head, near);
	else
		BAD(c, "unknown column '%s'; expected users, engine or metrics such as output_throughput, ttft_ms.p95",
		    head);
}

static void add_column(struct csv *c, const char *head)
{
	struct column *k = &c->column[c->ncolumns++];

	*k = (struct column){ .head = arena_strdup(c->arena, head), .role = ROLE_METRIC, .headline = true };
	if (strcmp(head, "engine") == 0) {
		k->role = ROLE_ENGINE;
		c->has_engine = true;
		return;
	}
	if (strcmp(head, "users") == 0) {
		k->role = ROLE_USERS;
		c->has_users = true;
		return;
	}
	k->metric = metric_of(head);
	if (!k->metric) {
		unknown_column(c, head);
		c->broken = true;
		return;
	}
	for (size_t i = 0; i < sizeof(secondary) / sizeof(secondary[0]); i++)
		if (strcmp(secondary[i], k->metric) == 0)
			k->headline = false;
}

static bool is_second(const struct csv *c, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(c->column[k].head, c->column[i].head) == 0 ||
		    (c->column[i].metric && c->column[k].metric &&
		     strcmp(c->column[k].metric, c->column[i].metric) == 0))
			return true;
	return false;
}

static void read_head(struct csv *c, char *const *field, size_t n)
{
	bool metrics = false;

	for (size_t i = 0; i < n; i++)
		add_column(c, field[i]);
	for (size_t i = 0; i < n; i++) {
		metrics |= c->column[i].role == ROLE_METRIC;
		if (is_second(c, i)) {
			BAD(c, "column '%s' is given a second time", c->column[i].head);
			c->broken = true;
		}
	}
	if (!c->has_users) {
		BAD(c, "there is no column 'users'");
		c->broken = true;
	}
	if (!metrics)
		BAD(c, "there is no column with a metric, such as output_throughput");
}

/* A plain decimal number above zero (no inf, nan or hexadecimal); false: reported. */
static bool number(struct csv *c, const struct column *k, const char *text, double *out)
{
	char *end;

	*out = strtod(text, &end);
	if (!*text || *end || text[strspn(text, "+-.0123456789eE")] || !isfinite(*out)) {
		BAD(c, "'%s' = \"%s\" is not a number", k->head, text);
		return false;
	}
	if (!(*out > 0.0)) {
		BAD(c, "'%s' = %s: a measured value must be above zero", k->head, text);
		return false;
	}
	return true;
}

static bool whole(struct csv *c, const struct column *k, const char *text, int64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoll(text, &end, 10);
	if (!*text || *end || errno || *out < 0 || *out > INT32_MAX ||
	    text[strspn(text, "0123456789")]) {
		BAD(c, "'%s' = \"%s\" is not a number of users", k->head, text);
		return false;
	}
	return true;
}

static bool is_twice(struct csv *c, int64_t users, const char *metric)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->value[i].users == users && strcmp(c->value[i].metric, metric) == 0)
			return true;
	return false;
}

/* Rows of others are skipped; a name that nobody bears is a slip that would leave a row out in silence. */
static bool is_mine(struct csv *c, const char *name)
{
	const char *known[8] = { c->engine, "lmdeploy" }, *near;
	size_t n = 2;

	if (strcmp(name, c->engine) == 0)
		return true;
	for (size_t i = 0; engines[i] && n < 8; i++)
		known[n++] = engines[i]->name;
	for (size_t i = 0; i < n; i++)
		if (strcmp(name, known[i]) == 0)
			return false;
	near = suggest(name, known, n);
	BAD(c, "unknown engine '%s'; %s '%s'%s", name, near ? "did you mean" : "expected", near ? near : c->engine,
	    near ? "?" : " or another that servesim knows");
	return false;
}

static void read_row(struct csv *c, char *const *field)
{
	struct measured_value row[COLUMNS];
	bool mine = !c->has_engine;
	int64_t users = -1;
	double value;
	size_t n = 0;

	for (size_t i = 0; i < c->ncolumns; i++) {
		const struct column *k = &c->column[i];

		if (k->role == ROLE_ENGINE)
			mine = is_mine(c, field[i]);
		else if (k->role == ROLE_USERS)
			(void)whole(c, k, field[i], &users);
		else if (number(c, k, field[i], &value))
			row[n++] = (struct measured_value){ .metric = k->metric, .value = value,
							    .headline = k->headline };
	}
	if (!mine || users < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		if (is_twice(c, users, row[i].metric)) {
			BAD(c, "a second row of %s with %lld users", c->engine, (long long)users);
			return;
		}
		row[i].users = users;
		ARRAY_ROOM(c->value, c->n, c->cap);
		c->value[c->n++] = row[i];
	}
}

static void read_line(struct csv *c, char *line)
{
	char *field[COLUMNS];
	size_t n;

	line = trim(line);
	if (!*line || *line == '#' || c->broken)
		return;
	n = cut(line, field);
	if (n > COLUMNS) {
		BAD(c, "more than %d columns", COLUMNS);
		c->broken = true;
	} else if (c->ncolumns == 0) {
		read_head(c, field, n);
	} else if (n != c->ncolumns) {
		BAD(c, "%zu fields, but %zu columns", n, c->ncolumns);
	} else if (c->n > VALUES_MAX) {
		BAD(c, "more than %d values", VALUES_MAX);
		c->broken = true;
	} else {
		read_row(c, field);
	}
}

static void read_lines(struct csv *c, FILE *in)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	while ((n = getline(&line, &cap, in)) >= 0) {
		c->line++;
		if (utf8_check(line, (size_t)n) != (size_t)n) {
			BAD(c, "not text (UTF-8)");
			c->broken = true;
			break;
		}
		read_line(c, line);
	}
	if (ferror(in))
		diag_add(c->errors, c->path, 0, "cannot read it: %s", strerror(errno));
	free(line);
}

void measured_read(const char *path, const char *engine, struct arena *a, struct diag *errors,
		   struct measured_value **out, size_t *n)
{
	struct csv c = { .path = path, .engine = engine, .arena = a, .errors = errors };
	size_t before = errors->n;
	FILE *in = fopen(path, "r");

	*out = NULL;
	*n = 0;
	if (!in) {
		diag_add(errors, path, 0, "cannot read it: %s", strerror(errno));
		return;
	}
	read_lines(&c, in);
	fclose(in);
	if (errors->n == before && c.ncolumns == 0)
		diag_add(errors, path, 0, "there is no line with column names");
	else if (errors->n == before && c.n == 0)
		diag_add(errors, path, 0, "there are no rows of engine '%s'", engine);
	if (c.n > 0) {
		*out = arena_alloc(a, c.n * sizeof(**out));
		memcpy(*out, c.value, c.n * sizeof(**out));
		*n = c.n;
	}
	free(c.value);
}

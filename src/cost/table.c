/* cost/table.c - matrix multiplications from a measured table.
 *
 * The file is CSV.  Lines that are empty or begin with # are skipped; the first other
 * line names the columns and must begin with
 *
 *	op,k,n,tokens,ms
 *
 * and may name more, which are for people (where a number came from).  A row says that `op`
 * (qkv, o, gate_up, down or lm_head) as a [tokens x k] by [k x n] multiplication took `ms`.
 * Every op needs three rows at least, all of one shape, tokens rising.
 *
 * A shape that is not the model's own (a neighbour, or one GPU's share under tensor
 * parallelism) is scaled by its weights: ms * in * out / (k * n).
 *
 * Between the measured points: Steffen's interpolation (A&A 239, 443, 1990), which never
 * overshoots; below the first: its value; above the last: a straight line with the mean
 * slope of the upper half of the table, since single steps there are tile waves.
 */
#include "config.h"

#include "cost/linear.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_interp.h>

#include "base/mem.h"

#define COLUMNS		"op,k,n,tokens,ms"
#define VALUE_MAX	1e9
#define ROWS_MIN	3		/* Steffen's method needs them */

struct curve {
	double k, n;
	double *tokens, *ns;
	size_t rows, tokens_cap, ns_cap;
	double slope;			/* ns a token above the last row */
	gsl_interp *interp;
};

struct linear_table {
	struct curve op[LINEAR_OPS];
};

struct reader {
	const char *path;
	int line;
	char *error;
	size_t size;
	struct linear_table *table;
};

static bool bad(struct reader *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* "path:line: what"; false, for the caller to return. */
static bool bad(struct reader *r, const char *fmt, ...)
{
	int used = snprintf(r->error, r->size, "%s:%d: ", r->path, r->line ? r->line : 1);
	va_list ap;
	char *c;

	if (used < 0 || (size_t)used >= r->size)
		return false;
	va_start(ap, fmt);
	vsnprintf(r->error + used, r->size - (size_t)used, fmt, ap);
	va_end(ap);
	for (c = r->error + used; *c; c++) {
		if (*c < ' ' || *c > '~')
			*c = '?';	/* the file may be anything */
	}
	return false;
}

static char *next_field(char **rest)
{
	char *field = *rest, *comma;

	if (!field)
		return NULL;
	comma = strchr(field, ',');
	if (comma)
		*comma++ = '\0';
	*rest = comma;
	return field;
}

static bool read_number(struct reader *r, const char *column, const char *text, bool whole, double *x)
{
	char *end;

	if (!text)
		return bad(r, "no value for %s; expected %s", column, COLUMNS);
	*x = strtod(text, &end);
	if (end == text || *end || !(*x > 0.0 && *x <= VALUE_MAX) || (whole && *x != floor(*x)))
		return bad(r, "%s '%.40s': expected a %s from above 0 to %g", column, text,
			   whole ? "whole number" : "number", VALUE_MAX);
	return true;
}

static bool find_op(struct reader *r, const char *name, struct curve **curve)
{
	int op;

	for (op = 0; op < LINEAR_OPS; op++) {
		if (strcmp(name, linear_op_name[op]) == 0) {
			*curve = &r->table->op[op];
			return true;
		}
	}
	return bad(r, "op '%.40s': expected qkv, o, gate_up, down or lm_head", name);
}

static bool add_row(struct reader *r, char *line)
{
	char *rest = line, *name = next_field(&rest);
	double k, n, tokens, ms;
	struct curve *c = NULL;

	if (!find_op(r, name, &c) || !read_number(r, "k", next_field(&rest), true, &k) ||
	    !read_number(r, "n", next_field(&rest), true, &n) ||
	    !read_number(r, "tokens", next_field(&rest), true, &tokens) ||
	    !read_number(r, "ms", next_field(&rest), false, &ms))
		return false;
	if (c->rows && (c->k < k || c->k > k || c->n < n || c->n > n))
		return bad(r, "%s is %.0f x %.0f here and %.0f x %.0f above: one shape an op",
			   name, k, n, c->k, c->n);
	if (c->rows && tokens <= c->tokens[c->rows - 1])
		return bad(r, "%s: %.0f tokens after %.0f; they must rise", name, tokens,
			   c->tokens[c->rows - 1]);
	ARRAY_ROOM(c->tokens, c->rows, c->tokens_cap);
	ARRAY_ROOM(c->ns, c->rows, c->ns_cap);
	c->k = k;
	c->n = n;
	c->tokens[c->rows] = tokens;
	c->ns[c->rows++] = 1e6 * ms;
	return true;
}

static bool is_header(const char *line)
{
	size_t n = strlen(COLUMNS);

	return strncmp(line, COLUMNS, n) == 0 && (line[n] == '\0' || line[n] == ',');
}

static bool read_lines(struct reader *r, FILE *in)
{
	char *line = NULL;
	size_t cap = 0;
	bool header = false, ok = true;

	while (ok && getline(&line, &cap, in) >= 0) {
		r->line++;
		line[strcspn(line, "\r\n")] = '\0';
		if (*line == '\0' || *line == '#')
			continue;
		if (!header)
			ok = header = is_header(line) ||
				      bad(r, "columns '%.40s': expected %s", line, COLUMNS);
		else
			ok = add_row(r, line);
	}
	free(line);
	if (ok && ferror(in))
		ok = bad(r, "%s", strerror(errno));
	return ok;
}

/* Mean slope from the first row in the upper half of the token range to the last. */
static double upper_slope(const struct curve *c)
{
	size_t last = c->rows - 1, i = 0;

	while (i < last - 1 && c->tokens[i] < 0.5 * c->tokens[last])
		i++;
	return fmax((c->ns[last] - c->ns[i]) / (c->tokens[last] - c->tokens[i]), 0.0);
}

static bool finish_curves(struct reader *r)
{
	int op;

	for (op = 0; op < LINEAR_OPS; op++) {
		struct curve *c = &r->table->op[op];

		if (c->rows < ROWS_MIN)
			return bad(r, "file ends with %zu rows for %s; expected at least %d", c->rows,
				   linear_op_name[op], ROWS_MIN);
		c->interp = gsl_interp_alloc(gsl_interp_steffen, c->rows);
		if (!c->interp)
			return bad(r, "out of memory");
		gsl_interp_init(c->interp, c->tokens, c->ns, c->rows);
		c->slope = upper_slope(c);
	}
	return true;
}

struct linear_table *linear_table_read(const char *path, char *error, size_t size)
{
	struct reader r = { .path = path, .error = error, .size = size };
	FILE *in = fopen(path, "r");
	bool ok;

	if (!in) {
		snprintf(error, size, "%s: %s", path, strerror(errno));
		return NULL;
	}
	r.table = xcalloc(1, sizeof(*r.table));
	ok = read_lines(&r, in) && finish_curves(&r);
	fclose(in);
	if (!ok) {
		linear_table_free(r.table);
		return NULL;
	}
	return r.table;
}

void linear_table_free(struct linear_table *t)
{
	int op;

	if (!t)
		return;
	for (op = 0; op < LINEAR_OPS; op++) {
		free(t->op[op].tokens);
		free(t->op[op].ns);
		gsl_interp_free(t->op[op].interp);
	}
	free(t);
}

double linear_table_op_ns(const struct linear_table *t, enum linear_op op,
			  const struct linear_shape *shape, double tokens)
{
	const struct curve *c = &t->op[op];
	size_t last = c->rows - 1;
	double ns;

	if (tokens <= c->tokens[0])
		ns = c->ns[0];
	else if (tokens >= c->tokens[last])
		ns = c->ns[last] + c->slope * (tokens - c->tokens[last]);
	else	/* no accelerator: threads share the table */
		ns = gsl_interp_eval(c->interp, c->tokens, c->ns, tokens, NULL);
	return ns * (shape->in * shape->out) / (c->k * c->n);
}

double linear_table_last(const struct linear_table *t)
{
	double last = HUGE_VAL;
	int op;

	for (op = 0; op < LINEAR_OPS; op++)
		last = fmin(last, t->op[op].tokens[t->op[op].rows - 1]);
	return last;
}

#include "config.h"

#include "work/mooncake.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define MAX_ERRORS 20
#define MAX_TOKENS 1000000000.0

struct reader {
	struct mooncake_trace *trace;
	const char *path;
	int line;
	struct diag *errors;
};

/* A number in [least, MAX_TOKENS], else a message. */
static void number(struct reader *r, const json_t *o, const char *key, double least, double *out)
{
	const json_t *v = json_object_get(o, key);

	if (!v) {
		diag_add(r->errors, r->path, r->line, "missing '%s'", key);
		return;
	}
	if (!json_is_number(v)) {
		diag_add(r->errors, r->path, r->line, "'%s' must be a number", key);
		return;
	}
	*out = json_number_value(v);
	if (!(*out >= least && *out <= MAX_TOKENS))
		diag_add(r->errors, r->path, r->line, "'%s' = %g is outside [%g, %g]", key, *out, least, MAX_TOKENS);
}

static bool blocks(struct reader *r, const json_t *ids, struct mooncake_request *q)
{
	size_t n = json_array_size(ids);
	struct span *span;

	if (!json_is_array(ids)) {
		diag_add(r->errors, r->path, r->line, "'hash_ids' must be an array of integers");
		return false;
	}
	if (n < q->input_length / MOONCAKE_BLOCK) {
		diag_add(r->errors, r->path, r->line, "%zu hash_ids for %lu prompt tokens: expected at least %lu (blocks of %d)",
			 n, (unsigned long)q->input_length, (unsigned long)(q->input_length / MOONCAKE_BLOCK), MOONCAKE_BLOCK);
		return false;
	}
	span = arena_alloc(&r->trace->arena, (n + 1) * sizeof(*span));
	for (size_t i = 0; i < n; i++) {
		const json_t *id = json_array_get(ids, i);

		if (!json_is_integer(id) || json_integer_value(id) < 0) {
			diag_add(r->errors, r->path, r->line, "hash_ids[%zu] must be an integer >= 0", i);
			return false;
		}
		span[i] = (struct span){ (uint64_t)json_integer_value(id), 0, MOONCAKE_BLOCK };
	}
	q->prompt = (struct tokens){ span, n, q->input_length };
	if (q->prompt.length > n * MOONCAKE_BLOCK)
		q->prompt.length = n * MOONCAKE_BLOCK;
	return true;
}

static void read_line(struct reader *r, const char *text, size_t size)
{
	struct mooncake_trace *t = r->trace;
	struct mooncake_request q = { 0 };
	double input = 0, output = 0;
	json_error_t e;
	json_t *o = json_loadb(text, size, 0, &e);

	if (!o) {
		diag_add(r->errors, r->path, r->line, "not JSON: %s; expected one object a line", e.text);
		return;
	}
	if (!json_is_object(o)) {
		diag_add(r->errors, r->path, r->line, "expected an object with timestamp, input_length, output_length, hash_ids");
	} else {
		size_t before = r->errors->n;

		number(r, o, "timestamp", 0, &q.timestamp_ms);
		number(r, o, "input_length", 1, &input);
		number(r, o, "output_length", 0, &output);
		q.input_length = (uint64_t)input;
		q.output_length = (uint64_t)output;
		if (r->errors->n == before && blocks(r, json_object_get(o, "hash_ids"), &q)) {
			ARRAY_ROOM(t->request, t->n, t->cap);
			t->request[t->n++] = q;
		}
	}
	json_decref(o);
}

void mooncake_read(struct mooncake_trace *t, const char *path, struct diag *errors)
{
	struct reader r = { .trace = t, .path = path, .errors = errors };
	char *text = NULL;
	size_t cap = 0;
	ssize_t n;
	FILE *in = fopen(path, "r");

	*t = (struct mooncake_trace){ 0 };
	arena_init(&t->arena, ARENA_CHUNK);
	if (!in) {
		diag_add(errors, NULL, 0, "%s: %s", path, strerror(errno));
		return;
	}
	while (errors->n < MAX_ERRORS && (n = getline(&text, &cap, in)) >= 0) {
		r.line++;
		if (text[strspn(text, " \t\r\n")] != '\0' || memchr(text, '\0', (size_t)n))
			read_line(&r, text, (size_t)n);
	}
	if (ferror(in))
		diag_add(errors, NULL, 0, "%s: %s", path, strerror(errno));
	else if (errors->n == 0 && t->n == 0)
		diag_add(errors, path, 0, "no request in the trace");
	fclose(in);
	free(text);
}

void mooncake_release(struct mooncake_trace *t)
{
	free(t->request);
	arena_release(&t->arena);
	*t = (struct mooncake_trace){ 0 };
}

/* work/mooncake.c - a line of a trace in Mooncake's form. */
#include "config.h"

#include <jansson.h>

#include "work/tracerow.h"

#define SECONDS_MAX	1e9		/* of a timestamp: 31 years */

/* A number in [least, most], else a complaint. */
static bool number(struct trace_file *f, const json_t *o, const char *key, double least, double most,
		   double *out)
{
	const json_t *v = json_object_get(o, key);

	if (!v) {
		ROW_BAD(f, "missing '%s'", key);
		return false;
	}
	if (!json_is_number(v)) {
		ROW_BAD(f, "'%s' must be a number", key);
		return false;
	}
	*out = json_number_value(v);
	if (*out >= least && *out <= most)
		return true;
	ROW_BAD(f, "'%s' = %g is outside [%g, %g]", key, *out, least, most);
	return false;
}

static bool blocks(struct trace_file *f, const json_t *ids, uint64_t input)
{
	size_t n = json_array_size(ids);

	if (!json_is_array(ids)) {
		ROW_BAD(f, "'hash_ids' must be an array of integers");
		return false;
	}
	if (n < input / MOONCAKE_BLOCK) {
		ROW_BAD(f, "%zu hash_ids for %lu prompt tokens: expected at least %lu (blocks of %d)", n,
			(unsigned long)input, (unsigned long)(input / MOONCAKE_BLOCK), MOONCAKE_BLOCK);
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		const json_t *id = json_array_get(ids, i);

		if (!json_is_integer(id) || json_integer_value(id) < 0) {
			ROW_BAD(f, "hash_ids[%zu] must be an integer >= 0", i);
			return false;
		}
		trace_share(f, (struct span){ .stream = (uint64_t)json_integer_value(id),
					      .length = MOONCAKE_BLOCK });
	}
	return true;
}

static bool row_of(struct trace_file *f, const json_t *o, struct trace_row *row)
{
	double ms = 0, input = 0, output = 0;
	bool good;

	if (!json_is_object(o)) {
		ROW_BAD(f, "expected an object with timestamp, input_length, output_length, hash_ids");
		return false;
	}
	good = number(f, o, "timestamp", 0, SECONDS_MAX * 1e3, &ms);
	good &= number(f, o, "input_length", 1, TRACE_TOKENS_MAX, &input);
	good &= number(f, o, "output_length", 0, TRACE_TOKENS_MAX, &output);
	if (!good)
		return false;
	row->t = sim_time_from_ms(ms);
	row->input = (uint64_t)input;
	row->output = (uint64_t)output;
	return blocks(f, json_object_get(o, "hash_ids"), row->input);
}

bool mooncake_row(struct trace_file *f, const char *text, size_t n, struct trace_row *row)
{
	json_error_t e;
	json_t *o = json_loadb(text, n, 0, &e);
	bool good;

	if (!o) {
		ROW_BAD(f, "not JSON: %s; expected one object a line", e.text);
		return false;
	}
	good = row_of(f, o, row);
	json_decref(o);
	return good;
}

/* config/keyvalue.c - types and ranges of single values. */
#include "config.h"

#include "config/keyvalue.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "config/cfgprint.h"
#include "config/utf8.h"

static bool is_int(const config_setting_t *s)
{
	return config_setting_type(s) == CONFIG_TYPE_INT || config_setting_type(s) == CONFIG_TYPE_INT64;
}

/* libconfig gives 0 when asked for an integer as a real. */
static double number(const config_setting_t *s)
{
	return is_int(s) ? (double)config_setting_get_int64(s) : config_setting_get_float(s);
}

static bool wrong_type(const struct key_reader *r, const struct key *k, const config_setting_t *s,
		       const char *wanted)
{
	cfg_error(r->file, s, r->errors, "'%s' must be %s%s, not %s", k->name, wanted,
		  key_is_auto(k) ? " or \"auto\"" : "", cfg_type_name(s));
	return false;
}

bool key_in_range(const struct key_reader *r, const struct key *k, const config_setting_t *s, double v)
{
	const char *space = k->unit && k->unit[0] ? " " : "", *unit = k->unit ? k->unit : "";
	char value[32], lo[32], hi[32];

	if (v >= k->lo && v <= k->hi)
		return true;
	cfgprint_short(value, v);
	cfgprint_short(lo, k->lo);
	cfgprint_short(hi, k->hi);
	if (isfinite(k->hi))
		cfg_error(r->file, s, r->errors, "'%s' = %s is outside [%s, %s]%s%s", k->name, value, lo,
			  hi, space, unit);
	else
		cfg_error(r->file, s, r->errors, "'%s' = %s is below %s%s%s", k->name, value, lo, space,
			  unit);
	return false;
}

static bool read_int(const struct key_reader *r, const struct key *k, const config_setting_t *s,
		     int64_t *out)
{
	if (!is_int(s))
		return wrong_type(r, k, s, "an integer");
	*out = config_setting_get_int64(s);
	return key_in_range(r, k, s, (double)*out);
}

static bool read_real(const struct key_reader *r, const struct key *k, const config_setting_t *s,
		      double *out)
{
	if (!config_setting_is_number(s))
		return wrong_type(r, k, s, "a number");
	*out = number(s);
	if (!isfinite(*out)) {
		cfg_error(r->file, s, r->errors, "'%s' is not a finite number", k->name);
		return false;
	}
	return key_in_range(r, k, s, *out);
}

static bool read_bool(const struct key_reader *r, const struct key *k, const config_setting_t *s,
		      bool *out)
{
	if (config_setting_type(s) != CONFIG_TYPE_BOOL)
		return wrong_type(r, k, s, "true or false");
	*out = config_setting_get_bool(s);
	return true;
}

static bool read_string(const struct key_reader *r, const struct key *k, const config_setting_t *s,
			const char **out)
{
	const char *text;

	if (config_setting_type(s) != CONFIG_TYPE_STRING)
		return wrong_type(r, k, s, "a string");
	text = config_setting_get_string(s);
	if (utf8_check(text, strlen(text)) != strlen(text)) {
		cfg_error(r->file, s, r->errors, "'%s' is not text (UTF-8)", k->name);
		return false;
	}
	*out = arena_strdup(r->arena, text);
	return true;
}

static bool read_enum(const struct key_reader *r, const struct key *k, const config_setting_t *s,
		      int *out)
{
	const char *word;
	char *hint;
	size_t n = 0;

	if (config_setting_type(s) != CONFIG_TYPE_STRING)
		return wrong_type(r, k, s, "a string");
	word = config_setting_get_string(s);
	for (; k->choices[n]; n++) {
		if (strcmp(word, k->choices[n]) == 0) {
			*out = (int)n;
			return true;
		}
	}
	hint = key_choices(word, k->choices, n);
	cfg_error(r->file, s, r->errors, "'%s' = %s is not one of %s", k->name,
		  cfgprint_string(r->arena, word), hint);
	free(hint);
	return false;
}

static bool is_row(const config_setting_t *s)
{
	return config_setting_is_array(s) || config_setting_is_list(s);
}

static bool may_be_empty(const struct key *k)
{
	return k->dflt && (strcmp(k->dflt, "[]") == 0 || strcmp(k->dflt, "()") == 0);
}

/* Number of elements of a row, 0 and reported when it may not be. */
static bool row_length(const struct key_reader *r, const struct key *k, const config_setting_t *s,
		       size_t max, size_t *n)
{
	*n = (size_t)config_setting_length(s);
	if (*n > max)
		cfg_error(r->file, s, r->errors, "'%s' has %zu numbers; at most %zu", k->name, *n, max);
	else if (*n == 0 && !may_be_empty(k))
		cfg_error(r->file, s, r->errors, "'%s' is empty", k->name);
	else
		return true;
	return false;
}

static bool read_ints(const struct key_reader *r, const struct key *k, const config_setting_t *s,
		      struct int_list *out)
{
	bool ok = true;
	size_t n;

	*out = (struct int_list){ .n = 1 };
	if (is_int(s))
		return read_int(r, k, s, &out->v[0]);
	if (!is_row(s))
		return wrong_type(r, k, s, "an integer or a list of integers");
	if (!row_length(r, k, s, KEY_INTS_MAX, &n))
		return false;
	for (size_t i = 0; i < n; i++)
		ok &= read_int(r, k, config_setting_get_elem(s, (unsigned int)i), &out->v[i]);
	out->n = n;
	return ok;
}

static bool read_reals(const struct key_reader *r, const struct key *k, const config_setting_t *s,
		       struct real_list *out)
{
	bool ok = true;
	size_t n = 1;

	if (!config_setting_is_number(s) && !is_row(s))
		return wrong_type(r, k, s, "a number or a list of numbers");
	if (is_row(s) && !row_length(r, k, s, KEY_REALS_MAX, &n))
		return false;
	out->v = arena_alloc(r->arena, n * sizeof(*out->v));
	out->n = n;
	if (!is_row(s))
		return read_real(r, k, s, &out->v[0]);
	for (size_t i = 0; i < n; i++)
		ok &= read_real(r, k, config_setting_get_elem(s, (unsigned int)i), &out->v[i]);
	return ok;
}

bool key_value(const struct key_reader *r, const struct key *k, const config_setting_t *s, void *field)
{
	switch (k->type) {
	case KEY_INT:
		return read_int(r, k, s, field);
	case KEY_REAL:
		return read_real(r, k, s, field);
	case KEY_BOOL:
		return read_bool(r, k, s, field);
	case KEY_STR:
		return read_string(r, k, s, field);
	case KEY_ENUM:
		return read_enum(r, k, s, field);
	case KEY_DIST:
		return key_dist(r, k, s, field);
	case KEY_INTS:
		return read_ints(r, k, s, field);
	case KEY_REALS:
		return read_reals(r, k, s, field);
	case KEY_SUB:
	case KEY_LIST:
		break;
	}
	BUG("'%s' is a group", k->name);
}

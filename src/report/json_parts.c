/* report/json_parts.c */
#include "config.h"

#include "report/json_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"
#include "report/fmt.h"

/* Takes `value`; NULL is a bug: strings are cleaned and numbers checked before. */
void json_put(json_t *object, const char *key, json_t *value)
{
	BUG_ON(json_object_set_new(object, key, value) != 0);
}

void json_put_number(json_t *object, const char *key, double v)
{
	if (isfinite(v))
		json_put(object, key, json_real(v));
}

void json_put_count(json_t *object, const char *key, uint64_t v)
{
	json_put(object, key, json_integer((json_int_t)v));
}

json_t *json_text(const char *s)
{
	char clean[2000];

	return json_string(fmt_clean(clean, sizeof(clean), s));
}

void json_put_hex(json_t *object, const char *key, uint64_t v)
{
	char hex[20];

	snprintf(hex, sizeof(hex), "%016" PRIx64, v);
	json_put(object, key, json_string(hex));
}

void json_put_summary(json_t *object, const char *key, const struct summary *s)
{
	json_t *o;

	if (s->n == 0 || !isfinite(s->mean))
		return;
	o = json_object();
	json_put_number(o, "mean", s->mean);
	if (summary_has_interval(s) && isfinite(s->sd) && isfinite(s->lo) && isfinite(s->hi)) {
		json_put_number(o, "sd", s->sd);
		json_put(o, "ci95", json_pack("[f, f]", s->lo, s->hi));
	}
	json_put_count(o, "n", s->n);
	json_put(object, key, o);
}

json_t *json_setting(const char *value)
{
	size_t n = strlen(value);
	char *end, inner[2000];
	double v = strtod(value, &end);

	if (n > 0 && *end == '\0' && isfinite(v) && strspn(value, "+-0123456789.eE") == n) {
		if (strspn(value, "+-0123456789") == n && fabs(v) < 9e15)
			return json_integer((json_int_t)v);
		return json_real(v);
	}
	if (strcmp(value, "true") == 0 || strcmp(value, "false") == 0)
		return json_boolean(*value == 't');
	if (n >= 2 && n < sizeof(inner) && value[0] == '"' && value[n - 1] == '"' &&
	    !memchr(value + 1, '"', n - 2) &&
	    !strchr(value, '\\')) {
		memcpy(inner, value + 1, n - 2);
		inner[n - 2] = '\0';
		return json_text(inner);
	}
	return json_text(value);
}

json_t *json_mechanisms(unsigned without)
{
	json_t *names = json_array();

	for (size_t i = 0; i < MECHANISMS; i++)
		if (is_without(without, (enum mechanism)i))
			json_array_append_new(names, json_string(mechanism_info[i].name));
	return names;
}

void json_write(json_t *o, FILE *out)
{
	json_dumpf(o, out, JSON_INDENT(1) | JSON_PRESERVE_ORDER | JSON_REAL_PRECISION(15));
	fputc('\n', out);
	json_decref(o);
}

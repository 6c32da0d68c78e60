/* config/cfgprint.c - numbers as short as they read back the same. */
#include "config.h"

#include "config/cfgprint.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bug.h"

const char *cfgprint_short(char buf[32], double v)
{
	for (int digits = 15; digits <= 17; digits++) {
		snprintf(buf, 32, "%.*g", digits, v);
		if (strtod(buf, NULL) >= v && strtod(buf, NULL) <= v)
			break;
	}
	return buf;
}

const char *cfgprint_int(struct arena *a, int64_t v)
{
	return arena_printf(a, "%" PRId64 "%s", v, v > INT32_MAX || v < INT32_MIN ? "L" : "");
}

const char *cfgprint_real(struct arena *a, double v)
{
	char buf[32];

	cfgprint_short(buf, v);
	return arena_printf(a, "%s%s", buf, strpbrk(buf, ".e") ? "" : ".0");
}

const char *cfgprint_string(struct arena *a, const char *s)
{
	char *out = arena_alloc(a, 2 * strlen(s) + 3), *p = out;

	*p++ = '"';
	for (; *s; s++) {
		const char *escaped = strchr("\n\r\t\f\"\\", *s);

		if (escaped) {
			*p++ = '\\';
			*p++ = "nrtf\"\\"[escaped - "\n\r\t\f\"\\"];
		} else {
			*p++ = *s;
		}
	}
	*p++ = '"';
	*p = '\0';
	return out;
}

static void print(FILE *out, struct arena *a, const config_setting_t *s);

static void print_elements(FILE *out, struct arena *a, const config_setting_t *s)
{
	bool group = config_setting_is_group(s);
	const char *marks = group ? "{}" : config_setting_is_array(s) ? "[]" : "()";

	fputc(marks[0], out);
	for (int i = 0; i < config_setting_length(s); i++) {
		const config_setting_t *e = config_setting_get_elem(s, (unsigned int)i);

		if (group)
			fprintf(out, " %s = ", config_setting_name(e));
		else if (i > 0)
			fputs(", ", out);
		print(out, a, e);
		if (group)
			fputc(';', out);
	}
	fprintf(out, "%s%c", group ? " " : "", marks[1]);
}

static void print(FILE *out, struct arena *a, const config_setting_t *s)
{
	switch (config_setting_type(s)) {
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		fputs(cfgprint_int(a, config_setting_get_int64(s)), out);
		break;
	case CONFIG_TYPE_FLOAT:
		fputs(cfgprint_real(a, config_setting_get_float(s)), out);
		break;
	case CONFIG_TYPE_BOOL:
		fputs(config_setting_get_bool(s) ? "true" : "false", out);
		break;
	case CONFIG_TYPE_STRING:
		fputs(cfgprint_string(a, config_setting_get_string(s)), out);
		break;
	default:
		print_elements(out, a, s);
		break;
	}
}

const char *cfgprint_setting(struct arena *a, const config_setting_t *s)
{
	char *text, *copy;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	if (!out)
		BUG("no memory stream");
	print(out, a, s);
	if (fclose(out) != 0)
		BUG("no memory for a memory stream");
	copy = arena_strdup(a, text);
	free(text);
	return copy;
}

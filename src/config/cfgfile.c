/* config/cfgfile.c - reading, and saying where a setting came from. */
#include "config.h"

#include "config/cfgfile.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/cfgscan.h"

/* The whole file with a NUL behind it, malloc'd, *n its size; NULL and errno. EFBIG: over the limit. */
static char *read_all(const char *path, size_t *n)
{
	FILE *in = fopen(path, "r");
	char *text;
	int failed;

	if (!in)
		return NULL;
	text = xcalloc(CFGFILE_BYTES_MAX + 1, 1);
	errno = 0;
	*n = fread(text, 1, CFGFILE_BYTES_MAX + 1, in);
	failed = ferror(in) ? (errno ? errno : EIO) : *n > CFGFILE_BYTES_MAX ? EFBIG : 0;
	fclose(in);
	if (failed) {
		free(text);
		errno = failed;
		return NULL;
	}
	text[*n] = '\0';
	return text;
}

int cfgfile_read(struct cfgfile *f, const char *path, struct diag *errors)
{
	size_t n;
	char *text = read_all(path, &n);
	int status;

	if (!text) {
		*f = (struct cfgfile){ .path = path };
		if (errno == EFBIG)
			diag_add(errors, path, 0, "larger than %d MiB: not a configuration",
				 CFGFILE_BYTES_MAX >> 20);
		else
			diag_add(errors, path, 0, "cannot read it: %s", strerror(errno));
		config_init(&f->config);
		return -1;
	}
	status = cfgfile_parse(f, path, text, n, errors);
	free(text);
	return status;
}

static int parse(struct cfgfile *f, const char *text, size_t n, struct cfgscan_error *e)
{
	char *clean = cfgscan(text, n, e);
	bool ok;

	config_init(&f->config);
	if (!clean)
		return -1;
	ok = config_read_string(&f->config, clean);
	free(clean);
	if (ok)
		return 0;
	e->line = config_error_line(&f->config);
	if (strcmp(config_error_text(&f->config), "mismatched element type in array") == 0)
		snprintf(e->text, sizeof(e->text), "the elements of [..] must be of one type"
			 " (1 and 2.5 are not: write 1.0, or a list (1, 2.5))");
	else
		snprintf(e->text, sizeof(e->text), "%s", config_error_text(&f->config));
	return -1;
}

int cfgfile_parse(struct cfgfile *f, const char *path, const char *text, size_t n, struct diag *errors)
{
	struct cfgscan_error e;

	*f = (struct cfgfile){ .path = path };
	if (parse(f, text, n, &e) == 0)
		return 0;
	diag_add(errors, path, e.line, "%s", e.text);
	return -1;
}

int cfgfile_value(struct cfgfile *f, const char *value, char *error, size_t size)
{
	char *text = xasprintf("v = %s\n;", value);
	struct cfgscan_error e;
	int status;

	*f = (struct cfgfile){ 0 };
	status = parse(f, text, strlen(text), &e);
	free(text);
	if (status == 0 && config_setting_length(cfgfile_root(f)) == 1)
		return 0;
	snprintf(error, size, "%s", status == 0 ? "more than one value" : e.text);
	return -1;
}

void cfgfile_release(struct cfgfile *f)
{
	config_destroy(&f->config);
}

const config_setting_t *cfgfile_root(const struct cfgfile *f)
{
	return config_root_setting(&f->config);
}

static const struct cfg_option *option_of(const config_setting_t *at)
{
	return at ? config_setting_get_hook(at) : NULL;
}

int cfg_line_of(const config_setting_t *at)
{
	return at && !option_of(at) ? (int)config_setting_source_line(at) : 0;
}

const char *cfg_file_of(const struct cfgfile *f, const config_setting_t *at)
{
	return option_of(at) ? NULL : f->path;
}

void cfg_error(const struct cfgfile *f, const config_setting_t *at, struct diag *errors, const char *fmt,
	       ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (option_of(at))
		diag_add(errors, NULL, 0, "%s: %s", option_of(at)->said, text);
	else
		diag_add(errors, f->path, cfg_line_of(at), "%s", text);
}

const char *cfg_origin(const struct cfgfile *f, const config_setting_t *at, struct arena *arena)
{
	if (option_of(at))
		return option_of(at)->option;
	if (cfg_line_of(at) == 0)
		return f->path;
	return arena_printf(arena, "%s:%d", f->path, cfg_line_of(at));
}

const char *cfg_type_name(const config_setting_t *s)
{
	switch (config_setting_type(s)) {
	case CONFIG_TYPE_GROUP:
		return "a group";
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		return "an integer";
	case CONFIG_TYPE_FLOAT:
		return "a real";
	case CONFIG_TYPE_STRING:
		return "a string";
	case CONFIG_TYPE_BOOL:
		return "a bool";
	case CONFIG_TYPE_ARRAY:
		return "an array";
	case CONFIG_TYPE_LIST:
		return "a list";
	default:
		return "nothing";
	}
}

/* config/cfgfile.h - a configuration file as a tree that knows where each setting came from.
 *
 * cfgfile_read() reads the file; cfgfile_set() lays a setting of the command line
 * over it.  Messages about a setting name its file and line, or the option it was
 * given with ("--set engine.tp=x: ..."); cfg_origin() says the same for --dump.
 * Strings of the tree live until cfgfile_release().
 */
#ifndef CONFIG_CFGFILE_H
#define CONFIG_CFGFILE_H

#include <libconfig.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/diag.h"

#define CFGFILE_BYTES_MAX	(4 << 20)	/* larger is not a configuration */

struct cfgfile {
	const char *path;		/* as in messages; not owned; NULL: no file */
	config_t config;
};

/* A setting given on the command line. */
struct cfg_option {
	const char *option;		/* "--set", "--seed" */
	const char *said;		/* as typed, for messages: "--set engine.tp=2" */
	const char *path;		/* "engine.tp", "workload.prompts[2].tokens" */
	const char *value;		/* in the notation of the files; a bare word is a string */
};

/* 0, or -1 with the reason in errors; release in both cases. */
int cfgfile_read(struct cfgfile *f, const char *path, struct diag *errors);
/* The same from memory: n bytes and a NUL behind them. */
int cfgfile_parse(struct cfgfile *f, const char *path, const char *text, size_t n, struct diag *errors);
/* A tree with one setting "v" from a value in scenario notation; 0 or -1 with the reason in error[]. */
int cfgfile_value(struct cfgfile *f, const char *value, char *error, size_t size);
void cfgfile_release(struct cfgfile *f);

const config_setting_t *cfgfile_root(const struct cfgfile *f);

/* Add or replace the setting at o->path; false with the reason in errors.  `o` must outlive the tree. */
bool cfgfile_set(struct cfgfile *f, const struct cfg_option *o, struct diag *errors);

/* Lay the members of group `set` over the tree: a group goes into the group of the same name, member by member,
 * unless it has a `type` of its own that differs, then it takes its place; everything else replaces.  Messages and
 * origins of what was laid say `o`, which must outlive the tree. */
void cfgfile_overlay(struct cfgfile *f, const config_setting_t *set, const struct cfg_option *o);
/* The opposite, below group `to` of a tree: adds what is not there yet, and changes nothing. */
void cfgfile_underlay(config_setting_t *to, const config_setting_t *from, const struct cfg_option *o);

void cfg_error(const struct cfgfile *f, const config_setting_t *at, struct diag *errors, const char *fmt,
	       ...)
	__attribute__((format(printf, 4, 5)));
const char *cfg_origin(const struct cfgfile *f, const config_setting_t *at, struct arena *arena);
/* File and line for messages of others: NULL and 0 when it came from the command line. */
const char *cfg_file_of(const struct cfgfile *f, const config_setting_t *at);
int cfg_line_of(const config_setting_t *at);

const char *cfg_type_name(const config_setting_t *s);	/* "an integer", "a group" */

#endif

/* config/key.h - what a group of settings may contain, as a table.
 *
 * Everything a reader of settings needs is in one `struct key` a setting: its
 * name, type, unit, range, default and help.  Parsing, error messages, --dump,
 * `servesim list` and the manual's tables are derived from these tables; nobody
 * reads libconfig by hand.
 *
 * A group of settings becomes a plain struct: key.offset says where the value
 * goes, and its type says as what:
 *   KEY_INT   int64_t      KEY_REAL  double       KEY_BOOL  bool
 *   KEY_STR   const char * KEY_ENUM  int (index into choices)
 *   KEY_DIST  struct dist  (a number, or { dist = "..."; ... })
 *   KEY_INTS  struct int_list (a number or [..] of numbers)
 *   KEY_REALS struct real_list (the same of reals)
 *   KEY_SUB   a nested group, parsed with `sub` into the struct at offset
 *   KEY_LIST  a list of groups: struct sub_list at offset, elements of `sub`
 *
 * Defaults are text in the scenario's own notation ("0.9", "true", "fcfs",
 * "{ dist = \"constant\"; ... }").  dflt == NULL: the key must be given.
 * dflt == KEY_AUTO_TEXT: left out means "the engine decides": the field is set to
 * the AUTO value of its type (KEY_AUTO_INT, NaN, KEY_AUTO_ENUM, NULL) and the owner's
 * resolve() replaces it; --dump shows the resolved value with origin "auto".  The word "auto"
 * may be written, too.  An enum that has "auto" among its choices is an ordinary enum.
 * An omitted KEY_SUB with dflt == "" gets its members' defaults; with dflt == KEY_OPTIONAL_TEXT the
 * sub-struct is left zero and its presence flag (a bool at offset_present, if not SIZE_MAX) false.
 * (The word "none" may be written, too.)
 * An omitted KEY_LIST with dflt "" is empty; INTS and REALS may be empty if dflt is "[]".
 *
 * Ranges are inclusive and in the key's unit; they are checked for INT, REAL,
 * each member of INTS and REALS, and for DIST against its parameters (lo: smallest
 * possible value, hi: largest mean).
 */
#ifndef CONFIG_KEY_H
#define CONFIG_KEY_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEY_AUTO_TEXT		"auto"
#define KEY_OPTIONAL_TEXT	"none"
#define KEY_AUTO_INT		INT64_MIN
#define KEY_AUTO_ENUM		(-1)
#define KEY_INTS_MAX		64
#define KEY_REALS_MAX		4096

enum key_type { KEY_INT, KEY_REAL, KEY_BOOL, KEY_STR, KEY_ENUM, KEY_DIST, KEY_INTS, KEY_SUB, KEY_LIST,
		KEY_REALS };

struct int_list {
	int64_t v[KEY_INTS_MAX];
	size_t n;
};

struct real_list {
	double *v;			/* in the scenario's arena */
	size_t n;
};

struct sub_list {			/* KEY_LIST */
	void *item;			/* n structs of sub->struct_size bytes, in the scenario's arena */
	size_t n;
};

struct key_table;

struct key {
	const char *name;
	enum key_type type;
	const char *unit;		/* "ms", "GiB", "tokens", ""; for people */
	double lo, hi;			/* inclusive; lo > hi is not allowed; strings: 0, 0 */
	const char *dflt;		/* see above */
	const char *help;		/* one line, no full stop */
	size_t offset;
	const char *const *choices;	/* KEY_ENUM: NULL-terminated */
	const struct key_table *sub;	/* KEY_SUB, KEY_LIST */
	size_t offset_present;		/* KEY_OPTIONAL_TEXT: offset of a bool in the parent; else SIZE_MAX */
};

struct key_table {
	const struct key *key;
	size_t n;
	size_t struct_size;		/* bytes of the struct the keys fill */
};

static inline bool key_int_is_auto(int64_t v) { return v == KEY_AUTO_INT; }
static inline bool key_real_is_auto(double v) { return isnan(v); }

#endif

/* config/cfgscan.h - looks at the text of a configuration before libconfig does.
 *
 * libconfig 1.5 wraps integers past 32 bits without a word, stops at a NUL byte as
 * if the file ended there, opens any file named by @include, says only "syntax
 * error", and leaks a string it did not expect.  So the text is tokenized here
 * first: what libconfig would misread is refused with the reason, and integers
 * past 32 bits get the suffix L that makes libconfig read them as 64-bit.
 *
 * Grammar (libconfig 1.5, without include):
 *   settings: { NAME (= | :) value [; | ,] }
 *   value:    scalar | string {string} | { settings } | ( [value {, value}] ) | [ [scalar {, scalar}] ]
 */
#ifndef CONFIG_CFGSCAN_H
#define CONFIG_CFGSCAN_H

#include <stddef.h>

#define CFGSCAN_SETTINGS	10000	/* keys in one file; libconfig's time grows with their square */
#define CFGSCAN_VALUES	50000	/* numbers, strings and bools in one file, likewise */
#define CFGSCAN_DEPTH		16	/* groups and lists inside each other */

struct cfgscan_error {
	int line;
	char text[240];
};

/* The text for libconfig (malloc'd, same lines as the original), or NULL and the first error.
 * `text` has n bytes and a NUL behind them. */
char *cfgscan(const char *text, size_t n, struct cfgscan_error *e);

#endif

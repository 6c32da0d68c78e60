/* config/utf8.h - text that can be shown and written as JSON. */
#ifndef CONFIG_UTF8_H
#define CONFIG_UTF8_H

#include <stddef.h>

/* Offset of the first byte that does not continue valid UTF-8 (RFC 3629) or is a control character
 * other than tab, newline, carriage return and form feed; n if there is none. */
size_t utf8_check(const char *s, size_t n);

#endif

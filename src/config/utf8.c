/* config/utf8.c - well-formed sequences as in table 3-7 of the Unicode standard. */
#include "config.h"

#include "config/utf8.h"

#include <stdbool.h>
#include <stdint.h>

struct utf8_form {			/* bytes of one row of the table: lead range, second-byte range, length */
	unsigned char lead_lo, lead_hi, second_lo, second_hi, length;
};

static const struct utf8_form form[] = {
	{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
	{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
	{ 0xe1, 0xec, 0x80, 0xbf, 3 },
	{ 0xed, 0xed, 0x80, 0x9f, 3 },
	{ 0xee, 0xef, 0x80, 0xbf, 3 },
	{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
	{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
	{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

static bool is_text(unsigned char c)
{
	return c >= 0x20 ? c != 0x7f : c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

/* Length of the sequence at s (n bytes left), 0 if it is not well formed. */
static size_t sequence(const unsigned char *s, size_t n)
{
	if (s[0] < 0x80)
		return is_text(s[0]) ? 1 : 0;
	for (size_t i = 0; i < sizeof(form) / sizeof(form[0]); i++) {
		const struct utf8_form *f = &form[i];

		if (s[0] < f->lead_lo || s[0] > f->lead_hi)
			continue;
		if (n < f->length || s[1] < f->second_lo || s[1] > f->second_hi)
			return 0;
		for (size_t k = 2; k < f->length; k++)
			if (s[k] < 0x80 || s[k] > 0xbf)
				return 0;
		return f->length;
	}
	return 0;
}

size_t utf8_check(const char *s, size_t n)
{
	const unsigned char *u = (const unsigned char *)s;
	size_t i = 0;

	while (i < n) {
		size_t k = sequence(u + i, n - i);

		if (k == 0)
			return i;
		i += k;
	}
	return n;
}

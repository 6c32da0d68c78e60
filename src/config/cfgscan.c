/* config/cfgscan.c - a pushdown check of the grammar, one token at a time. */
#include "config.h"

#include "config/cfgscan.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config/cfgtoken.h"
#include "config/utf8.h"

enum expect {
	WANT_NAME,			/* in a group: a key, or its end */
	WANT_EQUALS,
	WANT_VALUE,
	WANT_FIRST,			/* behind ( or [: a value, or the end */
	WANT_MORE,			/* behind a value */
};

struct frame {				/* an open { ( or [; the file itself is frame 0 */
	char open;
	int line;
	uint32_t group;			/* number of this group, for duplicate keys */
};

struct seen {				/* a key */
	const char *name;
	size_t length;
	uint32_t group;
	int line;
};

struct scan {
	const char *p;
	int line;
	struct token t, last_name;
	enum expect want;
	bool after_string;		/* "a" "b" is one string */
	struct frame frame[CFGSCAN_DEPTH + 1];
	size_t depth;
	uint32_t groups;
	struct seen *seen;		/* owned */
	size_t nseen, capseen, values;
	char *out;			/* owned: the text for libconfig */
	size_t nout;
	const char *copied;		/* input up to here is in out */
	struct cfgscan_error *error;
};

__attribute__((format(printf, 3, 4)))
static bool fail(struct scan *s, int line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s->error->text, sizeof(s->error->text), fmt, ap);
	va_end(ap);
	s->error->line = line;
	return false;
}

/* The token as quoted in messages. */
static const char *shown(const struct token *t, char buf[48])
{
	if (t->kind == TOKEN_END)
		return "the end";
	snprintf(buf, 48, "'%.*s%s'", (int)(t->length < 36 ? t->length : 36), t->start,
		 t->length > 36 ? "..." : "");
	return buf;
}

static bool unexpected(struct scan *s, const char *expected)
{
	char buf[48];

	if (s->t.kind == TOKEN_END && s->depth > 0)
		return fail(s, s->t.line, "the file ends inside the '%c' of line %d",
			    s->frame[s->depth].open, s->frame[s->depth].line);
	if (s->want == WANT_VALUE && s->t.kind == TOKEN_NAME)
		return fail(s, s->t.line, "expected %s, not '%.*s'; strings need quotes", expected,
			    (int)(s->t.length < 36 ? s->t.length : 36), s->t.start);
	return fail(s, s->t.line, "expected %s, not %s", expected, shown(&s->t, buf));
}

static void copy_to(struct scan *s, const char *end)
{
	size_t n = (size_t)(end - s->copied);

	memcpy(s->out + s->nout, s->copied, n);
	s->nout += n;
	s->copied = end;
}

/* Integers past 32 bits get an L (and so at most one byte for ten digits). */
static bool check_int(struct scan *s)
{
	const struct token *t = &s->t;
	bool hex = t->length > 2 && (t->start[1] == 'x' || t->start[1] == 'X');
	long long v;

	errno = 0;
	v = strtoll(t->start, NULL, hex ? 16 : 10);
	if (errno == ERANGE)
		return fail(s, t->line, "integer %.*s does not fit 64 bits",
			    (int)(t->length < 80 ? t->length : 80), t->start);
	if ((v > INT32_MAX || v < INT32_MIN) && t->start[t->length - 1] != 'L') {
		copy_to(s, t->start + t->length);
		s->out[s->nout++] = 'L';
	}
	return true;
}

static bool check_real(struct scan *s)
{
	if (isfinite(strtod(s->t.start, NULL)))
		return true;
	return fail(s, s->t.line, "%.*s is too large for a number",
		    (int)(s->t.length < 80 ? s->t.length : 80), s->t.start);
}

/* "\x00" would end the string early. */
static bool check_string(struct scan *s)
{
	const char *end = s->t.start + s->t.length;

	for (const char *c = s->t.start; c < end; c++) {
		if (*c != '\\')
			continue;
		c++;
		if ((*c == 'x' || *c == 'X') && c[1] == '0' && c[2] == '0')
			return fail(s, s->t.line, "a string cannot contain \\x00");
	}
	return true;
}

static bool push(struct scan *s)
{
	char open = *s->t.start;

	if (s->frame[s->depth].open == '[')
		return unexpected(s, "a number, a string or true/false (groups and lists stand in (..))");
	if (s->depth == CFGSCAN_DEPTH)
		return fail(s, s->t.line, "more than %d groups and lists inside each other",
			    CFGSCAN_DEPTH);
	s->frame[++s->depth] = (struct frame){ open, s->t.line, ++s->groups };
	s->want = open == '{' ? WANT_NAME : WANT_FIRST;
	return true;
}

static bool pop(struct scan *s)
{
	char open = s->frame[s->depth].open, close = *s->t.start;
	char right = open == '{' ? '}' : open == '(' ? ')' : ']';

	if (s->depth == 0)
		return fail(s, s->t.line, "'%c' closes nothing", close);
	if (close != right)
		return fail(s, s->t.line, "'%c' does not close the '%c' of line %d", close, open,
			    s->frame[s->depth].line);
	s->depth--;
	s->want = WANT_MORE;
	s->after_string = false;
	return true;
}

static bool is_mark(const struct token *t, const char *marks)
{
	return t->kind == TOKEN_MARK && strchr(marks, *t->start);
}

static bool value(struct scan *s)
{
	bool ok;

	if (is_mark(&s->t, "{(["))
		return push(s);
	if (s->want == WANT_FIRST && is_mark(&s->t, ")]"))
		return pop(s);
	if (s->t.kind == TOKEN_INT)
		ok = check_int(s);
	else if (s->t.kind == TOKEN_REAL)
		ok = check_real(s);
	else if (s->t.kind == TOKEN_STRING)
		ok = check_string(s);
	else if (s->t.kind == TOKEN_BOOL)
		ok = true;
	else
		return unexpected(s, "a value");
	if (++s->values > CFGSCAN_VALUES)
		return fail(s, s->t.line, "more than %d values", CFGSCAN_VALUES);
	s->want = WANT_MORE;
	s->after_string = s->t.kind == TOKEN_STRING;
	return ok;
}

static bool name(struct scan *s)
{
	uint32_t group = s->frame[s->depth].group;

	if (is_mark(&s->t, "}") && s->depth > 0)
		return pop(s);
	if (s->t.kind == TOKEN_END && s->depth == 0)
		return true;
	if (s->t.kind != TOKEN_NAME)
		return unexpected(s, "a key");
	for (size_t i = 0; i < s->nseen; i++) {
		const struct seen *k = &s->seen[i];

		if (k->group == group && k->length == s->t.length &&
		    memcmp(k->name, s->t.start, k->length) == 0)
			return fail(s, s->t.line, "'%.*s' is given a second time; first in line %d",
				    (int)(k->length < 80 ? k->length : 80), k->name, k->line);
	}
	if (s->nseen == CFGSCAN_SETTINGS)
		return fail(s, s->t.line, "more than %d settings", CFGSCAN_SETTINGS);
	ARRAY_ROOM(s->seen, s->nseen, s->capseen);
	s->seen[s->nseen++] = (struct seen){ s->t.start, s->t.length, group, s->t.line };
	s->last_name = s->t;
	s->want = WANT_EQUALS;
	return true;
}

/* Behind a value. */
static bool more(struct scan *s)
{
	bool in_group = s->frame[s->depth].open == '{';

	if (s->after_string && s->t.kind == TOKEN_STRING)
		return check_string(s);
	if (is_mark(&s->t, "})]"))
		return pop(s);
	if (in_group && is_mark(&s->t, ";,")) {
		s->want = WANT_NAME;
		return true;
	}
	if (in_group && (s->t.kind == TOKEN_NAME || (s->t.kind == TOKEN_END && s->depth == 0)))
		return name(s);
	if (!in_group && is_mark(&s->t, ",")) {
		s->want = WANT_VALUE;
		return true;
	}
	if (in_group)
		return unexpected(s, "';' or the next key");
	return unexpected(s, s->frame[s->depth].open == '(' ? "',' or ')'" : "',' or ']'");
}

static bool equals(struct scan *s)
{
	char text[64];

	s->want = WANT_VALUE;
	if (is_mark(&s->t, "=:"))
		return true;
	s->want = WANT_EQUALS;
	snprintf(text, sizeof(text), "'=' behind '%.*s'",
		 (int)(s->last_name.length < 36 ? s->last_name.length : 36), s->last_name.start);
	return unexpected(s, text);
}

static bool step(struct scan *s)
{
	char buf[48];

	if (s->t.kind == TOKEN_BAD)
		return s->t.error ? fail(s, s->t.line, "%s%s%s", s->t.error, s->t.length > 0 ? ": " : "",
					 s->t.length > 0 ? shown(&s->t, buf) : "")
				  : fail(s, s->t.line, "unexpected %s", shown(&s->t, buf));
	switch (s->want) {
	case WANT_NAME:
		return name(s);
	case WANT_EQUALS:
		return equals(s);
	case WANT_VALUE:
	case WANT_FIRST:
		return value(s);
	case WANT_MORE:
		return more(s);
	}
	return false;
}

static bool check_bytes(struct scan *s, const char *text, size_t n)
{
	size_t at = utf8_check(text, n);
	int line = 1;

	if (at == n)
		return true;
	for (size_t i = 0; i < at; i++)
		line += text[i] == '\n';
	return fail(s, line, "byte 0x%02x is not text (UTF-8)", (unsigned int)(unsigned char)text[at]);
}

char *cfgscan(const char *text, size_t n, struct cfgscan_error *e)
{
	struct scan s = { .line = 1, .want = WANT_NAME, .error = e };
	size_t bom = n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	bool ok;

	s.p = s.copied = text + bom;
	s.frame[0].open = '{';
	s.out = xcalloc(n + n / 8 + 3, 1);
	ok = check_bytes(&s, text, n);
	do {
		if (ok) {
			s.t = token_next(&s.p, &s.line);
			ok = step(&s);
		}
	} while (ok && s.t.kind != TOKEN_END);
	free(s.seen);
	if (!ok) {
		free(s.out);
		return NULL;
	}
	copy_to(&s, text + n);
	s.out[s.nout++] = '\n';		/* libconfig 1.5 wants one behind a comment */
	s.out[s.nout] = '\0';
	return s.out;
}

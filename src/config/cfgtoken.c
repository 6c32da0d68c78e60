/* config/cfgtoken.c - tokenizer; the rules are those of libconfig 1.5's scanner.l. */
#include "config.h"

#include "config/cfgtoken.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_name_start(char c) { return is_alpha(c) || c == '*'; }
static bool is_name(char c) { return is_name_start(c) || is_digit(c) || c == '-' || c == '_'; }

static size_t digits(const char *s, size_t i, size_t n)
{
	while (i < n && is_digit(s[i]))
		i++;
	return i;
}

/* Behind the exponent at i, or i if there is none; n + 1 if it has no digits. */
static size_t exponent(const char *s, size_t i, size_t n)
{
	size_t k = i;

	if (i >= n || (s[i] != 'e' && s[i] != 'E'))
		return i;
	k++;
	if (k < n && (s[k] == '+' || s[k] == '-'))
		k++;
	return digits(s, k, n) > k ? digits(s, k, n) : n + 1;
}

static bool is_long_suffix(const char *s, size_t i, size_t n)
{
	return (n - i == 1 && s[i] == 'L') || (n - i == 2 && s[i] == 'L' && s[i + 1] == 'L');
}

static bool is_hex(const char *s, size_t n)
{
	size_t i = 2;

	if (n < 3 || s[0] != '0' || (s[1] != 'x' && s[1] != 'X'))
		return false;
	while (i < n && isxdigit((unsigned char)s[i]))
		i++;
	return i > 2 && (i == n || is_long_suffix(s, i, n));
}

enum token_kind number_kind(const char *s, size_t n)
{
	size_t start, i, mantissa;

	if (is_hex(s, n))
		return TOKEN_INT;
	start = n > 0 && (s[0] == '+' || s[0] == '-');
	i = digits(s, start, n);
	mantissa = i - start;
	if (mantissa > 0 && (i == n || is_long_suffix(s, i, n)))
		return TOKEN_INT;
	if (i < n && s[i] == '.') {
		size_t end = digits(s, i + 1, n);

		mantissa += end - i - 1;
		i = end;
	}
	return mantissa > 0 && exponent(s, i, n) == n ? TOKEN_REAL : TOKEN_BAD;
}

/* Everything that touches the number: "10users" is one bad number, not a number and a name. */
static size_t number_length(const char *s)
{
	size_t i = s[0] == '+' || s[0] == '-';

	for (;; i++) {
		bool exponent_sign = (s[i] == '+' || s[i] == '-') && i > 1 &&
				     (s[i - 1] == 'e' || s[i - 1] == 'E');

		if (!is_alpha(s[i]) && !is_digit(s[i]) && s[i] != '_' && s[i] != '.' && !exponent_sign)
			return i ? i : 1;
	}
}

/* Behind the closing quote of the string at s, or NULL: libconfig would read on into the next line. */
static const char *string_end(const char *s)
{
	for (s++; *s && *s != '\n'; s++) {
		if (*s == '\\' && (s[1] == '"' || s[1] == '\\'))
			s++;
		else if (*s == '"')
			return s + 1;
	}
	return NULL;
}

/* Behind white space and comments; NULL in a comment without end. */
static const char *skip_blank(const char *s, int *line)
{
	for (;;) {
		if (*s == '\n') {
			++*line;
			s++;
		} else if (*s == ' ' || *s == '\t' || *s == '\r' || *s == '\f') {
			s++;
		} else if (*s == '#' || (s[0] == '/' && s[1] == '/')) {
			s += strcspn(s, "\n");
		} else if (s[0] == '/' && s[1] == '*') {
			for (s += 2; *s && !(s[0] == '*' && s[1] == '/'); s++)
				*line += *s == '\n';
			if (!*s)
				return NULL;
			s += 2;
		} else {
			return s;
		}
	}
}

static struct token bad(const char *start, size_t length, int line, const char *error)
{
	return (struct token){ TOKEN_BAD, start, length, line, error };
}

static struct token string_token(const char **p, int line)
{
	struct token t = { TOKEN_STRING, *p, 0, line, NULL };
	const char *end = string_end(*p);

	if (!end)
		return bad(*p, strcspn(*p, "\n"), line, "a string has no closing quote in its line");
	t.length = (size_t)(end - *p);
	*p = end;
	return t;
}

static struct token name_token(const char **p, int line)
{
	const char *s = *p;
	size_t n = 1;
	bool boolean;

	while (is_name(s[n]))
		n++;
	*p += n;
	boolean = (n == 4 && strncasecmp(s, "true", 4) == 0) ||
		  (n == 5 && strncasecmp(s, "false", 5) == 0);
	return (struct token){ boolean ? TOKEN_BOOL : TOKEN_NAME, s, n, line, NULL };
}

static struct token number_token(const char **p, int line)
{
	struct token t = { TOKEN_BAD, *p, number_length(*p), line, "this is not a number" };

	t.kind = number_kind(t.start, t.length);
	*p += t.length;
	return t;
}

struct token token_next(const char **p, int *line)
{
	int first = *line;
	const char *s = skip_blank(*p, line);

	if (!s)
		return bad(*p, 0, first, "a comment /* that starts from here has no end");
	*p = s;
	if (!*s)
		return (struct token){ TOKEN_END, s, 0, *line, NULL };
	if (*s == '"')
		return string_token(p, *line);
	if (is_name_start(*s))
		return name_token(p, *line);
	if (is_digit(*s) || *s == '.' || *s == '+' || *s == '-')
		return number_token(p, *line);
	++*p;
	if (strchr("=:;,{}()[]", *s))
		return (struct token){ TOKEN_MARK, s, 1, *line, NULL };
	if (strncmp(s, "@include", 8) == 0)
		return bad(s, 0, *line, "@include is not supported: a configuration is one file");
	return bad(s, 1, *line, NULL);
}

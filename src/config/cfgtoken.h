/* config/cfgtoken.h - the words of libconfig's notation. */
#ifndef CONFIG_CFGTOKEN_H
#define CONFIG_CFGTOKEN_H

#include <stdbool.h>
#include <stddef.h>

enum token_kind {
	TOKEN_END, TOKEN_NAME, TOKEN_BOOL, TOKEN_INT, TOKEN_REAL, TOKEN_STRING,
	TOKEN_MARK,			/* one of = : ; , { } ( ) [ ] */
	TOKEN_BAD			/* anything else */
};

struct token {
	enum token_kind kind;
	const char *start;
	size_t length;
	int line;
	const char *error;		/* TOKEN_BAD: what is wrong, may be NULL */
};

/* The token at *p, which moves behind it; comments and white space in front are skipped, *line is counted.
 * The text ends with a NUL. */
struct token token_next(const char **p, int *line);

/* The kind of number that s[0..n) is as a whole: TOKEN_INT, TOKEN_REAL or TOKEN_BAD. */
enum token_kind number_kind(const char *s, size_t n);

#endif

/* config/shell.c - a scanner, character by character; variables are looked up when their use is read. */
#include "config.h"

#include "config/shell.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct scanner {
	struct shell_words *out;
	const char *p;
	int line, began;		/* began: line of the word or quote that is open */
	char *text;			/* the word so far, not ended by NUL */
	size_t n, cap;
	bool open;			/* there is a word, perhaps an empty one */
	bool bare;			/* nothing of it was quoted */
	bool literal;			/* something of it was, so that $ means itself */
	bool skip;			/* it is the target of a redirection */
};

static void put(struct scanner *s, char c)
{
	ARRAY_ROOM(s->text, s->n, s->cap);
	s->text[s->n++] = c;
}

static void begin(struct scanner *s)
{
	if (!s->open)
		s->began = s->line;
	s->open = true;
}

static void add(struct scanner *s, char *text, int line)
{
	ARRAY_ROOM(s->out->word, s->out->n, s->out->cap);
	s->out->word[s->out->n++] = (struct shell_word){ text, line };
}

/* "$@" and "$*" are the arguments of a script: whoever reads the script has none. */
static bool is_arguments(const struct scanner *s)
{
	return s->n == 2 && !s->literal && s->text[0] == '$' && (s->text[1] == '@' || s->text[1] == '*');
}

static void end_word(struct scanner *s)
{
	if (s->open && !s->skip && !is_arguments(s))
		add(s, xasprintf("%.*s", (int)s->n, s->n ? s->text : ""), s->began);
	if (s->open)
		s->skip = false;
	s->n = 0;
	s->open = false;
	s->bare = true;
	s->literal = false;
}

static void end_command(struct scanner *s)
{
	end_word(s);
	s->skip = false;
	if (s->out->n > 0 && s->out->word[s->out->n - 1].text)
		add(s, NULL, s->line);
}

size_t shell_assignment(const char *word)
{
	size_t n = 0;

	if (!isalpha((unsigned char)word[0]) && word[0] != '_')
		return 0;
	while (isalnum((unsigned char)word[n]) || word[n] == '_')
		n++;
	return word[n] == '=' ? n : 0;
}

/* Value of the variable that the text assigned last; NULL: it does not. */
static const char *variable(const struct scanner *s, const char *name, size_t n)
{
	for (size_t i = s->out->n; i-- > 0; ) {
		const char *w = s->out->word[i].text;

		if (w && shell_assignment(w) == n && strncmp(w, name, n) == 0)
			return w + n + 1;
	}
	return NULL;
}

/* What a variable holds; outside quotes blanks in it end words. */
static void put_value(struct scanner *s, const char *value, size_t n, bool split)
{
	for (size_t i = 0; i < n; i++) {
		if (split && isspace((unsigned char)value[i])) {
			end_word(s);
			continue;
		}
		begin(s);
		put(s, value[i]);
	}
}

/* At '$': put the value and move behind, or put the character alone. */
static void expand(struct scanner *s, bool split)
{
	const char *name = s->p + 1, *value, *end;
	bool braces = *name == '{';
	size_t n = 0;

	name += braces;
	while (isalnum((unsigned char)name[n]) || name[n] == '_')
		n++;
	end = name + n;
	value = n > 0 ? variable(s, name, n) : NULL;
	if (braces) {
		const char *close = strchr(end, '}');

		if (!value && close && strncmp(end, ":-", 2) == 0) {
			put_value(s, end + 2, (size_t)(close - end) - 2, split);
			s->p = close + 1;
			return;
		}
		end = close ? close + 1 : end;
		value = close ? value : NULL;
	}
	if (value) {
		put_value(s, value, strlen(value), split);
		s->p = end;
	} else {
		begin(s);
		put(s, *s->p++);
	}
}

/* At a quote; false: it has no end. */
static bool quoted(struct scanner *s)
{
	char quote = *s->p++;
	int line = s->line;

	begin(s);
	s->bare = false;
	s->literal = s->literal || quote == '\'';
	while (*s->p && *s->p != quote) {
		s->line += *s->p == '\n';
		if (quote == '"' && *s->p == '\\' && s->p[1] == '\n')
			s->p += 2;
		else if (quote == '"' && *s->p == '\\' && s->p[1] && strchr("$`\"\\", s->p[1]))
			put(s, s->p[1]), s->p += 2, s->literal = true;
		else if (quote == '"' && *s->p == '$')
			expand(s, false);
		else
			put(s, *s->p++);
	}
	if (!*s->p) {
		s->began = line;
		return false;
	}
	s->p++;
	return true;
}

/* At < or >: the number in front and the target behind are no words. */
static void redirect(struct scanner *s)
{
	bool number = s->open && s->bare;

	for (size_t i = 0; i < s->n; i++)
		number = number && isdigit((unsigned char)s->text[i]);
	if (number)
		s->n = 0, s->open = false;
	end_word(s);
	s->p += strspn(s->p, "<>&|");
	s->skip = true;
}

static void backslash(struct scanner *s)
{
	if (s->p[1] == '\r' && s->p[2] == '\n')
		s->p++;
	if (s->p[1] == '\n') {
		s->line++;
		s->p += 2;
		return;
	}
	begin(s);
	s->bare = false;
	s->literal = true;
	s->p++;
	if (*s->p)
		put(s, *s->p++);
}

static void plain(struct scanner *s)
{
	if (*s->p == '<' || *s->p == '>' || (*s->p == '&' && s->p[1] == '>')) {
		redirect(s);
	} else if (*s->p == '\n' || strchr(";&|", *s->p)) {
		end_command(s);
		s->line += *s->p == '\n';
		s->p++;
	} else if (isspace((unsigned char)*s->p)) {
		end_word(s);
		s->p++;
	} else if (*s->p == '#' && !s->open) {
		s->p += strcspn(s->p, "\n");
	} else if (*s->p == '$') {
		expand(s, true);
	} else {
		begin(s);
		put(s, *s->p++);
	}
}

bool shell_split(struct shell_words *w, const char *text, int *line)
{
	struct scanner s = { .out = w, .p = text, .line = 1, .bare = true };
	bool ok = true;

	*w = (struct shell_words){ 0 };
	while (ok && *s.p) {
		if (*s.p == '\'' || *s.p == '"')
			ok = quoted(&s);
		else if (*s.p == '\\')
			backslash(&s);
		else
			plain(&s);
	}
	*line = s.began;
	end_command(&s);
	free(s.text);
	return ok;
}

void shell_release(struct shell_words *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->word[i].text);
	free(w->word);
	*w = (struct shell_words){ 0 };
}

char *shell_quote(const char *word)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:,+@%=";
	size_t n = strlen(word), k = 0;
	char *out;

	if (n > 0 && strspn(word, safe) == n && (word[0] == '-' || shell_assignment(word) == 0))
		return xstrdup(word);
	out = xcalloc(4 * n + 3, 1);
	out[k++] = '\'';
	for (size_t i = 0; i < n; i++) {
		if (word[i] == '\'') {
			memcpy(out + k, "'\\''", 4);
			k += 4;
		} else {
			out[k++] = word[i];
		}
	}
	out[k] = '\'';
	return out;
}

/* config/shell.h - words of a command as a POSIX shell would see them, and back.
 *
 * Known: quotes ('..', "..", \), line continuations, comments, ends of commands (newline ; & | and
 * their pairs), redirections (dropped, with their target), and $NAME, ${NAME}, ${NAME:-other} of
 * variables that the text itself assigns before.  What only a running shell knows (other variables,
 * $(...), globs) stays as written.
 */
#ifndef CONFIG_SHELL_H
#define CONFIG_SHELL_H

#include <stdbool.h>
#include <stddef.h>

struct shell_word {
	char *text;			/* owned; NULL: the command in front ends here */
	int line;			/* from 1 */
};

struct shell_words {
	struct shell_word *word;	/* owned */
	size_t n, cap;
};

/* false: a quote is not closed; then *line is where it begins.  Release in both cases. */
bool shell_split(struct shell_words *w, const char *text, int *line);
void shell_release(struct shell_words *w);

/* The word as a shell reads it back, quoted only if it must be; malloc'd. */
char *shell_quote(const char *word);
/* Is it NAME=VALUE?  Length of the name, or 0. */
size_t shell_assignment(const char *word);

#endif

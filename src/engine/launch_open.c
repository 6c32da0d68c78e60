/* engine/launch_open.c - which words of a text are the server's command, and which server it is. */
#include "config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "engine/launch_parts.h"

#define DEPTH	4			/* commands in quotes in commands: sh -c "..." */

void launch_say(const struct launch *l, struct diag *d, int line, const char *fmt, ...)
{
	va_list ap;
	char *text;

	va_start(ap, fmt);
	text = xvasprintf(fmt, ap);
	va_end(ap);
	if (l->file)
		diag_add(d, l->file, line, "%s", text);
	else
		diag_add(d, NULL, 0, "--launch: %s", text);
	free(text);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static const char *word_at(const struct launch *l, size_t i)
{
	return i < l->words.n && l->words.word[i].text ? l->words.word[i].text : "";
}

/* Does a server's program begin at word i?  How many words it has, 0: none. */
static size_t program_at(const struct launch *l, size_t i, const struct launch_table **t)
{
	const char *word = word_at(l, i), *next = word_at(l, i + 1);

	*t = &launch_sglang;
	if (strcmp(word, "sglang.launch_server") == 0 ||
	    (strcmp(base_name(word), "launch_server.py") == 0 && strstr(word, "sglang")))
		return 1;
	if (strcmp(base_name(word), "sglang") == 0 && strcmp(next, "serve") == 0)
		return 2;
	*t = &launch_turbomind;
	if (strcmp(base_name(word), "lmdeploy") == 0 && strcmp(next, "serve") == 0 &&
	    strcmp(word_at(l, i + 2), "api_server") == 0)
		return 3;
	*t = NULL;
	return 0;
}

static size_t begin_of_command(const struct launch *l, size_t i)
{
	while (i > 0 && l->words.word[i - 1].text)
		i--;
	return i;
}

/* How many commands start a server; the first is taken. */
static size_t find_program(struct launch *l)
{
	size_t found = 0;

	for (size_t i = 0; i < l->words.n; i++) {
		const struct launch_table *t;
		size_t n = program_at(l, i, &t);

		if (n == 0)
			continue;
		if (found++ == 0) {
			l->table = t;
			l->first = begin_of_command(l, i);
			l->args = i + n;
		}
		i += n - 1;
	}
	return found;
}

/* A word that has a command in it, as behind sh -c; NULL: none. */
static char *inner_command(const struct launch *l)
{
	for (size_t i = 0; i < l->words.n; i++) {
		const char *w = word_at(l, i);

		if (strpbrk(w, " \n") && (strstr(w, "sglang") || strstr(w, "lmdeploy")))
			return xstrdup(w);
	}
	return NULL;
}

static bool split(struct launch *l, const char *text, struct diag *errors)
{
	int line;

	if (shell_split(&l->words, text, &line))
		return true;
	launch_say(l, errors, line, "a quote has no end");
	return false;
}

/* lmdeploy: --backend says which of two engines. */
static bool choose_backend(struct launch *l, struct diag *errors)
{
	for (size_t i = l->args; *word_at(l, i) || (i < l->words.n && l->words.word[i].text); i++) {
		const char *word = word_at(l, i), *value;
		size_t n = strcspn(word, "=");

		if (n < 3 || n > strlen("--backend") || strncmp(word, "--backend", n) != 0)
			continue;
		value = word[n] ? word + n + 1 : word_at(l, i + 1);
		if (strcmp(value, "pytorch") == 0) {
			l->table = &launch_lmdeploy_pytorch;
		} else if (strcmp(value, "turbomind") == 0) {
			l->table = &launch_turbomind;
		} else {
			launch_say(l, errors, l->words.word[i].line, "--backend: '%s' is not one of turbomind, pytorch",
				   value);
			return false;
		}
	}
	return true;
}

/* lmsysorg/sglang:v0.4.9.post3-cu126 in front of the program: 0.4.9, as an image says it 0.4.9.post3. */
static void read_image(struct launch *l)
{
	for (size_t i = l->first; i < l->args; i++) {
		const char *word = word_at(l, i), *tag = strrchr(word, ':');
		size_t n;

		if (!tag || (!strstr(word, "sglang") && !strstr(word, "lmdeploy")))
			continue;
		tag += 1 + (tag[1] == 'v');
		n = strspn(tag, "0123456789.");
		while (n > 0 && tag[n - 1] == '.')
			n--;
		if (n == 0 || !memchr(tag, '.', n))
			continue;
		l->version = xasprintf("%.*s", (int)n, tag);
		l->image_version = xasprintf("%.*s", (int)strcspn(tag, "-"), tag);
		return;
	}
}

bool launch_open(struct launch *l, const char *text, const char *file, struct diag *errors)
{
	char *inner = NULL;
	size_t found = 0;

	*l = (struct launch){ .file = file };
	for (int depth = 0; depth < DEPTH; depth++) {
		bool ok = split(l, inner ? inner : text, errors);

		free(inner);
		if (!ok)
			return false;
		found = find_program(l);
		inner = found ? NULL : inner_command(l);
		if (!inner)
			break;
		shell_release(&l->words);
	}
	free(inner);
	if (found != 1) {
		launch_say(l, errors, 0, found ? "%zu commands that start a server; expected one" :
			   "no command that starts a server; expected 'python3 -m sglang.launch_server ...' or"
			   " 'lmdeploy serve api_server ...'", found);
		return false;
	}
	read_image(l);
	return l->table == &launch_sglang || choose_backend(l, errors);
}

void launch_release(struct launch *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->setting[i].value);
		free(l->setting[i].said);
	}
	free(l->setting);
	free(l->version);
	free(l->image_version);
	free(l->model);
	free(l->model_said);
	shell_release(&l->words);
	*l = (struct launch){ 0 };
}

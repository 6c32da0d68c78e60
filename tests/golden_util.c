#include "config.h"

#include "golden_util.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

void golden_open(struct golden *g, const char *file)
{
	g->file = file;
	g->line = 0;
	g->in = fopen(file, "r");
	if (!g->in) {
		perror(file);
		exit(2);
	}
}

bool golden_next(struct golden *g)
{
	ssize_t n = getline(&g->text, &g->cap, g->in);

	if (n < 0)
		return false;
	g->line++;
	if (n > 0 && g->text[n - 1] == '\n')
		g->text[n - 1] = '\0';
	return true;
}

void golden_close(struct golden *g)
{
	fclose(g->in);
	free(g->text);
	g->in = NULL;
	g->text = NULL;
	g->cap = 0;
}

void golden_bad(const struct golden *g, const char *what)
{
	fprintf(stderr, "%s:%lu: %s: %s\n", g->file, g->line, what, g->text ? g->text : "");
	exit(2);
}

void golden_compare(struct golden *g, const char *expected, const char *got)
{
	g->operations++;
	if (strcmp(expected, got) == 0)
		return;
	if (g->mismatches++ == 0)
		snprintf(g->first, sizeof(g->first), "%s:%lu:\n  expected %s\n  got      %s",
			 g->file, g->line, expected, got);
}

size_t golden_spans(const struct golden *g, const char **s, struct span *out)
{
	size_t n = 0;
	int used;

	for (;;) {
		struct span v;

		while (**s == ' ')
			(*s)++;
		if (!isdigit((unsigned char)**s) ||
		    sscanf(*s, "%lu:%lu+%lu%n", &v.stream, &v.offset, &v.length, &used) != 3)
			return n;
		*s += used;
		if (v.length == 0)
			continue;
		if (n == GOLDEN_SPANS)
			golden_bad(g, "too many spans");
		out[n++] = v;
	}
}

int golden_end(const struct golden *g)
{
	printf("%lu operations, %lu mismatches\n", g->operations, g->mismatches);
	if (g->mismatches > 0)
		printf("first mismatch: %s\n", g->first);
	if (g->operations == 0)
		printf("no operation found: not a golden file?\n");
	return g->mismatches > 0 || g->operations == 0;
}

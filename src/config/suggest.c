/* config/suggest.c - edit distance with swaps of neighbours (optimal string alignment). */
#include "config.h"

#include "config/suggest.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define WORD_MAX	64		/* longer words are typed by nobody */
#define PREFIX_MIN	4		/* letters a beginning must have to count */

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static bool same_letter(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static size_t distance(const char *a, size_t na, const char *b, size_t nb)
{
	size_t d[WORD_MAX + 1][WORD_MAX + 1];

	for (size_t i = 0; i <= na; i++)
		d[i][0] = i;
	for (size_t j = 0; j <= nb; j++)
		d[0][j] = j;
	for (size_t i = 1; i <= na; i++) {
		for (size_t j = 1; j <= nb; j++) {
			size_t best = d[i - 1][j - 1] + !same_letter(a[i - 1], b[j - 1]);

			best = least(best, least(d[i - 1][j], d[i][j - 1]) + 1);
			if (i > 1 && j > 1 && same_letter(a[i - 1], b[j - 2]) &&
			    same_letter(a[i - 2], b[j - 1]))
				best = least(best, d[i - 2][j - 2] + 1);
			d[i][j] = best;
		}
	}
	return d[na][nb];
}

static bool is_beginning(const char *a, size_t na, const char *b, size_t nb)
{
	size_t n = least(na, nb);

	return n >= PREFIX_MIN && strncmp(a, b, n) == 0;
}

/* Smaller is nearer; SIZE_MAX: not near. */
static size_t nearness(const char *word, const char *name)
{
	size_t n = strlen(word), m = strlen(name), d;

	if (n > WORD_MAX || m > WORD_MAX)
		return SIZE_MAX;
	d = distance(word, n, name, m);
	if (d <= (n > 3 ? n / 3 : 1) && d < m)
		return d;
	return is_beginning(word, n, name, m) ? WORD_MAX : SIZE_MAX;
}

const char *suggest(const char *word, const char *const *name, size_t n)
{
	const char *best = NULL;
	size_t near = SIZE_MAX;

	for (size_t i = 0; i < n; i++) {
		size_t d = nearness(word, name[i]);

		if (d < near) {
			near = d;
			best = name[i];
		}
	}
	return best;
}

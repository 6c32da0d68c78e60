/* engine/launch.c - looking things up in the tables of flags. */
#include "config.h"

#include "engine/launch.h"

#include <stdlib.h>
#include <string.h>

const struct launch_table *const launch_tables[] = {
	&launch_sglang, &launch_turbomind, &launch_lmdeploy_pytorch, NULL
};

const struct launch_table *launch_table_of(const char *engine)
{
	for (size_t i = 0; launch_tables[i]; i++)
		if (strcmp(launch_tables[i]->engine, engine) == 0)
			return launch_tables[i];
	return NULL;
}

/* Numbers between dots: below, at, above 0 as a is before, at, behind b. */
static int compare_versions(const char *a, const char *b)
{
	while (*a && *b) {
		char *enda, *endb;
		long x = strtol(a, &enda, 10), y = strtol(b, &endb, 10);

		if (x != y || enda == a || endb == b)
			return x < y ? -1 : x > y;
		a = enda + (*enda == '.');
		b = endb + (*endb == '.');
	}
	return (*a != '\0') - (*b != '\0');
}

bool launch_flag_is_of(const struct launch_flag *f, const char *version)
{
	return (!f->since || compare_versions(version, f->since) >= 0) &&
	       (!f->until || compare_versions(version, f->until) <= 0);
}

size_t launch_name(const char **p, const char **name)
{
	size_t n;

	*p += strspn(*p, " ");
	n = strcspn(*p, " ");
	*name = *p;
	*p += n;
	return n;
}

enum match { MATCH_NONE, MATCH_BEGINNING, MATCH_WHOLE };

static enum match match(const struct launch_flag *f, const char *word)
{
	const char *p = f->names, *name;
	enum match best = MATCH_NONE;
	size_t n, length = strlen(word);

	while ((n = launch_name(&p, &name)) > 0) {
		if (n < length || strncmp(name, word, length) != 0)
			continue;
		if (n == length)
			return MATCH_WHOLE;
		best = MATCH_BEGINNING;
	}
	return best;
}

const struct launch_flag *launch_flag_named(const struct launch_table *t, const char *name,
					    const char *version, size_t *n)
{
	const struct launch_flag *begins = NULL;

	*n = 0;
	for (size_t i = 0; i < launch_flags(t); i++) {
		const struct launch_flag *f = launch_flag_at(t, i);
		enum match m = version && !launch_flag_is_of(f, version) ? MATCH_NONE : match(f, name);

		if (m == MATCH_WHOLE)
			return f;
		if (m == MATCH_BEGINNING && version && strncmp(name, "--", 2) == 0 && name[2]) {
			begins = f;
			++*n;
		}
	}
	return *n == 1 ? begins : NULL;
}

const struct launch_flag *launch_flag_of_key(const struct launch_table *t, const char *key,
					     const char *version)
{
	for (size_t i = 0; i < launch_flags(t); i++) {
		const struct launch_flag *f = launch_flag_at(t, i);

		if (f->key && strcmp(f->key, key) == 0 && launch_flag_is_of(f, version))
			return f;
	}
	return NULL;
}

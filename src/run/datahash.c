/* run/datahash.c */
#include "config.h"

#include "run/datahash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "config/datafile.h"

#define BLOCK	65536

/* By words of eight bytes, as traces have gigabytes.  0: it cannot be read. */
static uint64_t contents(const char *path)
{
	FILE *in = fopen(path, "re");
	unsigned char *block = xcalloc(BLOCK, 1);
	uint64_t h = UINT64_C(0xcbf29ce484222325), word;
	size_t n;

	while (in && (n = fread(block, 1, BLOCK, in)) > 0) {
		memset(block + n, 0, BLOCK - n);
		h ^= n;
		for (size_t i = 0; i < n; i += sizeof(word)) {
			memcpy(&word, block + i, sizeof(word));
			h = hash_mix(h ^ word);
		}
	}
	free(block);
	if (!in)
		return 0;
	fclose(in);
	return h;
}

static uint64_t look_up(struct datahash *d, const char *path)
{
	for (size_t i = 0; i < d->n; i++)
		if (strcmp(d->file[i].path, path) == 0)
			return d->file[i].hash;
	ARRAY_ROOM(d->file, d->n, d->cap);
	d->file[d->n] = (struct datahash_file){ .path = xstrdup(path), .hash = contents(path) };
	return d->file[d->n++].hash;
}

/* The trace's path; malloc'd, NULL: none. */
static char *trace_of(const struct scenario *s)
{
	for (size_t i = 0; i < s->ndump; i++) {
		const char *value = s->dump[i].value;
		size_t quoted = *value == '"';
		char *name, *path;

		if (strcmp(s->dump[i].path, "workload.file") != 0 || strlen(value) < 2 * quoted)
			continue;
		name = xasprintf("%.*s", (int)(strlen(value) - 2 * quoted), value + quoted);
		path = datafile_find(s->path, NULL, name, "");
		free(name);
		return path;
	}
	return NULL;
}

uint64_t datahash_of(struct datahash *d, const struct scenario *s)
{
	char *trace = trace_of(s);
	uint64_t h = 0;

	if (s->table_path)
		h = hash_join(h, look_up(d, s->table_path));
	if (trace)
		h = hash_join(h, look_up(d, trace));
	free(trace);
	return h;
}

void datahash_release(struct datahash *d)
{
	for (size_t i = 0; i < d->n; i++)
		free(d->file[i].path);
	free(d->file);
	*d = (struct datahash){ 0 };
}

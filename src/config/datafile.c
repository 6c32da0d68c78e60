/* config/datafile.c - where data files are. */
#include "config.h"

#include "config/datafile.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

#define PLACES	5			/* beside, parent, current, $SERVESIM_DATA, installed */

/* The folder of a path: "" for a plain name, else with the slash at the end. Malloc'd. */
static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *dir = xstrdup(path);

	dir[slash ? slash + 1 - path : 0] = '\0';
	return dir;
}

/* The folder above: "a/b/" -> "a/", "a/" -> "", "" -> "../". Malloc'd. */
static char *parent_of(const char *dir)
{
	size_t n = strlen(dir), k;

	if (strcmp(dir, "/") == 0)
		return xstrdup("/");
	for (k = n ? n - 1 : 0; k > 0 && dir[k - 1] != '/';)
		k--;
	if (n == 0 || strcmp(dir + k, "../") == 0)
		return xasprintf("%s../", dir);
	if (strcmp(dir + k, "./") == 0)
		return xasprintf("%.*s../", (int)k, dir);
	return xasprintf("%.*s", (int)k, dir);
}

/* The folders to look in, malloc'd, each "" or with a slash at the end; returns how many. */
static size_t places(const char *beside, char *place[PLACES])
{
	const char *data = getenv("SERVESIM_DATA");
	size_t n = 0;

	if (beside) {
		place[0] = folder_of(beside);
		place[1] = parent_of(place[0]);
		n = 2;
	}
	place[n++] = xstrdup("");
	if (data && *data)
		place[n++] = xasprintf("%s/", data);
	place[n++] = xstrdup(PKGDATADIR "/");
	return n;
}

static void places_free(char *place[PLACES], size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(place[i]);
}

/* `path` if it can be read, else NULL and path is freed. */
static char *if_readable(char *path)
{
	if (access(path, R_OK) == 0)
		return path;
	free(path);
	return NULL;
}

char *datafile_find(const char *beside, const char *folder, const char *name, const char *suffix)
{
	char *place[PLACES], *found = NULL;
	size_t n;

	if (name[0] == '/')
		return if_readable(xasprintf("%s%s", name, suffix));
	n = places(beside, place);
	for (size_t i = 0; i < n && !found; i++) {
		found = if_readable(xasprintf("%s%s%s%s%s", place[i], folder ? folder : "",
					      folder ? "/" : "", name, suffix));
		if (!found && !folder)
			found = if_readable(xasprintf("%sscenarios/%s%s", place[i], name, suffix));
	}
	places_free(place, n);
	return found;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

struct name_list {
	char **name;
	size_t n, cap;
};

static void add_folder(struct name_list *l, const char *path, const char *suffix)
{
	size_t tail = strlen(suffix);
	DIR *dir = opendir(path);
	struct dirent *e;

	if (!dir)
		return;
	while ((e = readdir(dir))) {
		size_t n = strlen(e->d_name);

		if (n <= tail || e->d_name[0] == '.' || strcmp(e->d_name + n - tail, suffix) != 0)
			continue;
		ARRAY_ROOM(l->name, l->n, l->cap);
		l->name[l->n++] = xasprintf("%.*s", (int)(n - tail), e->d_name);
	}
	closedir(dir);
}

char **datafile_list(const char *beside, const char *folder, const char *suffix, size_t *n)
{
	struct name_list l = { 0 };
	char *place[PLACES];
	size_t nplaces = places(beside, place), kept = 0;

	for (size_t i = 0; i < nplaces; i++) {
		char *path = xasprintf("%s%s", place[i], folder);

		add_folder(&l, path, suffix);
		free(path);
	}
	places_free(place, nplaces);
	if (l.n > 1)
		qsort(l.name, l.n, sizeof(*l.name), compare_names);
	for (size_t i = 0; i < l.n; i++) {
		if (kept > 0 && strcmp(l.name[kept - 1], l.name[i]) == 0)
			free(l.name[i]);
		else
			l.name[kept++] = l.name[i];
	}
	*n = kept;
	return l.name;
}

void datafile_list_free(char **name, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(name[i]);
	free(name);
}

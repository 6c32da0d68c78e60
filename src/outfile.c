/* outfile.c - write, close, rename. */
#include "config.h"

#include "outfile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

static bool complain(const char *path, int error)
{
	fprintf(stderr, "servesim: cannot write '%s': %s\n", path, strerror(error));
	return false;
}

static void release(struct outfile *f)
{
	free(f->path);
	free(f->part);
	*f = (struct outfile){ 0 };
}

bool outfile_open(struct outfile *f, const char *path)
{
	struct stat st;
	bool direct = stat(path, &st) == 0 && !S_ISREG(st.st_mode);	/* a device or a pipe */

	*f = (struct outfile){ .path = xstrdup(path), .part = direct ? NULL : xasprintf("%s.part", path) };
	f->stream = fopen(direct ? path : f->part, "w");
	if (f->stream)
		return true;
	complain(path, errno);
	release(f);
	return false;
}

bool outfile_commit(struct outfile *f)
{
	bool bad = fflush(f->stream) != 0;
	int error = errno;

	if (!bad && ferror(f->stream)) {	/* an earlier write failed; errno of then is gone */
		bad = true;
		error = EIO;
	}
	if (fclose(f->stream) != 0 && !bad) {
		bad = true;
		error = errno;
	}
	if (!bad && f->part && rename(f->part, f->path) != 0) {
		bad = true;
		error = errno;
	}
	if (bad) {
		if (f->part)
			unlink(f->part);
		complain(f->path, error);
	}
	release(f);
	return !bad;
}

bool outfile_write(const char *dir, const char *name, outfile_print *print, const void *what)
{
	char *path = xasprintf("%s/%s", dir, name);
	struct outfile f;
	bool ok = outfile_open(&f, path);

	if (ok) {
		print(what, f.stream);
		ok = outfile_commit(&f);
	}
	free(path);
	return ok;
}

bool outfile_folder(const char *dir)
{
	char *path = xstrdup(dir);
	struct stat st;
	int error = *path ? 0 : ENOENT;

	for (char *p = path + 1; error == 0; p++) {
		char c = *p;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		if (mkdir(path, 0777) != 0 && errno != EEXIST)
			error = errno;
		*p = c;
		if (c == '\0')
			break;
	}
	if (error == 0 && stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
		error = ENOTDIR;
	if (error)
		fprintf(stderr, "servesim: cannot make the folder '%s': %s\n", dir, strerror(error));
	free(path);
	return error == 0;
}

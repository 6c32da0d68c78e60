/* outfile.h - files that are there whole or not at all.
 *
 * Written under NAME.part and renamed when all of it has reached the disk.
 * A path that is a device or a pipe is written to directly.  Errors are reported
 * on stderr as they happen.
 */
#ifndef OUTFILE_H
#define OUTFILE_H

#include <stdbool.h>
#include <stdio.h>

struct outfile {
	FILE *stream;			/* write here */
	char *path, *part;		/* owned; part is NULL when written directly */
};

bool outfile_open(struct outfile *f, const char *path);
bool outfile_commit(struct outfile *f);		/* closes and renames; on failure nothing is left */
/* All of it in one go: dir/name with what print() writes of `what`. */
typedef void outfile_print(const void *what, FILE *out);
bool outfile_write(const char *dir, const char *name, outfile_print *print, const void *what);
bool outfile_folder(const char *dir);		/* make it, and the folders above */

#endif

/* lockfile.h - one process at a time. */
#ifndef LOCKFILE_H
#define LOCKFILE_H

#include <stdbool.h>

/* Makes the file and locks it (flock) as long as the descriptor is open; a process that dies gives its
 * lock up. -1: *held says that another process has it, else errno why not.  Whoever is done unlinks the
 * file, then closes. */
int lockfile_take(const char *path, bool *held);

#endif

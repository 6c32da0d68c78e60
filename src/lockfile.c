/* lockfile.c - flock, and a file that may vanish meanwhile. */
#include "config.h"

#include "lockfile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* What was locked is still what the name stands for: its last owner may have removed it in between. */
static bool still_there(int fd, const char *path)
{
	struct stat here, there;

	return fstat(fd, &here) == 0 && stat(path, &there) == 0 && here.st_ino == there.st_ino &&
	       here.st_dev == there.st_dev;
}

int lockfile_take(const char *path, bool *held)
{
	for (;;) {
		int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666), error;
		bool locked;

		*held = false;
		if (fd < 0)
			return -1;
		locked = flock(fd, LOCK_EX | LOCK_NB) == 0;
		if (locked && still_there(fd, path))
			return fd;
		error = errno;
		close(fd);
		if (locked)
			continue;
		*held = error == EWOULDBLOCK;
		errno = error;
		return -1;
	}
}

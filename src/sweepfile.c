/* sweepfile.c - append, lock, read back, put in order. */
#include "config.h"

#include "sweepfile.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/bug.h"
#include "base/mem.h"
#include "cmd.h"
#include "lockfile.h"
#include "outfile.h"

#define RECORDS		"sweep.jsonl.part"
#define TABLE		"sweep.csv.part"

static bool complain(const struct sweepfile *f, const char *name)
{
	fprintf(stderr, "servesim: cannot write '%s/%s': %s\n", f->dir ? f->dir : ".", name,
		strerror(errno));
	return false;
}

static char *path_of(const struct sweepfile *f, const char *name)
{
	return xasprintf("%s/%s", f->dir, name);
}

static int open_file(const struct sweepfile *f, const char *name, int flags)
{
	char *path = path_of(f, name);
	int fd = open(path, flags | O_CLOEXEC, 0666);

	free(path);
	return fd;
}

static bool remove_file(const struct sweepfile *f, const char *name)
{
	char *path = path_of(f, name);
	bool gone = unlink(path) == 0 || errno == ENOENT;

	free(path);
	return gone || complain(f, name);
}

static bool write_all(int fd, const char *text, size_t bytes)
{
	while (bytes > 0) {
		ssize_t n = write(fd, text, bytes);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		text += n;
		bytes -= (size_t)n;
	}
	return true;
}

/* All of it in one go: on the disk, then renamed.  (outfile.h would take NAME.part, which is ours.) */
static bool write_file(struct sweepfile *f, const char *name,
		       bool (*print)(struct sweepfile *f, void *arg, FILE *out), void *arg)
{
	char *path = path_of(f, name), *new = xasprintf("%s.new", path);
	FILE *out = fopen(new, "we");
	bool good = out && print(f, arg, out) && fflush(out) == 0 && fsync(fileno(out)) == 0;

	if (out)
		good = fclose(out) == 0 && good;
	good = good && rename(new, path) == 0;
	if (!good)
		complain(f, name);
	free(new);
	free(path);
	return good;
}

static int take_lock(struct sweepfile *f)
{
	char *path = path_of(f, "sweep.lock");
	bool held;

	f->lock = lockfile_take(path, &held);
	free(path);
	if (f->lock >= 0)
		return EXIT_DONE;
	if (!held) {
		complain(f, "sweep.lock");
		return EXIT_FAILED;
	}
	fprintf(stderr, "servesim: another sweep is working in %s; --out DIR puts this one elsewhere\n",
		f->dir);
	return EXIT_BAD_INPUT;
}

/* ---- reading */

/* A record that stands at `at` is kept; what is none, or comes twice, is counted. */
static void keep(struct sweepfile *f, const char *line, size_t bytes, long at)
{
	size_t point;

	if (bytes == 0 || line[bytes - 1] != '\n' || !sweep_line_read(f->sweep, line, bytes, &point)) {
		f->dropped++;
		return;
	}
	f->at[point] = at;
	f->bytes[point] = bytes;
	f->there++;
}

static void forget(struct sweepfile *f)
{
	for (size_t i = 0; i < f->sweep->grid.npoints; i++) {
		sweep_point_forget(&f->sweep->point[i]);
		f->bytes[i] = 0;
	}
	f->there = f->dropped = 0;
}

/* sweep.jsonl of an earlier run, if all of it is this sweep's: then there is nothing left to do. */
static bool read_finished(struct sweepfile *f)
{
	char *path = path_of(f, "sweep.jsonl"), *line = NULL;
	FILE *in = fopen(path, "re");
	size_t cap = 0;
	long at = 0;
	ssize_t n;

	while (in && f->dropped == 0 && (n = getline(&line, &cap, in)) > 0) {
		keep(f, line, (size_t)n, at);
		at += n;
	}
	f->replaces = in;
	if (in)
		fclose(in);
	free(line);
	free(path);
	f->finished = f->dropped == 0 && f->there == f->sweep->grid.npoints;
	if (!f->finished) {
		forget(f);
		return false;
	}
	f->replaces = false;
	f->records = open_file(f, "sweep.jsonl", O_RDONLY);
	return f->records >= 0;
}

/* A copy of the good lines behind a new head: what was torn is gone before anything is added. */
static bool copy_records(struct sweepfile *f, FILE *in, FILE *out)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	report_sweep_head(f->sweep, out);
	while (in && (n = getline(&line, &cap, in)) > 0) {
		size_t before = f->there;

		keep(f, line, (size_t)n, ftell(out));
		if (f->there > before)
			fwrite(line, 1, (size_t)n, out);
	}
	free(line);
	f->end = ftell(out);
	return !ferror(out);
}

/* The table of points that are there, written whole, then opened for more. */
static bool begin_table(struct sweepfile *f)
{
	FILE *out;

	f->table = open_file(f, TABLE, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND);
	out = f->table < 0 ? NULL : fdopen(dup(f->table), "a");
	if (!out)
		return complain(f, TABLE);
	report_sweep_csv_head(f->sweep, out);
	for (size_t i = 0; i < f->sweep->grid.npoints; i++)
		if (f->sweep->point[i].there)
			report_sweep_csv_point(f->sweep, i, out);
	return fclose(out) == 0 || complain(f, TABLE);
}

static int refuse(const struct sweepfile *f, char *why)
{
	fprintf(stderr, "servesim: %s/" RECORDS " is of another sweep: %s\n"
		"--restart begins again and forgets it, --out DIR keeps both\n", f->dir, why);
	free(why);
	return EXIT_BAD_INPUT;
}

/* The head of what is there: EXIT_DONE if what follows it is ours; a torn head has nothing behind it. */
static int check_head(const struct sweepfile *f, FILE *in)
{
	char *line = NULL, *why = NULL;
	size_t cap = 0;
	ssize_t n = getline(&line, &cap, in);

	if (n > 0 && line[n - 1] == '\n')
		why = sweep_head_differs(f->sweep, line, (size_t)n);
	free(line);
	return why ? refuse(f, why) : EXIT_DONE;
}

static bool good_lines(struct sweepfile *f, void *in, FILE *out)
{
	return copy_records(f, in, out);
}

static int go_on(struct sweepfile *f)
{
	char *path = path_of(f, RECORDS);
	FILE *in = fopen(path, "re");
	int status = in ? check_head(f, in) : EXIT_DONE;
	bool good = status == EXIT_DONE && write_file(f, RECORDS, good_lines, in);

	if (in)
		fclose(in);
	free(path);
	if (status != EXIT_DONE)
		return status;
	f->records = good ? open_file(f, RECORDS, O_RDWR | O_APPEND) : -1;
	return f->records >= 0 && begin_table(f) ? EXIT_DONE : EXIT_FAILED;
}

/* Killed between the last rename and the removal of what was under way: now it is removed. */
static void clean_up(const struct sweepfile *f)
{
	char *path = path_of(f, RECORDS), *line = NULL, *why;
	FILE *in = fopen(path, "re");
	size_t cap = 0;
	ssize_t n = in ? getline(&line, &cap, in) : -1;

	if (n > 0) {
		why = sweep_head_differs(f->sweep, line, (size_t)n);
		if (!why)
			(void)(remove_file(f, TABLE) && remove_file(f, RECORDS));
		free(why);
	}
	if (in)
		fclose(in);
	free(line);
	free(path);
}

static int open_temporary(struct sweepfile *f)
{
	FILE *t = tmpfile();

	f->records = t ? dup(fileno(t)) : -1;
	if (f->records < 0) {
		fprintf(stderr, "servesim: cannot make a temporary file: %s\n", strerror(errno));
		return EXIT_FAILED;
	}
	fclose(t);
	return EXIT_DONE;
}

int sweepfile_open(struct sweepfile *f, struct sweep *s, const char *dir, bool restart)
{
	int status;

	*f = (struct sweepfile){ .sweep = s, .lock = -1, .records = -1, .table = -1 };
	f->at = xcalloc(s->grid.npoints, sizeof(*f->at));
	f->bytes = xcalloc(s->grid.npoints, sizeof(*f->bytes));
	if (!dir)
		return open_temporary(f);
	f->dir = xstrdup(dir);
	if (!outfile_folder(dir))
		return EXIT_FAILED;
	status = take_lock(f);
	if (status != EXIT_DONE)
		return status;
	if (restart && (!remove_file(f, RECORDS) || !remove_file(f, TABLE)))
		return EXIT_FAILED;
	if (!restart && read_finished(f)) {
		clean_up(f);
		return EXIT_DONE;
	}
	return go_on(f);
}

/* ---- writing */

static bool sync_now_and_then(struct sweepfile *f)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!f->dir || now.tv_sec == f->synced_s)
		return true;
	f->synced_s = now.tv_sec;
	return fdatasync(f->records) == 0;
}

static bool add_rows(struct sweepfile *f, size_t point)
{
	char *text;
	size_t bytes;
	FILE *out = open_memstream(&text, &bytes);
	bool good;

	BUG_ON(!out);
	report_sweep_csv_point(f->sweep, point, out);
	BUG_ON(fclose(out) != 0);
	good = write_all(f->table, text, bytes);
	free(text);
	return good || complain(f, TABLE);
}

bool sweepfile_add(struct sweepfile *f, const char *line, size_t bytes)
{
	size_t point;

	BUG_ON(!sweep_line_read(f->sweep, line, bytes, &point));
	if (!write_all(f->records, line, bytes) || !sync_now_and_then(f))
		return complain(f, RECORDS);
	f->at[point] = f->end;
	f->bytes[point] = bytes;
	f->end += (long)bytes;
	f->there++;
	return f->table < 0 || add_rows(f, point);
}

bool sweepfile_records(const struct sweepfile *f, const char *between, FILE *out)
{
	for (size_t i = 0; i < f->sweep->grid.npoints; i++) {
		char *line = xcalloc(f->bytes[i] + 1, 1);
		bool good = pread(f->records, line, f->bytes[i], f->at[i]) == (ssize_t)f->bytes[i];

		if (good) {
			fputs(i > 0 ? between : "", out);
			fwrite(line, 1, f->bytes[i], out);
		}
		free(line);
		if (!good)
			return false;
	}
	return true;
}

static bool print_records(struct sweepfile *f, void *arg, FILE *out)
{
	(void)arg;
	return sweepfile_records(f, "", out);
}

static bool print_table(struct sweepfile *f, void *arg, FILE *out)
{
	(void)arg;
	report_sweep_csv_head(f->sweep, out);
	for (size_t i = 0; i < f->sweep->grid.npoints; i++)
		report_sweep_csv_point(f->sweep, i, out);
	return !ferror(out);
}

/* The table first: as long as the records under way are there, the same command makes both again. */
bool sweepfile_finish(struct sweepfile *f)
{
	BUG_ON(f->there != f->sweep->grid.npoints);
	if (!f->dir)
		return true;
	if (!write_file(f, "sweep.csv", print_table, NULL))
		return false;
	if (f->finished)
		return true;
	f->finished = write_file(f, "sweep.jsonl", print_records, NULL);
	return f->finished && remove_file(f, TABLE) && remove_file(f, RECORDS);
}

void sweepfile_close(struct sweepfile *f)
{
	if (f->lock >= 0)
		(void)remove_file(f, "sweep.lock");
	if (f->table >= 0)
		close(f->table);
	if (f->records >= 0)
		close(f->records);
	if (f->lock >= 0)
		close(f->lock);
	free(f->at);
	free(f->bytes);
	free(f->dir);
	*f = (struct sweepfile){ .lock = -1, .records = -1, .table = -1 };
}

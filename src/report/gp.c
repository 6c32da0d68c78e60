/* report/gp.c */
#include "config.h"

#include "report/gp.h"

#include "report/fmt.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

void gp_quote(FILE *f, const char *s)
{
	if (*s == '\'') {		/* gnuplot 5.4 takes a leading '' for an empty string */
		fputc('"', f);
		for (; *s == '\''; s++)
			fputc('\'', f);
		fputs("\".", f);
	}
	fputc('\'', f);
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '\'')
			fputs("''", f);
		else
			fputc(c < 0x20 || c == 0x7f ? ' ' : c, f);
	}
	fputc('\'', f);
}

void gp_string(FILE *f, const char *name, const char *value)
{
	fprintf(f, "%s = ", name);
	gp_quote(f, value);
	fputc('\n', f);
}

void gp_cell(FILE *f, double v)
{
	if (isfinite(v))
		fprintf(f, " %.15g", v);
	else
		fputs(" NaN", f);
}

void gp_real(FILE *f, const char *name, double v)
{
	fprintf(f, "%s =", name);
	gp_cell(f, v);
	/* never integer arithmetic */
	fputs(isfinite(v) && v == rint(v) && fabs(v) < 1e15 ? ".0\n" : "\n", f);
}

void gp_reals(FILE *f, const char *name, const double *v, size_t n)
{
	if (n == 0)
		return;
	fprintf(f, "array %s[%zu] = [", name, n);
	for (size_t i = 0; i < n; i++) {
		fputs(i ? "," : "", f);
		gp_cell(f, v[i]);
	}
	fputs("]\n", f);
}

void gp_strings(FILE *f, const char *name, const char *const *s, size_t n)
{
	if (n == 0)
		return;
	fprintf(f, "array %s[%zu] = [", name, n);
	for (size_t i = 0; i < n; i++) {
		fputs(i ? ", " : "", f);
		gp_quote(f, s[i]);
	}
	fputs("]\n", f);
}

bool gp_path(char *out, size_t size, const char *path)
{
	int n = snprintf(out, size, "%s%s", *path == '/' ? "" : "./", path);

	if (n < 0 || (size_t)n >= size)
		return false;
	for (const char *p = out; *p; p++) {
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return false;
	}
	return true;
}

static pid_t start(const char *program, int in, int err, int *error)
{
	char name[4096], option[] = "-d", script[] = "/dev/stdin";
	char *argv[] = { name, option, script, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t pipe_only;
	pid_t pid = -1;

	snprintf(name, sizeof(name), "%s", program);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
	posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&files, err, STDERR_FILENO);
	posix_spawnattr_init(&attr);
	sigemptyset(&pipe_only);
	sigaddset(&pipe_only, SIGPIPE);
	posix_spawnattr_setsigdefault(&attr, &pipe_only);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
	*error = posix_spawnp(&pid, name, &files, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return *error ? -1 : pid;
}

/* gnuplot may die before it has read everything: then EPIPE ends the loop, and its exit status tells. */
static void feed(int fd, const char *script, size_t bytes)
{
	while (bytes > 0) {
		ssize_t n = write(fd, script, bytes);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		script += n;
		bytes -= (size_t)n;
	}
}

static int wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -1;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The line of gnuplot's messages that says what is wrong: the last one that is not empty. */
static void last_message(FILE *messages, char *why, size_t size)
{
	char line[300], clean[300];

	snprintf(why, size, "gnuplot failed and did not say why");
	rewind(messages);
	while (fgets(line, sizeof(line), messages)) {
		line[strcspn(line, "\n")] = '\0';
		if (line[strspn(line, " \t^")] != '\0')
			snprintf(why, size, "gnuplot: %s", fmt_clean(clean, sizeof(clean), line));
	}
}

static enum gp_status run_piped(const char *program, const char *script, size_t bytes,
				const int pipe_fd[2],
				FILE *messages, char *why, size_t size)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, old;
	int error, status;
	pid_t pid;

	pid = start(program, pipe_fd[0], fileno(messages), &error);
	close(pipe_fd[0]);
	if (pid < 0) {
		close(pipe_fd[1]);
		snprintf(why, size, "%s: %s", program, strerror(error));
		return GP_MISSING;
	}
	sigemptyset(&ignore.sa_mask);
	sigaction(SIGPIPE, &ignore, &old);
	feed(pipe_fd[1], script, bytes);
	close(pipe_fd[1]);
	status = wait_for(pid);
	sigaction(SIGPIPE, &old, NULL);
	if (status == 0)
		return GP_DONE;
	last_message(messages, why, size);
	if (status == 127)
		snprintf(why, size, "%s cannot be started", program);
	return status == 127 ? GP_MISSING : GP_FAILED;
}

enum gp_status gp_run(const char *program, const char *script, size_t bytes, char *why, size_t size)
{
	FILE *messages = tmpfile();
	enum gp_status status = GP_FAILED;
	int pipe_fd[2];

	if (!messages || pipe(pipe_fd) != 0) {
		snprintf(why, size, "cannot talk to gnuplot: %s", strerror(errno));
	} else {
		/* the child must not keep the writing end, or it would wait for itself */
		fcntl(pipe_fd[1], F_SETFD, FD_CLOEXEC);
		status = run_piped(program, script, bytes, (const int *)pipe_fd, messages, why, size);
	}
	if (messages)
		fclose(messages);
	return status;
}

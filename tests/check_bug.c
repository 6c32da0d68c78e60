/* check_bug.c - a bug says where it was. */
#include "config.h"

#include "base/bug.h"

#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

static void break_something(void)
{
	bug_context = (struct bug_context){ .now = 12345, .seed = 7, .replication = 3, .digest = 0xabcdef };
	bug_at("engine/x.c", 42, "%d rows of %d", 5, 4);
}

/* Run fn in a child; its stderr into text[], its wait status back. */
static int stderr_of(void (*fn)(void), char *text, size_t size)
{
	int fd[2], status;
	size_t n = 0;
	ssize_t got;
	pid_t child;

	ck_assert_int_eq(pipe(fd), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		dup2(fd[1], STDERR_FILENO);
		fn();
		_exit(0);
	}
	close(fd[1]);
	while (n < size - 1 && (got = read(fd[0], text + n, size - 1 - n)) > 0)
		n += (size_t)got;
	text[n] = '\0';
	close(fd[0]);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	return status;
}

START_TEST(says_where_and_aborts)
{
	char text[512];
	int status = stderr_of(break_something, text, sizeof(text));

	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGABRT);
	ck_assert_str_eq(text, "engine/x.c:42: BUG: 5 rows of 4\n"
		"  time 12345 ns, seed 7, replication 3, digest 0000000000abcdef\n");
}
END_TEST

static void break_a_condition(void)
{
	int rows = 5;

	BUG_ON(rows == 5);
}

START_TEST(condition_is_the_message)
{
	char text[512];
	int status = stderr_of(break_a_condition, text, sizeof(text));

	ck_assert(WIFSIGNALED(status));
	ck_assert_ptr_nonnull(strstr(text, "check_bug.c:"));
	ck_assert_ptr_nonnull(strstr(text, ": BUG: rows == 5\n"));
}
END_TEST

START_TEST(false_condition_is_no_bug)
{
	int calls = 0;

	BUG_ON(calls++ > 0);
	ck_assert_int_eq(calls, 1);		/* evaluated once, in every build */
}
END_TEST

int main(void)
{
	Suite *s = suite_create("bug");
	TCase *tc = tcase_create("bug");

	tcase_add_test(tc, says_where_and_aborts);
	tcase_add_test(tc, condition_is_the_message);
	tcase_add_test(tc, false_condition_is_no_bug);
	suite_add_tcase(s, tc);
	return harness_run(s);
}

/* tests/harness.h - what every Check program needs.
 *
 *	int main(void) { return harness_run(suite()); }
 *
 * Random tests take their seed from harness_seed(), which prints it; repeat a
 * failure with SEED=n tests/check_NAME.
 * Tests that must abort or exit are left out where CK_FORK=no (valgrind, gdb),
 * as they would take the whole program with them.
 */
#ifndef TESTS_HARNESS_H
#define TESTS_HARNESS_H

#include <check.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline int harness_run(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

static inline bool harness_forks(void)
{
	const char *mode = getenv("CK_FORK");

	return !mode || strcmp(mode, "no") != 0;
}

static inline uint64_t harness_seed(void)
{
	const char *text = getenv("SEED");
	uint64_t seed = text ? strtoull(text, NULL, 0) : 1;

	printf("SEED=%llu\n", (unsigned long long)seed);
	return seed;
}

/* fn must end in BUG() */
#define harness_add_bug_test(tcase, fn) do {					\
	if (harness_forks())							\
		tcase_add_test_raise_signal((tcase), fn, SIGABRT);		\
} while (0)

/* fn must call exit(status) */
#define harness_add_exit_test(tcase, fn, status) do {				\
	if (harness_forks())							\
		tcase_add_exit_test((tcase), fn, (status));			\
} while (0)

#endif

/* tests/run_asserts.h - looking at a run's result. */
#ifndef TESTS_RUN_ASSERTS_H
#define TESTS_RUN_ASSERTS_H

#include <string.h>

#include "harness.h"
#include "run/result.h"

#define LINES(a)	a, sizeof(a) / sizeof((a)[0])

static inline double mean(const struct run_result *r, size_t level, enum metric m)
{
	ck_assert_uint_lt(level, r->nlevels);
	ck_assert_uint_gt(r->level[level].metric[m].n, 0);
	return r->level[level].metric[m].mean;
}

#define IS(level, name, value)	ck_assert_double_eq_tol(mean(r, level, M_##name), (value), 1e-9)

static inline void all_pass(const struct run_result *r)
{
	for (size_t i = 0; i < r->nlevels; i++) {
		ck_assert_uint_eq(r->level[i].nchecks, 5);
		for (size_t k = 0; k < r->level[i].nchecks; k++)
			ck_assert_msg(r->level[i].check[k].pass, "%s: %s", r->level[i].check[k].name,
				      r->level[i].check[k].text);
	}
}

static inline const struct check_result *check_named(const struct run_result *r, const char *name)
{
	for (size_t k = 0; k < r->level[0].nchecks; k++)
		if (strcmp(r->level[0].check[k].name, name) == 0)
			return &r->level[0].check[k];
	ck_abort_msg("no check %s", name);
	return NULL;
}

static inline bool warns(const struct run_result *r, const char *part)
{
	for (size_t i = 0; i < r->nwarnings; i++)
		if (strstr(r->warning[i], part))
			return true;
	return false;
}

#endif

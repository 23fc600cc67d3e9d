/* Test programs: cmocka with what it needs, and what their main returns, the number of tests that failed. The tests are
   functions of cmocka's kind, and run in the order in which they are named. */
#ifndef AX_TEST_SUITE_H
#define AX_TEST_SUITE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* A test that needs nothing of a set-up; the others are static void name(void **state), and *state is the set-up's. */
#define TEST(name) static void name(void **state __attribute__((unused)))

/* The names of tests, and the tests up to NULL: the last two arguments of the functions below. */
#define TEST_LIST(...) #__VA_ARGS__, ((const CMUnitTestFunction[]) { __VA_ARGS__, NULL })

#define RUN_TESTS(...) suite_run(NULL, NULL, TEST_LIST(__VA_ARGS__))
/* All of them between set_up and tear_down, or each of them. */
#define RUN_TESTS_WITHIN(set_up, tear_down, ...) suite_run(set_up, tear_down, TEST_LIST(__VA_ARGS__))
#define RUN_EACH_TEST_WITHIN(set_up, tear_down, ...) suite_run_each(set_up, tear_down, TEST_LIST(__VA_ARGS__))

int suite_run(CMFixtureFunction set_up, CMFixtureFunction tear_down, const char *names,
              const CMUnitTestFunction *tests);
int suite_run_each(CMFixtureFunction set_up, CMFixtureFunction tear_down, const char *names,
                   const CMUnitTestFunction *tests);

#endif

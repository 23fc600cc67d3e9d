/* Test programs whose tests all have the same set-up and tear-down. */
#ifndef AX_TEST_FIXTURE_H
#define AX_TEST_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Runs the n tests of a group, each between set_up and tear_down. Returns how many failed: the exit status of main. */
int fixture_run(const struct CMUnitTest *tests, size_t n, CMFixtureFunction set_up, CMFixtureFunction tear_down);

#endif
